"""Two kernels as one, their normal form, the proof that they pay alike, and who gains or loses."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.compiler import difference
from hmbc.compiler.align import align
from hmbc.compiler.difference import Compared, compare
from hmbc.compiler.equivalence import found_apart, proved_equal
from hmbc.compiler.histories import replay
from hmbc.compiler.interpret import prepare
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.normal_form import numbers_of
from hmbc.compiler.pipeline import compile_file, compile_source
from hmbc.compiler.product import layers, product
from hmbc.dsl import expr as e
from hmbc.dsl.source import Source
from hmbc.dsl.types import Bool, Int, Money

ROOT = Path(__file__).parents[2]
SCHEMES = sorted(
    path for path in (*ROOT.glob("schemes/*.hmb"), *ROOT.glob("schemes/more/*.hmb"))
    if "guideline" not in path.name
)  # fmt: skip

TEXT = """scheme one "One" {
    source "x", 2020-01-01  currency CNY  benefit year calendar
    member { age: int 0 to 120  poor: bool }
    claim { cost: money  fee: money  kind: ward | clinic  drug: code optional }
    list special: "D1", "D2", "D3"
    parameter line: money 0 to 100_000, external
    total spent: claim.cost per year
    layer ward cite "1" {
        when claim.kind is ward
        base claim.cost - claim.fee  threshold 1_000 per year  ratio 35% plus 5% if member.age >= 60
        cap 5_000 per year
    }
    layer drugs cite "2" {
        when claim.drug given and claim.drug in special
        base claim.cost  threshold line per year  ratio 50%  no cap
    }
}
"""


def kernel(*changes: tuple[str, str]) -> Kernel:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    compiled = compile_source(Source("one.hmb", text))
    assert compiled.kernel is not None, compiled.diagnostics
    return compiled.kernel


def compared(*changes: tuple[str, str]) -> Compared:
    return compare(kernel(), kernel(*changes), rows=700)


@pytest.mark.parametrize("path", SCHEMES, ids=[path.stem for path in SCHEMES])
def test_a_scheme_is_the_same_as_itself(path: Path) -> None:
    own = compile_file(path).kernel
    assert own is not None
    found = compare(own, own)
    assert (found.verdict, found.how) == ("equal", "form")
    assert not found.aligned.alone and not found.aligned.renamed and not found.aligned.narrowed


@pytest.mark.parametrize(
    "change",
    [
        ("claim.cost - claim.fee", "(0 - claim.fee) + claim.cost"),
        ("claim.kind is ward", "not claim.kind is not ward"),
        ("claim.drug given and claim.drug in special", "not (not claim.drug given or claim.drug not in special)"),
        ("member.age >= 60", "60 <= member.age"),
        ("1_000 per year", "1000.00 per year"),
        ('list special: "D1", "D2", "D3"', 'list special: "D3", "D1", "D2"'),
        ("base claim.cost  threshold line", "base larger of(claim.cost, claim.cost)  threshold line"),
        ("ratio 50%", "ratio (50% if member.poor else 50%)"),
    ],
)  # fmt: skip
def test_the_same_by_form(change: tuple[str, str]) -> None:
    found = compared(change)
    assert (found.verdict, found.how) == ("equal", "form")


@pytest.mark.parametrize(
    "change",
    [
        ("ratio 50%", "ratio bands above threshold per year: up to 70: 50%, beyond: 50%"),
        ("member.age >= 60", "member.age > 59"),
        ("claim.kind is ward", "claim.kind is not clinic"),
        ("base claim.cost  threshold line", "base smaller of(claim.cost, claim.cost + claim.fee)  threshold line"),
    ],
)  # fmt: skip
def test_proved_the_same_by_induction(change: tuple[str, str]) -> None:
    found = compared(change)
    assert (found.verdict, found.how) == ("equal", "solver")


@pytest.mark.parametrize(
    ("change", "gains", "loses"),
    [
        (("35%", "36%"), True, False),
        (("35%", "34%"), False, True),
        (("1_000 per year", "1_000.01 per year"), False, True),
        (("1_000 per year", "1_000 per claim"), False, True),
        (("5_000 per year", "5_000.01 per year"), True, False),
        ((">= 60", "> 60"), False, True),
        (("- claim.fee", ""), True, False),
        (("claim.kind is ward", "claim.kind is clinic"), True, True),
        (('"D2", ', ""), False, True),
        (("ratio 50%", "ratio 50%  rounding down per claim"), False, True),
        (("threshold line per year", "threshold line per lifetime"), True, False),
        (("threshold line per year", "threshold line + 1 per year"), False, True),
    ],
)
def test_a_difference_is_found_and_made_small(
    change: tuple[str, str], gains: bool, loses: bool
) -> None:
    found = compared(change)
    assert (found.verdict, found.how) == ("different", "claims")
    assert found.smallest is not None and len(found.smallest.rows) <= 2
    assert bool(found.gains) == gains
    assert loses or not found.losses
    for change_found in (*found.gains.values(), *found.losses.values()):
        settled, _ = replay(prepare(found.both), change_found.history)
        assert settled


def test_who_gains_and_who_loses() -> None:
    found = compared(("35% plus 5% if member.age >= 60", "30% plus 20% if member.poor"))
    assert found.gainers["member.poor"] == ("true",)
    assert found.losers["member.poor"] == ("false",)
    assert found.gainers["claim.kind"] == ("ward",)
    assert set(found.gains) == {"ward", None} == set(found.losses)


def test_layers_and_attributes_in_one_only_are_told() -> None:
    old = kernel()
    new = kernel(
        ("layer drugs", "layer medicines"), ("poor: bool", "rich: bool"), ("ward | clinic", "ward | home"),
        ("parameter line: money 0 to 100_000", "parameter line: money 0 to 50_000"),
    )  # fmt: skip
    aligned = align(old, new)
    assert {(one.sort, one.name, one.in_new) for one in aligned.alone} == {
        ("attribute", "member.poor", False), ("attribute", "member.rich", True),
        ("value", "claim.kind: clinic", False), ("value", "claim.kind: home", True),
        ("layer", "drugs", False), ("layer", "medicines", True),
    }  # fmt: skip
    assert [one.name for one in aligned.narrowed] == ["line"]
    assert layers(aligned.old, aligned.new) == ("ward", "drugs", "medicines")


def test_a_name_that_means_something_else_is_kept_apart() -> None:
    old = kernel()
    new = kernel(("fee: money", "fee: int 0 to 9"), ("- claim.fee", "- claim.fee * 100"))
    aligned = align(old, new)
    assert ("attribute", "claim.fee", True) in {(a.sort, a.name, a.in_new) for a in aligned.alone}
    assert compare(old, new, rows=300).verdict == "different"


def test_the_solver_finds_what_a_search_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(difference, "boundary_histories", lambda prepared, rows, first: iter(()))
    monkeypatch.setattr(difference, "_directed", lambda prepared, names: iter(()))
    monkeypatch.setattr(difference, "WORK", (0, 0))
    found = compared(("claim.kind is ward", "claim.kind is ward and claim.cost != 7_777.77"))
    assert (found.verdict, found.how) == ("different", "solver")
    assert found.smallest is not None
    assert any(row.claim["cost"] == 777_777 for row in found.smallest.rows)


MONTHS = """scheme months {
    source "x", 2020-01-01  currency CNY  benefit year calendar
    claim { cost: money  kind: ward | clinic }
    count busy: claims per month when claim.cost >= 700
    layer one {
        when busy before >= 2
        base claim.cost  threshold 300 per year  ratio 50%  cap 10_000 per month
    }
}
"""


def test_the_quick_search_finds_what_needs_several_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third claim in another month than the first two."""
    monkeypatch.setattr(difference, "boundary_histories", lambda prepared, rows, first: iter(()))
    monkeypatch.setattr(difference, "_directed", lambda prepared, names: iter(()))
    old, new = (
        compile_source(Source("months.hmb", text)).kernel
        for text in (MONTHS, MONTHS.replace("claims per month", "claims per year"))
    )
    assert old is not None and new is not None
    found = compare(old, new)
    assert (found.verdict, found.how) == ("different", "claims")
    assert found.smallest is not None and len(found.smallest.rows) == 3


IN_ONE_YEAR = """scheme edition {
    source "x", 2020-01-01  currency CNY  benefit year calendar
    claim { cost: money  kind: ward | clinic }
    exclude early: claim.date < 2022-01-01 or claim.date > 2022-12-31
    layer one {
        when claim.kind is ward
        base claim.cost  threshold 300 per year  ratio 50%  cap 10_000 per year
    }
}
"""


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (("10_000 per year", "10_000 per lifetime"), "equal"),
        (("300 per year", "300 per lifetime"), "equal"),
        (("300 per year", "300 per month"), "different"),
        (("claim.date > 2022-12-31", "claim.date > 2023-01-01"), "different"),
    ],
)
def test_an_edition_that_pays_in_one_year(change: tuple[str, str], verdict: str) -> None:
    pytest.importorskip("z3")
    old, new = (
        compile_source(Source("edition.hmb", text)).kernel
        for text in (IN_ONE_YEAR, IN_ONE_YEAR.replace(*change))
    )
    assert old is not None and new is not None
    assert compare(old, new, rows=300).verdict == verdict


def test_the_induction_does_not_prove_what_is_false() -> None:
    old, new = kernel(), kernel(("5_000 per year", "5_000.01 per year"))
    aligned = align(old, new)
    both = product(aligned.old, aligned.new)
    names = layers(aligned.old, aligned.new)
    assert not proved_equal(both, names)
    assert found_apart(both, names, 1) is not None


def number(*exprs: e.Expr) -> list[int]:
    return numbers_of(kernel(), exprs)


def amount(name: str) -> e.Expr:
    return e.Attribute("claim", name, Money())


def test_normal_forms() -> None:
    cost, fee, poor = amount("cost"), amount("fee"), e.Attribute("member", "poor", Bool())
    age = e.Attribute("member", "age", Int())
    low, high = e.Compare("<", cost, fee), e.Compare(">=", cost, fee)
    same = [
        (e.Add(cost, fee), e.Add(fee, cost)),
        (e.Subtract(e.Add(cost, fee), fee), cost),
        (e.Scale(e.Add(cost, cost), e.ratio(1)), e.Scale(cost, e.ratio(2))),
        (e.Subtract(cost, cost), e.money(0)),
        (e.Min(cost, e.Min(fee, cost)), e.Min(fee, cost)),
        (e.Min(e.Min(cost, e.money(5)), e.money(3)), e.Min(cost, e.money(3))),
        (e.Not(low), high),
        (e.Not(e.And(low, poor)), e.Or(high, e.Not(poor))),
        (e.And(low, high), e.FALSE),
        (e.Or(low, high), e.TRUE),
        (e.And(low, e.TRUE), low),
        (e.Choose(e.Not(poor), cost, fee), e.Choose(poor, fee, cost)),
        (e.Choose(e.TRUE, cost, fee), cost),
        (e.Compare("==", cost, cost), e.TRUE),
        (e.Compare("!=", age, e.Const(3, Int())), e.Not(e.Compare("==", e.Const(3, Int()), age))),
        (e.Compare("<", e.money(1), e.money(2)), e.TRUE),
        (e.Round(cost, "half_up", 1), cost),
        (e.Increase(cost), e.money(0)),
    ]
    for one, two in same:
        first, second = number(one, two)
        assert first == second, (one, two)
    other = [
        (e.Subtract(cost, fee), e.Subtract(fee, cost)),
        (e.Min(cost, fee), e.Max(cost, fee)),
        (low, e.Compare("<=", cost, fee)),
        (e.Choose(poor, cost, fee), e.Choose(poor, fee, cost)),
        (e.Round(cost, "half_up", 10), cost),
        (e.Increase(e.Total("spent")), e.Increase(e.Ref("ward.excess"))),
        (e.Total("spent"), e.Before("spent")),
    ]
    for one, two in other:
        first, second = number(one, two)
        assert first != second, (one, two)
