"""`hmbc run --memory`: claims that are dealt to parts come out as they do whole."""

import datetime
from decimal import Decimal
from random import Random

import pytest
from click.testing import CliRunner

from hmbc.cli import hmbc

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

SCHEME = """
scheme parts "A scheme" {
    source        "a document", 2021-11-05
    currency      CNY
    benefit year  calendar
    member { ill: bool }
    claim {
        kind: hospital | drugs
        amount: money 0 to 10_000_000
    }
    layer hospital cite "3" {
        when       claim.kind is hospital
        base       claim.amount
        threshold  2_000 per year
        ratio      (30% if member.ill else 75%)
        cap        20_000 per year
    }
}
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A scheme, claims in no order with all kinds of bad rows, members, some of them bad."""
    monkeypatch.chdir(tmp_path)
    random = Random(5)
    (tmp_path / "parts.hmb").write_text(SCHEME, encoding="utf-8")
    size = 3000
    odd = [random.random() for _ in range(size)]
    day = datetime.date(2022, 1, 1)
    claims = pa.table({
        "claim_id": [f"C{row if odd[row] > 0.03 else random.randrange(20)}" for row in range(size)],
        "note": ["x"] * size,
        "member_id": [f"{random.randrange(205)}" if odd[row] < 0.99 else None for row in range(size)],
        "date": [day + datetime.timedelta(random.randrange(600)) for _ in range(size)],
        "kind": pa.array([random.choice(["hospital", "drugs"]) for _ in range(size)]).dictionary_encode(),
        "amount": pa.array(
            [Decimal(random.randrange(10**6)) / 100 if odd[row] > 0.05 else None for row in range(size)],
            pa.decimal128(18, 2),
        ),
    })  # fmt: skip
    parquet.write_table(claims, "claims.parquet", row_group_size=700)
    ids = [*range(200), 7, 200]
    ill = [True if id < 200 else None for id in ids]
    parquet.write_table(pa.table({"member_id": ids, "ill": pa.array(ill, pa.bool_())}), "members.parquet")
    return tmp_path


def run(*options, status=1):
    command = ["run", "parts.hmb", "claims.parquet", "--members", "members.parquet", *options]
    done = CliRunner().invoke(hmbc, command)
    assert done.exit_code == status, done.output + str(done.exception)
    return done.output


def test_parts_come_out_as_the_whole(files):
    run("-o", "whole.parquet", "--rejects", "whole.csv", "--state-out", "state.parquet")
    said = run("-o", "parts.parquet", "--rejects", "parts.csv", "--memory", "50KB", "--state-out", "s.parquet")
    assert "3,000" in said
    whole = parquet.read_table("whole.parquet")
    assert 0 < whole.num_rows < 3000
    assert parquet.read_table("parts.parquet").equals(whole)
    assert (files / "parts.csv").read_bytes() == (files / "whole.csv").read_bytes()
    assert (files / "s.parquet").read_bytes() == (files / "state.parquet").read_bytes()
    assert not [path for path in files.iterdir() if path.name.startswith(".hmbc")]
    # the next batch, from the totals
    run("-o", "next.parquet", "--state-in", "state.parquet", "-q")
    run("-o", "next_parts.parquet", "--state-in", "s.parquet", "-q", "--memory", "100KB")
    assert parquet.read_table("next_parts.parquet").equals(parquet.read_table("next.parquet"))


@pytest.mark.parametrize(("there_is", "cut"), [(200 << 10, [True]), (1 << 30, [False]), (None, [])])
def test_without_a_word_half_of_the_memory_is_used(files, monkeypatch, there_is, cut):
    from hmbc.runtime import big_tables, machine_memory

    found = []
    really = big_tables.parts_needed

    def parts_needed(*given):
        found.append(really(*given))
        return found[-1]

    run("-o", "whole.parquet", "--memory", "2GB", "--rejects", "r.csv")
    monkeypatch.setattr(big_tables, "parts_needed", parts_needed)
    monkeypatch.setattr(machine_memory, "machine_memory", lambda: there_is)
    run("-o", "parts.parquet", "--rejects", "r.csv")
    assert [parts > 1 for parts in found] == cut
    assert parquet.read_table("parts.parquet").equals(parquet.read_table("whole.parquet"))


def test_csv_of_parts(files):
    whole = run("-q", "--rejects", "a.csv")
    assert run("-q", "--rejects", "b.csv", "--memory", "50KB") == whole


def test_no_claims_and_what_fits(files):
    claims = parquet.read_table("claims.parquet")
    parquet.write_table(claims.slice(0, 0), "claims.parquet")
    run("-o", "none.parquet", "--memory", "1KB", "--rejects", "r.csv")
    assert parquet.read_table("none.parquet").num_rows == 0
    parquet.write_table(claims, "claims.parquet")
    run("-o", "fits.parquet", "--memory", "2GB")


def test_a_column_that_is_missing_is_said(files):
    claims = parquet.read_table("claims.parquet").drop_columns(["amount"])
    parquet.write_table(claims, "claims.parquet")
    assert "amount" in run("-o", "x.parquet", "--memory", "50KB", status=2)


@pytest.mark.parametrize("text", ["2", "GB", "-1GB", "1.5GB", "2 GiB"])
def test_how_memory_is_written(files, text):
    assert "2GB" in run("-o", "x.parquet", "--memory", text, status=2)


def test_refunds_are_read_whole(files):
    claims = parquet.read_table("claims.parquet")
    refunds = pa.array([None] * claims.num_rows, pa.string())
    parquet.write_table(claims.append_column("refunds", refunds), "claims.parquet")
    run("-o", "whole.parquet")
    run("-o", "parts.parquet", "--memory", "50KB")
    assert parquet.read_table("parts.parquet").equals(parquet.read_table("whole.parquet"))


@pytest.mark.parametrize("more", [(), ("--memory", "50KB")])
def test_some_columns_and_minor_units(files, more):
    run("--columns", "total_pay, claim_id", "--minor-payments", "-o", "some.parquet", *more)
    run("-o", "whole.parquet")
    some, whole = parquet.read_table("some.parquet"), parquet.read_table("whole.parquet")
    assert some.column_names == ["claim_id", "total_pay"]
    assert some["claim_id"].equals(whole["claim_id"])
    assert some["total_pay"].to_pylist() == [int(100 * pay) for pay in whole["total_pay"].to_pylist()]


def test_a_column_that_payments_do_not_have(files):
    assert "hospital_pay" in run("--columns", "total", status=2)


@pytest.mark.parametrize("more", [(), ("--memory", "50KB")])
def test_columns_that_nothing_asks_for_are_named(files, more):
    assert "claims not used: note" in " ".join(run("-o", "x.parquet", *more).split())
