"""Values chosen: by the value of an attribute, by a condition, by bands of a value."""

from __future__ import annotations

from fractions import Fraction

from hmbc.dsl import check_expressions as expressions
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_literals import plain
from hmbc.dsl.check_value_cases import check_value_cases
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, FIRST, Environment, listed
from hmbc.dsl.facts import Facts, facts_if_false, facts_of
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.names import type_name
from hmbc.dsl.source import Span
from hmbc.dsl.typed import BROKEN, Typed, clash, declared, literal_hint, of_enum, same
from hmbc.dsl.types import (
    Bool,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Ratio,
    Type,
    Unknown,
)

_ALL_OTHERS = {"其他", "其它", "否则", "默认", "other", "others", "else", "default", "rest", "any"}
_OTHERWISE = Bilingual("其余各值写“其余：…”，放在最后", "all other values: `otherwise: …`, at the end")
"""What authors write for `otherwise`."""


def check_cases(
    written: n.Cases, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    """By the value of an attribute, all of them or with `otherwise`; other values in check_value_cases."""
    names = [(case.value, case) for case in written.cases if isinstance(case.value, n.Name)]
    if written.by is not None and len(names) < len(written.cases):
        return check_value_cases(written, written.by, env, hint, facts)
    subject = _case_subject(written, env, facts)
    if subject is None:
        return BROKEN
    attribute, enum = subject
    seen: dict[str, Span] = {}
    branches: list[tuple[str, Typed]] = []
    for name, case in names:
        value = name.text
        if value not in enum.values and value in _ALL_OTHERS:
            env.report(
                codes.UNKNOWN_VALUE, name.span, hint=False, extra=((ADVICE, _OTHERWISE),),
                name=value, near="", attribute=env.shown(enum.name), values=listed(enum.values),
            )  # fmt: skip
            return BROKEN
        if value not in enum.values:
            env.unknown(
                codes.UNKNOWN_VALUE, value, name.span, list(enum.values),
                *of_enum(enum, env), attribute=env.shown(enum.name), values=listed(enum.values),
            )  # fmt: skip
            return BROKEN
        if value in seen:
            env.report(codes.CASE_TWICE, name.span, Related(seen[value], FIRST), name=value)
        seen[value] = name.span
        branches.append((value, expressions.check(case.result, env, hint, facts)))
    missing = [value for value in enum.values if value not in seen]
    otherwise = None
    if written.otherwise is not None:
        otherwise = expressions.check(written.otherwise, env, hint, facts)
        if not missing:
            env.report(codes.USELESS_OTHERWISE, written.otherwise.span)
    elif missing and len(seen) < len(written.cases):
        return BROKEN  # the value that stands twice was meant to be one of the missing
    elif missing:
        info = env.attributes[(attribute.owner, attribute.name)]
        env.report(
            codes.NOT_EXHAUSTIVE, written.span, Related(info.span, DECLARED),
            missing=listed(missing), attribute=env.shown(enum.name),
        )  # fmt: skip
        return BROKEN
    results = [result for _, result in branches] + ([otherwise] if otherwise else [])
    if any(isinstance(result.type, Unknown) for result in results):
        return BROKEN
    first = results[0]
    for case, (_, result) in zip(written.cases[1:], branches[1:], strict=True):
        if result.type != first.type:
            clash(case.result, first, result, env, "compare", written.cases[0].result, case.result)
            return BROKEN
    chosen = otherwise.expr if otherwise and missing else branches.pop()[1].expr
    for value, result in reversed(branches):
        test = e.Compare("==", attribute, e.Const(value, enum))
        chosen = e.Choose(test, result.expr, chosen)
    return Typed(chosen, first.type)


def check_choice(written: n.Choice, env: Environment, hint: Type | None, facts: Facts) -> Typed:
    """One of two, by a condition."""
    condition = expressions.check_as(written.condition, Bool(), env, facts)
    with env.branch(written.then.span, condition):
        one = expressions.check(written.then, env, hint, facts | facts_of(condition))
    known = facts | facts_if_false(condition)
    with env.branch(written.otherwise.span, e.Not(condition)):
        two = expressions.check(written.otherwise, env, hint or literal_hint(one.type), known)
    if not same(written, one, two, env, "compare", written.then, written.otherwise):
        return BROKEN
    return Typed(e.Choose(condition, one.expr, two.expr), one.type)


_ORDERED = (Money(), Ratio(), Int(), Date(), Days())


def check_by_bands(written: n.ByBands, env: Environment, hint: Type | None, facts: Facts) -> Typed:
    """Bands of one value: below a limit, or up to it; limits are fixed and ascend."""
    subject = expressions.check(written.of, env, None, facts)
    if isinstance(subject.type, Unknown):
        return BROKEN
    if subject.type not in _ORDERED:
        env.report(
            codes.WRONG_TYPE, written.of.span, *declared(written.of, env),
            expected=Bilingual("金额、比例、整数或日期", "an amount, a ratio, a number or a date"),
            found=type_name(subject.type),
        )  # fmt: skip
        return BROKEN
    branches: list[tuple[e.Expr, Typed]] = []
    before: tuple[Fraction, bool] | None = None
    for band in written.bands:
        result = expressions.check(band.result, env, hint, facts)
        if band.limit is None:
            branches.append((e.TRUE, result))
            continue
        limit = expressions.check_as(band.limit, subject.type, env)
        if limit == BROKEN.expr:
            return BROKEN
        if not isinstance(limit, e.Const) or isinstance(limit.value, str):
            env.report(codes.BAND_NOT_CONSTANT, band.limit.span)
            return BROKEN
        place = (Fraction(limit.value), band.included)
        if before is not None and place <= before:
            env.report(
                codes.BANDS_ORDER, band.limit.span, limit=plain(place[0]), before=plain(before[0])
            )
        before = place
        op: e.Comparison = "<=" if band.included else "<"
        branches.append((e.Compare(op, subject.expr, limit), result))
    if any(isinstance(result.type, Unknown) for _, result in branches):
        return BROKEN
    first = branches[0][1]
    for band, (_, result) in zip(written.bands[1:], branches[1:], strict=True):
        if result.type != first.type:
            clash(band.result, first, result, env, "compare", written.bands[0].result, band.result)
            return BROKEN
    below: e.Expr = e.FALSE
    for band, (test, _) in zip(written.bands, branches, strict=True):
        with env.branch(band.result.span, e.And(e.Not(below), test)):
            below = test
    chosen = branches[-1][1].expr
    for test, result in reversed(branches[:-1]):
        chosen = e.Choose(test, result.expr, chosen)
    return Typed(chosen, first.type)


def _case_subject(
    written: n.Cases, env: Environment, facts: Facts
) -> tuple[e.Attribute, Enum] | None:
    if written.by is not None:
        found = expressions.check(written.by, env, None, facts)
        if isinstance(found.type, Unknown):
            return None
        if not isinstance(found.type, Enum) or not isinstance(found.expr, e.Attribute):
            env.report(
                codes.WRONG_TYPE, written.by.span, *declared(written.by, env),
                expected=Bilingual("有固定取值的属性", "an attribute with listed values"),
                found=type_name(found.type),
            )  # fmt: skip
            return None
        return found.expr, found.type
    first = written.cases[0].value
    assert isinstance(first, n.Name | n.CodeLiteral)  # other values stand behind `by` alone
    candidates = env.enums_with(first.text)
    if not candidates:
        known = [v for x in env.attributes.values() if isinstance(x.type, Enum) for v in x.type.values]
        env.unknown(codes.UNKNOWN_NAME, first.text, first.span, known)
        return None
    if len(candidates) > 1:
        env.report(
            codes.AMBIGUOUS_VALUE, first.span,
            *(Related(info.span, DECLARED) for info in candidates),
            name=first.text, first=env.shown(f"{candidates[0].owner}.{candidates[0].name}"),
            attributes=listed([env.shown(f"{x.owner}.{x.name}") for x in candidates]),
        )  # fmt: skip
        return None
    info = candidates[0]
    env.used.add((info.owner, info.name))
    assert isinstance(info.type, Enum)
    return e.Attribute(info.owner, info.name, info.type), info.type
