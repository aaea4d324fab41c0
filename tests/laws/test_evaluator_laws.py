"""Compiled evaluators against the interpreter, and the laws of what both are: one stream function.

Many random schemes are compiled into one module; every claim of it is adjudicated by both. The
second runs of the laws (a larger bill, a divided one) go through the evaluator alone, which the first
test has held against the interpreter on the same schemes.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from scheme_laws import due

from hmbc.compiler.interpret import Interpreter
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.refunds import Row, settle

MEMBERS, CLAIMS = 20, 44
"""Members of each scheme, and claims of each."""

TAKING_BACK = 4
"""Units of each scheme whose claims are taken back: the reference replays them one by one."""

EPOCH = date(1970, 1, 1).toordinal()

ENOUGH = 200_000
"""Claims that a run adjudicates at least."""

adjudicated: Counter[str] = Counter()
done: set[int] = set()


class Unit(SimpleNamespace):
    """A unit of members with claims and what the interpreter makes of them."""


@pytest.fixture(scope="module")
def work(
    batch_of: Callable[[int], list[SimpleNamespace]], lawful: SimpleNamespace
) -> Callable[[int], list[SimpleNamespace]]:
    """Schemes of a module with members, claims, the interpreter's steps and the evaluator's batch."""
    known: dict[int, list[SimpleNamespace]] = {}

    def get(number: int) -> list[SimpleNamespace]:
        if number not in known:
            known.clear()
            known[number] = [_worked(scheme, lawful) for scheme in batch_of(number)]
            done.add(number)
        return known[number]

    return get


def _worked(scheme: SimpleNamespace, lawful: SimpleNamespace) -> SimpleNamespace:
    claims, laws, kernel, size = lawful.claims, lawful.laws, scheme.kernel, scheme.drawn.size
    random = Random(scheme.seed)
    scheme.random = random
    scheme.parameters = claims.parameters(random, kernel)
    scheme.lists = claims.lists(random, kernel)
    scheme.given = claims.given_parameters(kernel, scheme.parameters, scheme.lists)
    scheme.verdicts = laws.promised(kernel)
    scheme.probed, scheme.caps = laws.with_probes(kernel)
    scheme.units = []
    for place in range(MEMBERS):
        people = claims.people(random, kernel, size, place)
        rows = claims.claims(random, kernel, size, CLAIMS, list(people.members))
        steps = laws.run(scheme.probed, scheme.parameters, scheme.lists, rows, people)
        scheme.units.append(Unit(id=people.id, people=people, rows=rows, steps=steps))
        adjudicated["interpreter"] += len(rows)
    tables = [unit.people.rows(kernel) for unit in scheme.units]
    ids, values = ([x for table in tables for x in table[part]] for part in (0, 1))
    scheme.members = claims.table(kernel, "member", ids, values)
    scheme.claims = table(scheme, [unit.rows for unit in scheme.units], lawful)
    scheme.batch = run(scheme, scheme.claims)
    return scheme


def table(
    scheme: SimpleNamespace, rows: Sequence[Sequence[Any]], lawful: SimpleNamespace, first: int = 0
) -> Any:
    """The claims of every unit, in the order of the units."""
    ids = [
        {"member_id": row["member_id"], "claim_id": f"{unit.id}.{first + place}"}
        for unit, own in zip(scheme.units, rows, strict=True)
        for place, row in enumerate(own)
    ]
    return lawful.claims.table(scheme.kernel, "claim", ids, [row for own in rows for row in own])


def run(scheme: SimpleNamespace, claims: Any, state: Any = None) -> Any:
    """One batch through the evaluator."""
    adjudicated["evaluator"] += claims.num_rows
    return scheme.evaluator.adjudicate(claims, scheme.members, scheme.given, state)


def sums(batch: Any, layers: Sequence[str]) -> dict[tuple[str, str | None], Decimal]:
    """What is paid in sum, by unit and layer (None: all of them)."""
    found: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for row in batch.payments.rows():
        unit = row["claim_id"].rpartition(".")[0]
        found[unit, None] += row["total_pay"]
        for layer in layers:
            found[unit, layer] += row[f"{layer}_pay"]
    return found


def totals(batch: Any) -> dict[tuple[str, str, tuple[Any, ...]], tuple[int, int]]:
    """The state by unit, accumulator and key."""
    return {
        (row["member_id"], row["accumulator"], tuple(json.loads(row["key"]))): (
            row["total"], row["denominator"],
        )
        for row in batch.state.rows()
        if not row["accumulator"].startswith("@")
    }  # fmt: skip


def layers_of(kernel: Kernel) -> list[str]:
    return [outcome.layer for outcome in kernel.outcomes]


def shown(scheme: SimpleNamespace, unit: SimpleNamespace, place: int | None = None) -> str:
    """What to look at where a law fails: the scheme, and the claims up to the one that fails."""
    rows = unit.rows if place is None else unit.rows[: place + 1]
    given = (scheme.parameters, scheme.lists, unit.people)
    return "\n".join([f"seed {scheme.seed}", scheme.drawn.text, str(given), *map(str, rows)])


def expected(
    scheme: SimpleNamespace, unit: SimpleNamespace
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Payments as the interpreter has them, by place."""
    for place, step in enumerate(unit.steps):
        if step.status != "ok":
            continue
        row: dict[str, Any] = {"total_pay": step.total_pay, "reason": step.reason}
        for number, deadline in enumerate(scheme.kernel.deadlines):
            day = due(scheme.kernel, unit.rows[place], step, deadline, number)
            row[f"{deadline.name}_due"] = None if day is None else date.fromordinal(EPOCH + day)
        for layer in layers_of(scheme.kernel):
            row |= {f"{layer}_pay": step.pays[layer], f"{layer}_reason": step.reasons[layer]}
        yield place, row


def test_the_evaluator_pays_what_the_interpreter_pays(
    work: Callable[[int], list[SimpleNamespace]], number: int
) -> None:
    for scheme in work(number):
        scale = Decimal(1).scaleb(-scheme.kernel.minor_digits)
        got = {row["claim_id"]: row for row in scheme.batch.payments.rows()}
        rejected = {row["claim_id"] for row in scheme.batch.rejects.rows()}
        state = totals(scheme.batch)
        for unit in scheme.units:
            refused = {
                f"{unit.id}.{place}" for place, step in enumerate(unit.steps) if step.status != "ok"
            }
            assert {one for one in rejected if one.startswith(f"{unit.id}.")} == refused
            for place, row in expected(scheme, unit):
                paid = got.pop(f"{unit.id}.{place}")
                for name, value in row.items():
                    wanted = value * scale if isinstance(value, int) else value
                    assert paid[name] == wanted, f"{name} {paid}\n{shown(scheme, unit, place)}"
            for total in unit.steps[-1].state.rows(scheme.kernel):
                key = (unit.id, total.accumulator, total.key)
                found = state.pop(key, None)
                assert found == (total.total, total.denominator), f"{key}\n{shown(scheme, unit)}"
        assert not got and not state


def test_one_claim_at_a_time_pays_what_a_batch_pays(
    work: Callable[[int], list[SimpleNamespace]], number: int, lawful: SimpleNamespace
) -> None:
    from hmbc.runtime.errors import BadRow

    for scheme in work(number):
        kinds = {(given.owner, given.name): given.type for given in scheme.kernel.inputs}
        digits = scheme.kernel.minor_digits

        def texts(owner: str, values: Any, kinds: Any = kinds, digits: int = digits) -> Any:
            cell = lawful.claims.cell
            return {
                name: cell(value, kinds[owner, name], digits) if (owner, name) in kinds else value
                for name, value in values.items()
            }

        def typed(values: Any, fen: bool, kinds: Any = kinds, digits: int = digits) -> Any:
            return {
                name: lawful.claims.python(value, kinds["claim", name], digits, fen)
                if ("claim", name) in kinds
                else value
                for name, value in values.items()
            }

        got = {row["claim_id"]: row for row in scheme.batch.payments.rows()}
        for unit in scheme.units[:3]:
            ids, values = unit.people.rows(scheme.kernel)
            members = [one | texts("member", own) for one, own in zip(ids, values, strict=True)]
            member = members[0] if len(members) == 1 else members
            session = scheme.evaluator.open(member, scheme.given)
            quick = scheme.evaluator.open(member, scheme.evaluator.read_parameters(scheme.given))
            in_fen = scheme.evaluator.open(member, scheme.given, minor_units=True)
            ordered = scheme.evaluator.open(member, scheme.given)
            names = sorted({name for row in unit.rows for name in typed(row, False)})
            in_order = ordered.settler(*names)
            kept = []
            for place, row in enumerate(unit.rows):
                paid = got.get(f"{unit.id}.{place}")
                ways = (
                    partial(session.settle, texts("claim", row)),
                    partial(quick.settle, **typed(row, False)),
                    partial(in_fen.settle, typed(row, True)),
                    partial(in_order, *map(typed(row, False).get, names)),
                )
                adjudicated["one at a time"] += len(ways)
                where = shown(scheme, unit, place)
                if paid is None:
                    told = []
                    for way in ways:
                        with pytest.raises(BadRow) as error:
                            way()
                        told.append(error.value.rejects)
                    assert told[1:] == told[:1] * 3, where
                    continue
                settled, *others = [way() for way in ways]
                assert others == [settled] * 3, where
                kept.append((others[-1], settled))
                assert (settled.total_pay, settled.reason) == (paid["total_pay"], paid["reason"]), (
                    where
                )
                for layer, (pay, reason) in settled.layers.items():
                    assert (pay, reason) == (paid[f"{layer}_pay"], paid[f"{layer}_reason"]), where
            # the same still, when the sessions have gone on
            assert [one for one, _ in kept] == [one for _, one in kept]
            own = {key: total for key, total in totals(scheme.batch).items() if key[0] == unit.id}
            assert totals(session) == own, shown(scheme, unit)


def test_a_batch_may_be_cut_anywhere(
    work: Callable[[int], list[SimpleNamespace]], number: int, lawful: SimpleNamespace
) -> None:
    for scheme in work(number):
        cuts = [scheme.random.randint(0, CLAIMS) for _ in scheme.units]
        whole = list(scheme.batch.payments.rows())
        parts, state = [], None
        for first in (True, False):
            rows = [
                unit.rows[:cut] if first else unit.rows[cut:]
                for unit, cut in zip(scheme.units, cuts, strict=True)
            ]
            ids = [
                {"member_id": unit.rows[place]["member_id"], "claim_id": f"{unit.id}.{place}"}
                for unit, cut in zip(scheme.units, cuts, strict=True)
                for place in (range(cut) if first else range(cut, CLAIMS))
            ]
            claims = lawful.claims.table(
                scheme.kernel, "claim", ids, [x for own in rows for x in own]
            )
            if claims.num_rows == 0:
                continue
            batch = run(scheme, claims, state)
            parts += list(batch.payments.rows())
            state = batch.state
        assert sorted(parts, key=str) == sorted(whole, key=str), f"{cuts}\n{scheme.drawn.text}"
        assert totals(batch) == totals(scheme.batch), f"{cuts}\n{scheme.drawn.text}"


def test_claims_that_are_taken_back_are_as_if_they_had_never_been(
    work: Callable[[int], list[SimpleNamespace]], number: int, lawful: SimpleNamespace
) -> None:
    """Rows that refund others, against the reference of compiler/refunds.py."""
    taken: Counter[str] = Counter()
    for scheme in work(number):
        kernel = scheme.kernel
        scale = Decimal(1).scaleb(-kernel.minor_digits)
        interpreter = Interpreter(kernel, scheme.parameters, scheme.lists)
        histories = [taking_back(scheme, unit) for unit in scheme.units[:TAKING_BACK]]
        ids = [
            {"member_id": row["member_id"], "claim_id": one.id, "refunds": one.refunds}
            for history in histories
            for one, row in history
        ]
        rows = [row for history in histories for _, row in history]
        batch = run(scheme, lawful.claims.table(kernel, "claim", ids, rows))
        got = {row["claim_id"]: row for row in batch.payments.rows()}
        state = {key: total for key, (total, _) in totals(batch).items() if total}
        for unit, history in zip(scheme.units, histories, strict=False):
            settled, after = settle(interpreter, [one for one, _ in history])
            for one, row in zip(settled, history, strict=True):
                paid = got.get(one.id)
                taken[f"refund {one.status}" if one.step is None else "claim"] += 1
                where = f"{one.id} {row[0].refunds} {one.status}\n{shown(scheme, unit)}"
                assert (paid is None) == (one.status != "ok"), where
                for layer, pay in one.pays.items() if paid is not None else ():
                    assert paid[f"{layer}_pay"] == pay * scale, where
            for total in after.rows(kernel):
                if total.total:
                    assert state.pop((unit.id, total.accumulator, total.key)) == total.total
        assert not state, scheme.drawn.text
    assert taken["refund ok"] > 300, taken


def taking_back(scheme: SimpleNamespace, unit: SimpleNamespace) -> list[tuple[Row, Any]]:
    """The claims of a unit and, among them, some rows that take an earlier one back."""
    kernel, random, found = scheme.kernel, scheme.random, []
    for place, row in enumerate(unit.rows):
        member = unit.people.on(row["member_id"], row[kernel.date])
        found.append((Row(id=f"{unit.id}.{place}", claim=row, member=member), row))
        if random.randint(1, 8) == 1:
            of = random.randrange(max(0, place - 9), place + 1)
            of_whom = unit.rows[of]["member_id"]
            back = Row(id=f"{unit.id}.r{place}", claim={}, member={}, refunds=f"{unit.id}.{of}")
            found.append((back, {"member_id": of_whom, kernel.date: row[kernel.date]}))
    return found


def test_what_the_structure_bounds_is_never_passed_on_any_unit(
    work: Callable[[int], list[SimpleNamespace]], number: int, lawful: SimpleNamespace
) -> None:
    for scheme in work(number):
        for unit in scheme.units:
            found = lawful.laws.broken(
                scheme.kernel, scheme.caps, scheme.verdicts, unit.steps, unit.rows
            )
            assert not list(found), shown(scheme, unit)


def test_a_larger_bill_never_pays_less_on_any_unit_where_the_structure_promises_it(
    work: Callable[[int], list[SimpleNamespace]], number: int, lawful: SimpleNamespace
) -> None:
    for scheme in work(number):
        layers = layers_of(scheme.kernel)
        before = sums(scheme.batch, layers)
        promised: dict[str, list[str | None]] = defaultdict(list)
        for verdict in scheme.verdicts:
            if verdict.law == "monotone":
                promised[verdict.subject].append(verdict.layer)
        for name, of in promised.items():
            rows = [
                lawful.laws.raised(scheme.random, scheme.kernel, name, unit.rows, scheme.drawn.size)
                for unit in scheme.units
            ]
            after = run(scheme, table(scheme, rows, lawful))
            assert after.counts.rejected == scheme.batch.counts.rejected
            paid = sums(after, layers)
            for unit, changed in zip(scheme.units, rows, strict=True):
                for layer in of:
                    where = f"{name} {layer} {changed}\n{shown(scheme, unit)}"
                    assert paid[unit.id, layer] >= before[unit.id, layer], where


def test_a_divided_bill_pays_the_same_on_any_unit_where_the_structure_promises_it(
    work: Callable[[int], list[SimpleNamespace]], number: int, lawful: SimpleNamespace
) -> None:
    for scheme in work(number):
        layers = layers_of(scheme.kernel)
        before = sums(scheme.batch, layers)
        promised = [verdict.layer for verdict in scheme.verdicts if verdict.law == "split_proof"]
        if not promised:
            continue
        for _ in range(2):
            rows = [
                lawful.laws.divided(scheme.random, scheme.kernel, unit.rows)
                for unit in scheme.units
            ]
            paid = sums(run(scheme, table(scheme, rows, lawful)), layers)
            for unit, changed in zip(scheme.units, rows, strict=True):
                for layer in promised:
                    where = f"{layer} {changed}\n{shown(scheme, unit)}"
                    assert paid[unit.id, layer] == before[unit.id, layer], where


def test_a_run_adjudicates_two_hundred_thousand_claims(request: pytest.FixtureRequest) -> None:
    if len(done) < 4:
        pytest.skip("only part of the laws ran")
    print(dict(adjudicated))
    assert sum(adjudicated.values()) >= ENOUGH, adjudicated
