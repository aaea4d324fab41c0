"""The checked scheme: every name resolved, every expression typed, nothing left to look up.

This is what the checks make of a syntax tree and what lowering reads. Amounts are in minor units.
"""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from hmbc.dsl.checked_example import CheckedExample
from hmbc.dsl.checked_guideline import CheckedGuideline
from hmbc.dsl.expr import FALSE, Attribute, Comparison, Expr, MonthEnd, Owner, RoundingMode
from hmbc.dsl.nodes import GoodLaw, ScopeWord
from hmbc.dsl.source import NOWHERE, Span
from hmbc.dsl.types import Type
from hmbc.grammar.keywords import Language


def _span() -> Span:
    return field(default=NOWHERE, eq=False, repr=False, kw_only=True)


@frozen(repr=False)
class AttributeInfo:
    """A declared attribute. low, high: closed domain in the units of the type (minor units,
    millionths, days); None where there is none."""

    owner: Owner
    name: str
    label: str | None
    type: Type
    optional: bool = False
    low: int | None = None
    high: int | None = None
    value_labels: tuple[str | None, ...] = ()
    varies: bool = False
    cites: tuple[str, ...] = ()
    means: tuple[str, ...] = field(default=(), kw_only=True)
    same: CheckedScope | None = field(default=None, kw_only=True)
    """Over what it is promised to be one value; a row that breaks the promise is rejected."""
    span: Span = _span()


@frozen(repr=False)
class ParameterInfo:
    """An external parameter with its domain."""

    name: str
    label: str | None
    type: Type
    low: int
    high: int
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class ListInfo:
    """A list of codes; None: external."""

    name: str
    label: str | None
    codes: tuple[str, ...] | None
    cites: tuple[str, ...] = ()
    means: tuple[str, ...] = field(default=(), kw_only=True)
    span: Span = _span()


@frozen(repr=False)
class CheckedScope:
    """Over what a total runs; `condition` chooses between this and `otherwise`."""

    keys: tuple[ScopeWord | Attribute, ...]
    condition: Expr | None = None
    otherwise: CheckedScope | None = None


@frozen(repr=False)
class CheckedAmount:
    """A threshold or a cap: an amount of money and its scope. varies: it may be another amount for
    the next claim of the same scope, and then each claim has what is left of its own."""

    value: Expr
    scope: CheckedScope
    varies: bool = field(default=False, kw_only=True)
    within: CheckedAmount | None = field(default=None, kw_only=True)
    """Of a threshold: the most that is deducted together, over a scope of its own."""
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class CheckedBands:
    """Ratios by half-open bands of a running total; the last limit is None. Limits read parameters
    alone; a run in which they do not ascend is rejected."""

    of: Literal["excess", "cost"]
    scope: CheckedScope
    bands: tuple[tuple[Expr | None, Expr], ...]


@frozen(repr=False)
class CheckedTopUp:
    """Up to `target` of the base, after what `after` already pays."""

    target: Expr
    after: tuple[Expr, ...]


@frozen(repr=False)
class CheckedPays:
    """A payment of its own, per claim or as the increase of an expression over totals."""

    amount: Expr
    increase: bool
    may_fall: bool


@frozen(repr=False)
class CheckedCap:
    """A limit of what is paid, or of the cost that counts; or the name of a shared one."""

    of: Literal["paid", "cost"]
    amount: CheckedAmount | str


@frozen(repr=False)
class CheckedPool:
    """One threshold or cap on which several layers draw."""

    kind: Literal["threshold", "cap"]
    name: str
    label: str | None
    amount: CheckedAmount
    draws: Literal["in_order", "pro_rata"]
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class CheckedTotal:
    """A declared running total. of `amount`: sums it; of `claims` or `events`: counts them.
    type: money, a whole number or days; `position`: how many layers stand before it; `last_year`:
    whether the total of the benefit year before is read."""

    of: Literal["amount", "claims", "events"]
    name: str
    label: str | None
    amount: Expr
    scope: CheckedScope
    condition: Expr
    type: Type
    position: int
    last_year: bool = field(default=False, kw_only=True)
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class CheckedLet:
    """A name for an expression; what reads it has the expression in its place."""

    name: str
    label: str | None
    value: Expr
    type: Type
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class CheckedRounding:
    """How the layer's amounts become whole; scope None: as the desugaring says."""

    mode: RoundingMode
    step: int
    scope: CheckedScope | None = None


@frozen(repr=False)
class CheckedLayer:
    """One benefit. Exactly one of ratio, top_up and pays is there; base is 0 where `pays` has none
    behind it. no_threshold, no_cap: which claims no threshold, no cap of what is paid touches (FALSE:
    none); by_others: worked out, but paid by somebody else."""

    name: str
    label: str | None
    applies: Expr
    base: Expr
    has_base: bool
    thresholds: tuple[CheckedAmount | str, ...]
    ratio: Expr | CheckedBands | None
    top_up: CheckedTopUp | None
    pays: CheckedPays | None
    caps: tuple[CheckedCap, ...]
    rounding: CheckedRounding
    no_threshold: Expr = field(default=FALSE, kw_only=True)
    no_cap: Expr = field(default=FALSE, kw_only=True)
    by_others: bool = field(default=False, kw_only=True)
    cites: tuple[str, ...] = ()
    means: tuple[str, ...] = field(default=(), kw_only=True)
    base_at: Span = _span()
    ratio_at: Span = _span()
    span: Span = _span()

    @property
    def draws_on(self) -> frozenset[str]:
        """The names of the shared thresholds and caps on which it draws."""
        caps = {cap.amount for cap in self.caps if isinstance(cap.amount, str)}
        return frozenset(caps | {x for x in self.thresholds if isinstance(x, str)})


@frozen(repr=False)
class Stop:
    """A ground on which nothing is paid: not eligible, waiting, or excluded. `layers` None: all."""

    kind: Literal["eligible", "wait", "exclude"]
    name: str
    label: str | None
    when: Expr
    layers: tuple[str, ...] | None = None
    cites: tuple[str, ...] = ()
    means: tuple[str, ...] = field(default=(), kw_only=True)
    span: Span = _span()


@frozen(repr=False)
class PartExclusion:
    """An amount that comes off the base of the layers."""

    name: str
    label: str | None
    amount: Expr
    layers: tuple[str, ...] | None
    cites: tuple[str, ...] = ()
    means: tuple[str, ...] = field(default=(), kw_only=True)
    span: Span = _span()


@frozen(repr=False)
class Validity:
    """The first and the last day (None: open) of an edition, as days since 1970-01-01."""

    first: int
    last: int | None
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class Deadline:
    """Until when a claim is to be paid: so many days after the claim's date `start`, working days of
    `calendar` or (None) any; none where `start` is absent or `when` does not hold."""

    name: str
    label: str | None
    days: int
    calendar: str | None
    start: str
    when: Expr
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class Undated:
    """A dated parameter has no value where `when` holds: such a claim is rejected."""

    parameter: str
    when: Expr
    span: Span = _span()


@frozen(repr=False)
class Independence:
    """What is paid must not depend on this attribute."""

    owner: Owner
    name: str
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class PaidWithin:
    """What layers pay, compared with a limit: of each claim for which `when` holds; with a scope, added up
    over these."""

    paid: Expr
    op: Comparison
    limit: Expr
    when: Expr
    scope: CheckedScope | None


@frozen(repr=False)
class Statement:
    """What the author states of every claim that is adjudicated: `holds`."""

    holds: Expr | PaidWithin
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class NeverLess:
    """Whatever claims come: with `more` for an attribute of the member, no less is paid in sum than
    with `less`."""

    attribute: str
    more: str
    less: str
    cites: tuple[str, ...] = ()
    span: Span = _span()


@frozen(repr=False)
class Asked:
    """A law that not every scheme is held to, and this one states."""

    law: GoodLaw
    cites: tuple[str, ...] = ()
    span: Span = _span()


Waived = Literal["non_negative", "within_base", "within_bill", "within_cap", "monotone"]


@frozen
class CheckedWaiver:
    """A law of every scheme that this one breaks because its document says so."""

    law: Waived
    why: str
    cites: tuple[str, ...]
    span: Span = _span()


@frozen(repr=False)
class ReadingNote:
    """How the author understands the document; `layer` where it stands in one."""

    text: str
    cites: tuple[str, ...]
    layer: str | None = None


@frozen(repr=False)
class CheckedFact:
    """Something of the product that no payment reads; `name` is a concept."""

    name: str
    value: int
    span: Span = _span()


@frozen(kw_only=True, repr=False)
class CheckedScheme:
    """A scheme without errors."""

    name: str
    title: str | None
    language: Language
    currency: str
    minor_digits: int
    year_start: tuple[int, int]
    anniversary: str | None
    month_end: MonthEnd | None
    date: str
    event: str | None
    unit: str | None
    attributes: tuple[AttributeInfo, ...]
    parameters: tuple[ParameterInfo, ...]
    lists: tuple[ListInfo, ...]
    stops: tuple[Stop, ...]
    parts: tuple[PartExclusion, ...]
    layers: tuple[CheckedLayer, ...]
    totals: tuple[CheckedTotal, ...]
    pools: tuple[CheckedPool, ...]
    undated: tuple[Undated, ...]
    deadlines: tuple[Deadline, ...] = ()
    valid: Validity | None = None
    independences: tuple[Independence, ...]
    statements: tuple[Statement | NeverLess, ...] = ()
    asked: tuple[Asked, ...] = ()
    waivers: tuple[CheckedWaiver, ...]
    examples: tuple[CheckedExample, ...]
    readings: tuple[ReadingNote, ...]
    unexpressed: tuple[tuple[str, str, tuple[str, ...]], ...]
    cites: tuple[str, ...]
    facts: tuple[CheckedFact, ...] = ()
    lets: tuple[CheckedLet, ...] = ()
    guidelines: tuple[CheckedGuideline, ...] = ()
    span: Span = field(default=NOWHERE, eq=False, repr=False)
    """Where the scheme's name stands."""

    @property
    def paying(self) -> tuple[CheckedLayer, ...]:
        """The layers that the scheme itself pays."""
        return tuple(layer for layer in self.layers if not layer.by_others)
