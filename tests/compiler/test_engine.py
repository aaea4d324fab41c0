"""The runtime's engine adjudicates random compiled kernels as the interpreter does: tables of many
members in, payments, rejects and totals out, also in two batches with the totals between them; so
also families, members whose attributes vary, and refunds."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from hmbc.compiler.build import build, load
from hmbc.compiler.ceilings import with_ceilings
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.interpret import Interpreter, State, Step
from hmbc.compiler.kernel import Accumulator, Input, Kernel
from hmbc.compiler.optimise import PLAIN
from hmbc.compiler.print_kernel import print_kernel
from hmbc.compiler.refunds import Row, Settled, settle
from hmbc.dsl.expr import Attribute
from hmbc.dsl.types import Code, Money

pa = pytest.importorskip("pyarrow")
evaluator = pytest.importorskip("hmbc.runtime.evaluator", reason="the runtime is not built")

KERNELS = 12
ROWS = 60
MEMBERS = ("A", "B", "C")
LISTS = {"outside": ("D2", "R1")}


def text(kind: str, value: Any) -> str | None:
    """A value as a cell of a CSV file has it."""
    if value is None:
        return None
    match kind:
        case "money":
            return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"
        case "ratio":
            millionths = int(Fraction(value) * 10**6)
            return f"{millionths // 10**6}.{millionths % 10**6:06}"
        case "date":
            return (datetime.date(1970, 1, 1) + datetime.timedelta(days=value)).isoformat()
        case "bool":
            return "yes" if value else "no"
        case "periods":
            return ";".join(f"{text('date', a)}..{text('date', b)}" for a, b in value)
        case _:
            return str(value)


def table(plans: Sequence[Any], rows: Sequence[Mapping[str, Any]], *ids: str) -> Any:
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in ids}
    for plan in plans:
        cells = [text(plan.kind, row.get(plan.name)) for row in rows]
        columns[plan.name] = pa.array(cells, pa.string())
    return pa.table(columns)


def files(
    random: Random, maker: ModuleType
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Claims of all members in the order of their dates, and the members."""
    members = {name: maker.members(random) for name in MEMBERS}
    rows = [{**row, "member_id": name} for name in MEMBERS for row in maker.claims(random, ROWS)]
    rows.sort(key=lambda row: row["date"])
    for place, row in enumerate(rows):
        row["claim_id"] = f"c{place}"
        row["drug"] = row["drug"] or "D9"  # an empty cell is no value
        row["referral"] = row.get("referral") or None
    return rows, members


def reference(
    kernel: Kernel,
    parameters: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    members: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, Step], dict[str, State]]:
    """Each claim's step, and each member's totals at the end."""
    interpreter = Interpreter(kernel, parameters, LISTS)
    states = {name: State() for name in members}
    steps = {}
    for row in rows:
        name = row["member_id"]
        steps[row["claim_id"]] = interpreter.step(states[name], row, members[name])
        states[name] = steps[row["claim_id"]].state
    return steps, states


def totals(kernel: Kernel, states: Mapping[str, State]) -> Iterator[tuple[str, str, str, int, int]]:
    """The rows of the state table that say something."""
    for name, state in states.items():
        for row in state.rows(kernel):
            if row.total:
                key = json.dumps(list(row.key), separators=(",", ":"), ensure_ascii=False)
                yield name, row.accumulator, key, row.total, row.denominator


def test_the_engine_agrees_with_the_interpreter(
    make: SimpleNamespace, random_kernels: ModuleType
) -> None:
    random = Random(77)
    made = random_kernels.kernels(random, make)
    kernels = [next(made) for _ in range(KERNELS)]
    module = load(build(emit_module(kernels, [PLAIN] * len(kernels)), "engine"), "engine")
    for number, kernel in enumerate(kernels):
        engine = evaluator.Evaluator(
            SimpleNamespace(PLAN=module.PLANS[number], entry=lambda n=number: module.ENTRIES[n])
        )
        plan = engine.plan
        rows, members = files(random, random_kernels)
        steps, states = reference(kernel, {"line": 10_000, "top_up": Fraction(1, 8)}, rows, members)
        given = {"line": "100.00", "top_up": "0.125", **LISTS}
        people = table(
            plan.member, [{"member_id": name, **one} for name, one in members.items()], "member_id"
        )
        cut = next(n for n in range(len(rows) // 2, len(rows)) if new_day(rows, n))
        state, got, refused = None, {}, set()
        for part in (rows[:cut], rows[cut:]):
            claims = table(plan.claim, part, "claim_id", "member_id")
            done = engine.adjudicate(claims, people, given, state)
            state = done.state
            got |= {row["claim_id"]: row for row in done.payments.rows()}
            refused |= {row["claim_id"] for row in done.rejects.rows()}
        where = f"kernel {number}\n{print_kernel(kernel)}"
        assert refused == {id for id, step in steps.items() if step.status != "ok"}, where
        for id, row in got.items():
            for layer, pay in steps[id].pays.items():
                assert row[f"{layer}_pay"] * 100 == pay, f"{id} {where}"
                assert row[f"{layer}_reason"] == steps[id].reasons[layer], f"{id} {where}"
            assert row["total_pay"] * 100 == steps[id].total_pay
            assert row["reason"] == steps[id].reason, f"{id} {where}"
        assert got and state is not None
        held = {
            tuple(row[name] for name in ("member_id", "accumulator", "key", "total", "denominator"))
            for row in state.rows()
            if row["total"] and not row["accumulator"].startswith("@")
        }
        assert held == set(totals(kernel, states)), where


def new_day(rows: Sequence[Mapping[str, Any]], place: int) -> bool:
    return place + 1 == len(rows) or rows[place]["date"] != rows[place - 1]["date"]


# ---- families, members that vary, refunds

HOUSEHOLDS = {"A": "H", "B": "H", "C": "A"}  # one is called as a member is
VARYING = ("poor", "enrolled", "suspended")
BORDERS = (19_000, 20_000)
"""Days on which a new row of each member begins; the rows of claims lie on either side."""


def of_families(kernel: Kernel) -> Kernel:
    """The kernel with one account for a household, and each person's own total beside it."""
    own = Input(owner="member", name="member_id", type=Code("member.member_id"))
    household = Input(owner="member", name="household", type=Code("member.household"))
    varying = (
        evolve(one, varies=one.owner == "member" and one.name in VARYING) for one in kernel.inputs
    )
    total = Accumulator(
        name="own",
        adds=Attribute("claim", "amount", Money()),
        keys=(Attribute("member", "member_id", own.type),),
        sequential=False,
        ceiling=0,
    )
    return with_ceilings(
        evolve(
            kernel,
            unit="household",
            inputs=(*varying, household, own),
            items=(*kernel.items, total),
        )
    )


def stretches(random: Random, maker: ModuleType) -> list[dict[str, Any]]:
    """The rows of the members table, their days as numbers."""
    rows = []
    for name, household in HOUSEHOLDS.items():
        fixed = maker.members(random)
        firsts, lasts = (None, *BORDERS), (*(day - 1 for day in BORDERS), None)
        for first, last in zip(firsts, lasts, strict=True):
            other = {key: value for key, value in maker.members(random).items() if key in VARYING}
            own = {key: value for key, value in fixed.items() if key not in VARYING}
            ids = {"member_id": name, "household": household}
            rows.append({**own, **other, **ids, "valid_from": first, "valid_to": last})
    return rows


def on(people: Sequence[Mapping[str, Any]], name: str, day: int) -> Mapping[str, Any]:
    """A member's row on a day."""
    return next(
        row
        for row in people
        if row["member_id"] == name
        and (row["valid_from"] or day) <= day <= (row["valid_to"] or day)
    )


def with_refunds(random: Random, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, and among them some that take back others, mistakes included."""
    mixed: list[dict[str, Any]] = []
    for row in rows:
        mixed.append({**row, "refunds": None})
        if random.random() < 0.25:
            taken = random.choice(mixed[-8:])
            name = taken["member_id"] if random.random() < 0.9 else random.choice(MEMBERS)
            ids = {"claim_id": f"r{len(mixed)}", "member_id": name, "refunds": taken["claim_id"]}
            mixed.append({**ids, "date": row["date"]})
    return mixed


def test_families_that_vary_and_take_claims_back(
    make: SimpleNamespace, random_kernels: ModuleType
) -> None:
    random = Random(78)
    made = random_kernels.kernels(random, make)
    kernels = [of_families(next(made)) for _ in range(KERNELS)]
    module = load(build(emit_module(kernels, [PLAIN] * len(kernels)), "families"), "families")
    seen: set[str] = set()
    for number, kernel in enumerate(kernels):
        engine = evaluator.Evaluator(
            SimpleNamespace(PLAN=module.PLANS[number], entry=lambda n=number: module.ENTRIES[n])
        )
        plan = engine.plan
        rows, _ = files(random, random_kernels)
        people = stretches(random, random_kernels)
        cut = next(n for n in range(len(rows) // 3, len(rows)) if new_day(rows, n))
        first, second = rows[:cut], with_refunds(random, rows[cut:])
        given = {"line": "100.00", "top_up": "0.125", **LISTS}
        members = table(
            [one for one in plan.member if one.name != "member_id"], people, "member_id"
        )
        for place in ("valid_from", "valid_to"):
            days = [text("date", row[place]) for row in people]
            members = members.append_column(place, pa.array(days, pa.string()))
        before = engine.adjudicate(
            table(plan.claim, first, "claim_id", "member_id"), members, given
        )
        claims = table(plan.claim, second, "claim_id", "member_id").append_column(
            "refunds", pa.array([row["refunds"] for row in second], pa.string())
        )
        done = engine.adjudicate(claims, members, given, before.state)
        where = f"kernel {number}\n{print_kernel(kernel)}"
        expected, states = histories(kernel, people, first, second)
        got = {row["claim_id"]: row for row in (*before.payments.rows(), *done.payments.rows())}
        assert set(got) == {one.id for one in expected if one.status == "ok"}, where
        for one in expected:
            seen.add("refunded" if one.step is None and one.status == "ok" else one.status)
            for layer, pay in one.pays.items() if one.status == "ok" else ():
                assert got[one.id][f"{layer}_pay"] * 100 == pay, f"{one.id} {where}"
                reason = "refund" if one.step is None else one.step.reasons[layer]
                assert got[one.id][f"{layer}_reason"] == reason, f"{one.id} {where}"
        held = {
            tuple(row[name] for name in ("member_id", "accumulator", "key", "total", "denominator"))
            for row in done.state.rows()
            if row["total"] and not row["accumulator"].startswith("@")
        }
        assert held == set(totals(kernel, states)), where
    refunds = {"refund_unknown", "refund_twice", "refund_of_refund", "refund_rejected"}
    assert {"refunded", "ceiling", "bound", *refunds} <= seen


def histories(
    kernel: Kernel,
    people: Sequence[Mapping[str, Any]],
    first: Sequence[Mapping[str, Any]],
    second: Sequence[Mapping[str, Any]],
) -> tuple[list[Settled], dict[str, State]]:
    """What the reference makes of each household's rows, and the states in the end."""
    interpreter = Interpreter(kernel, {"line": 10_000, "top_up": Fraction(1, 8)}, LISTS)
    settled: list[Settled] = []
    states: dict[str, State] = {}
    for household in set(HOUSEHOLDS.values()):
        state: State | None = None
        for part in (first, second):
            rows = [
                Row(
                    id=row["claim_id"],
                    claim=row,
                    member=on(people, row["member_id"], row["date"]),
                    refunds=row.get("refunds"),
                )
                for row in part
                if HOUSEHOLDS[row["member_id"]] == household
            ]
            one, state = settle(interpreter, rows, state)
            settled += one
        states[household] = state or State()
    return settled, states
