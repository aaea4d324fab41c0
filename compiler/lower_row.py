"""kernel -> the graph of one row of a unit: what hmb_run works out.

As `lower_feed`, but for every kernel: with all periods and lists, keys of any kind, totals that may
fall, and every total kept, as large as its ceiling.
"""

from __future__ import annotations

from typing import assert_never

from attrs import define, evolve, field

from hmbc.compiler.feed import Feed, FeedTotal
from hmbc.compiler.feed_terms import Terms
from hmbc.compiler.graph import Graph
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.lower_feed import Lowering, falling
from hmbc.compiler.merge_layers import merge_layers
from hmbc.compiler.nodes import Node, Op, reachable
from hmbc.compiler.optimise import Optimise
from hmbc.compiler.plan import look_up, look_ups
from hmbc.compiler.ranges import ranges_of
from hmbc.dsl.expr import Before, Expr, Owner
from hmbc.dsl.reads import walk
from hmbc.runtime.plan import AttributePlan, Plan


def lower_row(kernel: Kernel, plan: Plan, optimise: Optimise) -> tuple[Feed, list[FeedTotal]]:
    """What a row works out, and the totals as the kernel has them, before any were merged. Raises
    KernelError if the kernel's values fit no integers (then `ranges_of` has findings)."""
    ranges = ranges_of(kernel)
    if ranges.findings:
        raise KernelError(f"no evaluator: {ranges.findings}")
    # a state of other attributes or parameters may hold any total, so none follows from another
    graph = Graph(evolve(optimise, compact=False, derive=False), falling(plan))
    row = _RowLowering(kernel, plan, graph, _RowTerms(kernel, plan, ranges, graph)).row()
    keys = [key for total in row.totals for key in total.keys]
    steady = not any(node.op in ("before", "after") for node in reachable(keys))
    if graph.optimise.merge and steady and not graph.falls:
        return merge_layers(row, is_row=True), row.totals
    return row, row.totals


@define
class _RowTerms(Terms):
    """Expressions of which each member's own row is at hand."""

    def of_member(self, item: AttributePlan) -> Op:
        return "member"

    def in_periods(self, day: Node, name: str) -> Node:
        number = self.plan.member[self.place("member", name)].periods_index
        return self.graph.node("in_periods", (day,), number, 0, 1)

    def in_list(self, expr: Expr) -> Node:
        entry = look_up(expr)
        if entry is None:
            raise KernelError(f"{expr} looks up nothing")
        owner: Owner = "claim" if entry.owner == "claim" else "member"
        code, given = self.attribute(owner, entry.attribute), self.given(owner, entry.attribute)
        return self.graph.listed(look_ups(self.kernel).index(entry), code, given)


@define
class _RowLowering(Lowering):
    signed: frozenset[str] = field(init=False, default=frozenset())

    def row(self) -> Feed:
        kernel, graph = self.kernel, self.graph
        self.signed = self.terms.ranges.signed
        accumulators = [item for item in kernel.items if isinstance(item, Accumulator)]
        for number, item in enumerate(accumulators):
            low = -item.ceiling if item.name in self.signed else 0
            self.numbers[item.name] = number
            self.terms.befores[item.name] = graph.leaf("before", number, low, item.ceiling)
            self.terms.afters[item.name] = graph.leaf("after", number, low, item.ceiling)
        if not any(isinstance(node, Before) for one in kernel.rejects for node in walk(one.when)):
            self.terms.dated = set(self.narrowed())
        rejects = [self.terms.term(reject.when) for reject in kernel.rejects]
        if self.terms.dated:
            self.terms.known.clear()
            self.terms.narrow = self.narrowed()
        totals: list[FeedTotal] = []
        for entry in kernel.items:
            match entry:
                case Definition(name=name, expr=expr):
                    self.terms.definitions[name] = self.terms.term(expr)
                case Accumulator():
                    totals.append(self.kept(entry))
                case _:
                    assert_never(entry)
        pays = [self.terms.definitions[outcome.pay] for outcome in kernel.outcomes]
        total = graph.const(0)
        for pay in pays:
            total = graph.add(total, pay)
        still = [] if graph.falls else totals
        return Feed(
            graph=graph,
            plan=self.plan,
            date=[item.name for item in self.plan.claim].index(self.plan.date),
            uniform=[],
            rejects=rejects,
            totals=totals,
            pays=pays,
            reasons=self.layers_reasons(pays, still),
            total=total,
            decided=graph.const(0),
            fine=graph.const(1),
        )

    def layers_reasons(self, pays: list[Node], totals: list[FeedTotal]) -> list[Node]:
        """Each layer's reason. What comes first in all layers alike is looked at once."""
        graph = self.graph
        steps = [
            [(when, number) for when, number, _ in self.steps(place, pay, totals)]
            for place, pay in enumerate(pays)
        ]
        alike = 0
        if len(steps) > 1:
            shortest = min(len(one) for one in steps) - 1
            while alike < shortest and len({one[alike] for one in steps}) == 1:
                alike += 1
        some = graph.any([when for when, _ in steps[0][:alike]]) if steps else graph.const(0)
        first = self.chosen(steps[0][:alike]) if alike else graph.const(0)
        return [graph.select(some, first, self.chosen(one[alike:])) for one in steps]

    def chosen(self, steps: list[tuple[Node, int]]) -> Node:
        """The number at the first condition that holds; the last one does."""
        *others, (_, last) = steps
        found = self.graph.const(last)
        for when, number in reversed(others):
            found = self.graph.select(when, self.graph.const(number), found)
        return found

    def kept(self, item: Accumulator) -> FeedTotal:
        """A total with its key in full."""
        adds = self.terms.added[item.name] = self.terms.term(item.adds)
        keys = tuple(self.terms.term(key) for key in item.keys)
        return FeedTotal(self.numbers[item.name], keys, adds, item.ceiling)
