"""One kernel -> the C function that adjudicates rows of one unit (evaluator.h, hmb_run).

A straight line for each row, but for what few rows need (run_branches.py): one local for each value of
the row's graph. First all is worked out and checked, then written, so that a refused row leaves no trace. It
is made of numbers alone, never of a scheme's words.
"""

from __future__ import annotations

from attrs import define, field

from hmbc.compiler.emit_c import literal
from hmbc.compiler.feed import Feed, FeedTotal
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.lower_row import lower_row
from hmbc.compiler.nodes import Node, place_of, reachable
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.run_branches import RunBody, parts_of
from hmbc.runtime.plan import Plan

OK, CEILING, OUT_OF_ORDER, BOUND, REJECT = 0, 1, 2, 3, 16
"""The statuses of evaluator.h."""


def emit_run(kernel: Kernel, plan: Plan, name: str, optimise: Optimise = ALL) -> str:
    """The C of a function called `name`. Raises KernelError as `lower_row` does."""
    row, totals = lower_row(kernel, plan, optimise)
    return _Emitter(row, totals, plan).function(name)


@define
class _Emitter:
    row: Feed
    totals: list[FeedTotal]
    """As the kernel has them: several of them may be one in `row`."""
    plan: Plan
    body: RunBody = field(init=False)
    by_number: dict[int, FeedTotal] = field(init=False)
    merged: dict[int, FeedTotal] = field(init=False)
    """Of the kernel's totals, in what they came to stand."""
    signs: list[str] = field(factory=list)
    """Conditions without one of which no row is refused."""
    refusals: list[tuple[str, int]] = field(factory=list)
    """On which condition a row gets which status, in the order in which they are looked at."""

    def __attrs_post_init__(self) -> None:
        row, totals = self.row, (*self.row.totals, *self.totals)
        asked = [*row.rejects, *row.pays, *row.reasons]
        asked += [node for total in totals for node in (total.adds, *total.keys)]
        asked += [total.by[0] for total in totals if total.by is not None]
        self.body = RunBody(self.given, lanes=64, ternary=True, parts=parts_of(asked))
        self.by_number = {total.number: total for total in self.row.totals}
        self.merged = dict(self.by_number)
        for total in self.row.totals:
            for number in () if total.by is None else total.by[1]:
                if number is not None:
                    self.merged[number] = total

    def function(self, name: str) -> str:
        row, body, n = self.row, self.body, len(self.row.pays)
        lines = body.lines
        for place, node in enumerate(row.rejects):
            lines += [f"if ({body.value(node)}) {{", f"    hmb_refuse(out, r, {n}, {REJECT + place});",
                      "    continue;", "}"]  # fmt: skip
        for total in self.in_order():
            self.move(total)
        for total in self.totals:
            self.check(total)
        if self.refusals:
            lines.append(f"if (__builtin_expect({' | '.join(dict.fromkeys(self.signs))}, 0)) {{")
            lines.append(f"    int status = {OK};")
            for condition, number in reversed(self.refusals):
                lines.append(f"    status = {condition} ? {number} : status;")
            lines += ["    if (status) {", f"        hmb_refuse(out, r, {n}, status);",
                      "        continue;", "    }", "}"]  # fmt: skip
        written = [
            (f"out->{what}[{place}][r]", body.value(node))
            for place in range(n)
            for what, node in (("reason", row.reasons[place]), ("pay", row.pays[place]))
        ]
        lines += [f"{to} = {value};" for to, value in written]
        lines.append(f"out->status[r] = {OK};")
        for total in row.totals:
            self.commit(total)
        lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
        return "\n".join([
            f"static void {name}(const hmb_input *in, const int64_t *rows, int64_t n, hmb_state *state,",
            f"{' ' * len(name)}             const hmb_output *out)",
            "{",
            *(f"    const uint8_t *l{place} = in->listed[{place}];" for place in lists),
            "    for (int64_t at = 0; at < n; at++) {",
            "        const int64_t r = rows[at], m = in->row_member[r];",
            "        (void)m;",
            *(f"        {line}" for line in lines),
            "    }",
            "}",
            "",
        ])  # fmt: skip

    def in_order(self) -> list[FeedTotal]:
        """The totals, each after those that it reads as the row leaves them."""
        left, done, found = list(self.row.totals), set[object](), list[FeedTotal]()
        while left:
            ready = next(
                total
                for total in left
                if {one.data for one in reachable([total.adds]) if one.op == "after"} <= done
            )
            left.remove(ready)
            done.add(ready.number)
            found.append(ready)
        return found

    # ---- totals

    def is_keyed(self, total: FeedTotal) -> bool:
        return total.by is None and self.plan.accumulators[total.number].keyed

    def held(self, total: FeedTotal) -> str:
        """Where the words of a sequential total begin; a local, from where it is first needed."""
        name = f"w{total.number}"
        line = f"int64_t *const {name} = state->words + "
        if not any(one.startswith(line) for one in self.body.lines):
            if total.by is None:
                first = str(self.plan.accumulators[total.number].word)
            else:
                value, places = total.by
                some = next(place for place in places if place is not None)
                firsts = [
                    str(self.plan.accumulators[some if place is None else place].word)
                    for place in places
                ]
                table = f"{name}_of"
                self.body.lines.append(
                    f"static const int32_t {table}[] = {{{', '.join(firsts)}}};"
                )
                first = f"{table}[{self.body.value(value)}]"
            self.body.lines.append(f"{line}{first};")
        return name

    def key_of(self, total: FeedTotal) -> str:
        """A keyed total's key; a local, from where it is first needed."""
        name = f"k{total.number}"
        line = f"const int64_t {name}[HMB_KEY_WORDS] = "
        if not any(one.startswith(line) for one in self.body.lines):
            parts = ", ".join(self.body.value(key) for key in total.keys)
            self.body.lines.append(f"{line}{{{parts}}};")
        return name

    def before(self, total: FeedTotal) -> str:
        """The total when the row began: 0 where another key is held."""
        n = len(total.keys)
        if self.is_keyed(total):
            key, found = self.key_of(total), f"f{total.number}"
            self.body.lines.append(
                f"const int64_t *{found} = state->find(state->map, {total.number}, {key}, {n});"
            )
            return f"{found} == NULL ? 0 : *{found}"
        words = self.held(total)
        same = " & ".join(
            f"({words}[{place}] == {self.body.value(key)})" for place, key in enumerate(total.keys)
        )
        return f"{same} ? {words}[{n}] : 0" if same else f"{words}[0]"

    def node(self, op: str, total: FeedTotal) -> Node:
        low = -total.most if self.row.graph.falls else 0
        return self.row.graph.leaf("before" if op == "before" else "after", total.number, low, total.most)

    def move(self, total: FeedTotal) -> None:
        """Works out a total with the row."""
        graph, after = self.row.graph, self.node("after", total)
        moved = graph.add(self.node("before", total), total.adds)
        name = f"s{total.number}"
        self.body.lines.append(f"const {self.body.type_of(moved)} {name} = {self.body.value(moved)};")
        if after.const is None:
            self.body.names[after] = f"v{after.number}"
            self.body.lines.append(
                f"const {self.body.type_of(after)} v{after.number} = ({self.body.type_of(after)}){name};"
            )

    def check(self, total: FeedTotal) -> None:
        """On what a total of the kernel's refuses the row: its key comes before the one held; it would
        pass its ceiling; it would have too many keys."""
        number, n = total.number, len(total.keys)
        accumulator = self.plan.accumulators[number]
        stands = self.merged[number]
        if not accumulator.keyed and total.keys:
            words = f"(state->words + {accumulator.word})"
            less = ""
            for place, key in reversed([*enumerate(total.keys)]):
                part = self.body.value(key)
                tie = f" || ({part} == {words}[{place}] && ({less}))" if less else ""
                less = f"{part} < {words}[{place}]{tie}"
            self.signs.append(f"({less})")
            self.refusals.append((f"{words}[{n}] != 0 && ({less})", OUT_OF_ORDER))
        name = f"s{stands.number}"
        passed = _beyond(name, total.most)
        if stands.by is None:
            self.signs.append(passed)
        else:
            value, places = stands.by
            of = [self.plan.accumulators[place].ceiling for place in places if place is not None]
            self.signs.append(_beyond(name, min(of)))
            passed = f"{self.body.value(value)} == {places.index(number)} && {passed}"
        self.refusals.append((passed, CEILING))
        if accumulator.keyed:
            room = f"state->room(state->map, {number}, {self.key_of(total)}, {n}) == 0"
            # what it adds may be worked out from totals that were merged
            full = f"({self.body.value(stands.adds)} != 0 && {room})"
            self.signs.append(full)
            self.refusals.append((full, BOUND))

    def commit(self, total: FeedTotal) -> None:
        """A row that adds nothing moves nothing."""
        body, number, n = self.body, total.number, len(total.keys)
        adds, after = body.value(total.adds), f"s{number}"
        keys = [body.value(key) for key in total.keys]
        if self.is_keyed(total):
            key = self.key_of(total)
            held = [f"state->put(state->map, {number}, {key}, {n}, (int64_t){after});"]
        else:
            words = self.held(total)
            held = [f"{words}[{place}] = {value};" for place, value in enumerate([*keys, after])]
        body.lines += [f"if ({adds} != 0) {{", *(f"    {line}" for line in held), "}"]

    # ---- what is there

    def given(self, node: Node) -> str | None:
        """The text of a leaf."""
        match node.op:
            case "claim" | "raw":
                return f"in->claim[{node.data}][r]"
            case "claim_given":
                return f"in->claim_given[{node.data}] == NULL || in->claim_given[{node.data}][r]"
            case "member":
                return f"in->member[{node.data}][m]"
            case "member_given":
                return f"in->member_given[{node.data}] == NULL || in->member_given[{node.data}][m]"
            case "parameter":
                return f"in->parameter[{node.data}]"
            case "before":
                return self.before(self.by_number[place_of(node)])
            case _:
                return None


def _beyond(name: str, most: int) -> str:
    """Whether a total passes its ceiling on either side."""
    return f"({name} > {literal(most)} || {name} < -{literal(most)})"
