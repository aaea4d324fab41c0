"""The header and the notes: one method a rule, named after it."""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.parts import (
    CitesPart,
    MeansPart,
    Read,
    Word,
    is_token,
    name_of,
    span_of,
    text_of,
    value_of,
)

_MODES = {"HALF_UP": "half_up", "HALF_EVEN": "half_even", "UP": "up", "DOWN": "down"}


@v_args(meta=True)
class HeaderRules(Transformer[Token, Any]):
    """The header and the notes."""

    def source(self, meta: Meta, c: list[Any]) -> n.SourceClause:
        r = Read(c)
        title, date = r.label() or "", r.token("DATE")
        day = None if date is None else n.DateLiteral(value_of(date), span=date.lexeme.span)
        return n.SourceClause(title, day, r.cites, span=span_of(meta))

    def currency(self, meta: Meta, c: list[Any]) -> n.Currency:
        r = Read(c)
        name = r.token("NAME")
        return n.Currency("CNY" if name is None else text_of(name), r.cites, span=span_of(meta))

    def benefit_year(self, meta: Meta, c: list[Any]) -> n.BenefitYear:
        r = Read(c)
        days = [value_of(token) for token in r.rest if is_token(token, "MONTH_DAY")]
        first, last = days if days else ((1, 1), (12, 31))
        anniversary = r.one(n.AttributeRef)
        return n.BenefitYear(first, last, anniversary, r.cites, span=span_of(meta))

    def enrolment(self, meta: Meta, c: list[Any]) -> n.Enrolment:
        r = Read(c)
        previous = r.token("PREVIOUS") is not None
        first, last = (value_of(token) for token in r.rest if is_token(token, "MONTH_DAY"))
        return n.Enrolment(previous, first, last, r.cites, span=span_of(meta))

    def decides(self, meta: Meta, c: list[Any]) -> n.Decides:
        r = Read(c)
        return n.Decides(r.one(n.AttributeRef), r.cites, span=span_of(meta))

    def event(self, meta: Meta, c: list[Any]) -> n.Event:
        r = Read(c)
        return n.Event(r.one(n.AttributeRef), r.cites, span=span_of(meta))

    def unit(self, meta: Meta, c: list[Any]) -> n.Unit:
        r = Read(c)
        return n.Unit(r.one(n.AttributeRef), r.cites, span=span_of(meta))

    def month_end(self, meta: Meta, c: list[Any]) -> n.MonthEnd:
        r = Read(c)
        mode = "last_day" if r.token("LAST_DAY") is not None else "next_day"
        return n.MonthEnd(mode, r.cites, span=span_of(meta))  # type: ignore[arg-type]

    def valid(self, meta: Meta, c: list[Any]) -> n.Valid:
        r = Read(c)
        days = [
            n.DateLiteral(value_of(t), span=t.lexeme.span) for t in r.rest if is_token(t, "DATE")
        ]
        return n.Valid(days[0], days[1] if len(days) > 1 else None, r.cites, span=span_of(meta))

    def removed(self, meta: Meta, c: list[Any]) -> n.Removed:
        r = Read(c)
        if (ref := r.one(n.AttributeRef)) is not None:
            return n.Removed(ref.owner.upper(), ref.name, r.cites, span=span_of(meta))
        kind, name = r.one(Word), name_of(r.token("NAME"))
        return n.Removed(str(kind), name, r.cites, span=span_of(meta))

    def removable(self, meta: Meta, c: list[Any]) -> Word:
        return Word(c[0].type)

    def working_calendar(self, meta: Meta, c: list[Any]) -> n.WorkingCalendar:
        r = Read(c)
        name = r.token("NAME")
        return n.WorkingCalendar(
            "CN" if name is None else text_of(name), r.cites, span=span_of(meta)
        )

    def rounding(self, meta: Meta, c: list[Any]) -> n.Rounding:
        r = Read(c)
        scope = r.one(n.Scope)
        step = r.one(n.NumberLiteral, n.MoneyLiteral)
        mode = next(
            child for child in r.rest if isinstance(child, str) and child in _MODES.values()
        )
        value = None if step is None else step.value
        return n.Rounding(mode, value, scope, r.cites, span=span_of(meta))  # type: ignore[arg-type]

    def rounding_mode(self, meta: Meta, c: list[Any]) -> str:
        return _MODES[c[0].type]

    def reading(self, meta: Meta, c: list[Any]) -> n.Reading:
        r = Read(c)
        return n.Reading(r.label() or "", r.cites, span=span_of(meta))

    def unexpressed(self, meta: Meta, c: list[Any]) -> n.Unexpressed:
        r = Read(c)
        return n.Unexpressed(r.rest[1], r.label() or "", r.cites, span=span_of(meta))

    def unexpressed_kind(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def waiver(self, meta: Meta, c: list[Any]) -> n.Waiver:
        r = Read(c)
        return n.Waiver(r.rest[1], r.label() or "", r.cites, span=span_of(meta))

    def broken_law(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def conforms(self, meta: Meta, c: list[Any]) -> n.Conforms:
        r = Read(c)
        names = tuple(name_of(token) for token in r.rest if is_token(token, "NAME"))
        return n.Conforms(names, r.cites, span=span_of(meta))

    def fact(self, meta: Meta, c: list[Any]) -> n.Fact:
        r = Read(c)
        name, label = name_of(r.token("NAME")), r.label()
        return n.Fact(name, label, r.nodes()[-1], r.cites, span=span_of(meta))

    def means(self, meta: Meta, c: list[Any]) -> MeansPart:
        return MeansPart(name_of(token) for token in c if is_token(token, "NAME"))

    def cites(self, meta: Meta, c: list[Any]) -> CitesPart:
        return CitesPart(child for child in c if isinstance(child, n.Cite))

    def cite(self, meta: Meta, c: list[Any]) -> n.Cite:
        return n.Cite(text_of(c[0]), span=span_of(meta))
