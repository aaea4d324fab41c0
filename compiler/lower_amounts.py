"""Small expressions that lowering is made of."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedBands, CheckedScheme
from hmbc.dsl.types import Ratio

ZERO = e.money(0)


def is_natural(amount: e.Expr, lows: dict[tuple[str, str], int | None]) -> bool:
    """Whether an amount is surely not negative."""
    match amount:
        case e.Const(value=Fraction() as value):
            return value >= 0
        case e.Attribute(owner=owner, name=name):
            low = lows.get((owner, name))
            return low is not None and low >= 0
        case e.Parameter(name=name):
            low = lows.get(("parameter", name))
            return low is not None and low >= 0
        case e.Choose(then=then, otherwise=otherwise):
            return is_natural(then, lows) and is_natural(otherwise, lows)
        case e.Add(left=left, right=right):
            return is_natural(left, lows) and is_natural(right, lows)
        case e.Ref(name=name):
            return ("pay", name) not in lows  # what may fall is entered there
        case e.Share(amount=inner):
            return is_natural(inner, lows)
        case e.Max(left=left, right=right):
            return is_natural(left, lows) or is_natural(right, lows)
        case e.Min(left=left, right=right):
            return is_natural(left, lows) and is_natural(right, lows)
        case e.Scale(amount=inner, by=by):
            return is_natural(inner, lows) and is_natural(by, lows)
        case e.Round(amount=inner):
            return is_natural(inner, lows)
        case _:
            return False


def at_most(
    limit: e.Expr, first: Callable[[e.Expr], e.Expr] = lambda total: total
) -> Callable[[e.Expr], e.Expr]:
    return lambda total: e.Min(limit, first(total))


def above(amount: e.Expr) -> Callable[[e.Expr], e.Expr]:
    return lambda total: e.Max(ZERO, e.Subtract(total, amount))


def is_zero(amount: e.Expr) -> e.Expr:
    return e.Compare("==", amount, ZERO)


def is_zero_ratio(ratio: e.Expr) -> e.Expr:
    return e.Compare("==", ratio, e.Const(Fraction(0), Ratio()))


def banded(total: e.Expr, ratio: CheckedBands, floor: e.Expr) -> e.Expr:
    """The sum over the bands of what of `total` lies in the band and above `floor`, at its ratio."""
    result: e.Expr | None = None
    low: e.Expr = ZERO
    for limit, share in ratio.bands:
        top = total if limit is None else e.Min(total, limit)
        bottom = low if floor == ZERO else e.Max(low, floor)
        piece = e.Scale(e.Max(ZERO, e.Subtract(top, bottom)), inner(share))
        result = piece if result is None else e.Add(result, piece)
        low = ZERO if limit is None else limit
    assert result is not None
    return result


def whole(amount: e.Expr, scheme: CheckedScheme) -> e.Expr:
    """The author's amount, rounded down where it may have parts of a minor unit: payments are whole,
    so a limit of half a unit more changes nothing."""
    return inner(amount) if _is_whole(amount, scheme, frozenset()) else e.Round(inner(amount), "down", 1)


def _is_whole(amount: e.Expr, scheme: CheckedScheme, inside: frozenset[str]) -> bool:
    """Whether an amount is surely whole. `inside`: the totals that are being looked into."""
    for node in walk(amount):
        match node:
            case e.Scale() | e.LayerPay(which="base" | "excess"):
                return False
            case e.Total(accumulator=name) | e.Before(accumulator=name) if name not in inside:
                of_last_year = name.removesuffix(".last").removesuffix(".newest")
                sums = (total.amount for total in scheme.totals if total.name in (name, of_last_year))
                if not all(_is_whole(one, scheme, inside | {name}) for one in sums):
                    return False
            case _:
                pass
    return True


def working_name(layer: str, which: str) -> str:
    """The definition that gives another layer an amount of this one's working."""
    return f"{layer}.its_{which}"


def inner(expr: e.Expr) -> e.Expr:
    """The author's `layer.pay`, `layer.excess` … as the definitions that hold them."""
    match expr:
        case e.LayerPay(layer=layer, which="pay"):
            return e.Ref(f"{layer}.pay")
        case e.LayerPay(layer=layer, which=which):
            return e.Ref(working_name(layer, which))
        case _:
            return e.rebuild(expr, inner)

