"""A feed -> the C of its functions (evaluator.h, hmb_feed): made of numbers alone.

Rows go through in blocks. What only the claims' columns decide is worked out first, in loops that the
compiler makes vectors of; then row by row what reads and moves the unit's record; then, in vectors
again, money and reasons. Between the loops values lie in arrays of a block's length.

    early    what the record's loop needs of the claims     (scalar and vector loop)
    state    what a row adds to each total; the totals      (one row after the other)
    money    payments, conditions of reasons                (scalar and vector loop)
    reasons  which reason, on bytes                         (vector loop for each column)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, evolve, field

from hmbc.compiler.emit_c import BOOL, SMALL, Body, is_scalar, literal, stored, type_of
from hmbc.compiler.graph import Known, Node, reachable
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.lower_feed import Feed, FeedTotal, NoFeed, lower_feed
from hmbc.compiler.merge_layers import merge_layers
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.ranges import INT64
from hmbc.runtime.plan import Plan

REJECT = 16
"""HMB_REJECT of evaluator.h."""

SIZES = {"uint8_t": 1, "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "int64_t": 8}

LARGEST = 256
"""Bytes of a record beyond which there is no feed."""


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
    leaves: dict[Node, None] = field(init=False)
    """What is read of the record."""

    def __attrs_post_init__(self) -> None:
        feed = self.feed
        roots = [*feed.outputs(), *(total.adds for total in self.kept)]
        roots += [total.made_of for total in feed.totals if total.made_of is not None]
        of_record = ("member", "member_given", "member_listed", "member_day")
        self.leaves = {node: None for node in reachable(roots) if node.op in of_record}

    # ---- names and places

    @property
    def kept(self) -> list[FeedTotal]:
        return [total for total in self.feed.totals if total.made_of is None]

    @property
    def head(self) -> str:
        """What stands before a loop that vectors or newer instructions help."""
        return "HMB_LOOP " if self.feed.graph.optimise.clones else "HMB_PLAIN_LOOP "

    @property
    def has_record(self) -> bool:
        return bool(self.leaves or self.feed.totals)

    def column_type(self, place: int) -> str:
        item = self.feed.plan.claim[place]
        if item.kind in ("money", "ratio", "int"):
            return "int64_t"
        if item.kind == "bool" or (item.kind == "enum" and len(item.values) <= 256):
            return "uint8_t"
        return "int32_t"

    def array(self, node: Node) -> tuple[str, str] | None:
        """Type and name of the array in which a value is there for each row of the block, or None."""
        if node.op in ("claim", "raw"):
            return self.column_type(place_of(node)), f"c{node.data}"
        if node.op == "claim_given":
            return "uint8_t", f"g{node.data}"
        if node.op == "day":
            return "uint16_t", "b->day"
        if node in self.held:
            return stored(node), f"b->s{node.number}"
        return None

    def elsewhere(self, node: Node) -> str | None:
        """The text of a value that a loop over a block need not compute."""
        if node.op == "parameter":
            return f"p{node.data}"
        if (array := self.array(node)) is None:
            return None
        text = f"{array[1]}[i]"
        return f"{text} != 0" if type_of(node) == BOOL else text

    # ---- loops over a block

    def parts(self, reads: Iterable[Node], lists: Iterable[int]) -> list[str]:
        """The parameters of a function that reads these."""
        parts: dict[str, None] = {}
        for node in reads:
            if node.op == "parameter":
                parts[f"int64_t p{node.data}"] = None
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
        lanes: bool = False,
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
        return self.function(name, parts, [*body.lines, *writes], self.head if vector else "")

    def function(self, name: str, parts: list[str], lines: list[str], head: str) -> _Loop:
        """A function that does `lines` for each row of a block."""
        text = [
            f"{head}static void {name}(",
            "    " + ",\n    ".join(["int64_t n", *parts]) + ")",
            "{",
            "    for (int64_t i = 0; i < n; i++) {",
            *(f"        {line}" for line in lines),
            "    }",
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

    # ---- the record

    def record(self) -> str:
        """The record's type: its widest parts first, so that nothing lies between them."""
        parts: list[tuple[int, str]] = []
        for node in self.leaves:
            kind = "uint16_t" if node.op == "member_day" else stored(node)
            parts.append((SIZES[kind], f"{kind} {self.of_record(node)};"))
        for total in self.kept:
            kind, count = self.total_type(total), 1 if total.by is None else len(total.by[1])
            size = SIZES[kind] * count
            parts.append((SIZES[kind], f"{kind} t{total.number}[{count}];"))
        parts += [(2, "uint16_t last;"), (1, "uint8_t odd;")]
        parts.sort(key=lambda part: -part[0])
        size = sum(self.bytes_of(text) for _, text in parts)
        aligned = 32 if size <= 32 else 64
        if size > LARGEST:
            raise NoFeed("the record would be too long")
        self.lines = -(-size // 64)
        inside = "".join(f"    {text}\n" for _, text in parts)
        return (
            f"typedef struct {{\n{inside}}} "
            f"__attribute__((aligned({aligned}))) {self.name}_record;\n"
        )

    @staticmethod
    def bytes_of(text: str) -> int:
        kind, _, rest = text.partition(" ")
        count = int(rest.partition("[")[2].partition("]")[0] or 1)
        return SIZES[kind] * count

    lines: int = 1
    """Cache lines of a record."""

    @staticmethod
    def total_type(total: FeedTotal) -> str:
        return "int32_t" if total.most < 2**31 else "int64_t"

    @staticmethod
    def of_record(node: Node) -> str:
        """The name of a part of the record."""
        short = {"member": "m", "member_given": "mg", "member_listed": "ml", "member_day": "md"}
        return f"{short[node.op]}{node.data}"

    def from_record(self, node: Node) -> str | None:
        """A value as the record holds it, outside of loops: totals are those before a row."""
        if node in self.leaves:
            text = f"r->{self.of_record(node)}"
            return f"{text} != 0" if type_of(node) == BOOL else text
        if node.op == "parameter":
            return f"in->parameter[{node.data}]"
        if node.op == "before":
            return self.total_of(place_of(node))
        return None

    def total_of(self, place: int) -> str:
        """Where the record keeps the total of an accumulator of the plan."""
        for total in self.kept:
            if total.by is None and total.number == place:
                return f"r->t{place}[0]"
            if total.by is not None and place in total.by[1]:
                return f"r->t{total.number}[{total.by[1].index(place)}]"
        raise KernelError(f"total {place} is not kept")

    def state(self, wanted: Sequence[Node], accepted: Node) -> _Loop:
        """The loop that reads and moves records. It leaves in arrays what `wanted` is made from."""
        reads: dict[Node, None] = {}
        totals = {total.number: total for total in self.kept}
        after: dict[int, str] = {}
        before: set[int] = set()

        def given(node: Node) -> str | None:
            if node in self.leaves:
                part = f"r->{self.of_record(node)}"
                return f"{part} != 0" if type_of(node) == BOOL else part
            if node.op == "before":
                total = totals[place_of(node)]
                if total.number not in before:
                    before.add(total.number)
                    body.lines.append(f"const int64_t b{total.number} = {place(total)};")
                return f"({type_of(node)})b{total.number}"
            if node.op == "after":
                return f"({type_of(node)}){moved(totals[place_of(node)])}"
            text = self.elsewhere(node)
            if text is not None:
                reads[node] = None
            return text

        body = Body(given)

        def place(total: FeedTotal) -> str:
            at = "0" if total.by is None else body.value(total.by[0])
            return f"r->t{total.number}[{at}]"

        def leaf(total: FeedTotal) -> Node:
            return self.feed.graph.leaf("before", total.number, 0, total.most)

        def moved(total: FeedTotal) -> str:
            if total.number not in after:
                adds, was = body.value(total.adds), body.value(leaf(total))
                after[total.number] = f"a{total.number}"
                body.lines.append(f"const int64_t a{total.number} = {was} + {adds};")
                body.lines.append(f"odd |= {literal(total.most)} - a{total.number};")
            return after[total.number]

        for total in self.kept:
            moved(total)
        computed = set(body.names)
        left: dict[Node, None] = {}

        def visit(node: Node) -> None:
            if node.stage < 2 or node in left:
                return
            is_free = node.op in ("all", "not") and all(
                part.stage < 2
                or part in computed
                or (part.op == "not" and part.args[0] in computed)
                for part in node.args
            )
            if not node.args or node in computed or is_free:
                left[node] = None
            else:
                for arg in node.args:
                    visit(arg)

        for node in wanted:
            visit(node)
        if accepted.stage == 2:
            left[accepted] = None
        # what claims alone decide is not worked out again
        free = [node for node in left if node not in computed and node.args]
        for node in free:
            for part in reachable([node]):
                if part.stage == 1 and part.args and not self.is_there(part):
                    left.pop(node, None)
                    for arg in node.args:
                        visit(arg)
                    break
        writes = [f"b->s{node.number}[i] = {body.value(node)};" for node in left]
        writes += [
            f"{place(total)} = ({self.total_type(total)})a{total.number};" for total in self.kept
        ]
        day = "b->day[i]"
        if accepted.const is None:
            day = f"{body.value(accepted)} ? b->day[i] : r->last"
        fetch = ["const int64_t next = far[i];"]
        fetch += [
            f"__builtin_prefetch((const char *)(records + next) + {64 * line}, 1);"
            for line in range(self.lines)
        ]
        lines = [
            *fetch,
            f"{self.name}_record *restrict r = records + unit[i];",
            "// negative where a date falls or a total is too large",
            "int64_t odd = (int64_t)b->day[i] - r->last;",
            *body.lines,
            *writes,
            f"r->last = {day};",
            "if (__builtin_expect(odd < 0, 0))",
            "    hmb_odd(out, &r->odd, unit[i]);",
        ]
        lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
        parts = [
            "const int32_t *restrict unit",
            "const int32_t *restrict far",
            f"{self.name}_record *records",
            "hmb_feed_output *out",
            f"{self.name}_block *restrict b",
        ]
        parts = list(dict.fromkeys([*parts, *self.parts(reads, lists)]))
        loop = self.function(f"{self.name}_state", parts, lines, self.head)
        self.held |= left
        return loop

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

        for total in self.kept:
            visit(total.adds)
            if total.by is not None:
                visit(total.by[0])
        visit(accepted)
        return list(found)

    # ---- all together

    def text(self) -> str:
        feed, graph, name = self.feed, self.feed.graph, self.name
        accepted = graph.no(graph.any(feed.rejects))
        record = self.record() if self.has_record else ""
        steps: list[_Loop] = []
        if self.has_record:
            steps += self.prepared("early", self.early(accepted))
            steps.append(self.state([*feed.outputs(), *feed.rejects], accepted))
        elif accepted.const is None:
            steps += self.prepared("early", [accepted])
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
                lanes=True,
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
        driver = self.driver(steps, accepted, refuse, money, reasons, decided)
        return "\n".join(
            [record, self.block(), *self.functions, driver, self.pack(), self.table()]
        )

    def block(self) -> str:
        """The type of what lies between the loops."""
        arrays = ["uint16_t day", *(f"{stored(node)} s{node.number}" for node in self.held)]
        inside = "".join(f"    {x}[HMB_BLOCK] __attribute__((aligned(64)));\n" for x in arrays)
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
        return self.function(f"{self.name}_refuse", parts, lines, "")

    def call(self, loop: _Loop) -> str:
        known = {
            "out": "out", "unit": "in->unit + i", "records": "records", "b": "&block",
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
        steps: list[_Loop],
        accepted: Node,
        refuse: _Loop | None,
        money: dict[tuple[bool, bool], _Loop],
        reasons: list[_Loop],
        decided: _Loop,
    ) -> str:
        feed, layers = self.feed, len(self.feed.pays)
        every = [*steps, *([refuse] if refuse else []), *money.values(), *reasons, decided]
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
        arrays = [f"{self.name}_block block;"]
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
        record = f"{self.name}_record *records = in->records;" if self.has_record else ""
        days = []
        if self.has_record:
            days = [f"hmb_days(n, c{feed.date} + i, (int32_t)in->first_day, block.day);"]
            if f"c{feed.date}" not in arguments:
                columns.append(f"const int32_t *c{feed.date} = in->claim[{feed.date}];")
        refused = []
        if refuse is not None and accepted.const is None:
            refused = [f"if (hmb_any_zero(n, block.s{accepted.number}))", f"    {self.call(refuse)}"]
        elif refuse is not None:
            refused = [self.call(refuse)]
        body = [
            *days,
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

    # ---- records from and to state words

    def pack(self) -> str:
        name = self.name
        if not self.has_record:
            return (
                f"static void {name}_pack(const hmb_feed_input *in, const hmb_input *members, int64_t first,\n"
                "    int64_t end, const int64_t *words, const int64_t *last)\n{\n}\n\n"
                f"static int64_t {name}_unpack(const hmb_feed_input *in, int64_t record, int64_t *words)\n"
                "{\n    return INT64_MIN;\n}\n"
            )
        return self.packing() + "\n" + self.unpacking()

    def keys(self, total: FeedTotal) -> str:
        """An array of the total's key, at least one long."""
        texts = []
        for key in total.keys:
            if key.const is not None:
                texts.append(literal(key.low))
            else:
                month, first = self.feed.uniform[place_of(key)]
                texts.append(f"hmb_year(in->first_day, {month}, {first})")
        return ", ".join(texts) or "0"

    def accumulators(self) -> list[tuple[int, FeedTotal]]:
        """Each accumulator of the plan that the record keeps."""
        found = []
        for total in self.kept:
            places = (
                [total.number] if total.by is None else [p for p in total.by[1] if p is not None]
            )
            found += [(place, total) for place in places]
        return found

    def packing(self) -> str:
        plan, lines = self.feed.plan, list[str]()
        for node in self.leaves:
            place, to = place_of(node), f"r->{self.of_record(node)}"
            match node.op:
                case "member":
                    lines.append(f"{to} = ({stored(node)})members->member[{place}][m];")
                case "member_given":
                    given = f"members->member_given[{place}]"
                    lines.append(f"{to} = {given} == NULL || {given}[m] != 0;")
                case "member_day":
                    lines.append(f"{to} = hmb_member_day(in, members->member[{place}][m]);")
                case _:
                    listed = plan.listed[place]
                    at = [item.name for item in plan.member].index(listed.attribute)
                    given = f"members->member_given[{at}]"
                    code = f"members->member[{at}][m]"
                    lines.append(
                        f"{to} = ({given} == NULL || {given}[m] != 0) && {code} >= 0"
                        f" && members->listed[{place}][{code}] != 0;"
                    )
        own: list[str] = []
        for place, total in self.accumulators():
            word = plan.accumulators[place].word
            own.append(
                f"held = hmb_held(w + {word}, key{total.number}, {len(total.keys)});"
                f" odd |= held < 0 || held > {literal(total.most)};"
                f" {self.total_of(place)} = ({self.total_type(total)})held;"
            )
        for total in self.feed.totals:
            if total.made_of is not None:
                word = plan.accumulators[total.number].word
                own.append(
                    f"odd |= hmb_held(w + {word}, key{total.number}, {len(total.keys)})"
                    f" != {self.name}_made{total.number}(in, r);"
                )
        made = [self.made(total) for total in self.feed.totals if total.made_of is not None]
        keys = [
            f"const int64_t key{total.number}[] = {{{self.keys(total)}}};"
            for total in self.feed.totals
        ]
        text = [
            f"static void {self.name}_pack(const hmb_feed_input *in, const hmb_input *members,",
            "    int64_t first, int64_t end, const int64_t *words, const int64_t *last)",
            "{",
            *(f"    {line}" for line in keys),
            f"    {self.name}_record *records = in->records;",
            "    for (int64_t m = first; m < end; m++) {",
            f"        {self.name}_record *r = records + m;",
            "        memset(r, 0, sizeof *r);",
            *(f"        {line}" for line in lines),
            "        if (words != NULL) {",
            f"            const int64_t *w = words + {plan.state_words} * (m - first);",
            "            int64_t held;",
            "            int odd = 0;",
            *(f"            {line}" for line in own),
            "            r->odd = (uint8_t)odd;",
            "            (void)held;",
            "            (void)w;",
            "        }",
            "        if (last != NULL)",
            "            r->odd |= hmb_last(in, last[m - first], &r->last);",
            "    }",
            "}",
            "",
        ]
        return "\n".join([*made, *text])

    def made(self, total: FeedTotal) -> str:
        """A function that gives a total that is not kept."""
        assert total.made_of is not None
        body = Body(self.from_record)
        value = body.value(total.made_of)
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

    def unpacking(self) -> str:
        plan, lines = self.feed.plan, list[str]()
        found = [(place, total, self.total_of(place)) for place, total in self.accumulators()]
        found += [
            (total.number, total, f"{self.name}_made{total.number}(in, r)")
            for total in self.feed.totals
            if total.made_of is not None
        ]
        for place, total, value in found:
            word = plan.accumulators[place].word
            lines.append(
                f"hmb_hold(words + {word}, key{total.number}, {len(total.keys)}, {value});"
            )
        keys = [
            f"const int64_t key{total.number}[] = {{{self.keys(total)}}};"
            for total in self.feed.totals
        ]
        text = [
            f"static int64_t {self.name}_unpack(const hmb_feed_input *in, int64_t record, int64_t *words)",
            "{",
            *(f"    {line}" for line in keys),
            f"    const {self.name}_record *r = ({self.name}_record *)in->records + record;",
            *(f"    {line}" for line in lines),
            "    return r->last ? in->first_day + r->last - 1 : INT64_MIN;",
            "}",
            "",
        ]
        return "\n".join(text)

    def table(self) -> str:
        name = self.name
        checks = [
            f"hmb_year(in->first_day, {month}, {first}) == hmb_year(in->last_day, {month}, {first})"
            for month, first in self.feed.uniform
        ]
        if self.has_record:
            checks.append("in->last_day - in->first_day < HMB_DAYS")
        size = f"sizeof({name}_record)" if self.has_record else "0"
        odd = f"offsetof({name}_record, odd)" if self.has_record else "0"
        return "\n".join([
            f"static int32_t {name}_can(const hmb_feed_input *in)",
            "{",
            f"    return {' && '.join(checks) or '1'};",
            "}",
            "",
            f"static const hmb_feed {name} = {{",
            f"    HMB_FEED_ABI, {size}, {odd}, {name}_can, {name}_pack, {name}_run, {name}_unpack,",
            "};",
            "",
        ])  # fmt: skip


def place_of(node: Node) -> int:
    """Which one a leaf is."""
    assert isinstance(node.data, int)
    return node.data
