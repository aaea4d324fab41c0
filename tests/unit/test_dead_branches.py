"""HMB219: what no claim can reach is told, and nothing that one can."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmbc.dsl import expr as e
from hmbc.dsl.check import check_source
from hmbc.dsl.contradictions import _Known, _Ways, contradict
from hmbc.dsl.environment import Environment
from hmbc.dsl.scheme import AttributeInfo, ListInfo, ParameterInfo
from hmbc.dsl.source import Source
from hmbc.dsl.types import Bool, Code, Enum, Int, Ratio

CARE = Enum("claim.care", ("a", "b", "c"))
care = e.Attribute("claim", "care", CARE)
age = e.Attribute("claim", "age", Int())
days = e.Attribute("claim", "days", Int())
drug = e.Attribute("claim", "drug", Code("claim.drug"))
urgent = e.Attribute("claim", "urgent", Bool())
limit = e.Parameter("limit", Int())
DOMAINS: dict[str, tuple[Any, ...]] = {
    "care": CARE.values, "age": tuple(range(5)), "days": tuple(range(3)),
    "drug": ("K1", "K2", "K3"), "urgent": (False, True), "limit": (1, 2),
}  # fmt: skip


def environment() -> Environment:
    env = Environment("en")
    for attr, low, high in ((care, None, None), (age, 0, 4), (days, 0, 2), (drug, None, None), (urgent, None, None)):
        info = AttributeInfo("claim", attr.name, None, attr.type, False, low, high)
        env.attributes["claim", attr.name] = info
    env.parameters["limit"] = ParameterInfo("limit", None, Int(), 1, 2)
    env.lists = {
        "few": ListInfo("few", None, ("K1",)),
        "more": ListInfo("more", None, ("K1", "K2")),
        "external": ListInfo("external", None, None),
    }
    return env


numbers = st.one_of(
    st.sampled_from([age, days, limit, e.Add(age, days)]),
    st.integers(0, 5).map(lambda value: e.Const(value, Int())),
)
atoms = st.one_of(
    st.sampled_from([urgent, e.Given("claim", "drug"), e.TRUE]),
    st.builds(
        lambda op, value: e.Compare(op, care, e.Const(value, CARE)),
        st.sampled_from(["==", "!="]), st.sampled_from(CARE.values),
    ),
    st.builds(e.Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers, numbers),
    st.sampled_from(["few", "more", "external"]).map(lambda name: e.InList(drug, name)),
)  # fmt: skip
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(e.And, inner, inner), st.builds(e.Or, inner, inner), st.builds(e.Not, inner)
    ),
    max_leaves=8,
)
_OPS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
LISTS = {"few": ("K1",), "more": ("K1", "K2"), "external": ("K3",)}


def value(of: e.Expr, at: dict[str, Any]) -> Any:
    match of:
        case e.Const(value=known):
            return known
        case e.Attribute(name=name) | e.Parameter(name=name):
            return at[name]
        case e.Given():
            return True
        case e.InList(list_name=name):
            return at["drug"] in LISTS[name]
        case e.Add(left=one, right=two):
            return value(one, at) + value(two, at)
        case e.Compare(op=op, left=one, right=two):
            return _OPS[op](value(one, at), value(two, at))
        case e.And(left=one, right=two):
            return value(one, at) and value(two, at)
        case e.Or(left=one, right=two):
            return value(one, at) or value(two, at)
        case e.Not(of=inner):
            return not value(inner, at)
    raise AssertionError(of)


@given(st.lists(conditions, min_size=1, max_size=3))
def test_what_some_claim_fulfils_is_no_contradiction(found: list[e.Expr]) -> None:
    if contradict(found, environment()):
        for values in product(*DOMAINS.values()):
            at = dict(zip(DOMAINS, values, strict=True))
            assert not all(value(one, at) for one in found), at


@pytest.mark.parametrize(
    "found",
    [
        [e.Compare("==", care, e.Const("a", CARE)), e.Compare("==", care, e.Const("b", CARE))],
        [e.Not(e.Compare("==", care, e.Const(one, CARE))) for one in CARE.values],
        [urgent, e.Not(urgent)],
        [e.Compare("<", age, limit), e.Compare(">=", age, e.Const(2, Int()))],
        [e.Compare(">", age, days), e.Not(e.Compare(">", age, days))],
        [e.Compare("!=", days, e.Const(0, Int())), e.Compare("<", days, e.Const(1, Int()))],
        [e.Compare("==", limit, e.Const(2, Int())), e.Compare(">", e.Const(2, Int()), limit)],
        [e.InList(drug, "few"), e.Not(e.InList(drug, "more"))],
        [e.InList(drug, "external"), e.Not(e.InList(drug, "external"))],
        [e.Or(urgent, e.Compare("<", age, e.Const(0, Int()))), e.Not(urgent)],
        [e.Compare("==", drug, e.Const("K1", drug.type)), e.Compare("==", drug, e.Const("K2", drug.type))],
    ],
)  # fmt: skip
def test_contradictions(found: list[e.Expr]) -> None:
    assert contradict(found, environment())


def test_totals_are_one_value_before_a_claim_and_another_after() -> None:
    spent = e.Compare(">", e.Total("spent"), e.money(5))
    assert not contradict([spent, e.Not(spent)], environment())


def test_ratios_count_millionths() -> None:
    env = environment()
    share = e.Attribute("claim", "share", Ratio())
    env.attributes["claim", "share"] = AttributeInfo("claim", "share", None, Ratio(), False, 0, 1_000_000)
    half = e.Compare(">", share, e.ratio(1))
    assert contradict([half], env)


def test_too_many_ways_are_taken_to_be_possible() -> None:
    never = e.And(urgent, e.Not(urgent))
    env = environment()
    known = _Known(env.attributes, env.parameters, env.lists)
    assert not _Ways().any([(e.Or(never, never), True)], known)
    assert _Ways(0).any([(e.Or(never, never), True)], known)


SCHEME = """scheme s "s" {{
    source        "rules", 2023-12-02
    currency      CNY
    benefit year  calendar
    event claim.stay
    member {{ age: int 0 to 120 }}
    claim {{ care: ward | clinic | shop  stay: code  drug: code  cost: money 0 to 1_000_000 }}
    list cheap: "K1", "K2"
    {items}
    layer main cite R-1 {{
        when claim.care in ward, clinic
        base claim.cost
        {clauses}
    }}
}}
"""
PLAIN = "threshold 100 per year  ratio 50%  cap 1_000 per year"


def told(items: str = "", clauses: str = PLAIN) -> list[str]:
    source = Source("s.hmb", SCHEME.format(items=items, clauses=clauses))
    found = check_source(source)
    assert found.scheme is not None, [one.message("en") for one in found.diagnostics]
    return [
        f"{one.message('en')} @ {source.text[one.span.start : one.span.end]}"
        for one in found.diagnostics
        if one.code == "HMB219"
    ]


@pytest.mark.parametrize(
    ("items", "clauses", "message"),
    [
        ("", "threshold 100 per year  ratio 50% plus 5% if claim.care is shop  no cap", "this branch"),
        ("", "threshold 100 per event if claim.care is shop else per year  ratio 50%  no cap", "@ claim.care is shop"),
        ("", "threshold (by bands of member.age (below 18: 10, up to 130: 20, beyond: 30)) per claim  ratio 50%  no cap", "@ 30"),
        ("let t: (10 if claim.care is shop else 20) cite R-2", "threshold t per claim  ratio 50%  no cap", "@ 10"),
        ("", "threshold 100 per year  ratio (50% if claim.care is ward else (60% if claim.care is ward else 70%))  no cap", "@ 60%"),
        ("exclude cheap_part: part claim.cost if claim.care is shop cite R-3", PLAIN, "this part"),
        ("exclude part_of from main: part claim.cost if claim.care is shop cite R-3", PLAIN, "this part"),
        ("exclude shops from main: claim.care is shop cite R-3", PLAIN, "where the layer applies"),
        ("exclude all_ward: claim.care is ward cite R-3  wait young: member.age < 3 and member.age > 5 cite R-4", PLAIN, "waiting rule `young`"),
        ("exclude w: claim.care is ward cite R-3  exclude c: claim.care is clinic cite R-4", PLAIN, "w, c take out all of it before, together"),
        ("exclude k: claim.drug in cheap cite R-3  exclude k1: claim.drug is \"K1\" cite R-4", PLAIN, "exclusion `k1`"),
        ("total shops: claim.cost per year when claim.cost > 2_000_000 cite R-3", "threshold shops per claim  ratio 50%  no cap", "@ claim.cost > 2_000_000"),
        ("", "unless claim.care is ward or claim.care is clinic  " + PLAIN, "layer `main`"),
        ("", "threshold 100 per year  ratio bands above threshold per year: up to 500: 50%, beyond: 60%  cost cap 600 per year  no cap", "no more than 500 counts"),
        ("", "threshold 100 per claim  ratio bands of cost per claim: up to 2_000_000: 50%, beyond: 60%  no cap", "no more than 1000000 counts"),
        ("", "no threshold  ratio bands of cost per year: up to 500: 50%, beyond: 60%  cap 250 per year", "the cap of 250 is used up"),
    ],
)  # fmt: skip
def test_what_is_told(items: str, clauses: str, message: str) -> None:
    found = told(items, clauses)
    assert len(found) == 1 and message in found[0], found


@pytest.mark.parametrize(
    ("items", "clauses"),
    [
        ("", PLAIN),
        ("let t: (10 if claim.care is shop else 20) cite R-2  exclude dear: part t cite R-3", "threshold t per claim  ratio 50%  no cap"),
        ("", "threshold 100 per claim  ratio by claim.care (ward: 50%, clinic: 60%, shop: 70%)  no cap"),
        ("exclude k: claim.drug is \"K1\" cite R-3  exclude ks: claim.drug in cheap cite R-4", PLAIN),
        ("", "threshold 100 per year  ratio bands above threshold per year: up to 500: 50%, beyond: 60%  cap 251 per year"),
        ("", "threshold 100 per year  ratio bands of cost per year: up to 500: 50%, beyond: 60%  cap 250 per year"),
        ("", "threshold 100 per year  ratio bands above threshold per year: up to 500: 50%, beyond: 60%  cap 250 per event  cap 250 per year"),
        ("", "threshold 100 per year  ratio bands above threshold per year: up to 500: 50%, beyond: 60%  cap 250 per year  rounding down to 100"),
        ("parameter p: money 300 to 500, external  parameter q: money 600 to 900, external", "threshold 100 per year  ratio bands above threshold per year: up to p: 0%, up to q: 100%, beyond: 50%  cap 300 per year"),
        ("total seen: claim.cost per year cite R-3", "threshold (10 if seen before > 100 else 20) per claim  ratio 50%  no cap"),
    ],
)  # fmt: skip
def test_what_is_not_told(items: str, clauses: str) -> None:
    assert told(items, clauses) == []
