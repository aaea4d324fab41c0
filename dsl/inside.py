"""Every node of a tree of attrs classes: of what the author wrote, or of a checked scheme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from hmbc.dsl import nodes as n


def inside(tree: object) -> Iterator[Any]:
    """Every node below one, or below several in a tuple, itself included, in the order of the text."""
    pending: list[object] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending += reversed(node)
        elif attrs.has(kind := type(node)):
            yield node
            fields: tuple[attrs.Attribute[object], ...] = attrs.fields(kind)
            pending += [getattr(node, field.name) for field in reversed(fields)]


def attributes_in(written: object) -> Iterator[n.AttributeRef]:
    """The attributes that the author names in a syntax tree, or in several."""
    return (node for node in inside(written) if isinstance(node, n.AttributeRef))
