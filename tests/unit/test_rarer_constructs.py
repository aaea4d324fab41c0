"""Rarer constructs, and what they pay: worked examples, each worked out by hand in its comment."""

from __future__ import annotations

import pytest

from hmbc.compiler.pipeline import Compiled, compile_source
from hmbc.compiler.print_kernel import print_kernel
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    event claim.stay
    member { level: low | high }
    claim { a: money  b: money  d: money  n: int 0 to 9  kind: x | y  stay: code }
    BODY
    example { CLAIMS }
}
"""


def compiled(body: str, claims: str = "claim 2024-01-01 { } pay 0") -> Compiled:
    text = SCHEME.replace("BODY", body).replace("CLAIMS", claims)
    return compile_source(Source("s.hmb", text))


def wrong(body: str, claims: str) -> list[str]:
    """Errors, and examples that are paid otherwise, in words."""
    found = compiled(body, claims)
    told = [one for one in found.diagnostics if one.rule.severity == "error"]
    if found.kernel is not None and found.scheme is not None:
        for result in run_examples(found.kernel, found.scheme):
            told += result.diagnostics
    return [one.message("en") for one in told]


def layer(name: str, clauses: str) -> str:
    return f'layer {name} cite "1" {{ {clauses} }}\n'


def claims(*rows: str) -> str:
    """`values -> payments`, all on one day."""
    texts = []
    for row in rows:
        values, _, paid = row.partition(" -> ")
        texts.append(f"claim 2024-03-01 {{ {values} }} " + " ".join(
            f"pay {one}" for one in paid.split(", ")
        ))
    return "\n".join(texts)


FULL = "no threshold ratio 100%"
CASES = {
    # t: 200 of two, 100 of three, which leaves three 300; c: 300 and 300 have 500 between them
    "a layer draws on the threshold first, though a later one must be known for the shared cap": (
        "shared threshold t: 300 per year in order\nshared cap c: 500 per year pro rata\n"
        + layer("one", f"base claim.a {FULL} cap shared c")
        + layer("two", "base claim.b threshold shared t ratio 100% no cap")
        + layer("three", "base claim.d threshold shared t ratio 100% cap shared c"),
        claims("a: 300, b: 200, d: 400 -> one 250, two 0, three 250", "b: 50 -> two 50"),
    ),
    "a cap that layers share is there for every claim anew": (
        "shared cap c: 100 per claim in order\n"
        + layer("one", f"base claim.a {FULL} cap shared c")
        + layer("two", f"base claim.b {FULL} cap shared c"),
        claims("a: 80, b: 80 -> one 80, two 20", "a: 80, b: 80 -> one 80, two 20"),
    ),
    # of x 100 a year: 80 + 10, then 10 are left; of y 50 a claim
    "a shared cap of another amount for each claim, for some of them over the year": (
        "shared cap c: by claim.kind (x: 100, y: 50) per year if claim.kind is x else per claim"
        " acknowledged in order\n"
        + layer("one", f"base claim.a {FULL} cap shared c")
        + layer("two", f"base claim.b {FULL} cap shared c"),
        claims(
            "kind: x, a: 80, b: 10 -> one 80, two 10", "kind: x, a: 80 -> one 10, two 0",
            "kind: y, a: 80, b: 80 -> one 50, two 0", "kind: y, a: 20, b: 80 -> one 20, two 30",
        ),
    ),
    # the excess of b and d is 100 of 200: 75 and 25; then 60 of 25 + 75
    "layers that share a cap pro rata, one of which shares a threshold pro rata with another": (
        "shared threshold t: 100 per year pro rata\nshared cap c: 60 per year pro rata\n"
        + layer("one", f"base claim.a {FULL} cap shared c")
        + layer("two", "base claim.b threshold shared t ratio 100% cap shared c")
        + layer("three", "base claim.d threshold shared t ratio 100% no cap"),
        claims("a: 25, b: 150, d: 50 -> one 15, two 45, three 25"),
    ),
    # b bears the whole threshold: 50 are left; then 60 of 50 + 50
    "layers that share a cap pro rata, one of which shares a threshold in order with another": (
        "shared threshold t: 100 per year in order\nshared cap c: 60 per year pro rata\n"
        + layer("one", f"base claim.a {FULL} cap shared c")
        + layer("two", "base claim.b threshold shared t ratio 100% cap shared c")
        + layer("three", "base claim.d threshold shared t ratio 100% no cap"),
        claims("a: 50, b: 150, d: 50 -> one 30, two 30, three 50"),
    ),
    # 40 to 150 of the cost: 60 at 50%, 50 at 100%; then all of it: 100 at 50%, 50 at 100%
    "bands of each claim's cost above a threshold of the year": (
        layer("all", "base claim.a threshold 40 per year "
              "ratio bands of cost per claim: up to 100: 50%, beyond: 100% no cap"),
        claims("a: 150 -> 80", "a: 150 -> 100"),
    ),
    # x counts 150, then 150 to 200; y each its own
    "bands of the cost of a year for some claims, of each claim for the others": (
        layer("all", "base claim.a threshold 40 per year ratio bands of cost per year if "
              "claim.kind is x else per claim: up to 100: 50%, beyond: 100% no cap"),
        claims("kind: x, a: 150 -> 80", "kind: x, a: 50 -> 50", "kind: y, a: 150 -> 100",
               "kind: y, a: 150 -> 100"),
    ),
    "a threshold of each claim, of the year, or of each claim": (
        layer("all", "base claim.a threshold 10 per claim if claim.n = 1 else per year if "
              "claim.n = 2 else per claim ratio 100% no cap"),
        claims("n: 1, a: 30 -> 20", "n: 2, a: 6 -> 0", "n: 2, a: 14 -> 10", "n: 3, a: 30 -> 20"),
    ),
    "a threshold of the year, of each claim, or of another year's account": (
        layer("all", "base claim.a threshold 10 per year if claim.n = 1 else per claim if "
              "claim.n = 2 else per year ratio 100% no cap"),
        claims("n: 1, a: 6 -> 0", "n: 3, a: 6 -> 0", "n: 3, a: 14 -> 10", "n: 1, a: 14 -> 10",
               "n: 2, a: 30 -> 20"),
    ),
    # half of 0.01 is no cap yet, half of 0.02 is one of 0.01
    "a cap that follows a total of halves is a whole number of fen": (
        "total half: claim.b * 50% per year\n"
        + layer("all", f"base claim.a {FULL} cap half per claim"),
        claims("a: 5, b: 0.01 -> 0", "a: 5, b: 0.01 -> 0.01"),
    ),
    # 0.02 above 0.015, at 50%: 0.0025
    "a shared threshold of half fen is not rounded": (
        "shared threshold t: claim.b * 50% per claim in order\n"
        + layer("one", "base claim.a threshold shared t ratio 50% no cap")
        + layer("two", "base claim.d threshold shared t ratio 50% no cap"),
        claims("a: 0.02, b: 0.03 -> one 0, two 0"),
    ),
    "a shared cap of half fen is rounded down": (
        "shared cap c: claim.b * 50% per claim in order\n"
        + layer("one", f"base claim.a {FULL} cap shared c")
        + layer("two", f"base claim.d {FULL} cap shared c"),
        claims("a: 0.02, b: 0.03, d: 0.02 -> one 0.01, two 0"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_pays_what_was_worked_out(name: str) -> None:
    assert wrong(*CASES[name]) == []


def test_a_worked_example_that_is_wrong_is_told() -> None:
    body = layer("all", f"base claim.a {FULL} no cap")
    assert len(wrong(body, claims("a: 1 -> 2"))) == 1


@pytest.mark.parametrize(
    ("base", "guarded"),
    [("share (claim.a, 1, 3)", False), ("claim.a - claim.b", True),
     ("smaller of (claim.a, claim.b)", False), ("larger of (claim.a, 0 - claim.b)", False),
     ("claim.a * 50%", False), ("rounded (claim.a * 50%, down)", False)],
)  # fmt: skip
def test_only_a_base_that_may_be_negative_is_kept_from_it(base: str, guarded: bool) -> None:
    found = compiled(layer("all", f"base {base} {FULL} no cap"))
    assert found.kernel is not None
    (line,) = [x for x in print_kernel(found.kernel).splitlines() if x.startswith("all.billed = ")]
    assert ("max(0.00, " in line) == guarded, line


@pytest.mark.parametrize(("amount", "rounded"), [("claim.b", False), ("claim.b * 50%", True)])
def test_only_a_cap_that_may_have_parts_of_a_fen_is_rounded(amount: str, rounded: bool) -> None:
    body = f"total t: {amount} per year\n" + layer("all", f"base claim.a {FULL} cap t per claim")
    found = compiled(body)
    assert found.kernel is not None
    assert ("round(total t, down)" in print_kernel(found.kernel)) == rounded


@pytest.mark.parametrize(
    ("day", "paid"),
    [("2023-12-31", None), ("2024-01-01", 90), ("2024-12-31", 90), ("2025-01-01", 80),
     ("2025-12-31", 80), ("2026-01-01", None)],
)  # fmt: skip
def test_no_claim_is_paid_by_a_value_that_has_expired(day: str, paid: int | None) -> None:
    body = (
        "parameter p: money { from 2024-01-01 to 2024-12-31: 10 "
        "from 2025-01-01 to 2025-12-31: 20 }\n"
        + layer("all", "base claim.a threshold p per claim ratio 100% no cap")
    )
    told = wrong(body, f"claim {day} {{ a: 100 }} pay {paid or 0}")
    assert bool(told) == (paid is None), told


def test_a_claim_that_is_rejected_says_why() -> None:
    body = (
        "parameter p: money { from 2024-01-01: 10 }\n"
        + layer("all", "base claim.a threshold p per claim ratio 100% no cap")
    )
    found = compiled(body, "claim 2023-03-01 { a: 100 } pay 90")
    assert found.kernel is not None and found.scheme is not None
    (result,) = run_examples(found.kernel, found.scheme)
    (told,) = result.diagnostics
    assert told.code == "HMB415"
    assert told.message("en").endswith("parameter `p` has no value on this date")


@pytest.mark.parametrize(
    ("given", "claim", "missing"),
    [
        ("", "kind: x, n: 1", "p"),
        ("parameter { p: 5 }", "n: 1", "claim.kind"),
        ("parameter { p: 5 }", "kind: x", "claim.n"),
        ("parameter { p: 5 }", "kind: y, n: 1", "member.level"),
        ("parameter { p: 5 } member { level: low }", "kind: y, n: 1", None),
    ],
)
def test_an_example_that_leaves_out_what_is_read_is_told_what(
    given: str, claim: str, missing: str | None
) -> None:
    body = "parameter p: money 0 to 10, external\n" + layer(
        "all",
        "when claim.n > 0 and (claim.kind is x or member.level is low) "
        "base claim.a threshold p per claim ratio 100% no cap",
    )
    text = SCHEME.replace("BODY", body).replace("CLAIMS", f"{given} claim 2024-03-01 {{ {claim}, a: 9 }} pay 4")
    found = compile_source(Source("s.hmb", text))
    assert found.kernel is not None and found.scheme is not None
    (result,) = run_examples(found.kernel, found.scheme)
    assert [(one.code, one.values["name"]) for one in result.diagnostics] == (
        [] if missing is None else [("HMB412", missing)]
    )
