"""Deadlines: working days of a calendar, the column of a batch, a session, rows that are rejected."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hmbc.compiler.pipeline import compile_source, module_of
from hmbc.dsl.calendars import CALENDARS
from hmbc.dsl.source import Source
from hmbc.runtime.deadlines import holds
from hmbc.runtime.errors import BadRow, BadTable
from hmbc.runtime.evaluator import Evaluator
from hmbc.runtime.working_days import EPOCH, KNOWN, NotCovered, calendar_of, nth_working_day

TEXT = """
scheme refunds "Refunds" {
    source "example"
    currency CNY
    benefit year calendar
    working calendar CN
    claim { verified: date optional  channel: counter | one_stop  cost: money }
    layer all cite "1" { base claim.cost  no threshold  ratio 50%  no cap }
    due refund: 3 working days from claim.verified
        when claim.channel is counter and claim.cost > 10  cite "2"
    due notice: 30 days from claim.date  cite "3"
}
"""


def days(text):
    return (date.fromisoformat(text) - EPOCH).days


@pytest.fixture(scope="module")
def evaluator():
    compiled = compile_source(Source("refunds", TEXT))
    assert compiled.kernel is not None, compiled.diagnostics
    return Evaluator(module_of(compiled.kernel))


def claims(*rows):
    import pyarrow as pa

    names = ("claim_id", "member_id", "date", "verified", "channel", "cost")
    columns = zip(*rows, strict=True)
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    )


def test_the_calendars_that_may_be_written_are_those_that_there_are():
    assert KNOWN == CALENDARS


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        ("2024-03-04", 1, "2024-03-05"),  # the start does not count
        ("2024-03-08", 1, "2024-03-11"),  # Friday to Monday
        ("2024-02-09", 1, "2024-02-18"),  # spring festival, then a Sunday that is worked
        ("2024-09-30", 10, "2024-10-18"),
        ("2022-12-30", 1, "2023-01-03"),  # into the next year
        ("2024-03-04", 0, "2024-03-04"),
    ],
)
def test_working_days_of_china(start, count, last):
    assert nth_working_day(days(start), count, calendar_of("CN")) == days(last)


def test_working_days_are_counted_one_by_one():
    """From any day of four years: n days of work lie between, and the last is one."""
    is_working = calendar_of("CN")
    for start in range(days("2021-01-01"), days("2024-12-01"), 7):
        last = nth_working_day(start, 7, is_working)
        worked = [day for day in range(start + 1, last + 1) if is_working(EPOCH + timedelta(day))]
        assert len(worked) == 7 and worked[-1] == last


@pytest.mark.parametrize("start", ["2003-05-01", "2099-05-01"])
def test_a_year_without_data_is_never_guessed(start):
    with pytest.raises(NotCovered):
        nth_working_day(days(start), 1, calendar_of("CN"))


def test_a_batch_has_a_column_for_each_deadline(evaluator):
    done = evaluator.adjudicate(
        claims(
            ("1", "A", "2024-03-01", "2024-03-08", "counter", "100"),
            ("2", "A", "2024-03-01", None, "counter", "100"),
            ("3", "A", "2024-03-01", "2024-03-08", "one_stop", "100"),
            ("4", "A", "2024-03-01", "2024-03-08", "counter", "10"),
        )
    )
    rows = list(done.payments.rows())
    assert [row["refund_due"] for row in rows] == [date(2024, 3, 13), None, None, None]
    assert {row["notice_due"] for row in rows} == {date(2024, 3, 31)}
    assert list(done.payments.column_names)[-2:] == ["refund_due", "notice_due"]


def test_a_claim_whose_deadline_cannot_be_counted_is_rejected_and_moves_nothing(evaluator):
    done = evaluator.adjudicate(
        claims(
            ("1", "A", "2024-03-01", "2003-03-01", "counter", "100"),
            ("2", "A", "2024-03-02", "2024-03-08", "counter", "100"),
            ("3", "B", "2024-03-02", "2003-03-08", "one_stop", "100"),
            ("x", "C", "2024-13-02", "2003-03-08", "one_stop", "100"),
        )
    )
    rejected = [(row["claim_id"], row["column"], row["code"]) for row in done.rejects.rows()]
    assert rejected == [("1", "verified", "HMB532"), ("x", "date", "HMB505")]
    rows = [(row["claim_id"], row["after_reject"], row["refund_due"]) for row in done.payments.rows()]
    assert rows == [("2", True, date(2024, 3, 13)), ("3", False, None)]


def test_a_refund_has_no_deadline(evaluator):
    import pyarrow as pa

    table = claims(
        ("1", "A", "2024-03-01", "2024-03-08", "counter", "100"),
        ("2", "A", "2024-03-05", None, None, None),
    )
    table = table.append_column("refunds", pa.array([None, "1"], pa.string()))
    rows = list(evaluator.adjudicate(table).payments.rows())
    assert [(row["refund_due"], row["notice_due"]) for row in rows] == [
        (date(2024, 3, 13), date(2024, 3, 31)),
        (None, None),
    ]


def test_a_session_tells_the_deadlines(evaluator):
    session = evaluator.open({"member_id": "A"})
    claim = {"date": "2024-03-01", "verified": "2024-03-08", "channel": "counter", "cost": "100"}
    assert session.settle(claim).due == {"refund": date(2024, 3, 13), "notice": date(2024, 3, 31)}
    with pytest.raises(BadRow, match="HMB532"):
        session.settle(claim | {"verified": "2003-03-08"})
    assert session.settle(claim | {"verified": None}).due["refund"] is None


def test_without_the_library_it_says_what_to_install(evaluator, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "chinese_calendar", None)
    with pytest.raises(BadTable, match=r"hmbc\[deadlines\]"):
        evaluator.adjudicate(claims(("1", "A", "2024-03-01", "2024-03-08", "counter", "100")))
    # Where nothing has to be counted, it is not asked for.
    done = evaluator.adjudicate(claims(("1", "A", "2024-03-01", None, "counter", "100")))
    assert done.counts.adjudicated == 1


@pytest.mark.parametrize(
    ("program", "result"),
    [
        (("@0",), True),
        (("@1", "#7", "=="), True),
        (("@1", "#7", "<", "not"), True),
        (("?2", "@2", "#-1", ">", "and"), False),
        (("?2", "@0", "or"), True),
        (("@0", "not"), False),
    ],
)
def test_conditions_are_worked_off_on_a_stack(program, result):
    assert holds(program, [1, 7, None].__getitem__) is result


def test_explain_tells_the_deadline_and_the_clause(tmp_path):
    from click.testing import CliRunner

    from hmbc.cli import hmbc

    (tmp_path / "refunds.hmb").write_text(TEXT, encoding="utf-8")
    (tmp_path / "claims.csv").write_text(
        "claim_id,member_id,date,verified,channel,cost\n"
        "1,A,2024-03-01,2003-03-08,counter,100\n"
        "2,A,2024-03-01,2024-03-08,counter,100\n"
        "3,A,2024-03-01,,counter,100\n",
        encoding="utf-8",
    )
    files = [str(tmp_path / "refunds.hmb"), str(tmp_path / "claims.csv")]

    def told(claim):
        return CliRunner().invoke(hmbc, ["explain", *files, "--claim", claim])

    told_of_2 = told("2").output
    assert "due refund: 2024-03-13 (3 working days of CN from verified 2024-03-08)" in told_of_2
    assert "cite 2" in told_of_2
    assert "due refund" not in told("3").output and "due notice: 2024-03-31" in told("3").output
    assert told("1").exit_code != 0  # its row is rejected
