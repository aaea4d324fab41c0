"""What is written in a roundabout way, said plainly: the kernel that laws are decided about.

    x − y + y                         x
    x − (x − y)                       y
    0 + x                             x
    x − max(0, 0 − y)                 x        where y is never negative
    x − max(0, x − L)                 min(x, L)                  also max(x − L, 0)
    choose(c, x, 0) − choose(c, y, 0) choose(c, x − y, 0)        where x − y is one of these
    x − min(x, L)                     max(0, x − L)
    x − increase max(0, t − L)        increase min(L, t)          t: the total of x
    x − increase min(L, t)            increase max(0, t − L)
    share(x, p / p)                   x        where x is whole, and 0 where p is
    choose(c, x, y)                   y        where c contradicts itself
    choose(c, 0, x), choose(c, x, 0)  0, x     where x is nothing wherever c fails (structure_nothing.py)
    max(0, x − choose(y < k, A, B))   max(0, x − B)              for x <= y, k <= A, k <= B

For min(L, t) + max(0, t − L) is t, and the increase of t is x; and a bill below k is below the threshold of
small bills, and would be below that of others. Each holds in every row, whatever its
attributes are, so that laws of the one kernel are laws of the other.

Inside an increase a name is one value, and what it stands for would move: there names are not looked through,
and nothing is said of what a row's conditions make of its amounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from attrs import define

from hmbc.compiler.kernel import Kernel, read_anew
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_exclusive import are_exclusive
from hmbc.compiler.structure_nothing import Nothing
from hmbc.compiler.through_names import through_names
from hmbc.dsl import expr as e
from hmbc.dsl.types import Money


def made_plain(kernel: Kernel, bounds: Bounds) -> Kernel:
    """The kernel in plain words; the same one where it is plain."""
    return read_anew(kernel, _Plain(bounds).read)


@define
class _Plain:
    """inside: an increase."""

    bounds: Bounds
    inside: bool = False

    def read(self, expr: e.Expr) -> e.Expr:
        """An expression in plain words."""
        if isinstance(expr, e.Increase) and not self.inside:
            return _Plain(self.bounds, inside=True).read(expr)
        found = self._without_zero(e.rebuild(expr, self.read))
        if isinstance(found, e.Add | e.Subtract) and (less := _with_less(found)) is not None:
            return less
        match found:
            case e.Max(left=e.Const(value=0) as zero, right=e.Subtract(left=amount, right=limit)):
                other = self._of_large(amount, self._seen(limit))
                return found if other is None else e.Max(zero, e.Subtract(amount, other))
            case e.Subtract(left=left, right=right):
                return self._left(left, self._seen(right)) or found
            case e.Share(amount=amount, part=part, whole=whole):
                return amount if self._is_all(amount, part, whole) else found
            case e.Choose(when=when, otherwise=otherwise) if self._fails(when):
                return otherwise
            case e.Choose(when=when, then=e.Const(value=0, type=Money()) as zero, otherwise=other):
                return zero if self._is_nothing(other, e.Not(when)) else found
            case e.Choose(when=when, then=other, otherwise=e.Const(value=0, type=Money())):
                return other if self._is_nothing(other, e.Not(when)) else found
            case _:
                return found

    def _seen(self, expr: e.Expr) -> e.Expr:
        """What a name stands for, where that is the same."""
        return expr if self.inside else self.bounds.seen(expr)

    def _without_zero(self, expr: e.Expr) -> e.Expr:
        """A sum without a 0 that is added, or what is left of 0 above an amount that is taken off."""
        match expr:
            case (
                e.Add(left=e.Const(value=0, type=Money()), right=other)
                | e.Add(left=other, right=e.Const(value=0, type=Money()))
            ):
                return other
            case e.Subtract(
                left=left,
                right=e.Max(
                    left=e.Const(value=0), right=e.Subtract(left=e.Const(value=0), right=other)
                ),
            ) if self.bounds.is_natural(other):
                return left
            case _:
                return expr

    def _left(self, amount: e.Expr, less: e.Expr) -> e.Expr | None:
        """What is left of an amount, if what is taken off says it."""
        zero: e.Expr = e.money(0)
        match less:
            case e.Subtract(left=left, right=right) if self._is_same(left, amount):
                return right
            case (
                e.Max(left=e.Const(value=0), right=e.Subtract(left=left, right=limit))
                | e.Max(left=e.Subtract(left=left, right=limit), right=e.Const(value=0))
            ) if self._is_same(left, amount):
                return e.Min(amount, self._of_large(amount, self._seen(limit)) or limit)
            case e.Choose(when=when, then=part, otherwise=e.Const(value=0)):
                return self._part_left(self._seen(amount), when, part)
            case e.Min(left=left, right=limit) if self._is_same(left, amount):
                return e.Max(zero, e.Subtract(amount, limit))
            case e.Min(left=limit, right=left) if self._is_same(left, amount):
                return e.Max(zero, e.Subtract(amount, limit))
            case e.Increase(
                of=e.Max(
                    left=e.Const(value=0),
                    right=e.Subtract(left=e.Total(accumulator=name) as total, right=limit),
                )
            ) if self._adds(name, amount):
                return e.Increase(e.Min(limit, total))
            case e.Increase(of=e.Min(left=limit, right=e.Total(accumulator=name) as total)) if (
                self._adds(name, amount)
            ):
                return e.Increase(e.Max(zero, e.Subtract(total, limit)))
            case _:
                return None

    def _part_left(self, amount: e.Expr, when: e.Expr, part: e.Expr) -> e.Expr | None:
        """What is left of an amount that there is where a condition holds, if a part is taken off there."""
        zero = e.money(0)
        match amount:
            case e.Choose(when=own, then=then, otherwise=nothing) if (own, nothing) == (when, zero):
                rest = self._left(then, self._seen(part))
                return None if rest is None else e.Choose(when, rest, zero)
            case _:
                return None

    def _of_large(self, amount: e.Expr, limit: e.Expr) -> e.Expr | None:
        """The threshold of large amounts, if small ones are below theirs, and below this one."""
        match limit:
            case e.Choose(
                when=e.Compare(op="<" | "<=", left=of, right=e.Const(value=Fraction() as border)),
                then=small,
                otherwise=large,
            ):
                pass
            case e.Choose(
                when=e.Compare(op=">" | ">=", left=of, right=e.Const(value=Fraction() as border)),
                then=large,
                otherwise=small,
            ):
                pass
            case _:
                return None
        if self.inside:
            return None
        lows = (self.bounds.ranges.value(one).low for one in (small, large))
        within = isinstance(of, e.Attribute) and f"{of.owner}.{of.name}" in self.bounds.of(amount)
        beyond = within and self.bounds.is_natural(amount) and all(low >= border for low in lows)
        return self._of_large(amount, self._seen(large)) or large if beyond else None

    def _adds(self, total: str, amount: e.Expr) -> bool:
        return self._is_same(self.bounds.accumulators[total].adds, amount)

    def _is_same(self, one: e.Expr, two: e.Expr) -> bool:
        """Whether both are one value, names looked through."""
        return one == two or self._seen(one) == self._seen(two)

    def _is_all(self, amount: e.Expr, part: e.Expr, whole: e.Expr) -> bool:
        """Whether the share of an amount is all of it: an amount that is at most what all ask for is
        nothing where they ask for nothing."""
        return (
            self._is_same(part, whole)
            and self.bounds.whole.of(amount)
            and self.bounds.is_natural(amount)
            and self.bounds.is_asked(amount, whole)
        )

    def _is_nothing(self, amount: e.Expr, where: e.Expr) -> bool:
        """Whether an amount is 0 in each row in which a condition holds."""
        return not self.inside and Nothing(self.bounds, lambda *_: False).is_nothing(amount, where)

    def _fails(self, when: e.Expr) -> bool:
        """Whether a condition never holds."""
        when = when if self.inside else through_names(when, self.bounds.definitions)
        return isinstance(when, e.And) and are_exclusive(when, e.TRUE)


def _with_less(expr: e.Expr) -> e.Expr | None:
    """A sum without what it adds and takes off again; None where there is no such thing."""
    signed = list(_signed(expr))
    often = Counter[e.Expr]()
    for term, sign in signed:
        often[term] += sign
    if sum(map(abs, often.values())) == len(signed):
        return None
    found: e.Expr | None = None
    for term in (term for term, times in often.items() for _ in range(times)):
        found = term if found is None else e.Add(found, term)
    for term in (term for term, times in often.items() for _ in range(-times)):
        if found is None:
            return None
        found = e.Subtract(found, term)
    return found


def _signed(expr: e.Expr, sign: int = 1) -> Iterator[tuple[e.Expr, int]]:
    """The terms of a sum, each added (1) or taken off (-1)."""
    match expr:
        case e.Add(left=left, right=right):
            yield from _signed(left, sign)
            yield from _signed(right, sign)
        case e.Subtract(left=left, right=right):
            yield from _signed(left, sign)
            yield from _signed(right, -sign)
        case _:
            yield expr, sign
