"""Attributes that are promised to be one value in a scope, and amounts that differ within one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hmbc.cli import hmbc
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year YEAR
    event claim.stay
    unit member.home
    member { home: code  born: date  income: money SAME_INCOME  tier: low | high varies SAME_TIER }
    claim { stay: code  level: one | two | three SAME_LEVEL  cost: money }
    layer a cite "1" { base claim.cost  threshold AMOUNT  ratio 50%  no cap }
    EXAMPLE
}
"""


def _text(amount: str, example: str = "", year: str = "calendar", **same: str) -> str:
    text = SCHEME.replace("AMOUNT", amount).replace("EXAMPLE", example).replace("YEAR", year)
    for name in ("INCOME", "TIER", "LEVEL"):
        promise = same.get(name.lower(), "")
        text = text.replace(f"SAME_{name}", f"same {promise}" if promise else "")
    return text


def _codes(text: str) -> list[str]:
    compiled = compile_source(Source("s.hmb", text))
    return [d.code for d in compiled.diagnostics if d.code not in ("HMB306", "HMB416")]


BY_LEVEL = "by claim.level (one: 10, two: 20, three: 30)"
BY_TIER = "by member.tier (low: 10, high: 20)"


@pytest.mark.parametrize(
    ("amount", "same", "warned"),
    [
        (f"{BY_LEVEL} per day", {}, True),
        (f"{BY_LEVEL} per day", {"level": "per day"}, False),
        (f"{BY_LEVEL} per day", {"level": "per year"}, False),
        (f"{BY_LEVEL} per day", {"level": "per month"}, False),
        (f"{BY_LEVEL} per month", {"level": "per year"}, False),
        (f"{BY_LEVEL} per year", {"level": "per month"}, True),
        (f"{BY_LEVEL} per year", {"level": "per lifetime"}, False),
        (f"{BY_LEVEL} per month", {"level": "per event"}, True),
        (f"{BY_LEVEL} per year per family", {"level": "per year"}, True),
        (f"{BY_LEVEL} per year per family", {"level": "per year per family"}, False),
        (f"{BY_LEVEL} per year", {"level": "per year per claim.stay"}, True),
        (f"{BY_LEVEL} per claim.stay", {"level": "per claim.stay"}, False),
        (f"{BY_LEVEL} per year if claim.cost > 1 else per day", {"level": "per year"}, False),
        (f"{BY_LEVEL} per day if claim.cost > 1 else per year", {"level": "per day"}, True),
        ("member.income * 1% per year per family", {}, True),
        ("member.income * 1% per year per family", {"income": "per family"}, False),
        ("member.income * 1% per year per family", {"income": "per family per year"}, False),
        ("member.income * 1% per lifetime per family", {"income": "per family per year"}, True),
        (f"{BY_TIER} per year", {}, True),
        (f"{BY_TIER} per year", {"tier": "per year"}, False),
        (f"{BY_TIER} per year per family", {"tier": "per year"}, True),
        (f"{BY_TIER} per lifetime", {"tier": "per year"}, True),
    ],
)
def test_a_promise_holds_an_amount_still_in_its_scope_and_in_narrower_ones(
    amount: str, same: dict[str, str], warned: bool
) -> None:
    assert _codes(_text(amount, **same)) == ["HMB231"] * warned


@pytest.mark.parametrize(
    ("amount", "year", "warned"),
    [
        (f"{BY_LEVEL} per month", "01-15 to 01-14", True),
        (f"{BY_LEVEL} per day", "01-15 to 01-14", False),
        (f"{BY_LEVEL} per month", "from member.born", True),
        (f"{BY_LEVEL} per day", "from member.born", False),
        (f"{BY_LEVEL} per day per family", "from member.born", True),
        (f"{BY_LEVEL} per claim", "from member.born", False),
    ],
)
def test_a_year_that_begins_within_a_month_or_is_each_members_own(
    amount: str, year: str, warned: bool
) -> None:
    same = "per year per family" if "family" in amount else "per year"
    assert _codes(_text(amount, year=year, level=same)) == ["HMB231"] * warned


@pytest.mark.parametrize(
    ("declared", "codes"),
    [
        ("level: one | two same per claim", ["HMB216"]),
        ("level: one | two same per year same per day", ["HMB107"]),
        ("level: code same per day", ["HMB201"]),
        ("level: one | two same per quarterly", ["HMB010"]),
        ("level: one | two same per family", ["HMB321"]),
        ("level: one | two same per event", ["HMB304"]),
    ],
)
def test_what_a_promise_may_say(declared: str, codes: list[str]) -> None:
    text = f"""scheme s {{ source "d" currency CNY benefit year calendar
        claim {{ {declared}  cost: money }}
        layer a cite "1" {{ base claim.cost no threshold ratio 50% no cap }} }}"""
    assert [code for code in _codes(text) if code != "HMB105"] == codes


def test_a_members_own_attribute_that_does_not_vary_promises_nothing() -> None:
    assert _codes(_text("10 per year", income="per year")) == ["HMB216"]


EVERY_TYPE = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim {
        level: one | two | three same per day
        seen: bool same per day
        fee: money 5 to 100 same per day
        part: ratio optional same per day
        number: int -3 to 3 same per day
        begun: date same per day
        cost: money
    }
    layer a cite "1" { base claim.cost  no threshold  ratio 50%  no cap }
}
"""
FIRST = "2024-03-01,one,yes,5,0%,-3,1900-01-01,100"


def test_a_row_with_another_value_is_rejected_and_moves_nothing(tmp_path: Path) -> None:
    lines = [
        FIRST,
        FIRST,
        FIRST.replace("one", "three"),
        FIRST.replace("yes", "no"),
        FIRST.replace(",5,", ",5.01,"),
        FIRST.replace("0%", "0.0001%"),
        FIRST.replace("0%", ""),
        FIRST.replace("-3", "-2"),
        FIRST.replace("1900-01-01", "1900-01-02"),
        FIRST.replace("2024-03-01", "2024-03-02").replace("one", "two"),
    ]
    names = "level,seen,fee,part,number,begun,cost"
    rows = [f"{number},m,{line}" for number, line in enumerate(lines)]
    (tmp_path / "s.hmb").write_text(EVERY_TYPE, encoding="utf-8")
    (tmp_path / "c.csv").write_text(
        "\n".join([f"claim_id,member_id,date,{names}", *rows]) + "\n", encoding="utf-8"
    )
    done = CliRunner().invoke(
        hmbc,
        ["run", str(tmp_path / "s.hmb"), str(tmp_path / "c.csv"), "-q",
         "-o", str(tmp_path / "o.csv"), "--rejects", str(tmp_path / "r.csv")],
    )  # fmt: skip
    assert done.exit_code == 1, done.output
    rejected = (tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()[1:]
    told = [line.split(",")[1] for line in rejected if "HMB530" in line]
    assert told == ["3", "4", "5", "6", "8", "9"]


@pytest.mark.parametrize(
    ("layer", "claims"),
    [
        # 3,000 were paid of what is 3,500 then
        ("no threshold ratio 50% cap CAP per year acknowledged",
         ["one, cost: 8_000 } pay 30", "two, cost: 20 } pay 5", "two, cost: 20 } pay 0",
          "one, cost: 20 } pay 0"]),
        ("no threshold ratio 50% cap 10 per claim cap CAP per year acknowledged",
         ["one, cost: 8_000 } pay 10", "two, cost: 80 } pay 10", "one, cost: 80 } pay 10",
          "one, cost: 80 } pay 0", "two, cost: 80 } pay 5"]),
        # 30 were deducted, of 35 5 are left
        ("threshold CAP per year acknowledged ratio 100% no cap",
         ["one, cost: 100 } pay 70", "two, cost: 20 } pay 15", "one, cost: 20 } pay 20"]),
        ("cost cap CAP per year acknowledged no threshold ratio 100% no cap",
         ["one, cost: 100 } pay 30", "two, cost: 4 } pay 4", "two, cost: 4 } pay 1"]),
        ("threshold CAP per year acknowledged ratio bands of cost per year: up to 50: 50%, beyond: 100% no cap",
         ["one, cost: 40 } pay 5", "two, cost: 20 } pay 12.50", "two, cost: 20 } pay 20"]),
        ("threshold CAP per year if claim.cost > 10 else per claim acknowledged ratio 100% no cap",
         ["one, cost: 20 } pay 0", "one, cost: 10 } pay 0", "two, cost: 20 } pay 5"]),
        ("threshold shared t ratio 100% no cap",
         ["one, cost: 20 } pay a 0", "two, cost: 10 } pay a 0", "two, cost: 10 } pay a 5"]),
        ("no threshold ratio 100% cap shared c",
         ["one, cost: 20 } pay a 20", "one, cost: 20 } pay a 10", "two, cost: 10 } pay a 5"]),
    ],
)  # fmt: skip
def test_an_amount_that_varies_leaves_each_claim_what_is_left_of_its_own(
    layer: str, claims: list[str]
) -> None:
    shared = ""
    for kind, name in (("threshold", "t"), ("cap", "c")):
        if f"shared {name}" in layer:
            shared = f'shared {kind} {name}: CAP per year acknowledged in order cite "3"'
    text = f"""scheme s {{ source "d" currency CNY benefit year calendar
        claim {{ level: one | two  cost: money }}
        {shared}
        layer a cite "1" {{ base claim.cost {layer} }}
        example {{ {" ".join(f"claim 2024-01-01 {{ level: {claim}" for claim in claims)} }} }}"""
    _runs(text.replace("CAP", "by claim.level (one: 30, two: 35)"))


def _runs(text: str) -> None:
    compiled = compile_source(Source("s.hmb", text))
    assert compiled.kernel is not None and compiled.scheme is not None, compiled.diagnostics
    for result in run_examples(compiled.kernel, compiled.scheme):
        assert [d.message("en") for d in result.diagnostics] == []


@pytest.mark.parametrize("draws", ["in order", "pro rata"])
@pytest.mark.parametrize("scope", ["per year", "per claim", "per year if claim.cost > 1 else per claim"])
def test_a_shared_amount_that_varies_leaves_what_is_left_of_it(draws: str, scope: str) -> None:
    after = {"per claim": (17.5, 17.5) if draws == "pro rata" else (20, 15)}
    paid = after.get(scope, (2.5, 2.5) if draws == "pro rata" else (5, 0))
    text = f"""scheme s {{ source "d" currency CNY benefit year calendar
        claim {{ level: one | two  cost: money }}
        shared cap c: by claim.level (one: 30, two: 35) {scope} acknowledged {draws} cite "3"
        layer a cite "1" {{ base claim.cost no threshold ratio 100% cap shared c }}
        layer b cite "2" {{ base claim.cost no threshold ratio 100% cap shared c }}
        example {{
            claim 2024-01-01 {{ level: one, cost: 20 }} pay 30
            claim 2024-01-02 {{ level: two, cost: 20 }} pay a {paid[0]} pay b {paid[1]}
        }} }}"""
    _runs(text)


def test_a_shared_threshold_that_varies_is_used_up_by_both() -> None:
    _runs("""scheme s { source "d" currency CNY benefit year calendar
        claim { level: one | two  cost: money }
        shared threshold t: by claim.level (one: 30, two: 35) per year acknowledged in order cite "3"
        layer a cite "1" { base claim.cost threshold shared t ratio 100% no cap }
        layer b cite "2" { base claim.cost threshold shared t ratio 100% no cap }
        example {
            claim 2024-01-01 { level: one, cost: 20 } pay a 0 pay b 10
            claim 2024-01-02 { level: two, cost: 20 } pay a 15 pay b 20
            claim 2024-01-03 { level: one, cost: 20 } pay a 20 pay b 20
        } }""")


def test_a_threshold_that_falls_when_someone_comes_of_age_is_not_counted_twice() -> None:
    _runs("""scheme s { source "d" currency CNY benefit year calendar
        member { born: date }
        claim { cost: money }
        layer a cite "1" {
            base claim.cost
            no threshold
            ratio 100%
            cap (30 if age (member.born at claim.date) < 18 else 35) per year
        }
        example {
            member { born: 2006-06-01 }
            claim 2024-01-01 { cost: 100 } pay 30
            claim 2024-07-01 { cost: 100 } pay 5
        } }""")
