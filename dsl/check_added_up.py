"""What is stated of payments that are added up: `prove pay <= 1_000_000 per year`, and the same where a
guideline demands it.

The limit is one amount for all claims, and from above: anything else would be about the claim that happens
to be the last, or the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_constancy import moves_with
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment
from hmbc.dsl.reads import attributes_read, walk
from hmbc.dsl.scheme import CheckedScope
from hmbc.dsl.source import Span

_FIXED = Bilingual("各笔费用都相同的金额（写了按什么合计）", "an amount that is the same for all claims, as payments are added up")
_UPPER = Bilingual("“至多”或“<”（写了按什么合计）", "`<=` or `<`, as payments are added up")
_VARYING = Bilingual("随每笔费用变化的金额", "an amount that varies from claim to claim")


def adds_up(scope: n.Scope | None) -> bool:
    """Whether payments are added up over more than a claim."""
    return scope is not None and scope.keys != ("PER_CLAIM",)


def check_limit(op: e.Comparison, right: n.Expression, varies: bool, at: Span, env: Environment) -> None:
    """Report what payments that are added up cannot be compared with. varies: whether the right side is
    another amount for another claim."""
    if varies:
        env.report(codes.WRONG_TYPE, right.span, expected=_FIXED, found=_VARYING)
    if op not in ("<", "<="):
        shown = Bilingual(f"“{op}”", f"`{op}`")
        env.report(codes.WRONG_TYPE, at, expected=_UPPER, found=shown)


def check_adding_up(written: n.Scope, env: Environment) -> CheckedScope | None:
    """The scope over which payments are added up; None: each claim by itself."""
    scope = check_scope(written, env)
    return None if scope.keys == ("PER_CLAIM",) else scope


def varies(expr: e.Expr, scope: CheckedScope, env: Environment) -> bool:
    """Whether an amount may be another one for another of the claims that are added up."""
    return any(isinstance(node, e.LayerPay | e.Total | e.Before | e.Ref | e.InPeriods) for node in walk(expr)) or any(
        owner == "claim" or moves_with(env.attributes[owner, name], scope, env)
        for owner, name in attributes_read(expr)
    )


def paid_by(layers: Iterable[str]) -> e.Expr:
    """What layers pay of a claim."""
    pays: list[e.Expr] = [e.LayerPay(name) for name in layers]
    return reduce(e.Add, pays) if pays else e.money(0)


def is_paid(expr: e.Expr) -> bool:
    """Whether an expression adds up what layers pay, and nothing else."""
    match expr:
        case e.Add(left=left, right=right):
            return is_paid(left) and is_paid(right)
        case e.LayerPay(which=which):
            return which == "pay"
        case _:
            return False
