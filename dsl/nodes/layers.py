"""Scopes, amounts, and the clauses of a layer."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from hmbc.dsl.expr import RoundingMode
from hmbc.dsl.nodes.expressions import AttributeRef, Cites, Expression, Name, Names
from hmbc.dsl.nodes.place import place
from hmbc.dsl.source import Span

ScopeWord = Literal[
    "PER_CLAIM", "PER_DAY", "PER_EVENT", "PER_MONTH", "PER_QUARTER", "PER_YEAR", "PER_LIFETIME",
    "PER_FAMILY",
]


@frozen(repr=False)
class Scope:
    """Over what a total runs: `per event`, `per year per claim.drug`, or one of two by a
    condition."""

    keys: tuple[ScopeWord | AttributeRef, ...]
    condition: Expression | None = None
    otherwise: Scope | None = None
    span: Span = place()


@frozen(repr=False)
class Amount:
    """`20_000 per year`, with `acknowledged` and `as at year start`."""

    value: Expression
    scope: Scope
    at_year_start: bool = False
    known: bool = False
    span: Span = place()


@frozen(repr=False)
class Band:
    """`up to 50_000: 60%`; limit None is the last, open one."""

    limit: Expression | None
    ratio: Expression
    span: Span = place()


@frozen(repr=False)
class Bands:
    """`bands above threshold per year: up to 50_000: 60%, beyond: 70%`."""

    of: Literal["excess", "cost"]
    scope: Scope
    bands: tuple[Band, ...]
    span: Span = place()


@frozen(repr=False)
class When:
    """A layer applies only where this holds."""

    condition: Expression
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Unless:
    """A layer does not apply where this holds."""

    condition: Expression
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Base:
    """What counts."""

    amount: Expression
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Threshold:
    """Above what the layer pays; amount None is `no threshold`, a Name a shared one. within: no more
    than this is deducted together, over its own scope (a family's). condition: of `no threshold if`,
    which claims none of the layer's thresholds touches."""

    amount: Amount | Name | None
    condition: Expression | None = field(default=None, kw_only=True)
    within: Amount | None = field(default=None, kw_only=True)
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Points:
    """`plus 5% if member.years >= 3`."""

    sign: Literal[1, -1]
    amount: Expression
    condition: Expression
    span: Span = place()


@frozen(repr=False)
class RatioClause:
    """Which share it pays, with points added or taken off under conditions."""

    value: Expression | Bands
    points: tuple[Points, ...] = ()
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class TopsUp:
    """Pays what is missing to a share of the base after what `after` already pays."""

    target: Expression
    after: tuple[Expression, ...]
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Pays:
    """What it pays of each claim, or (`increase`) the increase of an expression over totals.
    `may_fall`: the increase may be negative and take back part of what was paid."""

    amount: Expression
    increase: bool
    may_fall: bool = False
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Cap:
    """Up to what it pays; of what is paid, or of the cost that counts. amount None: `no cap`, a
    Name a shared one. condition: of `no cap if`, which claims no cap of what is paid touches."""

    of: Literal["paid", "cost"]
    amount: Amount | Name | None
    condition: Expression | None = field(default=None, kw_only=True)
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class PaidByOthers:
    """Somebody else pays what the layer comes to: it is worked out for other clauses to read."""

    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Rounding:
    """How amounts become whole; step in units of the currency, None for the minor unit."""

    mode: RoundingMode
    step: Fraction | None = None
    scope: Scope | None = None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Reading:
    """How the author understands the document where it leaves room."""

    text: str
    cites: Cites = ()
    span: Span = place()


LayerClause = (
    When
    | Unless
    | Base
    | Threshold
    | RatioClause
    | TopsUp
    | Pays
    | Cap
    | PaidByOthers
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
    span: Span = place()
