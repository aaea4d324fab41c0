"""What docs/data.md says of files that one run leaves to the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hmbc.cli import hmbc

EXAMPLE = Path(__file__).parents[2] / "docs/example"


def _run(claims: Path, output: Path) -> int:
    options = ("--members", str(EXAMPLE / "members.csv"), "--params", str(EXAMPLE / "params.toml"))
    words = ("run", str(EXAMPLE / "city_2024.hmb"), str(claims), *options, "-q", "-o", str(output))
    return CliRunner().invoke(hmbc, words).exit_code


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_rejects_of_an_earlier_run_do_not_stay(kind: str, tmp_path: Path) -> None:
    bad, good, output = EXAMPLE / "claims.csv", tmp_path / "good.csv", tmp_path / f"paid.{kind}"
    rows = bad.read_text(encoding="utf-8").splitlines(keepends=True)
    good.write_text("".join(row for row in rows if "M9" not in row), encoding="utf-8")
    rejects = tmp_path / "paid.rejects.csv"

    assert _run(good, output) == 0
    assert not rejects.exists()
    assert _run(bad, output) == 1
    assert len(rejects.read_text(encoding="utf-8").splitlines()) == 2
    assert _run(good, output) == 0
    assert len(rejects.read_text(encoding="utf-8").splitlines()) == 1
