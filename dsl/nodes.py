"""The syntax tree: what the author wrote, clause by clause, with its place in the source.

Spans are not compared, so two texts that say the same have equal trees. Nothing here is checked.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from hmbc.dsl.expr import Comparison, LayerAmount, Owner, RoundingMode
from hmbc.dsl.source import NOWHERE, Span
from hmbc.grammar.keywords import Language


def _span() -> Span:
    return field(default=NOWHERE, eq=False, repr=False, kw_only=True)


@frozen(repr=False)
class Name:
    """A name with its place."""

    text: str
    span: Span = _span()


@frozen(repr=False)
class Text:
    """A string with its place."""

    text: str
    span: Span = _span()


@frozen(repr=False)
class Cite:
    """A citation: a rule id (`ZZ-07`) or a text (`"第三条"`)."""

    text: str
    span: Span = _span()


Cites = tuple[Cite, ...]
Names = tuple[Name, ...]
"""After `means`: concepts of dsl/concepts.py."""

# ---- expressions


@frozen(repr=False)
class NumberLiteral:
    """`20_000`: a bare number; money or a count, as its place asks."""

    value: Fraction
    span: Span = _span()


@frozen(repr=False)
class MoneyLiteral:
    """`2万元`, `¥20000`, in whole units of the currency."""

    value: Fraction
    span: Span = _span()


@frozen(repr=False)
class PercentLiteral:
    """`75%`; the value is 3/4."""

    value: Fraction
    span: Span = _span()


@frozen(repr=False)
class DateLiteral:
    """`2022-03-01`, as days since 1970-01-01."""

    days: int
    span: Span = _span()


@frozen(repr=False)
class DurationLiteral:
    """`30 days`."""

    days: int
    span: Span = _span()


@frozen(repr=False)
class MonthsLiteral:
    """`3 months`."""

    months: int
    span: Span = _span()


@frozen(repr=False)
class CodeLiteral:
    """`"XL01"`."""

    text: str
    span: Span = _span()


@frozen(repr=False)
class BoolLiteral:
    """`yes`, `no`."""

    value: bool
    span: Span = _span()


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
    span: Span = _span()


@frozen(repr=False)
class NameRef:
    """A parameter, a list, a total, or a value of an enumeration: only its place tells which.
    `which`: `visits before`, `visits ordinal`."""

    name: str
    which: Literal["now", "before", "ordinal"] = "now"
    span: Span = _span()


@frozen(repr=False)
class LayerPayRef:
    """`self_borne.pay`, or what the layer had before its caps, above its threshold, as its base."""

    layer: Name
    which: LayerAmount = "pay"
    span: Span = _span()


@frozen(repr=False)
class EnrolmentRef:
    """The enrolment window of the claim's benefit year."""

    span: Span = _span()


@frozen(repr=False)
class BenefitYearRef:
    """The claim's benefit year, as a period."""

    span: Span = _span()


@frozen(repr=False)
class Binary:
    """`a + b`, `a - b`, `a * b`, `a and b`, `a or b`."""

    op: Literal["+", "-", "*", "and", "or"]
    left: Expression
    right: Expression
    span: Span = _span()


@frozen(repr=False)
class Negation:
    """`not a`."""

    of: Expression
    span: Span = _span()


@frozen(repr=False)
class Comparing:
    """`a <= b`."""

    op: Comparison
    left: Expression
    right: Expression
    span: Span = _span()


@frozen(repr=False)
class Among:
    """`claim.care in inpatient, pharmacy`; `word` is the keyword token that was used."""

    subject: Expression
    word: Literal["IN", "NOT_IN", "IS", "IS_NOT"]
    members: tuple[Expression, ...]
    span: Span = _span()


@frozen(repr=False)
class IsGiven:
    """`claim.discharged given`."""

    of: Expression
    span: Span = _span()


@frozen(repr=False)
class Extreme:
    """`smaller of (a, b)`, `larger of (a, b)`."""

    which: Literal["smaller", "larger"]
    left: Expression
    right: Expression
    span: Span = _span()


@frozen(repr=False)
class Sharing:
    """`share (amount, part, whole)`."""

    amount: Expression
    part: Expression
    whole: Expression
    span: Span = _span()


@frozen(repr=False)
class AgeOf:
    """`age (member.born at claim.date)`."""

    birth: Expression
    date: Expression
    span: Span = _span()


@frozen(repr=False)
class Case:
    """`healthy: 75%`; of a code in quotes, `"K1": 300_000`."""

    value: Name
    result: Expression
    is_code: bool = False
    span: Span = _span()


@frozen(repr=False)
class Cases:
    """`healthy: 75%, preexisting: 30%`; `by` names the attribute where the author does."""

    by: AttributeRef | None
    cases: tuple[Case, ...]
    otherwise: Expression | None
    span: Span = _span()


@frozen(repr=False)
class Choice:
    """`(a if condition else b)`."""

    then: Expression
    condition: Expression
    otherwise: Expression
    span: Span = _span()


@frozen(repr=False)
class Division:
    """`claim.cost / 3`: by a number of the scheme, exact."""

    of: Expression
    by: NumberLiteral | MoneyLiteral
    span: Span = _span()


@frozen(repr=False)
class IncreaseOf:
    """`increase of (smaller of (spent, 500))`: what this claim adds to an expression over totals."""

    of: Expression
    span: Span = _span()


@frozen(repr=False)
class DatePart:
    """`year of (claim.date)`: the benefit year; `month of (…)`: months counted on and on."""

    which: Literal["year", "month"]
    of: Expression
    span: Span = _span()


@frozen(repr=False)
class RoundedAmount:
    """`rounded (member.income * 3%, down to 1)`."""

    amount: Expression
    mode: RoundingMode
    step: Fraction | None
    span: Span = _span()


@frozen(repr=False)
class ValueBand:
    """`up to 10: 50` (10 included) or `below 10: 50`; limit None is the last, open one."""

    limit: Expression | None
    included: bool
    result: Expression
    span: Span = _span()


@frozen(repr=False)
class ByBands:
    """`by bands of claim.days (below 3: 0, up to 10: 50, beyond: 100)`."""

    of: Expression
    bands: tuple[ValueBand, ...]
    span: Span = _span()


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
    | Choice
    | ByBands
    | Division
    | IncreaseOf
    | DatePart
    | RoundedAmount
)

# ---- scopes and amounts

ScopeWord = Literal[
    "PER_CLAIM", "PER_DAY", "PER_EVENT", "PER_MONTH", "PER_YEAR", "PER_LIFETIME", "PER_FAMILY"
]


@frozen(repr=False)
class Scope:
    """Over what a total runs: `per event`, `per year per claim.drug`, or one of two by a
    condition."""

    keys: tuple[ScopeWord | AttributeRef, ...]
    condition: Expression | None = None
    otherwise: Scope | None = None
    span: Span = _span()


@frozen(repr=False)
class Amount:
    """`20_000 per year`, with `acknowledged` and `as at year start`."""

    value: Expression
    scope: Scope
    at_year_start: bool = False
    known: bool = False
    span: Span = _span()


@frozen(repr=False)
class Band:
    """`up to 50_000: 60%`; limit None is the last, open one."""

    limit: Expression | None
    ratio: Expression
    span: Span = _span()


@frozen(repr=False)
class Bands:
    """`bands above threshold per year: up to 50_000: 60%, beyond: 70%`."""

    of: Literal["excess", "cost"]
    scope: Scope
    bands: tuple[Band, ...]
    span: Span = _span()


# ---- clauses


@frozen(repr=False)
class When:
    """A layer applies only where this holds."""

    condition: Expression
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Unless:
    """A layer does not apply where this holds."""

    condition: Expression
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Base:
    """What counts."""

    amount: Expression
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Threshold:
    """Above what the layer pays; amount None is `no threshold`, a Name a shared one."""

    amount: Amount | Name | None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Points:
    """`plus 5% if member.years >= 3`."""

    sign: Literal[1, -1]
    amount: Expression
    condition: Expression
    span: Span = _span()


@frozen(repr=False)
class RatioClause:
    """Which share it pays, with points added or taken off under conditions."""

    value: Expression | Bands
    points: tuple[Points, ...] = ()
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class TopsUp:
    """Pays what is missing to a share of the base after what `after` already pays."""

    target: Expression
    after: tuple[Expression, ...]
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Pays:
    """What it pays of each claim, or (`increase`) the increase of an expression over totals.
    `may_fall`: the increase may be negative and take back part of what was paid."""

    amount: Expression
    increase: bool
    may_fall: bool = False
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Cap:
    """Up to what it pays; of what is paid, or of the cost that counts. amount None: `no cap`, a
    Name a shared one."""

    of: Literal["paid", "cost"]
    amount: Amount | Name | None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Rounding:
    """How amounts become whole; step in units of the currency, None for the minor unit."""

    mode: RoundingMode
    step: Fraction | None = None
    scope: Scope | None = None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Reading:
    """How the author understands the document where it leaves room."""

    text: str
    cites: Cites = ()
    span: Span = _span()


LayerClause = (
    When
    | Unless
    | Base
    | Threshold
    | RatioClause
    | TopsUp
    | Pays
    | Cap
    | Rounding
    | Reading
)


@frozen(repr=False)
class Layer:
    """One benefit."""

    name: Name
    label: str | None
    clauses: tuple[LayerClause, ...]
    cites: Cites = ()
    means: Names = field(default=(), kw_only=True)
    span: Span = _span()


@frozen(repr=False)
class SourceClause:
    """The document that the scheme states."""

    title: str
    date: DateLiteral | None = None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Currency:
    """ISO 4217 code."""

    code: str
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class BenefitYear:
    """First and last day of the benefit year, as (month, day); or each member's own, from the
    anniversary of a date."""

    first: tuple[int, int]
    last: tuple[int, int]
    anniversary: AttributeRef | None = None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Enrolment:
    """The window in which members enrol, of the year itself or the one before."""

    previous: bool
    first: tuple[int, int]
    last: tuple[int, int]
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Decides:
    """Which of a claim's dates counts."""

    attribute: AttributeRef
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Event:
    """Which attribute tells one event (admission) from another."""

    attribute: AttributeRef
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Unit:
    """Whose claims form one stream: members with one value of this attribute (a family)."""

    attribute: AttributeRef
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class MonthEnd:
    """What 31 January plus one month is: the month's last day, or the day after it."""

    mode: Literal["last_day", "next_day"]
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Valid:
    """From when to when (None: open) this edition of the scheme holds, both days included."""

    first: DateLiteral
    last: DateLiteral | None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Removed:
    """`without layer x`, `without claim.y`: what the revised scheme has and this one has not. `kind`
    is the keyword token of what is removed."""

    kind: str
    name: Name
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class WorkingCalendar:
    """Whose working days are counted: a code of dsl/calendars.py."""

    code: str
    cites: Cites = ()
    span: Span = _span()


TypeWord = Literal["MONEY", "RATIO", "INT", "BOOL", "DATE_WORD", "CODE", "PERIODS"]


@frozen(repr=False)
class PlainType:
    """`money`, `int 0 to 120`."""

    word: TypeWord
    low: Expression | None = None
    high: Expression | None = None
    span: Span = _span()


@frozen(repr=False)
class Enumerator:
    """One value of an enumeration."""

    name: Name
    label: str | None = None
    span: Span = _span()


@frozen(repr=False)
class EnumType:
    """`healthy | preexisting`."""

    values: tuple[Enumerator, ...]
    span: Span = _span()


@frozen(repr=False)
class AttributeDeclaration:
    """A column of the claims or the members."""

    name: Name
    label: str | None
    type: PlainType | EnumType
    optional: bool = False
    varies: bool = False
    cites: Cites = ()
    means: Names = field(default=(), kw_only=True)
    span: Span = _span()


@frozen(repr=False)
class Attributes:
    """The `member` or the `claim` block."""

    owner: Owner
    attributes: tuple[AttributeDeclaration, ...]
    span: Span = _span()


@frozen(repr=False)
class DatedValue:
    """`from 2022-01-01: 20_000`, both ends included."""

    first: DateLiteral
    last: DateLiteral | None
    value: Expression
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class ParameterDeclaration:
    """A figure with a name: fixed, dated, or (values None) external."""

    name: Name
    label: str | None
    type: PlainType
    values: Expression | tuple[DatedValue, ...] | None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class ListDeclaration:
    """A list of codes: external (None), from a file beside the scheme (Text), or written out."""

    name: Name
    label: str | None
    codes: None | Text | tuple[Text, ...]
    cites: Cites = ()
    means: Names = field(default=(), kw_only=True)
    span: Span = _span()


@frozen(repr=False)
class Eligible:
    """Who is covered at all."""

    name: Name
    label: str | None
    condition: Expression
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Wait:
    """While this holds, nothing is paid."""

    name: Name
    label: str | None
    condition: Expression
    exception: Expression | None = None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Exclude:
    """What does not count, for the layers named (none named: all). `part`: an amount that comes
    off the base; None: the whole claim."""

    name: Name
    layers: tuple[Name, ...]
    label: str | None
    condition: Expression | None
    part: Expression | None = None
    exception: Expression | None = None
    cites: Cites = ()
    means: Names = field(default=(), kw_only=True)
    span: Span = _span()


@frozen(repr=False)
class Let:
    """`let nine_fees: claim.beds + claim.meals`: a name for an expression, of this claim."""

    name: Name
    label: str | None
    value: Expression
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class TotalDeclaration:
    """`total spent: claim.cost per year when …`: a running total with a name."""

    name: Name
    label: str | None
    amount: Expression
    scope: Scope
    condition: Expression | None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class CountDeclaration:
    """`count visits: claims per year when …`; `of` events counts each event once."""

    name: Name
    label: str | None
    of: Literal["claims", "events"]
    scope: Scope
    condition: Expression | None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Pool:
    """`shared threshold t: 20_000 per year in order`: one amount on which several layers draw."""

    kind: Literal["threshold", "cap"]
    name: Name
    label: str | None
    amount: Amount
    draws: Literal["in_order", "pro_rata"]
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Due:
    """`due payment: 10 working days from claim.verified`: until when it is to be paid."""

    name: Name
    label: str | None
    days: int
    working: bool
    start: AttributeRef
    condition: Expression | None
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Prove:
    """What is paid does not depend on these attributes."""

    attributes: tuple[AttributeRef, ...]
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Unexpressed:
    """A clause of the document that the language cannot say."""

    kind: Literal["PREMIUM", "FUND", "DATA", "DEADLINE", "GUIDELINE"]
    text: str
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Conforms:
    """`conforms to hubei`: guidelines that the scheme is held against."""

    guidelines: tuple[Name, ...]
    cites: Cites = ()
    span: Span = _span()


@frozen(repr=False)
class Fact:
    """`fact insurers: 8`: something of the product that no payment reads."""

    name: Name
    label: str | None
    value: NumberLiteral
    cites: Cites = ()
    span: Span = _span()


# ---- worked examples


@frozen(repr=False)
class PeriodValue:
    """`2022-03-01 to 2022-04-15`; an open one has no last day."""

    first: DateLiteral
    last: DateLiteral | None
    span: Span = _span()


@frozen(repr=False)
class Assignment:
    """`care: inpatient`."""

    name: Name
    values: tuple[Literals | NameRef | PeriodValue, ...]
    span: Span = _span()


@frozen(repr=False)
class ExpectTotal:
    """What all layers pay of the claim."""

    amount: Expression
    span: Span = _span()


@frozen(repr=False)
class ExpectLayer:
    """What one layer pays of the claim."""

    layer: Name
    amount: Expression
    span: Span = _span()


@frozen(repr=False)
class ExpectReason:
    """Why; `reason` is the keyword token, `name` that of an exclusion or waiting."""

    reason: str
    name: Name | None
    span: Span = _span()


Expectation = ExpectTotal | ExpectLayer | ExpectReason


@frozen(repr=False)
class ExampleClaim:
    """A claim of an example with what it should bring."""

    date: DateLiteral
    assignments: tuple[Assignment, ...]
    expectations: tuple[Expectation, ...]
    span: Span = _span()


@frozen(repr=False)
class ExampleGiven:
    """The member, or the parameters, of an example."""

    of: Literal["member", "parameter"]
    assignments: tuple[Assignment, ...]
    span: Span = _span()


@frozen(repr=False)
class Example:
    """A worked example: claims in order, each with what it pays."""

    title: str | None
    items: tuple[ExampleGiven | ExampleClaim, ...]
    cites: Cites = ()
    span: Span = _span()


Item = (
    SourceClause
    | Currency
    | BenefitYear
    | Enrolment
    | Decides
    | Event
    | Unit
    | MonthEnd
    | WorkingCalendar
    | Valid
    | Removed
    | Rounding
    | Reading
    | Unexpressed
    | Attributes
    | ParameterDeclaration
    | ListDeclaration
    | Eligible
    | Wait
    | Exclude
    | Let
    | TotalDeclaration
    | CountDeclaration
    | Pool
    | Layer
    | Due
    | Prove
    | Example
    | Conforms
    | Fact
)


@frozen(repr=False)
class Scheme:
    """A whole file. Items keep the order in which they were written."""

    name: Name
    title: str | None
    items: tuple[Item, ...]
    language: Language = field(eq=False)
    revises: Name | None = None
    span: Span = _span()


# ---- guidelines

DemandKind = Literal[
    "enrolling_independent",
    "premium_independent",
    "pay_independent",
    "exclude",
    "not_exclude",
    "state",
    "cover",
    "come_after",
    "rise",
    "use_only",
    "use_needed",
    "fact",
]


@frozen(repr=False)
class Demand:
    """What a document demands of schemes. names: concepts, facts, or tokens of clauses (`state`);
    file: a list of codes; op, value: of a fact. firm: `must`, else `in principle`."""

    kind: DemandKind
    names: tuple[Name, ...] = ()
    file: Text | None = None
    op: Comparison | None = None
    value: NumberLiteral | None = None
    firm: bool = True
    cites: Cites = ()
    span: Span = _span()


GuidelineItem = SourceClause | Demand | Reading | Unexpressed


@frozen(repr=False)
class Guideline:
    """A whole file that states demands."""

    name: Name
    title: str | None
    items: tuple[GuidelineItem, ...]
    language: Language = field(eq=False)
    span: Span = _span()
