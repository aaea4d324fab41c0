"""Calls compiled functions through ctypes, with the map of keyed totals in Python."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hmbc.compiler.interpret import Inputs, StateRow, Value
from hmbc.runtime.plan import Plan
from hmbc.runtime.ratio import RATIO_DENOMINATOR

I64 = ctypes.c_int64
P64 = ctypes.POINTER(I64)
P8 = ctypes.POINTER(ctypes.c_uint8)
FIND = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32, P64, ctypes.c_int32)
ROOM = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, P64, ctypes.c_int32)
PUT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int32, P64, ctypes.c_int32, I64)


class CPeriods(ctypes.Structure):
    _fields_ = [("offset", P64), ("first", P64), ("last", P64)]


class CInput(ctypes.Structure):
    _fields_ = [
        ("claim", ctypes.POINTER(P64)),
        ("claim_given", ctypes.POINTER(P8)),
        ("member", ctypes.POINTER(P64)),
        ("member_given", ctypes.POINTER(P8)),
        ("periods", ctypes.POINTER(CPeriods)),
        ("parameter", P64),
        ("listed", ctypes.POINTER(P8)),
        ("row_member", P64),
    ]


class CState(ctypes.Structure):
    _fields_ = [
        ("words", P64),
        ("map", ctypes.c_void_p),
        ("find", FIND),
        ("room", ROOM),
        ("put", PUT),
    ]


class COutput(ctypes.Structure):
    _fields_ = [
        ("pay", ctypes.POINTER(P64)),
        ("reason", ctypes.POINTER(ctypes.POINTER(ctypes.c_int16))),
        ("status", P8),
    ]


RUN = ctypes.CFUNCTYPE(
    None,
    ctypes.POINTER(CInput),
    P64,
    I64,
    ctypes.POINTER(CState),
    ctypes.POINTER(COutput),
)


def function_of(capsule: object) -> Any:
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return RUN(get(capsule, b"hmb_run"))


def longs(values: Sequence[int]) -> Any:
    return (I64 * max(1, len(values)))(*values)


def bytes_of(values: Sequence[int]) -> Any:
    return (ctypes.c_uint8 * max(1, len(values)))(*values)


def pointers(kind: Any, arrays: Sequence[Any]) -> Any:
    cast = [ctypes.cast(array, kind) if array is not None else kind() for array in arrays]
    return (kind * max(1, len(cast)))(*cast)


class Host:
    """Adjudicates the claims of one member with a compiled function, as the runtime would."""

    def __init__(self, plan: Plan, capsule: object) -> None:
        self.plan, self.run, self.capsule = plan, function_of(capsule), capsule
        self.ids: dict[tuple[str, str], dict[str, int]] = {}

    def word(self, owner: str, given: Any, value: Any) -> int:
        """A value as evaluator.h has it."""
        match given.kind:
            case "ratio":
                return int(Fraction(value) * RATIO_DENOMINATOR)
            case "enum":
                return int(given.values.index(value))
            case "code":
                if value == "":
                    return -1
                ids = self.ids.setdefault((owner, given.name), {})
                return ids.setdefault(value, len(ids))
            case _:
                return int(value)

    def column(self, owner: str, given: Any, rows: Sequence[Inputs]) -> tuple[Any, Any]:
        if given.kind == "periods":
            return longs([0] * len(rows)), None
        values = [row.get(given.name) for row in rows]
        words = [0 if value is None else self.word(owner, given, value) for value in values]
        there = bytes_of([value is not None for value in values]) if given.optional else None
        return longs(words), there

    def adjudicate(
        self,
        claims: Sequence[Inputs],
        member: Inputs,
        parameters: Mapping[str, Value],
        lists: Mapping[str, Sequence[str]],
    ) -> SimpleNamespace:
        """Pays and reasons of each layer by row, statuses, and the state as rows."""
        plan, n = self.plan, len(claims)
        claim = [self.column("claim", given, claims) for given in plan.claim]
        own = [self.column("member", given, [member]) for given in plan.member]
        periods = []
        for given in plan.member:
            if given.kind == "periods":
                ranges = list(member.get(given.name) or ())  # type: ignore[arg-type]
                firsts, lasts = longs([a for a, _ in ranges]), longs([b for _, b in ranges])
                periods.append(CPeriods(longs([0, len(ranges)]), firsts, lasts))
        listed = []
        codes = {entry.name: entry.codes for entry in plan.lists}
        for pair in plan.listed:
            ids = self.ids.get((pair.owner, pair.attribute), {})
            within = codes[pair.list_name]
            within = lists[pair.list_name] if within is None else within
            listed.append(bytes_of([code in within for code in ids]))
        values = [
            self.word("parameter", given, parameters[given.name]) for given in plan.parameters
        ]
        inputs = CInput(
            pointers(P64, [column for column, _ in claim]),
            pointers(P8, [there for _, there in claim]),
            pointers(P64, [column for column, _ in own]),
            pointers(P8, [there for _, there in own]),
            (CPeriods * max(1, len(periods)))(*periods),
            longs(values),
            pointers(P8, listed),
            longs([0] * n),
        )
        pays = [longs([7] * n) for _ in plan.layers]
        reasons = [(ctypes.c_int16 * max(1, n))(*([7] * n)) for _ in plan.layers]
        status = bytes_of([7] * n)
        kinds = ctypes.POINTER(ctypes.c_int16)
        output = COutput(pointers(P64, pays), pointers(kinds, reasons), ctypes.cast(status, P8))
        words, held = longs([0] * plan.state_words), {}
        functions = self.map(held)
        state = CState(ctypes.cast(words, P64), None, *functions)
        self.run(inputs, longs(range(n)), n, state, output)
        names = {place + 16: reject.name for place, reject in enumerate(plan.rejects)}
        names |= {0: "ok", 1: "ceiling", 2: "out_of_order", 3: "bound"}
        return SimpleNamespace(
            pays=[[pay[row] for pay in pays] for row in range(n)],
            reasons=[[plan.reasons[reason[row]] for reason in reasons] for row in range(n)],
            statuses=[names[status[row]] for row in range(n)],
            state=list(self.rows(words, held)),
        )

    def map(self, held: dict[tuple[int, tuple[int, ...]], Any]) -> tuple[Any, Any, Any]:
        def key(accumulator: int, parts: Any, n: int) -> tuple[int, tuple[int, ...]]:
            return accumulator, tuple(parts[place] for place in range(n))

        def find(_: Any, accumulator: int, parts: Any, n: int) -> int | None:
            total = held.get(key(accumulator, parts, n))
            return None if total is None else ctypes.addressof(total)

        def room(_: Any, accumulator: int, parts: Any, n: int) -> int:
            bound = self.plan.accumulators[accumulator].bound
            used = sum(number == accumulator for number, _ in held)
            return int(key(accumulator, parts, n) in held or used < (bound or 0))

        def put(_: Any, accumulator: int, parts: Any, n: int, total: int) -> None:
            held[key(accumulator, parts, n)] = I64(total)

        return FIND(find), ROOM(room), PUT(put)

    def rows(self, words: Any, held: Mapping[Any, Any]) -> Iterator[StateRow]:
        def row(number: int, key: Sequence[int], total: int) -> StateRow:
            plan = self.plan.accumulators[number]
            parts = tuple(
                self.text(kind, part) for kind, part in zip(plan.key_kinds, key, strict=True)
            )
            return StateRow(
                accumulator=plan.name, key=parts, total=total, denominator=plan.denominator
            )

        for number, plan in enumerate(self.plan.accumulators):
            if plan.word is not None:
                n = len(plan.key_kinds)
                if total := words[plan.word + n]:
                    yield row(number, words[plan.word : plan.word + n], total)
        for (number, key), total in held.items():
            yield row(number, key, total.value)

    def text(self, kind: str, word: int) -> int | str:
        if not kind.startswith("code:"):
            return word
        owner, name = kind.removeprefix("code:").split(".", 1)
        return "" if word < 0 else list(self.ids[owner, name])[word]
