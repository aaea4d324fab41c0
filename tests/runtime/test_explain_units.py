"""`hmbc run` and `hmbc explain` on a family in which a claim is taken back and a member varies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCHEME = """scheme family {
    source        "a document", 2024-01-01
    currency      CNY
    benefit year  calendar
    unit          member.household

    member {
        household: code
        income: poor | other varies
    }
    claim { cost: money }

    layer plan                                                cite "1" {
        base       claim.cost
        threshold  100 per year per family
        ratio      poor: 80%, other: 50%
        cap        1_000 per year per family
    }

    example "one" {
        member { household: "H", income: other }
        claim 2024-01-01 { cost: 300 }   pay 100
    }
}
"""
MEMBERS = """member_id,household,income,valid_from,valid_to
A,H,other,,2024-01-31
A,H,poor,2024-02-01,
B,H,other,,
"""
CLAIMS = """claim_id,member_id,date,cost,refunds
c1,A,2024-01-01,600,
c2,B,2024-01-02,200,
r1,A,2024-02-03,,c1
c3,A,2024-02-04,700,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"family.hmb": SCHEME, "members.csv": MEMBERS, "claims.csv": CLAIMS}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def hmbc(folder: Path, command: str, claims: str, *more: str) -> str:
    files = [str(folder / "family.hmb"), str(folder / claims)]
    people = ["--members", str(folder / "members.csv"), "--lang", "en"]
    done = subprocess.run(
        [sys.executable, "-m", "hmbc", command, *files, *people, *more],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_run_pays_explain_explains(folder: Path) -> None:
    state = str(folder / "state.csv")
    out = hmbc(folder, "run", "claims.csv", "-q", "--state-out", state)
    assert [line.split(",")[3] for line in out.splitlines()[1:5]] == [
        "250.00",  # (600 − 100) × 50%
        "100.00",
        "-300.00",  # without c1, c2 pays (200 − 100) × 50%
        "560.00",  # the threshold is used up; she is poor by now
    ]
    assert "pays 560.00 CNY in all" in hmbc(folder, "explain", "claims.csv", "--claim", "c3")
    told = hmbc(folder, "explain", "claims.csv", "--claim", "r1")
    assert "refund r1  member A  2024-02-03: as if c1 had never been" in told
    assert "total -300.00 CNY" in told
    (folder / "next.csv").write_text(
        "claim_id,member_id,date,cost\nc4,B,2024-03-01,100\n", encoding="utf-8"
    )
    told = hmbc(folder, "explain", "next.csv", "--claim", "c4", "--state-in", state)
    assert "member B" in told and "pays 50.00 CNY in all" in told
