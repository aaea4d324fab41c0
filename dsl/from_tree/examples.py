"""Worked examples: one method a rule, named after it."""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.parts import Read, is_token, name_of, span_of, text_of, value_of


@v_args(meta=True)
class ExampleRules(Transformer[Token, Any]):
    """Worked examples."""

    def example(self, meta: Meta, c: list[Any]) -> n.Example:
        r = Read(c)
        return n.Example(r.label(), r.nodes(), r.cites, span=span_of(meta))

    def example_parameters(self, meta: Meta, c: list[Any]) -> n.ExampleGiven:
        return n.ExampleGiven("parameter", None, Read(c).one(tuple) or (), span=span_of(meta))

    def example_member(self, meta: Meta, c: list[Any]) -> n.ExampleGiven:
        r = Read(c)
        name, given = r.token("NAME"), r.one(tuple) or ()
        whose = None if name is None else name_of(name)
        return n.ExampleGiven("member", whose, given, span=span_of(meta))

    def example_claim(self, meta: Meta, c: list[Any]) -> n.ExampleClaim:
        r = Read(c)
        date, name = r.token("DATE"), r.token("NAME")
        whose = None if name is None else name_of(name)
        assignments = r.one(tuple) or ()
        day = n.DateLiteral(value_of(date), span=date.lexeme.span)
        return n.ExampleClaim(day, whose, assignments, r.nodes(), span=span_of(meta))

    def assignments(self, meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        return Read(c).nodes()

    def assignment(self, meta: Meta, c: list[Any]) -> n.Assignment:
        return n.Assignment(c[0], Read(c[1:]).nodes(), span=span_of(meta))

    def literal_value(self, meta: Meta, c: list[Any]) -> Any:
        return c[0]

    def name_value(self, meta: Meta, c: list[Any]) -> n.NameRef:
        return n.NameRef(text_of(c[0]), span=span_of(meta))

    def period_value(self, meta: Meta, c: list[Any]) -> n.PeriodValue:
        days = [n.DateLiteral(value_of(t), span=t.lexeme.span) for t in c if is_token(t, "DATE")]
        return n.PeriodValue(days[0], days[1] if len(days) > 1 else None, span=span_of(meta))

    def expects_total(self, meta: Meta, c: list[Any]) -> n.ExpectTotal:
        return n.ExpectTotal(c[-1], span=span_of(meta))

    def expects_layer(self, meta: Meta, c: list[Any]) -> n.ExpectLayer:
        return n.ExpectLayer(name_of(c[1]), c[-1], span=span_of(meta))

    def expects_due(self, meta: Meta, c: list[Any]) -> n.ExpectDue:
        name, date = name_of(c[1]), c[2]
        day = None
        if is_token(date, "DATE"):
            day = n.DateLiteral(value_of(date), span=date.lexeme.span)
        return n.ExpectDue(name, day, span=span_of(meta))

    def expects_reason(self, meta: Meta, c: list[Any]) -> n.ExpectReason:
        reason, name = c[-1]
        return n.ExpectReason(reason, name, span=span_of(meta))

    def reason_code(self, meta: Meta, c: list[Any]) -> tuple[str, n.Name | None]:
        return str(c[0].type), name_of(c[1]) if len(c) > 1 else None
