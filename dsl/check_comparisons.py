"""Comparisons, and whether a value is among others."""

from __future__ import annotations

from hmbc.dsl import check_expressions as expressions
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment
from hmbc.dsl.facts import Facts
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.names import type_name
from hmbc.dsl.typed import BROKEN, SAY_IS, Typed, clash, declared, literal_hint, same
from hmbc.dsl.types import (
    Bool,
    Code,
    CodeList,
    Date,
    Days,
    Enum,
    Int,
    Money,
    Period,
    Periods,
    Ratio,
    Unknown,
)
from hmbc.dsl.written_codes import absent_code, inline_list, refuse_file

MEMBER_CODE = "member.member_id"
"""A host knows its members by this code, and no other text may be among theirs."""

_OF_CODES = Bilingual("编码属性，如 费用.药品", "an attribute that is a code, such as claim.drug")
_WRITTEN_CODE = Bilingual("写在这里的编码", "a code that is written here")


def check_comparing(written: n.Comparing, env: Environment, facts: Facts) -> Typed:
    """`a <= b`: of one type that has an order."""
    one, two = expressions.pair(written.left, written.right, env, None, facts)
    if written.op in ("==", "!=") and (alike := _alike(one, two)) is not None:
        return Typed(alike if written.op == "==" else e.Not(alike), Bool())
    if not same(written, one, two, env, "compare", written.left, written.right):
        return BROKEN
    ordered = (Money(), Ratio(), Int(), Date(), Days())
    if one.type not in ordered:
        advice = ((ADVICE, SAY_IS),) if written.op in ("==", "!=") else ()
        clash(
            written, one, two, env, "compare", written.left, written.right, extra=advice
        )  # fmt: skip
        return BROKEN
    return Typed(e.Compare(written.op, one.expr, two.expr), Bool())


def check_among(written: n.Among, env: Environment, facts: Facts) -> Typed:
    """Whether a value is one of others, in a list or in a period."""
    guard = absent_code(written.subject, env, facts)
    if guard is not None:
        facts |= {(guard.owner, guard.name)}
    subject = expressions.check(written.subject, env, None, facts)
    if isinstance(subject.type, Unknown):
        return BROKEN
    tests: list[e.Expr] = []
    literal_codes: list[str] = []
    for member in written.members:
        absent = absent_code(member, env, facts)
        known = facts if absent is None else facts | {(absent.owner, absent.name)}
        found = expressions.check(member, env, literal_hint(subject.type), known)
        match subject.type, found.type:
            case _, Unknown():
                return BROKEN
            case Code(), Code() | CodeList() if not isinstance(subject.expr, e.Attribute):
                here = isinstance(subject.expr, e.Const)
                env.report(
                    codes.WRONG_TYPE, written.subject.span, expected=_OF_CODES,
                    found=_WRITTEN_CODE if here else type_name(subject.type),
                )  # fmt: skip
                return BROKEN
            case Code(), CodeList() if isinstance(subject.expr, e.Attribute):
                assert isinstance(found.expr, e.Const)
                tests.append(e.InList(subject.expr, str(found.expr.value)))
            case Code(), Code() if isinstance(found.expr, e.Const):
                literal_codes.append(str(found.expr.value))
                refuse_file(literal_codes[-1], member.span, env)
            case Code() as one, Code() as two if MEMBER_CODE not in (one.name, two.name):
                same_text = e.Compare("==", subject.expr, found.expr)
                tests.append(same_text if absent is None else e.And(absent, same_text))
            case Date(), Periods() if isinstance(found.expr, e.Attribute):
                tests.append(e.InPeriods(subject.expr, found.expr.owner, found.expr.name))
            case Date(), Period() if found.last is not None:
                tests.append(
                    e.And(
                        e.Compare(">=", subject.expr, found.expr),
                        e.Compare("<=", subject.expr, found.last),
                    )
                )
            case Enum(), Enum() if (alike := _alike(subject, found)) is not None:
                tests.append(alike)
            case one, two if one == two and not isinstance(one, Periods | Period | CodeList | Code):
                tests.append(e.Compare("==", subject.expr, found.expr))
            case _:
                clash(written, subject, found, env, "compare", written.subject, member)
                return BROKEN
    if literal_codes:
        assert isinstance(subject.expr, e.Attribute)
        tests.append(e.InList(subject.expr, inline_list(tuple(literal_codes), written.span, env)))
    result = tests[0]
    for test in tests[1:]:
        result = e.Or(result, test)
    if guard is not None:
        result = e.And(guard, result)
    if written.word in ("NOT_IN", "IS_NOT"):
        result = e.Not(result)
    return Typed(result, Bool())



def _alike(one: Typed, two: Typed) -> e.Expr | None:
    """Whether two attributes have the same value, where they are declared with common ones."""
    if not isinstance(one.expr, e.Attribute) or not isinstance(two.expr, e.Attribute):
        return None
    if not isinstance(one.type, Enum) or not isinstance(two.type, Enum):
        return None
    both = [
        e.And(
            e.Compare("==", one.expr, e.Const(value, one.type)),
            e.Compare("==", two.expr, e.Const(value, two.type)),
        )
        for value in one.type.values
        if value in two.type.values
    ]
    if not both:
        return None
    result: e.Expr = both[0]
    for test in both[1:]:
        result = e.Or(result, test)
    return result


def check_given(written: n.IsGiven, env: Environment) -> Typed:
    """Whether an optional attribute has a value."""
    if not isinstance(written.of, n.AttributeRef):
        env.report(codes.NO_ADMITTED, written.span)
        return BROKEN
    owner, name = written.of.owner, written.of.name.text
    found = expressions.check(written.of, env, None, frozenset({(owner, name)}))
    if isinstance(found.type, Unknown):
        return BROKEN
    info = env.attributes[(owner, name)] if (owner, name) in env.attributes else None
    if info is None or not info.optional:
        env.report(codes.NO_ADMITTED, written.span, *declared(written.of, env))
        return BROKEN
    return Typed(e.Given(owner, name), Bool())
