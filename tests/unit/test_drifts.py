"""Claims by turns that bring two runs further apart each time."""

from __future__ import annotations

from hmbc.compiler import seeds
from hmbc.compiler.drifts import TIMES, beginnings, gone_on
from hmbc.compiler.laws import Question
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.refute import Search
from hmbc.compiler.tried_units import Unit
from hmbc.compiler.witness import witness_of
from hmbc.dsl.source import Source

# Of each pair of small claims, a minor unit that the first layer's rounding moves from the one claim to the
# other is paid at 80% and taken at 60%.
TURNS = """scheme turns "What the one leaves, the other pays by turns" {
    source   "leaflet", 2024-01-01
    currency CNY
    benefit year calendar
    claim {
        cost: money
        low: bool
    }
    layer basic  cite XX-03 {
        base claim.cost
        no threshold
        ratio 95%
        cap 100 per year
    }
    layer topup  cite XX-03 {
        base basic.before cap - basic.pay
        no threshold
        ratio by claim.low (yes: 60%, no: 80%)
        no cap
    }
    example {
        claim 2024-03-01 { cost: 106, low: no }               pay 100.56
        # 100.795 in sum, rounded up: ten minor units at 60%, nine if the first is one more
        claim 2024-03-02 { cost: 0.10, low: yes }    pay 0.06
        # nine minor units at 80%, ten if the first is one more
        claim 2024-03-04 { cost: 0.10, low: no }     pay 0.07
    }
}
"""


CLIFF = Question("no_cliff", None)


def searched(text: str = TURNS) -> Search:
    """A search that has done nothing but take up the scheme's examples."""
    found = compile_source(Source("turns.hmb", text))
    assert found.kernel is not None and found.scheme is not None, found.diagnostics
    search = Search(found.kernel, [CLIFF])
    for setting, unit in seeds.of_examples(found.kernel, found.scheme):
        search.plant(setting, unit)
    return search


def test_a_pair_of_claims_that_an_example_ends_with_is_gone_on_with_until_a_law_breaks() -> None:
    search = searched()
    refutation = search.found[CLIFF]
    assert len(refutation.unit.claims) == 15  # 0.8 + 7 * 0.2 is more than two layers' roundings
    witness = witness_of(search.kernel, refutation)
    assert witness is not None
    before, after = (sum(pays) for pays in witness.pays)
    assert after - before == 3
    assert witness.example is not None
    assert witness.example.count("claim 2024-03-") == 2 * len(refutation.unit.claims)


def test_claims_that_move_nothing_on_break_nothing() -> None:
    assert not searched(TURNS.replace("low: yes }    pay 0.06", "low: no }     pay 0.08")).found
    once = TURNS.replace("        claim 2024-03-04 { cost: 0.10, low: no }     pay 0.07\n", "")
    assert not searched(once).found


def test_the_last_two_claims_come_again_later_or_on_one_day() -> None:
    search = searched()
    kernel, unit = search.kernel, search.met.planted[0][1]
    days = [claim[kernel.date] for claim in gone_on(kernel, unit).claims]
    first = days[1]
    assert days[1:7] == [first, first + 2, first + 3, first + 5, first + 6, first + 8]
    assert len(days) == 3 + 2 * TIMES
    same = Unit(unit.claims[:1] * 3, unit.members)
    assert len({claim[kernel.date] for claim in gone_on(kernel, same).claims}) == 1


def test_beginnings_end_with_a_pair() -> None:
    search = searched()
    longer = gone_on(search.kernel, search.met.planted[0][1])
    sizes = [len(unit.claims) for unit in beginnings(longer, 3)]
    assert sizes == list(range(3, 3 + 2 * TIMES + 1, 2))
