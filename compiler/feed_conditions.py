"""Which conditions get arrays of their own, so that a loop of few and narrow values computes them."""

from __future__ import annotations

from collections.abc import Iterable

from hmbc.compiler.emit_c import BOOL, SMALL, is_scalar, type_of
from hmbc.compiler.feed_loops import Loops
from hmbc.compiler.nodes import Node, reachable


def early_conditions(loops: Loops, accepted: Node) -> list[Node]:
    """What the record's loop reads of what claims alone decide."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()

    def visit(node: Node) -> None:
        if node in seen:
            return
        seen.add(node)
        if node.stage == 2:
            for arg in node.args:
                visit(arg)
        elif node.stage == 1 and not loops.is_there(node):
            found[node] = None

    for total in loops.record.kept:
        visit(total.adds)
        if total.by is not None:
            visit(total.by[0])
    visit(accepted)
    return list(found)


def shared_conditions(loops: Loops, adds: list[Node]) -> list[Node]:
    """Conditions that additions are worked out from, and outputs too."""
    computed = set(reachable(adds))
    found: dict[Node, None] = {}
    seen: set[Node] = set()

    def visit(node: Node) -> None:
        if node in seen or loops.is_there(node) or node.stage < 2:
            return
        seen.add(node)
        parts = [part.args[0] if part.op == "not" else part for part in node.args]
        is_free = node.op == "all" and all(
            part in computed or loops.is_there(part) for part in parts
        )
        if type_of(node) == BOOL and (node in computed or is_free) and node.op != "not":
            found[node] = None
        else:
            for arg in node.args:
                visit(arg)

    for node in loops.feed.outputs():
        visit(node)
    return list(found)


def narrow_conditions(loops: Loops, roots: Iterable[Node]) -> list[Node]:
    """The outermost conditions under these that need narrow values only: many go into a vector."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()

    def visit(node: Node) -> None:
        if node in seen or loops.is_there(node):
            return
        seen.add(node)
        if type_of(node) == BOOL and is_narrow(loops, node):
            found[node] = None
        else:
            for arg in node.args:
                visit(arg)

    for node in roots:
        visit(node)
    return list(found)


def is_narrow(loops: Loops, node: Node) -> bool:
    """Whether a node is made of values of 16 bits or less."""
    if node in loops.record.places:
        return loops.record.words[loops.record.places[node].word] == "uint16_t"
    small = type_of(node) in (BOOL, *SMALL)
    if not small or loops.is_there(node):
        return small and node.op != "after"
    return not is_scalar(node) and all(is_narrow(loops, arg) for arg in node.args)


def byte_leaves(loops: Loops, node: Node) -> list[Node]:
    """What a loop over bytes reads to compute a reason: what is there, and else the largest parts of it
    that need nothing of that."""
    if node.const is not None:
        return []
    small = all(type_of(one) in (BOOL, *SMALL) for one in (node, *node.args))
    if not node.args or not small or is_scalar(node) or node in loops.held:
        return [node]
    found = [leaf for arg in node.args for leaf in byte_leaves(loops, arg)]
    return found if any(loops.is_there(leaf) for leaf in found) else [node]
