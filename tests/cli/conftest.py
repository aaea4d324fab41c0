"""A folder with the example of the README, and two ways to call the command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hmbc.cli import hmbc

EXAMPLE = Path(__file__).parents[2] / "docs/example"
SMALL = """scheme tiny "Tiny" {
    source        "x", 2020-01-01
    currency      CNY
    benefit year  calendar
    claim { cost: money }
    layer all cite "1" { base claim.cost  threshold 100 per year  ratio 50%  no cap }
    example { claim 2024-01-01 { cost: 300 } pay 100 }
}
"""

STEPPED = """scheme stepped "One ratio for the whole bill" {
    source   "leaflet", 2024-01-01
    currency CNY
    benefit year calendar
    claim { cost: money }
    layer hospital  cite XX-03 {
        base claim.cost
        no threshold
        ratio by bands of claim.cost (up to 10_000: 80%, beyond: 60%)
        no cap
    }
    WAIVER
    example { claim 2024-03-01 { cost: 100 } pay 80 }
}
"""
ALLOWED = 'allow not monotone because "the leaflet says so" cite XX-03'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: city.hmb (Chinese) with its tables, tiny.hmb (English), bad.hmb."""
    for name in ("claims.csv", "members.csv", "params.toml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    scheme = (EXAMPLE / "city_2024.hmb").read_text(encoding="utf-8")
    Path(tmp_path, "city.hmb").write_text(scheme, encoding="utf-8")
    Path(tmp_path, "bad.hmb").write_text(scheme.replace("健康：75%", "健康：75"), encoding="utf-8")
    Path(tmp_path, "tiny.hmb").write_text(SMALL, encoding="utf-8")
    Path(tmp_path, "tiny_bad.hmb").write_text(SMALL.replace("50%", "50"), encoding="utf-8")
    Path(tmp_path, "tiny.csv").write_text("claim_id,member_id,date,cost\nA,M,2024-01-01,300\n")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "HMBC_DEBUG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    return tmp_path


@pytest.fixture
def call(folder: Path) -> Callable[..., Result]:
    """`call("check", "x.hmb")` in this process."""

    def invoke(*words: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(hmbc, words, input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result

    return invoke


@pytest.fixture
def spawn(folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The same in a process of its own; keywords go into its environment."""

    def run(
        *words: str, stdin: str | None = None, program: tuple[str, ...] = ("-m", "hmbc"), **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *program, *words], input=stdin, env=os.environ | env,
            capture_output=True, text=True, encoding="utf-8", timeout=60,
        )  # fmt: skip

    return run


@pytest.fixture
def tables() -> tuple[str, ...]:
    """What city.hmb is run with."""
    return ("claims.csv", "--members", "members.csv", "--params", "params.toml")


@pytest.fixture
def stepped(folder: Path) -> Path:
    """In the folder, a scheme whose ratio falls with the bill: stepped.hmb; allowed.hmb, which says so;
    kept.hmb, which says so and has one ratio."""
    allowed = STEPPED.replace("WAIVER", ALLOWED)
    bands = "by bands of claim.cost (up to 10_000: 80%, beyond: 60%)"
    (folder / "stepped.hmb").write_text(STEPPED.replace("WAIVER", ""))
    (folder / "allowed.hmb").write_text(allowed)
    (folder / "kept.hmb").write_text(allowed.replace(bands, "80%"))
    return folder
