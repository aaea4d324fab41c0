"""What changed from one scheme to another, clause by clause, each with its citations.

Kernels are compared definition by definition, by name, once they share their vocabulary; so clauses
of a Chinese and an English edition are. A change is shown in the authors' words where one line of
each says it, else as the kernel has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import evolve, frozen

from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.print_kernel import print_expr
from hmbc.dsl.expr import YearOf
from hmbc.dsl.reads import walk
from hmbc.dsl.source import NOWHERE, Source, Span

DERIVED = frozenset(("billed", "excess", "share", "due", "rounded", "pay", "spent", "banded"))
"""Roles of what follows from other clauses: told only where nothing else tells the change."""

LINES = {
    "applies": ("适用", "但不含", "when", "unless"),
    "threshold": ("起付线", "threshold"),
    "cap": ("封顶", "cap"),
    "billed": ("基数", "base"),
    "base": ("基数", "base"),
    "ratio": ("比例", "ratio"),
    "share": ("比例", "ratio", "给付", "pays"),
    "target": ("补足", "tops up"),
    "rounded": ("舍入", "rounding"),
}
"""With which words the lines of a layer begin that a role comes from."""

CITES = re.compile(r"\s*(据|cite) [^；]*$")

What = Literal["changed", "added", "removed"]


@frozen(kw_only=True)
class ClauseChange:
    """One change. role: of the definition, as in the kernel; name: of what is not of a layer; old,
    new: how it reads, None where it is not there; cites: of both."""

    what: What
    layer: str | None
    role: str
    name: str
    old: str | None
    new: str | None
    cites: tuple[str, ...]


def clause_changes(
    old: Kernel, new: Kernel, old_source: Source, new_source: Source
) -> tuple[ClauseChange, ...]:
    """What changed between two kernels of one vocabulary, in the order of the old one."""
    found = [*_changes(old, new, old_source, new_source)]
    told = {(one.layer, one.old, one.new): one for one in reversed(found)}
    kept = [one for one in reversed(told.values())]
    plain = [one for one in kept if one.role not in DERIVED]
    telling = {one.layer for one in plain}
    whole = any(one.layer is None for one in plain)
    return tuple(
        one
        for one in kept
        if one.role not in DERIVED or not (one.layer in telling or whole)
    )


def _changes(
    old: Kernel, new: Kernel, old_source: Source, new_source: Source
) -> Iterator[ClauseChange]:
    ours = {item.name: item for item in old.items}
    theirs = {item.name: item for item in new.items}
    digits = old.minor_digits
    for name, item in ours.items():
        twin = theirs.get(name) or _counterpart(item, theirs)
        was = _text(item, digits)
        if twin is None:
            if item.role not in DERIVED or item.layer is None:
                shown = _source_text(item, old_source) or was
                yield _one("removed", item, shown, None)
            continue
        is_ = _text(twin, digits)
        if was != is_:
            one, two = _source_text(item, old_source), _source_text(twin, new_source)
            if one is None or two is None or one == two:
                one, two = was, is_
            change = _one("changed", item, one, two)
            cites = tuple(dict.fromkeys((*item.clause.cites, *twin.clause.cites)))
            yield evolve(change, cites=cites)
    for name, item in theirs.items():
        if name not in ours and not _counterpart(item, ours) and (item.role not in DERIVED or item.layer is None):
            shown = _source_text(item, new_source) or _text(item, digits)
            yield _one("added", item, None, shown)
    yield from _rejects(old, new)
    yield from _lists(old, new)
    yield from _years(old, new)


def _counterpart(
    item: Definition | Accumulator, items: Mapping[str, Definition | Accumulator]
) -> Definition | Accumulator | None:
    """One ratio instead of bands, or bands instead of one ratio."""
    layer, _, last = item.name.rpartition(".")
    if item.role == "ratio" and last == "ratio" and f"{layer}.ratio" not in items:
        return items.get(f"{layer}.share")
    return None


def _years(old: Kernel, new: Kernel) -> Iterator[ClauseChange]:
    """Another first day of the benefit year."""
    was, is_ = (
        ", ".join(
            dict.fromkeys(
                f"{node.month:02}-{node.day:02}"
                for expr in expressions(kernel)
                for node in walk(expr)
                if isinstance(node, YearOf)
            )
        )
        for kernel in (old, new)
    )
    if was and is_ and was != is_:
        yield ClauseChange(
            what="changed", layer=None, role="benefit year", name="", old=was, new=is_, cites=()
        )


def _lists(old: Kernel, new: Kernel) -> Iterator[ClauseChange]:
    """Codes that came to a list or left it; a list that became external or ceased to be."""
    theirs = {entry.name: entry.codes for entry in new.lists}
    for entry in old.lists:
        codes = theirs.get(entry.name)
        if entry.name not in theirs or (codes is None) == (entry.codes is None) and set(
            codes or ()
        ) == set(entry.codes or ()):
            continue
        if codes is None or entry.codes is None:
            was, is_ = ("external" if one is None else "fixed" for one in (entry.codes, codes))
        else:
            was = ", ".join(code for code in entry.codes if code not in codes)
            is_ = ", ".join(code for code in codes if code not in entry.codes)
        yield ClauseChange(
            what="changed", layer=None, role="list", name=entry.name, old=was, new=is_, cites=()
        )


def _rejects(old: Kernel, new: Kernel) -> Iterator[ClauseChange]:
    """Claims that only one of them takes."""
    sides = [
        {one.name: print_expr(one.when, kernel.minor_digits) for one in kernel.rejects}
        for kernel in (old, new)
    ]
    for name in dict.fromkeys((*sides[0], *sides[1])):
        was, is_ = sides[0].get(name), sides[1].get(name)
        if was != is_:
            what: What = "added" if was is None else "removed" if is_ is None else "changed"
            yield ClauseChange(
                what=what, layer=None, role="reject", name=name, old=was, new=is_, cites=()
            )


def _one(
    what: What, item: Definition | Accumulator, old: str | None, new: str | None
) -> ClauseChange:
    return ClauseChange(
        what=what,
        layer=item.layer,
        role=item.role,
        name=item.name,
        old=old,
        new=new,
        cites=item.clause.cites,
    )


def _text(item: Definition | Accumulator, digits: int) -> str:
    if isinstance(item, Definition):
        return print_expr(item.expr, digits)
    keys = ", ".join(print_expr(key, digits) for key in item.keys)
    return f"{print_expr(item.adds, digits)}{' per ' + keys if keys else ''}"


def _source_text(item: Definition | Accumulator, source: Source) -> str | None:
    """The author's words, where they stand in one line; of a layer's block the line of that clause."""
    if item.clause.span == NOWHERE:
        return None
    home, home_span = source.locate(item.clause.span)
    span = home_span
    if item.layer is not None and home.text.startswith(("层", "layer"), span.start):
        start = home.text.find("{", span.start) + 1
        span = Span(start, span.end)
    lines = [line.strip() for line in home.text[span.start : span.end].strip().split("\n")]
    if item.layer is not None and span != home_span:
        lines = [line for line in lines if line.startswith(LINES.get(item.role, ()))]
    text = CITES.sub("", "；".join(" ".join(line.split()) for line in lines))
    return text.strip() or None
