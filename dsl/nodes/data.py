"""What is declared of the data: attributes, parameters, lists."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from hmbc.dsl.expr import Owner
from hmbc.dsl.nodes.expressions import Cites, DateLiteral, Expression, Name, Names, Text
from hmbc.dsl.nodes.layers import Scope
from hmbc.dsl.nodes.place import place
from hmbc.dsl.source import Span

TypeWord = Literal["MONEY", "RATIO", "INT", "BOOL", "DATE_WORD", "CODE", "PERIODS"]


@frozen(repr=False)
class PlainType:
    """`money`, `int 0 to 120`."""

    word: TypeWord
    low: Expression | None = None
    high: Expression | None = None
    span: Span = place()


@frozen(repr=False)
class Enumerator:
    """One value of an enumeration."""

    name: Name
    label: str | None = None
    span: Span = place()


@frozen(repr=False)
class EnumType:
    """`healthy | preexisting`."""

    values: tuple[Enumerator, ...]
    span: Span = place()


@frozen(repr=False)
class AttributeDeclaration:
    """A column of the claims or the members. same: over what it is promised to be one value."""

    name: Name
    label: str | None
    type: PlainType | EnumType
    optional: bool = False
    varies: bool = False
    cites: Cites = ()
    means: Names = field(default=(), kw_only=True)
    same: tuple[Scope, ...] = field(default=(), kw_only=True)
    span: Span = place()


@frozen(repr=False)
class Attributes:
    """The `member` or the `claim` block."""

    owner: Owner
    attributes: tuple[AttributeDeclaration, ...]
    span: Span = place()


@frozen(repr=False)
class DatedValue:
    """`from 2022-01-01: 20_000`, both ends included."""

    first: DateLiteral
    last: DateLiteral | None
    value: Expression
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class ParameterDeclaration:
    """A figure with a name: fixed, dated, or (values None) external."""

    name: Name
    label: str | None
    type: PlainType
    values: Expression | tuple[DatedValue, ...] | None
    cites: Cites = ()
    span: Span = place()


@frozen(repr=False)
class ListDeclaration:
    """A list of codes: external (None), from a file beside the scheme (Text), or written out."""

    name: Name
    label: str | None
    codes: None | Text | tuple[Text, ...]
    cites: Cites = ()
    means: Names = field(default=(), kw_only=True)
    span: Span = place()


@frozen(repr=False)
class TableDeclaration:
    """From code to amount, ratio or number, in a file beside the scheme; `otherwise`: of all others."""

    name: Name
    label: str | None
    type: PlainType
    file: Text
    otherwise: Expression
    cites: Cites = ()
    span: Span = place()
