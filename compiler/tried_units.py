"""A unit as searches try it: its claims, the member of each, and what is external for them."""

from __future__ import annotations

from typing import Any

from attrs import frozen

Values = dict[str, Any]
"""Of a claim or a member, by name, in the units of a machine (compiler/quick.py)."""


@frozen
class Setting:
    """External parameters and lists, in the units of a machine."""

    parameters: dict[str, Any]
    lists: dict[str, tuple[str, ...]]


@frozen
class Unit:
    """A unit's claims in date order, and the member of each."""

    claims: tuple[Values, ...]
    members: tuple[Values, ...]
