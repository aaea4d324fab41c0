"""W3: the Ordos scheme. C by hand, and ours on Arrow tables. Claims in order of date."""

from __future__ import annotations

import ctypes
import subprocess
from tempfile import mkdtemp
from typing import Any

import made_data
import native
import numpy as np
import pyarrow as pa
from made_data import FEES, FUND_MAXIMUM, LISTED_DRUGS, Columns
from measure import Way
from ours import WHOLE, fen

from hmbc.compiler.pipeline import compile_file, module_of
from hmbc.runtime.evaluator import Evaluator

SCHEME = native.HERE.parent / "schemes" / "ordos_2018.hmb"
REASONS = (
    "not_eligible:employee_insured", "waiting:outside_cycle", "not_covered", "nothing_claimed",
    "below_threshold", "rounded_away", "paid", "excluded:uncounted_fees", "met_by_others",
)  # fmt: skip
CARE = ("inpatient", "deemed_inpatient", "other_care")
TREATMENT = ("dialysis", "chemotherapy", "radiotherapy", "other_treatment")
CYCLE = (17622, 18200)      # previous_cycle_end, cycle_end: some claims lie outside


class Given(ctypes.Structure):
    """`ordos` of peers_w3.c."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("member", "date", "admission", "drug")),
        *((name, ctypes.c_void_p) for name in ("care", "treatment", "tumour", "in_policy", "self_borne")),
        ("fee", ctypes.c_void_p * len(FEES)),
        *((name, ctypes.c_void_p) for name in ("off_list", "by_others", "resident", "servant", "listed")),
        ("fund_maximum", ctypes.c_int64),
        ("previous_end", ctypes.c_int32),
        ("end", ctypes.c_int32),
    ]  # fmt: skip


def library() -> ctypes.CDLL:
    so = f"{mkdtemp()}/w3.so"
    source = str(native.HERE / "peers_w3.c")
    subprocess.run(["gcc", *native.FLAGS, "-shared", "-fPIC", source, "-o", so], check=True)
    return ctypes.CDLL(so)


def by_hand(claims: Columns, people: Columns) -> tuple[Way, Way]:
    """Naive and best C."""
    rows, members = len(claims["member"]), len(people["resident"])
    listed = (np.arange(50) < LISTED_DRUGS).astype(np.uint8)
    place = {name: column.ctypes.data for name, column in (claims | people).items()}
    given = Given(
        place["member"], place["date"], place["admission"], place["drug"], place["care"],
        place["treatment"], place["malignant_tumour"], place["in_policy"], place["self_borne"],
        (ctypes.c_void_p * len(FEES))(*[place[fee] for fee in FEES]), place["off_list_drugs"],
        place["drugs_paid_by_others"], place["resident"], place["servant"], listed.ctypes.data,
        FUND_MAXIMUM, *CYCLE,
    )  # fmt: skip
    code = library()
    mask = (1 << (2 * rows).bit_length()) - 1
    totals, table = np.zeros(5 * members, np.int64), np.zeros(2 * (mask + 1), np.int64)
    records, chain = made_data.empty(8 * members), made_data.empty(2 * rows)
    outs = [(made_data.empty(rows), made_data.empty(rows, np.uint8)) for _ in range(2)]
    place_of = ctypes.c_void_p(ctypes.addressof(given))
    slow = native.caller(code.naive_w3, rows, place_of, totals, table, mask, *outs[0])
    fast = native.caller(code.best_w3, rows, members, place_of, records, chain, *outs[1])
    fast.held += (given, listed, claims, people)    # type: ignore[attr-defined]

    def naive() -> None:
        totals[:] = 0
        table[:] = 0
        slow()

    return (
        Way("naive C", rows, naive, lambda _: outs[0], 5),
        Way("best hand-written C", rows, fast, lambda _: outs[1], 9),
    )


def tables(claims: Columns, people: Columns) -> tuple[Any, Any]:
    """Claims and members as Arrow tables with the scheme's columns; money counts fen."""
    rows = len(claims["member"])
    drugs = pa.array([f"K{number}" for number in range(50)])

    def choice(column: Any, names: tuple[str, ...]) -> Any:
        return pa.DictionaryArray.from_arrays(column.astype(np.int8), pa.array(names))

    columns = {
        "claim_id": np.arange(rows),
        "member_id": claims["member"].astype(np.int64),
        "discharged": pa.array(claims["date"]).cast(pa.date32()),
        "admission": claims["admission"],
        "care": choice(claims["care"], CARE),
        "treatment": choice(claims["treatment"], TREATMENT),
        "drug": pa.DictionaryArray.from_arrays(
            pa.array(claims["drug"], mask=claims["drug"] < 0), drugs
        ),
        "malignant_tumour": pa.array(claims["malignant_tumour"] != 0),
    }
    amounts = ("in_policy", "self_borne", *FEES, "off_list_drugs", "drugs_paid_by_others")
    insured = choice(people["resident"], ("employee", "resident"))
    persons = {
        "member_id": np.arange(len(people["resident"])),
        "insurance": insured,
        "civil_servant_subsidy": pa.array(people["servant"] != 0),
    }
    return pa.table(columns | {name: claims[name] for name in amounts}), pa.table(persons)


PARAMETERS = {
    "fund_maximum": FUND_MAXIMUM // 100,
    "previous_cycle_end": str(np.datetime64(CYCLE[0], "D")),
    "cycle_end": str(np.datetime64(CYCLE[1], "D")),
    "irreplaceable_drugs": [f"K{number}" for number in range(LISTED_DRUGS)],
}


def ours(claims: Columns, people: Columns) -> list[Way]:
    kernel = compile_file(str(SCHEME)).kernel
    assert kernel is not None
    evaluator = Evaluator(module_of(kernel))
    table, persons = tables(claims, people)

    def answer(done: Any) -> tuple[Any, ...]:
        assert done.counts.rejected == 0, done.counts
        out = pa.table(done.payments)
        reason = out["reason"].combine_chunks()
        names = reason.dictionary.to_pylist()   # `refund` too, which nothing here is
        numbers = np.array([REASONS.index(x) if x in REASONS else 255 for x in names], np.uint8)
        return fen(out["total_pay"]), numbers[np.asarray(reason.indices)]

    def run() -> Any:
        return evaluator.adjudicate(table, persons, parameters=PARAMETERS, minor_units=True)

    return [Way(WHOLE, len(claims["member"]), run, answer, 3)]
