"""Two runs of one unit that differ in one amount of one claim: which values can only grow.

    same      equal in every row
    grows     in every row at least as large
    grows in sum over a scope    its sum over rows that share a total is at least as large

(and `shrinks`, alike.) Conditions must be the same in both runs, so must thresholds, caps, ratios
and keys. What keeps what:

    + - min max choose, times a ratio     grows, where each part does; a sum over a scope only
                                          survives + - and a ratio that is one value in the scope
    increase f, f convex (thresholds)     grows: a larger total makes no further increase smaller,
                                          whatever the threshold of each row
    increase f, f constant in its scope   grows in sum over that scope: the sum is f of the total;
      (caps, roundings, bands)            from a sum over a scope within it, too

A sum over a scope is a sum over every wider one. A bill that another layer subtracts falls there by
what this one pays more: not decided.
"""

from __future__ import annotations

from typing import Literal

from attrs import define, evolve, field, frozen

from hmbc.compiler.structure_bounds import Bounds
from hmbc.compiler.structure_scope import Scope
from hmbc.compiler.structure_stage import Stage, is_convex, parts_beside, rises, stage_of
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual

Way = Literal["same", "grows", "shrinks", "unknown"]


@frozen
class Order:
    """How a value compares in the two runs; `scope`: only its sums over it do. Where nothing is
    known, `why` and the definition `at` which it was lost."""

    way: Way
    scope: Scope | None = None
    why: Bilingual | None = None
    at: str | None = None


SAME = Order("same")
GROWS = Order("grows")


def _unknown(zh: str, en: str) -> Order:
    return Order("unknown", why=Bilingual(zh, en))


_FROM_NOTHING = _unknown(
    "分摊的全部可能为 0，这时分摊得 0", "the whole that is shared by may be 0, and then the share is 0"
)
"""A share falls as its whole grows, but not from a whole of 0."""

_FLIPPED: dict[Way, Way] = {"grows": "shrinks", "shrinks": "grows"}


def _flip(order: Order) -> Order:
    return evolve(order, way=_FLIPPED.get(order.way, order.way))


@define
class Orders:
    """What becomes of one claim's money attribute `raised` growing."""

    bounds: Bounds
    raised: str
    _known: dict[str, Order] = field(init=False, factory=dict)
    _moved: frozenset[str] = field(init=False)
    """Definitions and totals that read the amount, however far away and in whichever row."""

    def __attrs_post_init__(self) -> None:
        self._moved = self.bounds.moved_by(f"claim.{self.raised}")

    def of_definition(self, name: str) -> Order:
        """How a definition compares."""
        if name not in self._known:
            found = self.of(self.bounds.definitions[name].expr)
            if found.way == "unknown" and found.at is None:
                found = evolve(found, at=name)
            self._known[name] = found
        return self._known[name]

    def of(self, expr: e.Expr) -> Order:
        """How an expression compares."""
        match expr:
            case e.Attribute(owner="claim", name=name) if name == self.raised:
                return GROWS
            case e.Const() | e.Attribute() | e.Given() | e.Parameter() | e.InPeriods():
                return SAME
            case e.Ref(name=name):
                return self.of_definition(name)
            case e.Choose() | e.Increase() | e.Subtract() if stage := stage_of(
                expr, self.bounds.accumulators
            ):
                return self._stage(stage)
            case e.Add(left=left, right=right):
                return self._add(self.of(left), self.of(right))
            case e.Subtract(left=left, right=right):
                return self._add(self.of(left), _flip(self.of(right)))
            case e.Scale(amount=amount, by=by):
                return self._scale(expr, self.of(amount), self.of(by))
            case e.Min(left=left, right=right) | e.Max(left=left, right=right):
                return self._rows(self.of(left), self.of(right))
            case e.Round(amount=amount):
                return self._rows(self.of(amount), SAME)
            case e.Share(amount=amount, part=part, whole=whole) if self.bounds.is_natural(amount):
                found, over = self._rows(self.of(amount), self.of(part)), self.of(whole)
                if over != SAME and self.bounds.ranges.value(whole).low <= 0:
                    return over if over.way == "unknown" else _FROM_NOTHING
                return self._rows(found, _flip(over))
            case e.Choose(when=when, then=then, otherwise=otherwise):
                if self.of(when) != SAME:
                    return self._condition(self.of(when))
                return self._rows(self.of(then), self.of(otherwise))
            case e.Total(accumulator=name) | e.Before(accumulator=name):
                if name not in self._moved:
                    return SAME
                return _unknown("直接读取累计额", "a running total is read as it stands")
            case e.Increase():
                return _unknown("增量的写法超出本分析", "an increase of a form not looked into")
            case _:
                inside = e.parts_of(expr)
                for part in inside:
                    if (found := self.of(part)) != SAME:
                        return self._condition(found)
                return SAME if inside else _unknown("不认识的写法", "a form not looked into")

    def _condition(self, found: Order) -> Order:
        if found.way == "unknown":
            return found
        return _unknown(
            f"条件读取金额“{self.raised}”", f"a condition reads the amount `{self.raised}`"
        )

    def _add(self, one: Order, two: Order) -> Order:
        for part in (one, two):
            if part.way == "unknown":
                return part
        if one == SAME or two == SAME:
            return two if one == SAME else one
        if one.way != two.way:
            return self._both_ways()
        if one.scope is None or two.scope is None:
            return two if one.scope is None else one
        constancy = self.bounds.constancy
        if constancy.refines(one.scope, two.scope):
            return two
        if constancy.refines(two.scope, one.scope):
            return one
        return self._finer()

    def _rows(self, one: Order, two: Order) -> Order:
        """Of what follows both in every row."""
        for part in (one, two):
            if part.way == "unknown":
                return part
            if part.scope is not None:
                return self._finer()
        return self._add(one, two)

    def _scale(self, expr: e.Scale, amount: Order, by: Order) -> Order:
        if amount.way == "unknown":
            return amount
        if by != SAME:
            return by if by.way == "unknown" else self._condition(by)
        if amount.scope is not None:
            part = self.bounds.constancy.varying(expr.by, amount.scope)
            if part is not None:
                return _unknown(
                    f"比例随{shown(part).zh}逐笔不同，而它之前的封顶、分段或舍入按更宽的范围累计",
                    f"the ratio varies with {shown(part).en} after a cap, bands or a rounding that"
                    " count over a wider scope",
                )
        share = self.bounds.ranges.value(expr.by)
        if share.low >= 0 or amount == SAME:
            return amount
        return _flip(amount) if share.high <= 0 else self._both_ways()

    def _stage(self, stage: Stage) -> Order:
        beside = parts_beside(stage)
        for part in (*stage.scope.keys, stage.scope.alone, *beside):
            if (found := self.of(part)) != SAME:
                return self._condition(found)
        added = self.of(stage.added)
        alone = SAME if stage.alone is None else self.of(stage.alone)
        if added.way == "unknown" or alone.way == "unknown":
            return added if added.way == "unknown" else alone
        if added == SAME:
            return alone
        if alone.scope is not None or alone.way not in ("same", added.way):
            return self._finer()
        total = e.Total(stage.total.name)
        if not rises(stage, self.bounds.ranges):
            return _unknown("算式随累计额可能下降", "what is paid can fall as the total grows")
        natural = self.bounds.is_natural(stage.added)
        if added.scope is None and natural and is_convex(stage.of, total, self.bounds.ranges):
            return added
        constancy = self.bounds.constancy
        for part in beside:
            if (moves := constancy.varying(part, stage.scope)) is not None:
                return _unknown(
                    f"金额或比例随{shown(moves).zh}在累计范围内变化",
                    f"an amount or a ratio varies with {shown(moves).en} inside its scope",
                )
        if added.scope is not None and not constancy.refines(added.scope, stage.scope):
            return self._finer()
        return Order(added.way, stage.scope)

    def _finer(self) -> Order:
        return _unknown(
            "先按较宽的范围封顶、分段或舍入，再按较窄或不同的范围计算",
            "after a cap, bands or a rounding over one scope comes a step over a narrower or another",
        )

    def _both_ways(self) -> Order:
        return _unknown(
            f"金额“{self.raised}”既加又减",
            f"the amount `{self.raised}` is both added and subtracted",
        )


def shown(part: e.Expr) -> Bilingual:
    """What varies, in the author's words."""
    match part:
        case e.Attribute(name=name) | e.Given(name=name) | e.InPeriods(name=name):
            return Bilingual(f"“{name}”", f"`{name}`")
        case e.Ref(name=name):
            return Bilingual(f"“{name}”", f"`{name}`")
        case _:
            return Bilingual("逐笔不同的值", "a value that differs by claim")
