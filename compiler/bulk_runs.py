"""Runs of many histories on a compiled evaluator, and the second runs that laws speak of: an amount
raised, a claim in two, two claims of one date exchanged, a claim left out, another member.

A history counts for a law where no row of it, in either run, is rejected. All in whole minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random

import numpy as np
import pyarrow as pa
from attrs import define, frozen

from hmbc.compiler.bills_and_deductions import amounts_of
from hmbc.compiler.bulk import Bulk
from hmbc.compiler.bulk_columns import Histories, Truth, Whole
from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import Change
from hmbc.compiler.kernel import Input, Kernel, NeverLess
from hmbc.compiler.law_columns import LawColumns, with_laws
from hmbc.compiler.laws import Question, steps_of
from hmbc.compiler.pipeline import module_of
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.dsl.types import Money
from hmbc.runtime.evaluator import Evaluator

CHUNK = 40_000
"""Histories in one table."""

PAIRS = {
    "monotone": "raise", "deduction": "raise", "no_cliff": "raise", "split_proof": "split",
    "order_free": "swap", "more_claims": "drop", "never_less": "member",
}  # fmt: skip


def evaluator_of(kernel: Kernel) -> Evaluator:
    """As users run it, but for deadlines, which the runtime counts."""
    evaluator = Evaluator(module_of(kernel))
    evaluator.plan = replace(evaluator.plan, deadlines=())
    return evaluator


@frozen
class Paid:
    """What each layer paid in each history; sound: where no row was rejected."""

    by_layer: Mapping[str, Whole]
    sound: Truth

    def of(self, layer: str | None) -> Whole:
        """A layer's sums, or those of all layers."""
        return sum(self.by_layer.values()) if layer is None else self.by_layer[layer]  # type: ignore[return-value]


@frozen
class Runner:
    """The evaluator of a kernel, with tables of histories."""

    kernel: Kernel
    evaluator: Evaluator
    bulk: Bulk
    setting: Setting

    def rows(self, drawn: Histories) -> tuple[dict[str, Whole], Truth]:
        """What each layer pays each row, and which rows are adjudicated."""
        layers = [outcome.layer for outcome in self.kernel.outcomes]
        done = self.evaluator.adjudicate(
            self.bulk.tables.claims(drawn),
            self.bulk.tables.members(drawn),
            self.bulk.tables.parameters(self.setting),
            minor_units=True,
            minor_payments=True,
            columns={f"{layer}_pay" for layer in layers},
        )
        sound = np.ones(len(drawn.history), np.bool_)
        refused = [one.row - 1 for one in done.reject_records if one.table == "claims"]
        sound[refused] = False
        table = pa.table(done.payments)
        paid = {}
        for layer in layers:
            paid[layer] = np.zeros(len(sound), np.int64)
            paid[layer][sound] = table[f"{layer}_pay"].to_numpy()
        return paid, sound

    def paid(self, drawn: Histories) -> Paid:
        """The same by histories."""
        return by_history(drawn, *self.rows(drawn))


def by_history(drawn: Histories, pays: Mapping[str, Whole], sound: Truth) -> Paid:
    """Sums of rows."""
    starts = drawn.starts
    sums = {layer: np.add.reduceat(paid, starts) for layer, paid in pays.items()}
    return Paid(sums, np.logical_and.reduceat(sound, starts))


# ---- the second run


@frozen
class Pair:
    """Two runs of each history, and the questions about them. by: how much larger the amount is (0: this
    history has no second run); change: how the second run of one history differs."""

    questions: list[Question]
    before: Histories
    after: Histories
    by: Whole
    change: Callable[[int], Change]


def second_runs(
    kernel: Kernel, questions: Sequence[Question], drawn: Histories, bulk: Bulk
) -> Iterator[Pair]:
    """For each way to change histories that some question is about, the two runs."""
    random, starts = bulk.random, drawn.starts
    by_way: dict[tuple[str, str | None], list[Question]] = {}
    amounts = amounts_of(kernel)
    for question in questions:
        way = PAIRS.get(question.law)
        if way is None:
            continue
        subjects: Sequence[str | None] = (None,)
        if way in ("raise", "member"):
            subjects = amounts.bills if question.law == "no_cliff" else (question.subject,)
        for subject in subjects:
            by_way.setdefault((way, subject), []).append(question)
    chosen = _one_row(drawn, random)
    row, all_ = chosen - starts, np.ones(len(chosen), np.int64)
    for (way, subject), asked in by_way.items():
        match way:
            case "raise":
                after, by = raised(drawn, chosen, _amount(kernel, subject or ""), random)
                change = partial(_raise, row, subject, by)
                yield Pair(asked, drawn, after, by, change)
            case "split":
                after = split(drawn, chosen, kernel, random)
                yield Pair(asked, drawn, after, all_, partial(_split, row, kernel, after))
            case "swap":
                after, moved, pairs = swapped(drawn, kernel.date)
                yield Pair(asked, drawn, after, moved, partial(_swap, pairs, drawn))
            case "drop":
                several = _sizes(drawn) > 1
                kept = np.setdiff1d(np.arange(len(drawn.history)), chosen[several])
                after, by = drawn.rows(kept), several.astype(np.int64)
                yield Pair(asked, drawn, after, by, partial(_drop, row))
            case _:
                for question in asked:
                    one = next(x for x in kernel.stated if x.name == question.subject)
                    assert isinstance(one, NeverLess)
                    texts = bulk.pools["member", one.attribute].texts or ()
                    less, more = (
                        drawn.with_everywhere(one.attribute, texts.index(value))
                        for value in (one.less, one.more)
                    )
                    yield Pair([question], less, more, all_, partial(_member, one))


def _raise(row: Whole, subject: str | None, by: Whole, place: int) -> Change:
    return Change("raise", int(row[place]), subject, int(by[place]))


def _split(row: Whole, kernel: Kernel, after: Histories, place: int) -> Change:
    first = int(after.starts[place] + row[place])
    parts = {
        given.name: int(after.claims[given.name].values[first])
        for given in kernel.inputs
        if given.owner == "claim"
        and isinstance(given.type, Money)
        and after.claims[given.name].has[first]
    }
    return Change("split", int(row[place]), parts=parts)


def _swap(pairs: Whole, drawn: Histories, place: int) -> Change:
    (pair,) = pairs[drawn.history[pairs] == place]
    return Change("swap", int(pair - drawn.starts[place]))


def _drop(row: Whole, place: int) -> Change:
    return Change("drop", int(row[place]))


def _member(stated: NeverLess, place: int) -> Change:
    return Change("member", subject=stated.name, value=stated.more)


def _sizes(drawn: Histories) -> Whole:
    return np.bincount(drawn.history)


def _one_row(drawn: Histories, random: np.random.Generator) -> Whole:
    """A row of each history."""
    return drawn.starts + random.integers(0, _sizes(drawn))


def _amount(kernel: Kernel, name: str) -> Input:
    return next(given for given in kernel.inputs if (given.owner, given.name) == ("claim", name))


def raised(
    drawn: Histories, chosen: Whole, given: Input, random: np.random.Generator
) -> tuple[Histories, Whole]:
    """One amount of one claim larger: by one minor unit in half of the histories, up to that of another
    history's claim in the others."""
    column = drawn.claims[given.name]
    held = column.values[chosen]
    other = column.values[random.permutation(chosen)]
    far = np.where((random.random(len(chosen)) < 0.5) & (other > held), other, held + 1)
    to = far if given.high is None else np.minimum(far, given.high)
    by = np.where(column.has[chosen], to - held, 0)
    values = column.values.copy()
    values[chosen] += by
    return drawn.with_values(given.name, values), by


def split(
    drawn: Histories, chosen: Whole, kernel: Kernel, random: np.random.Generator
) -> Histories:
    """One claim of each history in two rows, each of its amounts divided anyhow."""
    copies = np.ones(len(drawn.history), np.int64)
    copies[chosen] = 2
    after = drawn.rows(np.repeat(np.arange(len(copies)), copies))
    first = chosen + np.arange(len(chosen))
    for given in kernel.inputs:
        if given.owner == "claim" and isinstance(given.type, Money):
            values = after.claims[given.name].values.copy()
            whole = values[first]
            pick = random.random(len(first))
            part = random.integers(0, np.abs(whole) + 1)
            part = np.where(pick < 0.2, 0, np.where(pick < 0.4, whole, part))
            part = np.where((pick > 0.9) & (whole > 0), 1, part)
            values[first], values[first + 1] = part, whole - part
            after = after.with_values(given.name, values)
    return after


def swapped(drawn: Histories, date: str) -> tuple[Histories, Whole, Whole]:
    """The first two claims of a date in the other order; whether a history has such; the rows of
    the first."""
    days, history = drawn.claims[date].values, drawn.history
    alike = np.flatnonzero((np.diff(days) == 0) & (np.diff(history) == 0))
    _, first = np.unique(history[alike], return_index=True)
    pairs = alike[first]
    order = np.arange(len(days))
    order[pairs], order[pairs + 1] = pairs + 1, pairs
    moved = np.bincount(history[pairs], minlength=int(history[-1]) + 1)
    return drawn.rows(order), moved, pairs


def is_broken(
    kernel: Kernel, question: Question, before: Whole, after: Whole, by: Whole
) -> Truth:
    """By history; before, after: what was paid in both runs."""
    match question.law:
        case "monotone" | "never_less":
            return after < before
        case "deduction" | "more_claims":  # the second run is without the claim
            return after > before
        case "no_cliff":
            return np.asarray(np.abs(after - before) > steps_of(kernel)[question.layer] * by)
        case _:
            return np.asarray(after != before)


# ---- trials


@frozen
class Trial:
    """One question held against a table of histories. counts, broken: by history; before, after: both
    runs (the same where there is one); change: of one history."""

    question: Question
    counts: Truth
    broken: Truth
    runner: Runner
    before: Histories
    after: Histories
    change: Callable[[int], Change]


@define
class Trials:
    """Holds questions about a kernel against random histories, on its evaluators."""

    kernel: Kernel
    bulk: Bulk
    settings: list[Setting]
    plain: Evaluator
    laws: LawColumns
    probed: Evaluator | None

    @classmethod
    def of(
        cls,
        kernel: Kernel,
        questions: Sequence[Question],
        known: Sequence[tuple[Setting, Unit]],
        seed: int,
    ) -> Trials:
        """known: units that are paid, with what was external; they are where histories come from."""
        random, directed = np.random.default_rng(seed), Directed(kernel, Random(seed))
        for setting, unit in known:
            directed.learn(setting, unit)
        laws = with_laws(kernel, questions)
        return cls(
            kernel,
            Bulk.of(kernel, directed, [unit for _, unit in known], random),
            _different([setting for setting, _ in known] + [directed.setting() for _ in range(2)]),
            evaluator_of(kernel),
            laws,
            evaluator_of(laws.kernel) if laws.layers else None,
        )

    def chunk(self, questions: Sequence[Question]) -> Iterator[Trial]:
        """A table of histories, and its changes, against these questions."""
        drawn = self.bulk.draw(CHUNK)
        setting = self.settings[int(self.bulk.random.integers(len(self.settings)))]
        runner = Runner(self.kernel, self.plain, self.bulk, setting)
        pays, sound = runner.rows(drawn)
        paid = by_history(drawn, pays, sound)
        yield from self._alone(questions, drawn, runner, pays, sound)
        for pair in second_runs(self.kernel, questions, drawn, self.bulk):
            before = paid if pair.before is drawn else runner.paid(pair.before)
            after = runner.paid(pair.after)
            counts = before.sound & after.sound & (pair.by > 0)
            for question in pair.questions:
                sums = before.of(question.layer), after.of(question.layer)
                broken = counts & is_broken(self.kernel, question, *sums, pair.by)
                runs = pair.before, pair.after
                yield Trial(question, counts, broken, runner, *runs, pair.change)

    def _alone(
        self,
        questions: Sequence[Question],
        drawn: Histories,
        runner: Runner,
        pays: Mapping[str, Whole],
        sound: Truth,
    ) -> Iterator[Trial]:
        """Questions that one run answers."""
        counts = np.logical_and.reduceat(sound, drawn.starts)
        probes: Mapping[str, Whole] = {}
        within = counts
        if self.probed is not None and any(one in self.laws.layers for one in questions):
            probing = Runner(self.laws.kernel, self.probed, self.bulk, runner.setting)
            probes, same = probing.rows(drawn)
            assert not (same & ~sound).any(), "the evaluator with laws takes other rows"
            for layer, paid in pays.items():
                alike = paid[same] == probes[layer][same]
                assert alike.all(), f"two evaluators differ in {layer}"
            within = np.logical_and.reduceat(same, drawn.starts)  # no total of a law is full
        for question in questions:
            own = list(pays.values()) if question.layer is None else [pays[question.layer]]
            if question in self.laws.layers:
                rows = probes[self.laws.layers[question]] > 0
            elif question.law == "non_negative":
                rows = np.any([paid < 0 for paid in own], axis=0)
            elif question.law == "within_bill":
                bills = [drawn.claims[name] for name in amounts_of(self.kernel).bills]
                billed = sum(np.where(column.has, column.values, 0) for column in bills)
                rows = np.sum(own, axis=0) > billed
            else:
                continue
            tried = within if question in self.laws.layers else counts
            broken = tried & np.logical_or.reduceat(rows, drawn.starts)
            yield Trial(question, tried, broken, runner, drawn, drawn, _no_change)


def _no_change(place: int) -> Change:
    return Change("none")


def _different(settings: Sequence[Setting]) -> list[Setting]:
    found: list[Setting] = []
    for one in settings:
        if one not in found:
            found.append(one)
    return found
