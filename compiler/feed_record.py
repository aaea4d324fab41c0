"""The record of a unit: what of its member is read, packed into words, and its running totals.

Words first, then totals, the day of the last row and the odd byte. Words are not written while rows
run, so that reading them never waits for a store. Of keyed totals it holds the open ones
(`feed_closed`), of yearly ones those of one year (`feed_years`).
"""

from __future__ import annotations

from attrs import define, field, frozen

from hmbc.compiler import feed_closed, feed_years
from hmbc.compiler.emit_c import BOOL, Body, literal, stored, type_of
from hmbc.compiler.feed import Feed, FeedTotal, NoFeed
from hmbc.compiler.feed_carry import made_from_whole
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.nodes import RANGES, Node, place_of, reachable

LARGEST = 256
"""Bytes of a record beyond which there is no feed."""

SIZES = {"uint8_t": 1, "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8}
OF_RECORD = (
    "member", "member_given", "member_listed", "member_day", "period_first", "period_last",
)  # fmt: skip


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
    lines: int = 1
    """Cache lines that it takes."""

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

    def text(self) -> str:
        """The type in C: its widest parts first, so that nothing lies between them."""
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
        parts += [(1, 1, f"uint8_t y{number};") for number in feed_years.years_of(self.feed)]
        parts += [(1, 1, "uint8_t carried;")] if self.carried else []
        if self.keyed:
            parts += [(8, 1, "uint64_t seen;"), (4, 1, "int32_t chain;"), (1, 1, "uint8_t links;")]
        parts.sort(key=lambda part: -part[0])
        size = sum(width * count for width, count, _ in parts)
        if size > LARGEST:
            raise NoFeed("每个成员要记的太多", "the record would be too long")
        self.lines = -(-size // 64)
        inside = "".join(f"    {text}\n" for _, _, text in parts)
        aligned = 32 if size <= 32 else 64
        kinds = {total.number: self.total_type(total) for total in self.keyed}
        closed = feed_closed.functions(self.name, self.keyed, kinds, self.feed.graph.optimise.marks)
        return (
            f"typedef struct {{\n{inside}}} "
            f"__attribute__((aligned({aligned}))) {self.name}_record;\n"
            f"\n{closed}\n{self.carries()}"
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
        if not self.varied:
            return []
        lines = ["const int64_t version = (int64_t)row[i] - unit[i];"]
        for at, kind in enumerate(self.varied_words):
            near, far = f"records[unit[i]].v{at}[version]", f"records[row[i]].v{at}[0]"
            lines.append(f"const {kind} vary{at} = version == 0 || version == 1 ? {near} : {far};")
        return lines

    def functions(self) -> str:
        """The C of packing, unpacking and the table of the feed's functions."""
        load = [feed_closed.load(self.name, self.keyed)] if self.keyed else []
        return "\n".join([self.pack(), *load, self.table()])

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

    # ---- records from and to state words

    def pack(self) -> str:
        name = self.name
        if not self.is_there:
            return (
                f"static void {name}_pack(const hmb_feed_input *in, const hmb_input *members, int64_t first,\n"
                "    int64_t end, const int64_t *words, const int64_t *last)\n{\n}\n\n"
                f"static int64_t {name}_unpack(const hmb_feed_input *in, int64_t record, hmb_state *state)\n"
                "{\n    return INT64_MIN;\n}\n"
            )
        return "\n".join([*self.varying(), self.packing(), self.unpacking()])

    def varying(self) -> list[str]:
        """Functions that give the words of the attributes that vary, of a member's row."""
        found = []
        for at, kind in enumerate(self.varied_words):
            texts = []
            for node, place in self.varied.items():
                if place.word != at:
                    continue
                of = place_of(node)
                given = f"(members->member_given[{of}] == NULL || members->member_given[{of}][m] != 0)"
                text = given if node.op == "varied_given" else f"members->member[{of}][m]"
                texts.append(f"({kind})(uint{place.bits if place.bits > 1 else 8}_t){text} << {place.shift}")
            found.append("\n".join([
                f"static inline {kind} {self.name}_vary{at}(const hmb_input *members, int64_t m)",
                "{",
                f"    return {' | '.join(texts)};",
                "}",
                "",
            ]))  # fmt: skip
        return found

    def keys(self, total: FeedTotal, fresh: bool = False) -> str:
        """An array of the total's key, at least one long; of a record r, or of one that is fresh."""
        texts = []
        for at, key in enumerate(total.keys):
            if at in total.by_row:
                texts.append("0")
            elif key.const is not None:
                texts.append(literal(key.low))
            else:
                number = place_of(key)
                since = "" if fresh else f" + r->y{number}"
                texts.append(f"{feed_years.first_year(self.feed, number)}{since}")
        return ", ".join(texts) or "0"

    def accumulators(self) -> list[tuple[int, FeedTotal]]:
        """Each accumulator of the plan that the record keeps."""
        found = []
        for total in self.kept:
            if total.key is not None:
                continue
            places = (
                [total.number] if total.by is None else [p for p in total.by[1] if p is not None]
            )
            found += [(place, total) for place in places]
        return found

    def packing(self) -> str:
        plan, lines = self.feed.plan, list[str]()
        for node in self.places:
            place, at = place_of(node), self.places[node]
            to = f"word{at.word} |= ({self.scalar(at.word)})(uint{at.bits if at.bits > 1 else 8}_t)"
            match node.op:
                case "member":
                    lines.append(f"{to}column{place}[m] << {at.shift};")
                case "member_given":
                    given = f"members->member_given[{place}]"
                    lines.append(f"{to}({given} == NULL || {given}[m] != 0) << {at.shift};")
                case "member_day":
                    lines.append(f"{to}hmb_member_day(&here, column{place}[m]) << {at.shift};")
                case "period_first" | "period_last":
                    end = "firsts" if node.op == "period_first" else "lasts"
                    lines.append(f"{to}{end}{place // RANGES}[{place % RANGES}] << {at.shift};")
                case _:
                    listed = plan.listed[place]
                    of = [item.name for item in plan.member].index(listed.attribute)
                    given = f"members->member_given[{of}]"
                    code = f"members->member[{of}][m]"
                    lines.append(
                        f"{to}(({given} == NULL || {given}[m] != 0) && {code} >= 0"
                        f" && members->listed[{place}][{code}] != 0) << {at.shift};"
                    )
        columns = sorted(
            {place_of(node) for node in self.places if node.op in ("member", "member_day")}
        )
        numbers = {place_of(node) // RANGES for node in self.places if node.op.startswith("period")}
        periods: list[str] = []
        for number in sorted(numbers):
            periods.append(f"uint16_t firsts{number}[{RANGES}], lasts{number}[{RANGES}];")
            periods.append(
                f"r->odd |= hmb_ranges(in, &members->periods[{number}], m, {RANGES}, "
                f"firsts{number}, lasts{number});"
            )
        own: list[str] = []
        fresh: list[str] = []
        for place, total in self.accumulators():
            word = plan.accumulators[place].word
            if total.by_row:
                before, then = self.packed_by_row(total, place, f"w + {word}")
                fresh += before
                own += then
                continue
            most = total.most if total.carry is None else total.carry.most
            own.append(
                f"held = hmb_held(w + {word}, key{total.number}, {len(total.keys)});"
                f" odd |= held < 0 || held > {literal(most)};"
            )
            if total.carry is not None:
                cell, least = self.cell(total, place), total.carry.least
                taken = self.carrying(total, "held", least, "in->carried", "m", cell)
                own.append(f"if (held > {literal(total.most)} && held <= {literal(most)})")
                own.append(f"    held -= {taken};")
            own.append(f"{self.total_of(place)} = ({self.total_type(total)})held;")
        for total in self.feed.totals:
            if total.made_of is not None:
                word = plan.accumulators[total.number].word
                own.append(
                    f"odd |= hmb_held(w + {word}, key{total.number}, {len(total.keys)})"
                    f" != {self.name}_made{total.number}(in, r);"
                )
        keys = [
            f"const int64_t key{total.number}[] = {{{self.keys(total, fresh=True)}}};"
            for total in self.feed.totals
            if total.key is None
        ]
        text = [
            f"static void {self.name}_pack(const hmb_feed_input *in, const hmb_input *members,",
            "    int64_t first, int64_t end, const int64_t *words, const int64_t *last)",
            "{",
            *(f"    {line}" for line in keys),
            # what a record's stores cannot change, as the compiler has to know
            "    const hmb_feed_input here = *in;",
            *(f"    const int64_t *column{place} = members->member[{place}];" for place in columns),
            f"    {self.name}_record *records = in->records;",
            "    for (int64_t m = first; m < end; m++) {",
            f"        {self.name}_record *r = records + m;",
            *(f"        {self.scalar(at)} word{at} = 0;" for at in range(len(self.words))),
            "        memset(r, 0, sizeof *r);",
            *(f"        {line}" for line in [*periods, *lines, *fresh]),
            *(f"        r->w{at} = word{at};" for at in range(len(self.words))),
            *(
                f"        r->v{at}[{next_}] = {self.name}_vary{at}(members, {row});"
                for at in range(len(self.varied_words))
                for next_, row in enumerate(("m", "m + 1 < in->n_records ? m + 1 : m"))
            ),
            "        if (words != NULL) {",
            f"            const int64_t *w = words + {plan.state_words} * (m - first);",
            "            int64_t held;",
            "            int odd = 0;",
            *(f"            {line}" for line in own),
            "            r->odd |= (uint8_t)odd;",
            "            (void)held;",
            "            (void)w;",
            "        }",
            "        if (last != NULL)",
            "            r->odd |= hmb_last(in, last[m - first], &r->last);",
            "    }",
            "}",
            "",
        ]
        return "\n".join(text)

    def packed_by_row(
        self, total: FeedTotal, place: int, words: str
    ) -> tuple[list[str], list[str]]:
        """A total with the key that it was kept under: as it is fresh, and from state words."""
        to, n = self.total_of(place), len(total.keys)
        fresh, own = [], [f"held = ({words})[0] == INT64_MIN ? 0 : ({words})[{n}];"]
        own.append(f"odd |= held < 0 || held > {literal(total.most)};")
        own.append(f"{to} = ({self.total_type(total)})held;")
        for at, key in enumerate(total.keys):
            if at in total.by_row:
                kind = self.key_type(total, at)
                least = "INT32_MIN" if kind == "int32_t" else "INT64_MIN"
                part = to.replace(f"t{total.number}", f"k{total.number}_{at}")
                fresh.append(f"{part} = {least};")
                own.append(f"if (held) {part} = ({kind})({words})[{at}];")
                own.append(f"odd |= held && {part} != ({words})[{at}];")
            else:
                own.append(f"odd |= held && ({words})[{at}] != {literal(key.low)};")
        return fresh, own

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

    def made_functions(self) -> list[str]:
        """A function for each total that is not kept."""
        return [self.made(total) for total in self.feed.totals if total.made_of is not None]

    def made(self, total: FeedTotal) -> str:
        """A function that gives a total that is not kept."""
        assert total.made_of is not None
        node = total.made_of
        for leaf in [one for one in reachable([node]) if one.op == "before"]:
            source = self.total_with(place_of(leaf))
            if source.carry is not None:
                node = made_from_whole(self.feed.graph, total, place_of(leaf), source.carry.most)
        body = Body(self.from_record)
        value = body.value(node)
        text = [
            f"static int64_t {self.name}_made{total.number}(const hmb_feed_input *in,",
            f"    const {self.name}_record *r)",
            "{",
            *(f"    {line}" for line in body.lines),
            "    (void)in;",
            f"    return {value};",
            "}",
            "",
        ]
        return "\n".join(text)

    def held(self) -> list[tuple[int, FeedTotal, str]]:
        """Each accumulator that has words of state, its total and the text of its value."""
        found = [(place, total, self.whole_of(place)) for place, total in self.accumulators()]
        return found + [
            (total.number, total, f"{self.name}_made{total.number}(in, r)")
            for total in self.feed.totals
            if total.made_of is not None
        ]

    def word(self, place: int) -> int:
        """Where the state words of an accumulator begin."""
        word = self.feed.plan.accumulators[place].word
        assert word is not None
        return word

    def turns(self) -> str:
        """The functions by which a record begins another year."""
        text = []
        for number in feed_years.years_of(self.feed):
            own = [entry for entry in self.held() if feed_years.is_of_year(entry[1], number)]
            totals = list({total.number: total for _, total, _ in own}.values())
            known = {feed_years.first_year(self.feed, number): "first_year"}
            hold = [f"const int64_t key{x.number}[] = {{{self.keys(x)}}};" for x in totals]
            hold = [line.replace(*one) for line in hold for one in known.items()]
            hold += [
                f"hmb_hold(past + {self.word(place)}, key{total.number}, {len(total.keys)}, {value});"
                for place, total, value in own
            ]
            forget = [
                f"memset(r->t{total.number}, 0, sizeof r->t{total.number});"
                for total in totals
                if total.made_of is None
            ]
            forget += [line for total in totals for line in self.forget_carried(total)]
            text.append(feed_years.turn(self.feed, self.name, number, hold, forget))
        return "\n".join(text)

    def forget_carried(self, total: FeedTotal) -> list[str]:
        """Lines after which nothing of a total is carried."""
        if total.number not in self.carried:
            return []
        record = f"(r - ({self.name}_record *)in->records)"
        first = f"{self.words_carried} * {record} + {self.carried[total.number]}"
        return ["if (r->carried)", f"    memset(in->carried + {first}, 0, {8 * self.cells(total)});"]

    def unpacking(self) -> str:
        lines = list[str]()
        past = [
            f"hmb_hold_past(words + {self.word(place)}, past + {self.word(place)}, {len(total.keys)});"
            for place, total, _ in self.held()
            if any(key.op == "uniform" for key in total.keys)
        ]
        if past:
            every = " | ".join(f"r->y{number}" for number in feed_years.years_of(self.feed))
            size = self.feed.plan.state_words
            lines += [
                f"if (({every}) != 0) {{",
                f"    const int64_t *past = (const int64_t *)in->past + {size} * record;",
                *(f"    {line}" for line in past),
                "}",
            ]
        for place, total, value in self.held():
            for at in total.by_row:
                part = self.total_of(place).replace(f"t{total.number}", f"k{total.number}_{at}")
                lines.append(f"key{total.number}[{at}] = {part};")
            lines.append(
                f"hmb_hold(words + {self.word(place)}, key{total.number}, {len(total.keys)}, {value});"
            )
        if self.keyed:
            lines += feed_closed.unpacked(self.name, self.keyed)
        keys = [
            f"int64_t key{total.number}[] = {{{self.keys(total)}}};"
            for total in self.feed.totals
            if total.key is None
        ]
        text = [
            f"static int64_t {self.name}_unpack(const hmb_feed_input *in, int64_t record, hmb_state *state)",
            "{",
            f"    const {self.name}_record *r = ({self.name}_record *)in->records + record;",
            "    int64_t *words = state->words;",
            *(f"    {line}" for line in keys),
            *(f"    {line}" for line in lines),
            "    (void)words;",
            "    return r->last ? in->first_day + r->last - 1 : INT64_MIN;",
            "}",
            "",
        ]
        return "\n".join(text)

    def table(self) -> str:
        name, years = self.name, feed_years.years_of(self.feed)
        can = "in->last_day - in->first_day < HMB_DAYS" if self.is_there else "1"
        if self.is_there:   # all cells have a number of 32 bits
            can += f" && in->n_records < (int64_t)(UINT32_MAX / (sizeof({name}_record) / 4))"
        if years:
            can += f" ? {feed_years.years_are_one(self.feed)} ? 1 : 2 : 0"
        size = f"sizeof({name}_record)" if self.is_there else "0"
        odd = f"offsetof({name}_record, odd)" if self.is_there else "0"
        past = 8 * self.feed.plan.state_words if years else 0
        load = f"{name}_load" if self.keyed else "NULL"
        return "\n".join([
            f"static int32_t {name}_can(const hmb_feed_input *in)",
            "{",
            f"    return {can};",
            "}",
            "",
            f"static const hmb_feed {name} = {{",
            f"    HMB_FEED_ABI, {size}, {odd}, {past}, {len(self.keyed)}, {8 * self.words_carried},",
            f"    {name}_can, {name}_pack, {load}, {name}_run, {name}_unpack,",
            "};",
            "",
        ])  # fmt: skip
