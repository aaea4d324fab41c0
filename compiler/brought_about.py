"""Units that are brought about on purpose, where chance hardly comes, and held against the laws that a search
asks for: each function takes what the search knows to be paid, and tells it what breaks a law.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from hmbc.compiler.borders import at_borders
from hmbc.compiler.borders_of_others import at_borders_of_others
from hmbc.compiler.drawn_changes import subjects_of
from hmbc.compiler.judge import TWO_RUNS
from hmbc.compiler.laws import Question
from hmbc.compiler.many_claims import many_claims
from hmbc.compiler.paid_in_full import paid_in_full
from hmbc.compiler.planted import changes_read_off
from hmbc.compiler.refutation import Refutation
from hmbc.compiler.refute import Search
from hmbc.compiler.unlike_limits import under_unlike_limits

LARGE = 100
"""How many times the largest amount that a kernel names a claim is tried with, to reach every cap at once."""
LEAST = 3
"""The most of a claim besides where every last digit was tried."""


def hold_at_borders(search: Search, work: int) -> None:
    """Hold units whose totals stand at a border against every law; to find them, so many items of rows may be
    worked out."""
    most, pool = max(search.directed.amounts), search.met.paying_for(None)
    for setting, unit in at_borders(search.kernel, pool, most, work):
        if not search.judge.questions:
            return
        search.bordering.append((setting, unit))
        search.try_all(search.known_with(setting), unit, True)
    for setting, unit in at_borders_of_others(search.kernel, pool, most, 2 * work):
        if not search.judge.questions:
            return
        search.try_all(search.known_with(setting), unit, True)


def hold_in_full(search: Search) -> None:
    """Hold units that are paid as much as is easily found against what is stated."""
    most = LARGE * max(search.directed.amounts)
    for setting, unit in paid_in_full(search.kernel, search.met.paying_for(None), most):
        if not search.asks("stated"):
            return
        _, machine = search.known_with(setting)
        search.deny(setting, unit, machine.run(unit.claims, unit.members) or ())


def hold_under_unlike_limits(search: Search, work: int) -> None:
    """Hold claims whose limits differ against the laws about two runs; to find them, so many items of rows may
    be worked out."""
    pool = search.met.paying_for(None)
    for setting, unit, change in under_unlike_limits(search.kernel, pool, search.directed, work):
        if not search.asks("monotone", "no_cliff", "more_claims", "order_free"):
            return
        known = search.known_with(setting)
        before = known[1].run(unit.claims, unit.members)
        if before is not None:
            search.try_change(known, unit, change, before, pressed=True)
            for by in range(1, LEAST + 1) if change.kind == "raise" else ():
                search.try_one_more(known, unit, change.row, before, {change.subject or "": by})


def hold_after_many(search: Search, work: int) -> None:
    """Hold claims that follow many others against every law, with so many items of rows."""
    search.left = work
    pool, random = search.met.paying_for(None), Random(search.seed)
    for setting, unit, first in many_claims(search.kernel, pool, random, work // 2):
        known = search.known_with(setting)
        rows = search.work_out(known[1], unit.claims, unit.members)
        if search.left <= 0 or not search.judge.questions:
            return
        if rows is None:
            continue
        search.bordering.append((setting, unit))
        search.deny(setting, unit, rows)
        for one, change in changes_read_off(search.kernel, unit, (), subjects_of(search.judge)):
            if one is unit and change.row >= first and search.judge.asks(change.kind):
                search.try_change(known, unit, change, rows, pressed=True)


def hold_of_layers(search: Search, broken: Mapping[Question, Refutation], work: int) -> None:
    """Hold what breaks a law of one layer against that of the scheme, of claims, members and what is external
    otherwise: where another layer pays what this one does not, it need not for all of them. broken: what was
    found besides by other searches; work: items of rows."""
    search.left = work
    laws = {one.law for one in search.judge.questions if one.layer is None and one.law in TWO_RUNS}
    if "more_claims" in laws:
        laws.add("monotone")
    found = {**broken, **search.found}
    begun = [one for question, one in found.items() if question.layer and question.law in laws]
    while begun and search.left > 0 and any(one.layer is None for one in search.judge.questions):
        one = search.random.choice(begun)
        setting, unit = one.setting, one.unit
        if len(search.settings) > 1 and search.random.random() < 0.3:
            setting = search.random.choice(search.settings)
        for _ in range(search.random.randint(1, 2)):
            unit = search.directed.with_one_turned(unit, one.change.subject)
        known = search.known_with(setting)
        before = search.work_out(known[1], unit.claims, unit.members)
        if before is None:
            continue
        search.try_change(known, unit, one.change, before, pressed=True)
        if search.asks("more_claims") and one.change.kind == "raise":
            more = {one.change.subject or "": one.change.by}
            search.try_one_more(known, unit, one.change.row, before, more)
