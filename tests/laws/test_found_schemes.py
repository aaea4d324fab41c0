"""Schemes that the random ones found wanting, each as small as it gets."""

from __future__ import annotations

from typing import Any

import pytest

from hmbc.compiler.interpret import Interpreter, State
from hmbc.compiler.pipeline import compile_source, module_of
from hmbc.dsl.source import Source
from hmbc.runtime.evaluator import Evaluator

HEAD = """scheme found {
    source "found by random schemes", 2024-01-01
    currency CNY
    benefit year calendar
    claim { bill: money  fee: money  drug: code  accident: bool }
"""
DAY = 19_000


def compiled(body: str) -> Any:
    return compile_source(Source("found.hmb", HEAD + body + "}\n"))


def pays(body: str, *bills: dict[str, Any]) -> list[list[int]]:
    """What each layer pays, claim by claim."""
    kernel = compiled(body).kernel
    assert kernel is not None
    rows = [{"date": DAY, "bill": 0, "fee": 0, "drug": "D9", "accident": False} | x for x in bills]
    steps = Interpreter(kernel, {}, {"dear": ("D1",)}).run(rows, {})
    assert [step.status for step in steps] == ["ok"] * len(bills)
    return [list(step.pays.values()) for step in steps]


LAYER = "layer {} {{ base claim.{} no threshold ratio 100% cap {} }}\n"


def test_a_cap_less_what_an_earlier_layer_pays_is_taken_at_this_claims_value() -> None:
    body = LAYER.format("one", "bill", "3 per claim")
    body += LAYER.format("two", "fee", "10 - one.pay per year")
    bills = [{"bill": 200, "fee": 500}, {"fee": 900}]
    assert pays(body, *bills) == [[200, 500], [0, 500]]


def test_a_list_is_known_where_only_a_scope_reads_it() -> None:
    scope = "1 per claim if claim.drug in dear else per year"
    body = "list dear: external\n" + LAYER.format("one", "bill", scope)
    bills = [{"bill": 90}, {"bill": 90}, {"bill": 90, "drug": "D1"}]
    assert pays(body, *bills) == [[90], [10], [90]]


def test_a_parameter_read_at_two_dates_has_one_reject() -> None:
    body = "parameter limit: money { from 2020-03-01: 1  from 2021-01-01: 2 }\n"
    body += LAYER.format("one", "bill", "limit as at year start per year")
    body += LAYER.format("two", "fee", "limit per claim")
    kernel = compiled(body).kernel
    assert [reject.name for reject in kernel.rejects] == ["undated:limit"]
    day = 18_336  # 2020-03-15: a value that day, none at the start of the year
    row = {"date": day, "bill": 1, "fee": 1, "drug": "D1", "accident": False}
    assert Interpreter(kernel).run([row], {})[0].status == "undated:limit"


@pytest.mark.parametrize("scope", ["per claim", "per claim per year"])
def test_a_shared_cap_per_claim_is_drawn_on_in_order(scope: str) -> None:
    body = f"shared cap both: 10 {scope} in order\n"
    body += LAYER.format("one", "bill", "shared both") + LAYER.format("two", "fee", "shared both")
    bills = [{"bill": 700, "fee": 700}, {"bill": 700, "fee": 200}]
    assert pays(body, *bills) == [[700, 300], [700, 200]]


def test_a_shared_cap_per_claim_on_one_side_of_a_choice_pays_there() -> None:
    body = "shared cap both: 10 per claim if claim.accident else per year in order\n"
    body += LAYER.format("one", "bill", "shared both") + LAYER.format("two", "fee", "shared both")
    bill: dict[str, Any] = {"bill": 700, "fee": 700}
    bills = [bill | {"accident": True}, bill, bill | {"accident": True}]
    assert pays(body, *bills) == [[700, 300]] * 3


@pytest.mark.parametrize(
    "second",
    [
        "base claim.fee tops up to 80% after one.pay cap shared both",
        "base claim.fee no threshold ratio 100% cap 9 - one.pay per claim cap shared both",
    ],
)
def test_layers_that_share_pro_rata_do_not_read_each_other(second: str) -> None:
    body = "shared cap both: 10 per year pro rata\n" + LAYER.format("one", "bill", "shared both")
    found = compiled(body + f"layer two {{ {second} }}\n")
    assert {x.code for x in found.diagnostics if x.rule.severity == "error"} == {"HMB322"}


@pytest.mark.parametrize(
    ("limit", "paid"),
    [
        ("¥9 - spent before", [900, 829]),
        ("larger of (¥9 - spent, 0)", [829, 758]),
        ("¥9 - one.excess", [824, 824]),
        ("¥9 - one.base", [824, 824]),
    ],
)
def test_a_cap_less_parts_of_a_fen_is_rounded_down(limit: str, paid: list[int]) -> None:
    body = "total spent: claim.bill * 70% per year\n"
    body += "layer one { base claim.bill * 75% threshold 0 per claim ratio 1% no cap }\n"
    body += LAYER.format("two", "fee", f"{limit} per claim")
    assert [row[1] for row in pays(body, *[{"bill": 101, "fee": 2_000}] * 2)] == paid


def test_a_shared_cap_less_parts_of_a_fen_is_rounded_down() -> None:
    body = "total spent: claim.bill * 70% per year\n"
    body += "shared cap both: ¥9 - spent before per claim in order\n"
    body += LAYER.format("one", "fee", "shared both")
    assert pays(body, *[{"bill": 101, "fee": 2_000}] * 2) == [[900], [829]]


@pytest.mark.parametrize("scope", ["per claim per year", "per year per claim", "per claim"])
def test_a_cap_that_varies_may_be_of_each_claim_within_something(scope: str) -> None:
    body = LAYER.format("one", "bill", "3 per claim")
    body += LAYER.format("two", "fee", f"10 - one.pay {scope}")
    assert pays(body, *[{"bill": 200, "fee": 900}] * 2) == [[200, 800]] * 2


def test_a_total_of_a_family_may_run_for_ever_where_members_have_their_own_years() -> None:
    own = "benefit year from member.joined\n    unit member.household\n"
    own += "    member { household: code  joined: date }"
    text = HEAD.replace("benefit year calendar", own)
    text += LAYER.format("one", "bill", "10 per lifetime per family") + "}\n"
    kernel = compile_source(Source("found.hmb", text)).kernel
    assert kernel is not None
    row = {"date": DAY, "bill": 700, "fee": 0, "drug": "D9", "accident": False}
    people = [{"member_id": who, "household": "H", "joined": 15_000} for who in "AB"]
    state, paid = State(), []
    for member in people:
        step = Interpreter(kernel).step(state, row, member)
        state = step.state
        paid.append(step.total_pay)
    assert paid == [700, 300]


def evaluator(text: str) -> Any:
    compiled = compile_source(Source("found.hmb", text))
    assert compiled.kernel is not None, compiled.diagnostics
    return Evaluator(module_of(compiled.kernel))


def test_a_family_whose_member_varies_may_be_opened() -> None:
    people = "unit member.household\n    member { household: code  poor: bool varies }\n    claim"
    body = "layer one { when member.poor base claim.bill no threshold ratio 50% cap 10 per year }"
    opened = evaluator(HEAD.replace("claim", people, 1) + body + "}\n").open(
        [
            {"member_id": "A", "household": "H", "poor": "yes", "valid_to": "2024-05-31"},
            {"member_id": "A", "household": "H", "poor": "no", "valid_from": "2024-06-01"},
        ]
    )
    bill = {"member_id": "A", "bill": "12", "fee": "0", "drug": "D1", "accident": "no"}
    paid = [
        opened.settle({**bill, "date": date}).total_pay for date in ("2024-05-31", "2024-06-01")
    ]
    assert paid == [6, 0]
