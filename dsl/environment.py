"""What is in sight while a scheme is checked: its declarations, and the diagnostics so far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from fractions import Fraction
from functools import reduce
from typing import Any

from attrs import define, field, frozen

from hmbc.dsl import codes
from hmbc.dsl.chinese_numbers import in_digits
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, Related
from hmbc.dsl.expr import And, Expr, MonthEnd
from hmbc.dsl.habits import NO_LIMIT, NOTHING, TRUTH, TRUTHS
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.nodes import Let
from hmbc.dsl.scheme import (
    AttributeInfo,
    CheckedPool,
    ListInfo,
    ParameterInfo,
    Undated,
    Validity,
)
from hmbc.dsl.source import Span
from hmbc.dsl.types import Enum, Type
from hmbc.grammar.keywords import Language, words

DECLARED = Bilingual("在这里声明", "declared here")
FIRST = Bilingual("第一次写在这里", "first written here")
BEFORE = Bilingual("前一段", "the one before")
DECLARED_ARE = Bilingual("已声明", "declared")
_LISTED = 8
_IN_TIME = Bilingual(
    "时间写成比较：费用.日期 < 参保人.参保日期 + 30天", "a time is a comparison: claim.date < member.joined + 30 days"
)


def listed(names: Sequence[str]) -> Bilingual:
    """Names in a row, the first few of many."""
    shown, more = names[:_LISTED], len(names) > _LISTED
    return Bilingual(
        "、".join(shown) + ("……" if more else ""), ", ".join(shown) + (", …" if more else "")
    )


@define
class FixedParameter:
    """A parameter with a value in the scheme: its expression, and the days on which it changes."""

    name: str
    type: Type
    expr: Expr
    changes: tuple[int, ...]
    span: Span


@define
class TotalInfo:
    """A declared total: its type, whether it counts events, whether it runs over the benefit year."""

    name: str
    type: Type
    of_events: bool
    by_year: bool
    span: Span


@define
class TableInfo:
    """A table from code to value; values as expr.Const holds them."""

    name: str
    type: Type
    values: dict[str, Fraction | int]
    otherwise: Expr
    span: Span


@frozen
class Branch:
    """A choice, an addition, a band of a value: where it stands, in which layer (None: in none), and
    when it is taken."""

    span: Span
    layer: str | None
    when: Expr


@define
class Environment:
    """Filled while the header and the declarations are read; looked up by everything after."""

    language: Language
    minor_digits: int = 2
    currency: str = "CNY"
    year_start: tuple[int, int] = (1, 1)
    enrolment: tuple[bool, tuple[int, int], tuple[int, int]] | None = None
    date: str = "date"
    event: str | None = None
    unit: str | None = None
    anniversary: str | None = None
    month_end: MonthEnd | None = None
    valid: Validity | None = None
    totals: dict[str, TotalInfo] = field(factory=dict)
    later_totals: dict[str, TotalInfo] = field(factory=dict)
    lets: dict[str, Let] = field(factory=dict)
    open_lets: list[str] = field(factory=list)
    let_values: dict[str, tuple[Expr, Type]] = field(factory=dict)
    """What each name was where it was first read."""
    pools: dict[str, CheckedPool] = field(factory=dict)
    attributes: dict[tuple[str, str], AttributeInfo] = field(factory=dict)
    parameters: dict[str, ParameterInfo | FixedParameter] = field(factory=dict)
    lists: dict[str, ListInfo] = field(factory=dict)
    tables: dict[str, TableInfo] = field(factory=dict)
    layers: dict[str, Span] = field(factory=dict)
    amounts_of: dict[str, set[str]] = field(factory=dict)
    later_layers: dict[str, Span] = field(factory=dict)
    undated: list[Undated] = field(factory=list)
    diagnostics: list[Diagnostic] = field(factory=list)
    branches: list[Branch] = field(factory=list)
    layer: str | None = None
    """The layer whose clauses are being checked."""
    path: tuple[Expr, ...] = ()
    """The conditions under which what is being checked is read at all."""
    used: set[tuple[str, str]] = field(factory=set)

    def report(
        self,
        code: str,
        span: Span,
        *related: Related,
        hint: bool = True,
        extra: tuple[tuple[Bilingual, Bilingual], ...] = (),
        **values: Any,
    ) -> None:
        """Add a diagnostic."""
        self.diagnostics.append(Diagnostic(code, span, values, related, hint, extra))

    @contextmanager
    def branch(self, span: Span, when: Expr) -> Iterator[None]:
        """Note a branch; what is checked inside is read only where it is taken."""
        before = self.path
        self.path = (*before, when)
        self.branches.append(Branch(span, self.layer, reduce(And, self.path)))
        try:
            yield
        finally:
            self.path = before

    def enums_with(self, value: str) -> list[AttributeInfo]:
        """The attributes that may have this value."""
        return [
            info
            for info in self.attributes.values()
            if isinstance(info.type, Enum) and value in info.type.values
        ]

    def to_minor(self, units: Fraction) -> Fraction:
        """Whole units to minor units, exact."""
        return units * Fraction(10) ** self.minor_digits

    def shown(self, name: str) -> str:
        """An attribute's key `claim.care` in the file's own words."""
        owner, attribute = name.split(".", 1)
        if self.language == "en":
            return name
        if attribute == "date":
            attribute = "日期"
        return f"{'费用' if owner == 'claim' else '参保人'}.{attribute}"

    def _own(self, name: str) -> str:
        return "日期" if name == "date" and self.language == "zh" else name

    def unknown(
        self, code: str, name: str, span: Span, known: list[str], *related: Related, **values: Any
    ) -> None:
        """Report a name that is not known: a forgotten space, an attribute without its owner, a near
        neighbour, or none of these."""
        if fixed := self._missing_space(name, known):
            keyword, text = fixed
            self.report(codes.MISSING_SPACE, span, name=name, word=keyword, fixed=text)
            return
        if code in (codes.UNKNOWN_NAME, codes.UNKNOWN_VALUE) and (digits := in_digits(name)):
            advice = (ADVICE, Bilingual(f"写作 {digits}", f"write {digits}"))
            self.report(codes.UNKNOWN_NAME, span, hint=False, extra=(advice,), name=name, near="")
            return
        if name in TRUTHS and code == codes.UNKNOWN_NAME:
            self.report(code, span, hint=False, extra=((ADVICE, TRUTH),), name=name, near="")
            return
        if code == codes.UNKNOWN_NAME and re.search(r"\d+(个月|天|日|年)", name):
            self.report(code, span, hint=False, extra=((ADVICE, _IN_TIME),), name=name, near="")
            return
        if name in NOTHING:
            self.report(code, span, hint=False, extra=((ADVICE, NO_LIMIT),), name=name, near="")
            return
        near = self._owned(name) if code == codes.UNKNOWN_NAME else []
        near = near or get_close_matches(name, known, n=1, cutoff=0.5)
        hint = bool(near) or code == codes.UNKNOWN_VALUE
        declared = listed([self._own(one) for one in known])
        extra = () if hint or not known else ((DECLARED_ARE, declared),)
        self.report(
            code, span, *related, hint=hint, extra=extra,
            name=name, near=near[0] if near else "", **values,
        )  # fmt: skip

    def _owned(self, name: str) -> list[str]:
        """The attribute that a bare name means: `费用.自付` for `自付`."""
        return [self.shown(f"{owner}.{own}") for owner, own in self.attributes if own == name]

    def _missing_space(self, name: str, known: list[str]) -> tuple[str, str] | None:
        for prefix in sorted(known, key=len, reverse=True):
            if not name.startswith(prefix) or name == prefix:
                continue
            rest = name[len(prefix) :]
            for keyword in sorted(words(self.language), key=len, reverse=True):
                if rest.startswith(keyword):
                    tail = rest[len(keyword) :]
                    return keyword, " ".join(part for part in (prefix, keyword, tail) if part)
        return None
