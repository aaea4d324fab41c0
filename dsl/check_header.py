"""The header: currency, benefit year, enrolment window, which date decides, what an event is."""

from __future__ import annotations

from typing import TypeVar

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.check_dated import day_text
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.currencies import MINOR_DIGITS
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, FIRST, Environment
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.names import type_name, word
from hmbc.dsl.scheme import CheckedRounding, Validity
from hmbc.dsl.types import Code, Date, Type

Clause = TypeVar("Clause")
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def check_header(scheme: n.Scheme, env: Environment) -> None:
    """Read the header clauses into the environment; attributes are not known yet."""
    _only(scheme, n.SourceClause, "SOURCE", env, Bilingual("依据 “文件名”，2021-11-05", 'source "title", 2021-11-05'), several=True)
    currency = _only(scheme, n.Currency, "CURRENCY", env, Bilingual("币种 人民币", "currency CNY"))
    if currency is not None:
        if currency.code not in MINOR_DIGITS:
            env.report(codes.UNKNOWN_CURRENCY, currency.span, name=currency.code)
        env.currency = currency.code
        env.minor_digits = MINOR_DIGITS.get(currency.code, 2)
    year = _only(
        scheme, n.BenefitYear, "BENEFIT_YEAR", env,
        Bilingual("保障年度 1月1日 至 12月31日", "benefit year 01-01 to 12-31"),
    )  # fmt: skip
    if year is not None:
        first, last = _ordinal(year.first), _ordinal(year.last)
        if (last + 1 - first) % 365:
            env.report(
                codes.YEAR_NOT_WHOLE, year.span, first=_shown(year.first), last=_shown(year.last)
            )
        env.year_start = year.first
        if year.anniversary is not None:
            env.anniversary = year.anniversary.name.text
    month_end = _only(scheme, n.MonthEnd, "MONTH_END", env, None)
    if month_end is not None:
        env.month_end = month_end.mode
    valid = _only(scheme, n.Valid, "VALID", env, None)
    if valid is not None:
        _valid(valid, env)
    enrolment = _only(scheme, n.Enrolment, "ENROLMENT", env, None)
    if enrolment is not None:
        env.enrolment = (enrolment.previous, enrolment.first, enrolment.last)
    decides = _only(scheme, n.Decides, "DECIDES", env, None)
    if decides is not None:
        env.date = decides.attribute.name.text


def _valid(clause: n.Valid, env: Environment) -> None:
    first, last = clause.first.days, None if clause.last is None else clause.last.days
    if last is not None and last < first:
        env.report(
            codes.EMPTY_RANGE, clause.span, low=day_text(first), high=day_text(last)
        )
    cites = tuple(cite.text for cite in clause.cites)
    env.valid = Validity(first, last, cites, span=clause.span)


_OWN_NUMBER = Bilingual(
    "没有住院号的费用（如门诊）也要各有一个号，可用费用自己的编号",
    "a claim without an admission (of an outpatient, say) brings a number of its own, such as its claim_id",
)


def check_header_attributes(scheme: n.Scheme, env: Environment) -> None:
    """The attributes that the header names, once they are declared."""
    for decides in _all(scheme, n.Decides):
        _attribute(decides.attribute, Date(), env)
    for year in _all(scheme, n.BenefitYear):
        if year.anniversary is not None:
            _attribute(year.anniversary, Date(), env, "member")
    unit = _only(scheme, n.Unit, "UNIT", env, None)
    if unit is not None and _attribute(unit.attribute, Code(""), env, "member"):
        env.unit = unit.attribute.name.text
    event = _only(scheme, n.Event, "EVENT", env, None)
    if event is not None:
        _attribute(event.attribute, Code(""), env)
        env.event = event.attribute.name.text  # also a wrong one: `per event` is not blamed for it


def check_rounding(
    clauses: list[n.Rounding], env: Environment, default: CheckedRounding
) -> CheckedRounding:
    """The one rounding clause, or the default."""
    for extra in clauses[1:]:
        env.report(
            codes.DUPLICATE_CLAUSE, extra.span, Related(clauses[0].span, FIRST),
            clause=word("ROUNDING"),
        )  # fmt: skip
    if not clauses:
        return default
    clause = clauses[0]
    step = 1
    if clause.step is not None:
        minor = env.to_minor(clause.step)
        if minor.denominator != 1 or minor <= 0:
            env.report(
                codes.TOO_PRECISE, clause.span, text=f"{float(clause.step):f}".rstrip("0"),
                currency=env.currency, digits=env.minor_digits,
            )  # fmt: skip
        step = max(1, int(minor))
    scope = None
    if clause.scope is not None:
        if clause.scope.condition is not None:
            env.report(codes.ROUNDING_SCOPE, clause.scope.span)
        scope = check_scope(clause.scope, env)
    return CheckedRounding(clause.mode, step, scope)


def _attribute(
    ref: n.AttributeRef, wanted: Type, env: Environment, owner: str = "claim"
) -> bool:
    name = ref.name.text
    info = env.attributes.get((ref.owner, name))
    if info is None or ref.owner != owner:
        known = [key[1] for key in env.attributes if key[0] == owner]
        env.unknown(codes.UNKNOWN_ATTRIBUTE, name, ref.span, known, owner=word(owner.upper()))
        return False
    env.used.add((ref.owner, name))
    found = type_name(info.type)
    if type(info.type) is not type(wanted) or info.optional:
        if info.optional:
            found = Bilingual(f"可缺的{found.zh}", f"{found.en} that may be absent")
        env.report(
            codes.WRONG_TYPE, ref.span, Related(info.span, DECLARED),
            expected=type_name(wanted), found=found,
            extra=((ADVICE, _OWN_NUMBER),) if info.optional and owner == "claim" and wanted == Code("") else (),
        )  # fmt: skip
        return False
    if info.varies and wanted == Date():  # the years of one member would not follow each other
        env.report(
            codes.WRONG_TYPE, ref.span, Related(info.span, DECLARED),
            expected=Bilingual(f"不变的{found.zh}", f"{found.en} that does not vary"),
            found=Bilingual(f"可变的{found.zh}", f"{found.en} that varies"),
        )  # fmt: skip
        return False
    return True


def _all(scheme: n.Scheme, kind: type[Clause]) -> list[Clause]:
    return [item for item in scheme.items if isinstance(item, kind)]


def _only(
    scheme: n.Scheme,
    kind: type[Clause],
    token: str,
    env: Environment,
    missing: Bilingual | None,
    several: bool = False,
) -> Clause | None:
    found = _all(scheme, kind)
    for extra in found[1:] if not several else ():
        env.report(
            codes.DUPLICATE_CLAUSE, extra.span,  # type: ignore[attr-defined]
            Related(found[0].span, FIRST), clause=word(token),  # type: ignore[attr-defined]
        )  # fmt: skip
    if not found and missing is not None:
        env.report(codes.MISSING_HEADER, scheme.name.span, clause=word(token), example=missing)
    return found[0] if found else None


def _ordinal(day: tuple[int, int]) -> int:
    return _DAYS_BEFORE[day[0] - 1] + day[1]


def _shown(day: tuple[int, int]) -> Bilingual:
    return Bilingual(f"{day[0]}月{day[1]}日", f"{day[0]:02d}-{day[1]:02d}")
