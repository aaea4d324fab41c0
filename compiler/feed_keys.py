"""The key of a keyed total in one word, so that one comparison tells it from another.

Each part takes the bits that its range needs. A part of few values, such as the number of the
alternative of a chosen scope, also says in which slot of the record the total is.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from hmbc.compiler.graph import Graph
from hmbc.compiler.nodes import Node

BITS = 62
"""Most of a key."""
SLOTS = 4
"""Most values of the part that says the slot."""


@frozen
class Part:
    """Where a part lies in the word: its value less `low` is in `bits` bits from `shift`."""

    low: int
    shift: int
    bits: int


@frozen(eq=False)
class PackedKey:
    """node: the word, at least 1; slot: which one of `slots`, from 0; None where there is one."""

    node: Node
    parts: tuple[Part, ...]
    slot: Node | None
    slots: int

    def nodes(self) -> list[Node]:
        """What each row has to work out."""
        return [self.node] if self.slot is None else [self.node, self.slot]


def packed(graph: Graph, keys: Sequence[Node]) -> PackedKey | None:
    """The key of these parts; None where they need too many bits."""
    word, shift, parts = graph.const(1), 0, list[Part]()
    slot: Node | None = None
    for key in keys:
        bits = (key.high - key.low).bit_length()
        value = graph.subtract(key, graph.const(key.low))
        if slot is None and 1 < value.high + 1 <= SLOTS:
            slot = value
        word = graph.add(word, graph.multiply(value, graph.const(2**shift)))
        parts.append(Part(key.low, shift, bits))
        shift += bits
    if shift > BITS:
        return None
    return PackedKey(word, tuple(parts), slot, 1 if slot is None else slot.high + 1)
