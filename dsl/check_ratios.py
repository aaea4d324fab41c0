"""Ratios: one share, by group, or by bands that ascend; points on top, held within 0% to 100%."""

from __future__ import annotations

from fractions import Fraction

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.environment import Environment
from hmbc.dsl.names import amount_text
from hmbc.dsl.scheme import CheckedBands
from hmbc.dsl.types import Bool, Int, Money, Ratio


def check_ratio(clause: n.RatioClause, env: Environment) -> e.Expr | CheckedBands:
    """The share a layer pays."""
    points = [_points(point, env) for point in clause.points]
    if not isinstance(clause.value, n.Bands):
        return _with_points(check_as(clause.value, Ratio(), env), points)
    bands: list[tuple[Fraction | None, e.Expr]] = []
    before: Fraction | None = Fraction(0)
    for band in clause.value.bands:
        limit = None if band.limit is None else _limit(band.limit, before, env)
        bands.append((limit, _with_points(check_as(band.ratio, Ratio(), env), points)))
        before = limit
    return CheckedBands(clause.value.of, check_scope(clause.value.scope, env), tuple(bands))


def _limit(written: n.Expression, before: Fraction | None, env: Environment) -> Fraction | None:
    found = check_as(written, Money(), env)
    if not isinstance(found, e.Const) or not isinstance(found.value, Fraction):
        if found != e.FALSE:
            env.report(codes.BAND_NOT_CONSTANT, written.span)
        return None
    if before is not None and found.value <= before:
        env.report(
            codes.BANDS_ORDER, written.span,
            limit=amount_text(found.value, env.minor_digits),
            before=amount_text(before, env.minor_digits),
        )  # fmt: skip
    return found.value


def _points(point: n.Points, env: Environment) -> e.Expr:
    signed = e.Scale(check_as(point.amount, Ratio(), env), e.Const(point.sign, Int()))
    return e.Choose(check_as(point.condition, Bool(), env), signed, e.ratio(0))


def _with_points(ratio: e.Expr, points: list[e.Expr]) -> e.Expr:
    if not points:
        return ratio
    for point in points:
        ratio = e.Add(ratio, point)
    return e.Max(e.ratio(0), e.Min(e.ratio(1), ratio))
