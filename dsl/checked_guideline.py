"""The checked guideline: what a document demands of schemes, every concept resolved."""

from __future__ import annotations

from attrs import field, frozen

from hmbc.dsl.expr import Comparison
from hmbc.dsl.nodes import DemandKind, Expression, GoodLaw, Scope
from hmbc.dsl.source import NOWHERE, Span
from hmbc.grammar.keywords import Language


@frozen(kw_only=True, repr=False)
class DemandedAmount:
    """`pay <= 5_000 per year when claim.care is clinic`, as it is written: only a scheme says what its words are
    (dsl/check_demanded.py). layer None: what all layers pay. text: the whole demand."""

    layer: str | None
    op: Comparison
    right: Expression
    scope: Scope | None
    condition: Expression | None
    text: str

    @property
    def expressions(self) -> tuple[object, ...]:
        """All in which a name can stand."""
        return (self.right, self.scope, self.condition)


@frozen(kw_only=True)
class CheckedDemand:
    """names: concepts; of `state`, tokens of clauses; of `never_less`, values or labels of values. codes: of a list that may not be excluded.
    firm: `must`; else in principle, and what breaks it is a warning."""

    kind: DemandKind
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    op: Comparison | None = None
    value: int = 0
    laws: tuple[GoodLaw, ...] = ()
    amount: DemandedAmount | None = None
    firm: bool = True
    cites: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, eq=False, repr=False)


@frozen(kw_only=True)
class CheckedGuideline:
    """A guideline without errors. unexpressed: kind, text and citations."""

    name: str
    title: str | None
    language: Language
    demands: tuple[CheckedDemand, ...]
    readings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unexpressed: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
