"""W1 in OpenFisca: four scales by rate on a yearly amount. Prints JSON.

Its amounts are float32, whose steps are larger than a fen from 131,072 yuan on, and so are its answers:
how many are wrong by a fen or more is counted, each rounded to the nearest fen first.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

import made_data
import numpy as np
import peers_w1
from made_data import CAPS, KINDS, RATES, THRESHOLD
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

START, TIME = "2022-01-01", "2022"


def scale(rate: int, cap: int) -> dict[str, Any]:
    """Nothing up to the threshold, then the rate up to what brings the cap; amounts in yuan."""
    steps = [(0, 0.0), (THRESHOLD / 100, rate / 100), (THRESHOLD / 100 + cap / rate, 0.0)]
    return {"brackets": [
        {"threshold": {START: {"value": threshold}}, "rate": {START: {"value": share}}}
        for threshold, share in steps
    ]}  # fmt: skip


def system() -> Any:
    person = build_entity(key="person", plural="persons", label="", is_person=True)
    made = TaxBenefitSystem([person])
    made.parameters = ParameterNode("", data={
        name: {kind: scale(RATES[ill][n], CAPS[n]) for n, kind in enumerate(KINDS)}
        for ill, name in enumerate(("healthy", "ill"))
    })  # fmt: skip
    common = {"entity": person, "definition_period": YEAR, "label": ""}
    made.add_variable(type("ill", (Variable,), {**common, "value_type": bool}))

    def formula_of(kind: str) -> Any:
        def formula(people: Any, period: Any, parameters: Any) -> Any:
            found, amount = parameters(period), people(kind, period)
            paid = [getattr(getattr(found, name), kind).calc(amount) for name in ("healthy", "ill")]
            return np.where(people("ill", period), paid[1], paid[0])

        return formula

    def total(people: Any, period: Any, parameters: Any) -> Any:
        return sum(people(name, period) for name in peers_w1.PAYS)

    for kind in KINDS:
        made.add_variable(type(kind, (Variable,), {**common, "value_type": float}))
        pay = {**common, "value_type": float, "formula": formula_of(kind)}
        made.add_variable(type(f"pay_{kind}", (Variable,), pay))
    made.add_variable(type("total", (Variable,), {**common, "value_type": float, "formula": total}))
    return made


def main(rows: int, runs: int = 3) -> dict[str, float]:
    """ns: of processor, a row; wrong: the share of rows of which any amount is wrong by a fen or more,
    wrong_paid: of those that are paid something; worst: the largest difference, in fen."""
    data = made_data.w1(rows)
    exact = peers_w1.numpy_way(data)
    made = system()
    times = []
    for _ in range(runs):
        simulation = SimulationBuilder().build_default_simulation(made, rows)
        for kind in KINDS:
            simulation.set_input(kind, TIME, (data[kind] / 100).astype(np.float32))
        simulation.set_input("ill", TIME, data["ill"] != 0)
        start = time.process_time()
        found = [simulation.calculate(name, TIME) for name in peers_w1.NAMES]
        times.append((time.process_time() - start) / rows * 1e9)
    apart = [
        np.abs(np.floor(given.astype(np.float64) * 100 + 0.5).astype(np.int64) - wanted)
        for given, wanted in zip(found, exact, strict=True)
    ]
    wrong = np.any([difference > 0 for difference in apart], axis=0)
    return {
        "ns": statistics.median(times),
        "wrong": float(wrong.mean()),
        "wrong_paid": float(wrong[exact[-1] > 0].mean()),
        "worst": float(max(difference.max() for difference in apart)),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
