"""Values chosen by a code, by a whole number, or by yes and no: `by member.years (0: 300, otherwise: 200)`."""

from __future__ import annotations

from fractions import Fraction

from hmbc.dsl import check_expressions as expressions
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_literals import plain
from hmbc.dsl.diagnostic import Related
from hmbc.dsl.environment import FIRST, Environment
from hmbc.dsl.facts import Facts
from hmbc.dsl.names import type_name
from hmbc.dsl.source import Span
from hmbc.dsl.typed import BROKEN, Typed, declared, same
from hmbc.dsl.types import Bool, Type, Unknown
from hmbc.grammar.keywords import spelling


def check_value_cases(
    written: n.Cases, by: n.Expression, env: Environment, hint: Type | None, facts: Facts
) -> Typed:
    """`otherwise` is compulsory, for codes and numbers cannot be listed to the last; but not where both
    yes and no are said."""
    branches: list[tuple[e.Expr, Typed, n.Expression]] = []
    seen: dict[str | Fraction | bool, Span] = {}
    for case in written.cases:
        test = _is(by, case.value, env, facts)
        if isinstance(test.type, Unknown):
            return BROKEN
        value = _plain(case.value)
        if value in seen:
            name = case_text(case.value, env)
            env.report(codes.CASE_TWICE, case.value.span, Related(seen[value], FIRST), name=name)
        seen.setdefault(value, case.value.span)
        branches.append((test.expr, expressions.check(case.result, env, hint, facts), case.result))
    is_all = isinstance(written.cases[0].value, n.BoolLiteral) and len(seen) == 2
    if written.otherwise is not None:
        last, last_written = expressions.check(written.otherwise, env, hint, facts), written.otherwise
        if is_all:
            env.report(codes.USELESS_OTHERWISE, written.otherwise.span)
    elif is_all:
        _, last, last_written = branches.pop()
    else:
        env.report(codes.CODES_OTHERWISE, written.span)
        return BROKEN
    chosen = last.expr
    for test_expr, result, result_written in reversed(branches):
        if not same(written, result, last, env, "compare", result_written, last_written):
            return BROKEN
        chosen = e.Choose(test_expr, result.expr, chosen)
    return Typed(chosen, last.type)


def case_text(value: n.CaseValue, env: Environment) -> str:
    """A case's value as its author would write it."""
    match value:
        case n.NumberLiteral(value=number):
            return plain(number)
        case n.BoolLiteral(value=truth):
            return spelling("YES" if truth else "NO", env.language)
        case _:
            return value.text


def _is(by: n.Expression, value: n.CaseValue, env: Environment, facts: Facts) -> Typed:
    """Whether what is asked is this value. A code among codes may stand without its quotes."""
    match value:
        case n.NumberLiteral():
            return expressions.check(n.Comparing("==", by, value, span=value.span), env, None, facts)
        case n.BoolLiteral(value=truth):
            found = expressions.check(by, env, None, facts)
            if found.type != Bool():
                if not isinstance(found.type, Unknown):
                    env.report(
                        codes.WRONG_TYPE, by.span, *declared(by, env),
                        expected=type_name(Bool()), found=type_name(found.type),
                    )  # fmt: skip
                return BROKEN
            return found if truth else Typed(e.Not(found.expr), Bool())
        case _:
            code = n.CodeLiteral(value.text.strip(), span=value.span)
            return expressions.check(n.Among(by, "IS", (code,), span=by.span), env, None, facts)


def _plain(value: n.CaseValue) -> str | Fraction | bool:
    match value:
        case n.NumberLiteral(value=number):
            return number
        case n.BoolLiteral(value=truth):
            return truth
        case _:
            return value.text.strip()
