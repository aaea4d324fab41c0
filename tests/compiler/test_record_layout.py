"""What most kinds of rows need of a record lies in its first cache line, unless that makes it longer."""

from __future__ import annotations

import pytest

from hmbc.compiler.feed_record import Part, Record


def names(
    monkeypatch: pytest.MonkeyPatch,
    parts: list[Part],
    kinds: dict[str, tuple[int, ...]],
    years: frozenset[str] = frozenset(),
) -> list[str]:
    record = object.__new__(Record)
    record.wanted = {name: frozenset(("rows", at) for at in of) for name, of in kinds.items()}
    record.values = {kind: [] for of in record.wanted.values() for kind in of}
    monkeypatch.setattr(Record, "parts", lambda _: parts)
    monkeypatch.setattr(Record, "of_years", lambda _: years)
    return [part.name for part in record.laid_out()]


def test_what_most_kinds_need_comes_first_and_what_the_same_ones_need_is_together(monkeypatch):
    parts = [
        Part(8, 2, "int64_t seldom[2];"), Part(8, 2, "int64_t other[2];"), Part(8, 6, "int64_t own[6];"),
        Part(4, 1, "int32_t often;"), Part(4, 1, "int32_t with_seldom;"), Part(1, 1, "uint8_t never;"),
    ]  # fmt: skip
    kinds = {"seldom": (1,), "with_seldom": (1,), "other": (0, 2), "own": (3, 4, 5), "often": (0, 1, 2, 3)}
    assert names(monkeypatch, parts, kinds) == [
        "own", "often", "never", "seldom", "other", "with_seldom",
    ]  # fmt: skip


def test_without_kinds_the_widest_come_first(monkeypatch):
    parts = [Part(8, 9, "int64_t a[9];"), Part(4, 1, "int32_t b;")]
    assert names(monkeypatch, parts, {}) == ["a", "b"]


def test_a_gap_makes_no_record_longer(monkeypatch):
    parts = [Part(8, 15, "int64_t a[15];"), Part(4, 1, "int32_t b;"), Part(4, 1, "int32_t c;")]
    kinds = {"c": (0, 1), "a": (0,), "b": (0,)}
    assert names(monkeypatch, parts, kinds) == ["a", "b", "c"]
    assert names(monkeypatch, parts[:2], {"b": (0, 1), "a": (0,)}) == ["b", "a"]


def test_what_is_read_when_a_year_is_over_comes_before_what_some_kinds_need(monkeypatch):
    parts = [
        Part(8, 4, "int64_t all[4];"), Part(8, 3, "int64_t most[3];"), Part(8, 2, "int64_t year[2];"),
        Part(4, 1, "int32_t past;"),
    ]  # fmt: skip
    kinds = {"all": (0, 1, 2), "most": (0, 1), "year": (2,)}
    assert names(monkeypatch, parts, kinds) == ["all", "most", "past", "year"]
    assert names(monkeypatch, parts, kinds, frozenset({"year"})) == ["all", "year", "past", "most"]
