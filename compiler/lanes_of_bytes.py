"""Choices among numbers below 256 as lines of C that work on 64 rows at once, a byte each.

What decides them is worked out for sixteen rows at a time (`lanes.py`) and kept, one bit a row, for the whole
block; a condition that stands in a column of bytes is read there. So a loop over 64 rows does what four
turns of the other would, each with as many instructions. Nothing but numbers reaches the text.
"""

from __future__ import annotations

from attrs import define, field

from hmbc.compiler.lanes import LaneBody
from hmbc.compiler.nodes import Node


@define
class ByteBody:
    """The lines of one loop over rows i to i + 63 of a block. lanes: the loop over sixteen rows before it."""

    lanes: LaneBody
    lines: list[str] = field(factory=list)
    names: dict[Node, str] = field(factory=dict)
    constants: dict[str, str] = field(factory=dict)
    """What is to stand before the loop, by its name."""
    kept: dict[str, str] = field(factory=dict)
    """Arrays that the other loop fills: the declaration, and the line that does it."""

    def byte(self, node: Node) -> str:
        """The name of a value below 256, a byte for each row."""
        if node.const is not None:
            constant = f"z{node.low}"
            self.constants[constant] = f"const __m512i {constant} = hmb_all_8({node.low});"
            return constant
        if (name := self.names.get(node)) is None:
            text = self.text(node)
            name = self.names[node] = f"y{node.number}"
            self.lines.append(f"const __m512i {name} = {text};")
        return name

    def text(self, node: Node) -> str:
        if node.op == "select" and self.lanes.given(node) is None:
            then, otherwise = self.byte(node.args[1]), self.byte(node.args[2])
            return f"_mm512_mask_mov_epi8({otherwise}, {self.which(node.args[0])}, {then})"
        array = f"kept{node.number}"
        self.kept[f"uint8_t {array}[HMB_BLOCK] __attribute__((aligned(64)));"] = (
            f"hmb_put_8({array} + i, _mm512_cvtepi32_epi8({self.lanes.lanes(node)}));"
        )
        return f"hmb_64_bytes({array} + i)"

    def which(self, node: Node) -> str:
        """A condition as 64 bits."""
        if node.const is not None:
            return f"{2**64 - 1 if node.low else 0}u"
        leaf = self.lanes.given(node)
        if leaf is not None and leaf.is_bytes:
            return f"hmb_some_of_64({leaf.text})"
        array = f"if{node.number}"
        self.kept[f"hmb_which {array}[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));"] = (
            f"{array}[i / HMB_LANES] = {self.lanes.which(node)};"
        )
        return f"hmb_which_of_64({array}, i)"
