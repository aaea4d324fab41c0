"""Kinds of claims: those that are told something else, by which conditions, thresholds, ratios, caps and
scopes are theirs and which layers pay them, whatever their amounts and days are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.machines import Machines
from hmbc.compiler.tried_units import Setting, Unit, Values

_TELLING = (
    "applies", "wait", "exclude", "threshold", "no_threshold", "cost_cap", "ratio", "cap", "no_cap"
)  # fmt: skip


@frozen
class Kind:
    """A claim of a kind, with its member and what was external for it."""

    setting: Setting
    claim: Values
    member: Values


def claims_of(units: Iterable[tuple[Setting, Unit]]) -> Iterator[Kind]:
    """Each claim of some units."""
    for setting, unit in units:
        for claim, member in zip(unit.claims, unit.members, strict=True):
            yield Kind(setting, claim, member)


def kinds_of(kernel: Kernel, machines: Machines, claims: Iterable[Kind]) -> Iterator[Kind]:
    """Of these claims the first of each kind, as it stands alone. machines: of the kernel."""
    telling = [i.name for i in kernel.items if isinstance(i, Definition) and i.role in _TELLING]
    seen: set[object] = set()
    for one in claims:
        rows = machines.of(one.setting).run((one.claim,), (one.member,))
        if rows:
            told = tuple(rows[0].value(name) for name in telling)
            # Which of several scopes is a claim's, its keys say by 0 or 1.
            scopes = tuple(part if part in (0, 1) else None for key in rows[0].keys for part in key)
            sign = (id(one.setting), told, scopes, tuple(pay > 0 for pay in rows[0].pays))
            if sign not in seen:
                seen.add(sign)
                yield one
