"""Histories in which a layer's reason decides that of the claim.

A claim's reason is that of the layer with the least rank, of equal ranks that of the first (`Reason`): where another
layer pays, what this one says is not seen. So for each layer and each of its reasons a claim is sought of which the
layers before it say worse and those after it nothing better; as the first claim, or as one that follows a
claim that is paid: rounding leaves nothing of a further half step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice

from attrs import frozen

from hmbc.compiler.candidates import numbered
from hmbc.compiler.histories import History
from hmbc.compiler.kernel import Kernel, Outcome
from hmbc.compiler.meaning import Missing
from hmbc.compiler.search import Assignment, Goal, Search
from hmbc.dsl.expr import And, Compare, Expr, Not, Or, Ref, Subtract, money
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Money

MORE = 10
"""Minor units more that the claim before may claim, from 0 on: shares of some of them leave a half."""

TURNED = 3
"""Of these, how many are followed by a claim that is sought."""


@frozen
class Context:
    """A claim that brings about a layer's reason. reason: its place; paid: whether the layer pays it."""

    layer: str
    reason: int
    at: Assignment
    paid: bool


def deciding(search: Search, found: Sequence[Context]) -> Iterator[History]:
    """One history for each reason of each layer that decides in none of the claims that were found."""
    kernel = search.kernel
    known = {decider(search, one.at) for one in found}
    for layer, outcome in enumerate(kernel.outcomes):
        own = [one for one in found if one.layer == outcome.layer]
        for place in range(len(outcome.reasons)):
            goals = [] if (layer, place) in known else goals_of(kernel, layer, place)
            if goals:
                yield from first_of(search, goals, outcome, place, own)


def decider(search: Search, at: Assignment) -> tuple[int, int] | None:
    """Which layer's reason is the claim's, and the place of that."""
    found, row, of = [], search.row(at), search.prepared.meanings.of
    try:
        for layer, outcome in enumerate(search.kernel.outcomes):
            for place, (code, when) in enumerate(outcome.reasons):
                if row.value(of(when)):
                    found.append((rank_of(search.kernel, code), layer, place))
                    break
    except Missing:
        return None
    return min(found)[1:] if found else None


def rank_of(kernel: Kernel, code: str) -> int:
    return next(reason.rank for reason in kernel.reasons if reason.code == code)


def goals_of(kernel: Kernel, layer: int, place: int) -> list[Goal]:
    """Conditions of a claim whose reason is that of a layer. None where another layer has the same condition
    for a reason that decides before."""
    reasons = kernel.outcomes[layer].reasons
    code, condition = reasons[place]
    goals = [*((when, False) for _, when in reasons[:place]), (condition, True)]
    for other, outcome in enumerate(kernel.outcomes):
        if other == layer:
            continue
        least = rank_of(kernel, code) + (other < layer)
        worse = {name for name, _ in outcome.reasons if rank_of(kernel, name) >= least}
        if worse.isdisjoint(until(outcome, condition)):
            return []
        goals.append((says(outcome, worse), True))
    return goals


def until(outcome: Outcome, condition: Expr) -> set[str]:
    """The reasons that a layer may say where a condition holds: up to that which has it."""
    codes = set()
    for code, when in outcome.reasons:
        codes.add(code)
        if when == condition:
            break
    return codes


def says(outcome: Outcome, codes: set[str]) -> Expr:
    """That a layer's reason, the first whose condition holds, is one of these."""

    def before(rest: Expr, reason: tuple[str, Expr]) -> Expr:
        code, when = reason
        return Or(when, rest) if code in codes else And(Not(when), rest)

    *earlier, (code, when) = outcome.reasons
    last = when if code in codes else Not(when)
    return reduce(before, reversed(earlier), last)


def first_of(
    search: Search, goals: Sequence[Goal], outcome: Outcome, place: int, own: Sequence[Context]
) -> Iterator[History]:
    """The first history found, if any: of one claim; else, where the reason is about what is paid, of one after a
    claim that the layer pays."""
    known = [one.at for one in own if one.reason == place]
    alone = [at for at in (search.make_all(goals, at) for at in known) if at is not None]
    yield from (search.history(at, [at]) for at in alone)
    condition = outcome.reasons[place][1]
    paid = [one.at for one in own if one.paid]
    if not alone and paid and isinstance(condition, Compare) and Ref(outcome.pay) in walk(condition):
        turn = Subtract(condition.left, condition.right)
        pays = (Compare(">", Ref(outcome.pay), money(0)), True)
        begin = search.make_all([*goals[place + 1 :], pays], paid[-1]) or paid[-1]
        yield from islice(followed(search, goals, turn, begin), 1)


def followed(
    search: Search, goals: Sequence[Goal], turn: Expr, begin: Assignment
) -> Iterator[History]:
    """A claim, also of a few minor units more, and one like it of which the goals hold then: the least, or one
    about where an expression turns."""
    amounts = [
        slot
        for slot, value in begin.items()
        if slot[0] == "claim" and isinstance(search.kind(slot), Money) and value
    ]
    for slot in amounts:
        claimed = numbered(begin[slot], Money()) or 0
        for more in range(MORE):
            before = search.put(slot, claimed + more, begin)
            state = search.state_after(before)
            turns = search.turns(turn, slot, before, state) if more < TURNED else []
            for number in (1, *(one - by for one in turns for by in (1, 0))):
                after = search.put(slot, number, before)
                if all(search.value(expr, after, state) is wanted for expr, wanted in goals):
                    yield search.history(before, [before, after])
