"""The record of a unit: what of its member is read, packed into words, and its running totals.

Words first, then totals, the day of the last row and the odd byte. Words are not written while rows
run, so that reading them never waits for a store. Of keyed totals it holds the open ones
(`feed_closed`), of yearly ones those of one year (`feed_years`).
"""

from __future__ import annotations

from collections.abc import Collection

from attrs import define, field, frozen

from hmbc.compiler import feed_closed, feed_years
from hmbc.compiler.emit_c import BOOL, literal, stored, type_of
from hmbc.compiler.feed import Feed, FeedTotal, NoFeed
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.nodes import Node, place_of, reachable
from hmbc.runtime.plan import AttributePlan

LINE = 64
"""Bytes of a cache line."""
LARGEST = 256
"""Bytes of a record beyond which there is no feed."""

SIZES = {"uint8_t": 1, "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8}
OF_RECORD = (
    "member", "member_given", "member_listed", "member_day", "period_first", "period_last",
)  # fmt: skip


def column_type(item: AttributePlan) -> str:
    """Of the cells of an attribute's column, as evaluator.h says."""
    if item.kind in ("money", "ratio", "int"):
        return "int64_t"
    if item.kind == "bool" or (item.kind == "enum" and len(item.values) <= 256):
        return "uint8_t"
    return "int32_t"


@frozen
class Place:
    """Where a value lies: the word, its lowest bit there, how many bits."""

    word: int
    shift: int
    bits: int
    signed: bool

    def text(self, word: str) -> str:
        """The value, from the text of the word."""
        if self.bits == 64:
            return f"(int64_t){word}"
        if word.startswith("b->h"):
            return f"{word}[{self.shift // 16}]"
        if self.signed:
            return f"(int32_t)(uint32_t)({word} >> {self.shift})"
        return f"(int64_t)({word} >> {self.shift} & {2**self.bits - 1})"


@frozen
class Part:
    """Something that a record holds. width: bytes of each, of which there are `count`; text: in C."""

    width: int
    count: int
    text: str

    @property
    def size(self) -> int:
        return self.width * self.count

    @property
    def name(self) -> str:
        return self.text.split()[1].split("[")[0].rstrip(";")


@define
class Record:
    """The layout for one feed. words: the type of each; uint16_t: four halves of halves, which are
    worked on as such."""

    feed: Feed
    name: str
    kept: list[FeedTotal] = field(init=False)
    keyed: list[FeedTotal] = field(init=False)
    read: list[Node] = field(init=False)
    """All that is worked out."""
    places: dict[Node, Place] = field(factory=dict)
    words: list[str] = field(factory=list)
    carried: dict[int, int] = field(factory=dict)
    """Of each total that may be carried: which word its first cell's surplus goes to."""
    words_carried: int = 0
    varied: dict[Node, Place] = field(factory=dict)
    """Where attributes that vary lie, in words of their own: those of the record's row and of the next."""
    varied_words: list[str] = field(factory=list)
    wanted: dict[str, frozenset[tuple[str, int]]] = field(factory=dict)
    """Which kinds of rows, of which loop, read or write each part, by its name; none: all are alike."""
    values: dict[tuple[str, int], list[int]] = field(factory=dict)
    """Of the enum by which they are told apart, those of each kind."""

    def __attrs_post_init__(self) -> None:
        feed = self.feed
        self.kept = [total for total in feed.totals if total.made_of is None]
        self.keyed = [total for total in self.kept if total.key is not None]
        for total in self.kept:
            if total.carry is not None:
                self.carried[total.number] = self.words_carried
                self.words_carried += self.cells(total)
        roots = [*feed.outputs(), *(total.adds for total in self.kept)]
        roots += [total.made_of for total in feed.totals if total.made_of is not None]
        roots += [total.keys[at] for total in self.kept for at in total.by_row]
        roots += [node for total in self.keyed if total.key for node in total.key.nodes()]
        self.read = list(reachable([*roots, *feed.rejects]))
        leaves = [node for node in reachable(roots) if node.op in OF_RECORD]
        self.places, self.words = self.packed(leaves)
        varied = [node for node in self.read if node.op in ("varied", "varied_given")]
        self.varied, self.varied_words = self.packed(varied)
        for at in range(len(self.words)):
            inside = [place for place in self.places.values() if place.word == at]
            if all(place.bits == 16 for place in inside):
                self.words[at] = "uint16_t"

    def packed(self, leaves: list[Node]) -> tuple[dict[Node, Place], list[str]]:
        """Where leaves lie in words, and the types of those."""
        places: dict[Node, Place] = {}
        used: list[int] = []
        for node in sorted(leaves, key=lambda node: -self.bits(node)):
            bits = self.bits(node)
            word = next((at for at, n in enumerate(used) if n + bits <= 64), len(used))
            if word == len(used):
                used.append(0)
            places[node] = Place(word, used[word], bits, node.low < 0)
            used[word] += bits
        return places, ["uint32_t" if bits <= 32 else "uint64_t" for bits in used]

    @staticmethod
    def bits(node: Node) -> int:
        """How many a value takes."""
        return 1 if type_of(node) == BOOL else 8 * SIZES[stored(node)]

    @staticmethod
    def cells(total: FeedTotal) -> int:
        """How many of a total a record has side by side."""
        return 1 if total.by is None else len(total.by[1])

    def scalar(self, word: int) -> str:
        """The type of a word in the record."""
        return "uint32_t" if self.words[word] == "uint32_t" else "uint64_t"

    @property
    def is_there(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.places or self.varied or self.feed.totals)

    @property
    def lines(self) -> int:
        """Cache lines that it takes."""
        return -(-sum(part.size for part in self.parts()) // LINE)

    def parts(self) -> list[Part]:
        """What it holds, the widest first, so that nothing lies between."""
        types = [self.scalar(at) for at in range(len(self.words))]
        parts = [(SIZES[kind], 1, f"{kind} w{at};") for at, kind in enumerate(types)]
        parts += [(SIZES[kind], 2, f"{kind} v{at}[2];") for at, kind in enumerate(self.varied_words)]
        for total in self.kept:
            kind, count = self.total_type(total), self.cells(total)
            if total.key is not None:
                count, key = total.key.slots, feed_closed.key_type(total)
                parts.append((SIZES[key], count, f"{key} k{total.number}[{count}];"))
                parts.append((1, 1, f"uint8_t again{total.number};"))
            parts.append((SIZES[kind], count, f"{kind} t{total.number}[{count}];"))
            for at in total.by_row:
                of = self.key_type(total, at)
                parts.append((SIZES[of], count, f"{of} k{total.number}_{at}[{count}];"))
        parts += [(2, 1, "uint16_t last;"), (1, 1, "uint8_t odd;")]
        if years := feed_years.years_of(self.feed):
            parts += [*((1, 1, f"uint8_t y{number};") for number in years), (4, 1, "int32_t past;")]
        parts += [(1, 1, "uint8_t carried;")] if self.carried else []
        if self.keyed:
            parts += [(8, 1, "uint64_t seen;"), (4, 1, "int32_t chain;"), (1, 1, "uint8_t links;")]
        return sorted((Part(*part) for part in parts), key=lambda part: -part.width)

    def laid_out(self) -> list[Part]:
        """Its parts in order: what all kinds of rows need is in the first cache line, then what is read when a
        year is over, then what most need; what the same ones need is together."""
        parts, first = self.parts(), list[Part]()
        of_year = self.of_years()
        together: dict[tuple[bool, bool, int, frozenset[tuple[str, int]]], list[Part]] = {}
        for part in parts:
            kinds = self.wanted.get(part.name, frozenset())
            is_common = len(kinds) == len(self.values) or part.name == "past"
            together.setdefault((is_common, part.name in of_year, len(kinds), kinds), []).append(part)
        for which in sorted(together, key=lambda which: which[:3], reverse=True):
            if sum(part.size for part in [*first, *together[which]]) <= LINE:
                first += together[which]
        hot = [part for part in parts if part in first]
        rest = [part for part in parts if part not in first]
        gap = -sum(part.size for part in hot) % rest[0].width if rest else 0
        longer = sum(part.size for part in parts) + gap > LINE * self.lines
        return parts if longer else [*hot, *rest]

    def of_years(self) -> set[str]:
        """The names of parts that are read when a year is over."""
        years = feed_years.years_of(self.feed)
        totals = [total for total in self.kept if any(feed_years.is_of_year(total, one) for one in years)]
        made = reachable([total.made_of for total in self.feed.totals if total.made_of is not None])
        names = {"past", "carried"} if years else set[str]()
        names |= {f"t{total.number}" for total in totals} | {f"y{number}" for number in years}
        return names | {f"w{self.places[node].word}" for node in made if node in self.places}

    def lines_of(self, names: Collection[str]) -> set[int]:
        """In which of its cache lines parts of these names lie."""
        at, found = 0, set[int]()
        for part in self.laid_out():
            at += -at % part.width
            if part.name in names:
                found |= {at // LINE, (at + part.size - 1) // LINE}
            at += part.size
        return found

    def text(self) -> str:
        """The type in C, and functions that the loops call."""
        parts = self.laid_out()
        size = sum(part.size for part in parts)
        if size > LARGEST:
            raise NoFeed("每个成员要记的太多", "the record would be too long")
        inside = "".join(f"    {part.text}\n" for part in parts)
        aligned = 32 if size <= 32 else LINE
        kinds = {total.number: self.total_type(total) for total in self.keyed}
        closed = feed_closed.functions(self.name, self.keyed, kinds, self.feed.graph.optimise.marks)
        return (
            f"typedef struct {{\n{inside}}} "
            f"__attribute__((aligned({aligned}))) {self.name}_record;\n"
            f"\n{closed}\n{self.carries()}{self.varying()}"
        )

    def carries(self) -> str:
        """What carrying needs, and the function that says how much was carried out of record r."""
        if not self.carried:
            return ""
        name, n = self.name, self.words_carried
        lines = []
        for total in self.kept:
            if (carry := total.carry) is not None:
                how = ", ".join(map(literal, (carry.step, carry.most - total.most, n)))
                lines.append(f"static const hmb_carries {name}_carries{total.number} = {{{how}}};")
        return "\n".join([
            *lines,
            f"static inline int64_t {name}_carried(const hmb_feed_input *in, const {name}_record *r, int at)",
            "{",
            f"    const int64_t record = r - (const {name}_record *)in->records;",
            f"    return r->carried ? in->carried[{n} * record + at] : 0;",
            "}",
            "",
        ])  # fmt: skip

    def versions(self) -> list[str]:
        """Lines that read the words of attributes that vary, as they are in row i, into `vary`."""
        lines = []
        for at, kind in enumerate(self.varied_words):
            near = f"records[unit[i]].v{at}[version[i]]"
            far = f"{self.name}_vary{at}(in->member, in->member_given, row[i])"
            lines.append(f"const {kind} vary{at} = __builtin_expect(version[i] < 2, 1) ? {near} : {far};")
        return lines

    def varying(self) -> str:
        """Functions that give the words of the attributes that vary, of a member's row."""
        found = []
        for at, kind in enumerate(self.varied_words):
            texts = []
            for node, place in self.varied.items():
                if place.word != at:
                    continue
                of = place_of(node)
                given = f"(given[{of}] == NULL || given[{of}][m] != 0)"
                column = f"((const {column_type(self.feed.plan.member[of])} *)member[{of}])"
                text = given if node.op == "varied_given" else f"{column}[m]"
                texts.append(f"({kind})(uint{place.bits if place.bits > 1 else 8}_t){text} << {place.shift}")
            found.append("\n".join([
                f"static inline {kind} {self.name}_vary{at}(const void *const *member,",
                "    const uint8_t *const *given, int64_t m)",
                "{",
                "    (void)given;",
                f"    return {' | '.join(texts)};",
                "}",
                "",
            ]))  # fmt: skip
        return "\n".join(found)

    @staticmethod
    def is_narrow(total: FeedTotal) -> bool:
        """Whether its cells, and one more than they may hold, have 32 bits."""
        return total.most < 2**30

    @staticmethod
    def total_type(total: FeedTotal) -> str:
        return "int32_t" if total.most < 2**31 else "int64_t"

    @staticmethod
    def key_type(total: FeedTotal, at: int) -> str:
        """The type of a part of a key; its least value says that none is held."""
        key = total.keys[at]
        return "int32_t" if -(2**31) < key.low and key.high < 2**31 else "int64_t"

    def from_record(self, node: Node) -> str | None:
        """A value as the record holds it, outside of loops: totals are those before a row."""
        if node in self.places:
            return self.places[node].text(f"r->w{self.places[node].word}")
        if node in self.varied:
            return self.varied[node].text(f"vary{self.varied[node].word}")
        if node.op == "parameter":
            return f"in->parameter[{node.data}]"
        if node.op == "before":
            return self.total_of(place_of(node))
        if node.op == "whole":
            return self.whole_of(place_of(node))
        return None

    def total_with(self, place: int) -> FeedTotal:
        """What keeps the total of an accumulator of the plan."""
        for total in self.kept:
            if place in ((total.number,) if total.by is None else total.by[1]):
                return total
        raise KernelError(f"total {place} is not kept")

    @staticmethod
    def cell(total: FeedTotal, place: int) -> int:
        """Which of the cells of a total is that of an accumulator."""
        return 0 if total.by is None else total.by[1].index(place)

    def total_of(self, place: int) -> str:
        """Where the record keeps the total of an accumulator of the plan."""
        total = self.total_with(place)
        return f"r->t{total.number}[{self.cell(total, place)}]"

    def whole_of(self, place: int) -> str:
        """The total of an accumulator, with what was carried out of record r."""
        held, total = self.total_of(place), self.total_with(place)
        if total.carry is None:
            return held
        at = self.carried[total.number] + self.cell(total, place)
        return f"({held} + {self.name}_carried(in, r, {at}))"

    def carrying(
        self, total: FeedTotal, value: str, least: int, carried: str, record: str, cell: int | str
    ) -> str:
        """A call that carries out of record r, of that number, what is more than `least`, and gives how
        much that is."""
        first = self.carried[total.number]
        words = f"{carried} + {self.words_carried} * (int64_t){record}"
        at = f"{first} + ({cell})"
        how = f"&{self.name}_carries{total.number}, {literal(least)}"
        return f"hmb_carry({how}, {words}, {at}, &r->carried, {value}, &r->odd)"
