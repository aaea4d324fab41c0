"""Who, when, what never; totals and what layers share; what is due; laws: one method a rule, named after it."""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.parts import (
    DaysPart,
    Inner,
    NamesPart,
    Operator,
    PartOf,
    Read,
    Word,
    condition_of,
    is_token,
    name_of,
    span_of,
    value_of,
)


@v_args(meta=True)
class StatementRules(Transformer[Token, Any]):
    """Who, when, what never; totals and what layers share; what is due; laws."""

    def eligible(self, meta: Meta, c: list[Any]) -> n.Eligible:
        r = Read(c)
        name, label = name_of(r.token("NAME")), r.label()
        return n.Eligible(name, label, r.nodes()[0], r.cites, span=span_of(meta))

    def wait(self, meta: Meta, c: list[Any]) -> n.Wait:
        r = Read(c)
        name, label, exception = name_of(r.token("NAME")), r.label(), r.one(Inner)
        condition = r.nodes()[0]
        return n.Wait(name, label, condition, condition_of(exception), r.cites, span=span_of(meta))

    def exclude(self, meta: Meta, c: list[Any]) -> n.Exclude:
        r = Read(c)
        name, label = name_of(r.token("NAME")), r.label()
        layers = r.one(NamesPart) or ()
        exception, part = condition_of(r.one(Inner)), r.one(PartOf)
        condition = part.condition if part else r.nodes()[0]
        return n.Exclude(
            name, tuple(layers), label, condition, part.amount if part else None, exception,
            r.cites, means=r.means, span=span_of(meta),
        )  # fmt: skip

    def layer_names(self, meta: Meta, c: list[Any]) -> NamesPart:
        return NamesPart(name_of(token) for token in c if is_token(token, "NAME"))

    def part(self, meta: Meta, c: list[Any]) -> PartOf:
        amounts = Read(c).nodes()
        return PartOf(amounts[0], amounts[1] if len(amounts) > 1 else None)

    def exception(self, meta: Meta, c: list[Any]) -> Inner:
        return Inner(c[-1])

    def when(self, meta: Meta, c: list[Any]) -> n.When:
        r = Read(c)
        return n.When(r.nodes()[0], r.cites, span=span_of(meta))

    def unless(self, meta: Meta, c: list[Any]) -> n.Unless:
        r = Read(c)
        return n.Unless(r.nodes()[0], r.cites, span=span_of(meta))

    def let(self, meta: Meta, c: list[Any]) -> n.Let:
        r = Read(c)
        name, label = name_of(r.token("NAME")), r.label()
        return n.Let(name, label, r.nodes()[0], r.cites, span=span_of(meta))

    def total(self, meta: Meta, c: list[Any]) -> n.TotalDeclaration:
        r = Read(c)
        name, label, scope = name_of(r.token("NAME")), r.label(), r.one(n.Scope)
        condition, amount = condition_of(r.one(Inner)), r.nodes()[0]
        return n.TotalDeclaration(
            name, label, amount, scope, condition, r.cites, span=span_of(meta)
        )

    def count(self, meta: Meta, c: list[Any]) -> n.CountDeclaration:
        r = Read(c)
        name, label, scope = name_of(r.token("NAME")), r.label(), r.one(n.Scope)
        condition = condition_of(r.one(Inner))
        of = r.one(Word)
        return n.CountDeclaration(name, label, of, scope, condition, r.cites, span=span_of(meta))

    def counted(self, meta: Meta, c: list[Any]) -> Word:
        return Word("claims" if c[0].type == "CLAIMS" else "events")

    def when_inside(self, meta: Meta, c: list[Any]) -> Inner:
        return Inner(c[-1])

    def pool(self, meta: Meta, c: list[Any]) -> n.Pool:
        r = Read(c)
        kind, draws = r.one(Word), r.one(Word)
        name, label, amount = name_of(r.token("NAME")), r.label(), r.one(n.Amount)
        return n.Pool(kind, name, label, amount, draws, r.cites, span=span_of(meta))

    def pool_kind(self, meta: Meta, c: list[Any]) -> Word:
        return Word(c[0].type.lower())

    def draws(self, meta: Meta, c: list[Any]) -> Word:
        return Word(c[0].type.lower())

    def pool_ref(self, meta: Meta, c: list[Any]) -> n.Name:
        return name_of(c[-1])

    def due(self, meta: Meta, c: list[Any]) -> n.Due:
        r = Read(c)
        name, label, condition = name_of(r.token("NAME")), r.label(), condition_of(r.one(Inner))
        days, start = r.one(DaysPart), r.one(n.AttributeRef)
        return n.Due(
            name, label, days.count, days.working, start, condition, r.cites, span=span_of(meta)
        )

    def due_days(self, meta: Meta, c: list[Any]) -> DaysPart:
        return DaysPart(value_of(c[0]), c[0].type == "WORKDAYS")

    def prove_amount(self, meta: Meta, c: list[Any]) -> n.ProveAmount:
        r = Read(c)
        condition, op, scope = condition_of(r.one(Inner)), r.one(Operator), r.one(n.Scope)
        left, right = r.nodes() if len(r.nodes()) == 2 else (None, *r.nodes())
        return n.ProveAmount(left, str(op), right, scope, condition, r.cites, span=span_of(meta))  # type: ignore[arg-type]

    def all_pay(self, meta: Meta, c: list[Any]) -> Token:
        return c[0]  # type: ignore[no-any-return]

    def prove_never_less(self, meta: Meta, c: list[Any]) -> n.ProveNeverLess:
        r = Read(c)
        attribute = r.one(n.AttributeRef)
        more, less = name_of(r.token("NAME")), name_of(r.token("NAME"))
        return n.ProveNeverLess(attribute, more, less, r.cites, span=span_of(meta))

    def prove_laws(self, meta: Meta, c: list[Any]) -> n.ProveLaws:
        r = Read(c)
        laws = tuple(str(one) for one in r.rest if isinstance(one, Word))
        return n.ProveLaws(laws, r.cites, span=span_of(meta))  # type: ignore[arg-type]

    def prove_rising(self, meta: Meta, c: list[Any]) -> n.ProveRising:
        r = Read(c)
        return n.ProveRising(r.one(n.Rising), r.cites, span=span_of(meta))

    def rising(self, meta: Meta, c: list[Any]) -> n.Rising:
        name = Read(c).token("NAME")
        return n.Rising(None if name is None else name_of(name), span=span_of(meta))

    def good_law(self, meta: Meta, c: list[Any]) -> Word:
        return Word(c[0].type.lower())

    def prove(self, meta: Meta, c: list[Any]) -> n.Prove:
        r = Read(c)
        return n.Prove(r.nodes(), r.cites, span=span_of(meta))
