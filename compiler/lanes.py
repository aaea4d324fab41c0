"""Nodes of a graph -> lines of C that work on sixteen rows at once, by the functions of lanes.h.

The C compiler makes vectors of a plain loop as it likes: of one with bytes in it, as many rows at once as
there are bytes in a vector. Here every number of 32 bits is a vector of sixteen, one of 64 bits a pair, a
condition a mask, so that all that rows need can stand in one loop. What is done of a node is what
`emit_c.py` does of it. Nothing but numbers reaches the text.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from hmbc.compiler.choice_tables import MOST, Tables, tables_of
from hmbc.compiler.emit_c import BOOL, literal, type_of
from hmbc.compiler.feed_money import fits, is_narrow
from hmbc.compiler.nodes import Node

WHICH, LANES, PAIRS = "hmb_which", "hmb_lanes", "hmb_pairs"
OPERATIONS = frozenset({
    "add", "subtract", "multiply", "min", "max", "select", "less", "equal", "all", "not", "shift", "low_byte",
})  # fmt: skip
INT64 = 2**63


class NoLanes(Exception):
    """A node that these lines cannot work out."""


def kind_of(node: Node) -> str:
    """As what a value stands in a variable. Raises NoLanes where it has more than 64 bits."""
    if type_of(node) == BOOL:
        return WHICH
    if is_narrow(node.low, node.high):
        return LANES
    if -INT64 <= node.low and node.high < INT64:
        return PAIRS
    raise NoLanes


@define
class Leaf:
    """The text of a value that is there: of the kind, or of where bytes are of which a condition is made."""

    text: str
    kind: str
    is_bytes: bool = False


@define
class LaneBody:
    """The lines of one loop over rows i to i + 15. given: a value that is there already, or None."""

    given: Callable[[Node], Leaf | None]
    lines: list[str] = field(factory=list)
    names: dict[Node, str] = field(factory=dict)
    caps: dict[tuple[Node, int], str] = field(factory=dict)
    """Numbers of 64 bits that stand in 32, each with its cap: what is nothing is nothing in them."""
    looks: dict[str, str] = field(factory=dict)
    """Arrays that a loop over 64 rows at once fills before: the declaration, and the line that does it."""
    constants: dict[str, str] = field(factory=dict)
    """What is to stand before the loop, by its name."""

    def value(self, node: Node) -> str:
        """The name of a value of its own kind. Raises NoLanes."""
        if (name := self.names.get(node)) is None:
            kind = kind_of(node)
            text = self.text(node, kind)
            name = self.names[node] = f"v{node.number}"
            self.lines.append(f"const {kind} {name} = {text};")
        return name

    def text(self, node: Node, kind: str) -> str:
        leaf = self.given(node)
        if leaf is None:
            return self.worked_out(node, kind)
        if leaf.is_bytes:
            return f"hmb_some(hmb_bytes({leaf.text}))"
        if leaf.kind == kind:
            return leaf.text
        if kind == LANES and leaf.kind == PAIRS:
            return f"hmb_narrowed({leaf.text})"
        raise NoLanes

    def which(self, node: Node) -> str:
        """A condition as a mask."""
        return str(0xFFFF * node.low) if node.const is not None else self.value(node)

    def lanes(self, node: Node) -> str:
        """A number of 32 bits."""
        if node.const is not None:
            return self.constant(node.low)
        name = self.value(node)
        match kind_of(node):
            case "hmb_which":
                return f"_mm512_maskz_set1_epi32({name}, 1)"
            case "hmb_lanes":
                return name
            case _:
                return f"hmb_narrowed({name})"

    def constant(self, number: int) -> str:
        """A number of 32 bits in every row."""
        name = f"k{number & 0xFFFFFFFF}"
        self.constants[name] = f"const hmb_lanes {name} = hmb_all((int32_t){literal(number)});"
        return name

    def pairs(self, node: Node) -> str:
        """A number of 64 bits."""
        if node.const is not None:
            return f"hmb_each({literal(node.low)})"
        if kind_of(node) == PAIRS:
            return self.value(node)
        return f"hmb_widened({self.lanes(node)}, {int(node.low < 0)})"

    def capped(self, node: Node, most: int) -> str:
        """A number of 64 bits, never below zero, as one of 32 bits: `most` where it is above that."""
        if node.op == "select" and node.args[2].const == 0 and self.given(node) is None:
            return f"_mm512_maskz_mov_epi32({self.which(node.args[0])}, {self.capped(node.args[1], most)})"
        if (name := self.caps.get((node, most))) is None:
            text = f"hmb_narrowed(hmb_min_pairs({self.pairs(node)}, hmb_each({literal(most)})))"
            name = self.caps[node, most] = f"m{node.number}_{most}"
            self.lines.append(f"const hmb_lanes {name} = {text};")
        return name

    def worked_out(self, node: Node, kind: str) -> str:
        """The node's own operation."""
        args = node.args
        if node.op not in OPERATIONS:
            raise NoLanes
        match node.op:
            case "all":
                return self.all_of(node)
            case "not" if args[0].op in ("less", "equal") and self.given(args[0]) is None and args[0] not in self.names:
                return self.compared(args[0], True)
            case "not":
                return f"(hmb_which)~{self.which(args[0])}"
            case "select" if kind == WHICH:
                when, then, otherwise = map(self.which, args)
                return f"(hmb_which)(({when} & {then}) | (~{when} & {otherwise}))"
            case "select" if kind == LANES and (tables := tables_of(node)) is not None:
                return self.looked_up(tables)
            case "select" if kind == LANES:
                then = self.lanes(args[1])
                if args[2].const == 0:
                    return f"_mm512_maskz_mov_epi32({self.which(args[0])}, {then})"
                otherwise = self.lanes(args[2])
                return f"_mm512_mask_mov_epi32({otherwise}, {self.which(args[0])}, {then})"
            case "select":
                return f"hmb_choose_pairs({self.which(args[0])}, {self.pairs(args[1])}, {self.pairs(args[2])})"
            case "less" | "equal":
                return self.compared(node)
        return self.arithmetic(node, kind)

    def looked_up(self, tables: Tables) -> str:
        """What a choice's tables have for each row."""
        at = self.lanes(tables.by)
        text = f"_mm512_permutexvar_epi32({at}, {self.table(tables.otherwise)})"
        if tables.when is None:
            return text
        return f"_mm512_mask_permutexvar_epi32({text}, {self.which(tables.when)}, {at}, {self.table(tables.then)})"

    def table(self, numbers: list[int]) -> str:
        name = "_".join(["table", *(str(number & 0xFFFFFFFF) for number in numbers)])
        values = [f"(int32_t){literal(number)}" for number in [*numbers, *[0] * (MOST - len(numbers))]]
        self.constants[name] = f"const hmb_lanes {name} = _mm512_setr_epi32({', '.join(values)});"
        return name

    def compared(self, node: Node, other: bool = False) -> str:
        """A comparison; other: whether it does not hold."""
        if node.op == "equal" and node.args[1].const == 0 and node.args[0].low >= 0:
            for (capped, _), name in self.caps.items():
                if capped is node.args[0]:
                    return f"_mm512_test{'' if other else 'n'}_epi32_mask({name}, {name})"
        if not fits(node):
            one, two = map(self.pairs, node.args)
            return f"{'(hmb_which)~' * other}hmb_{node.op}_pairs({one}, {two})"
        one, two = map(self.lanes, node.args)
        how = {("less", False): "lt", ("less", True): "ge", ("equal", False): "eq", ("equal", True): "neq"}[node.op, other]
        return f"_mm512_cmp{how}_{self.sign(node)}_mask({one}, {two})"

    @staticmethod
    def sign(node: Node) -> str:
        """How the arguments' order is told."""
        return "epu32" if max(arg.high for arg in node.args) >= 2**31 else "epi32"

    def arithmetic(self, node: Node, kind: str) -> str:
        if not fits(node):
            text = self.of_pairs(node)
            return text if kind == PAIRS else self.as_kind(f"hmb_narrowed({text})", kind)
        values = [self.lanes(arg) for arg in node.args]
        match node.op:
            case "add" | "subtract":
                text = f"_mm512_{node.op[:3]}_epi32({values[0]}, {values[1]})"
            case "multiply":
                text = f"_mm512_mullo_epi32({values[0]}, {values[1]})"
            case "min" | "max":
                text = f"_mm512_{node.op}_{self.sign(node)}({values[0]}, {values[1]})"
            case "shift":
                text = f"hmb_shift({', '.join(values)}, {node.data})"
            case _:
                text = f"_mm512_and_si512({values[0]}, _mm512_set1_epi32(255))"
        return self.as_kind(text, kind)

    @staticmethod
    def as_kind(text: str, kind: str) -> str:
        """A number of 32 bits as a condition, where its range is that of one."""
        return f"_mm512_test_epi32_mask({text}, _mm512_set1_epi32(1))" if kind == WHICH else text

    def of_pairs(self, node: Node) -> str:
        values = ", ".join(map(self.pairs, node.args))
        if node.op == "shift":
            return f"hmb_shift_pairs({values}, {node.data})"
        return f"hmb_{node.op}_pairs({values})"

    def all_of(self, node: Node) -> str:
        """Conditions that all hold. Of bytes none of which may be set, one look at all."""
        found, unset = list[str](), list[str]()
        for part in node.args:
            leaf = self.given(part.args[0]) if part.op == "not" else None
            if leaf is not None and leaf.is_bytes:
                unset.append(f"hmb_64_bytes({leaf.text})")
            else:
                found.append(self.which(part))
        if unset:
            array = f"none{node.number}"
            every = unset[0]
            for text in unset[1:]:
                every = f"_mm512_or_si512({every}, {text})"
            self.looks[f"hmb_which {array}[HMB_BLOCK / HMB_LANES] __attribute__((aligned(8)));"] = (
                f"hmb_keep_64({array}, i, hmb_none_of_64({every}));"
            )
            found.append(f"{array}[i / HMB_LANES]")
        return f"(hmb_which)({' & '.join(found)})"
