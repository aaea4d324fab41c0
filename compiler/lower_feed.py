"""kernel -> the graph of its feed: what a row adds to each total, pays and gives as reasons.

Not every kernel has a feed: `lower_feed` gives None where a key reads totals or does not fit one word, and
where a number would not fit 64 bits. A row that makes a total fall below 0, or one under a key that each row has
its own of fall at all, or is rejected for what a total was, what
its member is or what the parameters are, makes its unit odd.
"""

from __future__ import annotations

from typing import assert_never

from attrs import define, evolve, field

from hmbc.compiler.feed import Feed, FeedTotal, NoFeed, under
from hmbc.compiler.feed_keys import PackedKey, packed
from hmbc.compiler.feed_terms import Terms
from hmbc.compiler.graph import Graph
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.nodes import Known, Node, reachable
from hmbc.compiler.optimise import Optimise
from hmbc.compiler.ranges import ranges_of
from hmbc.dsl.expr import Attribute, Before, Compare, Const, Or
from hmbc.dsl.reads import walk
from hmbc.runtime.plan import Plan

COMPACT = 2**30 - 1
"""Largest total in a record where totals are compact, so that most shares of it are one multiplication.
A unit that passes it is odd."""

USUAL = 10**8
"""Minor units that hardly any unit comes to in one total."""


def most_held(parts: int) -> int:
    """The largest numerator of a compact total that counts so many parts of a minor unit."""
    return COMPACT if parts * USUAL <= COMPACT else parts * COMPACT


def lower_feed(kernel: Kernel, plan: Plan, optimise: Optimise) -> Feed | None:
    """The feed of a kernel that `ranges_of` has no finding about, or None."""
    try:
        return feed_of(kernel, plan, optimise)
    except NoFeed:
        return None


def feed_of(kernel: Kernel, plan: Plan, optimise: Optimise) -> Feed:
    """The same. Raises NoFeed where there is none."""
    terms = Terms(kernel, plan, ranges_of(kernel), Graph(optimise, falling(plan)))
    return Lowering(kernel, plan, terms.graph, terms).feed()


def falling(plan: Plan) -> frozenset[int]:
    """The totals that may fall."""
    return frozenset(number for number, item in enumerate(plan.accumulators) if item.falls)


@define
class Lowering:
    kernel: Kernel
    plan: Plan
    graph: Graph
    terms: Terms
    numbers: dict[str, int] = field(factory=dict)
    uniform: list[tuple[int, int]] = field(factory=list)
    odd: list[Node] = field(factory=list)
    """What makes a row's unit odd."""

    def feed(self) -> Feed:
        kernel, graph = self.kernel, self.graph
        accumulators = [item for item in kernel.items if isinstance(item, Accumulator)]
        for number, item in enumerate(accumulators):
            most = min(item.ceiling, self.compact(number)) if graph.optimise.compact else item.ceiling
            self.numbers[item.name] = number
            self.terms.befores[item.name] = graph.leaf("before", number, 0, most)
            self.terms.afters[item.name] = graph.leaf("after", number, 0, most)
        narrow = self.narrowed()
        self.terms.dated = set(narrow)
        rejects = list[Node]()
        for reject in kernel.rejects:
            ground = self.terms.term(reject.when)
            reads = any(isinstance(node, Before) for node in walk(reject.when))
            if reads or (ground.const is None and ground.stage != 1):
                # whether a row moves totals is known before they are: this one is for hmb_run
                self.odd.append(ground)
                ground = graph.const(0)
            rejects.append(ground)
        self.terms.known.clear()
        self.terms.narrow = narrow
        accepted = graph.no(graph.any(rejects))
        totals: list[FeedTotal] = []
        for entry in kernel.items:
            match entry:
                case Definition(name=name, expr=expr):
                    self.terms.definitions[name] = self.terms.term(expr)
                case Accumulator():
                    totals.append(self.total(entry, accepted, totals))
                case _:
                    assert_never(entry)
        pays = [self.terms.definitions[outcome.pay] for outcome in kernel.outcomes]
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
            fine=graph.no(graph.any(self.odd)),
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
                    place = self.terms.place("claim", name)
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
        return most_held(self.plan.accumulators[number].denominator)

    # ---- accumulators

    def total(self, item: Accumulator, accepted: Node, earlier: list[FeedTotal]) -> FeedTotal:
        graph, number = self.graph, self.numbers[item.name]
        nothing, own = graph.const(0), self.terms.term(item.adds)
        keys = self.keys(item) if item.sequential else ()
        kept = FeedTotal(number, keys, nothing, self.terms.befores[item.name].high)
        falls = number in graph.falls and item.sequential and not kept.by_row
        if own.low < 0 and not falls:  # no key that each row has its own of holds a total that falls
            self.odd.append(graph.less(graph.select(accepted, own, nothing), nothing))
            own = graph.max(own, nothing)
        self.terms.added[item.name] = own
        adds = graph.select(accepted, own, nothing)
        if not -(2**62) < adds.low <= adds.high < 2**62:
            raise NoFeed("一行可使累计增加得太多", "a total that rises too far")
        kept = evolve(kept, adds=adds, falls=adds.low < 0)
        if not item.sequential:
            return evolve(kept, key=self.key(item), bound=item.bound)
        if graph.optimise.derive and item.name not in self.terms.read and not kept.by_row:
            after = self.derived(self.terms.term(item.adds), keys, earlier)
            if after is not None and after.high <= item.ceiling:
                before = graph.backdated(after)
                self.terms.afters[item.name], self.terms.befores[item.name] = after, before
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
            raise NoFeed("累计的键太宽", "a key that fits no word")
        self.odd += key.beyond
        return key

    def parts(self, item: Accumulator) -> list[Node]:
        parts = [self.terms.term(key) for key in item.keys]
        if any(node.op in ("before", "after") for node in reachable(parts)):
            raise NoFeed("累计的键读了累计", "a key that reads totals")
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
        layers = len(self.kernel.outcomes)
        if len(self.kernel.reasons) > 256 or (max(r.rank for r in self.kernel.reasons) + 1) * layers >= 2**20:
            raise NoFeed("原因太多", "too many reasons")
        reasons: list[Node] = []
        decided: Node | None = None
        for place, pay in enumerate(pays):
            reason, score = self.reason(place, pay, totals)
            reasons.append(reason)
            decided = score if decided is None else self.graph.min(decided, score)
        if decided is None:
            raise NoFeed("没有层", "no layers")
        return reasons, self.graph.low_byte(decided)

    def steps(
        self, place: int, pay: Node, totals: list[FeedTotal]
    ) -> list[tuple[Node, int, Node]]:
        """On which condition a layer has which reason, and whether it pays then; the first that holds."""
        graph = self.graph
        numbers = {reason.code: number for number, reason in enumerate(self.kernel.reasons)}
        pays_it = graph.less(graph.const(0), pay)
        steps: list[tuple[Node, int, Node]] = []
        before: list[Node] = []
        for code, expr in self.kernel.outcomes[place].reasons:
            when = graph.rebuilt(self.terms.term(expr), under(graph, [], before, totals))
            if when.const == 0:
                continue
            paying = graph.rebuilt(pays_it, under(graph, [when], before, totals))
            steps.append((when, numbers[code], paying))
            before.append(when)
            if when.const == 1:
                break
        return steps

    def reason(self, place: int, pay: Node, totals: list[FeedTotal]) -> tuple[Node, Node]:
        """A layer's reason, and its score."""
        graph, layers = self.graph, len(self.kernel.outcomes)
        reason: Node | None = None
        score: Node | None = None
        for when, number, paying in reversed(self.steps(place, pay, totals)):
            rank = self.kernel.reasons[number].rank
            high, low = (graph.const((at * layers + place) * 256 + number) for at in (rank, 0))
            own = graph.select(paying, low, high)
            one = graph.const(number)
            reason = one if reason is None else graph.select(when, one, reason)
            score = own if score is None else graph.select(when, own, score)
        assert reason is not None and score is not None
        return reason, score

def _of_unit(node: Node) -> bool:
    """Whether a value is the same for all rows of a unit."""
    leaves = [one for one in reachable([node]) if not one.args]
    return all(one.stage != 1 and one.op not in ("before", "after") for one in leaves)


