"""A whole guideline: what a document demands of schemes."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from hmbc.dsl.expr import Comparison
from hmbc.dsl.nodes.expressions import Cites, Expression, Name, NumberLiteral, Text
from hmbc.dsl.nodes.header import SourceClause, Unexpressed
from hmbc.dsl.nodes.layers import Reading, Scope
from hmbc.dsl.nodes.place import place
from hmbc.dsl.nodes.rules import GoodLaw
from hmbc.dsl.source import Span
from hmbc.grammar.keywords import Language

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
    "keep",
    "never_less",
    "amount",
]


@frozen(repr=False)
class KeptAmount:
    """`special_drugs.pay <= 5_000 per year when claim.care is clinic`. layer None: what all layers pay."""

    layer: Name | None
    op: Comparison
    right: Expression
    scope: Scope | None = None
    condition: Expression | None = None
    span: Span = place()


@frozen(repr=False)
class Demand:
    """What a document demands of schemes. names: concepts, facts, or tokens of clauses (`state`);
    file: a list of codes; op, value: of a fact; laws: to
    `keep`; of `never_less` the value of a member's attribute that never gets less, and the other. firm: `must`, else `in principle`."""

    kind: DemandKind
    names: tuple[Name, ...] = ()
    file: Text | None = None
    op: Comparison | None = None
    value: NumberLiteral | None = None
    laws: tuple[GoodLaw, ...] = field(default=(), kw_only=True)
    amount: KeptAmount | None = field(default=None, kw_only=True)
    firm: bool = True
    cites: Cites = ()
    span: Span = place()


GuidelineItem = SourceClause | Demand | Reading | Unexpressed


@frozen(repr=False)
class Guideline:
    """A whole file that states demands."""

    name: Name
    title: str | None
    items: tuple[GuidelineItem, ...]
    language: Language = field(eq=False)
    span: Span = place()
