"""What rows that go one by one need of their claims alone: vectors work it out before, for all rows of a block.

A sum of ten columns is ten loads and nine additions in the loop of rows, and pointers that do not stay in
registers; worked out before, it is one load. Columns are then read one after the other, which the
processor sees coming.
"""

from __future__ import annotations

from hmbc.compiler.emit_c import BOOL, SMALL, is_scalar, type_of
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.nodes import Node, reachable

LEAST = 3
"""Operations from which a value is worth an array."""


def before_rows(loops: Loops, asked: dict[Node, None]) -> list[Loop]:
    """The loops that put what rows need of claims alone in arrays. asked: all values that rows are worked out
    from, as these loops ask for them."""
    values = list[Node]()
    for node in sorted(of_claims(loops, asked), key=lambda node: len(reachable([node]))):
        inside = operations(loops, node, values)
        if len(inside) >= LEAST and all(not is_scalar(one) or one.op == "listed" for one in inside):
            values.append(node)
    narrow = [node for node in values if type_of(node) in (BOOL, *SMALL)]
    wide = [node for node in values if node not in narrow]
    return [*loops.prepared("narrow", narrow), *loops.prepared("wide", wide, 64)]


def of_claims(loops: Loops, asked: dict[Node, None]) -> list[Node]:
    """The largest parts of what is asked for that read columns of claims and nothing else."""
    can = [node for node in asked if is_of_claims(loops, node)]
    inner = {arg for node in can for arg in node.args}
    used = {arg for node in asked if node.stage == 2 for arg in node.args}
    return [node for node in can if node not in inner or node in used]


def is_of_claims(loops: Loops, node: Node) -> bool:
    leaves = [one for one in reachable([node]) if not one.args]
    return node.stage == 1 and bool(node.args) and all(loops.is_there(leaf) for leaf in leaves)


def operations(loops: Loops, node: Node, known: list[Node]) -> list[Node]:
    """What is to be worked out for a value, besides what is known."""
    found, todo = dict[Node, None](), [node]
    while todo:
        one = todo.pop()
        if one not in found and one not in known and one.args and not loops.is_there(one):
            found[one] = None
            todo += one.args
    return list(found)
