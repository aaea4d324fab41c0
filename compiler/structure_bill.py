"""Whether all layers together never pay a row more than the money that they read of it.

Layers that read the same money have to leave to each other what they pay: for
`base = max(0, bill - earlier)`, earlier + base never passes max(bill, earlier). Or no row is paid by
both. A layer that may be paid more than its base, as a base of parts of the minor unit that is rounded in sum, may
still never be paid more than an amount of the claim; then nothing is concluded from what its base is made of.
"""

from __future__ import annotations

from attrs import frozen

from hmbc.compiler.layer_parts import base_of
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_exclusive import are_exclusive
from hmbc.compiler.structure_nothing import counts_where
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.types import Money


def paid_twice(bounds: Bounds) -> tuple[str, Bilingual] | None:
    """The definition at which the same money may be paid twice, and why; None where none may."""
    read = _Read(bounds)
    groups: list[tuple[frozenset[str], frozenset[str]]] = []
    """Money that is read, and the payments that share it."""
    conditions: dict[str, e.Expr] = {}
    for outcome in bounds.kernel.outcomes:
        pay, base = outcome.pay, base_of(bounds.kernel, outcome.layer)
        counted = base if base is not None and base in bounds.in_rows(pay) else None
        money = read.money(e.Ref(pay if counted is None else counted))
        if base is None or money is None or not bounds.is_natural(e.Ref(pay)):
            return pay, Bilingual(
                "这一层可能多于它读取的金额", "this layer may pay more than the money it reads"
            )
        pays = {pay}
        conditions[pay] = e.TRUE if counted is None else counts_where(bounds, e.Ref(counted))
        for group in [group for group in groups if group[0] & money]:
            left_to = frozenset() if counted is None else read.taken_off(e.Ref(counted))
            both = group[1] - left_to
            if not all(are_exclusive(conditions[pay], conditions[other]) for other in both):
                return base, Bilingual(
                    "与另一层用同一笔钱，却没有扣除那一层已付的",
                    "it reads the same money as another layer and does not take off what that pays",
                )
            groups.remove(group)
            money, pays = money | group[0], pays | group[1]
        groups.append((money, frozenset(pays)))
    return None


@frozen
class _Read:
    """What the base of a layer is worked out from."""

    bounds: Bounds

    def money(self, expr: e.Expr) -> frozenset[str] | None:
        """Amounts of the claim whose sum an expression never exceeds."""
        match expr:
            case e.Attribute(owner="claim", type=Money(), name=name) if self.bounds.is_natural(
                expr
            ):
                return frozenset({name})
            case e.Const(value=value) if not isinstance(value, str) and value <= 0:
                return frozenset()
            case e.Ref(name=name):
                return self.money(self.bounds.definitions[name].expr)
            case e.Add(left=left, right=right):
                one, two = self.money(left), self.money(right)
                return None if one is None or two is None or one & two else one | two
            case e.Choose(then=left, otherwise=right) | e.Max(left=left, right=right):
                one, two = self.money(left), self.money(right)
                return None if one is None or two is None else one | two
            case e.Min(left=left, right=right):
                one, two = self.money(left), self.money(right)
                return two if one is None else one
            case e.Subtract(left=left, right=right) if self.bounds.is_natural(right):
                return self.money(left)
            case e.Scale(amount=amount, by=by) if self.bounds.is_share(by):
                return self.money(amount) if self.bounds.is_natural(amount) else None
            case _:
                above = sorted(name for name in self.bounds.of(expr) if name.startswith("claim."))
                if not above or not self.bounds.is_natural(expr):
                    return None
                return frozenset({above[0].removeprefix("claim.")})

    def taken_off(self, expr: e.Expr) -> frozenset[str]:
        """Definitions that are subtracted, 0 being the least."""
        match expr:
            case e.Ref(name=name):
                return self.taken_off(self.bounds.definitions[name].expr)
            case e.Choose(then=inner, otherwise=zero) | e.Max(left=zero, right=inner) if _is_zero(
                zero
            ):
                return self.taken_off(inner)
            case e.Scale(amount=inner, by=by) if self.bounds.is_share(by):
                return self.taken_off(inner)
            case e.Subtract(left=left, right=e.Ref(name=name)):
                return self.taken_off(left) | {name}
            case e.Subtract(left=left, right=right) if self.bounds.is_natural(right):
                return self.taken_off(left)
            case _:
                return frozenset()


def _is_zero(expr: e.Expr) -> bool:
    return isinstance(expr, e.Const) and expr.value == 0 and not isinstance(expr.value, bool)
