"""Editions of one scheme side by side: every day between them has one, and no day has two."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from attrs import frozen

from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.source import Source, Span

_EPOCH = date(1970, 1, 1)
_ALWAYS = -(10**6), 10**7


@frozen
class Edition:
    """A checked scheme and the source that it was read from."""

    scheme: CheckedScheme
    source: Source

    @property
    def first(self) -> int:
        """The first day on which it is valid."""
        return _ALWAYS[0] if self.scheme.valid is None else self.scheme.valid.first

    @property
    def last(self) -> int:
        """The last day on which it is valid."""
        last = None if self.scheme.valid is None else self.scheme.valid.last
        return _ALWAYS[1] if last is None else last

    @property
    def span(self) -> Span:
        """Where it says so, else its name."""
        return self.scheme.span if self.scheme.valid is None else self.scheme.valid.span


def check_editions(editions: Sequence[Edition]) -> dict[str, list[Diagnostic]]:
    """By the name of the source, holes and overlaps between the validities of schemes of which one
    revises another, or both a third."""
    found: dict[str, list[Diagnostic]] = {}
    for line in _lines(editions):
        in_time = sorted(line, key=lambda one: (one.first, one.last))
        latest = in_time[0]
        for edition in in_time[1:]:
            for diagnostic in _between(latest, edition):
                found.setdefault(edition.source.name, []).append(diagnostic)
            latest = max(latest, edition, key=lambda one: one.last)
    return found


def _lines(editions: Sequence[Edition]) -> list[list[Edition]]:
    """Editions that have a file in common, their own or one they revise."""
    lines: list[tuple[set[str], list[Edition]]] = []
    for edition in editions:
        files = {os.path.realpath(one.name) for one in (edition.source, *edition.source.inherited)}
        members = [edition]
        apart = []
        for known, others in lines:
            if known & files:
                files, members = files | known, others + members
            else:
                apart.append((known, others))
        lines = [*apart, (files, members)]
    return [members for _, members in lines]


def _between(before: Edition, after: Edition) -> Iterator[Diagnostic]:
    names = {"name": after.scheme.name, "other": before.scheme.name}
    if after.first > before.last + 1:
        days = {"first": _shown(before.last + 1), "last": _shown(after.first - 1)}
        yield Diagnostic(codes.EDITION_HOLE, after.span, names | days)
    elif after.first <= before.last:
        last = min(before.last, after.last)
        days = {"first": _shown(after.first), "last": _shown(last)}
        yield Diagnostic(codes.EDITION_OVERLAP, after.span, names | days)


def _shown(day: int) -> Bilingual | str:
    if day <= _ALWAYS[0]:
        return Bilingual("最早", "the beginning")
    if day >= _ALWAYS[1]:
        return Bilingual("以后一直", "then on")
    return (_EPOCH + timedelta(day)).isoformat()
