"""How long the everyday commands take: `make bench`. Prints a markdown table; asserts nothing.

Each figure is the median of several runs of a whole process, from its start to its end. Nothing here
is compared with another system; answers are compared bit for bit where one job is run twice.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import make_claims_table
import pyarrow.parquet

SCHEME = "schemes/zaozhuang_2022.hmb"
CLAIMS = 1_000_000
MEMBERS = 200_000


def timed(arguments: list[str], runs: int, **environment: str) -> tuple[float, bytes]:
    """Median seconds, and what the last run wrote to standard output."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "hmbc", *arguments],
            env={**os.environ, **environment}, capture_output=True, check=True,
        )  # fmt: skip
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), done.stdout


def main() -> None:
    """Run everything and print the table."""
    lines = len(Path(SCHEME).read_text(encoding="utf-8").splitlines())
    rows: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = str(folder / "cache")
        rows.append((f"hmbc check, {lines} lines, cold cache", timed(["check", SCHEME], 1, HMBC_CACHE=cache)[0]))
        rows.append((f"hmbc check, {lines} lines", timed(["check", SCHEME], 5, HMBC_CACHE=cache)[0]))
        rows.append(("hmbc compile, not cached", timed(["compile", SCHEME], 1, HMBC_CACHE=cache)[0]))
        rows.append(("hmbc compile, cached", timed(["compile", SCHEME], 5, HMBC_CACHE=cache)[0]))
        make_claims_table.main(folder, CLAIMS, MEMBERS)
        run = [
            "run", SCHEME, f"{folder}/claims.parquet", "--members", f"{folder}/members.parquet",
            "--params", f"{folder}/lists.toml", "-q", "-o",
        ]  # fmt: skip
        seconds, _ = timed([*run, f"{folder}/one.parquet"], 3, HMBC_CACHE=cache)
        rows.append((f"hmbc run, {CLAIMS:,} claims unsorted, Parquet to Parquet", seconds))
        timed([*run, f"{folder}/two.parquet"], 1, HMBC_CACHE=cache)
        one = pyarrow.parquet.read_table(folder / "one.parquet")
        two = pyarrow.parquet.read_table(folder / "two.parquet")
        same = one.equals(two) and one.num_rows == CLAIMS
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores\n")
    print("| what | seconds |\n|---|---:|")
    for what, seconds in rows:
        print(f"| {what} | {seconds:.2f} |")
    print(f"\nTwo runs gave the same table, bit for bit: {'yes' if same else 'NO'}")


if __name__ == "__main__":
    main()
