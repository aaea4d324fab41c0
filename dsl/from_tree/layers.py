"""Layers, scopes and bands: one method a rule, named after it."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from lark import Token, Transformer, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.parts import Key, Kind, Read, name_of, span_of, text_of, value_of

_NO_RESULT = n.BoolLiteral(False)
"""Of a case's value, until the case is read."""


@v_args(meta=True)
class LayerRules(Transformer[Token, Any]):
    """Layers, scopes and bands."""

    def layer(self, meta: Meta, c: list[Any]) -> n.Layer:
        r = Read(c)
        name, label = name_of(r.token("NAME")), r.label()
        return n.Layer(name, label, r.nodes(), r.cites, means=r.means, span=span_of(meta))

    def base(self, meta: Meta, c: list[Any]) -> n.Base:
        r = Read(c)
        return n.Base(r.nodes()[0], r.cites, span=span_of(meta))

    def threshold(self, meta: Meta, c: list[Any]) -> n.Threshold:
        r = Read(c)
        amount, within = r.one(n.Amount, n.Name), r.one(n.Amount)
        return n.Threshold(amount, r.cites, within=within, span=span_of(meta))

    def no_threshold(self, meta: Meta, c: list[Any]) -> n.Threshold:
        r = Read(c)
        return n.Threshold(None, r.cites, condition=r.condition(), span=span_of(meta))

    def ratio(self, meta: Meta, c: list[Any]) -> n.RatioClause:
        r = Read(c)
        value, *points = r.nodes()
        return n.RatioClause(value, tuple(points), r.cites, span=span_of(meta))

    def points(self, meta: Meta, c: list[Any]) -> n.Points:
        sign, amount, _, condition = c
        return n.Points(sign, amount, condition, span=span_of(meta))

    def points_sign(self, meta: Meta, c: list[Any]) -> int:
        return 1 if c[0].type == "PLUS_POINTS" else -1

    def tops_up(self, meta: Meta, c: list[Any]) -> n.TopsUp:
        r = Read(c)
        target, *after = r.nodes()
        return n.TopsUp(target, tuple(after), r.cites, span=span_of(meta))

    def cap(self, meta: Meta, c: list[Any]) -> n.Cap:
        r = Read(c)
        return n.Cap("paid", r.one(n.Amount, n.Name), r.cites, span=span_of(meta))

    def pays(self, meta: Meta, c: list[Any]) -> n.Pays:
        r = Read(c)
        return n.Pays(r.nodes()[0], False, False, r.cites, span=span_of(meta))

    def pays_increase(self, meta: Meta, c: list[Any]) -> n.Pays:
        r = Read(c)
        may_fall = r.token("MAY_FALL") is not None
        return n.Pays(r.nodes()[0], True, may_fall, r.cites, span=span_of(meta))

    def cost_cap(self, meta: Meta, c: list[Any]) -> n.Cap:
        r = Read(c)
        return n.Cap("cost", r.one(n.Amount), r.cites, span=span_of(meta))

    def no_cap(self, meta: Meta, c: list[Any]) -> n.Cap:
        r = Read(c)
        return n.Cap("paid", None, r.cites, condition=r.condition(), span=span_of(meta))

    def by_others(self, meta: Meta, c: list[Any]) -> n.PaidByOthers:
        return n.PaidByOthers(Read(c).cites, span=span_of(meta))

    def amount(self, meta: Meta, c: list[Any]) -> n.Amount:
        r = Read(c)
        start, known = r.token("AS_AT_YEAR_START"), r.token("KNOWN")
        scope = r.one(n.Scope)
        return n.Amount(
            r.nodes()[0], scope, start is not None, known is not None, span=span_of(meta)
        )

    def plain_scope(self, meta: Meta, c: list[Any]) -> n.Scope:
        return n.Scope(tuple(child.key for child in c), span=span_of(meta))

    def chosen_scope(self, meta: Meta, c: list[Any]) -> n.Scope:
        keys = tuple(child.key for child in c if isinstance(child, Key))
        condition, otherwise = (x for x in c if not isinstance(x, Key | Token))
        return n.Scope(keys, condition, otherwise, span=span_of(meta))

    def scope_key(self, meta: Meta, c: list[Any]) -> Key:
        return Key(c[-1] if isinstance(c[-1], n.AttributeRef) else str(c[0].type))

    def cases(self, meta: Meta, c: list[Any]) -> n.Cases:
        cases = tuple(case for child in c if isinstance(child, tuple) for case in child)
        others = [x for x in c if not isinstance(x, tuple | Token)]
        return n.Cases(None, cases, others[0] if others else None, span=span_of(meta))

    def case(self, meta: Meta, c: list[Any]) -> tuple[n.Case, ...]:
        """One for each value that shares the result."""
        values = [child for child in c if isinstance(child, n.Case)]
        return tuple(evolve(value, result=c[-1], span=span_of(meta)) for value in values)

    def case_value(self, meta: Meta, c: list[Any]) -> n.Case:
        value = name_of(c[0]) if c[0].type == "NAME" else n.CodeLiteral(text_of(c[0]), span=span_of(meta))
        return n.Case(value, _NO_RESULT, span=span_of(meta))

    def plain_value(self, meta: Meta, c: list[Any]) -> n.Case:
        value = {"YES": True, "NO": False}.get(c[0].type)
        return n.Case(
            n.NumberLiteral(value_of(c[0]), span=span_of(meta)) if value is None
            else n.BoolLiteral(value, span=span_of(meta)), _NO_RESULT, span=span_of(meta)
        )  # fmt: skip

    value_cases, value_case = cases, case

    def bands(self, meta: Meta, c: list[Any]) -> n.Bands:
        r = Read(c)
        scope = r.one(n.Scope)
        bands = tuple(child for child in r.rest if isinstance(child, n.Band))
        last = n.Band(None, r.rest[-1], span=r.rest[-1].span)
        return n.Bands(r.one(Kind).of, scope, (*bands, last), span=span_of(meta))

    def bands_of(self, meta: Meta, c: list[Any]) -> Kind:
        return Kind("excess" if c[0].type == "BANDS_OF_EXCESS" else "cost")

    def band(self, meta: Meta, c: list[Any]) -> n.Band:
        limit, ratio = Read(c).nodes()
        return n.Band(limit, ratio, span=span_of(meta))
