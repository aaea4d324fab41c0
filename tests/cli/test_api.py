"""The Python API as docs/python.md promises it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from decimal import Decimal

import pyarrow as pa
import pytest

import hmbc


class Capsule:
    """A table of some other library: nothing but the PyCapsule interface."""

    def __init__(self, **columns):
        self._table = pa.table(columns)

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.fixture
def tiny(folder):
    return hmbc.load(folder / "tiny.hmb")


def test_names_that_are_promised_exist():
    from hmbc.compiler.build import CacheUnusable, ToolchainMissing
    from hmbc.runtime.errors import BadParameters, BadRow, BadTable

    assert set(hmbc.__all__) == {"SchemeError", "load", "__version__"}
    for error in (
        ToolchainMissing,
        CacheUnusable,
        BadParameters,
        BadRow,
        BadTable,
        hmbc.SchemeError,
    ):
        assert issubclass(error, Exception)
    assert hmbc.__version__ and hmbc.LANGUAGE_VERSION


def test_importing_the_package_does_no_work():
    script = "import sys, hmbc; print([x for x in sys.modules if x.startswith('hmbc.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "said"), [("bad.hmb", "HMB203"), ("missing.hmb", "HMB902"), (".", "HMB902")]
)
def test_a_scheme_that_cannot_be_loaded(folder, name, said):
    with pytest.raises(hmbc.SchemeError, match=said):
        hmbc.load(folder / name)


def test_no_compiler(folder, monkeypatch):
    from hmbc.compiler.build import ToolchainMissing

    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CC", "")
    with pytest.raises(ToolchainMissing, match="apt-get install"):
        hmbc.load(folder / "tiny.hmb")


def test_a_cache_that_cannot_be_written(folder, monkeypatch):
    from hmbc.compiler.build import CacheUnusable

    monkeypatch.setenv("HMBC_CACHE", str(folder / "tiny.csv" / "cache"))
    with pytest.raises(CacheUnusable, match="HMBC_CACHE"):
        hmbc.load(folder / "tiny.hmb")


def test_any_table_will_do(tiny):
    columns = {
        "claim_id": ["A", "B"],
        "member_id": ["M", "M"],
        "date": ["2024-01-01", "2024-02-01"],
        "cost": pa.array([Decimal("300.00"), Decimal("0.01")]),
    }
    for table in (pa.table(columns), Capsule(**columns), pa.record_batch(columns)):
        done = tiny.adjudicate(table)
        assert pa.table(done.payments)["total_pay"].to_pylist() == [
            Decimal("100.00"),
            Decimal("0.01"),
        ]
        assert done.counts.paid == {"all": 10001}
    frame = pytest.importorskip("pandas").DataFrame({**columns, "cost": ["300", "0.01"]})
    assert tiny.adjudicate(frame).counts.paid == {"all": 10001}


def test_batch_and_session_agree_and_a_refund_takes_back(tiny):
    rows = [("A", "2024-01-01", "300"), ("B", "2024-02-01", "50.55")]
    batch = tiny.adjudicate(
        Capsule(
            claim_id=[row[0] for row in rows] + ["R"],
            member_id=["M"] * 3,
            date=[row[1] for row in rows] + ["2024-03-01"],
            cost=[row[2] for row in rows] + [None],
            refunds=[None, None, "A"],
        )
    )
    paid = pa.table(batch.payments)["total_pay"].to_pylist()
    member = tiny.open({"member_id": "M"})
    settled = [member.settle({"claim_id": a, "date": b, "cost": c}) for a, b, c in rows]
    back = member.settle({"claim_id": "R", "date": "2024-03-01", "refunds": "A"})
    assert [one.total_pay for one in (*settled, back)] == paid
    assert paid[2] == -sum(paid[:2])  # what is left is below the threshold


def test_what_is_not_exact_or_not_right_is_refused(tiny):
    from hmbc.runtime.errors import BadRow, BadTable

    member = tiny.open({"member_id": "M"})
    with pytest.raises(TypeError):
        member.settle({"date": "2024-01-01", "cost": 1.5})
    with pytest.raises(BadRow, match="HMB505"):
        member.settle({"date": "2024-13-01", "cost": "1"})
    with pytest.raises(BadTable, match="cost"):
        tiny.adjudicate(Capsule(claim_id=["A"], member_id=["M"], date=["2024-01-01"], cost=[1.5]))
    with pytest.raises(BadTable, match="no column `cost`"):
        tiny.adjudicate(Capsule(claim_id=["A"], member_id=["M"], date=["2024-01-01"]))


FAMILY = """scheme s "S" {
    source "x"
    currency CNY
    benefit year calendar
    unit member.house
    member { house: code  level: int 0 to 50 varies  found: date optional }
    claim { cost: money }
    exclude known: member.found given and member.found < claim.date  cite "1"
    layer all  cite "1" { base claim.cost  no threshold  ratio 50% + 1% * member.level  no cap }
    example { member { house: "H", level: 1 } claim 2024-01-01 { cost: 100 } pay 51 }
}
"""


@pytest.mark.parametrize(("found", "paid"), [("", "52.00"), ("2023-01-01", "0.00")])
def test_a_family_whose_member_varies_and_lacks_a_value(folder, found, paid):
    (folder / "family.hmb").write_text(FAMILY)
    rows = [
        {"member_id": "A", "house": "H", "level": level, "found": found, **days}
        for level, days in (
            (1, {"valid_from": "", "valid_to": "2024-05-31"}),
            (2, {"valid_from": "2024-06-01", "valid_to": ""}),
        )
    ]
    session = hmbc.load(folder / "family.hmb").open(rows)
    done = session.settle({"member_id": "A", "date": "2024-06-01", "cost": "100"})
    assert done.total_pay == Decimal(paid)


HOSPITAL = """scheme own "Own hospital" {
    source "x"
    currency CNY
    benefit year calendar
    member { registered: code  second: code optional }
    claim { hospital: code  cost: money }
    layer own  cite "1" { when claim.hospital is member.registered  base claim.cost
        no threshold  ratio 80%  no cap }
    layer second  cite "2" { when claim.hospital in member.second, "H9"  base claim.cost
        no threshold  ratio 10%  no cap }
    example { member { registered: "H1" } claim 2024-01-01 { hospital: "H1", cost: 100 } pay 80 }
}
"""


def test_codes_of_two_attributes_are_compared_by_their_texts(folder):
    (folder / "own.hmb").write_text(HOSPITAL)
    evaluator = hmbc.load(folder / "own.hmb")
    members = {"member_id": ["A", "B"], "registered": ["7", "8"], "second": ["9", None]}
    places, paid = ["8", "7", "9", "H9", "8", "5"], [0, 80, 10, 10, 80, 0]
    ids = ["A", "A", "A", "A", "B", "B"]
    columns = {"claim_id": list("abcdef"), "member_id": ids, "date": ["2024-01-01"] * 6, "cost": ["100"] * 6}
    for codes in (pa.array(places), pa.array(places).dictionary_encode()):
        done = evaluator.adjudicate(
            pa.table(columns | {"hospital": codes}), pa.table(members)
        )  # fmt: skip
        assert [row["total_pay"] for row in pa.table(done.payments).to_pylist()] == paid
    whole = pa.table(columns | {"hospital": pa.array([8, 7, 9, 0, 8, 5])})
    done = evaluator.adjudicate(whole, pa.table(members))
    got = [row["total_pay"] for row in pa.table(done.payments).to_pylist()]
    assert got == [0, 80, 10, 0, 80, 0]
    for name, registered, second in zip("AB", members["registered"], members["second"], strict=True):
        session = evaluator.open({"registered": registered, "second": second})
        for id, place, expected in zip(ids, places, paid, strict=True):
            if id == name:
                settled = session.settle({"date": "2024-01-01", "hospital": place, "cost": 100})
                assert settled.total_pay == expected


def _one_claim(evaluator):
    session = evaluator.open({})
    return session.settle({"date": "2024-01-01", "cost": "300"}).total_pay


def test_an_evaluator_is_pickled_by_where_it_comes_from(folder, tiny, monkeypatch):
    packed = pickle.dumps(hmbc.load("tiny.hmb"))
    assert len(packed) < 500
    monkeypatch.chdir("/")
    again = pickle.loads(packed)
    assert again.plan == tiny.plan
    assert _one_claim(again) == _one_claim(tiny) > 0

    scheme = folder / "tiny.hmb"
    scheme.write_text(scheme.read_text().replace("50%", "60%"))
    with pytest.raises(hmbc.SchemeError, match="says something else"):
        pickle.loads(packed)


def test_an_evaluator_from_nowhere_is_not_pickled(tiny):
    from hmbc.compiler.pipeline import compile_file, module_of
    from hmbc.runtime.evaluator import Evaluator

    with pytest.raises(TypeError, match="load it in the process"):
        pickle.dumps(Evaluator(module_of(compile_file("tiny.hmb").kernel)))
