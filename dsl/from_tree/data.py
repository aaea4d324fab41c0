"""Attributes, parameters and lists: one method a rule, named after it."""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.parts import (
    External,
    Fixed,
    Key,
    Read,
    is_token,
    name_of,
    span_of,
    text_of,
    value_of,
)


@v_args(meta=True)
class DataRules(Transformer[Token, Any]):
    """Attributes, parameters and lists."""

    def member(self, meta: Meta, c: list[Any]) -> n.Attributes:
        return n.Attributes("member", Read(c).nodes(), span=span_of(meta))

    def claim(self, meta: Meta, c: list[Any]) -> n.Attributes:
        return n.Attributes("claim", Read(c).nodes(), span=span_of(meta))

    def attribute(self, meta: Meta, c: list[Any]) -> n.AttributeDeclaration:
        r = Read(c)
        name, label = name_of(r.token("NAME")), r.label()
        kind = r.one(n.PlainType, n.EnumType)
        optional = r.token("OPTIONAL") is not None
        varies = r.token("VARIES") is not None
        same = tuple(x for x in r.rest if isinstance(x, n.Scope))
        return n.AttributeDeclaration(
            name, label, kind, optional, varies, r.cites, means=r.means, same=same,
            span=span_of(meta),
        )  # fmt: skip

    def same(self, meta: Meta, c: list[Any]) -> n.Scope:
        return n.Scope(tuple(x.key for x in c if isinstance(x, Key)), span=span_of(meta))

    def plain_type(self, meta: Meta, c: list[Any]) -> n.PlainType:
        low, high = c[1] if len(c) > 1 else (None, None)
        return n.PlainType(c[0], low, high, span=span_of(meta))

    def type_word(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def enum_type(self, meta: Meta, c: list[Any]) -> n.EnumType:
        return n.EnumType(Read(c).nodes(), span=span_of(meta))

    def enumerator(self, meta: Meta, c: list[Any]) -> n.Enumerator:
        r = Read(c)
        return n.Enumerator(name_of(r.token("NAME")), r.label(), span=span_of(meta))

    def range(self, meta: Meta, c: list[Any]) -> tuple[Any, Any]:
        return c[0], c[-1]

    def parameter(self, meta: Meta, c: list[Any]) -> n.ParameterDeclaration:
        r = Read(c)
        name, label, kind = name_of(r.token("NAME")), r.label(), r.one(n.PlainType)
        values = r.one(tuple, Fixed, External)
        if isinstance(values, External):
            values = None
        elif isinstance(values, Fixed):
            values = values[0]
        return n.ParameterDeclaration(name, label, kind, values, r.cites, span=span_of(meta))

    def external_value(self, meta: Meta, c: list[Any]) -> External:
        return External()

    def fixed_value(self, meta: Meta, c: list[Any]) -> Fixed:
        return Fixed([Read(c).nodes()[0]])

    def dated_value(self, meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        return Read(c).nodes()

    def dated(self, meta: Meta, c: list[Any]) -> n.DatedValue:
        r = Read(c)
        days = [
            n.DateLiteral(value_of(t), span=t.lexeme.span) for t in r.rest if is_token(t, "DATE")
        ]
        last = days[1] if len(days) > 1 else None
        return n.DatedValue(days[0], last, r.nodes()[-1], r.cites, span=span_of(meta))

    def code_list(self, meta: Meta, c: list[Any]) -> n.ListDeclaration:
        r = Read(c)
        name, label = name_of(r.token("NAME")), r.label()
        codes = r.one(tuple, External, n.Text)
        codes = None if isinstance(codes, External) else codes
        return n.ListDeclaration(name, label, codes, r.cites, means=r.means, span=span_of(meta))

    def table(self, meta: Meta, c: list[Any]) -> n.TableDeclaration:
        r = Read(c)
        name, kind = name_of(r.token("NAME")), r.one(n.PlainType)
        source = [child for child in r.rest if is_token(child, "FROM", "STRING")]
        label = text_of(source[0]) if source[0].type == "STRING" else None
        file = n.Text(text_of(source[-1]), span=source[-1].lexeme.span)
        return n.TableDeclaration(
            name, label, kind, file, r.nodes()[-1], r.cites, span=span_of(meta)
        )

    def external_list(self, meta: Meta, c: list[Any]) -> External:
        return External()

    def file_list(self, meta: Meta, c: list[Any]) -> n.Text:
        return n.Text(text_of(c[-1]), span=c[-1].lexeme.span)

    def inline_list(self, meta: Meta, c: list[Any]) -> tuple[n.Text, ...]:
        return tuple(n.Text(text_of(t), span=t.lexeme.span) for t in c if is_token(t, "STRING"))
