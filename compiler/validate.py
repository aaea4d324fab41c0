"""An evaluator is validated, not believed: on boundary-directed histories it must do what the
interpreter does, in every payment, reason, reject and total.

The evaluator runs as users run it: a table of claims and one of members, many units in one batch; by its
plain function and, where it has one, by its feed, of which is counted how much it took.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import compress

from attrs import evolve, frozen

from hmbc.compiler.boundaries import boundary_histories
from hmbc.compiler.candidates import Given
from hmbc.compiler.emit_feed import takes_all_rows
from hmbc.compiler.expected import Expected, days_of, expected_of, groups_of
from hmbc.compiler.histories import History
from hmbc.compiler.history_tables import SEPARATOR, HistoryTables, Totals
from hmbc.compiler.interpret import Prepared, prepare
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.minimise import minimise
from hmbc.compiler.refunds import Settled
from hmbc.compiler.whole_blocks import REACH, whole_blocks
from hmbc.runtime import rejects
from hmbc.runtime.batch import REFUND, Adjudication
from hmbc.runtime.errors import BadParameters, BadTable
from hmbc.runtime.evaluator import CompiledScheme, Evaluator
from hmbc.runtime.feed_call import Feed

ROWS = 600
"""Claims on which an evaluator is validated when it is compiled."""

VALIDATION = 9
"""Raised when the histories get better: evaluators validated before are validated again."""

LEAST_BY_FEED = Fraction(1, 2)
"""Of the histories that a feed is given, how many it has to adjudicate itself: else nothing was validated.
Measured: at least 0.96 for every scheme here; the others begin near a ceiling, which no record holds."""

TOTALS = ("claim_id", "total_pay", "reason")
"""Columns for which a feed needs no layer's payment."""

@frozen(kw_only=True)
class Difference:
    """Where an evaluator does something else. row: the claim's id, or empty where it is a total;
    what: the column or the accumulator."""

    history: History
    row: str
    what: str
    interpreter: object
    evaluator: object


@frozen
class Compared:
    """What came of one batch of histories. by_feed: whether the feed adjudicated all of it."""

    histories: int
    by_feed: bool
    difference: Difference | None


class NotReached(KernelError):
    """The feed left too much to the plain function: it has not been held against the interpreter."""

    def __init__(self, kernel: Kernel, given: int, by_feed: int) -> None:
        super().__init__(
            f"the feed of {kernel.name} took {by_feed} of {given} histories of its validation / "
            f"{kernel.name} 的批量程序只处理了 {given} 个校验序列中的 {by_feed} 个"
        )


class Mistranslated(KernelError):
    """An evaluator does not do what its kernel says: a bug of ours."""

    def __init__(self, difference: Difference, kernel: Kernel) -> None:
        self.difference = difference
        super().__init__(told(difference, kernel))


def validate(kernel: Kernel, module: CompiledScheme, rows: int = ROWS) -> None:
    """Hold a built evaluator against the interpreter. Raises Mistranslated, with the smallest history
    that was found."""
    difference = difference_of(prepare(kernel), module, rows)
    if difference is not None:
        raise Mistranslated(difference, kernel)


def difference_of(prepared: Prepared, module: CompiledScheme, rows: int) -> Difference | None:
    """The first difference on the boundary-directed histories, made small; None if there is none.
    Raises NotReached where the feed is there but answers for too few of them, unless it is by what rows are that
    it leaves their units to the plain function."""
    known = expected_of(prepared, boundary_histories(prepared, rows))
    plain = evaluator_of(module)
    found = first_difference(prepared.kernel, plain, known)
    if found is not None:
        return _small(found, prepared, plain)
    if not has_feed(module):
        return None
    feed = evaluator_of(module, by_feed=True)
    given = by_feed = 0
    for batch in by_feed_compared(prepared, feed, known):
        if batch.difference is not None:
            return _small(batch.difference, prepared, feed)
        given += batch.histories
        by_feed += batch.by_feed * batch.histories
    if by_feed < LEAST_BY_FEED * given and takes_all_rows(prepared.kernel):
        raise NotReached(prepared.kernel, given, by_feed)
    if makes_records(module):
        return next(in_blocks_compared(prepared, feed, known), None)
    return None


def has_feed(module: CompiledScheme) -> bool:
    """Whether the scheme can be adjudicated by a feed."""
    feed = getattr(module, "feed", None)
    return feed is not None and feed() is not None


def makes_records(module: CompiledScheme) -> bool:
    """Whether the scheme's feed takes units that stand together by loops of their own (feed_together.py)."""
    feed = getattr(module, "feed", None)
    return feed is not None and Feed(feed()).makes_records


def by_feed_compared(
    prepared: Prepared, evaluator: Evaluator, known: Iterable[Expected]
) -> Iterator[Compared]:
    """Each batch of histories for the feed, every history in one of them. Those that it may leave stand
    together: with rows that are rejected, and in order of what their totals come to. A batch that the feed
    does not take as a whole is halved, and a single history cut to what it may take; of those with rows that
    are rejected, the rows before the first of these are a batch."""
    # a table with refunds is not for the feed
    own = [one for one in known if not any(row.refunds is not None for row in one.history.rows)]
    own.sort(key=_largest_total)
    waiting = [*groups_of(own, lambda one: _kind(one, evaluator.plan.date))]
    while waiting:
        batch = waiting.pop()
        came = _compared(prepared.kernel, evaluator, batch)
        if came.by_feed or came.difference is not None:
            yield came
        elif before := expected_of(prepared, filter(None, map(_before_rejected, batch))):
            rest = [one for one in batch if _before_rejected(one) is None]
            waiting += [before, rest] if rest else [before]
        elif len(batch) > 1:
            half = len(batch) // 2
            waiting += batch[:half], batch[half:]
        elif shorter := expected_of(prepared, _cut(batch[0].history, evaluator.plan.date)):
            waiting.append(shorter)
        else:
            yield came


def in_blocks_compared(
    prepared: Prepared, evaluator: Evaluator, known: Sequence[Expected]
) -> Iterator[Difference]:
    """Where the feed is wrong about histories in whole blocks. They are told as they are: alone, they are no block."""
    for batch in whole_blocks(prepared, known):
        tables = HistoryTables(evaluator.plan, [one.history for one in batch], prepared.kernel)
        for columns in (None, TOTALS):
            found = _answer(prepared.kernel, evaluator, batch, tables, columns, in_turn=False, threads=2)[1]
            if found is not None:
                yield found


def _largest_total(one: Expected) -> Fraction:
    """What the largest of a history's totals comes to."""
    return max((Fraction(row.total, row.denominator) for row in one.totals), default=Fraction(0))


def _kind(one: Expected, date: str) -> tuple[frozenset[str], int]:
    """What becomes of rows, and in which stretch of days, each within the reach of a feed, is the first."""
    statuses = frozenset(row.status for row in one.settled)
    return statuses, min(days_of(one.history, date)) // REACH


def _before_rejected(one: Expected) -> History | None:
    """The rows of a history before the first that is rejected, if one is and others precede it."""
    place = next((place for place, row in enumerate(one.settled) if row.status != "ok"), 0)
    return evolve(one.history, rows=one.history.rows[:place]) if place else None


def _cut(history: History, date: str) -> list[History]:
    """As many rows of a history as lie in the reach of a feed; where all do, the first half, in which
    totals may fit its records. None of a single row."""
    days = days_of(history, date)
    within = max(([0 <= day - first < REACH for day in days] for first in days), key=sum)
    if all(within):
        within = [place < len(history.rows) // 2 for place in range(len(history.rows))]
    rows = tuple(compress(history.rows, within))
    return [evolve(history, rows=rows)] if rows else []


def _small(found: Difference, prepared: Prepared, evaluator: Evaluator) -> Difference:
    def again(smaller: History) -> Difference | None:
        return first_difference(prepared.kernel, evaluator, expected_of(prepared, [smaller]))

    smallest = minimise(found.history, prepared.kernel, lambda smaller: again(smaller) is not None)
    return again(smallest) or found


def evaluator_of(module: CompiledScheme, by_feed: bool = False) -> Evaluator:
    """The evaluator, without its deadlines: when a payment is due is counted by the runtime, from
    calendars that know few years. by_feed: by its feed, else by its plain function."""
    evaluator = Evaluator(module, by_feed=by_feed)
    evaluator.plan = replace(evaluator.plan, deadlines=())
    return evaluator


def first_difference(
    kernel: Kernel, evaluator: Evaluator, known: Sequence[Expected]
) -> Difference | None:
    """Where the evaluator first does something else than the interpreter on some history."""
    came = (_compared(kernel, evaluator, group).difference for group in groups_of(known))
    return next((difference for difference in came if difference is not None), None)


def _compared(kernel: Kernel, evaluator: Evaluator, known: Sequence[Expected]) -> Compared:
    """Histories that share their parameters, as one batch, and again where the feed took it: by the loops
    that it has for totals alone, and for rows of units that take turns."""
    tables = HistoryTables(evaluator.plan, [one.history for one in known], kernel)
    got, difference = _answer(kernel, evaluator, known, tables)
    by_feed = got.by_feed == got.counts.claims
    if by_feed and difference is None:
        difference = _answer(kernel, evaluator, known, tables, TOTALS, in_turn=True)[1]
    return Compared(len(known), by_feed, difference)


def _answer(
    kernel: Kernel,
    evaluator: Evaluator,
    known: Sequence[Expected],
    tables: HistoryTables,
    columns: tuple[str, ...] | None = None,
    in_turn: bool = False,
    threads: int = 1,
) -> tuple[Adjudication, Difference | None]:
    """The evaluator's answer and where it is wrong. columns: of payments; None: all. in_turn: claims in order
    of their dates, else by their histories. threads: of more than one, units that stand together are taken so."""
    try:
        got = evaluator.adjudicate(
            tables.claims(by_day=in_turn),
            tables.members(),
            tables.parameters(),
            tables.state(),
            columns=columns,
            threads=threads,
        )
    except (BadTable, BadParameters) as error:
        raise KernelError(f"validation: {error}") from error
    return got, next(_differences(kernel, tables, got, known), None)


def _differences(
    kernel: Kernel, tables: HistoryTables, got: Adjudication, known: Sequence[Expected]
) -> Iterator[Difference]:
    """Where the answer to a batch is another than the interpreter's."""
    paid = {str(row["claim_id"]): row for row in got.payments.rows()}
    refused = {one.claim_id: one for one in got.reject_records}
    totals = tables.totals(got.state)
    for place, expected in enumerate(known):
        history = expected.history
        for one in expected.settled:
            name = f"{place}{SEPARATOR}{one.id}"
            for what, wanted, is_ in _row(one, name, paid, refused, kernel):
                if wanted != is_:
                    yield Difference(
                        history=history, row=one.id, what=what, interpreter=wanted, evaluator=is_
                    )
        wanted_totals: Totals = {
            (row.accumulator, row.key): (row.total, row.denominator)
            for row in expected.totals
        }
        own = totals.get(place, {})
        for key in sorted({*wanted_totals, *own}, key=str):
            if wanted_totals.get(key) != own.get(key):
                yield Difference(
                    history=history,
                    row="",
                    what=f"{key[0]} {list(key[1])}",
                    interpreter=wanted_totals.get(key),
                    evaluator=own.get(key),
                )


def _row(
    one: Settled,
    name: str,
    paid: Mapping[str, Mapping[str, object]],
    refused: Mapping[str, rejects.Reject],
    kernel: Kernel,
) -> Iterator[tuple[str, object, object]]:
    """What to compare of one row: what it is called, as the interpreter and the evaluator have it."""
    got, reject = paid.get(name), refused.get(name)
    yield "status", _ground(one.status, kernel), _said(reject, kernel)
    if one.status != "ok" or got is None:
        return
    scale = Decimal(1).scaleb(-kernel.minor_digits)
    reasons = one.step.reasons if one.step else dict.fromkeys(one.pays, REFUND)
    for layer, pay in one.pays.items():
        if f"{layer}_pay" in got:
            yield f"{layer}_pay", pay * scale, got[f"{layer}_pay"]
            yield f"{layer}_reason", reasons[layer], got[f"{layer}_reason"]
    yield "total_pay", sum(one.pays.values()) * scale, got["total_pay"]
    yield "reason", one.step.reason if one.step else REFUND, got["reason"]


def _ground(status: str, kernel: Kernel) -> tuple[str, str]:
    """A status of the interpreter as code and, of the scheme's own grounds, text."""
    for reject in kernel.rejects:
        if reject.name == status:
            return rejects.OWN.code, reject.zh if kernel.language == "zh" else reject.en
    return next((ground.code for ground in rejects.GROUNDS if ground.name == status), status), ""


def _said(reject: rejects.Reject | None, kernel: Kernel) -> tuple[str, str]:
    if reject is None:
        return "ok", ""
    return reject.code, reject.reason if reject.code == rejects.OWN.code else ""


def told(difference: Difference, kernel: Kernel) -> str:
    """The difference in words, with its history."""
    history = difference.history
    lines = [
        f"the evaluator of {kernel.name} is wrong / {kernel.name} 的编译结果有误: "
        f"{difference.row or 'totals'} {difference.what}: interpreter "
        f"{difference.interpreter}, evaluator {difference.evaluator}"
    ]
    if history.parameters or history.lists:
        lines.append(f"  parameters {dict(history.parameters)} {dict(history.lists)}")
    if history.start.totals:
        lines.append(f"  after {dict(history.start.totals)}")
    lines += [
        f"  {row.id} {_shown(row.claim)} member {_shown(row.member)}"
        + (f" refunds {row.refunds}" if row.refunds else "")
        for row in history.rows
    ]
    return "\n".join(lines)


def _shown(values: Mapping[str, Given]) -> dict[str, Given]:
    return {name: value for name, value in values.items() if value not in (None, 0, False, ())}
