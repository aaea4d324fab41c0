"""What W3 and W4 share: two functions of a C file, and our evaluator on Arrow tables. The answer is
what a claim is paid in all, and its reason."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import made_data
import native
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from measure import QUICK, Way
from ours import FEED, WHOLE, fen
from ours import whole as whole_call

from hmbc.compiler.pipeline import compile_file, module_of
from hmbc.runtime.evaluator import Evaluator


def library(source: str) -> ctypes.CDLL:
    so = f"{mkdtemp()}/{source}.so"
    code = str(native.HERE / source)
    subprocess.run(["gcc", *native.FLAGS, "-shared", "-fPIC", code, "-o", so], check=True)
    return ctypes.CDLL(so)


def by_hand(
    code: ctypes.CDLL, name: str, rows: int, members: int, given: Any, totals: int, record: int
) -> list[Way]:
    """naive_ and best_ `name`. given: their struct of columns. totals: the naive one's words by
    member; record: the best one's bytes by member."""
    mask = (1 << (2 * rows).bit_length()) - 1
    sums, table = np.zeros(totals * members, np.int64), np.zeros(2 * (mask + 1), np.int64)
    records, chain = made_data.empty(record * members // 8), made_data.empty(2 * rows)
    outs = [(made_data.empty(rows), made_data.empty(rows, np.uint8)) for _ in range(2)]
    place = ctypes.c_void_p(ctypes.addressof(given))
    slow = native.caller(getattr(code, f"naive_{name}"), rows, place, sums, table, mask, *outs[0])
    fast = native.caller(getattr(code, f"best_{name}"), rows, members, place, records, chain, *outs[1])
    for call in (slow, fast):
        call.held += (given,)       # type: ignore[attr-defined]

    def naive() -> None:
        sums[:] = 0
        table[:] = 0
        slow()

    return [
        Way("naive C", rows, naive, lambda _: outs[0], 5),
        Way("best hand-written C", rows, fast, lambda _: outs[1], QUICK),
    ]


def choice(column: Any, names: Sequence[str]) -> Any:
    """A column of small numbers as the names that they stand for; below zero: none."""
    absent = column < 0 if np.issubdtype(column.dtype, np.signedinteger) else None
    wide = np.int8 if len(names) < 128 else np.int32
    return pa.DictionaryArray.from_arrays(
        pa.array(np.maximum(column, 0).astype(wide), mask=absent), pa.array(names)
    )


def day(number: int) -> str:
    return str(np.datetime64(number, "D"))


@frozen(kw_only=True)
class Columns:
    """What the compiled function by itself is given, by the scheme's names and as narrow as Arrow's.
    unit: of each claim its place among the members; given: of optional attributes, where they are;
    row, version, starts_of: as `native.feed`; parameters and listed (which codes are in the list): in the plan's order."""

    claim: Mapping[str, Any]
    member: Mapping[str, Any]
    unit: Any
    given: Mapping[str, Any] = {}
    parameters: Sequence[int] = ()
    listed: Sequence[Any] = ()
    row: Any = None
    version: Any = None
    starts_of: Any = None


def ours(
    scheme: Path,
    claims: Any,
    people: Any,
    parameters: Mapping[str, object],
    reasons: Sequence[str],
    columns: Columns | None = None,
) -> list[Way]:
    """The whole call; money of the tables counts fen. reasons: in the order of the C file's. columns:
    the same again for the compiled function by itself, where there is one."""
    kernel = compile_file(str(scheme)).kernel
    assert kernel is not None
    module = module_of(kernel)
    evaluator = Evaluator(module)

    def answer(given: Any) -> tuple[Any, ...]:
        done, out = given
        assert done.counts.rejected == 0, done.counts
        reason = out["reason"].combine_chunks()
        names = reason.dictionary.to_pylist()       # more than `reasons`: refund
        numbers = np.array([reasons.index(x) if x in reasons else 255 for x in names], np.uint8)
        return fen(out["total_pay"]), numbers[np.asarray(reason.indices)]

    def run() -> Any:
        return whole_call(evaluator, claims, people, parameters=parameters)

    whole = Way(WHOLE, len(claims), run, answer, 3)
    if columns is None:
        return [whole]

    def again(rows: Any, _: Any, out: Any) -> None:
        """Members whose totals their records cannot hold, all at once, as the runtime does it: by `hmb_run`."""
        own = claims.take(rows)
        persons = people.filter(pc.is_in(people["member_id"], value_set=own["member_id"].combine_chunks()))
        done = evaluator.adjudicate(own, persons, parameters=parameters, minor_units=True)
        table = pa.table(done.payments)
        reason = table["reason"].combine_chunks()
        names = [*evaluator.plan.reasons, "refund"]
        places = np.array([names.index(x) for x in reason.dictionary.to_pylist()], np.uint8)
        out["total_pay"][rows] = fen(table["total_pay"])
        out["reason"][rows] = places[np.asarray(reason.indices)]

    fed, out = native.feed(
        module, evaluator.plan, columns.claim, columns.member, columns.unit, ("total_pay", "reason"),
        again, columns.given, columns.parameters, columns.listed, columns.row,
        columns.version, columns.starts_of,
    )  # fmt: skip
    own = np.array([reasons.index(x) if x in reasons else 255 for x in evaluator.plan.reasons], np.uint8)
    return [
        Way(FEED, len(claims), fed, lambda _: (out["total_pay"], own[out["reason"]]), QUICK),
        whole,
    ]
