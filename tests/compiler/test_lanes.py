"""Nodes as the C of sixteen rows at once: what a value stands in, and what cannot be said."""

from __future__ import annotations

import pytest

from hmbc.compiler.choice_tables import Tables, tables_of
from hmbc.compiler.graph import Graph
from hmbc.compiler.lanes import LANES, PAIRS, WHICH, LaneBody, Leaf, NoLanes, kind_of
from hmbc.compiler.lanes_of_bytes import ByteBody
from hmbc.compiler.nodes import Node

GRAPH = Graph()
BIT = GRAPH.leaf("claim", 0, 0, 1)
SMALL = GRAPH.leaf("claim", 1, 0, 1_000)
SIGNED = GRAPH.leaf("claim", 2, -1_000, 1_000)
LARGE = GRAPH.leaf("claim", 3, 0, 10**12)
HUGE = GRAPH.leaf("claim", 4, 0, 2**70)
ABSENT = GRAPH.leaf("claim", 5, 0, 9)
LEAVES = {
    BIT: Leaf("bits", WHICH, True), SMALL: Leaf("small", LANES), SIGNED: Leaf("signed", PAIRS),
    LARGE: Leaf("large", PAIRS),
}  # fmt: skip


def text(node: Node) -> str:
    """The lines of a value."""
    body = LaneBody(LEAVES.get)
    name = body.value(node)
    return "\n".join([*body.constants.values(), *body.lines, name])


def test_what_a_value_stands_in() -> None:
    assert [kind_of(node) for node in (BIT, SMALL, SIGNED, LARGE)] == [WHICH, LANES, LANES, PAIRS]
    with pytest.raises(NoLanes):
        kind_of(HUGE)


def test_leaves() -> None:
    assert "hmb_some(hmb_bytes(bits))" in text(BIT)
    assert "hmb_narrowed(signed)" in text(SIGNED)
    with pytest.raises(NoLanes):
        text(ABSENT)
    body = LaneBody({BIT: Leaf("wide", PAIRS)}.get)
    with pytest.raises(NoLanes):
        body.value(BIT)


def test_kinds_meet() -> None:
    assert "_mm512_maskz_set1_epi32" in text(GRAPH.add(BIT, SMALL))
    assert "hmb_widened(" in text(GRAPH.add(LARGE, SMALL))
    assert "hmb_narrowed(hmb_min_pairs(" in text(GRAPH.min(LARGE, GRAPH.const(9)))
    body = LaneBody(LEAVES.get)
    assert body.lanes(LARGE).startswith("hmb_narrowed(")
    assert body.which(GRAPH.const(1)) == "65535" and body.which(GRAPH.const(0)) == "0"


def test_signs() -> None:
    assert "cmplt_epi32" in text(GRAPH.less(SIGNED, SMALL))
    unsigned = GRAPH.leaf("claim", 6, 0, 2**32 - 1)
    body = LaneBody({**LEAVES, unsigned: Leaf("unsigned", LANES)}.get)
    body.value(GRAPH.less(SMALL, unsigned))
    assert "cmplt_epu32" in body.lines[-1]
    assert "hmb_less_pairs" in text(GRAPH.less(SMALL, LARGE))


def test_operations() -> None:
    assert "_mm512_mullo_epi32" in text(GRAPH.multiply(SMALL, SMALL))
    assert "hmb_multiply_pairs" in text(GRAPH.multiply(SMALL, LARGE))
    low = GRAPH.node("low_byte", (SMALL,), None, 0, 255)
    assert "_mm512_set1_epi32(255)" in text(low)
    assert "hmb_narrowed(" in text(GRAPH.node("low_byte", (LARGE,), None, 0, 255))
    assert "hmb_shift_pairs(" in text(GRAPH.node("shift", (LARGE, SMALL, SMALL), 20, 0, 2**40))
    assert "hmb_shift(" in text(GRAPH.node("shift", (SMALL, SMALL, SMALL), 20, 0, 9))
    truth = GRAPH.node("subtract", (SMALL, SMALL), 1, 0, 1)
    assert "_mm512_test_epi32_mask" in text(truth)
    with pytest.raises(NoLanes):
        text(GRAPH.node("month", (SMALL,), None, 0, 9))


def test_choices() -> None:
    other = GRAPH.less(SMALL, GRAPH.const(5))
    assert "~" in text(GRAPH.node("select", (BIT, other, GRAPH.no(other)), None, 0, 1))
    assert "maskz_mov" in text(GRAPH.select(BIT, SMALL, GRAPH.const(0)))
    assert "_mm512_mask_mov_epi32" in text(GRAPH.select(BIT, SMALL, SIGNED))
    assert "hmb_choose_pairs" in text(GRAPH.select(BIT, LARGE, SMALL))


def test_what_is_equal_to_nothing_or_not_below() -> None:
    less = GRAPH.less(SMALL, GRAPH.const(5))
    assert "cmpge_epi32" in text(GRAPH.no(less))
    assert "~hmb_less_pairs" in text(GRAPH.no(GRAPH.less(LARGE, GRAPH.const(5))))
    body = LaneBody(LEAVES.get)
    capped = body.capped(GRAPH.select(BIT, LARGE, GRAPH.const(0)), 2**30)
    assert capped.startswith("_mm512_maskz_mov_epi32(") and body.capped(LARGE, 2**30) in capped
    body.value(GRAPH.equal(LARGE, GRAPH.const(0)))
    assert "_mm512_testn_epi32_mask" in body.lines[-1]
    assert "hmb_equal_pairs" in text(GRAPH.equal(LARGE, GRAPH.const(0)))


def test_choices_among_constants_are_looked_up() -> None:
    kind, amount = GRAPH.leaf("claim", 9, 0, 3), [GRAPH.const(number) for number in (50, 60, 70, 2**31)]

    def when(node: Node, value: int, then: Node, otherwise: Node) -> Node:
        return GRAPH.node("select", (GRAPH.equal(node, GRAPH.const(value)), then, otherwise), None, 0, 2**32 - 1)

    inner = when(kind, 2, amount[1], amount[0])
    healthy = GRAPH.node("select", (BIT, amount[2], inner), None, 0, 2**32 - 1)
    tables = tables_of(when(kind, 3, amount[3], healthy))
    assert tables == Tables(kind, [50, 50, 60, 2**31], BIT, [70, 70, 70, 2**31])
    body = LaneBody({**LEAVES, kind: Leaf("kinds", LANES)}.get)
    assert body.value(when(kind, 3, amount[3], healthy)) and "_mm512_mask_permutexvar_epi32(" in body.lines[-1]
    assert "_mm512_setr_epi32((int32_t)70," in "\n".join(body.constants.values())
    alone = tables_of(when(kind, 3, amount[3], inner))
    assert alone == Tables(kind, [50, 50, 60, 2**31], None, [50, 50, 60, 2**31])
    assert tables_of(inner) is None                                     # one choice
    assert tables_of(when(kind, 3, SMALL, inner)) is None               # not of constants
    assert tables_of(when(SMALL, 3, amount[3], when(SMALL, 4, amount[1], amount[0]))) is None
    other = GRAPH.less(SMALL, GRAPH.const(3))
    assert tables_of(GRAPH.node("select", (other, amount[3], healthy), None, 0, 2**32 - 1)) is None


def test_bytes() -> None:
    few, late = GRAPH.leaf("claim", 7, 0, 200), GRAPH.less(SMALL, GRAPH.const(3))
    chosen = GRAPH.select(BIT, GRAPH.const(7), GRAPH.select(late, GRAPH.const(2), few))
    lanes = LaneBody({**LEAVES, few: Leaf("few", LANES)}.get)
    body = ByteBody(lanes)
    assert body.byte(chosen) == body.byte(chosen)
    lines = "\n".join(body.lines)
    assert "hmb_some_of_64(bits)" in lines and f"hmb_which_of_64(if{late.number}, i)" in lines
    kept = "\n".join(body.kept.values())
    assert "_mm512_cvtepi32_epi8" in kept and f"if{late.number}[i / HMB_LANES] = " in kept
    assert "hmb_all_8(7)" in "\n".join(body.constants.values())


def test_none_of_some_bytes_is_one_look() -> None:
    second = GRAPH.leaf("claim", 8, 0, 1)
    body = LaneBody({**LEAVES, second: Leaf("more", WHICH, True)}.get)
    body.value(GRAPH.all([GRAPH.no(BIT), GRAPH.no(second), GRAPH.less(SMALL, GRAPH.const(3))]))
    (look,) = body.looks.values()
    assert "hmb_none_of_64(_mm512_or_si512(" in look and body.lines[-1].count("none") == 1
