"""Tables from code to value: what a file may hold, and that a look-up finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.compiler.interpret import Interpreter, State
from hmbc.compiler.pipeline import Compiled, compile_source
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "d"
    currency CNY
    benefit year calendar
    claim { drug: code OPTIONAL  cost: money  kind: a | b }
    DECLARED
    layer l cite "1" { base claim.cost  no threshold  ratio 100%  cap VALUE per claim }
}
"""
LIMIT = 'table limit "Limit": money from "t.csv", otherwise: 7'
LOOK_UP = "by claim.drug looked up in limit"


def _compiled(
    folder: Path, csv: str, declared: str = LIMIT, value: str = LOOK_UP, optional: str = ""
) -> Compiled:
    (folder / "t.csv").write_text(csv, encoding="utf-8")
    text = SCHEME.replace("DECLARED", declared).replace("VALUE", value)
    return compile_source(Source("s.hmb", text.replace("OPTIONAL", optional)), folder)


def _codes(compiled: Compiled) -> list[str]:
    return [d.code for d in compiled.diagnostics if d.rule.severity == "error"]


def _paid(compiled: Compiled, code: str | None) -> int:
    assert compiled.kernel is not None, _codes(compiled)
    claim = {"drug": code, "cost": 10**9, "kind": "a", "date": 19_797}
    return Interpreter(compiled.kernel).step(State(), claim, {}).total_pay


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 33])
def test_every_code_has_its_own_value_and_all_others_the_rest(tmp_path: Path, count: int) -> None:
    rows = "\n".join(f"K{number},{number + 1}.50" for number in range(count))
    compiled = _compiled(tmp_path, f"code,limit\n{rows}\n")
    for number in range(count):
        assert _paid(compiled, f"K{number}") == number * 100 + 150
    assert _paid(compiled, "K") == 700


def test_codes_may_share_values_and_one_that_is_absent_has_that_of_the_rest(
    tmp_path: Path,
) -> None:
    csv = "编码,名称,Limit\n K1 ,x, 3 \nK2,y,4\n,,\nK3,z,3\n\n"
    compiled = _compiled(tmp_path, csv, optional="optional")
    assert [_paid(compiled, code) for code in ("K1", "K2", "K3", None)] == [300, 400, 300, 700]


def test_an_empty_table_has_the_rest_for_all(tmp_path: Path) -> None:
    assert _paid(_compiled(tmp_path, "code,limit\n"), "K1") == 700


def test_ratios_and_numbers(tmp_path: Path) -> None:
    csv = "code,part,times\nK1,10%,3\nK2,0.25,4\n"
    tables = """table part: ratio from "t.csv", otherwise: 100%
    table times: int from "t.csv", otherwise: 1
    total all: by claim.drug looked up in times per lifetime cite "2"
    """
    value = "¥100 * by claim.drug looked up in part * all"
    compiled = _compiled(tmp_path, csv, tables, value)
    assert [_paid(compiled, code) for code in ("K1", "K2", "K3")] == [3000, 10_000, 10_000]


@pytest.mark.parametrize(
    ("csv", "declared"),
    [
        ("code,other\nK1,3\n", LIMIT),
        ("code,limit,Limit\nK1,3,3\n", LIMIT),
        ("drug,limit\nK1,3\n", LIMIT),
        ("code,limit\nK1,3\nK1,3\n", LIMIT),
        ("code,limit\nK1,-3\n", LIMIT),
        ("code,limit\nK1,3.005\n", LIMIT),
        ("code,limit\nK1,3%\n", LIMIT),
        ("code,limit\nK1\n", LIMIT),
        ("code,limit\nK1,1e3\n", LIMIT),
        ("code,limit\nK1,101%\n", LIMIT.replace("money", "ratio").replace("7", "7%")),
        ("code,limit\nK1,1.5\n", LIMIT.replace("money", "int")),
    ],
)
def test_a_table_that_is_not_what_it_says_is_an_error(
    tmp_path: Path, csv: str, declared: str
) -> None:
    value = "10" if "money" not in declared else LOOK_UP
    compiled = _compiled(tmp_path, csv, declared, value)
    assert _codes(compiled) == ["HMB319"]
    (told,) = [d.message("en") for d in compiled.diagnostics if d.code == "HMB319"]
    assert ("stands twice" in told) == (csv.count("K1") == 2), told


def test_too_many_different_values(tmp_path: Path) -> None:
    rows = "\n".join(f"K{number},{number}" for number in range(1001))
    assert _codes(_compiled(tmp_path, f"code,limit\n{rows}\n")) == ["HMB319"]


@pytest.mark.parametrize(
    ("declared", "value", "codes"),
    [
        (LIMIT.replace("t.csv", "../t.csv"), LOOK_UP, ["HMB312"]),
        (LIMIT.replace("t.csv", "/etc/passwd"), LOOK_UP, ["HMB312"]),
        (LIMIT.replace("t.csv", "none.csv"), LOOK_UP, ["HMB319"]),
        (LIMIT.replace("money", "date"), "10", ["HMB201"]),
        (LIMIT.replace("money", "code"), "10", ["HMB201"]),
        (f"{LIMIT} {LIMIT}", LOOK_UP, ["HMB106"]),
        (LIMIT, LOOK_UP.replace("limit", "limits"), ["HMB102"]),
        (LIMIT, LOOK_UP.replace("drug", "kind"), ["HMB201"]),
        (LIMIT, LOOK_UP.replace("drug", "drugs"), ["HMB101"]),
        (LIMIT.replace("7", "7%"), LOOK_UP, ["HMB201"]),
    ],
)
def test_mistakes_with_tables(
    tmp_path: Path, declared: str, value: str, codes: list[str]
) -> None:
    assert _codes(_compiled(tmp_path, "code,limit\nK1,3\n", declared, value)) == codes


def test_a_table_that_nothing_reads_is_told(tmp_path: Path) -> None:
    compiled = _compiled(tmp_path, "code,limit\nK1,3\n", value="10")
    assert "limit" in [d.values.get("name") for d in compiled.diagnostics if d.code == "HMB306"]
