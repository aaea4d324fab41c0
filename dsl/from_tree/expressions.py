"""Expressions: one method a rule, named after it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.parts import Operator, Read, name_of, span_of, text_of, value_of

_COMPARE = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "=": "=="}
_MODES = {"HALF_UP": "half_up", "HALF_EVEN": "half_even", "UP": "up", "DOWN": "down"}


@v_args(meta=True)
class ExpressionRules(Transformer[Token, Any]):
    """Expressions."""

    def or_(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("or", c[0], c[-1], span=span_of(meta))

    def and_(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("and", c[0], c[-1], span=span_of(meta))

    def add(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("+", c[0], c[-1], span=span_of(meta))

    def subtract(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("-", c[0], c[-1], span=span_of(meta))

    def times(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("*", c[0], c[-1], span=span_of(meta))

    def not_(self, meta: Meta, c: list[Any]) -> n.Negation:
        return n.Negation(c[-1], span=span_of(meta))

    def compare(self, meta: Meta, c: list[Any]) -> Any:
        if len(c) == 1:
            text = c[0].lexeme.value
            return Operator(_COMPARE.get(text, "!="))
        return n.Comparing(str(c[1]), c[0], c[2], span=span_of(meta))  # type: ignore[arg-type]

    def among(self, meta: Meta, c: list[Any]) -> n.Among:
        return n.Among(c[0], str(c[1]), tuple(c[2]), span=span_of(meta))  # type: ignore[arg-type]

    def membership(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def members(self, meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        return Read(c).nodes()

    def given(self, meta: Meta, c: list[Any]) -> n.IsGiven:
        return n.IsGiven(c[0], span=span_of(meta))

    def smaller(self, meta: Meta, c: list[Any]) -> n.Extreme:
        left, right = Read(c).nodes()
        return n.Extreme("smaller", left, right, span=span_of(meta))

    def larger(self, meta: Meta, c: list[Any]) -> n.Extreme:
        left, right = Read(c).nodes()
        return n.Extreme("larger", left, right, span=span_of(meta))

    def share(self, meta: Meta, c: list[Any]) -> n.Sharing:
        amount, part, whole = Read(c).nodes()
        return n.Sharing(amount, part, whole, span=span_of(meta))

    def age(self, meta: Meta, c: list[Any]) -> n.AgeOf:
        birth, date = Read(c).nodes()
        return n.AgeOf(birth, date, span=span_of(meta))

    def by_cases(self, meta: Meta, c: list[Any]) -> n.Cases:
        by, cases = Read(c).nodes()
        return n.Cases(by, cases.cases, cases.otherwise, span=span_of(meta))

    def by_table(self, meta: Meta, c: list[Any]) -> n.LookUp:
        return n.LookUp(c[1], name_of(c[-1]), span=span_of(meta))

    def choose(self, meta: Meta, c: list[Any]) -> n.Choice:
        then, condition, otherwise = Read(c).nodes()
        return n.Choice(then, condition, otherwise, span=span_of(meta))

    def divided(self, meta: Meta, c: list[Any]) -> n.Division:
        return n.Division(c[0], c[-1], span=span_of(meta))

    def increase(self, meta: Meta, c: list[Any]) -> n.IncreaseOf:
        return n.IncreaseOf(c[-1], span=span_of(meta))

    def month_of(self, meta: Meta, c: list[Any]) -> n.DatePart:
        return n.DatePart("month", c[-1], span=span_of(meta))

    def year_of(self, meta: Meta, c: list[Any]) -> n.DatePart:
        return n.DatePart("year", c[-1], span=span_of(meta))

    def day_of(self, meta: Meta, c: list[Any]) -> n.DayOf:
        which: Any = "first" if c[0].type == "FIRST_DAY_OF" else "last"
        return n.DayOf(which, c[-1], span=span_of(meta))

    def rounded(self, meta: Meta, c: list[Any]) -> n.RoundedAmount:
        mode = next(x for x in c if isinstance(x, str) and x in _MODES.values())
        rest = [x for x in c if not isinstance(x, str)]
        step = rest[1].value if len(rest) > 1 else None
        return n.RoundedAmount(rest[0], mode, step, span=span_of(meta))  # type: ignore[arg-type]

    def by_bands(self, meta: Meta, c: list[Any]) -> n.ByBands:
        of, *rest = Read(c).nodes()
        last = n.ValueBand(None, True, rest[-1], span=rest[-1].span)
        return n.ByBands(of, (*rest[:-1], last), span=span_of(meta))

    def value_band(self, meta: Meta, c: list[Any]) -> n.ValueBand:
        limit, result = Read(c).nodes()
        return n.ValueBand(limit, c[0].type == "UP_TO", result, span=span_of(meta))

    def enrolment_ref(self, meta: Meta, c: list[Any]) -> n.EnrolmentRef:
        return n.EnrolmentRef(span=span_of(meta))

    def benefit_year_ref(self, meta: Meta, c: list[Any]) -> n.BenefitYearRef:
        return n.BenefitYearRef(span=span_of(meta))

    def attribute_ref(self, meta: Meta, c: list[Any]) -> n.AttributeRef:
        return n.AttributeRef(c[0], c[-1], span=span_of(meta))

    def owner(self, meta: Meta, c: list[Any]) -> str:
        return "member" if c[0].type == "MEMBER" else "claim"

    def attribute_name(self, meta: Meta, c: list[Any]) -> n.Name:
        text = "date" if c[0].type == "DATE_WORD" else text_of(c[0])
        return n.Name(text, span=span_of(meta))

    def name_ref(self, meta: Meta, c: list[Any]) -> n.NameRef:
        which: Any = c[1].type.lower() if len(c) > 1 else "now"
        return n.NameRef(text_of(c[0]), which, span=span_of(meta))

    def layer_pay(self, meta: Meta, c: list[Any]) -> n.LayerPayRef:
        return n.LayerPayRef(name_of(c[0]), c[-1].type.lower(), span=span_of(meta))

    def number_literal(self, meta: Meta, c: list[Any]) -> n.NumberLiteral:
        return n.NumberLiteral(value_of(c[0]), span=span_of(meta))

    def money_literal(self, meta: Meta, c: list[Any]) -> n.MoneyLiteral:
        text = c[0].lexeme.text
        sign = text[0].replace("￥", "¥") if not text[0].isdigit() else text[-1]
        return n.MoneyLiteral(value_of(c[0]), sign=sign, span=span_of(meta))

    def negative(self, meta: Meta, c: list[Any]) -> n.NumberLiteral | n.MoneyLiteral:
        number = c[-1]
        return type(number)(Fraction(-number.value), span=span_of(meta))  # type: ignore[no-any-return]

    def percent_literal(self, meta: Meta, c: list[Any]) -> n.PercentLiteral:
        return n.PercentLiteral(value_of(c[0]), span=span_of(meta))

    def date_literal(self, meta: Meta, c: list[Any]) -> n.DateLiteral:
        return n.DateLiteral(value_of(c[0]), span=span_of(meta))

    def duration_literal(self, meta: Meta, c: list[Any]) -> n.DurationLiteral:
        return n.DurationLiteral(value_of(c[0]), span=span_of(meta))

    def code_literal(self, meta: Meta, c: list[Any]) -> n.CodeLiteral:
        return n.CodeLiteral(text_of(c[0]), span=span_of(meta))

    def months_literal(self, meta: Meta, c: list[Any]) -> n.MonthsLiteral:
        return n.MonthsLiteral(value_of(c[0]), span=span_of(meta))

    def yes_literal(self, meta: Meta, c: list[Any]) -> n.BoolLiteral:
        return n.BoolLiteral(True, span=span_of(meta))

    def no_literal(self, meta: Meta, c: list[Any]) -> n.BoolLiteral:
        return n.BoolLiteral(False, span=span_of(meta))
