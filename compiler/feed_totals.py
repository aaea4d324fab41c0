"""The loops that work out what rows add to the running totals of records, and run these row by row."""

from __future__ import annotations

from hmbc.compiler.emit_c import Body, literal, stored, type_of
from hmbc.compiler.feed import FeedTotal, NoFeed
from hmbc.compiler.feed_closed import key_type
from hmbc.compiler.feed_conditions import is_narrow, narrow_conditions, shared_conditions
from hmbc.compiler.feed_loops import Loop, Loops
from hmbc.compiler.feed_sums import carrying, is_summed, summing
from hmbc.compiler.nodes import Known, Node, place_of, reachable


def totals(loops: Loops) -> list[Loop]:
    """The loops that work out what rows add, in vectors, and run the totals, one row after the
    other. A total whose additions read others comes after those; where additions read what they
    move, one scalar loop does all that is left."""
    found: list[Loop] = []
    left = list(loops.record.kept)
    while left:
        there = {total.number for total in loops.record.kept if total not in left}
        ready = [total for total in left if read_by(loops, total) <= there]
        if not ready:
            return [*found, together(loops, left)]
        step, adds = len(found), [total.adds for total in ready]
        shared = shared_conditions(loops, adds)
        keys = [x.keys[at] for x in ready for at in x.by_row]
        keys += [node for x in ready if x.key is not None for node in x.key.nodes()]
        found += loops.prepared(f"keys{step}", keys)
        found += loops.scalar(f"adds{step}", [*adds, *shared])
        found += loops.prepared(
            f"narrow{step}",
            [*narrow_conditions(loops, adds), *(one for one in shared if is_narrow(loops, one))],
        )
        loops.added |= {
            total.number: None
            for total in ready
            if total.by_row or total.key is not None or not is_little(loops, total.adds)
        }
        arrays = [
            ("int64_t", f"b->a{total.number}", total.adds)
            for total in ready
            if total.number in loops.added
        ]
        conditions = [
            (stored(node), f"b->s{node.number}", node)
            for node in shared
            if not loops.is_there(node)
        ]
        if arrays or conditions:
            found.append(loops.loop(f"{loops.name}_adds{step}", [*arrays, *conditions], lanes=64))
        loops.held |= {node: None for _, _, node in conditions}
        summed = [total for total in ready if is_summed(loops, total)]
        others = [total for total in ready if total not in summed]
        if summed:
            found.append(summing(loops, f"{loops.name}_sum{step}", summed))
        if others:
            found.append(running(loops, f"{loops.name}_run{step}", others))
        left = [total for total in left if total not in ready]
    return found


def is_little(loops: Loops, adds: Node) -> bool:
    """Whether what a row adds is a column under a condition that is there: less to work out than to
    pass on."""
    if not loops.feed.graph.optimise.fuse:
        return False
    parts = adds.args if adds.op == "select" else (adds,)
    return all(loops.is_there(part) for part in parts)


def read_by(loops: Loops, total: FeedTotal) -> set[int]:
    """The totals that a total's additions read."""
    nodes = reachable([total.adds])
    return {place_of(node) for node in nodes if node.op in ("before", "after")}


def running(loops: Loops, name: str, totals: list[FeedTotal]) -> Loop:
    """The loop that runs totals, each by what rows add to it: an array, or so little to compute that it
    is done here."""
    reads: dict[Node, None] = {}

    given = loops.reading(reads)
    first: list[str] = []
    then: list[str] = []
    body = Body(given, 64)
    body.lines.append(f"{loops.name}_record *restrict r = records + unit[i];")
    for total in totals:
        number, most, kind = total.number, literal(total.most), loops.record.total_type(total)
        at = "0"
        if total.by is not None:
            reads[total.by[0]] = None
            at = loops.elsewhere(total.by[0]) or "0"
        if total.key is not None and total.key.slot is not None:
            reads[total.key.slot] = None
            at = loops.elsewhere(total.key.slot) or "0"
        before = loops.before(total)
        first.append(f"int64_t over{number} = 0;")
        if total.by_row:
            run_by_row(loops, total, at, body.lines, reads)
            then += [
                f"for (int64_t i = 0; over{number} < 0 && i < n; i++)",
                "    hmb_odd(out, &records[unit[i]].odd, unit[i]);",
            ]
        else:
            is_array = number in loops.added
            adds = f"b->a{number}[i]" if is_array else body.value(total.adds)
            again = Body(given, 64)
            own = adds if is_array else again.value(total.adds)
            if total.key is not None:
                run_keyed(loops, total, at, body.lines, reads)
            else:
                body.lines += [
                    f"{kind} *t{number} = &r->t{number}[{at}];",
                    f"const int64_t was{number} = *t{number};",
                    f"*t{number} = ({kind})(was{number} + {adds});",
                ]
            body.lines += [
                f"const int64_t now{number} = was{number} + {adds};",
                f"over{number} |= {most} - now{number}{f' | now{number}' if total.falls else ''};",
                f"b->s{before.number}[i] = ({stored(before)})was{number};",
                f"b->n{number}[i] = ({kind})now{number};",
            ]
            if total.carry is not None:
                then.append(f"if (__builtin_expect(over{number} < 0, 0))")
                then.append(f"    {carrying(loops, name, total, at, again.lines, own, reads)}")
                continue
            then += [
                f"for (int64_t i = 0; over{number} < 0 && i < n; i++) {{",
                *(f"    {line}" for line in again.lines),
                f"    if ({most} - b->s{before.number}[i] < {own}"
                f"{f' || b->s{before.number}[i] + {own} < 0' if total.falls else ''})",
                "        hmb_odd(out, &records[unit[i]].odd, unit[i]);",
                "}",
            ]
    loops.held |= {loops.before(total): None for total in totals}
    loops.ran |= {total.number: loops.record.total_type(total) for total in totals}
    parts = ["const int32_t *restrict unit", *loops.to_records(), *loops.parts(reads, ())]
    if any(total.key is not None for total in totals):
        parts += ["hmb_closed *closed", "int32_t *used"]
    if any(total.carry is not None for total in totals):
        parts += ["int64_t *carried"]
    return loops.function(name, list(dict.fromkeys(parts)), body.lines, loops.head, first, then)


def run_keyed(
    loops: Loops, total: FeedTotal, at: str, lines: list[str], reads: dict[Node, None]
) -> None:
    """Adds the lines of a keyed total: a row that adds something makes its key the open one."""
    assert total.key is not None
    number, key = total.number, total.key.node
    reads[key] = None
    text = literal(key.low) if key.const is not None else loops.elsewhere(key)
    kind = loops.record.total_type(total)
    asked = [
        f"if (__builtin_expect(r->k{number}[at{number}] != k{number}, 0))",
        f"    was{number} = hmb_of_closed(closed, r->seen, r->chain, {number}, (int64_t)k{number});",
    ]
    lines += [
        f"const {key_type(total)} k{number} = {text};",
        f"const int64_t at{number} = {at};",
        f"if (__builtin_expect((r->k{number}[at{number}] != k{number}) & (b->a{number}[i] != 0), 0))",
        f"    {loops.name}_open{number}(r, at{number}, k{number}, closed, used, out, unit[i]);",
        f"int64_t was{number} = r->t{number}[at{number}];",
        *(asked if is_asked(loops, total) else []),
        f"r->t{number}[at{number}] += ({kind})b->a{number}[i];",
    ]


def is_asked(loops: Loops, total: FeedTotal) -> bool:
    """Whether a row that adds nothing to a total asks what it is all the same."""
    feed, before = loops.feed, loops.before(total)
    graph = feed.graph
    known = Known({graph.leaf("after", total.number, 0, total.most): before})
    others = [one.adds for one in loops.record.kept if one is not total]
    return before in reachable(graph.rebuilt(node, known) for node in [*feed.outputs(), *others])


def run_by_row(
    loops: Loops, total: FeedTotal, at: str, lines: list[str], reads: dict[Node, None]
) -> None:
    """Adds the lines of a total whose key each row has its own of: a new key forgets the old one,
    an earlier one is odd, and a row that adds nothing leaves both."""
    number, before, kind = total.number, loops.before(total), loops.record.total_type(total)
    late, same = "0", "1"
    for part in reversed(total.by_row):
        key = total.keys[part]
        reads[key] = None
        row, held = f"k{number}_{part}", f"&r->k{number}_{part}[{at}]"
        lines.append(f"const int64_t {row} = {loops.elsewhere(key)};")
        lines.append(f"{loops.record.key_type(total, part)} *h{number}_{part} = {held};")
        late = f"{row} < *h{number}_{part} || ({row} == *h{number}_{part} && ({late}))"
        same = f"{row} == *h{number}_{part} && {same}"
    lines += [
        f"const int64_t was{number} = {same} ? r->t{number}[{at}] : 0;",
        f"const int64_t now{number} = was{number} + b->a{number}[i];",
        f"over{number} |= ({literal(total.most)} - now{number}) | -(int64_t)({late});",
        f"b->s{before.number}[i] = ({stored(before)})was{number};",
        f"b->n{number}[i] = ({kind})now{number};",
        f"if (b->a{number}[i] != 0) {{",
        f"    r->t{number}[{at}] = ({kind})now{number};",
        *(f"    *h{number}_{part} = k{number}_{part};" for part in total.by_row),
        "}",
    ]


def together(loops: Loops, totals: list[FeedTotal]) -> Loop:
    """One scalar loop that works out what rows add to totals that read each other, and runs them."""
    if any(total.by_row or total.key is not None for total in totals):
        raise NoFeed("几个累计互相引用，而键逐行不同", "totals that read each other, under keys of each row")
    numbers = {total.number: total for total in totals}
    reads: dict[Node, None] = {}
    now: set[int] = set()

    def given(node: Node) -> str | None:
        if node.op == "before" and place_of(node) in numbers:
            return place(numbers[place_of(node)])
        if node.op == "after" and place_of(node) in numbers:
            return f"({type_of(node)}){moved(numbers[place_of(node)])}"
        text = loops.elsewhere(node)
        if text is not None:
            reads[node] = None
        return text

    body = Body(given)

    def place(total: FeedTotal) -> str:
        at = "0" if total.by is None else body.value(total.by[0])
        return f"r->t{total.number}[{at}]"

    def moved(total: FeedTotal) -> str:
        if total.number not in now:
            adds, was = body.value(total.adds), body.value(loops.before(total))
            now.add(total.number)
            body.lines.append(f"const int64_t now{total.number} = {was} + (int64_t){adds};")
            body.lines.append(f"odd |= {literal(level(total))} - now{total.number};")
            body.lines += [f"odd |= now{total.number};"] if total.falls else []
            kind = loops.record.total_type(total)
            body.lines.append(f"b->n{total.number}[i] = ({kind})now{total.number};")
        return f"now{total.number}"

    for total in totals:
        moved(total)
    writes = []
    for total in totals:
        before, kind = loops.before(total), loops.record.total_type(total)
        writes.append(f"b->s{before.number}[i] = {body.value(before)};")
        writes.append(f"{place(total)} = ({kind})now{total.number};")
    over = " || ".join(
        [f"now{total.number} > {literal(total.most)}" for total in totals]
        + [f"now{total.number} < 0" for total in totals if total.falls]
    )
    high = [f"if ({over})", "    hmb_odd(out, &r->odd, unit[i]);"]
    for total in totals:
        if total.carry is not None:
            at = "0" if total.by is None else body.value(total.by[0])
            kind = loops.record.total_type(total)
            value, least = f"now{total.number}", total.carry.least
            surplus = loops.record.carrying(total, value, least, "carried", "unit[i]", at)
            high.append(f"{place(total)} -= ({kind}){surplus};")
    lines = [
        f"{loops.name}_record *restrict r = records + unit[i];",
        "int64_t odd = 0;",
        *body.lines,
        *writes,
        "if (__builtin_expect(odd < 0, 0)) {",
        *(f"    {line}" for line in high),
        "}",
    ]
    lists = sorted({place_of(node) for node in body.names if node.op == "listed"})
    parts = ["const int32_t *restrict unit", *loops.to_records(), *loops.parts(reads, lists)]
    if any(total.carry is not None for total in totals):
        parts.append("int64_t *carried")
    loops.held |= {loops.before(total): None for total in totals}
    loops.ran |= {total.number: loops.record.total_type(total) for total in totals}
    return loops.function(f"{loops.name}_together", list(dict.fromkeys(parts)), lines, loops.head)


def level(total: FeedTotal) -> int:
    """From which total on a row looks whether its cell is to be emptied, or its unit odd."""
    if total.carry is None:
        return total.most
    return (total.carry.least + total.carry.step + total.most) // 2
