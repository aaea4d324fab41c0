"""Names, literals and expressions."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from hmbc.dsl.expr import Comparison, LayerAmount, Owner, RoundingMode
from hmbc.dsl.nodes.place import place
from hmbc.dsl.source import Span


@frozen(repr=False)
class Name:
    """A name with its place."""

    text: str
    span: Span = place()


@frozen(repr=False)
class Text:
    """A string with its place."""

    text: str
    span: Span = place()


@frozen(repr=False)
class Cite:
    """A citation: a rule id (`ZZ-07`) or a text (`"第三条"`)."""

    text: str
    span: Span = place()


Cites = tuple[Cite, ...]


Names = tuple[Name, ...]
"""After `means`: concepts of dsl/concepts.py."""


@frozen(repr=False)
class NumberLiteral:
    """`20_000`: a bare number; money or a count, as its place asks."""

    value: Fraction
    span: Span = place()


@frozen(repr=False)
class MoneyLiteral:
    """`2万元`, `¥20000`, in whole units of the currency; `sign`: how the currency is named, ¥ or 元."""

    value: Fraction
    sign: str = field(default="", eq=False, kw_only=True)
    span: Span = place()


@frozen(repr=False)
class PercentLiteral:
    """`75%`; the value is 3/4."""

    value: Fraction
    span: Span = place()


@frozen(repr=False)
class DateLiteral:
    """`2022-03-01`, as days since 1970-01-01."""

    days: int
    span: Span = place()


@frozen(repr=False)
class DurationLiteral:
    """`30 days`."""

    days: int
    span: Span = place()


@frozen(repr=False)
class MonthsLiteral:
    """`3 months`."""

    months: int
    span: Span = place()


@frozen(repr=False)
class CodeLiteral:
    """`"XL01"`."""

    text: str
    span: Span = place()


@frozen(repr=False)
class BoolLiteral:
    """`yes`, `no`."""

    value: bool
    span: Span = place()


Literals = (
    NumberLiteral
    | MoneyLiteral
    | PercentLiteral
    | DateLiteral
    | DurationLiteral
    | MonthsLiteral
    | CodeLiteral
    | BoolLiteral
)


@frozen(repr=False)
class AttributeRef:
    """`claim.care`."""

    owner: Owner
    name: Name
    span: Span = place()


@frozen(repr=False)
class NameRef:
    """A parameter, a list, a total, or a value of an enumeration: only its place tells which.
    `which`: `visits before`, `visits ordinal`, `visits last year`."""

    name: str
    which: Literal["now", "before", "ordinal", "last_year"] = "now"
    span: Span = place()


@frozen(repr=False)
class LayerPayRef:
    """`self_borne.pay`, or what the layer had before its caps, above its threshold, as its base."""

    layer: Name
    which: LayerAmount = "pay"
    span: Span = place()


@frozen(repr=False)
class EnrolmentRef:
    """The enrolment window of the claim's benefit year."""

    span: Span = place()


@frozen(repr=False)
class BenefitYearRef:
    """The claim's benefit year, as a period."""

    span: Span = place()


@frozen(repr=False)
class Binary:
    """`a + b`, `a - b`, `a * b`, `a and b`, `a or b`."""

    op: Literal["+", "-", "*", "and", "or"]
    left: Expression
    right: Expression
    span: Span = place()


@frozen(repr=False)
class Negation:
    """`not a`."""

    of: Expression
    span: Span = place()


@frozen(repr=False)
class Comparing:
    """`a <= b`."""

    op: Comparison
    left: Expression
    right: Expression
    span: Span = place()


@frozen(repr=False)
class Among:
    """`claim.care in inpatient, pharmacy`; `word` is the keyword token that was used."""

    subject: Expression
    word: Literal["IN", "NOT_IN", "IS", "IS_NOT"]
    members: tuple[Expression, ...]
    span: Span = place()


@frozen(repr=False)
class IsGiven:
    """`claim.discharged given`."""

    of: Expression
    span: Span = place()


@frozen(repr=False)
class Extreme:
    """`smaller of (a, b)`, `larger of (a, b)`."""

    which: Literal["smaller", "larger"]
    left: Expression
    right: Expression
    span: Span = place()


@frozen(repr=False)
class Sharing:
    """`share (amount, part, whole)`."""

    amount: Expression
    part: Expression
    whole: Expression
    span: Span = place()


@frozen(repr=False)
class AgeOf:
    """`age (member.born at claim.date)`."""

    birth: Expression
    date: Expression
    span: Span = place()


CaseValue = Name | CodeLiteral | NumberLiteral | BoolLiteral


@frozen(repr=False)
class Case:
    """`healthy: 75%`; of a code in quotes `"K1": 300_000`, of a number `2: 50%`, of yes or no `yes: 0`."""

    value: CaseValue
    result: Expression
    span: Span = place()


@frozen(repr=False)
class Cases:
    """`healthy: 75%, preexisting: 30%`; `by` is what the author names, nothing where values tell it."""

    by: Expression | None
    cases: tuple[Case, ...]
    otherwise: Expression | None
    span: Span = place()


@frozen(repr=False)
class LookUp:
    """`by claim.drug looked up in limits`."""

    by: AttributeRef
    table: Name
    span: Span = place()


@frozen(repr=False)
class Choice:
    """`(a if condition else b)`."""

    then: Expression
    condition: Expression
    otherwise: Expression
    span: Span = place()


@frozen(repr=False)
class Division:
    """`claim.cost / 3`: by a number of the scheme, exact."""

    of: Expression
    by: NumberLiteral | MoneyLiteral
    span: Span = place()


@frozen(repr=False)
class IncreaseOf:
    """`increase of (smaller of (spent, 500))`: what this claim adds to an expression over totals."""

    of: Expression
    span: Span = place()


@frozen(repr=False)
class DatePart:
    """`year of (claim.date)`: the benefit year; `month of (…)`: months counted on and on."""

    which: Literal["year", "month"]
    of: Expression
    span: Span = place()


@frozen(repr=False)
class DayOf:
    """`first day of (benefit year)`, `last day of (enrolment)`."""

    which: Literal["first", "last"]
    of: Expression
    span: Span = place()


@frozen(repr=False)
class RoundedAmount:
    """`rounded (member.income * 3%, down to 1)`."""

    amount: Expression
    mode: RoundingMode
    step: Fraction | None
    span: Span = place()


@frozen(repr=False)
class ValueBand:
    """`up to 10: 50` (10 included) or `below 10: 50`; limit None is the last, open one."""

    limit: Expression | None
    included: bool
    result: Expression
    span: Span = place()


@frozen(repr=False)
class ByBands:
    """`by bands of claim.days (below 3: 0, up to 10: 50, beyond: 100)`."""

    of: Expression
    bands: tuple[ValueBand, ...]
    span: Span = place()


Expression = (
    Literals
    | AttributeRef
    | NameRef
    | LayerPayRef
    | EnrolmentRef
    | BenefitYearRef
    | Binary
    | Negation
    | Comparing
    | Among
    | IsGiven
    | Extreme
    | Sharing
    | AgeOf
    | Cases
    | LookUp
    | Choice
    | ByBands
    | Division
    | IncreaseOf
    | DatePart
    | DayOf
    | RoundedAmount
)
