"""The runtime's engine adjudicates random compiled kernels as the interpreter does: tables of many
members in, payments, rejects and totals out, also in two batches with the totals between them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hmbc.compiler.build import build, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.interpret import Interpreter, State, Step
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.print_kernel import print_kernel

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
    module = load(build(emit_module(kernels), "engine"), "engine")
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
