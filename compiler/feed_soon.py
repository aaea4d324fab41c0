"""What rows that go one by one ask for before they come to it: their records, and the columns of claims."""

from __future__ import annotations

from collections.abc import Iterable

from hmbc.compiler.feed_loops import Loops
from hmbc.compiler.feed_record import LINE, SIZES, Record
from hmbc.compiler.nodes import Node, place_of, reachable


def record_soon(record: Record) -> str:
    """The function that asks for the record of a row of some kind. Its first line has what all rows need; of
    the others those that rows of that kind read."""
    asks = []
    for line in range(1, record.lines):
        parts = [part.name for part in record.parts() if line in record.lines_of([part.name])]
        kinds = {kind for name in parts for kind in record.wanted.get(name, frozenset(record.values))}
        mask = sum(2**value for value in {value for kind in kinds for value in record.values.get(kind, [])})
        # no branch: the first line again, where no other is read
        at = f"{LINE * line} * (0x{mask:x}ULL >> kind & 1)" if mask else f"{LINE * line}"
        asks.append(f"__builtin_prefetch((const char *)r + {at}, 1);")
    return "\n".join([
        f"static inline void {record.name}_ask(const {record.name}_record *r, int kind)",
        "{",
        "    __builtin_prefetch(r, 1);",
        *(f"    {ask}" for ask in asks),
        "    (void)kind;",
        "}",
        "",
    ])  # fmt: skip


def columns_soon(loops: Loops, reads: Iterable[Node]) -> str:
    """The function that asks for eight rows of columns: of `reads` and of what is worked out before rows.
    Between records that lie anywhere the processor loses sight of so many columns; asked for at once, they
    keep records waiting."""
    widths: dict[str, int] = {"in->unit": 4}
    for node in (*reads, *reachable(loops.held)):
        if node.op in ("claim", "raw"):
            widths[f"in->claim[{node.data}]"] = SIZES[loops.column_type(place_of(node))]
        elif node.op == "claim_given":
            widths[f"in->claim_given[{node.data}]"] = 1
    if loops.record.varied:
        widths |= {"in->row": 4, "in->version": 1}
    lines = list[str]()
    for column, width in sorted(widths.items(), key=lambda item: -item[1]):
        parts = [f"row % {LINE // width} == 0"] if width < 8 else []
        parts += [f"{column} != NULL"] if "given" in column else []
        lines += [f"if ({' && '.join(parts)})"] if parts else []
        lines.append(f"    __builtin_prefetch((const char *){column} + {width} * row, 0, 2);")
    return "\n".join([
        f"static __attribute__((noinline)) void {loops.name}_soon(const hmb_feed_input *in, int64_t row)",
        "{",
        *(f"    {line}" for line in lines),
        "    HMB_KEEP;",
        "}",
        "",
    ])  # fmt: skip
