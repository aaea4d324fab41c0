"""peers.c, compiled by gcc for this machine and called by ctypes; our scheme's bare function."""

from __future__ import annotations

import ctypes
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import made_data
import numpy as np

from hmbc.runtime.feed_call import width_of

HERE = Path(__file__).parent
# gcc takes 256 bits for some processors with vectors of 512, where these are twice as fast for W1
WIDE = ("-mprefer-vector-width=512",) if platform.machine() == "x86_64" else ()
FLAGS = ("-O3", "-march=native", *WIDE)
HALF = 1 << 31


def prove() -> None:
    """The integers behind best_: for every (rate, cap), (e A + 2^31) >> 32 is the half-up share of
    each excess e from 0 to the least one that reaches the cap."""
    for rates in made_data.RATES:
        for rate, cap in zip(rates, made_data.CAPS, strict=True):
            a = -(-rate * 2**32 // 100)
            most = -(-(2 * cap - 1) * 100 // (2 * rate))
            share = (most * rate * 2 + 100) // 200
            assert share == cap and (most * a + HALF) >> 32 == cap
            # e rate/100 + 1/2 counts 1/steps; what ceil adds stays below one of them
            steps = lcm(2, Fraction(rate, 100).denominator)
            assert Fraction((100 * a - rate * 2**32) * most, 100 * 2**32) < Fraction(1, steps)
            assert most < 2**32 and most * a + HALF < 2**64


def compiled() -> ctypes.CDLL:
    prove()
    so = Path(mkdtemp()) / "peers.so"
    source = ["-shared", "-fPIC", f"-I{HERE.parent / 'runtime'}", str(HERE / "peers.c")]
    subprocess.run(["gcc", *FLAGS, *source, "-o", str(so)], check=True)
    return ctypes.CDLL(str(so))


def place(array: Any) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def caller(function: Any, *arguments: Any) -> Callable[[], None]:
    """A call with arrays as pointers and ints as int64, converted once."""
    function.restype = None
    made = [
        ctypes.c_int64(value) if isinstance(value, int) else
        value if not isinstance(value, np.ndarray) else place(value)
        for value in arguments
    ]  # fmt: skip

    def call() -> None:
        function(*made)

    call.held = arguments  # type: ignore[attr-defined]
    return call


def pointers(arrays: list[Any]) -> Any:
    return (ctypes.c_void_p * (len(arrays) + 1))(*[array.ctypes.data for array in arrays])


def bare(
    library: ctypes.CDLL,
    module: Any,
    plan: Any,
    claim: dict[str, Any],
    member: dict[str, Any],
    row_member: Any,
    rows: Any,
    starts: Any,
) -> tuple[Callable[[], None], list[Any], list[Any], Any]:
    """A call of nothing but hmb_run for each unit, over columns that are int64 already and rows that
    are in the units' order already; and its outputs: pay and reason by layer, status."""
    n = len(row_member)
    capsule_of = ctypes.pythonapi.PyCapsule_GetPointer
    capsule_of.restype, capsule_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    run = capsule_of(module.entry(), b"hmb_run")
    claims = [claim[item.name] for item in plan.claim]
    members = [member[item.name] for item in plan.member]
    pay = [made_data.empty(n) for _ in plan.layers]
    reason = [made_data.empty(n, np.int16) for _ in plan.layers]
    status = made_data.empty(n, np.uint8)
    tables = [pointers(claims), pointers([]), pointers(members), pointers([]), pointers(pay), pointers(reason)]
    none = (ctypes.c_void_p * 64)()
    taken = (ctypes.c_void_p * 8)(
        *[ctypes.addressof(x) for x in (tables[0], none, tables[2], none)],
        None, None, None, row_member.ctypes.data,
    )  # fmt: skip
    given = (ctypes.c_void_p * 3)(
        ctypes.addressof(tables[4]), ctypes.addressof(tables[5]), status.ctypes.data
    )
    fresh = np.zeros(plan.state_words + 1, np.int64)
    for item in plan.accumulators:
        assert not item.keyed
        fresh[item.word : item.word + len(item.key_kinds)] = np.iinfo(np.int64).min
    words = fresh.copy()
    library.bare.restype = None
    held = [tables, pay, reason, status, none, taken, given, fresh, words, claims, members, row_member, rows, starts]

    def call(rows: Any = rows, starts: Any = starts) -> None:
        library.bare(
            ctypes.c_void_p(run), taken, place(rows), place(starts), ctypes.c_int64(len(starts) - 1),
            place(fresh), place(words), ctypes.c_int64(plan.state_words), given,
        )  # fmt: skip

    call.held = held  # type: ignore[attr-defined]
    return call, pay, reason, status


def narrow(column: Any, item: Any) -> Any:
    """A column of members as evaluator.h wants it for a feed."""
    width = width_of(item.kind, len(item.values))
    return np.ascontiguousarray(column, {1: np.uint8, 4: np.int32, 8: np.int64}[width])


def feed(
    module: Any,
    plan: Any,
    claim: dict[str, Any],
    member: dict[str, Any],
    unit: Any,
    wanted: tuple[str, ...],
    again: Callable[[Any, Any, dict[str, Any]], None],
    given: Mapping[str, Any] | None = None,
    parameters: Sequence[int] = (),
    listed: Sequence[Any] = (),
    row: Any = None,
    version: Any = None,
    starts_of: Any = None,
) -> tuple[Callable[[], None], dict[str, Any]]:
    """A call of nothing but the feed: records made anew from the columns of members, then all rows.
    again: does the rows of all units that a record cannot hold (which, and where each one's begin), and
    writes them to the outputs.
    claim: columns as evaluator.h wants them for a feed, in any order of rows within which no
    member's dates fall; wanted: which outputs; given: of optional attributes, where they are; listed:
    of each look-up, which codes are in the list. Where attributes vary, row: of each claim its member's
    row; version: which of his rows that is; starts_of: where each member's rows begin and end. Gives the call and the outputs by name."""
    n, given = len(next(iter(claim.values()))), given or {}
    n_members = len(next(iter(member.values()))) if member else 0
    n_members = n_members if starts_of is None else len(starts_of) - 1
    capsule_of = ctypes.pythonapi.PyCapsule_GetPointer
    capsule_of.restype, capsule_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    address = capsule_of(module.feed(), b"hmb_feed")
    numbers = (ctypes.c_int32 * 6).from_address(address)
    _, size, odd_at, per_row, carried_size, makes_records = numbers
    can, pack, _, run = (ctypes.c_void_p.from_address(address + 24 + 8 * at).value for at in range(4))
    records = made_data.empty(size * (n_members + 1) + 64, np.uint8)
    claims = [claim[item.name] for item in plan.claim]
    members = [narrow(member[item.name], item) for item in plan.member]
    out = {f"{x}_pay": made_data.empty(n) for x in plan.layers if f"{x}_pay" in wanted}
    out |= {"total_pay": made_data.empty(n)} if "total_pay" in wanted else {}
    out |= {"reason": made_data.empty(n, np.uint8)} if "reason" in wanted else {}
    out |= {"status": np.zeros(n, np.uint8)}

    def column(name: str) -> int | None:
        return out[name].ctypes.data if name in out else None

    days = claim[plan.date]
    columns, people = pointers(claims), pointers(members)
    none = (ctypes.c_void_p * 64)()
    pays = (ctypes.c_void_p * 64)(*[column(f"{x}_pay") for x in plan.layers])
    past = made_data.empty(size * n, np.uint8)
    past_carried = made_data.empty(carried_size * n, np.uint8)
    closed = made_data.empty(3 * per_row * n)
    words = np.array(parameters, np.int64)
    lists = pointers(list(listed))
    there = (ctypes.c_void_p * (len(claims) + 1))(
        *[given[item.name].ctypes.data if item.name in given else None for item in plan.claim]
    )
    rows_of = None if starts_of is None else np.arange(starts_of[-1])
    carried = made_data.empty(carried_size * (n_members + 1), np.uint8)
    turns = np.flatnonzero(np.diff(unit)) + 1
    together = bool(makes_records) and len(np.unique(unit)) == len(turns) + 1
    taken = (ctypes.c_void_p * 21)(
        ctypes.addressof(columns), ctypes.addressof(there), words.ctypes.data, ctypes.addressof(lists),
        unit.ctypes.data, records.ctypes.data, n_members, int(days.min()), int(days.max()),
        past.ctypes.data, past_carried.ctypes.data, closed.ctypes.data, None if row is None else row.ctypes.data,
        ctypes.addressof(people), ctypes.addressof(none), carried.ctypes.data, None,
        *(None if one is None else one.ctypes.data for one in (starts_of, rows_of, version)),
        int(together),
    )  # fmt: skip
    results = (ctypes.c_void_p * 64)(
        ctypes.addressof(pays), ctypes.addressof(none), column("total_pay"), column("reason"),
        out["status"].ctypes.data, 0,
    )  # fmt: skip
    whole = ctypes.c_int64
    can_ = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(can)
    pack_ = ctypes.CFUNCTYPE(None, ctypes.c_void_p, whole, whole, ctypes.c_void_p, ctypes.c_void_p)(pack)
    run_ = ctypes.CFUNCTYPE(None, ctypes.c_void_p, whole, whole, ctypes.c_void_p)(run)
    # which rows are whose: a host has such an index of the units that it has to do again
    order = np.argsort(unit, kind="stable")
    starts = np.searchsorted(unit[order], np.arange(n_members + 2))
    years = can_(ctypes.addressof(taken))
    assert years
    if years == 1:
        taken[9] = None
    elif together:
        together, taken[20] = False, 0

    def call() -> None:
        if not together:
            pack_(ctypes.addressof(taken), 0, n_members, None, None)
        results[5] = results[6] = 0
        run_(ctypes.addressof(taken), 0, n, ctypes.addressof(results))
        odd = results[6] or 0
        assert odd <= 64, odd
        units = (ctypes.c_int32 * 64).from_address(ctypes.addressof(results) + 56)
        if odd:
            rows = [order[starts[units[at]] : starts[units[at] + 1]] for at in range(odd)]
            ends = np.cumsum([0, *map(len, rows)])
            again(np.concatenate(rows), ends, out)

    held = (columns, people, none, pays, taken, results, records, claims, members, unit,
            past, past_carried, closed, carried, words, lists, there, given, listed, row, version,
            starts_of, rows_of)  # fmt: skip
    call.held = held  # type: ignore[attr-defined]
    return call, out
