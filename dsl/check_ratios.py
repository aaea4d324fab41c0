"""Ratios: one share, by group, or by bands that ascend; points on top, held within 0% to 100%."""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.environment import Environment
from hmbc.dsl.intervals import interval
from hmbc.dsl.names import amount_text
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedBands
from hmbc.dsl.types import Bool, Int, Money, Ratio

_FIXED = (e.Const, e.Parameter, e.Add, e.Subtract, e.Min, e.Max, e.Scale)
"""What the limit of a band may be made of: nothing that varies during a run."""


def check_ratio(clause: n.RatioClause, env: Environment) -> e.Expr | CheckedBands:
    """The share a layer pays."""
    points = [_points(point, env) for point in clause.points]
    if not isinstance(clause.value, n.Bands):
        return _with_points(check_as(clause.value, Ratio(), env), points)
    bands: list[tuple[e.Expr | None, e.Expr]] = []
    before: e.Expr | None = e.money(0)
    for band in clause.value.bands:
        limit = None if band.limit is None else _limit(band.limit, before, env)
        bands.append((limit, _with_points(check_as(band.ratio, Ratio(), env), points)))
        before = limit
    return CheckedBands(clause.value.of, check_scope(clause.value.scope, env), tuple(bands))


def _limit(written: n.Expression, before: e.Expr | None, env: Environment) -> e.Expr | None:
    """A limit above the one before: seen here where both are numbers, else by a guard when the
    parameters are known."""
    found = check_as(written, Money(), env)
    if found == e.FALSE:
        return None
    if any(not isinstance(node, _FIXED) for node in walk(found)):
        env.report(codes.BAND_NOT_CONSTANT, written.span)
        return None
    if before is None:
        return found
    highest, lowest = interval(found, env).high, interval(before, env).low
    if highest is not None and lowest is not None and highest <= lowest:
        env.report(
            codes.BANDS_ORDER, written.span,
            limit=amount_text(highest, env.minor_digits),
            before=amount_text(lowest, env.minor_digits),
        )  # fmt: skip
    return found


def _points(point: n.Points, env: Environment) -> e.Expr:
    signed = e.Scale(check_as(point.amount, Ratio(), env), e.Const(point.sign, Int()))
    condition = check_as(point.condition, Bool(), env)
    with env.branch(point.span, condition):
        return e.Choose(condition, signed, e.ratio(0))


def _with_points(ratio: e.Expr, points: list[e.Expr]) -> e.Expr:
    if not points:
        return ratio
    for point in points:
        ratio = e.Add(ratio, point)
    return e.Max(e.ratio(0), e.Min(e.ratio(1), ratio))
