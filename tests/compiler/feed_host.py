"""Calls a compiled feed through ctypes, as the runtime would: columns, records, outputs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from hmbc.runtime.plan import AttributePlan, Plan

I32, I64, U8 = ctypes.c_int32, ctypes.c_int64, ctypes.c_uint8
ANY = ctypes.c_void_p
ABSENT = -(2**63)
SPARE = 77
"""What outputs hold before."""


class CFeedInput(ctypes.Structure):
    _fields_ = [
        ("claim", ANY), ("claim_given", ANY), ("parameter", ANY), ("listed", ANY), ("unit", ANY),
        ("records", ANY), ("n_records", I64), ("first_day", I64), ("last_day", I64), ("past", ANY),
        ("past_carried", ANY), ("closed", ANY), ("row", ANY), ("member", ANY), ("member_given", ANY),
        ("carried", ANY), ("periods", ANY), ("record_starts", ANY), ("record_rows", ANY),
        ("version", ANY), ("together", I64),
    ]  # fmt: skip


class CFeedOutput(ctypes.Structure):
    _fields_ = [
        ("pay", ANY), ("reason", ANY), ("total", ANY), ("decided", ANY), ("status", ANY),
        ("rejected", I64), ("odd", I64), ("odd_unit", I32 * 64),
    ]  # fmt: skip


PUT = ctypes.CFUNCTYPE(None, ANY, I32, ctypes.POINTER(I64), I32, I64)
ENTRY = 24
"""Bytes of hmb_closed."""


class CState(ctypes.Structure):
    _fields_ = [("words", ANY), ("map", ANY), ("find", ANY), ("room", ANY), ("put", PUT)]


IN, OUT = ctypes.POINTER(CFeedInput), ctypes.POINTER(CFeedOutput)


class CFeed(ctypes.Structure):
    _fields_ = [
        ("abi", I32), ("record_size", I32), ("odd_at", I32),
        ("closed_per_row", I32), ("carried_size", I32), ("makes_records", I32),
        ("can", ctypes.CFUNCTYPE(I32, IN)),
        ("pack", ctypes.CFUNCTYPE(None, IN, I64, I64, ANY, ANY)),
        ("load", ctypes.CFUNCTYPE(I32, IN, I64, I32, ANY, I64, I32)),
        ("run", ctypes.CFUNCTYPE(None, IN, I64, I64, OUT)),
        ("unpack", ctypes.CFUNCTYPE(I64, IN, I64, ANY)),
    ]  # fmt: skip


def aligned(kind: Any, values: Sequence[int], spare: int = 0) -> Any:
    """An array that begins at 64 bytes, with room after it."""
    n = len(values) + spare
    raw = ctypes.create_string_buffer(ctypes.sizeof(kind) * n + 128)
    start = -ctypes.addressof(raw) % 64
    array = (kind * max(1, n)).from_buffer(raw, start)
    array[: len(values)] = list(values)
    return array


def pointers(arrays: Sequence[Any]) -> Any:
    """An array of pointers; None is NULL."""
    made = (ANY * max(1, len(arrays)))(
        *[None if array is None else ctypes.addressof(array) for array in arrays]
    )
    made.held = list(arrays)
    return made


def width(item: AttributePlan) -> Any:
    if item.kind in ("money", "ratio", "int"):
        return I64
    return U8 if item.kind == "bool" or (item.kind == "enum" and len(item.values) <= 256) else I32


class FeedHost:
    """One feed and what it is given, as words of evaluator.h: columns of claims and members by name,
    None where absent."""

    def __init__(self, plan: Plan, capsule: object) -> None:
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = ANY, [ctypes.py_object, ctypes.c_char_p]
        self.plan, self.capsule = plan, capsule
        self.feed = CFeed.from_address(get(capsule, b"hmb_feed"))

    def run(
        self,
        claims: Mapping[str, Sequence[int | None]],
        members: Mapping[str, Sequence[int | None]],
        unit: Sequence[int],
        n_members: int,
        parameters: Sequence[int],
        listed: Sequence[Sequence[int]],
        *,
        words: Sequence[int] | None = None,
        last: Sequence[int] | None = None,
        keyed: Sequence[Mapping[tuple[int, tuple[int, ...]], int]] | None = None,
        wanted: Callable[[str], bool] = lambda _: True,
        cuts: Sequence[int] = (),
        periods: Sequence[Sequence[Sequence[tuple[int, int]]]] = (),
        together: bool = False,
    ) -> SimpleNamespace | None:
        """What came out, or None where the feed cannot take the batch. words, last: of all members;
        keyed: totals of each by number of the accumulator and key; wanted: which outputs; cuts: where the rows are divided among calls.
        together: rows of a unit stand together, and none has totals: records may be made as they come."""
        plan, n = self.plan, len(unit)
        days = [day for day in claims[plan.date] if day is not None]
        columns = [
            aligned(width(item), [value or 0 for value in claims[item.name]]) for item in plan.claim
        ]
        given = [
            aligned(U8, [value is not None for value in claims[item.name]])
            if item.optional
            else None
            for item in plan.claim
        ]
        own = [
            aligned(width(item), [v or 0 for v in members[item.name]]) for item in plan.member
        ]
        own_given = [
            aligned(U8, [value is not None for value in members[item.name]])
            if item.optional
            else None
            for item in plan.member
        ]
        lists = [aligned(U8, codes, 8) for codes in listed]
        claim, claim_given = pointers(columns), pointers(given)
        member, member_given = pointers(own), pointers(own_given)
        parameter, in_list = aligned(I64, parameters), pointers(lists)
        units = aligned(I32, unit)
        records = aligned(U8, [0] * (self.feed.record_size * (n_members + 1)))
        address = ctypes.addressof
        taken = CFeedInput(
            address(claim), address(claim_given), address(parameter), address(in_list),
            address(units), address(records), n_members, min(days), max(days), None, None,
            None, None, address(member), address(member_given), None, None,
        )  # fmt: skip
        can = self.feed.can(ctypes.byref(taken))
        if not can:
            return None
        together = together and can == 1 and bool(self.feed.makes_records)
        if together:
            taken.together = 1
            records[:] = [SPARE] * len(records)
            cuts = [next((at for at in range(cut, n) if unit[at] != unit[at - 1]), n) for cut in cuts]
        if self.feed.record_size:
            records[n_members * self.feed.record_size + self.feed.odd_at] = 1
        past = aligned(U8, [SPARE] * (self.feed.record_size * n))
        past_carried = aligned(U8, [SPARE] * (self.feed.carried_size * n))
        if can == 2:
            taken.past, taken.past_carried = address(past), address(past_carried)
        carried = aligned(U8, [SPARE] * (self.feed.carried_size * (n_members + 1)))
        taken.carried = address(carried)
        closed_at = self.feed.closed_per_row * n
        loaded = sum(map(len, keyed or ()))
        closed = aligned(U8, [SPARE] * (ENTRY * (closed_at + loaded)))
        taken.closed = address(closed) if self.feed.closed_per_row else None
        ranges = []
        for of_members in periods:
            flat = [pair for own_ranges in of_members for pair in own_ranges]
            offsets = [sum(map(len, of_members[:m])) for m in range(n_members + 1)]
            ranges += [aligned(I64, part) for part in
                       (offsets, [a for a, _ in flat], [b for _, b in flat])]  # fmt: skip
        period = pointers(ranges)
        taken.periods = address(period)
        if together:
            pass
        elif words is not None:
            state, days_before = aligned(I64, words), aligned(I64, last or ())
            self.feed.pack(
                ctypes.byref(taken),
                0,
                n_members,
                address(state),
                address(days_before),
            )
        else:
            self.feed.pack(ctypes.byref(taken), 0, n_members, None, None)
        for m, own_totals in enumerate(keyed or ()):
            for (accumulator, key), value in own_totals.items():
                at = (I64 * 4)(*key)
                closed_at += self.feed.load(ctypes.byref(taken), m, accumulator, at, value, closed_at)
        pays = [aligned(I64, [SPARE] * n) if wanted(f"{x}_pay") else None for x in plan.layers]
        reasons = [aligned(U8, [SPARE] * n) if wanted(f"{x}_reason") else None for x in plan.layers]
        total = aligned(I64, [SPARE] * n) if wanted("total_pay") else None
        decided = aligned(U8, [SPARE] * n) if wanted("reason") else None
        status = aligned(U8, [0] * n)
        pay, reason = pointers(pays), pointers(reasons)
        out = CFeedOutput(
            address(pay), address(reason), None if total is None else address(total),
            None if decided is None else address(decided), address(status), 0, 0,
        )  # fmt: skip
        borders = [0, *cuts, n]
        for first, end in zip(borders, borders[1:], strict=False):
            self.feed.run(ctypes.byref(taken), first, end, ctypes.byref(out))
        size, odd_at = self.feed.record_size, self.feed.odd_at
        there = set(unit) if together else set(range(n_members))
        odd = [bool(size and m in there and records[m * size + odd_at]) for m in range(n_members)]
        after, last_days, keyed_after = [], [], []
        for m in range(n_members):
            own_words = self.fresh() if words is None else words[m * plan.state_words :]
            made = aligned(I64, own_words[: plan.state_words])
            found: dict[tuple[int, tuple[int, ...]], int] = {}

            def put(_: Any, of: int, key: Any, parts: int, value: int, to: Any = found) -> None:
                to[of, tuple(key[:parts])] = value

            state = CState(address(made), None, None, None, PUT(put))
            is_there = m in there
            last_days.append(
                self.feed.unpack(ctypes.byref(taken), m, address(state)) if is_there else ABSENT
            )
            keyed_after.append(found)
            after.append(list(made)[: plan.state_words])
        return SimpleNamespace(
            pays=pays, reasons=reasons, total=total, decided=decided, status=list(status)[:n],
            odd=odd, words=after, last=last_days, rejected=out.rejected, keyed=keyed_after,
            years=can, together=together, found_odd=out.odd,
        )  # fmt: skip

    def fresh(self) -> list[int]:
        """State words of a unit without claims."""
        words = [0] * self.plan.state_words
        for item in self.plan.accumulators:
            if item.word is not None:
                for at in range(len(item.key_kinds)):
                    words[item.word + at] = ABSENT
        return words
