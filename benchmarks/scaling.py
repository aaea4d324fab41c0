"""What a claim costs, and how much memory it takes, from ten thousand claims to a hundred million and from
a thousand members to ten million: `make bench-scaling` writes docs/scaling.md.

Each point is a process of its own: W2's claims in order of date as Arrow tables, `adjudicate`, and the
payments taken over as a table. Claims that would not fit the memory of a small machine come in pieces of
ten million, each with members of its own, as `hmbc run --memory` deals them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import kept

PAGE = Path(__file__).parent.parent / "docs" / "scaling.md"
PIECE = 10_000_000
BY_CLAIMS = [(10**n, 10 ** max(n - 1, 3)) for n in range(4, 9)]
BY_MEMBERS = [(PIECE, 10**n) for n in range(3, 8)]
LEAST_SECONDS = 1.0


def peak() -> int:
    """Bytes of memory at most since `forget_peak`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) << 10


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def point(claims: int, members: int) -> dict[str, float]:
    """first, later: nanoseconds of processor for a claim, in the first call (of each piece, of which only the first
    finds no memory to use again) and the median of later ones; faults: pages touched anew for a thousand claims
    in later calls, which no other work on the machine changes; memory: bytes at most beyond the tables that came in, of the largest piece."""
    import made_data
    import ours
    import pyarrow as pa

    from hmbc.runtime.memory import keep_memory

    evaluator, _ = ours.made("w2")
    pieces = -(-claims // PIECE)
    rows, people = claims // pieces, members // pieces
    first = later = faults = 0.0
    memory = 0
    for _ in range(pieces):
        table, persons = (
            make(columns) for make, columns in zip(
                (ours.claim_table, ours.member_table), made_data.w2(rows, people, False), strict=True
            )
        )  # fmt: skip
        if first == 0:
            keep_memory(0)
            keep_memory()
        forget_peak()
        before = peak()
        times: list[float] = []
        # a piece of many is done once anew and once again, small ones until a second is over
        while len(times) < 2 or (sum(times) < LEAST_SECONDS and pieces == 1):
            touched, start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.process_time()
            done = evaluator.adjudicate(table, persons, minor_units=True)
            taken = pa.table(done.payments)
            times.append(time.process_time() - start)
            assert taken.num_rows == rows
            if len(times) > 1:
                faults = max(faults, (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - touched) / rows * 1e3)
            else:
                memory = max(memory, peak() - before)
            del done, taken
        first += times[0]
        later += statistics.median(times[1:])
    return {"first": first / claims * 1e9, "later": later / claims * 1e9, "memory": memory, "faults": faults}


def measured(claims: int, members: int) -> dict[str, float]:
    def run() -> dict[str, float]:
        command = [sys.executable, __file__, "--point", str(claims), str(members)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found

    result: dict[str, float] = kept.part(f"scaling-{claims}-{members}", [claims, members], run)
    return result


def slopes(points: dict[tuple[int, int], dict[str, float]]) -> tuple[float, float]:
    """Bytes for a claim and for a member: least squares over the points of one piece that are large
    enough for their fixed part not to count."""
    rows = [(c, m, p["memory"]) for (c, m), p in points.items() if 10**6 <= c <= PIECE]
    cc, cm, mm = (sum(a * b for a, b in pairs) for pairs in (
        [(c, c) for c, _, _ in rows], [(c, m) for c, m, _ in rows], [(m, m) for _, m, _ in rows]))  # fmt: skip
    cy, my = sum(c * y for c, _, y in rows), sum(m * y for _, m, y in rows)
    size = cc * mm - cm * cm
    return (cy * mm - my * cm) / size, (my * cc - cy * cm) / size


def page(points: dict[tuple[int, int], dict[str, float]], load: str) -> str:
    def lines(wanted: list[tuple[int, int]]) -> list[str]:
        return [
            f"| {claims:,} | {members:,} | {points[claims, members]['first']:.0f} "
            f"| {points[claims, members]['later']:.0f} | {points[claims, members]['faults']:.2f} "
            f"| {points[claims, members]['memory'] / 2**20:,.0f} |"
            for claims, members in wanted
        ]

    head = ["| claims | members | ns, first call | ns, later | faults | MB at most |",
            "|---:|---:|---:|---:|---:|---:|"]
    by_claim, by_member = slopes(points)
    large, larger = (
        [points[key]["later"] for key in BY_CLAIMS if key[0] >= least] for least in (10**5, 10**6)
    )
    return "\n".join([
        "# Scaling",
        "",
        "Written by `make bench-scaling` (`benchmarks/scaling.py`): W2's scheme (see "
        "[benchmarks](benchmarks.md)), claims in order of date, whole-number ids, one thread. Nanoseconds of "
        "processor for a claim, for the whole call of `adjudicate` and the table of its payments: the first "
        "call of a process pays for the pages of its memory, later ones use it again: faults are pages that "
        "they touch for the first time, for a thousand claims. Memory is what the first call takes beyond the tables that come in, payments with all layers and reasons included.",
        "",
        f"Load of the machine before and after: {load}.",
        "",
        "## By claims",
        "",
        "A tenth as many members. A hundred million come as ten pieces, one after the other, with members of "
        "their own; memory is that of one piece.",
        "",
        *head, *lines(BY_CLAIMS),
        "",
        f"From 100,000 claims on the dearest claim costs {max(large) / min(large):.2f} times the cheapest, from "
        f"1,000,000 on, where the records of members no longer fit the second cache, {max(larger) / min(larger):.2f} "
        "times; within 1.5 once they do not is aimed at.",
        "",
        "## By members",
        "",
        *head, *lines(BY_MEMBERS),
        "",
        f"Memory: about {by_claim:.0f} bytes a claim and {by_member:.0f} bytes a member (least squares).",
        "",
    ])  # fmt: skip


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--point", type=int, nargs=2, help="measure one point and print it as JSON")
    read.add_argument("--most", type=int, default=10**8, help="claims at most")
    read.add_argument("-o", "--output", type=Path, default=PAGE)
    taken = read.parse_args()
    if taken.point:
        print(json.dumps(point(*taken.point)))
        return
    before = os.getloadavg()[0]
    wanted = [key for key in dict.fromkeys([*BY_CLAIMS, *BY_MEMBERS]) if key[0] <= taken.most]
    points = {key: measured(*key) for key in wanted}
    for key, found in points.items():
        print(key, {name: round(value) for name, value in found.items()})
    if taken.most >= 10**8:
        taken.output.write_text(page(points, f"{before:.1f}, {os.getloadavg()[0]:.1f}"), "utf-8")


if __name__ == "__main__":
    main()
