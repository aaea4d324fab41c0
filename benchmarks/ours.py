"""The compiled schemes w1.hmb and w2.hmb: the whole call on Arrow tables, and the bare function."""

from __future__ import annotations

from typing import Any

import native
import numpy as np
import pyarrow as pa
from made_data import CAUSES, KINDS, YEAR, Columns
from measure import QUICK, Way

from hmbc.compiler.pipeline import compile_file, module_of
from hmbc.runtime.evaluator import Evaluator

WHOLE = "hmbc, `adjudicate` on Arrow tables"
BARE = "hmbc, `hmb_run` alone, unit by unit"
FEED = "hmbc, compiled function alone"
FLAG_NAMES = tuple(name.partition(":")[2] for name in CAUSES[2:])


def made(name: str) -> tuple[Evaluator, Any]:
    kernel = compile_file(str(native.HERE / f"{name}.hmb")).kernel
    assert kernel is not None
    module = module_of(kernel)
    return Evaluator(module), module


def whole(evaluator: Evaluator, *tables: Any, **more: Any) -> tuple[Any, Any]:
    """The whole call, and its payments as a table of Arrow's, for which decimals are made."""
    done = evaluator.adjudicate(*tables, minor_units=True, **more)
    return done, pa.table(done.payments)


def fen(column: Any) -> Any:
    """A decimal128 column as int64: its low words."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    assert column.null_count == 0
    words = np.frombuffer(column.buffers()[1], np.int64)[::2]
    return words[column.offset : column.offset + len(column)]


def w1(data: Columns, library: Any) -> list[Way]:
    rows = len(data["ill"])
    evaluator, module = made("w1")
    table = pa.table(
        {
            "claim_id": np.arange(rows),
            "member_id": np.arange(rows),
            "date": pa.array(np.full(rows, YEAR[0] + 50, np.int32)).cast(pa.date32()),
            "preexisting": pa.array(data["ill"] != 0),
        }
        | {kind: data[kind] for kind in KINDS}
    )

    def answer(given: Any) -> tuple[Any, ...]:
        done, out = given
        assert done.counts.rejected == 0
        return tuple(fen(out[name]) for name in [f"{x}_pay" for x in evaluator.plan.layers] + ["total_pay"])

    columns = {"preexisting": data["ill"].astype(np.int64), "date": np.full(rows, YEAR[0] + 50, np.int64)}
    order = np.arange(rows, dtype=np.int64)
    call, pay, _, status = native.bare(
        library, module, evaluator.plan, columns | {kind: data[kind] for kind in KINDS}, {},
        np.zeros(rows, np.int64), order, np.array([0, rows], np.int64),
    )  # fmt: skip

    def bare_answer(_: Any) -> tuple[Any, ...]:
        assert not status.any()
        return (*pay, pay[0] + pay[1] + pay[2] + pay[3])

    narrow = {"preexisting": data["ill"], "date": np.full(rows, YEAR[0] + 50, np.int32)}
    wanted = (*(f"{x}_pay" for x in evaluator.plan.layers), "total_pay")
    fed, out = native.feed(
        module, evaluator.plan, narrow | {kind: data[kind] for kind in KINDS}, {},
        np.zeros(0, np.int32), wanted, lambda rows, out: None,
    )  # fmt: skip
    return [
        Way(FEED, rows, fed, lambda _: tuple(out[name] for name in wanted), QUICK),
        Way(BARE, rows, call, bare_answer),
        Way(WHOLE, rows, lambda: whole(evaluator, table), answer, 3),
    ]


def people_columns(people: Columns) -> Columns:
    """The scheme's names for the columns of members."""
    names = {"preexisting": "ill", "covered_from": "from", "covered_to": "to",
             "suspended_from": "from2", "suspended_to": "to2"}  # fmt: skip
    return {new: people[old] for new, old in names.items()}


def claim_table(claims: Columns) -> Any:
    """Claims as an Arrow table with the scheme's columns; money counts fen."""
    n = len(claims["member"])
    kinds = pa.DictionaryArray.from_arrays(claims["kind"].astype(np.int8), pa.array(KINDS))
    columns = {
        "claim_id": np.arange(n), "member_id": claims["member"].astype(np.int64),
        "date": pa.array(claims["date"]).cast(pa.date32()), "kind": kinds, "amount": claims["amount"],
    }  # fmt: skip
    for bit, name in enumerate(FLAG_NAMES):
        columns[name] = pa.array((claims["flags"] >> bit & 1).astype(bool))
    return pa.table(columns)


def member_table(people: Columns) -> Any:
    columns = people_columns(people)
    dates = {x: pa.array(columns[x]).cast(pa.date32()) for x in columns if x != "preexisting"}
    ids = np.arange(len(people["ill"]))
    return pa.table({"member_id": ids, "preexisting": pa.array(people["ill"] != 0)} | dates)


def cause_numbers(names: list[str]) -> Any:
    """Of each of our reasons: 1 + its place among the causes, 0 for one that is none."""
    return np.array([CAUSES.index(x) + 1 if x in CAUSES else 0 for x in names], np.uint8)


def w2(claims: Columns, people: Columns, library: Any) -> list[Way]:
    n, members = len(claims["member"]), len(people["ill"])
    evaluator, module = made("w2")
    table, persons = claim_table(claims), member_table(people)

    def answer(given: Any) -> tuple[Any, ...]:
        done, out = given
        assert done.counts.rejected == 0
        reason = out["reason"].combine_chunks()
        numbers = cause_numbers(reason.dictionary.to_pylist())
        return fen(out["total_pay"]), numbers[np.asarray(reason.indices)]

    columns = {x: claims[x].astype(np.int64) for x in ("date", "kind", "amount")}
    for bit, name in enumerate(FLAG_NAMES):
        columns[name] = (claims["flags"] >> bit & 1).astype(np.int64)
    known = {name: values.astype(np.int64) for name, values in people_columns(people).items()}
    order = np.argsort(claims["member"], kind="stable").astype(np.int64)
    starts = np.r_[0, np.cumsum(np.bincount(claims["member"], minlength=members))].astype(np.int64)
    call, pay, reason, status = native.bare(
        library, module, evaluator.plan, columns, known, claims["member"].astype(np.int64), order, starts
    )
    numbers = cause_numbers(list(evaluator.plan.reasons))

    def bare_answer(_: Any) -> tuple[Any, ...]:
        assert not status.any()
        return sum(pay), numbers[reason[0]]

    narrow = {x: claims[x] for x in ("date", "kind", "amount")}
    for bit, name in enumerate(FLAG_NAMES):
        narrow[name] = (claims["flags"] >> bit & 1).astype(np.uint8)
    ranks = np.array(evaluator.plan.reason_ranks)

    def again(rows: Any, starts: Any, out: dict[str, Any]) -> None:
        call(rows, starts.astype(np.int64))  # type: ignore[call-arg]
        pays = np.array([column[rows] for column in pay])
        reasons = np.array([column[rows] for column in reason])
        deciding = np.where(pays > 0, 0, ranks[reasons]).argmin(axis=0)
        out["total_pay"][rows] = pays.sum(axis=0)
        out["reason"][rows] = reasons[deciding, np.arange(len(rows))]

    fed, out = native.feed(
        module, evaluator.plan, narrow, known, claims["member"], ("total_pay", "reason"), again
    )
    return [
        Way(FEED, n, fed, lambda _: (out["total_pay"], numbers[out["reason"]]), QUICK),
        Way(BARE, n, call, bare_answer),
        Way(WHOLE, n, lambda: whole(evaluator, table, persons), answer, 3),
    ]
