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
LEAST = 24
"""Bits that a part has at least which has less than its range needs."""
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
    beyond: tuple[Node, ...] = ()
    """What holds of a row with a part that is larger than its bits: its unit is odd."""

    def nodes(self) -> list[Node]:
        """What each row has to work out."""
        return [self.node] if self.slot is None else [self.node, self.slot]


def packed(graph: Graph, keys: Sequence[Node]) -> PackedKey | None:
    """The key of these parts; None where they need too many bits. Where they need more than there are, the
    widest, which are codes, have an equal share of what the others leave."""
    word, shift, parts = graph.const(1), 0, list[Part]()
    slot: Node | None = None
    beyond: list[Node] = []
    needed = [(key.high - key.low).bit_length() for key in keys]
    widest = max(needed, default=0)
    share = widest
    if sum(needed) > BITS:
        share = (BITS - sum(bits for bits in needed if bits < widest)) // needed.count(widest)
        if share < LEAST:
            return None
    for key, wanted in zip(keys, needed, strict=True):
        bits = min(wanted, share) if wanted == widest else wanted
        value = graph.subtract(key, graph.const(key.low))
        if bits < wanted:
            most = graph.const(2**bits - 1)
            beyond.append(graph.less(most, value))
            value = graph.min(value, most)
        if slot is None and 1 < value.high + 1 <= SLOTS:
            slot = value
        word = graph.add(word, graph.multiply(value, graph.const(2**shift)))
        parts.append(Part(key.low, shift, bits))
        shift += bits
    return PackedKey(word, tuple(parts), slot, 1 if slot is None else slot.high + 1, tuple(beyond))
