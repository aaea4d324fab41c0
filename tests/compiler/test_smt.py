"""The z3 terms of a row, held against the interpreter: for random kernels and rows they say the
same; and a model's inputs do in the interpreter what the model says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

z3 = pytest.importorskip("z3")

import small_histories  # noqa: E402
import tiny_schemes  # noqa: E402
import tiny_wider  # noqa: E402

from hmbc.compiler import smt_dates  # noqa: E402
from hmbc.compiler.confirmed import in_the_interpreters_values  # noqa: E402
from hmbc.compiler.days import add_months, age, benefit_year, day_number, year_month_day  # noqa: E402
from hmbc.compiler.interpret import Interpreter, State  # noqa: E402
from hmbc.compiler.kernel import Kernel  # noqa: E402
from hmbc.compiler.pipeline import compile_file, compile_source  # noqa: E402
from hmbc.compiler.rounding import rounded as rounded_exactly  # noqa: E402
from hmbc.compiler.smt import Encoding  # noqa: E402
from hmbc.compiler.smt_model import Valuation, inputs_of  # noqa: E402
from hmbc.compiler.smt_terms import rounded  # noqa: E402
from hmbc.dsl.expr import Before  # noqa: E402
from hmbc.dsl.reads import walk  # noqa: E402
from hmbc.dsl.source import Source  # noqa: E402

PARAMETERS = {"line": 20_000, "top_up": Fraction(142_857, 10**6)}
LISTS = {"outside": ("D2", "R1", "D4")}


def agree(
    kernel: Kernel,
    claims: Sequence[Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any] = PARAMETERS,
    lists: Mapping[str, Any] = LISTS,
) -> int:
    """Hold every term of each row against the interpreter; how many rows were adjudicated."""
    interpreter = Interpreter(kernel, parameters, lists)
    state, done = State(), 0
    for claim, member in zip(claims, members, strict=True):
        step = interpreter.step(state, claim, member)
        if step.status in ("out_of_order", "bound"):
            continue
        encoding = Encoding(kernel)
        of = encoding.denominators
        bill, who, before = encoding.claim("c"), encoding.member("m"), encoding.state("s")
        row = encoding.row(bill, who, before)
        values = Valuation(encoding)
        values.parameters(parameters, lists)
        values.attributes(bill, "claim", claim)
        values.attributes(who, "member", member)
        refused = [reject.name for reject in kernel.rejects if step.status == reject.name]
        if refused:
            if any(isinstance(node, Before) for one in kernel.rejects for node in walk(one.when)):
                continue  # what it read was not looked up
            values.state(before, {})
            assert [name for name, when in row.rejects.items() if values.truth(when)][0] in refused
            assert not values.truth(row.ok)
            continue
        held = {name: moved.before for name, moved in step.movements.items()}
        values.state(
            before, {name: int(total * of.accumulators[name]) for name, total in held.items()}
        )
        if step.status == "ceiling":  # what stands after the refusing total was not looked up
            name = list(step.movements)[-1]
            assert abs(values.number(row.after[name])) > encoding.accumulators[name].ceiling
            continue
        done += 1
        assert values.truth(row.ok)
        for name, value in step.trace.items():
            if not isinstance(value, str):
                assert values.number(row.definitions[name]) == value * of.definitions[name], name
        for name, moved in step.movements.items():
            assert values.number(row.after[name]) == moved.after * of.accumulators[name]
        for layer, pay in step.pays.items():
            assert values.number(row.pays[layer]) == pay
            for code, _ in row.reasons[layer]:
                assert values.truth(row.reason(layer, code)) == (step.reasons[layer] == code)
        assert not [fact for fact in (*encoding.facts, *encoding.exact) if not values.truth(fact)]
        state = step.state
    return done


def test_random_kernels_mean_in_z3_what_they_mean_in_the_interpreter(
    make: SimpleNamespace, random_kernels: ModuleType
) -> None:
    random, done = Random(11), 0
    for kernel, _ in zip(random_kernels.kernels(random, make), range(40), strict=False):
        done += agree(
            kernel, random_kernels.claims(random, 6), [random_kernels.members(random)] * 6
        )
    assert done > 80


@pytest.mark.parametrize("draw", [tiny_schemes.draw, tiny_wider.draw])
def test_small_schemes_mean_in_z3_what_they_mean_in_the_interpreter(
    draw: Callable[[int], str],
) -> None:
    random, done = Random(12), 0
    for seed in range(10):
        kernel = compile_source(Source("small.hmb", draw(seed))).kernel
        if kernel is not None:
            world = small_histories.world(random, kernel, 40)
            unit = world.unit(tuple(sorted(random.choices(range(len(world.claims)), k=3))))
            parameters, claims, members = in_the_interpreters_values(
                kernel, world.setting, unit.claims, unit.members
            )
            done += agree(kernel, claims, members, parameters, world.setting.lists)
    assert done > 12


def test_a_name_is_one_value_on_both_sides_of_an_increase() -> None:
    """Also where it is multiplied, and stands for a choice between constants by a total."""
    kernel = compile_source(
        Source(
            "named.hmb",
            """scheme named { source "drawn" currency JPY benefit year calendar
            claim { bill: money  part: ratio }
            total spent: claim.bill per year
            layer l1 { base (2 if spent > 1 else 0) no threshold ratio 100% no cap }
            layer l2 { pays increase of (l1.base * claim.part + spent * 50%) no cap } }""",
        )
    ).kernel
    assert kernel is not None
    day = day_number(2024, 3, 1)
    claims = [{"bill": bill, "part": Fraction(1), "date": day} for bill in (1, 1, 4)]
    assert agree(kernel, claims, [{}] * 3, {}, {}) == 3


@pytest.mark.parametrize("mode", ["half_up", "half_even", "up", "down"])
@pytest.mark.parametrize("step", [1, 5])
def test_roundings_are_those_of_the_interpreter(mode: Any, step: int) -> None:
    for amount in range(-45, 46):
        term = z3.simplify(rounded(z3.IntVal(amount), 4, mode, step))
        assert term.as_long() == rounded_exactly(Fraction(amount, 4), mode, step)
        if amount >= 0:
            term = z3.simplify(rounded(z3.IntVal(amount), 4, mode, step, True))
            assert term.as_long() == rounded_exactly(Fraction(amount, 4), mode, step)


def test_dates_are_those_of_the_calendar() -> None:
    random = Random(3)
    for _ in range(200):
        day, born = random.randint(-25_000, 84_000), random.randint(-25_000, 60_000)
        on, since = ([z3.IntVal(x) for x in year_month_day(one)] for one in (day, born))
        months = random.randint(-30, 30)

        def number(term: Any) -> int:
            return int(z3.simplify(term).as_long())

        assert number(smt_dates.day_number(*on)) == day_number(*year_month_day(day)) == day
        assert number(smt_dates.age(tuple(since), tuple(on))) == age(born, day)
        assert number(smt_dates.benefit_year(*on, 7, 1)) == benefit_year(day, 7, 1)
        for mode in ("last_day", "next_day"):
            later = smt_dates.months_later(tuple(on), z3.IntVal(months), mode)  # type: ignore[arg-type]
            assert number(later) == add_months(day, months, mode)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["zaozhuang_2022", "ordos_2018", "more/swiss_basic_insurance"])
def test_a_models_history_pays_in_the_interpreter_what_the_model_says(name: str) -> None:
    kernel = compile_file(f"schemes/{name}.hmb").kernel
    assert kernel is not None
    encoding = Encoding(kernel)
    who, claims = encoding.member("m"), [encoding.claim("c1"), encoding.claim("c2")]
    rows = encoding.history(claims, who)
    solver = z3.Solver()
    solver.add(*encoding.in_date_order(claims), *(row.ok for row in rows))
    solver.add(rows[0].total_pay > 0, rows[1].total_pay > rows[0].total_pay)
    solver.add(*encoding.facts, *encoding.exact)
    assert solver.check() == z3.sat
    model = solver.model()
    found = inputs_of(encoding, model, claims, [who])
    steps = Interpreter(kernel, found.parameters, found.lists).run(found.claims, found.members[0])
    assert [step.status for step in steps] == ["ok", "ok"]
    for row, step in zip(rows, steps, strict=True):
        for layer, pay in step.pays.items():
            assert model.eval(row.pays[layer], model_completion=True).as_long() == pay


def test_two_products_of_one_factor_keep_their_order(make: SimpleNamespace) -> None:
    """Without saying that a product is one: which is what makes proofs over ratios that are data."""
    from hmbc.dsl.expr import Round, Scale

    share = Scale(make.attribute("amount"), make.attribute("share"))
    kernel = make.kernel(make.define("pay", Round(share, "half_up", 1), "pay"), pays={"a": "pay"})
    encoding = Encoding(kernel)
    who, small = encoding.member("m"), encoding.claim("c")
    amount, more = ("claim", "amount"), encoding.claim("more")
    large = small.with_value(amount, more.values[amount])
    one, two = (encoding.row(claim, who, {}) for claim in (small, large))
    solver = z3.Solver()
    solver.add(*encoding.facts, small.values[amount] <= large.values[amount])
    solver.add(one.pays["a"] > two.pays["a"])
    assert solver.check() == z3.unsat
