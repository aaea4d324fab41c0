"""Functions in C that go through the rows of a block, each made from nodes of the graph.

What one leaves for another lies in arrays of a block's length. Most become vectors; what no vector
instruction does is computed in scalar loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attrs import define, field

from hmbc.compiler.emit_c import BOOL, Body, is_scalar, stored, type_of
from hmbc.compiler.feed import Feed, FeedTotal
from hmbc.compiler.feed_record import Record, column_type
from hmbc.compiler.feed_years import years_of
from hmbc.compiler.nodes import Node, place_of, reachable

LANES = "#pragma omp simd simdlen({})"
"""Left alone, gcc takes as many rows at once as there are bytes in a vector, and runs out of
registers."""


MOST_INSIDE = 3
"""Operations on the way to a scalar one that are done with it."""


@define
class Loop:
    """A function over a block, and what it is called with after the number of rows."""

    name: str
    arguments: list[str]


@define
class Loops:
    """The loops of a feed as they are made, and what they leave in arrays."""

    feed: Feed
    name: str
    functions: list[str] = field(factory=list)
    held: dict[Node, None] = field(factory=dict)
    """What lies in an array of the block, in the order of its making."""
    added: dict[int, None] = field(factory=dict)
    """Totals of which what rows add lies in an array."""
    wide: dict[Node, None] = field(factory=dict)
    """What lies in an array of 32 bits too, for loops in such lanes."""
    ran: dict[int, str] = field(factory=dict)
    """Totals of which there is an array of what they are with each row, and its type."""
    summed: dict[int, None] = field(factory=dict)
    """Totals of which what rows add lies in an array of 32 bits."""
    cells: dict[str, None] = field(factory=dict)
    """Arrays of the places of cells."""
    makes_records: bool = False
    """Whether records may be made as rows come (`feed_together.py`)."""
    dated: bool = False
    """Whether the benefit years of a block's rows are there, counted from the batch's first."""
    record: Record = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.record = Record(self.feed, self.name)

    @property
    def head(self) -> str:
        """What stands before a loop that vectors or newer instructions help."""
        return "HMB_LOOP " if self.feed.graph.optimise.clones else "HMB_PLAIN_LOOP "

    def column_type(self, place: int) -> str:
        return column_type(self.feed.plan.claim[place])

    def array(self, node: Node, lanes: int = 0) -> tuple[str, str] | None:
        """Type and name of the array in which a value is there for each row of the block, or None."""
        if lanes == 32 and node in self.wide:
            return "int32_t", f"b->x{node.number}"
        if node in self.held:
            return stored(node), f"b->s{node.number}"
        if node.op in ("claim", "raw"):
            return self.column_type(place_of(node)), f"c{node.data}"
        if node.op == "claim_given":
            return "uint8_t", f"g{node.data}"
        if node.op == "day":
            return "uint16_t", "b->day"
        if node in self.record.places:
            at = self.record.places[node].word
            kind = self.record.words[at]
            return kind, f"b->{'h' if kind == 'uint16_t' else 'w'}{at}"
        return None

    def elsewhere(self, node: Node, lanes: int = 0) -> str | None:
        """The text of a value that a loop over a block need not compute."""
        if node.op == "parameter":
            return f"p{node.data}"
        if node.op == "after" and place_of(node) in self.ran:
            return f"b->n{node.data}[i]"
        if (number := self.year_of(node)) is not None:
            return f"({type_of(node)})(first_year{number} + b->y{number}[i])"
        if (array := self.array(node, lanes)) is None:
            return None
        text = f"{array[1]}[i]"
        if node in self.record.places and not (lanes == 32 and node in self.wide):
            return self.record.places[node].text(text)
        return f"{text} != 0" if type_of(node) == BOOL else text

    def year_of(self, node: Node) -> int | None:
        """The number of the benefit year that a value is, of rows whose years are there."""
        if not self.dated or node.op != "year" or node.data not in self.feed.uniform:
            return None
        number = self.feed.uniform.index(node.data)
        day = node.args[0]
        is_date = day.op == "claim" and day.data == self.feed.date
        return number if is_date and number in years_of(self.feed) else None

    def reading(self, reads: dict[Node, None]) -> Callable[[Node], str | None]:
        """As `elsewhere`; what is asked for with success goes into `reads`."""

        def given(node: Node) -> str | None:
            text = self.elsewhere(node)
            if text is not None:
                reads[node] = None
            return text

        return given

    def to_records(self) -> list[str]:
        """The parameters of a function that reaches records."""
        return [
            f"{self.name}_record *records", "hmb_feed_output *out", f"{self.name}_block *restrict b",
        ]  # fmt: skip

    def is_there(self, node: Node) -> bool:
        return node.const is not None or self.elsewhere(node) is not None

    def before(self, total: FeedTotal) -> Node:
        return self.feed.graph.leaf("before", total.number, 0, total.most)

    def parts(self, reads: Iterable[Node], lists: Iterable[int], lanes: int = 0) -> list[str]:
        """The parameters of a function that reads these."""
        parts: dict[str, None] = {}
        for node in reads:
            if node.op == "parameter":
                parts[f"int64_t p{node.data}"] = None
            elif node.op == "after":
                parts[f"{self.name}_block *restrict b"] = None
            elif (number := self.year_of(node)) is not None:
                parts[f"{self.name}_block *restrict b"] = None
                parts[f"int64_t first_year{number}"] = None
            elif (array := self.array(node, lanes)) is not None:
                parts[self.part(f"const {array[0]}", array[1])] = None
        return [*parts, *(f"const uint8_t *restrict l{place}" for place in lists)]

    def part(self, kind: str, array: str) -> str:
        """The parameter through which an array is reached. Those between loops are one: so few
        pointers are needed that they stay in registers."""
        if array.startswith("b->"):
            return f"{self.name}_block *restrict b"
        return f"{kind} *restrict {array}"

    def loop(
        self,
        name: str,
        targets: Sequence[tuple[str, str, Node]],
        vector: bool = True,
        lanes: int = 0,
    ) -> Loop:
        """A loop that computes nodes from the arrays there are; targets: an array's type and name,
        and the node."""
        reads: dict[Node, None] = {}

        def given(node: Node) -> str | None:
            text = self.elsewhere(node, lanes)
            if text is not None:
                reads[node] = None
            return text

        body = Body(given, lanes)
        writes = [f"{array}[i] = {body.value(node)};" for _, array, node in targets]
        lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
        parts = self.parts(reads, lists, lanes)
        parts = list(dict.fromkeys([*parts, *(self.part(kind, x) for kind, x, _ in targets)]))
        head, pragma = (
            self.head if vector else "HMB_PLAIN_LOOP ",
            [LANES.format(512 // lanes)] if lanes else [],
        )
        return self.function(name, parts, [*body.lines, *writes], head, pragma)

    def function(
        self,
        name: str,
        parts: list[str],
        lines: list[str],
        head: str,
        first: Sequence[str] = (),
        then: Sequence[str] = (),
    ) -> Loop:
        """A function that does `lines` for each row of a block, `first` before and `then` after."""
        inside = [
            *first,
            "for (int64_t i = 0; i < n; i++) {",
            *(f"    {line}" for line in lines),
            "}",
            *then,
        ]
        return self.define(name, parts, inside, head)

    def define(
        self, name: str, parts: list[str], lines: Sequence[str], head: str, gives: str = "void"
    ) -> Loop:
        """A function of these lines, of n rows. gives: the type of its result."""
        text = [
            f"{head}static {gives} {name}(",
            "    " + ",\n    ".join(["int64_t n", *parts]) + ")",
            "{",
            *(line if line[0] == "#" else f"    {line}" for line in lines),
            *(["    HMB_KEEP;"] if gives == "void" else []),
            "}",
            "",
        ]
        self.functions.append("\n".join(text))
        return Loop(name, [part.rpartition(" ")[2].lstrip("*") for part in parts])

    def prepared(self, name: str, targets: Iterable[Node], lanes: int = 0) -> list[Loop]:
        """Loops that put targets, and what only a scalar loop can compute for them, in arrays."""
        found = self.scalar(name, targets)
        wanted = [node for node in dict.fromkeys(targets) if not self.is_there(node)]
        if wanted:
            arrays = [(stored(node), f"b->s{node.number}", node) for node in wanted]
            found.append(self.loop(f"{self.name}_{name}", arrays, lanes=lanes))
            self.held |= dict.fromkeys(wanted)
        return found

    def kept(self, accepted: Node) -> list[Loop]:
        """A loop that puts it in an array of its own where a column holds it: the column need not be
        there for all rows."""
        if accepted.const is not None or not self.is_there(accepted):
            return []
        loop = self.loop(
            f"{self.name}_accepted", [(stored(accepted), f"b->s{accepted.number}", accepted)]
        )
        self.held |= {accepted: None}
        return [loop]

    def scalar(self, name: str, targets: Iterable[Node]) -> list[Loop]:
        """A scalar loop for what only it can compute under targets, if there is such a thing."""
        found: dict[Node, None] = {}
        seen: set[tuple[Node, bool]] = set()

        def visit(node: Node, by_vector: bool) -> None:
            if (node, by_vector) in seen or self.is_there(node):
                return
            seen.add((node, by_vector))
            is_one = is_scalar(node)
            for arg in node.args:
                visit(arg, not is_one)
            if is_one and by_vector:
                found[node] = None

        for node in targets:
            visit(node, True)
        if not found:
            return []
        first = self.prepared(f"{name}_for", [arg for node in found for arg in self.work(node)])
        arrays = [(stored(node), f"b->s{node.number}", node) for node in found]
        loop = self.loop(f"{self.name}_{name}_scalar", arrays, vector=False)
        self.held |= found
        return [*first, loop]

    def work(self, scalar: Node) -> list[Node]:
        """What a scalar operation is of that vectors had better work out."""
        found = []
        for arg in scalar.args:
            inside = [node for node in reachable([arg]) if node.args and not self.is_there(node)]
            if not is_scalar(arg) and len(inside) > MOST_INSIDE:
                found.append(arg)
        return found

    def block(self) -> str:
        """The type of what lies between the loops."""
        arrays, inside = ["uint16_t day"], "    uint8_t turn[HMB_BLOCK + 64];\n"
        inside += "".join(f"    int32_t over{number};\n" for number in self.summed)
        if years_of(self.feed):
            inside += "    int64_t turned;\n"
        if self.makes_records:
            inside += "    int32_t whose[HMB_BLOCK], starts[HMB_BLOCK + 1];\n"
            inside += "    int32_t own[HMB_BLOCK + HMB_STEP] __attribute__((aligned(64)));\n"
        for at, kind in enumerate(self.record.words):
            if kind == "uint16_t":
                inside += (
                    f"    uint16_t h{at}[HMB_BLOCK + HMB_STEP][4] __attribute__((aligned(64)));\n"
                )
            else:
                inside += f"    {kind} w{at}[HMB_BLOCK + HMB_STEP] __attribute__((aligned(64)));\n"
        arrays += [f"uint8_t y{number}" for number in years_of(self.feed)]
        arrays += [f"int64_t a{number}" for number in self.added]
        arrays += [f"int32_t x{node.number}" for node in self.wide]
        arrays += [f"{kind} n{number}" for number, kind in self.ran.items()]
        arrays += [f"{stored(node)} s{node.number}" for node in self.held]
        arrays += [f"int32_t d{number}" for number in self.summed]
        arrays += [f"uint32_t {array}" for array in self.cells]
        inside += "".join(f"    {x}[HMB_BLOCK] __attribute__((aligned(64)));\n" for x in arrays)
        return f"typedef struct {{\n{inside}}} {self.name}_block;\n"
