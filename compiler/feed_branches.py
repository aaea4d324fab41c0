"""A row worked out by branches: what is needed only where a condition holds is computed there alone.

What a row gives is a list of goals: what it adds to totals, what layers pay, their reasons. Goals
that have little to do where a condition fails are worked out together under it, each time on a
graph that knows the answer; what is left is a straight line. What later goals need of them is left
in variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from attrs import define, evolve, field, frozen

from hmbc.compiler.emit_c import Body, literal, type_of
from hmbc.compiler.feed import FeedTotal
from hmbc.compiler.feed_closed import key_type
from hmbc.compiler.feed_goals import Goal, needs, ordered, with_scores
from hmbc.compiler.feed_record import Record
from hmbc.compiler.graph import Graph
from hmbc.compiler.nodes import Known, Node, flat, place_of, reachable

LEAST_SAVED = 10
"""Cost of what need not be done, from which a branch is worth its guess."""
LITTLE = 6
"""Cost of what need not be done, for which a goal goes along with others that are branched for."""
MOVED = 8
"""Cost of moving a total, besides that of what is added: it is read, held against what it may be, and written."""
DEEPEST = 4
"""Branches within branches."""
COSTS = {
    "multiply": 2, "shift": 3, "round": 8, "share": 25, "year": 8, "listed": 4, "month": 20,
    "date_in": 20, "add_months": 40, "age": 40,
}  # fmt: skip
"""Of operations, in the time of an addition."""


@define
class Scope:
    """One block of C, and what is known in it. moving: what the row adds to each total; added: the text
    of that, where it has been added."""

    body: Body
    moving: dict[int, Node]
    added: dict[int, str] = field(factory=dict)
    done: dict[Node, None] = field(factory=dict)
    depth: int = 0


@frozen
class Arm:
    """One way on: goals as they are there, and the lines that reach them."""

    goals: tuple[Node, ...]
    lines: list[str]


@define
class Branches:
    """Emits goals. leaf: the text of a value that is not computed from others, totals aside."""

    graph: Graph
    record: Record
    leaf: Callable[[Node], str | None]
    count: int = 0
    kinds: list[list[str]] = field(factory=list)
    """The lines of each kind of rows that are told apart first."""
    values: list[list[int]] = field(factory=list)
    """Of the enum by which they are told apart, those of each kind."""

    # ---- what a row does

    def row(self, goals: Sequence[Goal], value: Node | None) -> list[str]:
        """The lines of one row. value: an enum of the claim of which each value is a case by itself."""
        scope = self.scope({goal.total.number: goal.node for goal in goals if goal.total})
        reads = self.begin(scope)
        if value is None:
            scope.body.lines += reads.values()
            self.emit(scope, goals)
            return scope.body.lines
        cases: dict[tuple[Node, ...], tuple[list[int], list[str]]] = {}
        for at in range(value.high + 1):
            is_it = self.graph.equal(value, self.graph.const(at))
            arm = self.arm(scope, goals, {}, is_it, True)
            cases.setdefault(arm.goals, ([], arm.lines))[0].append(at)
        lines = [f"switch ({self.leaf(value)}) {{"]
        for number, (values, inside) in enumerate(cases.values()):
            # a total that other kinds of rows move is not read: it may lie in another cache line
            inside = [*(reads[name] for name in reads if mentioned(name, inside)), *inside]
            self.kinds.append(inside)
            self.values.append(values)
            labels = ["default:"] if number == len(cases) - 1 else [f"case {at}:" for at in values]
            lines += [*labels[:-1], f"{labels[-1]} {{"]
            lines += [*(f"    {line}" for line in inside), "    break;", "}"]
        return [*scope.body.lines, *lines, "}"]

    def scope(self, moving: dict[int, Node]) -> Scope:
        scope = Scope(Body(lambda node: self.given(scope, node), ternary=True), moving)
        return scope

    def inside(self, scope: Scope) -> Scope:
        """A block within another."""
        child = self.scope(dict(scope.moving))
        child.body.names = dict(scope.body.names)
        child.added, child.done = dict(scope.added), dict(scope.done)
        child.depth = scope.depth + 1
        return child

    def emit(self, scope: Scope, goals: Iterable[Goal], wanted: Sequence[Goal] = ()) -> None:
        """Reaches goals. wanted: those whose values are needed here afterwards."""
        left = ordered(with_scores(list(goals)))
        for goal in reversed(left):
            if goal.total is None and goal.sink is None and goal not in wanted:
                others = [one for one in left if one is not goal]
                if goal.node not in reachable(one.node for one in others):
                    left = others
        waited = set[Node]()
        while left:
            found = None if scope.depth == DEEPEST else self.branch(scope, left)
            if found is None:
                self.reach(scope, left.pop(0))
                continue
            when, group, waiting = found
            rest = [goal for goal in left if goal not in group]
            sooner = [goal for goal in rest if goal not in waiting]
            together = [goal for goal in left if goal not in sooner]
            can_wait = not any(needs(goal, one) for goal in sooner for one in together)
            if waiting and sooner and can_wait and when not in waited:
                waited.add(when)
                left = [*sooner, *together]     # one branch instead of two
                continue
            left = rest
            self.part(scope, when, group, left, wanted)

    def reach(self, scope: Scope, goal: Goal) -> None:
        """Works a goal out where we are."""
        if goal.total is not None:
            self.move(scope, goal.total, goal.node)
        elif goal.sink is not None:
            scope.body.lines.append(f"{goal.sink} = {scope.body.value(goal.node)};")
        else:
            scope.body.value(goal.node)
        self.is_done(scope, [goal])

    @staticmethod
    def is_done(scope: Scope, goals: Iterable[Goal]) -> None:
        scope.done |= {goal.node: None for goal in goals if goal.node.const is None}

    # ---- branches

    def part(
        self,
        scope: Scope,
        when: Node,
        group: list[Goal],
        rest: Sequence[Goal],
        wanted: Sequence[Goal],
    ) -> None:
        """Reaches a group of goals where a condition holds, and where it does not. What is wanted of them, or
        needed by the rest, is in variables after that."""
        read = reachable(goal.node for goal in rest)
        moved = {place_of(node) for node in read if node.op in ("before", "after")}
        totals = [goal.total for goal in group if goal.number in moved]
        # what a key had is not to be found any more once it has more
        held = [Goal(self.before(total)) for total in totals if total is not None and total.key]
        group += held
        kept: dict[Goal, str] = {}
        text = scope.body.value(when)
        for goal in group:
            if goal.node in read or goal.number in moved or goal in (*held, *wanted):
                name = kept[goal] = f"e{self.count}"
                self.count += 1
                kind = "int64_t" if goal.total is not None else type_of(goal.node)
                scope.body.lines.append(f"{kind} {name};")
        yes, no = (self.arm(scope, group, kept, when, holds).lines for holds in (True, False))
        scope.body.lines += [f"if ({text}) {{", *(f"    {line}" for line in yes)]
        if no:
            scope.body.lines += ["} else {", *(f"    {line}" for line in no)]
        scope.body.lines.append("}")
        for goal, name in kept.items():
            scope.body.names[goal.node] = name
            if goal.total is not None:
                scope.added[goal.total.number] = name
        self.is_done(scope, group)

    def arm(
        self, scope: Scope, goals: Sequence[Goal], kept: dict[Goal, str], when: Node, holds: bool
    ) -> Arm:
        """Goals reached where a condition holds or does not. kept: which of them go to variables."""
        child = self.inside(scope)
        known, child.moving = self.known(scope, when, holds)
        own = [evolve(goal, node=self.rebuilt(goal.node, known, when, holds)) for goal in goals]
        pairs = [(kept[goal], one) for goal, one in zip(goals, own, strict=True) if goal in kept]
        self.emit(child, own, [one for _, one in pairs])
        child.body.lines += [f"{name} = {child.body.value(one.node)};" for name, one in pairs]
        return Arm(tuple(goal.node for goal in own), child.body.lines)

    def known(self, scope: Scope, when: Node, holds: bool) -> tuple[Known, dict[int, Node]]:
        """What stands for what where a condition holds or does not, and what the row then adds to totals.
        What has been worked out stays."""
        still = Known()
        self.graph.assume(still, when, holds)
        known = Known({node: node for node in scope.done})
        self.graph.assume(known, when, holds)
        moving = {}
        for total in self.record.kept:
            adds = moving[total.number] = self.graph.rebuilt(scope.moving[total.number], still)
            if adds.const == 0:
                after = self.graph.leaf("after", total.number, 0, total.most)
                known[after] = still[after] = self.before(total)
        return known, moving

    def rebuilt(self, node: Node, known: Known, when: Node, holds: bool) -> Node:
        """A value where a condition holds or does not."""
        found = self.graph.rebuilt(node, known)
        return found if holds else self.trimmed(found, when)

    def trimmed(self, node: Node, when: Node) -> Node:
        """A value without the choices that are left only where a condition holds, which does not."""
        if node.op in ("low_byte", "min"):
            args = [self.trimmed(arg, when) for arg in node.args]
            return self.graph.alike(node, args, node.low, node.high)
        choices, failed = list[Node](), Known()
        while node.op == "select":
            choices.append(node)
            true = Known(failed)
            self.graph.assume(true, node.args[0], True)
            if self.graph.rebuilt(when, true).const == 1:
                node = choices.pop().args[2]
                continue
            self.graph.assume(failed, node.args[0], False)
            if self.graph.rebuilt(when, Known(failed)).const == 1:
                node = choices.pop().args[1]
                break
            node = node.args[2]
        for choice in reversed(choices):
            node = self.graph.select(choice.args[0], choice.args[1], node)
        return node

    def branch(
        self, scope: Scope, goals: Sequence[Goal]
    ) -> tuple[Node, list[Goal], list[Goal]] | None:
        """A condition by which the first goal is told apart best, all goals that go with it, and those that
        would, if others were there that they need."""
        best: tuple[int, Node, list[Goal], list[Goal]] | None = None
        for when in self.candidates(scope, goals[0]):
            known, _ = self.known(scope, when, False)
            group: list[Goal] = []
            saved = -self.cost(scope, [when])
            others: list[Goal] = []
            waiting: list[Goal] = []
            for goal in goals:
                own = self.cost(scope, [goal.node])
                then = self.rebuilt(goal.node, known, when, False)
                less = own - self.cost(scope, [then])
                goes = 2 * less > own or less >= LITTLE
                if goal.total is not None:
                    goes = then.const == 0 != goal.node.const
                if goes and not any(needs(goal, other) for other in others):
                    group.append(goal)
                else:
                    others.append(goal)
                    waiting += [goal] if goes else []
            all_of = [goal.node for goal in group]
            now = [self.rebuilt(node, known, when, False) for node in all_of]
            saved += self.cost(scope, all_of) - self.cost(scope, now)
            saved += MOVED * sum(goal.total is not None for goal in group)
            if goals[0] in group and saved >= LEAST_SAVED and (best is None or saved > best[0]):
                best = saved, when, group, waiting
        return None if best is None else best[1:]

    def candidates(self, scope: Scope, goal: Goal) -> list[Node]:
        """Conditions without which a total that has to do with a goal is not moved, and those without which none
        is, as one."""
        read = reachable([goal.node])
        numbers = {place_of(node) for node in read if node.op in ("before", "after")}
        numbers |= set() if goal.total is None else {goal.total.number}
        found: dict[Node, None] = {}
        for number in sorted(numbers & scope.moving.keys()):
            adds = scope.moving[number]
            for node in reachable([adds]):
                if node.op == "select" and node.args[0] not in found:
                    when = node.args[0]
                    known = Known()
                    self.graph.assume(known, when, False)
                    if when.const is None and self.graph.rebuilt(adds, known).const == 0:
                        found[when] = None
        if found and (every := self.every(scope)) is not None:
            found[every] = None
        return list(found)

    def every(self, scope: Scope) -> Node | None:
        """What has to hold for any total to be moved, where there is such a condition."""
        common: dict[Node, None] | None = None
        for adds in scope.moving.values():
            if adds.op == "select" and adds.args[2].const == 0:
                parts = flat(adds.args[0]) if adds.args[0].op == "all" else [adds.args[0]]
                common = dict.fromkeys(parts if common is None else [x for x in common if x in parts])
        if not common:
            return None
        # others follow from those that have a condition
        when = self.graph.all(common)
        _, moving = self.known(scope, when, False)
        return when if all(adds.const == 0 for adds in moving.values()) else None

    def cost(self, scope: Scope, nodes: Iterable[Node]) -> int:
        """Of working these out where we are."""
        total, todo, seen = 0, list(nodes), set[Node]()
        while todo:
            node = todo.pop()
            if node in seen or node.const is not None or node in scope.body.names:
                continue
            seen.add(node)
            total += COSTS.get(node.op, 1)
            todo += node.args
        return total

    # ---- totals

    def begin(self, scope: Scope) -> dict[str, str]:
        """The lines that read totals, but for keyed ones, as they are before the row, by the names that they
        then have."""
        lines, reads = scope.body.lines, dict[str, str]()
        for total in self.record.kept:
            number = total.number
            if total.key is not None:
                continue
            late, same = "0", "1"
            for part in reversed(total.by_row):
                row, held = f"k{number}_{part}", f"r->k{number}_{part}[0]"
                lines.append(f"const int64_t {row} = {scope.body.value(total.keys[part])};")
                late = f"{row} < {held} || ({row} == {held} && ({late}))"
                same = f"{row} == {held} && {same}"
            if total.by_row:
                lines += [f"if ({late})", "    hmb_odd(out, &r->odd, unit[i]);"]
            held = f"{same} ? r->t{number}[0] : 0" if total.by_row else f"r->t{number}[0]"
            reads[f"b{number}"] = f"const int64_t b{number} = {held};"
        return reads

    def before(self, total: FeedTotal) -> Node:
        return self.graph.leaf("before", total.number, 0, total.most)

    def given(self, scope: Scope, node: Node) -> str | None:
        """The text of a leaf."""
        if node.op not in ("before", "after"):
            return self.leaf(node)
        total = next(one for one in self.record.kept if one.number == node.data)
        if node.op == "after":
            was = scope.body.value(self.before(total))
            return f"({type_of(node)})({was} + {scope.added.get(total.number, '0')})"
        if total.key is None:
            return f"b{node.data}"
        key, at = self.key(scope, total)
        number = total.number
        return (
            f"({type_of(node)})(r->k{number}[{at}] == {key} ? r->t{number}[{at}] : "
            f"hmb_of_closed(closed, r->seen, r->chain, {number}, (int64_t){key}))"
        )

    @staticmethod
    def key(scope: Scope, total: FeedTotal) -> tuple[str, str]:
        """The texts of a row's key, and of the slot that it belongs in."""
        assert total.key is not None
        slot = total.key.slot
        return scope.body.value(total.key.node), "0" if slot is None else scope.body.value(slot)

    def move(self, scope: Scope, total: FeedTotal, adds: Node) -> None:
        """Adds to a total what the row does."""
        number, kind, lines = total.number, self.record.total_type(total), scope.body.lines
        scope.added[number] = "0"
        if adds.const == 0:
            return
        text, was = scope.body.value(adds), scope.body.value(self.before(total))
        held = "0"
        if total.key is not None:
            key, held = self.key(scope, total)
            opened = f"{self.record.name}_open{number}(r, {held}, {key}, closed, used, out, unit[i]);"
            other = f"(r->k{number}[{held}] != ({key_type(total)}){key}) & ({text} != 0)"
            lines += [f"if (__builtin_expect({other}, 0))", f"    {opened}"]
        scope.added[number] = text
        now, most = f"now{self.count}", literal(total.most)
        self.count += 1
        lines.append(f"int64_t {now} = (int64_t){was} + {text};")
        odd = f"{now} < 0 || {now} > {most}" if total.falls else f"{now} > {most}"
        lines += [f"if (__builtin_expect({odd}, 0))", "    hmb_odd(out, &r->odd, unit[i]);"]
        if (carry := total.carry) is not None:
            taken = self.record.carrying(total, now, carry.least, "carried", "unit[i]", 0)
            lines.append(f"if (__builtin_expect({now} >= {literal(carry.least + carry.step)}, 0))")
            lines.append(f"    {now} -= {taken};")
        held_ = [f"r->t{number}[{held}] = ({kind}){now};"]
        if total.key is not None or total.by_row:
            held_ += [
                f"r->k{number}_{part}[0] = ({self.record.key_type(total, part)})k{number}_{part};"
                for part in total.by_row
            ]
            held_ = [f"if ({text} != 0) {{", *(f"    {line}" for line in held_), "}"]
        lines += held_


def mentioned(name: str, lines: list[str]) -> bool:
    """Whether lines of C have that name."""
    return any(re.search(rf"\b{name}\b", line) for line in lines)
