"""A row worked out in a straight line, but for what few rows need.

Where a condition has a costly part that nothing else is made of (whether a payment would be larger, had the cap
not been reached), that part is worked out only where the others hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from hmbc.compiler.emit_c import BOOL, Body
from hmbc.compiler.feed_branches import COSTS
from hmbc.compiler.nodes import Node, reachable

LEAST = 20
"""Cost, in additions, from which a part is worth a branch that may be guessed wrong."""


@frozen
class Part:
    """Of a condition: the parts that are looked at first, the costly one, and what that is made of that others
    need too."""

    first: tuple[Node, ...]
    costly: Node
    shared: tuple[Node, ...]


@define
class RunBody(Body):
    """The lines of a row. parts: the conditions that are looked at in two steps."""

    parts: dict[Node, Part] = field(factory=dict)

    def value(self, node: Node) -> str:
        """A name or a literal that stands for the node."""
        part = self.parts.get(node)
        if part is None or node in self.names:
            return Body.value(self, node)
        holds = " & ".join(self.value(one) for one in part.first)
        for one in part.shared:
            self.value(one)
        inside = RunBody(
            self.given, self.lanes, self.ternary, names=dict(self.names), parts=self.parts
        )
        text = inside.value(part.costly)
        name = self.names[node] = f"v{node.number}"
        self.lines += [f"{BOOL} {name} = {holds};", f"if ({name}) {{"]
        self.lines += [*(f"    {line}" for line in inside.lines), f"    {name} = {text};", "}"]
        return name


def parts_of(roots: Sequence[Node]) -> dict[Node, Part]:
    """The conditions that are worth two steps. roots: all that a row is asked for."""
    found: dict[Node, Part] = {}
    for node in reachable(roots):
        if node.op != "all" or len(node.args) < 2:
            continue
        for costly in node.args:
            others = _without(roots, node, costly)
            made_of = reachable([costly])
            own = [one for one in made_of if one not in others and one.args]
            if costly in others or sum(COSTS.get(one.op, 1) for one in own) < LEAST:
                continue
            first = tuple(one for one in node.args if one is not costly)
            shared = (one for one in made_of if one.const is None and one not in own)
            found[node] = Part(first, costly, tuple(shared))
            break
    return found


def _without(roots: Iterable[Node], node: Node, costly: Node) -> set[Node]:
    """What is needed apart from one part of one condition."""
    seen, todo = set[Node](), list(roots)
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += [arg for arg in one.args if one is not node or arg is not costly]
    return seen
