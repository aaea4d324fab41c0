"""Changes of units keep what is always so: claims by date, a member's fixed values the same in all rows."""

from __future__ import annotations

from random import Random

from hmbc.compiler.directed import Directed
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.tried_units import Unit
from hmbc.compiler.varied import MOST_CLAIMS, Varied
from hmbc.dsl.source import Source

TEXT = """scheme varied {{
    source "x", 2020-01-01  currency CNY  benefit year calendar  {unit}
    member {{ tier: low | high varies  flag: bool  joined: date optional  household: code }}
    claim {{ cost: money  kind: ward | clinic }}
    layer one {{
        when claim.kind is ward or member.flag
        base claim.cost
        threshold by member.tier (low: 300, high: 700) per year acknowledged
        ratio 50%  cap 10_000 per month
    }}
}}
"""


def kernel(unit: str = "") -> Kernel:
    found = compile_source(Source("varied.hmb", TEXT.format(unit=unit)))
    assert found.kernel is not None, found.diagnostics
    return found.kernel


def varied(of: Kernel, times: int = 300) -> list[Unit]:
    directed = Directed(of, Random(1))
    units = [directed.unit()]
    for _ in range(times):
        units.append(Varied(directed).changed(units[-1]))
    return units


def test_claims_stay_in_order_and_are_not_too_many() -> None:
    for unit in varied(kernel()):
        dates = [claim["date"] for claim in unit.claims]
        assert dates == sorted(dates)
        assert 1 <= len(dates) <= MOST_CLAIMS


def test_what_never_changes_for_a_member_is_the_same_in_all_rows() -> None:
    units = varied(kernel())
    fixed = {name: set() for name in ("flag", "joined")}  # type: dict[str, set[object]]
    for unit in units:
        for name, known in fixed.items():
            values = {member.get(name) for member in unit.members}
            assert len(values) == 1, unit
            known |= values
    assert all(len(known) > 1 for known in fixed.values()), "they are changed, too"
    assert any(len({m["tier"] for m in unit.members}) > 1 for unit in units), "what varies varies"


def test_members_of_a_family_stay_in_it() -> None:
    for unit in varied(kernel("unit member.household")):
        assert len({member["household"] for member in unit.members}) == 1
