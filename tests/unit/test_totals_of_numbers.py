"""A total sums money, whole numbers or days; which of them shows in what it adds."""

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

SCHEME = """
scheme sums "Sums" {
    source "example"
    currency CNY
    benefit year calendar
    claim { admitted: date  days: int 0 to 366  cost: money  severe: bool }
    let stay: claim.date - claim.admitted
    let this_month: month of (claim.date)
    total sum: AMOUNT per year  cite "1"
    layer all  cite "1" {
        when CONDITION
        base claim.cost  no threshold  ratio 100%  no cap
    }
    example {
        claim 2024-03-09 { admitted: 2024-03-05, days: 4, cost: 10 } pay 0
        claim 2024-03-10 { admitted: 2024-03-05, days: 5, cost: 10, severe: yes } pay 10
    }
}
"""


@pytest.mark.parametrize(
    ("amount", "condition"),
    [
        ("claim.days", "sum > 8"),
        ("2 * claim.days", "sum > 17"),
        ("2 * claim.days", "sum > claim.days + 12"),
        ("claim.days * ¥50", "sum > 440"),
        ("claim.days * ¥50", "sum > ¥440"),
        ("2.50 * claim.days", "sum > 20"),
        ("stay", "sum > 8 days"),
        ("stay per year when claim.severe", "sum = 5 days"),
        ("(stay if claim.severe else 0)", "sum = 5 days"),
        ("claim.date - sum before - 1970-01-01", "sum = 2024-03-10 - 1970-01-01"),
        ("(claim.date - 1970-01-01) - sum before", "sum = claim.date - 1970-01-01 and claim.severe"),
        ("claim.date - claim.admitted", "sum = 9 days"),
        ("(claim.days if claim.severe else 1)", "sum = 6"),
        ("stay * ¥50", "sum > 440"),
        ("¥50 * (claim.date - claim.admitted)", "sum = 450"),
        ("smaller of (claim.cost, 9)", "sum > 10"),
        ("by bands of claim.days (below 5: claim.days, beyond: 9)", "sum = 13"),
        ("this_month - sum before", "sum = month of (2024-03-31) and claim.severe"),
    ],
)
def test_a_total_is_of_what_it_adds(amount: str, condition: str) -> None:
    scope = "AMOUNT per year" if "per year" in amount else "AMOUNT"
    text = SCHEME.replace(scope, amount).replace("CONDITION", condition)
    compiled = compile_source(Source("sums.hmb", text))
    assert compiled.kernel is not None, [x.message("en") for x in compiled.diagnostics]
    assert compiled.scheme is not None
    assert all(not result.diagnostics for result in run_examples(compiled.kernel, compiled.scheme))


@pytest.mark.parametrize("amount", ["claim.days", "claim.date - claim.admitted"])
def test_a_total_of_numbers_counts_only_where_its_condition_holds(amount: str) -> None:
    text = SCHEME.replace("AMOUNT per year", f"{amount} per year when claim.severe")
    text = text.replace("CONDITION", "sum > 0" if amount == "claim.days" else "sum = 5 days")
    compiled = compile_source(Source("sums.hmb", text))
    assert compiled.kernel is not None and compiled.scheme is not None
    assert all(not result.diagnostics for result in run_examples(compiled.kernel, compiled.scheme))
