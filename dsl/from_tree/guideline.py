"""Guidelines: one method a rule, named after it."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from lark import Token, Transformer, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.parts import (
    Inner,
    Operator,
    Read,
    Word,
    condition_of,
    is_token,
    name_of,
    span_of,
    text_of,
)


@v_args(meta=True)
class GuidelineRules(Transformer[Token, Any]):
    """Guidelines."""

    def demand(self, meta: Meta, c: list[Any]) -> n.Demand:
        r = Read(c)
        firm = r.token("IN_PRINCIPLE") is None
        demand: n.Demand = r.one(n.Demand)
        return evolve(demand, firm=firm, cites=r.cites, span=span_of(meta))

    def must_not_depend(self, meta: Meta, c: list[Any]) -> n.Demand:
        kind = f"{c[0].type.lower()}_independent"
        return n.Demand(kind, c[-1])  # type: ignore[arg-type]

    def must_exclude(self, meta: Meta, c: list[Any]) -> n.Demand:
        return n.Demand("exclude", c[-1])

    def must_not_exclude(self, meta: Meta, c: list[Any]) -> n.Demand:
        if not is_token(c[-1], "STRING"):
            return n.Demand("not_exclude", c[-1])
        return n.Demand("not_exclude", file=n.Text(text_of(c[-1]), span=c[-1].lexeme.span))

    def must_state(self, meta: Meta, c: list[Any]) -> n.Demand:
        return n.Demand("state", tuple(x for x in c if isinstance(x, n.Name)))

    def stated(self, meta: Meta, c: list[Any]) -> n.Name:
        return n.Name(str(c[0].type), span=c[0].lexeme.span)

    def must_cover(self, meta: Meta, c: list[Any]) -> n.Demand:
        return n.Demand("cover", c[-1])

    def must_come_after(self, meta: Meta, c: list[Any]) -> n.Demand:
        return n.Demand("come_after", c[-1])

    def must_rise(self, meta: Meta, c: list[Any]) -> n.Demand:
        return n.Demand("rise")

    def may_use_only(self, meta: Meta, c: list[Any]) -> n.Demand:
        if is_token(c[-1], "NEEDED_DATA"):
            return n.Demand("use_needed")
        return n.Demand("use_only", c[-1])

    def demands(self, meta: Meta, c: list[Any]) -> n.Demand:
        _, name, op, value = c
        return n.Demand("fact", (name_of(name),), op=str(op), value=value)  # type: ignore[arg-type]

    def must_keep(self, meta: Meta, c: list[Any]) -> n.Demand:
        return n.Demand("keep", laws=tuple(str(one) for one in c if isinstance(one, Word)))  # type: ignore[misc]

    def must_keep_never_less(self, meta: Meta, c: list[Any]) -> n.Demand:
        _, more, _, less = c
        return n.Demand("never_less", (name_of(more), name_of(less)))

    def must_keep_amount(self, meta: Meta, c: list[Any]) -> n.Demand:
        r = Read(c)
        layer, op = r.token("NAME"), r.one(Operator)
        condition, scope = condition_of(r.one(Inner)), r.one(n.Scope)
        amount = n.KeptAmount(
            None if layer is None else name_of(layer), str(op), r.condition(), scope, condition,  # type: ignore[arg-type]
            span=span_of(meta),
        )  # fmt: skip
        return n.Demand("amount", amount=amount)

    def concepts(self, meta: Meta, c: list[Any]) -> tuple[n.Name, ...]:
        return tuple(name_of(token) for token in c if is_token(token, "NAME"))
