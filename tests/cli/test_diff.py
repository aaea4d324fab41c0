"""`hmbc diff`: golden outputs, restrictions, what cannot be compared, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hmbc.cli import hmbc

GOLDEN = Path(__file__).parents[1] / "golden/diff"
CASES = sorted(path.name.removesuffix(".old.hmb") for path in GOLDEN.glob("*.old.hmb"))
EXITS = {"same": 0, "bands": 0}


def diff(*words: str) -> Result:
    return CliRunner().invoke(hmbc, ["diff", *words])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", ["zh.txt", "en.txt", "json"])
def test_what_is_said(
    case: str, form: str, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(GOLDEN)
    options = ["--format", "json"] if form == "json" else ["--lang", form.partition(".")[0]]
    done = diff(f"{case}.old.hmb", f"{case}.new.hmb", *options)
    assert done.exit_code == EXITS.get(case, 1), done.output
    path = GOLDEN / f"{case}.{form}"
    if update:
        path.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == path.read_text(encoding="utf-8")


BASE = (GOLDEN / "threshold.old.hmb").read_text(encoding="utf-8")


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("old.hmb").write_text(BASE, encoding="utf-8")
    return tmp_path


def new(*changes: tuple[str, str]) -> str:
    text = BASE
    for old, changed in changes:
        assert old in text
        text = text.replace(old, changed)
    Path("new.hmb").write_text(text, encoding="utf-8")
    return "new.hmb"


def test_a_condition_restricts_what_is_compared(pair: Path) -> None:
    other = new(("healthy: 75%", "healthy: 70%"))
    assert diff("old.hmb", other).exit_code == 1
    assert diff("old.hmb", other, "--when", "member.health is healthy").exit_code == 1
    done = diff("old.hmb", other, "--when", "member.health is preexisting or claim.care is clinic")
    assert done.exit_code == 0 and "proved" in done.stdout


def test_a_condition_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    words = ("two_languages.old.hmb", "two_languages.new.hmb")
    assert diff(*words, "--when", "参保人.健康状况 是 既往症 且 费用.类别 是 门诊").exit_code == 0


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("member.helth is healthy", "did you mean `health`"),
        ("member.health", "yes or no"),
        ("", "HMB01"),
        ("member.health is healthy }  currency USD {", "HMB01"),
        ("member.health is healthy\n unit member.health", "must be one condition"),
        ("member.health is healthy cite 3", "HMB01"),
        ('member.health is healthy cite "3"', "must be one condition"),
        ("claim.cost > 5 # }", None),
    ],
)
def test_a_condition_can_be_nothing_else(pair: Path, condition: str, said: str | None) -> None:
    done = diff("old.hmb", new(("60%", "61%")), "--when", condition)
    if said is None:
        assert done.exit_code == 1 and done.stdout
    else:
        assert done.exit_code == 2 and not done.stdout
        assert said in done.stderr


def test_other_currencies_and_units_are_told_and_not_compared(pair: Path) -> None:
    done = diff("old.hmb", new(("CNY", "JPY")))
    assert done.exit_code == 1 and "they pay in CNY and in JPY" in done.stderr
    family = new(
        ("currency      CNY", "currency      CNY\n    unit member.household"),
        ("member { health", "member { household: code  health"),
    )
    done = diff("old.hmb", family, "--format", "json")
    assert done.exit_code == 1
    said = json.loads(done.stdout)
    assert said["verdict"] == "incomparable" and "member.household" in said["because"]


def test_another_benefit_year_is_a_difference_that_is_told(pair: Path) -> None:
    done = diff("old.hmb", new(("benefit year  calendar", "benefit year  07-01 to 06-30")))
    assert done.exit_code == 1 and "first day of the benefit year 01-01 → 07-01" in done.stdout


def test_files_with_errors_and_guidelines_are_refused(pair: Path) -> None:
    Path("bad.hmb").write_text(BASE.replace("75%", "75"), encoding="utf-8")
    assert diff("old.hmb", "bad.hmb").exit_code == 1
    assert diff("old.hmb", "missing.hmb").exit_code == 2
    assert diff("old.hmb").exit_code == 2
    guideline = str(Path(__file__).parents[2] / "schemes/hubei_guideline.hmb")
    done = diff("old.hmb", guideline)
    assert done.exit_code == 1 and "HMB344" in done.stderr


def test_without_the_solver_what_no_claim_tells_is_unknown(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hmbc.compiler import difference

    monkeypatch.setattr(difference, "find_spec", lambda name: None)
    words = [str(GOLDEN / f"bands.{side}.hmb") for side in ("old", "new")]
    done = diff(*words)
    assert done.exit_code == 1 and "unknown" in done.stdout
    assert json.loads(diff(*words, "--format", "json").stdout)["verdict"] == "unknown"


OF_PARAMETERS = """scheme one "One" {
    source "x", 2020-01-01  currency CNY  benefit year calendar
    parameter line "threshold": money 0 to 100_000, external
    parameter rate: ratio, external
    parameter first_day: date 2020-01-01 to 2030-01-01, external
    list drugs: external
    claim { cost: money  drug: code optional }
    layer all cite "1" {
        when claim.date >= first_day and claim.drug given and claim.drug in drugs
        base claim.cost  threshold line per year  ratio rate  no cap
    }
}
"""


@pytest.fixture
def two_with_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("old.hmb").write_text(OF_PARAMETERS)
    fixed = OF_PARAMETERS.replace("threshold line per year  ratio rate", "threshold 100 per year  ratio 50%")
    Path("new.hmb").write_text(fixed.replace("    parameter rate: ratio, external\n", ""))
    return tmp_path


def test_external_figures_may_be_given(two_with_parameters: Path) -> None:
    assert diff("old.hmb", "new.hmb").exit_code == 1
    Path("p.toml").write_text('threshold = "100"\nrate = "50%"\nfirst_day = 2024-01-01\ndrugs = ["D1"]\n')
    same = diff("old.hmb", "new.hmb", "--params", "p.toml")
    assert same.exit_code == 0, same.output
    Path("p.toml").write_text('line = "100"\nrate = "51%"\n')
    other = diff("old.hmb", "new.hmb", "--params", "p.toml")
    assert other.exit_code == 1 and "different" in other.stdout
    Path("p.toml").write_text('line = "100"\nrate = "50%"\n')  # the rest stays external
    assert diff("old.hmb", "new.hmb", "--params", "p.toml").exit_code == 0
    Path("p.toml").write_text('line = "200"\nrate = "50%"\n')
    words = ("old.hmb", "new.hmb", "--params", "p.toml", "--when")
    assert diff(*words, "claim.date < first_day").exit_code == 0
    assert diff(*words, "claim.cost <= 100 + line - line and claim.date < first_day").exit_code == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('line = "-1"', "not between"),
        ('lime = "1"', "no parameter `lime`"),
        ('rate = ["D1"]', "rate"),
        ('drugs = "D1"', "list of codes"),
        ("line = ", "p.toml"),
    ],
)
def test_figures_that_cannot_be(two_with_parameters: Path, given: str, said: str) -> None:
    Path("p.toml").write_text(given)
    done = diff("old.hmb", "new.hmb", "--params", "p.toml")
    assert done.exit_code == 2 and said in done.stderr, done.stderr


def test_a_parameter_file_that_is_not_there(two_with_parameters: Path) -> None:
    assert diff("old.hmb", "new.hmb", "--params", "nowhere.toml").exit_code == 2
