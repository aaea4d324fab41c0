"""A feed -> the C of its functions (evaluator.h, hmb_feed): made of numbers alone.

Rows go through in blocks, each by loops of which the C compiler makes vectors, and short ones that go
row by row. Between the loops values lie in arrays of a block's length.

    early    conditions that need the claims alone          (vectors)
    fetch    what the records hold, to arrays               (row by row)
    adds     what rows add to totals                        (vectors)
    run      the totals, in each record                     (row by row)
    money    payments, conditions of reasons                (vectors)
    reasons  which reason, on bytes                         (vectors)

Adds and run alternate where a total reads another. What no vector does is computed in scalar loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, evolve, field

from hmbc.compiler.emit_c import BOOL, SMALL, Body, is_scalar, literal, stored, type_of
from hmbc.compiler.feed_record import Record, place_of
from hmbc.compiler.graph import Known, Node, reachable
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.lower_feed import Feed, FeedTotal, NoFeed, lower_feed
from hmbc.compiler.merge_layers import merge_layers
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.ranges import INT64
from hmbc.runtime.plan import Plan

REJECT = 16
"""HMB_REJECT of evaluator.h."""


def emit_feed(kernel: Kernel, plan: Plan, name: str, optimise: Optimise = ALL) -> str | None:
    """The C of a kernel's feed, a table of type hmb_feed called `name`; None where it has none."""
    feed = lower_feed(kernel, plan, optimise)
    if feed is None:
        return None
    if optimise.merge:
        feed = merge_layers(feed)
    feed = with_days(feed)
    if any(not -INT64 <= node.low <= node.high <= INT64 for node in feed.outputs()):
        return None
    try:
        return _Emitter(feed, name).text()
    except NoFeed:
        return None


def with_days(feed: Feed) -> Feed:
    """The feed with dates of members in 16 bits, where they are only compared with the deciding date:
    all dates before the batch's first day or after its last are then as good as each other."""
    graph = feed.graph
    roots = [*feed.outputs(), *(total.adds for total in feed.totals if total.made_of is None)]
    roots += [total.made_of for total in feed.totals if total.made_of is not None]
    known = Known()
    others: set[Node] = set()
    found: dict[Node, Node] = {}
    day = graph.leaf("day", None, 1, 2**16 - 2)
    for node in reachable(roots):
        for arg in node.args:
            if arg.op != "member" or feed.plan.member[place_of(arg)].kind != "date":
                continue
            other = [one for one in node.args if one is not arg]
            is_date = len(other) == 1 and other[0].op == "claim" and other[0].data == feed.date
            if not (feed.graph.optimise.compact and node.op == "less" and is_date):
                others.add(arg)
                continue
            short = graph.leaf("member_day", arg.data, 0, 2**16 - 1)
            sides = (short, day) if node.args[0] is arg else (day, short)
            found[node] = graph.less(*sides)
    for node, short in found.items():
        if not any(arg in others for arg in node.args):
            known[node] = short
    outputs = [graph.rebuilt(node, known) for node in feed.outputs()]
    layers = len(feed.pays)
    return evolve(
        feed,
        totals=[evolve(total, adds=graph.rebuilt(total.adds, known)) for total in feed.totals],
        pays=outputs[:layers],
        reasons=outputs[layers : 2 * layers],
        total=outputs[-2],
        decided=outputs[-1],
    )


LANES = "#pragma omp simd simdlen({})"
"""Left alone, gcc takes as many rows at once as there are bytes in a vector, and runs out of
registers."""


@define
class _Loop:
    """A function over a block, and what it is called with after the number of rows."""

    name: str
    arguments: list[str]


@define
class _Emitter:
    feed: Feed
    name: str
    functions: list[str] = field(factory=list)
    held: dict[Node, None] = field(factory=dict)
    """What lies in an array of the block, in the order of its making."""
    ran: dict[int, None] = field(factory=dict)
    """Totals of which what rows add lies in an array."""
    record: Record = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.record = Record(self.feed, self.name)

    # ---- names and places

    @property
    def head(self) -> str:
        """What stands before a loop that vectors or newer instructions help."""
        return "HMB_LOOP " if self.feed.graph.optimise.clones else "HMB_PLAIN_LOOP "

    def column_type(self, place: int) -> str:
        item = self.feed.plan.claim[place]
        if item.kind in ("money", "ratio", "int"):
            return "int64_t"
        if item.kind == "bool" or (item.kind == "enum" and len(item.values) <= 256):
            return "uint8_t"
        return "int32_t"

    def array(self, node: Node) -> tuple[str, str] | None:
        """Type and name of the array in which a value is there for each row of the block, or None."""
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

    def elsewhere(self, node: Node) -> str | None:
        """The text of a value that a loop over a block need not compute."""
        if node.op == "parameter":
            return f"p{node.data}"
        if node.op == "after" and place_of(node) in self.ran:
            before = self.feed.graph.leaf("before", node.data, node.low, node.high)
            return f"b->s{before.number}[i] + b->a{node.data}[i]"
        if (array := self.array(node)) is None:
            return None
        text = f"{array[1]}[i]"
        if node in self.record.places:
            return self.record.places[node].text(text)
        return f"{text} != 0" if type_of(node) == BOOL else text

    # ---- loops over a block

    def parts(self, reads: Iterable[Node], lists: Iterable[int]) -> list[str]:
        """The parameters of a function that reads these."""
        parts: dict[str, None] = {}
        for node in reads:
            if node.op == "parameter":
                parts[f"int64_t p{node.data}"] = None
            elif node.op == "after":
                parts[f"{self.name}_block *restrict b"] = None
            elif (array := self.array(node)) is not None:
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
    ) -> _Loop:
        """A loop that computes nodes from the arrays there are; targets: an array's type and name,
        and the node."""
        reads: dict[Node, None] = {}

        def given(node: Node) -> str | None:
            text = self.elsewhere(node)
            if text is not None:
                reads[node] = None
            return text

        body = Body(given, lanes)
        writes = [f"{array}[i] = {body.value(node)};" for _, array, node in targets]
        lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
        parts = self.parts(reads, lists)
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
    ) -> _Loop:
        """A function that does `lines` for each row of a block, `first` before and `then` after."""
        text = [
            f"{head}static void {name}(",
            "    " + ",\n    ".join(["int64_t n", *parts]) + ")",
            "{",
            *(line if line[0] == "#" else f"    {line}" for line in first),
            "    for (int64_t i = 0; i < n; i++) {",
            *(f"        {line}" for line in lines),
            "    }",
            *(f"    {line}" for line in then),
            "    HMB_KEEP;",
            "}",
            "",
        ]
        self.functions.append("\n".join(text))
        return _Loop(name, [part.rpartition(" ")[2].lstrip("*") for part in parts])

    def prepared(self, name: str, targets: Iterable[Node]) -> list[_Loop]:
        """Loops that put targets, and what only a scalar loop can compute for them, in arrays."""
        found = self.scalar(name, targets)
        wanted = [node for node in dict.fromkeys(targets) if not self.is_there(node)]
        if wanted:
            arrays = [(stored(node), f"b->s{node.number}", node) for node in wanted]
            found.append(self.loop(f"{self.name}_{name}", arrays))
            self.held |= dict.fromkeys(wanted)
        return found

    def kept(self, accepted: Node) -> list[_Loop]:
        """A loop that puts it in an array of its own where a column holds it: the column need not be
        there for all rows."""
        if accepted.const is not None or not self.is_there(accepted):
            return []
        loop = self.loop(
            f"{self.name}_accepted", [(stored(accepted), f"b->s{accepted.number}", accepted)]
        )
        self.held |= {accepted: None}
        return [loop]

    def scalar(self, name: str, targets: Iterable[Node]) -> list[_Loop]:
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
        arrays = [(stored(node), f"b->s{node.number}", node) for node in found]
        loop = self.loop(f"{self.name}_{name}_scalar", arrays, vector=False)
        self.held |= found
        return [loop]

    def is_there(self, node: Node) -> bool:
        return node.const is not None or self.elsewhere(node) is not None

    # ---- records

    def fetch(self, accepted: Node, careful: bool) -> _Loop:
        """The loop that takes what a record holds to arrays, and leaves the day of the last row there.
        careful: some rows of the block are rejected and leave nothing."""
        words = [
            f"memcpy(b->h{at}[i], &r->w{at}, 8);"
            if kind == "uint16_t"
            else f"b->w{at}[i] = r->w{at};"
            for at, kind in enumerate(self.record.words)
        ]
        day = "b->day[i]"
        if careful:
            array = self.array(accepted)
            assert array is not None
            day = f"{array[1]}[i] ? b->day[i] : r->last"
        lines = [
            "const int64_t next = far[i];",
            *(
                f"__builtin_prefetch((const char *)(records + next) + {64 * line}, 1);"
                for line in range(self.record.lines)
            ),
            f"{self.name}_record *restrict r = records + unit[i];",
            *words,
            "odd |= (int64_t)b->day[i] - r->last;",
            f"r->last = {day};",
        ]
        # which one is not known any more: all units of the block are
        then = [
            "for (int64_t i = 0; odd < 0 && i < n; i++)",
            "    hmb_odd(out, &records[unit[i]].odd, unit[i]);",
        ]
        parts = ["const int32_t *restrict unit", "const int32_t *restrict far", *self.to_records]
        name = f"{self.name}_fetch{'_careful' if careful else ''}"
        return self.function(name, parts, lines, self.head, ["int64_t odd = 0;"], then)

    @property
    def to_records(self) -> list[str]:
        return [
            f"{self.name}_record *records",
            "hmb_feed_output *out",
            f"{self.name}_block *restrict b",
        ]

    def totals(self) -> list[_Loop]:
        """The loops that work out what rows add, in vectors, and run the totals, one row after the
        other. A total whose additions read others comes after those; where additions read what they
        move, one scalar loop does all that is left."""
        found: list[_Loop] = []
        left = list(self.record.kept)
        while left:
            there = {total.number for total in self.record.kept if total not in left}
            ready = [total for total in left if self.read_by(total) <= there]
            if not ready:
                return [*found, self.together(left)]
            step, adds = len(found), [total.adds for total in ready]
            shared = self.shared(adds)
            found += self.prepared(f"keys{step}", [x.keys[at] for x in ready for at in x.by_row])
            found += self.scalar(f"adds{step}", [*adds, *shared])
            found += self.prepared(
                f"narrow{step}", [*self.narrow(adds), *filter(self.is_narrow, shared)]
            )
            arrays = [("int64_t", f"b->a{total.number}", total.adds) for total in ready]
            conditions = [
                (stored(node), f"b->s{node.number}", node)
                for node in shared
                if not self.is_there(node)
            ]
            found.append(self.loop(f"{self.name}_adds{step}", [*arrays, *conditions], lanes=64))
            self.held |= {node: None for _, _, node in conditions}
            found.append(self.running(f"{self.name}_run{step}", ready))
            left = [total for total in left if total not in ready]
        return found

    def read_by(self, total: FeedTotal) -> set[int]:
        """The totals that a total's additions read."""
        nodes = reachable([total.adds])
        return {place_of(node) for node in nodes if node.op in ("before", "after")}

    def shared(self, adds: list[Node]) -> list[Node]:
        """Conditions that additions are worked out from, and outputs too."""
        computed = set(reachable(adds))
        found: dict[Node, None] = {}
        seen: set[Node] = set()

        def visit(node: Node) -> None:
            if node in seen or self.is_there(node) or node.stage < 2:
                return
            seen.add(node)
            parts = [part.args[0] if part.op == "not" else part for part in node.args]
            is_free = node.op == "all" and all(
                part in computed or self.is_there(part) for part in parts
            )
            if type_of(node) == BOOL and (node in computed or is_free) and node.op != "not":
                found[node] = None
            else:
                for arg in node.args:
                    visit(arg)

        for node in self.feed.outputs():
            visit(node)
        return list(found)

    def narrow(self, roots: Iterable[Node]) -> list[Node]:
        """The outermost conditions under these that need narrow values only: many go into a vector."""
        found: dict[Node, None] = {}
        seen: set[Node] = set()

        def visit(node: Node) -> None:
            if node in seen or self.is_there(node):
                return
            seen.add(node)
            if type_of(node) == BOOL and self.is_narrow(node):
                found[node] = None
            else:
                for arg in node.args:
                    visit(arg)

        for node in roots:
            visit(node)
        return list(found)

    def is_narrow(self, node: Node) -> bool:
        """Whether a node is made of values of 16 bits or less."""
        if node in self.record.places:
            return self.record.words[self.record.places[node].word] == "uint16_t"
        small = type_of(node) in (BOOL, *SMALL)
        if not small or self.is_there(node):
            return small and node.op != "after"
        return not is_scalar(node) and all(self.is_narrow(arg) for arg in node.args)

    def before(self, total: FeedTotal) -> Node:
        return self.feed.graph.leaf("before", total.number, 0, total.most)

    def running(self, name: str, totals: list[FeedTotal]) -> _Loop:
        """The loop that runs totals whose additions lie in arrays."""
        first: list[str] = []
        lines = [f"{self.name}_record *restrict r = records + unit[i];"]
        then: list[str] = []
        reads: dict[Node, None] = {}
        for total in totals:
            number, most, kind = total.number, literal(total.most), self.record.total_type(total)
            at = "0"
            if total.by is not None:
                reads[total.by[0]] = None
                at = self.elsewhere(total.by[0]) or "0"
            before = self.before(total)
            if total.by_row:
                self.run_by_row(total, at, lines, reads)
                first.append(f"int64_t over{number} = 0;")
                then += [
                    f"for (int64_t i = 0; over{number} < 0 && i < n; i++)",
                    "    hmb_odd(out, &records[unit[i]].odd, unit[i]);",
                ]
                self.held[before] = None
                self.ran[number] = None
                continue
            first.append(f"int64_t over{number} = 0;")
            lines += [
                f"{kind} *t{number} = &r->t{number}[{at}];",
                f"const int64_t was{number} = *t{number};",
                f"const int64_t now{number} = was{number} + b->a{number}[i];",
                f"over{number} |= {most} - now{number};",
                f"b->s{before.number}[i] = ({stored(before)})was{number};",
                f"*t{number} = ({kind})now{number};",
            ]
            then += [
                f"for (int64_t i = 0; over{number} < 0 && i < n; i++)",
                f"    if ({most} - b->s{before.number}[i] < b->a{number}[i])",
                "        hmb_odd(out, &records[unit[i]].odd, unit[i]);",
            ]
            self.held[before] = None
            self.ran[number] = None
        parts = ["const int32_t *restrict unit", *self.to_records, *self.parts(reads, ())]
        return self.function(name, list(dict.fromkeys(parts)), lines, self.head, first, then)

    def run_by_row(
        self, total: FeedTotal, at: str, lines: list[str], reads: dict[Node, None]
    ) -> None:
        """Adds the lines of a total whose key each row has its own of: a new key forgets the old one,
        an earlier one is odd, and a row that adds nothing leaves both."""
        number, before, kind = total.number, self.before(total), self.record.total_type(total)
        late, same = "0", "1"
        for part in reversed(total.by_row):
            key = total.keys[part]
            reads[key] = None
            row, held = f"k{number}_{part}", f"&r->k{number}_{part}[{at}]"
            lines.append(f"const int64_t {row} = {self.elsewhere(key)};")
            lines.append(f"{self.record.key_type(total, part)} *h{number}_{part} = {held};")
            late = f"{row} < *h{number}_{part} || ({row} == *h{number}_{part} && ({late}))"
            same = f"{row} == *h{number}_{part} && {same}"
        lines += [
            f"const int64_t was{number} = {same} ? r->t{number}[{at}] : 0;",
            f"const int64_t now{number} = was{number} + b->a{number}[i];",
            f"over{number} |= ({literal(total.most)} - now{number}) | -(int64_t)({late});",
            f"b->s{before.number}[i] = ({stored(before)})was{number};",
            f"if (b->a{number}[i] != 0) {{",
            f"    r->t{number}[{at}] = ({kind})now{number};",
            *(f"    *h{number}_{part} = k{number}_{part};" for part in total.by_row),
            "}",
        ]

    def together(self, totals: list[FeedTotal]) -> _Loop:
        """One scalar loop that works out what rows add to totals that read each other, and runs them."""
        if any(total.by_row for total in totals):
            raise NoFeed("totals that read each other, under keys of each row")
        numbers = {total.number: total for total in totals}
        reads: dict[Node, None] = {}
        now: set[int] = set()

        def given(node: Node) -> str | None:
            if node.op == "before" and place_of(node) in numbers:
                return place(numbers[place_of(node)])
            if node.op == "after" and place_of(node) in numbers:
                return f"({type_of(node)}){moved(numbers[place_of(node)])}"
            text = self.elsewhere(node)
            if text is not None:
                reads[node] = None
            return text

        body = Body(given)

        def place(total: FeedTotal) -> str:
            at = "0" if total.by is None else body.value(total.by[0])
            return f"r->t{total.number}[{at}]"

        def moved(total: FeedTotal) -> str:
            if total.number not in now:
                adds, was = body.value(total.adds), body.value(self.before(total))
                now.add(total.number)
                body.lines.append(f"const int64_t now{total.number} = {was} + (int64_t){adds};")
                body.lines.append(f"odd |= {literal(total.most)} - now{total.number};")
                body.lines.append(f"b->a{total.number}[i] = {adds};")
            return f"now{total.number}"

        for total in totals:
            moved(total)
        writes = []
        for total in totals:
            before, kind = self.before(total), self.record.total_type(total)
            writes.append(f"b->s{before.number}[i] = {body.value(before)};")
            writes.append(f"{place(total)} = ({kind})now{total.number};")
        lines = [
            f"{self.name}_record *restrict r = records + unit[i];",
            "int64_t odd = 0;",
            *body.lines,
            *writes,
            "if (__builtin_expect(odd < 0, 0))",
            "    hmb_odd(out, &r->odd, unit[i]);",
        ]
        lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
        parts = ["const int32_t *restrict unit", *self.to_records, *self.parts(reads, lists)]
        self.held |= {self.before(total): None for total in totals}
        self.ran |= {total.number: None for total in totals}
        return self.function(f"{self.name}_together", list(dict.fromkeys(parts)), lines, self.head)

    def early(self, accepted: Node) -> list[Node]:
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
            elif node.stage == 1 and not self.is_there(node):
                found[node] = None

        for total in self.record.kept:
            visit(total.adds)
            if total.by is not None:
                visit(total.by[0])
        visit(accepted)
        return list(found)

    # ---- all together

    def text(self) -> str:
        feed, graph, name = self.feed, self.feed.graph, self.name
        accepted = graph.no(graph.any(feed.rejects))
        if accepted.stage == 2:
            raise NoFeed("rows rejected for what their member is")
        if accepted.stage == 0 and accepted.const is None:
            raise NoFeed("rows rejected for what the parameters are")
        record = self.record.text() if self.record.is_there else ""
        steps: list[_Loop] = []
        fetches: list[_Loop] = []
        place = 0
        if self.record.is_there:
            steps += [*self.kept(accepted), *self.prepared("early", self.early(accepted))]
            fetches = [self.fetch(accepted, False)]
            if accepted.const is None:
                fetches.append(self.fetch(accepted, True))
            place = len(steps)
            steps += self.totals()
        elif accepted.const is None:
            steps += [*self.kept(accepted), *self.prepared("early", [accepted])]
        refuse = self.refuse() if feed.rejects else None
        conditions = list(dict.fromkeys(
            leaf for node in (*feed.reasons, feed.decided) for leaf in self.byte_leaves(node)
        ))  # fmt: skip
        conditions = [node for node in conditions if not self.is_there(node)]
        steps += self.scalar("money", [*feed.pays, feed.total, *conditions])
        pays = [("int64_t", f"o{place}", pay) for place, pay in enumerate(feed.pays)]
        total = [("int64_t", "total", feed.total)]
        causes = [(stored(node), f"b->s{node.number}", node) for node in conditions
                  if not self.is_there(node)]  # fmt: skip
        money = {
            (want_pays, want_why): self.loop(
                f"{name}_money{int(want_pays)}{int(want_why)}",
                [*(pays if want_pays else []), *total, *(causes if want_why else [])],
                lanes=64,
            )
            for want_pays in (False, True)
            for want_why in (False, True)
        }
        self.held |= {node: None for _, _, node in causes}
        reasons = [
            self.loop(f"{name}_reason{place}", [("uint8_t", f"q{place}", node)])
            for place, node in enumerate(feed.reasons)
        ]
        decided = self.loop(f"{name}_decided", [("uint8_t", "decided", feed.decided)])
        driver = self.driver(
            steps[:place], fetches, steps[place:], accepted, refuse, money, reasons, decided
        )
        return "\n".join([record, self.block(), *self.functions, driver, self.record.functions()])

    def block(self) -> str:
        """The type of what lies between the loops."""
        arrays, inside = ["uint16_t day"], ""
        for at, kind in enumerate(self.record.words):
            if kind == "uint16_t":
                inside += f"    uint16_t h{at}[HMB_BLOCK][4] __attribute__((aligned(64)));\n"
            else:
                arrays.append(f"{kind} w{at}")
        arrays += [f"int64_t a{number}" for number in self.ran]
        arrays += [f"{stored(node)} s{node.number}" for node in self.held]
        inside += "".join(f"    {x}[HMB_BLOCK] __attribute__((aligned(64)));\n" for x in arrays)
        return f"typedef struct {{\n{inside}}} {self.name}_block;\n"

    def byte_leaves(self, node: Node) -> list[Node]:
        """What a loop over bytes reads to compute a reason."""
        if node.const is not None:
            return []
        small = all(type_of(one) in (BOOL, *SMALL) for one in (node, *node.args))
        if node.args and small and not is_scalar(node) and node not in self.held:
            return [leaf for arg in node.args for leaf in self.byte_leaves(arg)]
        return [node]

    def refuse(self) -> _Loop:
        """The loop that writes the status of rows that a ground of the scheme rejects."""
        reads: dict[Node, None] = {}

        def given(node: Node) -> str | None:
            text = self.elsewhere(node)
            if text is not None:
                reads[node] = None
            return text

        body = Body(given)
        lines = []
        for place, node in reversed(list(enumerate(self.feed.rejects))):
            lines.append(f"if ({body.value(node)})")
            lines.append(f"    at = {REJECT + place};")
        lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
        parts = [*self.parts(reads, lists), "uint8_t *status", "int64_t *rejected"]
        lines = ["int at = 0;", *body.lines, *lines, "if (at) {", "    status[i] = (uint8_t)at;",
                 "    ++*rejected;", "}"]  # fmt: skip
        return self.function(f"{self.name}_refuse", parts, lines, "HMB_PLAIN_LOOP ")

    def call(self, loop: _Loop) -> str:
        known = {
            "out": "out", "unit": "in->unit + i", "records": "records", "b": "b",
            "far": "in->unit + i + (end - i > n + HMB_AHEAD ? HMB_AHEAD : 0)",
            "status": "out->status + i", "rejected": "&out->rejected", "total": "total",
            "decided": "decided",
        }  # fmt: skip
        texts = []
        for argument in loop.arguments:
            if argument in known:
                texts.append(known[argument])
            else:
                given = f"{argument} == NULL ? hmb_ones : {argument} + i"
                column = f"{argument} + i"
                texts.append({"c": column, "g": given}.get(argument[0], argument))
        return f"{loop.name}({', '.join(['n', *texts])});"

    def driver(
        self,
        before: list[_Loop],
        fetches: list[_Loop],
        steps: list[_Loop],
        accepted: Node,
        refuse: _Loop | None,
        money: dict[tuple[bool, bool], _Loop],
        reasons: list[_Loop],
        decided: _Loop,
    ) -> str:
        feed, layers = self.feed, len(self.feed.pays)
        every = [
            *before,
            *fetches,
            *steps,
            *([refuse] if refuse else []),
            *money.values(),
            *reasons,
            decided,
        ]
        arguments = list(dict.fromkeys(arg for loop in every for arg in loop.arguments))
        columns = [
            f"const {self.column_type(int(arg[1:]))} *c{arg[1:]} = in->claim[{arg[1:]}];"
            for arg in arguments
            if arg[0] == "c"
        ]
        columns += [f"const uint8_t *{arg} = in->claim_given[{arg[1:]}];"
                    for arg in arguments if arg[0] == "g"]  # fmt: skip
        columns += [f"const int64_t {arg} = in->parameter[{arg[1:]}];" for arg in arguments
                    if arg[0] == "p"]  # fmt: skip
        columns += [f"const uint8_t *{arg} = in->listed[{arg[1:]}];" for arg in arguments
                    if arg[0] == "l"]  # fmt: skip
        arrays = [f"{self.name}_block block, *b = &block;"]
        outs = [
            f"int64_t w{place}[HMB_BLOCK] __attribute__((aligned(64)));" for place in range(layers)
        ]
        outs += [
            f"uint8_t x{place}[HMB_BLOCK] __attribute__((aligned(64)));" for place in range(layers)
        ]
        outs += ["int64_t wt[HMB_BLOCK] __attribute__((aligned(64)));",
                 "uint8_t xd[HMB_BLOCK] __attribute__((aligned(64)));"]  # fmt: skip
        wants = [f"pays |= out->pay[{place}] != NULL;" for place in range(layers)]
        whys = [f"why |= out->reason[{place}] != NULL;" for place in range(layers)]
        places = [
            f"int64_t *o{p} = hmb_out(out->pay[{p}], i, w{p}, past);" for p in range(layers)
        ] + ["int64_t *total = hmb_out(out->total, i, wt, past);"]
        places += [
            f"uint8_t *q{p} = hmb_out_byte(out->reason[{p}], i, x{p}, past);" for p in range(layers)
        ]
        places += ["uint8_t *decided = hmb_out_byte(out->decided, i, xd, past);"]
        after = [f"if (past && out->pay[{p}] != NULL)\n            "
                 f"hmb_stream(out->pay[{p}] + i, w{p}, 8 * n);" for p in range(layers)]  # fmt: skip
        after += [
            "if (past && out->total != NULL)\n            hmb_stream(out->total + i, wt, 8 * n);"
        ]
        after += [f"if (past && out->reason[{p}] != NULL)\n            "
                  f"hmb_stream(out->reason[{p}] + i, x{p}, n);" for p in range(layers)]  # fmt: skip
        after += [
            "if (past && out->decided != NULL)\n            hmb_stream(out->decided + i, xd, n);"
        ]
        record = f"{self.name}_record *records = in->records;" if self.record.is_there else ""
        days = []
        if self.record.is_there:
            days = [f"hmb_days(n, c{feed.date} + i, (int32_t)in->first_day, b->day);"]
            if f"c{feed.date}" not in arguments:
                columns.append(f"const int32_t *c{feed.date} = in->claim[{feed.date}];")
        fetch = [self.call(loop) for loop in fetches]
        if len(fetches) == 2:
            fetch = [f"if (hmb_any_zero(n, b->s{accepted.number}))", f"    {fetch[1]}",
                     "else", f"    {fetch[0]}"]  # fmt: skip
        refused = []
        if refuse is not None and accepted.const is None:
            refused = [
                f"if (hmb_any_zero(n, b->s{accepted.number}))",
                f"    {self.call(refuse)}",
            ]
        elif refuse is not None:
            refused = [self.call(refuse)]
        body = [
            *days,
            *(self.call(loop) for loop in before),
            *fetch,
            *(self.call(loop) for loop in steps),
            *refused,
            "if (pays && why)",
            f"    {self.call(money[True, True])}",
            "else if (pays)",
            f"    {self.call(money[True, False])}",
            "else if (why)",
            f"    {self.call(money[False, True])}",
            "else",
            f"    {self.call(money[False, False])}",
        ]
        for place, loop in enumerate(reasons):
            body += [f"if (out->reason[{place}] != NULL)", f"    {self.call(loop)}"]
        body += ["if (out->decided != NULL)", f"    {self.call(decided)}"]
        lines = [
            f"static void {self.name}_run(const hmb_feed_input *in, int64_t first, int64_t end,",
            "    hmb_feed_output *out)",
            "{",
            *(f"    {line}" for line in columns),
            *(f"    {line}" for line in [*arrays, *outs]),
            *([f"    {record}"] if record else []),
            "    int pays = 0, why = out->decided != NULL;",
            *(f"    {line}" for line in [*wants, *whys]),
            f"    const int large = hmb_is_large(out, {layers}, end - first);",
            "    for (int64_t i = first, n; i < end; i += n) {",
            "        n = HMB_BLOCK - i % HMB_BLOCK;",
            "        n = n < end - i ? n : end - i;",
            "        const int past = large && n == HMB_BLOCK;",
            *(f"        {line}" for line in places),
            *(f"        {line}" for line in body),
            *(f"        {line}" for line in after),
            "    }",
            "    if (large)",
            "        hmb_streamed();",
            "}",
            "",
        ]
        return "\n".join(lines)
