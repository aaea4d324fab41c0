"""kernel -> the graph of its feed: what a row adds to each total, pays and gives as reasons.

Not every kernel has a feed: `lower_feed` gives None where totals can fall, where a key reads totals
or does not fit one word, where a unit is more than a member, where lists or periods of a member vary,
where a row is rejected by what a total was, and where a number would not fit 64 bits.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import assert_never

from attrs import define, field, frozen

from hmbc.compiler.feed_keys import PackedKey, packed
from hmbc.compiler.graph import RANGES, Graph, Known, Node, reachable
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.optimise import Optimise
from hmbc.compiler.plan import look_up, look_ups
from hmbc.compiler.ranges import CODE_IDS, Ranges, ranges_of
from hmbc.dsl.expr import (
    Add,
    AddMonths,
    AgeAt,
    And,
    Attribute,
    Before,
    Choose,
    Compare,
    Const,
    DateIn,
    Expr,
    Given,
    Increase,
    InList,
    InPeriods,
    LayerPay,
    Max,
    Min,
    MonthOf,
    Not,
    Or,
    Owner,
    Parameter,
    Ref,
    Round,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
)
from hmbc.dsl.reads import reads_totals, walk
from hmbc.dsl.types import Enum
from hmbc.runtime.plan import AttributePlan, Plan

COMPACT = 2**30 - 1
"""Largest total in a record where totals are compact, so that most shares of it are one multiplication.
A unit that passes it is odd."""

USUAL = 10**8
"""Minor units that hardly any unit comes to in one total."""


class NoFeed(Exception):
    """This kernel has none, and why."""


@frozen(eq=False)
class FeedTotal:
    """One accumulator, or several of which a row moves one at most.

    number: its place in the plan; of several, a number after all of those. most: no total of a unit that is not
    odd is larger. made_of: the total as it was before the row, where it follows from others and is not kept.
    by: of several, the claim's attribute that says which one, and for each value of it its place in the plan,
    or None. key: of a keyed total, of which a unit has `bound` at most; it has no `keys` then.
    """

    number: int
    keys: tuple[Node, ...]
    adds: Node
    most: int
    made_of: Node | None = None
    by: tuple[Node, tuple[int | None, ...]] | None = None
    key: PackedKey | None = None
    bound: int = 0

    @property
    def by_row(self) -> tuple[int, ...]:
        """The parts of the key that each row has its own of."""
        return tuple(
            at for at, key in enumerate(self.keys) if key.const is None and key.op != "uniform"
        )


@define(eq=False)
class Feed:
    """All that a row works out. uniform: of each key that is the same for all rows, the month and
    day on which its year begins; date: the place of the deciding date among the claim's attributes.
    rejects: on what ground a row moves nothing, in order; decided: the reason of the layer that decides."""

    graph: Graph
    plan: Plan
    date: int
    uniform: list[tuple[int, int]]
    rejects: list[Node]
    totals: list[FeedTotal]
    pays: list[Node]
    reasons: list[Node]
    total: Node
    decided: Node

    def outputs(self) -> list[Node]:
        """Everything that is written for a row."""
        return [*self.pays, *self.reasons, self.total, self.decided]


def lower_feed(kernel: Kernel, plan: Plan, optimise: Optimise) -> Feed | None:
    """The feed of a kernel that `ranges_of` has no finding about, or None."""
    try:
        return _Lowering(kernel, plan, ranges_of(kernel), Graph(optimise)).feed()
    except NoFeed:
        return None


@define
class _Lowering:
    kernel: Kernel
    plan: Plan
    ranges: Ranges
    graph: Graph
    terms: dict[tuple[Expr, bool], Node] = field(factory=dict)
    definitions: dict[str, Node] = field(factory=dict)
    numbers: dict[str, int] = field(factory=dict)
    befores: dict[str, Node] = field(factory=dict)
    afters: dict[str, Node] = field(factory=dict)
    added: dict[str, Node] = field(factory=dict)
    """What an accepted row adds to each."""
    read: set[str] = field(factory=set)
    """Accumulators whose total before the row was read."""
    uniform: list[tuple[int, int]] = field(factory=list)
    narrow: dict[int, tuple[int, int]] = field(factory=dict)
    """Of claim attributes: what they can be in a row that is not rejected; empty while that is still
    to be decided."""
    dated: set[int] = field(factory=set)
    """The attributes for which the two differ."""

    def feed(self) -> Feed:
        kernel, graph = self.kernel, self.graph
        if kernel.unit is not None:
            raise NoFeed("a unit is more than one member")
        if any(isinstance(node, Before) for item in kernel.rejects for node in walk(item.when)):
            raise NoFeed("a row is rejected by what a total was")
        narrow = self.narrowed()
        self.dated = set(narrow)
        rejects = [self.term(reject.when) for reject in kernel.rejects]
        self.terms.clear()
        self.narrow = narrow
        accepted = graph.no(graph.any(rejects))
        accumulators = [item for item in kernel.items if isinstance(item, Accumulator)]
        for number, item in enumerate(accumulators):
            most = min(item.ceiling, self.compact(number)) if graph.optimise.compact else item.ceiling
            self.numbers[item.name] = number
            self.befores[item.name] = graph.leaf("before", number, 0, most)
            self.afters[item.name] = graph.leaf("after", number, 0, most)
        totals: list[FeedTotal] = []
        for entry in kernel.items:
            match entry:
                case Definition(name=name, expr=expr):
                    self.definitions[name] = self.term(expr)
                case Accumulator():
                    totals.append(self.total(entry, accepted, totals))
                case _:
                    assert_never(entry)
        pays = [self.definitions[outcome.pay] for outcome in kernel.outcomes]
        total = graph.const(0)
        for pay in pays:
            total = graph.add(total, pay)
        reasons, decided = self.reasons(pays, totals)
        return Feed(
            graph=graph,
            plan=self.plan,
            date=[item.name for item in self.plan.claim].index(self.plan.date),
            uniform=self.uniform,
            rejects=rejects,
            totals=totals,
            pays=pays,
            reasons=reasons,
            total=total,
            decided=decided,
        )

    def narrowed(self) -> dict[int, tuple[int, int]]:
        """Bounds of the claim's dates that rejects leave, where they say so by comparisons."""
        found: dict[int, tuple[int, int]] = {}
        todo = [reject.when for reject in self.kernel.rejects]
        while todo:
            match todo.pop():
                case Or(left=left, right=right):
                    todo += [left, right]
                case Compare(
                    op=op, left=Attribute(owner="claim", name=name), right=Const(value=day)
                ):
                    place = self.place("claim", name)
                    item = self.plan.claim[place]
                    if item.kind != "date" or item.low is None or item.high is None:
                        continue
                    low, high = found.get(place, (item.low, item.high))
                    if op == "<":
                        low = max(low, int(day))
                    elif op == ">":
                        high = min(high, int(day))
                    if low <= high and not item.optional:
                        found[place] = (low, high)
                case _:
                    pass
        return found

    def compact(self, number: int) -> int:
        """The largest total of an accumulator that a record holds: in 32 bits, if a unit rarely passes that,
        however finely it is counted."""
        parts = self.plan.accumulators[number].denominator
        return COMPACT if parts * USUAL <= COMPACT else parts * COMPACT

    # ---- accumulators

    def total(self, item: Accumulator, accepted: Node, earlier: list[FeedTotal]) -> FeedTotal:
        graph, number = self.graph, self.numbers[item.name]
        self.added[item.name] = self.term(item.adds)
        adds = graph.select(accepted, self.term(item.adds), graph.const(0))
        if adds.low < 0 or adds.high >= 2**62:
            raise NoFeed("a total that can fall, or rise too far")
        most = self.befores[item.name].high
        if not item.sequential:
            return FeedTotal(number, (), adds, most, key=self.key(item), bound=item.bound)
        keys = self.keys(item)
        kept = FeedTotal(number, keys, adds, most)
        if graph.optimise.derive and item.name not in self.read and not kept.by_row:
            after = self.derived(self.term(item.adds), keys, earlier)
            if after is not None and after.high <= item.ceiling:
                before = graph.backdated(after)
                self.afters[item.name], self.befores[item.name] = after, before
                return FeedTotal(number, keys, adds, item.ceiling, before)
        return kept

    def keys(self, item: Accumulator) -> tuple[Node, ...]:
        """A total's key: constants and benefit years that are the same for all rows of a batch; or, where
        one part is neither, what each row has."""
        parts = self.parts(item)
        same = [self.same(part) for part in parts]
        if None not in same:
            return tuple(part for part in same if part is not None)
        return tuple(parts)

    def key(self, item: Accumulator) -> PackedKey:
        """The key of a keyed total."""
        if (key := packed(self.graph, self.parts(item))) is None:
            raise NoFeed("a key that fits no word")
        return key

    def parts(self, item: Accumulator) -> list[Node]:
        parts = [self.term(key) for key in item.keys]
        if any(node.op in ("before", "after") for node in reachable(parts)):
            raise NoFeed("a key that reads totals")
        return parts

    def same(self, node: Node) -> Node | None:
        """A part of a key, if it is the same for all rows."""
        if node.const is not None:
            return node
        match node:
            case Node(op="year", args=(Node(op="claim", data=place),), data=(int(month), int(day))):
                if self.plan.claim[int(str(place))].name == self.plan.date:
                    if (month, day) not in self.uniform:
                        self.uniform.append((month, day))
                    number = self.uniform.index((month, day))
                    return self.graph.leaf("uniform", number, node.low, node.high)
        return None

    def derived(self, adds: Node, keys: tuple[Node, ...], earlier: list[FeedTotal]) -> Node | None:
        """The total of what `adds` adds, as a function of one other total: where it is how much f
        of that total grows, times what is fixed for the unit, and f of nothing is 0."""
        graph = self.graph
        ways = [(adds, graph.const(1))]
        if adds.op == "multiply":
            ways = [adds.args, adds.args[::-1]]  # type: ignore[list-item]
        for grown, fixed in ways:
            if grown.op != "subtract" or not _of_unit(fixed) or fixed.low < 0:
                continue
            after, before = grown.args
            if graph.backdated(after) is not before or not graph.rises(after):
                continue
            read = {node.data for node in reachable([after]) if node.op == "after"}
            others = [node for node in reachable([after]) if not node.args and node.op != "after"]
            if len(read) != 1 or not all(_of_unit(node) for node in others):
                continue
            source = next((one for one in earlier if one.number in read), None)
            if source is None or source.made_of is not None:
                continue
            if source.key is not None or source.keys != keys:
                continue
            leaf = next(node for node in reachable([after]) if node.op == "after")
            if graph.rebuilt(after, Known({leaf: graph.const(0)})).const == 0:
                return graph.multiply(after, fixed)
        return None

    # ---- reasons

    def reasons(self, pays: list[Node], totals: list[FeedTotal]) -> tuple[list[Node], Node]:
        """Each layer's reason, and that of the layer that decides: the first one that pays, else the
        least rank, then the first layer. A layer's score is its rank and place over its reason."""
        graph, layers = self.graph, len(self.kernel.outcomes)
        numbers = {reason.code: place for place, reason in enumerate(self.kernel.reasons)}
        if len(numbers) > 256 or (max(r.rank for r in self.kernel.reasons) + 1) * layers >= 2**20:
            raise NoFeed("too many reasons")
        reasons: list[Node] = []
        decided: Node | None = None
        for place, (outcome, pay) in enumerate(zip(self.kernel.outcomes, pays, strict=True)):
            pays_it = graph.less(graph.const(0), pay)
            reason: Node | None = None
            score: Node | None = None
            steps: list[tuple[Node, int, Node]] = []
            before: list[Node] = []
            for code, expr in outcome.reasons:
                when = graph.rebuilt(self.term(expr), under(graph, [], before, totals))
                if when.const == 0:
                    continue
                paying = graph.rebuilt(pays_it, under(graph, [when], before, totals))
                steps.append((when, numbers[code], paying))
                before.append(when)
                if when.const == 1:
                    break
            for when, number, paying in reversed(steps):
                rank = self.kernel.reasons[number].rank
                high, low = (graph.const((at * layers + place) * 256 + number) for at in (rank, 0))
                own = graph.select(paying, low, high)
                one = graph.const(number)
                reason = one if reason is None else graph.select(when, one, reason)
                score = own if score is None else graph.select(when, own, score)
            assert reason is not None and score is not None
            reasons.append(reason)
            decided = score if decided is None else graph.min(decided, score)
        if decided is None:
            raise NoFeed("no layers")
        return reasons, graph.low_byte(decided)

    # ---- expressions

    def place(self, owner: Owner, name: str) -> int:
        attributes = self.plan.claim if owner == "claim" else self.plan.member
        return next(place for place, item in enumerate(attributes) if item.name == name)

    def attribute(self, owner: Owner, name: str) -> Node:
        place = self.place(owner, name)
        item = (self.plan.claim if owner == "claim" else self.plan.member)[place]
        if owner == "member":
            return self.graph.leaf("varied" if item.varies else "member", place, *_domain(item))
        if place in self.dated and not self.narrow:
            return self.graph.leaf("raw", place, *_domain(item))
        return self.graph.leaf("claim", place, *self.narrow.get(place, _domain(item)))

    def given(self, owner: Owner, name: str) -> Node:
        place = self.place(owner, name)
        item = (self.plan.claim if owner == "claim" else self.plan.member)[place]
        if not item.optional:
            return self.graph.const(1)
        if item.varies:
            return self.graph.leaf("varied_given", place, 0, 1)
        return self.graph.leaf("claim_given" if owner == "claim" else "member_given", place, 0, 1)

    def term(self, expr: Expr, before: bool = False) -> Node:
        """The numerator of an expression over its denominator; `before`: with each total at what it
        was before the row."""
        known = (expr, before and reads_totals(expr))
        if known not in self.terms:
            self.terms[known] = self.made(expr, known[1])
        return self.terms[known]

    def made(self, expr: Expr, before: bool) -> Node:
        graph = self.graph
        match expr:
            case Const():
                return graph.const(_word(expr))
            case Attribute(owner=owner, name=name):
                return self.attribute(owner, name)
            case Given(owner=owner, name=name):
                return self.given(owner, name)
            case Parameter(name=name):
                place = [item.name for item in self.plan.parameters].index(name)
                item = self.plan.parameters[place]
                low, high = (
                    (0, 1) if item.low is None or item.high is None else (item.low, item.high)
                )
                return graph.leaf("parameter", place, low, high)
            case Add(left=left, right=right):
                return graph.add(*self.common((left, right), before))
            case Subtract(left=left, right=right):
                return graph.subtract(*self.common((left, right), before))
            case Scale(amount=amount, by=by):
                return graph.multiply(self.term(amount, before), self.term(by, before))
            case Min(left=left, right=right):
                return graph.min(*self.common((left, right), before))
            case Max(left=left, right=right):
                return graph.max(*self.common((left, right), before))
            case Share(amount=amount, part=part, whole=whole, mode=mode):
                return graph.share(
                    self.term(amount, before),
                    *self.common((part, whole), before),
                    mode,
                    self.ranges.denominators.of(amount),
                )
            case Compare(op=op, left=left, right=right):
                if look_up(expr) is not None:
                    found = self.in_list(expr)
                    return found if op == "==" else graph.no(found)
                one, two = self.common((left, right), before)
                match op:
                    case "<":
                        return graph.less(one, two)
                    case ">":
                        return graph.less(two, one)
                    case "<=":
                        return graph.no(graph.less(two, one))
                    case ">=":
                        return graph.no(graph.less(one, two))
                    case "==":
                        return graph.equal(one, two)
                    case "!=":
                        return graph.no(graph.equal(one, two))
                    case _:
                        assert_never(op)
            case And(left=left, right=right):
                return graph.all([self.term(left, before), self.term(right, before)])
            case Or(left=left, right=right):
                return graph.any([self.term(left, before), self.term(right, before)])
            case Not(of=of):
                return graph.no(self.term(of, before))
            case Choose(when=when, then=then, otherwise=otherwise):
                return graph.select(
                    self.term(when, before), *self.common((then, otherwise), before)
                )
            case InList():
                return self.in_list(expr)
            case InPeriods(date=date, name=name):
                return self.in_periods(self.term(date, before), name)
            case YearOf(date=date, month=month, day=first):
                return graph.year(self.term(date, before), month, first)
            case DateIn(year=year, month=month, day=first):
                return graph.date_in(self.term(year, before), month, first)
            case MonthOf(date=date):
                return graph.month(self.term(date, before))
            case AddMonths(date=date, months=months, mode=end):
                return graph.add_months(self.term(date, before), self.term(months, before), end)
            case AgeAt(birth=birth, date=date):
                return graph.age(self.term(birth, before), self.term(date, before))
            case Ref(name=name):
                return self.definitions[name]
            case Total(accumulator=name):
                return self.before(name) if before else self.afters[name]
            case Before(accumulator=name):
                return self.before(name)
            case Increase(of=Total(accumulator=name)):
                return self.added[name]
            case Increase(of=of):
                return graph.subtract(self.term(of), self.term(of, before=True))
            case Round(amount=amount, mode=mode, step=step):
                unit = step * self.ranges.denominators.of(amount)
                steps = graph.round(self.term(amount, before), mode, unit)
                return graph.multiply(steps, graph.const(step))
            case LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def before(self, name: str) -> Node:
        if name not in self.befores:
            raise NoFeed("a ground for rejecting reads a total")
        self.read.add(name)
        return self.befores[name]

    def common(self, parts: tuple[Expr, Expr], before: bool) -> tuple[Node, Node]:
        """Two operands over a common denominator."""
        of = self.ranges.denominators.of
        unit = lcm(of(parts[0]), of(parts[1]))
        one, two = (
            self.graph.multiply(self.term(part, before), self.graph.const(unit // of(part)))
            for part in parts
        )
        return one, two

    def in_periods(self, day: Node, name: str) -> Node:
        """Whether the deciding date lies in one of a member's ranges."""
        date = [item.name for item in self.plan.claim].index(self.plan.date)
        if day.op not in ("claim", "raw") or day.data != date:
            raise NoFeed("periods of another date")
        item = self.plan.member[self.place("member", name)]
        number = item.periods_index
        assert number is not None
        if item.varies:
            raise NoFeed("periods that vary")
        graph, found = self.graph, []
        today = graph.leaf("day", None, 1, 2**16 - 2)
        for which in range(number * RANGES, (number + 1) * RANGES):
            first = graph.leaf("period_first", which, 0, 2**16 - 1)
            last = graph.leaf("period_last", which, 0, 2**16 - 1)
            found.append(
                graph.all([graph.no(graph.less(today, first)), graph.no(graph.less(last, today))])
            )
        return graph.any(found)

    def in_list(self, expr: Expr) -> Node:
        entry = look_up(expr)
        if entry is None:
            raise KernelError(f"{expr} looks up nothing")
        owner: Owner = "claim" if entry.owner == "claim" else "member"
        place = look_ups(self.kernel).index(entry)
        if owner == "member":
            if self.plan.member[self.place("member", entry.attribute)].varies:
                raise NoFeed("a code that varies is looked up")
            return self.graph.leaf("member_listed", place, 0, 1)
        code, given = self.attribute(owner, entry.attribute), self.given(owner, entry.attribute)
        return self.graph.listed(place, code, given)


def under(graph: Graph, holds: list[Node], fails: list[Node], totals: list[FeedTotal]) -> Known:
    """What is known where some conditions hold and others do not: totals to which a row then adds
    nothing stay as they were."""
    known = Known()
    for condition in fails:
        graph.assume(known, condition, False)
    for condition in holds:
        graph.assume(known, condition, True)
    for total in totals:
        if total.made_of is None and graph.rebuilt(total.adds, known).const == 0:
            after = graph.leaf("after", total.number, 0, total.most)
            known[after] = graph.leaf("before", total.number, 0, total.most)
    return known


def _of_unit(node: Node) -> bool:
    """Whether a value is the same for all rows of a unit."""
    leaves = [one for one in reachable([node]) if not one.args]
    return all(one.stage != 1 and one.op not in ("before", "after") for one in leaves)


def _domain(item: AttributePlan) -> tuple[int, int]:
    match item.kind:
        case "bool":
            return 0, 1
        case "enum":
            return 0, len(item.values) - 1
        case kind if kind.startswith("code"):
            return -1, CODE_IDS - 1
        case "periods":
            raise NoFeed("periods")
        case _:
            low, high = (0, 1) if item.low is None or item.high is None else (item.low, item.high)
            return (min(low, 0), max(high, 0)) if item.optional else (low, high)


def _word(const: Const) -> int:
    match const.value:
        case Fraction() as value:
            return value.numerator
        case str() as value:
            return const.type.values.index(value) if isinstance(const.type, Enum) else -1
        case value:
            return int(value)
