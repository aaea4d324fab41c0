"""An evaluator is validated, not believed: on boundary-directed histories it must do what the
interpreter does, in every payment, reason, reject and total.

The evaluator runs as users run it: a table of claims and one of members, all units in one batch; by its
plain function and, where it has one, by its feed.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from hmbc.compiler.boundaries import boundary_histories
from hmbc.compiler.candidates import Given
from hmbc.compiler.histories import MEMBER_ID, History, replay
from hmbc.compiler.interpret import Prepared, StateRow, prepare
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.meaning import Missing
from hmbc.compiler.minimise import minimise
from hmbc.compiler.refunds import Settled
from hmbc.runtime import rejects
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.batch import REFUND
from hmbc.runtime.errors import BadParameters, BadTable
from hmbc.runtime.evaluator import CompiledScheme, Evaluator
from hmbc.runtime.out_columns import int_column, text_column
from hmbc.runtime.plan import AttributePlan, Plan
from hmbc.runtime.ratio import RATIO_DENOMINATOR
from hmbc.runtime.scheme_readers import REFUNDS, VALID_FROM, VALID_TO
from hmbc.runtime.units_text import word_text

ROWS = 600
"""Claims on which an evaluator is validated when it is compiled."""

VALIDATION = 2
"""Raised when the histories get better: evaluators validated before are validated again."""

EPOCH = datetime.date(1970, 1, 1)
SEPARATOR = "/"

Totals = dict[tuple[str, tuple[object, ...]], tuple[object, object]]
"""By accumulator and key: the total and its denominator."""


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
class Expected:
    """What the interpreter makes of a history."""

    history: History
    settled: tuple[Settled, ...]
    totals: tuple[StateRow, ...]


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
    """The first difference on the boundary-directed histories, made small; None if there is none."""
    known = expected_of(prepared, boundary_histories(prepared, rows))
    for by_feed in (False, True):
        if by_feed and getattr(module, "feed", None) is None:
            continue
        evaluator = evaluator_of(module, by_feed)
        # a table with refunds is not for the feed
        own = [one for one in known if not by_feed or not _has_refunds(one.history)]
        found = first_difference(prepared.kernel, evaluator, own)
        if found is not None:
            return _small(found, prepared, evaluator)
    return None


def _has_refunds(history: History) -> bool:
    return any(row.refunds is not None for row in history.rows)


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


def expected_of(prepared: Prepared, histories: Iterable[History]) -> list[Expected]:
    """What the interpreter makes of each history; without those that read a value which their
    attributes lack, as no row of a table does."""
    found = []
    for history in histories:
        try:
            found.append(Expected(history, *_replayed(prepared, history)))
        except Missing:
            continue
    return found


def _replayed(
    prepared: Prepared, history: History
) -> tuple[tuple[Settled, ...], tuple[StateRow, ...]]:
    settled, state = replay(prepared, history)
    return tuple(settled), state.rows(prepared.kernel)


def first_difference(
    kernel: Kernel, evaluator: Evaluator, known: Sequence[Expected]
) -> Difference | None:
    """Where the evaluator first does something else than the interpreter on some history."""
    groups: dict[object, list[Expected]] = {}
    for one in known:
        given = (*one.history.parameters.values(), *one.history.lists.values())
        groups.setdefault(given, []).append(one)
    for group in groups.values():
        for difference in _differences(kernel, evaluator, group):
            return difference
    return None


def _differences(
    kernel: Kernel, evaluator: Evaluator, known: Sequence[Expected]
) -> Iterator[Difference]:
    """The differences on histories that share their parameters."""
    tables = _Tables(evaluator.plan, [one.history for one in known], kernel)
    try:
        got = evaluator.adjudicate(
            tables.claims(), tables.members(), tables.parameters(), tables.state()
        )
    except (BadTable, BadParameters) as error:
        raise KernelError(f"validation: {error}") from error
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


class _Tables:
    """Histories as tables of texts, each its own unit; `3/` before an id says which."""

    def __init__(self, plan: Plan, histories: Sequence[History], kernel: Kernel) -> None:
        self.plan = plan
        self.histories = histories
        self.kernel = kernel
        self.unit = plan.unit or MEMBER_ID

    def claims(self) -> OutTable:
        columns: dict[str, list[str | None]] = {"claim_id": [], "member_id": []}
        columns |= {item.name: [] for item in self.plan.claim}
        columns[self.plan.date] = []
        takes_refunds = REFUNDS[0] not in columns
        columns.setdefault(REFUNDS[0], [])
        for place, history in enumerate(self.histories):
            for row in history.rows:
                cells = {
                    item.name: self.cell(row.claim.get(item.name), item)
                    for item in self.plan.claim
                }
                cells[self.plan.date] = _day(row.claim[self.plan.date])
                cells["claim_id"] = f"{place}{SEPARATOR}{row.id}"
                cells["member_id"] = f"{place}{SEPARATOR}{row.member[MEMBER_ID]}"
                if takes_refunds:
                    taken = row.refunds
                    cells[REFUNDS[0]] = taken and f"{place}{SEPARATOR}{taken}"
                for name, column in columns.items():
                    column.append(cells[name])
        return _table(columns)

    def members(self) -> OutTable:
        items = [item for item in self.plan.member if item.name != MEMBER_ID]
        varies = any(item.varies for item in items)
        columns: dict[str, list[str | None]] = {MEMBER_ID: []}
        columns |= {item.name: [] for item in items}
        if varies:
            columns |= {VALID_FROM[0]: [], VALID_TO[0]: []}
        for place, history in enumerate(self.histories):
            for name, values, first, last in _people(history, self.plan.date):
                columns[MEMBER_ID].append(f"{place}{SEPARATOR}{name}")
                for item in items:
                    prefix = f"{place}{SEPARATOR}" if item.name == self.unit else ""
                    cell = self.cell(values.get(item.name), item)
                    columns[item.name].append(cell and f"{prefix}{cell}")
                if varies:
                    columns[VALID_FROM[0]].append(None if first is None else _day(first))
                    columns[VALID_TO[0]].append(None if last is None else _day(last))
        return _table(columns)

    def parameters(self) -> dict[str, object]:
        history = self.histories[0]
        texts: dict[str, object] = {
            item.name: self._word(history.parameters[item.name], item.kind)
            for item in self.plan.parameters
        }
        return texts | {
            item.name: list(history.lists.get(item.name, ()))
            for item in self.plan.lists
            if item.codes is None
        }

    def state(self) -> OutTable | None:
        rows = [
            (place, row)
            for place, history in enumerate(self.histories)
            for row in history.start.rows(self.kernel)
        ]
        if not rows:
            return None
        return OutTable(
            [
                text_column("member_id", [self._unit(place) for place, _ in rows]),
                text_column("accumulator", [row.accumulator for _, row in rows]),
                text_column("key", [self._key(place, row) for place, row in rows]),
                int_column("total", [row.total for _, row in rows]),
                int_column("denominator", [row.denominator for _, row in rows]),
                text_column("kernel", [self.plan.state_hash for _ in rows]),
            ]
        )

    def totals(self, state: OutTable) -> dict[int, Totals]:
        """The evaluator's totals by history, as the interpreter's state has them."""
        found: dict[int, Totals] = {}
        for row in state.rows():
            name = str(row["accumulator"])
            if name.startswith("@"):
                continue
            place = int(str(row["member_id"]).partition(SEPARATOR)[0])
            prefix = f"{place}{SEPARATOR}"
            places = self._units_in_key(name)
            key = tuple(
                part.removeprefix(prefix) if at in places and isinstance(part, str) else part
                for at, part in enumerate(json.loads(str(row["key"])))
            )
            found.setdefault(place, {})[name, key] = (row["total"], row["denominator"])
        return found

    def cell(self, value: object, item: AttributePlan) -> str | None:
        if value is None:
            return None
        if item.kind == "periods":
            assert isinstance(value, tuple)
            return ";".join(f"{_day(first)}..{_day(last)}" for first, last in value)
        return self._word(value, item.kind)

    def _word(self, value: object, kind: str) -> str:
        if isinstance(value, str):
            return value
        assert isinstance(value, int | Fraction)
        word = int(value * RATIO_DENOMINATOR) if kind == "ratio" else int(value)
        return word_text(word, kind, self.plan.minor_digits)

    def _unit(self, place: int) -> str:
        return f"{place}{SEPARATOR}{self.histories[place].rows[0].member[self.unit]}"

    def _units_in_key(self, accumulator: str) -> set[int]:
        """The parts of a key that are the id of a member or a unit."""
        plan = next(item for item in self.plan.accumulators if item.name == accumulator)
        ids = {f"code:member.{MEMBER_ID}", f"code:member.{self.unit}"}
        return {at for at, kind in enumerate(plan.key_kinds) if kind in ids}

    def _key(self, place: int, row: StateRow) -> str:
        places = self._units_in_key(row.accumulator)
        return json.dumps(
            [f"{place}{SEPARATOR}{part}" if at in places else part for at, part in enumerate(row.key)]
        )


def _people(
    history: History, date: str
) -> Iterator[tuple[str, Mapping[str, object], int | None, int | None]]:
    """The members of a history, each as often as it becomes another: id, attributes, first and last
    day (None: open)."""
    spans: dict[str, list[tuple[Mapping[str, object], int]]] = {}
    for row in history.rows:
        known = spans.setdefault(str(row.member[MEMBER_ID]), [])
        if not known or known[-1][0] != row.member:
            day = row.claim[date]
            assert isinstance(day, int)
            known.append((row.member, day))
    for name, parts in spans.items():
        for place, (values, first) in enumerate(parts):
            last = parts[place + 1][1] - 1 if place + 1 < len(parts) else None
            yield name, values, first if place else None, last


def _day(day: object) -> str:
    assert isinstance(day, int)
    return (EPOCH + datetime.timedelta(day)).isoformat()


def _table(columns: Mapping[str, Sequence[str | None]]) -> OutTable:
    return OutTable([text_column(name, texts) for name, texts in columns.items()])


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
