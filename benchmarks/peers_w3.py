"""W3: the Ordos scheme, claims in order of date."""

from __future__ import annotations

import ctypes
from typing import Any

import native
import numpy as np
import pyarrow as pa
from hand_and_ours import Columns as Bare
from hand_and_ours import by_hand, choice, day, library, ours
from made_data import FEES, FUND_MAXIMUM, LISTED_DRUGS, Columns
from measure import Way

SCHEME = native.HERE.parent / "schemes" / "ordos_2018.hmb"
REASONS = (
    "not_eligible:employee_insured", "waiting:outside_cycle", "not_covered", "nothing_claimed",
    "below_threshold", "rounded_away", "paid", "excluded:uncounted_fees", "met_by_others",
)  # fmt: skip
CARE = ("inpatient", "deemed_inpatient", "other_care")
TREATMENT = ("dialysis", "chemotherapy", "radiotherapy", "other_treatment")
DRUGS = [f"K{number}" for number in range(50)]
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


def ways(claims: Columns, people: Columns) -> list[Way]:
    """Naive C first."""
    rows, members = len(claims["member"]), len(people["resident"])
    listed = (np.arange(len(DRUGS)) < LISTED_DRUGS).astype(np.uint8)
    place = {name: column.ctypes.data for name, column in (claims | people).items()}
    given = Given(
        place["member"], place["date"], place["admission"], place["drug"], place["care"],
        place["treatment"], place["malignant_tumour"], place["in_policy"], place["self_borne"],
        (ctypes.c_void_p * len(FEES))(*[place[fee] for fee in FEES]), place["off_list_drugs"],
        place["drugs_paid_by_others"], place["resident"], place["servant"], listed.ctypes.data,
        FUND_MAXIMUM, *CYCLE,
    )  # fmt: skip
    given.held = listed
    parameters = {
        "fund_maximum": FUND_MAXIMUM // 100,
        "previous_cycle_end": day(CYCLE[0]),
        "cycle_end": day(CYCLE[1]),
        "irreplaceable_drugs": DRUGS[:LISTED_DRUGS],
    }
    return [
        *by_hand(library("peers_w3.c"), "w3", rows, members, given, 5, 64),
        *ours(SCHEME, *tables(claims, people), parameters, REASONS, columns(claims, people, listed)),
    ]


def columns(claims: Columns, people: Columns, listed: Any) -> Bare:
    """What the compiled function by itself is given."""
    names = {"date": "discharged"}
    claim = {names.get(name, name): column for name, column in claims.items() if name != "member"}
    return Bare(
        claim=claim,
        member={"insurance": people["resident"].astype(np.int64),
                "civil_servant_subsidy": people["servant"].astype(np.int64)},
        unit=claims["member"],
        given={"drug": (claims["drug"] >= 0).astype(np.uint8)},
        parameters=(FUND_MAXIMUM, *CYCLE),
        listed=[listed],
    )  # fmt: skip


def tables(claims: Columns, people: Columns) -> tuple[Any, Any]:
    columns = {
        "claim_id": np.arange(len(claims["member"])),
        "member_id": claims["member"].astype(np.int64),
        "discharged": pa.array(claims["date"]).cast(pa.date32()),
        "admission": claims["admission"],
        "care": choice(claims["care"], CARE),
        "treatment": choice(claims["treatment"], TREATMENT),
        "drug": choice(claims["drug"], DRUGS),
        "malignant_tumour": pa.array(claims["malignant_tumour"] != 0),
    }
    amounts = ("in_policy", "self_borne", *FEES, "off_list_drugs", "drugs_paid_by_others")
    persons = {
        "member_id": np.arange(len(people["resident"])),
        "insurance": choice(people["resident"], ("employee", "resident")),
        "civil_servant_subsidy": pa.array(people["servant"] != 0),
    }
    return pa.table(columns | {name: claims[name] for name in amounts}), pa.table(persons)
