"""The schemes that a scheme revises: NAME.hmb beside it, and what that one revises in its turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
from attrs import evolve, frozen

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, Related
from hmbc.dsl.list_files import ListOutside, ListUnreadable, path_beside
from hmbc.dsl.parse import parse
from hmbc.dsl.read_source import read_source
from hmbc.dsl.revise import revise
from hmbc.dsl.source import NOWHERE, Source, Span

MAX_EDITIONS = 50


@frozen
class Whole:
    """A scheme with all that it inherits (None where that cannot be had); the source with the files
    that it comes from; what was found."""

    scheme: n.Scheme | None
    source: Source
    diagnostics: tuple[Diagnostic, ...] = ()


def take_revised(scheme: n.Scheme, source: Source, folder: Path | None) -> Whole:
    """A scheme with what it takes from the ones it revises; as it is if it revises none."""
    own = (folder or Path()) / Path(source.name).name
    return _take(scheme, source, folder, (own.resolve(),))


def _take(scheme: n.Scheme, source: Source, folder: Path | None, above: tuple[Path, ...]) -> Whole:
    name = scheme.revises
    if name is None:
        alone = (item for item in scheme.items if isinstance(item, n.Removed))
        found = tuple(Diagnostic(codes.WITHOUT_ALONE, item.span) for item in alone)
        return Whole(None if found else scheme, source, found)
    try:
        path = path_beside(folder, f"{name.text}.hmb")
    except ListOutside:
        return _unread(name, source, Bilingual("它在文件夹之外", "it is outside the folder"))
    except ListUnreadable as error:
        return _unread(name, source, error.why)
    if path in above:
        return _unread(name, source, Bilingual("修订成了一个圈", "the revisions go in a circle"))
    if len(above) >= MAX_EDITIONS:
        why = Bilingual(f"修订超过 {MAX_EDITIONS} 层", f"more than {MAX_EDITIONS} revisions")
        return _unread(name, source, why)
    read = read_source(path)
    if read.diagnostics:
        first = read.diagnostics[0]
        return _unread(name, source, Bilingual(first.message("zh"), first.message("en")))
    text = Source(str(Path(source.name).parent / path.name), read.source.text)
    parsed = parse(text)
    inside = evolve(source, inherited=(text,))
    by = len(source.text) + 1
    if parsed.scheme is None and not parsed.diagnostics:
        return _unread(name, source, Bilingual("它是指导意见", "it is a guideline"))
    if parsed.scheme is None:
        return Whole(None, inside, tuple(_shifted(one, by) for one in parsed.diagnostics))
    base = _take(parsed.scheme, text, folder, (*above, path))
    inside = evolve(source, inherited=(text, *base.source.inherited))
    found = tuple(_shifted(one, by) for one in base.diagnostics)
    if base.scheme is None:
        return Whole(None, inside, found)
    whole, problems = revise(_shifted(base.scheme, by), scheme)
    found += problems
    return Whole(None if found else whole, inside, found)


def _unread(name: n.Name, source: Source, why: Bilingual) -> Whole:
    values = {"name": name.text, "why": why}
    return Whole(None, source, (Diagnostic(codes.REVISED_FILE, name.span, values),))


def _shifted(node: Any, by: int) -> Any:
    """A node or a diagnostic with every place in it counted on by so many characters."""
    if isinstance(node, Span):
        return node if node == NOWHERE else Span(node.start + by, node.end + by)
    if isinstance(node, tuple):
        return tuple(_shifted(one, by) for one in node)
    if isinstance(node, Diagnostic):
        related = tuple(Related(_shifted(one.span, by), one.note) for one in node.related)
        return evolve(node, span=_shifted(node.span, by), related=related)
    if not attrs.has(type(node)):
        return node
    parts = {part.name: getattr(node, part.name) for part in attrs.fields(type(node))}
    return type(node)(**{name: _shifted(part, by) for name, part in parts.items()})
