"""Writes docs/benchmarks.md: our evaluator against C and what users would pick instead.

`make bench`, or with other sizes: python benchmarks/compare.py --rows 1000000 --members 100000
--claims-of-w2 1000000 --members-of-w2 100000.
One process for each workload; within it all ways take turns. Nothing is asserted but that answers
agree; a bar that is missed stands in the table like any other figure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import end_to_end
import kept
import single
from measure import ratio

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
BEST = "best hand-written C"
WORKLOADS = ("W1", "W2a", "W2b", "W3", "W4")
# of the figure for `first`, at most (below 1: at least 1/x times faster than) that for `second`
BARS = {
    "W1": (("best hand-written C", 1.25), ("Numba", 1 / 2.5), ("NumPy", 1 / 9), ("DuckDB SQL", 1 / 20)),
    "W2a": (("best hand-written C", 1.15), ("Numba", 1 / 5), ("NumPy", 1 / 15), ("pandas", 1 / 15),
            ("Polars, lazy", 1 / 25), ("DuckDB SQL", 1 / 25)),
    "W2b": (("best hand-written C", 1.5), ("Numba", 1 / 1.5), ("NumPy", 1 / 10), ("Polars, lazy", 1 / 40)),
    "W3": (("best hand-written C", 1.3),),
    "W4": (("best hand-written C", 1.3),),
}  # fmt: skip
OURS = "hmbc, compiled function alone"
WHOLE = "hmbc, `adjudicate` on Arrow tables"
Times = dict[str, list[float]]
"""Nanoseconds a row by way, turn by turn."""
PACKAGES = ("numpy", "numba", "polars", "duckdb", "pandas", "pyarrow", "zen-engine", "cython")


def printed(script: str, *arguments: object) -> Any:
    """What a script prints as JSON in its last line."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout, flush=True)
    return json.loads(done.stdout.splitlines()[-1])


def workload(name: str, rows: int, members: int, scaled: int) -> Times:
    found: Times = printed("workloads.py", name, rows, members, scaled)
    return found


def parquet(claims: int) -> dict[str, tuple[float, float, float]]:
    with TemporaryDirectory() as folder:
        return end_to_end.main(Path(folder), claims, claims // 10, 3 if claims <= 1_000_000 else 2)


def figure(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def ways_table(measured: dict[str, Times]) -> list[str]:
    found = {
        workload: {name: median(turns) for name, turns in times.items()}
        for workload, times in measured.items()
    }
    names = list(dict.fromkeys(name for times in found.values() for name in times))
    names.sort(key=lambda name: min(times.get(name, 1e12) for times in found.values()))
    lines = [
        f"| ns a row (times the best C) | {' | '.join(found)} |",
        "|---|" + "---:|" * len(found),
    ]
    for name in names:
        cells = [
            f"{figure(times[name])} ({figure(times[name] / times[BEST])})" if name in times else "–"
            for times in found.values()
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def bars_table(found: dict[str, Times]) -> list[str]:
    lines = ["| workload | against | aim | ours | |", "|---|---|---:|---:|---|"]
    for name, bars in BARS.items():
        times = found[name]
        for peer, most in bars:
            by = ratio(times, OURS if OURS in times else WHOLE, peer)
            if most >= 1:
                aim, got = f"within {most}", figure(by)
            else:
                aim, got = f"{1 / most:.3g}× faster", f"{figure(1 / by)}×"
            lines.append(f"| {name} | {peer} | {aim} | {got} | {'met' if by <= most else 'missed'} |")
    return lines


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor()


def page(
    taken: argparse.Namespace,
    found: dict[str, Times],
    whole: dict[int, dict[str, tuple[float, float, float]]],
    openfisca: dict[str, float],
    one: dict[str, float],
    cold: dict[str, tuple[float, float]],
    load: str,
) -> str:
    gcc = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` (`benchmarks/compare.py`); what is measured stands in `benchmarks/`.",
        "Compare within a table, and ratios rather than times.",
        "",
        f"{date.today()} · {processor()}, {os.cpu_count()} cores, {platform.machine()} · "
        f"Python {platform.python_version()} · {gcc.stdout.splitlines()[0]} · {versions}. "
        f"Load of the machine before, between and after the parts: {load}.",
        "",
        "**The machine was shared** with other work wherever that load is above 1: caches and memory were not ours alone. Times are therefore of the processor, not of the clock, "
        "and medians of turns that alternate between all ways. Figures move by a tenth or two from run "
        "to run.",
        "",
        "## A row",
        "",
        f"Zaozhuang's four layers. W1: {taken.rows:,} members' years, each by itself, four amounts and a "
        f"flag in, four payments and a total out. W2: {taken.claims_of_w2:,} claims of {taken.members_of_w2:,} members "
        "with yearly sums, a benefit period, one suspension and six exclusions, payment and reason out; "
        "W2a in order of date, W2b sorted by member. One thread. Every answer was compared bit for bit "
        "with plain C before anything was timed.",
        "",
        *ways_table(found),
        "",
        "- *Best hand-written C*: `benchmarks/peers.c`, `gcc -O3 -march=native`. C, Numba and our compiled "
        "function write into arrays that are used again; all others make new ones at every call.",
        f"- *{OURS}*: the scheme's feed: records made anew from the columns of members, then all rows in "
        "the order in which they stand; columns as narrow as Arrow's; it writes what the C writes. The few units "
        "that a record cannot hold are done by `hmb_run`, with their rows from an index made before. Built as "
        "`hmbc` ships it, for old and new processors in one. Where the table has no such row, `adjudicate` "
        "stands for it in the table of aims.",
        "- *hmbc, `hmb_run` alone*: the function for one unit, that sessions, refunds and schemes without a "
        "feed use.",
        "- W2's members are so many that what a claim needs of its member, in columns, is larger than the "
        "caches. With fewer, the ways that read members' columns row by row (Numba, naive C) depend "
        "on how much of a shared cache the neighbours leave: in order of date they swing by a half.",
        f"- W3 and W4: {taken.rows:,} claims of {taken.members:,} members. W3: the Ordos scheme (an "
        "admission's and a year's totals, a top-up; 21 columns in), W4: the city "
        "product of `schemes/more` (five layers, a limit for each drug, members whose attributes vary), both "
        "in order of date over two years; their C is `peers_w3.c` and `peers_w4.c`.",
        "- *hmbc, `adjudicate`*: the whole call on Arrow tables with whole-number ids: columns read and "
        "checked, ids numbered, duplicates looked for, members joined, claims sorted, adjudicated, a new "
        "table of payments, reasons by layer and identifiers. The peers' rows do none of this: their ids "
        "are indices into columns, their claims known to be good and in order.",
        f"- Pure Python and ZEN did {taken.scaled:,} and {min(taken.scaled, 20_000):,} rows, scaled; ZEN by "
        "a static loader, one `evaluate` a row, its sums kept by the caller. DuckDB reads its own "
        "table and returns Arrow; it and Polars on one thread.",
        f"- OpenFisca (scale parameters, {taken.scaled:,} rows of W1) takes {figure(openfisca['ns'])} ns a row and "
        f"is not in the table, for its float32 does not agree: {openfisca['wrong']:.1%} of all rows and "
        f"{openfisca['wrong_paid']:.1%} of those that are paid something are wrong by a fen or more, at most by "
        f"{openfisca['worst']:.0f}.",
        "- W2's peers return a cause or none; ours also says why nothing is paid, for each layer. Theirs "
        "count one year; ours finds the year of each claim, as the scheme says `per year`.",
        "",
        "### What is aimed at",
        "",
        "Ratios are medians of those of single turns, in which each way runs once.",
        "",
        *bars_table(found),
        "",
        "## Parquet to Parquet",
        "",
        "Unsorted claims of a tenth as many members, text ids that rise but for repeated ones, decimal amounts; one "
        "in a hundred to be rejected (unknown member, amount missing, id seen before, other year). Whole "
        "processes, one thread, medians. Payments, reasons and rejected rows agree. `hmbc run` also "
        "writes payment and reason of each layer and a text for each reject; the others do not check "
        "domains, dates or numbers of decimals, and Polars writes whole fen.",
        "",
        "| | claims | seconds of processor | of the clock | MB at most |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {name} | {claims:,} | {a:.2f} | {b:.2f} | {c:,.0f} |"
            for claims, found_ in whole.items()
            for name, (a, b, c) in found_.items()
        ),
        "",
        "## One claim",
        "",
        f"W2's scheme, {taken.single:,} claims of one member with nine attributes each, and the same without its "
        "six exclusions (`window.hmb`), with three, as Python values; medians of 9 interleaved turns; answers "
        "agree.",
        "",
        "| | ns a claim |",
        "|---|---:|",
        *(f"| {name} | {value:,.0f} |" for name, value in one.items()),
        "",
        "The aim is 150 ns for a typed claim, 500 ns for a dict, and a twentieth of ZEN's time for both.",
        "",
        "## Commands",
        "",
        "Whole processes on `benchmarks/w2.hmb`; medians.",
        "",
        "| | seconds of processor | of the clock |",
        "|---|---:|---:|",
        *(f"| {name} | {a:.2f} | {b:.2f} |" for name, (a, b) in cold.items()),
        "",
    ]
    notes = HERE / "where_time_goes.md"
    return "\n".join(lines) + ("\n" + notes.read_text("utf-8") if notes.is_file() else "")


def main() -> None:
    """Run all and write the page."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--rows", type=int, default=4_000_000, help="of W1, W3, W4")
    read.add_argument("--members", type=int, default=400_000, help="of W3, W4")
    read.add_argument("--claims-of-w2", type=int, default=10_000_000, help="of W2a, W2b")
    read.add_argument("--members-of-w2", type=int, default=1_000_000, help="of W2a, W2b")
    read.add_argument("--scaled", type=int, default=100_000, help="rows for row-by-row peers")
    read.add_argument(
        "--claims", type=int, nargs="*", default=[1_000_000, 10_000_000], help="Parquet to Parquet"
    )
    read.add_argument("--single", type=int, default=5_000, help="claims one at a time")
    read.add_argument("-o", "--output", type=Path, default=PAGE)
    taken = read.parse_args()
    loads = [os.getloadavg()[0]]

    def part(name: str, sizes: Any, make: Callable[[], Any]) -> Any:
        result = kept.part(name, sizes, make)
        loads.append(os.getloadavg()[0])
        return result

    rows, members, scaled = taken.rows, taken.members, taken.scaled
    found: dict[str, Times] = {}
    for name in WORKLOADS:
        sizes = [rows, members, scaled]
        if name.startswith("W2"):
            sizes = [taken.claims_of_w2, taken.members_of_w2, scaled]
        found[name] = part(name, sizes, partial(workload, name, *sizes))
    openfisca = part("openfisca", scaled, partial(printed, "peers_openfisca.py", scaled))
    whole = {
        claims: part(f"parquet-{claims}", claims, partial(parquet, claims)) for claims in taken.claims
    }
    one = part("single", taken.single, lambda: single.latency(taken.single))
    cold = part("commands", None, single.commands)
    load = ", ".join(f"{value:.1f}" for value in loads)
    taken.output.write_text(page(taken, found, whole, openfisca, one, cold, load), encoding="utf-8")


if __name__ == "__main__":
    main()
