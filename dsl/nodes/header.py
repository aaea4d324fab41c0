"""The clauses of the header, and what the author notes beside the rules."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from hmbc.dsl.nodes.expressions import AttributeRef, Cites, DateLiteral, Name, NumberLiteral
from hmbc.dsl.nodes.place import place
from hmbc.dsl.source import Span


@frozen(repr=False)
class SourceClause:
    """The document that the scheme states."""

    title: str
    date: DateLiteral | None = None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Currency:
    """ISO 4217 code."""

    code: str
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class BenefitYear:
    """First and last day of the benefit year, as (month, day); or each member's own, from the
    anniversary of a date."""

    first: tuple[int, int]
    last: tuple[int, int]
    anniversary: AttributeRef | None = None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Enrolment:
    """The window in which members enrol, of the year itself or the one before."""

    previous: bool
    first: tuple[int, int]
    last: tuple[int, int]
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Decides:
    """Which of a claim's dates counts."""

    attribute: AttributeRef
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Event:
    """Which attribute tells one event (admission) from another."""

    attribute: AttributeRef
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Unit:
    """Whose claims form one stream: members with one value of this attribute (a family)."""

    attribute: AttributeRef
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class MonthEnd:
    """What 31 January plus one month is: the month's last day, or the day after it."""

    mode: Literal["last_day", "next_day"]
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Valid:
    """From when to when (None: open) this edition of the scheme holds, both days included."""

    first: DateLiteral
    last: DateLiteral | None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Removed:
    """`without layer x`, `without claim.y`: what the revised scheme has and this one has not. `kind`
    is the keyword token of what is removed."""

    kind: str
    name: Name
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class WorkingCalendar:
    """Whose working days are counted: a code of dsl/calendars.py."""

    code: str
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Unexpressed:
    """A clause of the document that the language cannot say."""

    kind: Literal["PREMIUM", "FUND", "DATA", "DEADLINE", "GUIDELINE"]
    text: str
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Waiver:
    """`allow not monotone because "…" cite "…"`: a law of every scheme that the document breaks."""

    law: Literal["NEGATIVE_PAY", "ABOVE_BASE", "ABOVE_BILL", "ABOVE_CAP", "NOT_MONOTONE"]
    why: str
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Conforms:
    """`conforms to hubei`: guidelines that the scheme is held against."""

    guidelines: tuple[Name, ...]
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Fact:
    """`fact insurers: 8`: something of the product that no payment reads."""

    name: Name
    label: str | None
    value: NumberLiteral
    cites: Cites = ()
    span: Span = place()
