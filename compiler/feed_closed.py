"""Keyed totals of a record: the open key of each slot in the record, others in a chain beside it.

A row whose key is not the open one closes that: its total goes to an entry of the unit's chain, in
room that the host gives (`hmb_closed` of evaluator.h), and the row's own key is taken from there or
begun. 64 bits in the record tell of most keys that they are not in the chain, and one of each open key
whether it came from there. Nothing is allocated while
rows run: a row closes one key of each keyed total at most.
"""

from __future__ import annotations

from hmbc.compiler.emit_c import literal, stored
from hmbc.compiler.feed import FeedTotal, NoFeed

LINKS = 100
"""Most entries of a chain: a unit with more keys is odd, as looking through them would take long."""


def key_type(total: FeedTotal) -> str:
    """The type of a key's word; 0 is none."""
    assert total.key is not None
    return stored(total.key.node)


def most_links(totals: list[FeedTotal]) -> int:
    """How many entries a chain may have, so that no total comes to more keys than its bound."""
    found = min([LINKS, *(one.bound - one.key.slots for one in totals if one.key is not None)])
    if found < 0:
        raise NoFeed("累计允许的键太少", "too few keys allowed")
    return found


def functions(name: str, totals: list[FeedTotal], kinds: dict[int, str], marks: bool) -> str:
    """What the loops call, and load and unpack. kinds: the type of each total in the record; marks: the chain
    is not searched for keys that are known not to be there."""
    most = most_links(totals)
    text = [opening(name, total, kinds[total.number], most, marks) for total in totals]
    text += [putting(name, total) for total in totals]
    return "\n".join(text)


def opening(name: str, total: FeedTotal, kind: str, most: int, marks: bool) -> str:
    """The function that makes a key the open one of its slot."""
    n = total.number
    search = f"hmb_chained(closed, r->chain, {n}, old)"
    known = [f"if (r->again{n} >> at & 1)", f"    one = {search};", "else {"]
    if not marks:
        known = [f"one = {search};", "if (one == NULL) {"]
    return "\n".join([
        f"static inline void {name}_open{n}({name}_record *r, int64_t at, {key_type(total)} key,",
        "    hmb_closed *closed, int32_t *used, hmb_feed_output *out, int32_t unit)",
        "{",
        "    hmb_closed *one = NULL;",
        f"    if (r->t{n}[at] != 0 && !r->odd) {{",
        f"        const int64_t old = (int64_t)r->k{n}[at];",
        *(f"        {line}" for line in known),
        f"            if (r->links == {most}) {{",
        "                hmb_odd(out, &r->odd, unit);",
        "                return;",
        "            }",
        "            one = closed + (*used)++;",
        f"            *one = (hmb_closed){{old, 0, {n}, r->chain}};",
        "            r->chain = *used;",
        "            r->seen |= hmb_bit(old);",
        "            r->links++;",
        "        }",
        f"        one->total = r->t{n}[at];",
        "    }",
        f"    r->k{n}[at] = key;",
        f"    r->t{n}[at] = 0;",
        f"    r->again{n} &= (uint8_t)~(1 << at);",
        f"    if ({'r->seen & hmb_bit((int64_t)key)' if marks else 'r->chain != 0'}) {{",
        f"        one = hmb_chained(closed, r->chain, {n}, (int64_t)key);",
        "        if (one != NULL) {",
        f"            r->t{n}[at] = ({kind})one->total;",
        f"            r->again{n} |= (uint8_t)(1 << at);",
        "        }",
        "    }",
        "}",
        "",
    ])  # fmt: skip


def putting(name: str, total: FeedTotal) -> str:
    """The function that gives one total over to the host."""
    assert total.key is not None
    parts = [
        f"({literal(part.low)} + ((key - 1) >> {part.shift} & {2**part.bits - 1}LL))"
        for part in total.key.parts
    ]
    n = len(parts)
    return "\n".join([
        f"static void {name}_put{total.number}(hmb_state *state, int64_t key, int64_t total)",
        "{",
        f"    const int64_t parts[] = {{{', '.join(parts) or '0'}}};",
        "    if (total != 0)",
        f"        state->put(state->map, {total.number}, parts, {n}, total);",
        "    (void)key;",
        "}",
        "",
    ])  # fmt: skip


def load(name: str, totals: list[FeedTotal]) -> str:
    """The function that takes one total of an earlier batch into a record's chain."""
    cases: list[str] = []
    for total in totals:
        assert total.key is not None
        cases += [f"case {total.number}:"]
        for at, part in enumerate(total.key.parts):
            value = f"(uint64_t)key[{at}] - (uint64_t){literal(part.low)}"
            cases.append(f"    odd |= ({value}) >> {part.bits} != 0;")
            cases.append(f"    word += (int64_t)(({value}) << {part.shift});")
        cases += [f"    odd |= total > {literal(total.most)};", "    break;"]
    return "\n".join([
        f"static int32_t {name}_load(const hmb_feed_input *in, int64_t record, int32_t accumulator,",
        "    const int64_t *key, int64_t total, int32_t at)",
        "{",
        f"    {name}_record *r = ({name}_record *)in->records + record;",
        "    hmb_closed *closed = in->closed;",
        "    int64_t word = 1;",
        "    int odd = total < 0;",
        "    switch (accumulator) {",
        *(f"    {line}" for line in cases),
        "    default:",
        "        odd = 1;",
        "    }",
        f"    if (odd || r->links == {most_links(totals)}) {{",
        "        r->odd = 1;",
        "        return 0;",
        "    }",
        "    if (total == 0 || hmb_chained(closed, r->chain, accumulator, word) != NULL)",
        "        return 0;",
        "    closed[at] = (hmb_closed){word, total, accumulator, r->chain};",
        "    r->chain = at + 1;",
        "    r->seen |= hmb_bit(word);",
        "    r->links++;",
        "    return 1;",
        "}",
        "",
    ])  # fmt: skip


def unpacked(name: str, totals: list[FeedTotal]) -> list[str]:
    """Lines that give all keyed totals of record r over: those in the chain first, eldest first."""
    cases: list[str] = []
    open_: list[str] = []
    for total in totals:
        assert total.key is not None
        n, slots = total.number, total.key.slots
        cases += [
            f"case {n}:",
            f"    for (int at = 0; at < {slots}; at++)",
            f"        if (r->t{n}[at] != 0 && (int64_t)r->k{n}[at] == one->key)",
            f"            total = r->t{n}[at];",
            f"    {name}_put{n}(state, one->key, total);",
            "    break;",
        ]
        open_ += [
            f"for (int at = 0; at < {slots}; at++)",
            f"    if (r->t{n}[at] != 0 && hmb_chained(closed, r->chain, {n}, (int64_t)r->k{n}[at]) == NULL)",
            f"        {name}_put{n}(state, (int64_t)r->k{n}[at], r->t{n}[at]);",
        ]
    return [
        "hmb_closed *closed = in->closed;",
        f"int32_t links[{LINKS}];",
        "int n_links = 0;",
        "for (int32_t at = r->chain; at != 0; at = closed[at - 1].earlier)",
        "    links[n_links++] = at;",
        "while (n_links-- > 0) {",
        "    const hmb_closed *one = closed + links[n_links] - 1;",
        "    int64_t total = one->total;",
        "    switch (one->of) {",
        *(f"    {line}" for line in cases),
        "    }",
        "}",
        *open_,
    ]
