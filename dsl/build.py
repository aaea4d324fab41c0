"""Lark's tree to the nodes of dsl/nodes.py: one function a rule, named after it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from attrs import evolve
from lark import Token, Transformer, Tree, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.source import NOWHERE, Span
from hmbc.grammar.keywords import Language

_OPS = {"PLUS": "+", "MINUS": "-", "STAR": "*"}
_COMPARE = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "=": "=="}
_MODES = {"HALF_UP": "half_up", "HALF_EVEN": "half_even", "UP": "up", "DOWN": "down"}
_LAST_DAY = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def build_file(tree: Tree[Token], language: Language) -> n.Scheme | n.Guideline:
    """The scheme, or the guideline, of a complete, correct parse."""
    return _Builder(language).transform(tree)  # type: ignore[no-any-return]


def _span(meta: Meta) -> Span:
    return NOWHERE if meta.empty else Span(meta.start_pos, meta.end_pos)


def _name(token: Any) -> n.Name:
    return n.Name(token.lexeme.value, span=token.lexeme.span)


def _is(child: object, *terminals: str) -> bool:
    return isinstance(child, Token) and child.type in terminals


def _text(token: Any) -> str:
    return token.lexeme.value  # type: ignore[no-any-return]


def _value(token: Any) -> Any:
    return token.lexeme.value


class _Cites(tuple[n.Cite, ...]):
    """Tells citations from other tuples among a rule's children."""


class _Means(tuple[n.Name, ...]):
    """Tells concepts from other tuples of names."""


class _Read:
    """Takes a rule's children apart by what they are."""

    def __init__(self, children: list[Any]) -> None:
        self.cites: n.Cites = ()
        self.means: n.Names = ()
        self.rest: list[Any] = []
        for child in children:
            if isinstance(child, _Cites):
                self.cites = tuple(child)
            elif isinstance(child, _Means):
                self.means = tuple(child)
            else:
                self.rest.append(child)

    def token(self, *terminals: str) -> Any:
        """Take the first token of these terminals, or None."""
        for index, child in enumerate(self.rest):
            if _is(child, *terminals):
                return self.rest.pop(index)
        return None

    def label(self) -> str | None:
        """Take a string, if there is one."""
        token = self.token("STRING")
        return None if token is None else _text(token)

    def one(self, *kinds: type) -> Any:
        """Take the first node of these classes, or None."""
        for index, child in enumerate(self.rest):
            if isinstance(child, kinds):
                return self.rest.pop(index)
        return None

    def nodes(self) -> tuple[Any, ...]:
        """All that is not a token."""
        return tuple(child for child in self.rest if not isinstance(child, Token))


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language

    def start(self, meta: Meta, c: list[Any]) -> n.Scheme | n.Guideline:
        return c[0]  # type: ignore[no-any-return]

    def scheme(self, meta: Meta, c: list[Any]) -> n.Scheme:
        r = _Read(c)
        name, title, revised = _name(r.token("NAME")), r.label(), r.token("NAME")
        base = None if revised is None else _name(revised)
        return n.Scheme(name, title, r.nodes(), self.language, base, span=_span(meta))

    # ---- header

    def source(self, meta: Meta, c: list[Any]) -> n.SourceClause:
        r = _Read(c)
        title, date = r.label() or "", r.token("DATE")
        day = None if date is None else n.DateLiteral(_value(date), span=date.lexeme.span)
        return n.SourceClause(title, day, r.cites, span=_span(meta))

    def currency(self, meta: Meta, c: list[Any]) -> n.Currency:
        r = _Read(c)
        name = r.token("NAME")
        return n.Currency("CNY" if name is None else _text(name), r.cites, span=_span(meta))

    def benefit_year(self, meta: Meta, c: list[Any]) -> n.BenefitYear:
        r = _Read(c)
        days = [_value(token) for token in r.rest if _is(token, "MONTH_DAY")]
        first, last = days if days else ((1, 1), (12, 31))
        anniversary = r.one(n.AttributeRef)
        return n.BenefitYear(first, last, anniversary, r.cites, span=_span(meta))

    def enrolment(self, meta: Meta, c: list[Any]) -> n.Enrolment:
        r = _Read(c)
        previous = r.token("PREVIOUS") is not None
        first, last = (_value(token) for token in r.rest if _is(token, "MONTH_DAY"))
        return n.Enrolment(previous, first, last, r.cites, span=_span(meta))

    def decides(self, meta: Meta, c: list[Any]) -> n.Decides:
        r = _Read(c)
        return n.Decides(r.one(n.AttributeRef), r.cites, span=_span(meta))

    def event(self, meta: Meta, c: list[Any]) -> n.Event:
        r = _Read(c)
        return n.Event(r.one(n.AttributeRef), r.cites, span=_span(meta))

    def unit(self, meta: Meta, c: list[Any]) -> n.Unit:
        r = _Read(c)
        return n.Unit(r.one(n.AttributeRef), r.cites, span=_span(meta))

    def month_end(self, meta: Meta, c: list[Any]) -> n.MonthEnd:
        r = _Read(c)
        mode = "last_day" if r.token("LAST_DAY") is not None else "next_day"
        return n.MonthEnd(mode, r.cites, span=_span(meta))  # type: ignore[arg-type]

    def valid(self, meta: Meta, c: list[Any]) -> n.Valid:
        r = _Read(c)
        days = [n.DateLiteral(_value(t), span=t.lexeme.span) for t in r.rest if _is(t, "DATE")]
        return n.Valid(days[0], days[1] if len(days) > 1 else None, r.cites, span=_span(meta))

    def removed(self, meta: Meta, c: list[Any]) -> n.Removed:
        r = _Read(c)
        if (ref := r.one(n.AttributeRef)) is not None:
            return n.Removed(ref.owner.upper(), ref.name, r.cites, span=_span(meta))
        kind, name = r.one(_Word), _name(r.token("NAME"))
        return n.Removed(str(kind), name, r.cites, span=_span(meta))

    def removable(self, meta: Meta, c: list[Any]) -> _Word:
        return _Word(c[0].type)

    def working_calendar(self, meta: Meta, c: list[Any]) -> n.WorkingCalendar:
        r = _Read(c)
        name = r.token("NAME")
        return n.WorkingCalendar("CN" if name is None else _text(name), r.cites, span=_span(meta))

    def rounding(self, meta: Meta, c: list[Any]) -> n.Rounding:
        r = _Read(c)
        scope = r.one(n.Scope)
        step = r.one(n.NumberLiteral, n.MoneyLiteral)
        mode = next(child for child in r.rest if isinstance(child, str) and child in _MODES.values())
        value = None if step is None else step.value
        return n.Rounding(mode, value, scope, r.cites, span=_span(meta))  # type: ignore[arg-type]

    def rounding_mode(self, meta: Meta, c: list[Any]) -> str:
        return _MODES[c[0].type]

    def reading(self, meta: Meta, c: list[Any]) -> n.Reading:
        r = _Read(c)
        return n.Reading(r.label() or "", r.cites, span=_span(meta))

    def unexpressed(self, meta: Meta, c: list[Any]) -> n.Unexpressed:
        r = _Read(c)
        return n.Unexpressed(r.rest[1], r.label() or "", r.cites, span=_span(meta))

    def unexpressed_kind(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def conforms(self, meta: Meta, c: list[Any]) -> n.Conforms:
        r = _Read(c)
        names = tuple(_name(token) for token in r.rest if _is(token, "NAME"))
        return n.Conforms(names, r.cites, span=_span(meta))

    def fact(self, meta: Meta, c: list[Any]) -> n.Fact:
        r = _Read(c)
        name, label = _name(r.token("NAME")), r.label()
        return n.Fact(name, label, r.nodes()[-1], r.cites, span=_span(meta))

    def means(self, meta: Meta, c: list[Any]) -> _Means:
        return _Means(_name(token) for token in c if _is(token, "NAME"))

    def cites(self, meta: Meta, c: list[Any]) -> _Cites:
        return _Cites(child for child in c if isinstance(child, n.Cite))

    def cite(self, meta: Meta, c: list[Any]) -> n.Cite:
        return n.Cite(_text(c[0]), span=_span(meta))

    # ---- attributes, parameters, lists

    def member(self, meta: Meta, c: list[Any]) -> n.Attributes:
        return n.Attributes("member", _Read(c).nodes(), span=_span(meta))

    def claim(self, meta: Meta, c: list[Any]) -> n.Attributes:
        return n.Attributes("claim", _Read(c).nodes(), span=_span(meta))

    def attribute(self, meta: Meta, c: list[Any]) -> n.AttributeDeclaration:
        r = _Read(c)
        name, label = _name(r.token("NAME")), r.label()
        kind = r.one(n.PlainType, n.EnumType)
        optional = r.token("OPTIONAL") is not None
        varies = r.token("VARIES") is not None
        return n.AttributeDeclaration(
            name, label, kind, optional, varies, r.cites, means=r.means, span=_span(meta)
        )

    def plain_type(self, meta: Meta, c: list[Any]) -> n.PlainType:
        low, high = c[1] if len(c) > 1 else (None, None)
        return n.PlainType(c[0], low, high, span=_span(meta))

    def type_word(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def enum_type(self, meta: Meta, c: list[Any]) -> n.EnumType:
        return n.EnumType(_Read(c).nodes(), span=_span(meta))

    def enumerator(self, meta: Meta, c: list[Any]) -> n.Enumerator:
        r = _Read(c)
        return n.Enumerator(_name(r.token("NAME")), r.label(), span=_span(meta))

    def range(self, meta: Meta, c: list[Any]) -> tuple[Any, Any]:
        return c[0], c[-1]

    def parameter(self, meta: Meta, c: list[Any]) -> n.ParameterDeclaration:
        r = _Read(c)
        name, label, kind = _name(r.token("NAME")), r.label(), r.one(n.PlainType)
        values = r.one(tuple, _Fixed, _External)
        if isinstance(values, _External):
            values = None
        elif isinstance(values, _Fixed):
            values = values[0]
        return n.ParameterDeclaration(name, label, kind, values, r.cites, span=_span(meta))

    def external_value(self, meta: Meta, c: list[Any]) -> _External:
        return _External()

    def fixed_value(self, meta: Meta, c: list[Any]) -> _Fixed:
        return _Fixed([_Read(c).nodes()[0]])

    def dated_value(self, meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        return _Read(c).nodes()

    def dated(self, meta: Meta, c: list[Any]) -> n.DatedValue:
        r = _Read(c)
        days = [n.DateLiteral(_value(t), span=t.lexeme.span) for t in r.rest if _is(t, "DATE")]
        last = days[1] if len(days) > 1 else None
        return n.DatedValue(days[0], last, r.nodes()[-1], r.cites, span=_span(meta))

    def code_list(self, meta: Meta, c: list[Any]) -> n.ListDeclaration:
        r = _Read(c)
        name, label = _name(r.token("NAME")), r.label()
        codes = r.one(tuple, _External, n.Text)
        codes = None if isinstance(codes, _External) else codes
        return n.ListDeclaration(name, label, codes, r.cites, means=r.means, span=_span(meta))

    def external_list(self, meta: Meta, c: list[Any]) -> _External:
        return _External()

    def file_list(self, meta: Meta, c: list[Any]) -> n.Text:
        return n.Text(_text(c[-1]), span=c[-1].lexeme.span)

    def inline_list(self, meta: Meta, c: list[Any]) -> tuple[n.Text, ...]:
        return tuple(n.Text(_text(t), span=t.lexeme.span) for t in c if _is(t, "STRING"))

    # ---- who, when, what never

    def eligible(self, meta: Meta, c: list[Any]) -> n.Eligible:
        r = _Read(c)
        name, label = _name(r.token("NAME")), r.label()
        return n.Eligible(name, label, r.nodes()[0], r.cites, span=_span(meta))

    def wait(self, meta: Meta, c: list[Any]) -> n.Wait:
        r = _Read(c)
        name, label, exception = _name(r.token("NAME")), r.label(), r.one(_Exception)
        condition = r.nodes()[0]
        return n.Wait(name, label, condition, _of(exception), r.cites, span=_span(meta))

    def exclude(self, meta: Meta, c: list[Any]) -> n.Exclude:
        r = _Read(c)
        name, label = _name(r.token("NAME")), r.label()
        layers = r.one(_Names) or ()
        exception, part = _of(r.one(_Exception)), r.one(_Part)
        condition = part.condition if part else r.nodes()[0]
        return n.Exclude(
            name, tuple(layers), label, condition, part.amount if part else None, exception,
            r.cites, means=r.means, span=_span(meta),
        )  # fmt: skip

    def layer_names(self, meta: Meta, c: list[Any]) -> _Names:
        return _Names(_name(token) for token in c if _is(token, "NAME"))

    def part(self, meta: Meta, c: list[Any]) -> _Part:
        amounts = _Read(c).nodes()
        return _Part(amounts[0], amounts[1] if len(amounts) > 1 else None)

    def exception(self, meta: Meta, c: list[Any]) -> _Exception:
        return _Exception(c[-1])

    def when(self, meta: Meta, c: list[Any]) -> n.When:
        r = _Read(c)
        return n.When(r.nodes()[0], r.cites, span=_span(meta))

    def unless(self, meta: Meta, c: list[Any]) -> n.Unless:
        r = _Read(c)
        return n.Unless(r.nodes()[0], r.cites, span=_span(meta))

    # ---- totals and what layers share

    def let(self, meta: Meta, c: list[Any]) -> n.Let:
        r = _Read(c)
        name, label = _name(r.token("NAME")), r.label()
        return n.Let(name, label, r.nodes()[0], r.cites, span=_span(meta))

    def total(self, meta: Meta, c: list[Any]) -> n.TotalDeclaration:
        r = _Read(c)
        name, label, scope = _name(r.token("NAME")), r.label(), r.one(n.Scope)
        condition, amount = _of(r.one(_Exception)), r.nodes()[0]
        return n.TotalDeclaration(
            name, label, amount, scope, condition, r.cites, span=_span(meta)
        )

    def count(self, meta: Meta, c: list[Any]) -> n.CountDeclaration:
        r = _Read(c)
        name, label, scope = _name(r.token("NAME")), r.label(), r.one(n.Scope)
        condition = _of(r.one(_Exception))
        of = r.one(_Word)
        return n.CountDeclaration(name, label, of, scope, condition, r.cites, span=_span(meta))

    def counted(self, meta: Meta, c: list[Any]) -> _Word:
        return _Word("claims" if c[0].type == "CLAIMS" else "events")

    def when_inside(self, meta: Meta, c: list[Any]) -> _Exception:
        return _Exception(c[-1])

    def pool(self, meta: Meta, c: list[Any]) -> n.Pool:
        r = _Read(c)
        kind, draws = r.one(_Word), r.one(_Word)
        name, label, amount = _name(r.token("NAME")), r.label(), r.one(n.Amount)
        return n.Pool(kind, name, label, amount, draws, r.cites, span=_span(meta))

    def pool_kind(self, meta: Meta, c: list[Any]) -> _Word:
        return _Word(c[0].type.lower())

    def draws(self, meta: Meta, c: list[Any]) -> _Word:
        return _Word(c[0].type.lower())

    def pool_ref(self, meta: Meta, c: list[Any]) -> n.Name:
        return _name(c[-1])

    # ---- layers

    def layer(self, meta: Meta, c: list[Any]) -> n.Layer:
        r = _Read(c)
        name, label = _name(r.token("NAME")), r.label()
        return n.Layer(name, label, r.nodes(), r.cites, means=r.means, span=_span(meta))

    def base(self, meta: Meta, c: list[Any]) -> n.Base:
        r = _Read(c)
        return n.Base(r.nodes()[0], r.cites, span=_span(meta))

    def threshold(self, meta: Meta, c: list[Any]) -> n.Threshold:
        r = _Read(c)
        return n.Threshold(r.one(n.Amount, n.Name), r.cites, span=_span(meta))

    def no_threshold(self, meta: Meta, c: list[Any]) -> n.Threshold:
        return n.Threshold(None, _Read(c).cites, span=_span(meta))

    def ratio(self, meta: Meta, c: list[Any]) -> n.RatioClause:
        r = _Read(c)
        value, *points = r.nodes()
        return n.RatioClause(value, tuple(points), r.cites, span=_span(meta))

    def points(self, meta: Meta, c: list[Any]) -> n.Points:
        sign, amount, _, condition = c
        return n.Points(sign, amount, condition, span=_span(meta))

    def points_sign(self, meta: Meta, c: list[Any]) -> int:
        return 1 if c[0].type == "PLUS_POINTS" else -1

    def tops_up(self, meta: Meta, c: list[Any]) -> n.TopsUp:
        r = _Read(c)
        target, *after = r.nodes()
        return n.TopsUp(target, tuple(after), r.cites, span=_span(meta))

    def cap(self, meta: Meta, c: list[Any]) -> n.Cap:
        r = _Read(c)
        return n.Cap("paid", r.one(n.Amount, n.Name), r.cites, span=_span(meta))

    def pays(self, meta: Meta, c: list[Any]) -> n.Pays:
        r = _Read(c)
        return n.Pays(r.nodes()[0], False, False, r.cites, span=_span(meta))

    def pays_increase(self, meta: Meta, c: list[Any]) -> n.Pays:
        r = _Read(c)
        may_fall = r.token("MAY_FALL") is not None
        return n.Pays(r.nodes()[0], True, may_fall, r.cites, span=_span(meta))

    def cost_cap(self, meta: Meta, c: list[Any]) -> n.Cap:
        r = _Read(c)
        return n.Cap("cost", r.one(n.Amount), r.cites, span=_span(meta))

    def no_cap(self, meta: Meta, c: list[Any]) -> n.Cap:
        return n.Cap("paid", None, _Read(c).cites, span=_span(meta))

    def amount(self, meta: Meta, c: list[Any]) -> n.Amount:
        r = _Read(c)
        start, known = r.token("AS_AT_YEAR_START"), r.token("KNOWN")
        scope = r.one(n.Scope)
        return n.Amount(
            r.nodes()[0], scope, start is not None, known is not None, span=_span(meta)
        )

    def plain_scope(self, meta: Meta, c: list[Any]) -> n.Scope:
        return n.Scope(tuple(child.key for child in c), span=_span(meta))

    def chosen_scope(self, meta: Meta, c: list[Any]) -> n.Scope:
        keys = tuple(child.key for child in c if isinstance(child, _Key))
        condition, otherwise = (x for x in c if not isinstance(x, _Key | Token))
        return n.Scope(keys, condition, otherwise, span=_span(meta))

    def scope_key(self, meta: Meta, c: list[Any]) -> _Key:
        return _Key(c[-1] if isinstance(c[-1], n.AttributeRef) else str(c[0].type))

    def cases(self, meta: Meta, c: list[Any]) -> n.Cases:
        cases = tuple(child for child in c if isinstance(child, n.Case))
        others = [x for x in c if not isinstance(x, n.Case | Token)]
        return n.Cases(None, cases, others[0] if others else None, span=_span(meta))

    def case(self, meta: Meta, c: list[Any]) -> n.Case:
        return n.Case(_name(c[0]), c[-1], c[0].type == "STRING", span=_span(meta))

    def bands(self, meta: Meta, c: list[Any]) -> n.Bands:
        r = _Read(c)
        scope = r.one(n.Scope)
        bands = tuple(child for child in r.rest if isinstance(child, n.Band))
        of = "excess" if "BANDS_OF_EXCESS" in [str(x) for x in r.rest if isinstance(x, str)] else "cost"
        last = r.rest[-1]
        return n.Bands(
            of, scope, (*bands, n.Band(None, last, span=last.span)), span=_span(meta)  # type: ignore[arg-type]
        )

    def bands_of(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def band(self, meta: Meta, c: list[Any]) -> n.Band:
        limit, ratio = _Read(c).nodes()
        return n.Band(limit, ratio, span=_span(meta))

    # ---- expressions

    def or_(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("or", c[0], c[-1], span=_span(meta))

    def and_(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("and", c[0], c[-1], span=_span(meta))

    def add(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("+", c[0], c[-1], span=_span(meta))

    def subtract(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("-", c[0], c[-1], span=_span(meta))

    def times(self, meta: Meta, c: list[Any]) -> n.Binary:
        return n.Binary("*", c[0], c[-1], span=_span(meta))

    def not_(self, meta: Meta, c: list[Any]) -> n.Negation:
        return n.Negation(c[-1], span=_span(meta))

    def compare(self, meta: Meta, c: list[Any]) -> Any:
        if len(c) == 1:
            text = c[0].lexeme.value
            return _Operator(_COMPARE.get(text, "!="))
        return n.Comparing(str(c[1]), c[0], c[2], span=_span(meta))  # type: ignore[arg-type]

    def among(self, meta: Meta, c: list[Any]) -> n.Among:
        return n.Among(c[0], str(c[1]), tuple(c[2]), span=_span(meta))  # type: ignore[arg-type]

    def membership(self, meta: Meta, c: list[Any]) -> str:
        return str(c[0].type)

    def members(self, meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        return _Read(c).nodes()

    def given(self, meta: Meta, c: list[Any]) -> n.IsGiven:
        return n.IsGiven(c[0], span=_span(meta))

    def smaller(self, meta: Meta, c: list[Any]) -> n.Extreme:
        left, right = _Read(c).nodes()
        return n.Extreme("smaller", left, right, span=_span(meta))

    def larger(self, meta: Meta, c: list[Any]) -> n.Extreme:
        left, right = _Read(c).nodes()
        return n.Extreme("larger", left, right, span=_span(meta))

    def share(self, meta: Meta, c: list[Any]) -> n.Sharing:
        amount, part, whole = _Read(c).nodes()
        return n.Sharing(amount, part, whole, span=_span(meta))

    def age(self, meta: Meta, c: list[Any]) -> n.AgeOf:
        birth, date = _Read(c).nodes()
        return n.AgeOf(birth, date, span=_span(meta))

    def by_cases(self, meta: Meta, c: list[Any]) -> n.Cases:
        by, cases = _Read(c).nodes()
        return n.Cases(by, cases.cases, cases.otherwise, span=_span(meta))

    def choose(self, meta: Meta, c: list[Any]) -> n.Choice:
        then, condition, otherwise = _Read(c).nodes()
        return n.Choice(then, condition, otherwise, span=_span(meta))

    def divided(self, meta: Meta, c: list[Any]) -> n.Division:
        return n.Division(c[0], c[-1], span=_span(meta))

    def increase(self, meta: Meta, c: list[Any]) -> n.IncreaseOf:
        return n.IncreaseOf(c[-1], span=_span(meta))

    def month_of(self, meta: Meta, c: list[Any]) -> n.DatePart:
        return n.DatePart("month", c[-1], span=_span(meta))

    def year_of(self, meta: Meta, c: list[Any]) -> n.DatePart:
        return n.DatePart("year", c[-1], span=_span(meta))

    def rounded(self, meta: Meta, c: list[Any]) -> n.RoundedAmount:
        mode = next(x for x in c if isinstance(x, str) and x in _MODES.values())
        rest = [x for x in c if not isinstance(x, str)]
        step = rest[1].value if len(rest) > 1 else None
        return n.RoundedAmount(rest[0], mode, step, span=_span(meta))  # type: ignore[arg-type]

    def by_bands(self, meta: Meta, c: list[Any]) -> n.ByBands:
        of, *rest = _Read(c).nodes()
        last = n.ValueBand(None, True, rest[-1], span=rest[-1].span)
        return n.ByBands(of, (*rest[:-1], last), span=_span(meta))

    def value_band(self, meta: Meta, c: list[Any]) -> n.ValueBand:
        limit, result = _Read(c).nodes()
        return n.ValueBand(limit, c[0].type == "UP_TO", result, span=_span(meta))

    def enrolment_ref(self, meta: Meta, c: list[Any]) -> n.EnrolmentRef:
        return n.EnrolmentRef(span=_span(meta))

    def benefit_year_ref(self, meta: Meta, c: list[Any]) -> n.BenefitYearRef:
        return n.BenefitYearRef(span=_span(meta))

    def attribute_ref(self, meta: Meta, c: list[Any]) -> n.AttributeRef:
        return n.AttributeRef(c[0], c[-1], span=_span(meta))

    def owner(self, meta: Meta, c: list[Any]) -> str:
        return "member" if c[0].type == "MEMBER" else "claim"

    def attribute_name(self, meta: Meta, c: list[Any]) -> n.Name:
        text = "date" if c[0].type == "DATE_WORD" else _text(c[0])
        return n.Name(text, span=_span(meta))

    def name_ref(self, meta: Meta, c: list[Any]) -> n.NameRef:
        which = {"BEFORE": "before", "ORDINAL": "ordinal"}[c[1].type] if len(c) > 1 else "now"
        return n.NameRef(_text(c[0]), which, span=_span(meta))  # type: ignore[arg-type]

    def layer_pay(self, meta: Meta, c: list[Any]) -> n.LayerPayRef:
        return n.LayerPayRef(_name(c[0]), c[-1].type.lower(), span=_span(meta))

    def number_literal(self, meta: Meta, c: list[Any]) -> n.NumberLiteral:
        return n.NumberLiteral(_value(c[0]), span=_span(meta))

    def money_literal(self, meta: Meta, c: list[Any]) -> n.MoneyLiteral:
        return n.MoneyLiteral(_value(c[0]), span=_span(meta))

    def negative(self, meta: Meta, c: list[Any]) -> n.NumberLiteral | n.MoneyLiteral:
        number = c[-1]
        return type(number)(Fraction(-number.value), span=_span(meta))  # type: ignore[no-any-return]

    def percent_literal(self, meta: Meta, c: list[Any]) -> n.PercentLiteral:
        return n.PercentLiteral(_value(c[0]), span=_span(meta))

    def date_literal(self, meta: Meta, c: list[Any]) -> n.DateLiteral:
        return n.DateLiteral(_value(c[0]), span=_span(meta))

    def duration_literal(self, meta: Meta, c: list[Any]) -> n.DurationLiteral:
        return n.DurationLiteral(_value(c[0]), span=_span(meta))

    def code_literal(self, meta: Meta, c: list[Any]) -> n.CodeLiteral:
        return n.CodeLiteral(_text(c[0]), span=_span(meta))

    def months_literal(self, meta: Meta, c: list[Any]) -> n.MonthsLiteral:
        return n.MonthsLiteral(_value(c[0]), span=_span(meta))

    def yes_literal(self, meta: Meta, c: list[Any]) -> n.BoolLiteral:
        return n.BoolLiteral(True, span=_span(meta))

    def no_literal(self, meta: Meta, c: list[Any]) -> n.BoolLiteral:
        return n.BoolLiteral(False, span=_span(meta))

    # ---- until when

    def due(self, meta: Meta, c: list[Any]) -> n.Due:
        r = _Read(c)
        name, label, condition = _name(r.token("NAME")), r.label(), _of(r.one(_Exception))
        days, start = r.one(_Days), r.one(n.AttributeRef)
        return n.Due(
            name, label, days.count, days.working, start, condition, r.cites, span=_span(meta)
        )

    def due_days(self, meta: Meta, c: list[Any]) -> _Days:
        return _Days(_value(c[0]), c[0].type == "WORKDAYS")

    # ---- statements

    def prove(self, meta: Meta, c: list[Any]) -> n.Prove:
        r = _Read(c)
        return n.Prove(r.nodes(), r.cites, span=_span(meta))

    def example(self, meta: Meta, c: list[Any]) -> n.Example:
        r = _Read(c)
        return n.Example(r.label(), r.nodes(), r.cites, span=_span(meta))

    def example_parameters(self, meta: Meta, c: list[Any]) -> n.ExampleGiven:
        return n.ExampleGiven("parameter", _Read(c).one(tuple) or (), span=_span(meta))

    def example_member(self, meta: Meta, c: list[Any]) -> n.ExampleGiven:
        return n.ExampleGiven("member", _Read(c).one(tuple) or (), span=_span(meta))

    def example_claim(self, meta: Meta, c: list[Any]) -> n.ExampleClaim:
        r = _Read(c)
        date = r.token("DATE")
        assignments = r.one(tuple) or ()
        day = n.DateLiteral(_value(date), span=date.lexeme.span)
        return n.ExampleClaim(day, assignments, r.nodes(), span=_span(meta))

    def assignments(self, meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        return _Read(c).nodes()

    def assignment(self, meta: Meta, c: list[Any]) -> n.Assignment:
        return n.Assignment(c[0], _Read(c[1:]).nodes(), span=_span(meta))

    def literal_value(self, meta: Meta, c: list[Any]) -> Any:
        return c[0]

    def name_value(self, meta: Meta, c: list[Any]) -> n.NameRef:
        return n.NameRef(_text(c[0]), span=_span(meta))

    def period_value(self, meta: Meta, c: list[Any]) -> n.PeriodValue:
        days = [n.DateLiteral(_value(t), span=t.lexeme.span) for t in c if _is(t, "DATE")]
        return n.PeriodValue(days[0], days[1] if len(days) > 1 else None, span=_span(meta))

    def expects_total(self, meta: Meta, c: list[Any]) -> n.ExpectTotal:
        return n.ExpectTotal(c[-1], span=_span(meta))

    def expects_layer(self, meta: Meta, c: list[Any]) -> n.ExpectLayer:
        return n.ExpectLayer(_name(c[1]), c[-1], span=_span(meta))

    def expects_reason(self, meta: Meta, c: list[Any]) -> n.ExpectReason:
        reason, name = c[-1]
        return n.ExpectReason(reason, name, span=_span(meta))

    def reason_code(self, meta: Meta, c: list[Any]) -> tuple[str, n.Name | None]:
        return str(c[0].type), _name(c[1]) if len(c) > 1 else None

    # ---- guidelines

    def guideline(self, meta: Meta, c: list[Any]) -> n.Guideline:
        r = _Read(c)
        name, title = _name(r.token("NAME")), r.label()
        return n.Guideline(name, title, r.nodes(), self.language, span=_span(meta))

    def demand(self, meta: Meta, c: list[Any]) -> n.Demand:
        r = _Read(c)
        firm = r.token("IN_PRINCIPLE") is None
        demand: n.Demand = r.one(n.Demand)
        return evolve(demand, firm=firm, cites=r.cites, span=_span(meta))

    def must_not_depend(self, meta: Meta, c: list[Any]) -> n.Demand:
        kind = f"{c[0].type.lower()}_independent"
        return n.Demand(kind, c[-1])  # type: ignore[arg-type]

    def must_exclude(self, meta: Meta, c: list[Any]) -> n.Demand:
        return n.Demand("exclude", c[-1])

    def must_not_exclude(self, meta: Meta, c: list[Any]) -> n.Demand:
        if not _is(c[-1], "STRING"):
            return n.Demand("not_exclude", c[-1])
        return n.Demand("not_exclude", file=n.Text(_text(c[-1]), span=c[-1].lexeme.span))

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
        if _is(c[-1], "NEEDED_DATA"):
            return n.Demand("use_needed")
        return n.Demand("use_only", c[-1])

    def demands(self, meta: Meta, c: list[Any]) -> n.Demand:
        _, name, op, value = c
        return n.Demand("fact", (_name(name),), op=str(op), value=value)  # type: ignore[arg-type]

    def concepts(self, meta: Meta, c: list[Any]) -> tuple[n.Name, ...]:
        return tuple(_name(token) for token in c if _is(token, "NAME"))


class _External:
    """Stands for `external`."""


class _Fixed(list[Any]):
    """A fixed value."""


class _Names(tuple[n.Name, ...]):
    """Names of layers."""


class _Word(str):
    """A choice of words, as a text."""


class _Key:
    """One part of a scope."""

    def __init__(self, key: Any) -> None:
        self.key = key


class _Days:
    """A number of days, working days or any."""

    def __init__(self, count: int, working: bool) -> None:
        self.count = count
        self.working = working


class _Operator(str):
    """A comparison's sign."""


class _Exception:
    def __init__(self, condition: Any) -> None:
        self.condition = condition


class _Part:
    def __init__(self, amount: Any, condition: Any) -> None:
        self.amount = amount
        self.condition = condition


def _of(exception: _Exception | None) -> Any:
    return None if exception is None else exception.condition
