"""The worked examples of a checked scheme: every value typed, amounts in minor units."""

from __future__ import annotations

from fractions import Fraction

from attrs import field, frozen

from hmbc.dsl.source import NOWHERE, Span

Plain = Fraction | int | bool | str | tuple[tuple[int, int], ...]
"""A value of an example: as expr.Const holds it; periods as (first, last) days."""


@frozen(repr=False)
class CheckedExpectation:
    """What a claim of an example should bring: a layer's pay, the total (layer None), a reason code,
    or by which day (None: no day) it is `due`."""

    layer: str | None
    amount: int | None
    reason: str | None
    due: str | None = None
    day: int | None = None
    span: Span = field(default=NOWHERE, eq=False, repr=False, kw_only=True)


@frozen(repr=False)
class CheckedExampleClaim:
    """A claim of an example; attributes it does not give are left out. `member`: whose it is; ""
    where the example does not name its member. `who`: the values that its member has that day."""

    values: dict[str, Plain] = field(eq=False)
    member: str = ""
    who: dict[str, Plain] = field(eq=False, factory=dict)
    expectations: tuple[CheckedExpectation, ...] = ()
    span: Span = field(default=NOWHERE, eq=False, repr=False, kw_only=True)


@frozen(repr=False)
class CheckedExample:
    """A worked example. `members`: the values with which each begins, by its name, "" of the one
    without a name."""

    title: str | None
    members: dict[str, dict[str, Plain]] = field(eq=False)
    parameters: dict[str, Plain] = field(eq=False)
    lists: dict[str, tuple[str, ...]] = field(eq=False)
    claims: tuple[CheckedExampleClaim, ...] = ()
    span: Span = field(default=NOWHERE, eq=False, repr=False, kw_only=True)
