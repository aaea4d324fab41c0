"""`hmbc explain`: how one claim came about, or why there is nothing to explain."""

from __future__ import annotations

import pytest


@pytest.fixture
def explain(call, tables):
    """Explain one claim of city.hmb."""

    def run(claim, *more):
        return call("explain", "city.hmb", *tables, "--claim", claim, *more)

    return run


def test_a_claim_with_its_history_in_both_languages(explain):
    chinese = explain("C2")
    assert chinese.exit_code == 0
    assert "累计 [2024] 15000.00 → 30000.00" in chinese.stdout
    assert "合计给付 7500.00 CNY（paid）" in chinese.stdout
    english = explain("C2", "--lang", "en").stdout
    assert "pays 7500.00 CNY in all (paid)" in english
    assert "total [2024] 15000.00 → 30000.00" in english


def test_a_rejected_claim_says_why(explain):
    done = explain("C6")
    assert done.exit_code == 1
    assert "HMB512 claims 6 `member_id`: 没有参保人 `M9`" in done.stdout
    assert "there is no member `M9`" in explain("C6", "--lang", "en").stdout


def test_an_unknown_claim_is_a_mistake_of_usage(explain):
    done = explain("C99")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "C99" in done.stderr


def test_totals_of_an_earlier_batch_count(call, explain, folder, tables):
    rows = (folder / "claims.csv").read_text(encoding="utf-8").splitlines()
    (folder / "first.csv").write_text("\n".join(rows[:2]) + "\n", encoding="utf-8")
    (folder / "second.csv").write_text("\n".join([rows[0], rows[2]]) + "\n", encoding="utf-8")
    assert (
        call("run", "city.hmb", "first.csv", *tables[1:], "-q", "--state-out", "s.csv").exit_code
        == 0
    )
    done = call(
        "explain", "city.hmb", "second.csv", *tables[1:], "--claim", "C2", "--state-in", "s.csv"
    )
    assert done.stdout == explain("C2").stdout
    # C1 is in the state already: that it is in this table too changes nothing
    assert explain("C2", "--state-in", "s.csv").exit_code == 0


def test_what_a_run_would_reject_as_late_is_not_explained_away(call, explain, tables):
    call("run", "city.hmb", *tables, "-q", "--state-out", "s.csv")
    done = explain("C1", "--state-in", "s.csv")
    assert done.exit_code == 1
    assert "HMB514" in done.stdout
    same = call("run", "city.hmb", *tables, "-q", "--state-in", "s.csv").stdout
    paid = same.split("C5,")[1].split(",")[6]
    assert f"合计给付 {paid}" in explain("C5", "--state-in", "s.csv").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["claims.csv"], "没有给出"),
        (["missing.csv", "--params", "params.toml"], "没有这个文件"),
        (["claims.csv", "--params", "params.toml"], "须给出参保人表"),
    ],
)
def test_tables_that_will_not_do(call, words, said):
    done = call("explain", "city.hmb", *words, "--claim", "C1")
    assert done.exit_code == 2
    assert said in done.stderr
