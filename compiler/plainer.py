"""What is written in a roundabout way, said plainly: the kernel that laws are decided about.

    x − y + y                         x
    x − (x − y)                       y
    0 + x                             x        and x − 0, unless x reads a total
    min(x, 0)                         0        where x is never negative
    x × 0%                            0
    x − max(0, 0 − y)                 x        where y is never negative
    x − max(0, x − L)                 min(x, L)                  also max(x − L, 0)
    choose(c, x, 0) − choose(c, y, 0) choose(c, x − y, 0)        where x − y is one of these
    x − min(x, L)                     max(0, x − L)
    bands of t from t − x to t        increase of bands of t above L        x: increase max(0, t − L)
    x − choose(c, min(x, L), increase u)    choose(c, max(0, x − L), 0) + (choose(c, 0, x) − increase u)
    choose(c, 0, min(x, max(0, L − before u)))    min(choose(c, 0, x), max(0, L − before u))    what u adds
    x − increase max(0, t − L)        increase min(L, t)          t: the total of x
    x − increase min(L, t)            increase max(0, t − L)
    max(0, increase f)                increase f                  where f never falls
    share(x, p / p)                   x        where x is whole, and 0 where p is
    choose(c, x, y)                   y        where c contradicts itself
    choose(c, x, x)                   x
    max(0, x − y)                     0        where x never exceeds y
    max(0, choose(c, x, 0) − choose(c, y, 0))    choose(c, max(0, x − y), 0)    where an amount may turn c
    choose(c, increase f, y)          increase f                  where c always holds
    choose(c, 0, x), choose(c, x, 0)  0, x     where x is nothing wherever c fails (structure_nothing.py)
    max(0, x − choose(y < k, A, B))   max(0, x − B)              for x <= y, k <= A, k <= B

For min(L, t) + max(0, t − L) is t, and the increase of t is x; and a bill below k is below the threshold of
small bills, and would be below that of others. Each holds in every row, whatever its
attributes are, so that laws of the one kernel are laws of the other. Of totals only that is said plainly which is a
constant or one of two cases (0 that is added or taken off, 0%, choices), in what they add and in their keys, for
the form of what they add says what they are totals of.

Inside an increase a name is one value, and what it stands for would move: there names are not looked through,
and nothing is said of what a row's conditions and bounds make of its amounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from attrs import define, evolve

from hmbc.compiler.kernel import Accumulator, Kernel, read_anew
from hmbc.compiler.structure_bands import Topmost, topmost_of
from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_exclusive import are_exclusive
from hmbc.compiler.structure_let_through import is_asked
from hmbc.compiler.structure_nothing import Nothing
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_used import limit_of, rest_of
from hmbc.compiler.through_names import through_names
from hmbc.dsl import expr as e
from hmbc.dsl.reads import reads_totals, walk
from hmbc.dsl.types import Money


def made_plain(kernel: Kernel, bounds: Bounds) -> Kernel:
    """The kernel in plain words; the same one where it is plain."""
    plain = _Plain(bounds)
    found = read_anew(kernel, plain.read)
    items = tuple(plain.total(item) if isinstance(item, Accumulator) else item for item in found.items)
    return kernel if items == kernel.items else evolve(found, items=items)


@define
class _Plain:
    """inside: an increase."""

    bounds: Bounds
    inside: bool = False

    def read(self, expr: e.Expr) -> e.Expr:
        """An expression in plain words."""
        if isinstance(expr, e.Increase) and not self.inside:
            return _Plain(self.bounds, inside=True).read(expr)
        topmost = topmost_of(expr, self.bounds.ranges) if isinstance(expr, e.Add) else None
        if topmost is not None and (above := self._above_threshold(topmost)) is not None:
            return above
        found = self._decided(self._without_zero(e.rebuild(expr, self.read)))
        if isinstance(found, e.Add | e.Subtract) and (less := _with_less(found)) is not None:
            return less
        match found:
            case e.Max(left=e.Const(value=0) as zero, right=e.Subtract(left=amount, right=limit)):
                if self._is_at_most(amount, limit):
                    return zero
                if (both := self._of_both(amount, limit)) is not None:
                    return both
                other = self._of_large(amount, self._seen(limit))
                return found if other is None else e.Max(zero, e.Subtract(amount, other))
            case e.Max(left=e.Const(value=0), right=e.Increase() as other) if self.bounds.is_natural(other):
                return other
            case e.Subtract(left=left, right=right):
                less = self._seen(right)
                return self._left(left, less) or self._left_of_some(left, less) or found
            case e.Share(amount=amount, part=part, whole=whole):
                return amount if self._is_all(amount, part, whole) else found
            case e.Choose(when=when, then=e.Increase() as then) if self.bounds.ranges.decided(when):
                return then
            case e.Choose(when=when, then=e.Const(value=0, type=Money()) as zero, otherwise=other):
                return zero if self._is_nothing(other, e.Not(when)) else found
            case e.Choose(when=when, then=other, otherwise=e.Const(value=0, type=Money())):
                return other if self._is_nothing(other, e.Not(when)) else found
            case _:
                return found

    def _seen(self, expr: e.Expr) -> e.Expr:
        """What a name stands for, where that is the same."""
        return expr if self.inside else self.bounds.seen(expr)

    def total(self, item: Accumulator) -> Accumulator:
        """A total with what it adds and its keys in plain words, as far as its form stays what it is."""
        adds = self._in_total(item.adds)
        match adds:
            case e.Choose(when=when, then=e.Const(value=0) as zero, otherwise=e.Min() as used) if (
                limited := limit_of(evolve(item, adds=used))
            ):
                adds = e.Min(e.Choose(when, zero, limited[0]), used.right)
            case _:
                pass
        return evolve(item, adds=adds, keys=tuple(map(self._in_total, item.keys)))

    def _in_total(self, expr: e.Expr) -> e.Expr:
        if isinstance(expr, e.Increase):
            return expr
        found = self._decided(self._without_zero(e.rebuild(expr, self._in_total)))
        less = _with_less(found) if isinstance(found, e.Add | e.Subtract) else None
        return found if less is None else less

    def _decided(self, expr: e.Expr) -> e.Expr:
        """A choice that is made, and a part of 0% of an amount."""
        match expr:
            case e.Choose(when=when, otherwise=otherwise) if self._fails(when):
                return otherwise
            case e.Choose(then=then, otherwise=otherwise) if then == otherwise:
                return then
            case e.Scale(by=e.Const(value=Fraction() as by)) if by == 0 and self._is_money(expr):
                return e.money(0)
            case _:
                return expr

    def _is_money(self, expr: e.Expr) -> bool:
        """Whether a number is an amount of money, as far as its first part says it."""
        match expr:
            case e.Scale(amount=inner) | e.Min(left=inner) | e.Max(left=inner) | e.Add(left=inner):
                return self._is_money(inner)
            case e.Attribute(type=of) | e.Parameter(type=of) | e.Const(type=of):
                return isinstance(of, Money)
            case e.Ref(name=name):
                return self._is_money(self.bounds.definitions[name].expr)
            case _:
                return False

    def _is_at_most(self, amount: e.Expr, limit: e.Expr) -> bool:
        """Whether an amount never exceeds another: by its bounds, also in either case of one choice."""
        if self.inside:
            return False
        if self.bounds.named(limit) & self.bounds.of(amount):
            return True
        match self._seen(amount), self._seen(limit):
            case (
                e.Choose(when=one, then=a, otherwise=b),
                e.Choose(when=two, then=c, otherwise=d),
            ) if one == two:
                return self._is_at_most(a, c) and (b == d or self._is_at_most(b, d))
            case _:
                return False

    def _without_zero(self, expr: e.Expr) -> e.Expr:
        """A sum without a 0 that is added, or what is left of 0 above an amount that is taken off."""
        match expr:
            case (
                e.Add(left=e.Const(value=0, type=Money()), right=other)
                | e.Add(left=other, right=e.Const(value=0, type=Money()))
            ):
                return other
            case e.Subtract(left=left, right=e.Const(value=0, type=Money())) if not reads_totals(left):
                return left  # a band is told by where it begins
            case (
                e.Min(left=limit, right=e.Const(value=0) as zero)
                | e.Min(left=e.Const(value=0) as zero, right=limit)
            ) if not self.inside and self.bounds.is_natural(limit):
                return zero
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

    def _above_threshold(self, topmost: Topmost) -> e.Expr | None:
        """The increase of bands above a threshold, if that is the topmost part: its total and that of which there are
        bands add the same for the same keys. In a row the part begins where its threshold is, or where the total
        was, if that is more."""
        bounds = self.bounds
        if self.inside or not isinstance(topmost.amount, e.Total):
            return None
        whole = bounds.accumulators[topmost.amount.accumulator]
        part = bounds.seen(topmost.part)
        if rest := rest_of(part, bounds.accumulators):
            amount, used, limit = rest
            same = self._is_same(amount, whole.adds) and used.keys == whole.keys
            one = bounds.constancy.varying(limit, Scope(used.keys)) is None
            known = same and one
        else:
            match part:
                case e.Increase(
                    of=e.Max(
                        left=e.Const(value=0), right=e.Subtract(left=e.Total(accumulator=name), right=limit)
                    )
                ) if not reads_totals(limit):
                    spent = bounds.accumulators[name]
                    known = self._is_same(spent.adds, whole.adds) and spent.keys == whole.keys
                case _:
                    return None
        natural = bounds.is_natural(limit) and bounds.is_natural(whole.adds)
        return e.Increase(topmost.above(limit)) if known and natural else None

    def _of_both(self, amount: e.Expr, less: e.Expr) -> e.Expr | None:
        """What is left of an amount above another, where there are both under one condition only that an amount or
        a total may turn: so that all of it turns at once."""
        match self._seen(amount), self._seen(less):
            case (
                e.Choose(when=one, then=left, otherwise=e.Const(value=0) as zero),
                e.Choose(when=two, then=right, otherwise=e.Const(value=0)),
            ) if one == two and not self.inside and self._may_turn(one):
                return e.Choose(one, e.Max(zero, e.Subtract(left, right)), zero)
            case _:
                return None

    def _may_turn(self, when: e.Expr) -> bool:
        """Whether a condition reads an amount of the claim or a total."""
        return any(
            isinstance(node, e.Total | e.Before) or isinstance(node, e.Attribute) and isinstance(node.type, Money)
            for node in walk(through_names(when, self.bounds.definitions))
        )

    def _left_of_some(self, amount: e.Expr, less: e.Expr) -> e.Expr | None:
        """What is left of an amount above a threshold of each claim where a condition holds, and above one
        that is used up by all other claims."""
        match less:
            case e.Choose(
                when=when,
                then=e.Min(left=left, right=limit),
                otherwise=e.Increase(of=e.Total(accumulator=name)) as used,
            ) if not self.inside and self._is_same(left, amount):
                pass
            case _:
                return None
        limited = limit_of(self.total(self.bounds.accumulators[name]))
        others = e.Choose(when, e.money(0), amount)
        if limited is None or not isinstance(limited[0], e.Choose) or limited[0].when != when:
            return None
        if limited[0].then != others.then or not self._is_same(limited[0].otherwise, amount):
            return None
        own = e.Choose(when, e.Max(e.money(0), e.Subtract(amount, limit)), e.money(0))
        return e.Add(own, e.Subtract(evolve(others, otherwise=limited[0].otherwise), used))

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
            and is_asked(self.bounds, amount, whole)
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
