"""A scheme with an enrolment period that pays later years to those who enrolled for an earlier one.

Documents enrol people for one year's product. What says so here: a validity, a condition that reads the
first day of the claim's own enrolment period (`in enrolment`), or one that ends on a fixed day.
"""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.environment import Environment
from hmbc.dsl.inside import inside
from hmbc.dsl.scheme import Stop
from hmbc.dsl.types import Date

_MIRRORED: dict[e.Comparison, e.Comparison] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def check_later_years(scheme: n.Scheme, stops: tuple[Stop, ...], env: Environment) -> None:
    """Warn where nothing says which years those who enrolled are covered for."""
    clause = next((item for item in scheme.items if isinstance(item, n.Enrolment)), None)
    if clause is None or env.valid is not None:
        return
    read = sum(isinstance(node, n.EnrolmentRef) for node in inside(scheme))
    last_days = sum(
        isinstance(node, n.DayOf) and node.which == "last" and isinstance(node.of, n.EnrolmentRef)
        for node in inside(scheme)
    )
    ends = (*(stop.when for stop in stops), *(undated.when for undated in env.undated))
    if read == last_days and not any(_ends(when, True, env) for when in ends):
        env.report(codes.LATER_YEARS, clause.span)


def _ends(when: e.Expr, holds: bool, env: Environment) -> bool:
    """Whether a condition asks if a claim comes after a fixed day; holds: it stops where it is true."""
    match when:
        case e.Not(of=operand):
            return _ends(operand, not holds, env)
        case e.And(left=left, right=right) | e.Or(left=left, right=right):
            return _ends(left, holds, env) or _ends(right, holds, env)
        case e.Compare(op=op, left=e.Const() | e.Parameter() as fixed, right=other):
            return _ends(e.Compare(_MIRRORED[op], other, fixed), holds, env)
        case e.Compare(op=op, left=left, right=e.Const() | e.Parameter()):
            day = e.Attribute("claim", env.date, Date())
            return left == day and op in ((">", ">=") if holds else ("<", "<=")) or isinstance(left, e.YearOf)
        case _:
            return False
