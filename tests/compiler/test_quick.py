"""The machine of the search pays what the interpreter pays, and takes no author's text for code."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hmbc.compiler.interpret import Interpreter, State
from hmbc.compiler.kernel import Kernel, ListInput
from hmbc.compiler.print_kernel import print_kernel
from hmbc.compiler.quick import Machine
from hmbc.dsl import expr as e
from hmbc.dsl.types import Code
from hmbc.runtime.ratio import RATIO_DENOMINATOR

PARAMETERS = {"line": 10_000, "top_up": Fraction(123_456, RATIO_DENOMINATOR)}
LISTS = {"outside": ("D2", "R1")}


def in_millionths(values: dict[str, Any]) -> dict[str, Any]:
    """As the machine takes them: ratios are the only fractions."""
    return {
        name: int(value * RATIO_DENOMINATOR) if isinstance(value, Fraction) else value
        for name, value in values.items()
    }


def machine_of(kernel: Kernel) -> Machine:
    return Machine(kernel, in_millionths(PARAMETERS), LISTS)


@pytest.mark.parametrize("seed", range(1, 5))
def test_it_pays_what_the_interpreter_pays(
    seed: int, make: SimpleNamespace, random_kernels: ModuleType
) -> None:
    random = Random(seed)
    made = random_kernels.kernels(random, make)
    paid = 0
    for _ in range(10):
        kernel = next(made)
        machine, interpreter = machine_of(kernel), Interpreter(kernel, PARAMETERS, LISTS)
        for _ in range(20):
            rows, member = random_kernels.claims(random, 8), random_kernels.members(random)
            steps, state = [], State()
            for row in rows:
                step = interpreter.step(state, row, member)
                if step.status != "ok":
                    break
                state = step.state
                steps.append(step)
            claims = [in_millionths(row) for row in rows[: len(steps)]]
            found = machine.run(claims, [in_millionths(member)] * len(claims))
            where = f"{print_kernel(kernel)}\n{claims}\n{member}"
            assert found is not None, where
            assert [one.pays for one in found] == [tuple(step.pays.values()) for step in steps], where
            for one, step in zip(found, steps, strict=True):
                for name, number in machine.stepper.definitions.items():
                    size, value = machine.denominators.definitions[name], step.trace[name]
                    told = value if isinstance(value, bool | str) else value * size
                    assert one.definitions[number] == told, f"{name}\n{where}"
            paid += sum(any(one.pays) for one in found)
            again = machine.run(claims, [in_millionths(member)] * len(claims), found[:2])
            assert again is not None and [one.pays for one in again] == [one.pays for one in found]
    assert paid > 200


@pytest.mark.parametrize(
    ("mode", "whole"), [("half_up", 3), ("half_even", 2), ("up", 3), ("down", 2)]
)
def test_every_rounding_of_a_half_on_both_sides_of_zero(
    mode: e.RoundingMode, whole: int, make: SimpleNamespace
) -> None:
    half = e.Scale(make.attribute("refund"), e.ratio(Fraction(1, 2)))
    kernel = make.kernel(make.define("pay", e.Round(half, mode, 1), "pay"), pays={"layer": "pay"})
    machine = machine_of(kernel)
    for amount, pays in ((5, whole), (-5, -whole), (4, 2), (-4, -2), (0, 0)):
        rows = machine.run([{"date": 19_000, "refund": amount}], [{}])
        assert rows is not None and rows[0].pays == (pays,)


def test_a_row_that_would_pass_a_ceiling_is_refused(make: SimpleNamespace) -> None:
    kernel = make.kernel(
        make.accumulate("spent", make.attribute("amount"), make.year),
        make.define("pay", make.attribute("amount"), "pay"),
        pays={"layer": "pay"},
    )
    ceiling = kernel.items[0].ceiling
    machine = machine_of(kernel)
    high = {"date": 19_000, "amount": ceiling}
    assert machine.run([high], [{}]) is not None
    assert machine.run([high, {**high, "amount": 1}], [{}, {}]) is None
    assert machine.run([high, {**high, "amount": 1, "date": 20_000}], [{}, {}]) is not None


def test_codes_that_look_like_code_are_codes(make: SimpleNamespace) -> None:
    """Whatever stands in a list or a code is compared, never run."""
    odd = "'+__import__('os').abort()+'"
    drug = make.attribute("drug")
    same = e.Compare("==", drug, e.Const(odd, Code("claim.drug")))
    paid = e.Choose(e.And(same, e.InList(drug, "special")), e.money(7), e.money(0))
    kernel = make.kernel(
        make.define("pay", paid, "pay"),
        pays={"layer": "pay"},
        lists=(ListInput(name="special", codes=(odd,)), ListInput(name="outside", codes=None)),
    )
    rows = machine_of(kernel).run(
        [{"date": 19_000, "drug": odd}, {"date": 19_000, "drug": "D1"}], [{}, {}]
    )
    assert rows is not None and [row.pays for row in rows] == [(7,), (0,)]
