"""A whole scheme."""

from __future__ import annotations

from attrs import field, frozen

from hmbc.dsl.nodes.data import (
    Attributes,
    ListDeclaration,
    ParameterDeclaration,
    TableDeclaration,
)
from hmbc.dsl.nodes.examples import Example
from hmbc.dsl.nodes.expressions import Name
from hmbc.dsl.nodes.header import (
    BenefitYear,
    Conforms,
    Currency,
    Decides,
    Enrolment,
    Event,
    Fact,
    MonthEnd,
    Removed,
    SourceClause,
    Unexpressed,
    Unit,
    Valid,
    Waiver,
    WorkingCalendar,
)
from hmbc.dsl.nodes.layers import Layer, Reading, Rounding
from hmbc.dsl.nodes.place import place
from hmbc.dsl.nodes.rules import (
    CountDeclaration,
    Due,
    Eligible,
    Exclude,
    Let,
    Pool,
    Prove,
    ProveAmount,
    ProveLaws,
    ProveNeverLess,
    ProveRising,
    TotalDeclaration,
    Wait,
)
from hmbc.dsl.source import Span
from hmbc.grammar.keywords import Language

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
    | TableDeclaration
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
    | ProveAmount
    | ProveNeverLess
    | ProveLaws
    | ProveRising
    | Waiver
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
    span: Span = place()
