"""Worked examples."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from hmbc.dsl.nodes.expressions import Cites, DateLiteral, Expression, Literals, Name, NameRef
from hmbc.dsl.nodes.place import place
from hmbc.dsl.source import Span


@frozen(repr=False)
class PeriodValue:
    """`2022-03-01 to 2022-04-15`; an open one has no last day."""

    first: DateLiteral
    last: DateLiteral | None
    span: Span = place()


@frozen(repr=False)
class Assignment:
    """`care: inpatient`."""

    name: Name
    values: tuple[Literals | NameRef | PeriodValue, ...]
    span: Span = place()


@frozen(repr=False)
class ExpectTotal:
    """What all layers pay of the claim."""

    amount: Expression
    span: Span = place()


@frozen(repr=False)
class ExpectLayer:
    """What one layer pays of the claim."""

    layer: Name
    amount: Expression
    span: Span = place()


@frozen(repr=False)
class ExpectReason:
    """Why; `reason` is the keyword token, `name` that of an exclusion or waiting."""

    reason: str
    name: Name | None
    span: Span = place()


@frozen(repr=False)
class ExpectDue:
    """Until when it is to be paid; date None: there is no such deadline for this claim."""

    due: Name
    date: DateLiteral | None
    span: Span = place()


Expectation = ExpectTotal | ExpectLayer | ExpectReason | ExpectDue


@frozen(repr=False)
class ExampleClaim:
    """A claim of an example with what it should bring; `member`: whose it is, where it says so."""

    date: DateLiteral
    member: Name | None
    assignments: tuple[Assignment, ...]
    expectations: tuple[Expectation, ...]
    span: Span = place()


@frozen(repr=False)
class ExampleGiven:
    """A member, or the parameters, of an example; `name` where it has several members."""

    of: Literal["member", "parameter"]
    name: Name | None
    assignments: tuple[Assignment, ...]
    span: Span = place()


@frozen(repr=False)
class Example:
    """A worked example: claims in order, each with what it pays."""

    title: str | None
    items: tuple[ExampleGiven | ExampleClaim, ...]
    cites: Cites = ()
    span: Span = place()
