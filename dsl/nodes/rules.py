"""Who is covered and when, what never counts, totals and what layers share, what is due."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from hmbc.dsl.expr import Comparison
from hmbc.dsl.nodes.expressions import AttributeRef, Cites, Expression, Name, Names
from hmbc.dsl.nodes.layers import Amount, Scope
from hmbc.dsl.nodes.place import place
from hmbc.dsl.source import Span


@frozen(repr=False)
class Eligible:
    """Who is covered at all."""

    name: Name
    label: str | None
    condition: Expression
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Wait:
    """While this holds, nothing is paid."""

    name: Name
    label: str | None
    condition: Expression
    exception: Expression | None = None
    cites: Cites = ()
    span: Span = place()


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
    span: Span = place()


@frozen(repr=False)
class Let:
    """`let nine_fees: claim.beds + claim.meals`: a name for an expression, of this claim."""

    name: Name
    label: str | None
    value: Expression
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class TotalDeclaration:
    """`total spent: claim.cost per year when …`: a running total with a name."""

    name: Name
    label: str | None
    amount: Expression
    scope: Scope
    condition: Expression | None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class CountDeclaration:
    """`count visits: claims per year when …`; `of` events counts each event once."""

    name: Name
    label: str | None
    of: Literal["claims", "events"]
    scope: Scope
    condition: Expression | None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Pool:
    """`shared threshold t: 20_000 per year in order`: one amount on which several layers draw."""

    kind: Literal["threshold", "cap"]
    name: Name
    label: str | None
    amount: Amount
    draws: Literal["in_order", "pro_rata"]
    cites: Cites = ()
    span: Span = place()


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
    span: Span = place()


@frozen(repr=False)
class Prove:
    """What is paid does not depend on these attributes."""

    attributes: tuple[AttributeRef, ...]
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class ProveAmount:
    """`prove pay <= 5_000 when claim.care is clinic`: of every claim; `prove pay <= 5_000 per year`: of what
    comes together in a scope. left None: what all layers pay."""

    left: Expression | None
    op: Comparison
    right: Expression
    scope: Scope | None = None
    condition: Expression | None = None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class ProveNeverLess:
    """`prove member.health: healthy never gets less than preexisting`; attribute None: the one that
    has these values."""

    attribute: AttributeRef | None
    more: Name
    less: Name
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class Rising:
    """The ratio of a layer; None: of each layer that pays one."""

    layer: Name | None
    span: Span = place()


@frozen(repr=False)
class ProveRising:
    """`prove ratio rises with amount`, `prove hospital.ratio rises with amount`."""

    of: Rising
    cites: Cites = ()
    span: Span = place()


GoodLaw = Literal["no_cliff", "split_proof", "order_free"]
"""A law that not every scheme keeps, and that an author or a guideline may ask for."""


@frozen(repr=False)
class ProveLaws:
    """`prove split proof, order free`."""

    laws: tuple[GoodLaw, ...]
    cites: Cites = ()
    span: Span = place()
