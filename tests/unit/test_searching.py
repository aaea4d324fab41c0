"""What the search finds that chance alone hardly meets: laws that break by a rounding, between claims
of which one takes from what another is paid, and units of several members."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.compiler import seeds
from hmbc.compiler.laws import Question
from hmbc.compiler.pipeline import compile_file
from hmbc.compiler.refute import Search
from hmbc.compiler.witness import witness_of

SCHEMES = Path(__file__).parents[2] / "schemes" / "more"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("name", "law", "subject", "most"),
    [
        # a rounded bill more, while a later one falls: by the coverage gap, by the 15% of an original
        ("medicare_part_d", "monotone", "cost", 1),
        ("swiss_basic_insurance", "monotone", "cost", 5),
        # a further claim of a few minor units pays nothing, and moves a limit or uses a franchise up
        ("medicare_part_d", "more_claims", None, None),
        ("swiss_basic_insurance", "more_claims", None, 5),
        ("japan_high_cost", "more_claims", None, None),
    ],
)
def test_what_roundings_break_is_found_and_confirmed(
    name: str, law: str, subject: str | None, most: int | None, seed: int
) -> None:
    compiled = compile_file(SCHEMES / f"{name}.hmb")
    assert compiled.kernel is not None and compiled.scheme is not None
    question = Question(law, None, subject)  # type: ignore[arg-type]
    search = Search(compiled.kernel, [question], seed)
    for setting, unit in seeds.of_examples(compiled.kernel, compiled.scheme):
        search.plant(setting, unit)
    search.run(500_000)
    witness = witness_of(compiled.kernel, search.smallest(question))
    assert witness is not None
    before, after = (sum(pays) for pays in witness.pays)
    lost = before - after if law == "monotone" else after - before
    assert lost > 0 and (most is None or lost <= most)


def test_an_example_of_a_family_is_a_unit_of_several_members() -> None:
    compiled = compile_file(SCHEMES / "swiss_basic_insurance.hmb")
    assert compiled.kernel is not None and compiled.scheme is not None
    units = [unit for _, unit in seeds.of_examples(compiled.kernel, compiled.scheme)]
    people = [{member.get("member_id") for member in unit.members} for unit in units]
    assert {"anna", "beat", "cleo"} in people
    assert all(len(unit.claims) == len(unit.members) for unit in units)
