"""One claim at a time, and the commands cold: what a service and an author wait for."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import made_data
import ours
import peers_w2
from end_to_end import SCHEME, timed


def per_call(run: Callable[[], Any], calls: int, turns: int = 5) -> float:
    """Nanoseconds of processor for one of the calls that `run` makes."""
    times = []
    for _ in range(turns):
        start = time.process_time()
        run()
        times.append((time.process_time() - start) / calls * 1e9)
    return statistics.median(times)


def latency(calls: int) -> dict[str, float]:
    """Of W2's claims: a session kept open for one member; and what others need for the same claims."""
    evaluator, _ = ours.made("w2")
    claims, people = made_data.w2(calls, 1, True)
    persons = {name: int(values[0]) for name, values in ours.people_columns(people).items()}
    day = ours.pa.scalar
    member: dict[str, Any] = {"member_id": "M"}
    for name, value in persons.items():
        date = name != "preexisting"
        member[name] = day(value, "int32").cast("date32").as_py() if date else bool(value)
    rows = ours.claim_table(claims).drop_columns(["claim_id", "member_id"]).to_pylist()
    for row in rows:
        row["amount"] = money_of(row["amount"])

    def settle() -> list[Any]:
        session = evaluator.open(member)
        return [session.settle(row) for row in rows]

    settled = [int(one.total_pay.scaleb(2)) for one in settle()]
    python = peers_w2.python_way(claims, people, calls)
    zen = peers_w2.zen_way(claims, people, calls)
    assert settled == python()[0] == zen()[0]
    return {
        "hmbc, `session.settle(dict)`": per_call(settle, calls),
        "hmbc, `open(dict)` and one `settle(dict)`": per_call(lambda: evaluator.open(member).settle(rows[0]), 1, 201),
        "pure Python, values": per_call(python, calls),
        "GoRules ZEN, `evaluate(dict)`": per_call(zen, calls),
    }


def money_of(fen: int) -> Any:
    return Decimal(fen).scaleb(-2)


def commands() -> dict[str, tuple[float, float]]:
    """Seconds of processor and of the clock; medians of 5, of 3 where nothing is cached."""
    found: dict[str, tuple[float, float]] = {}
    hmbc = [sys.executable, "-m", "hmbc"]
    cases = [("check", ["check", str(SCHEME)]), ("compile", ["compile", str(SCHEME)])]
    for name, words in cases:
        for cold in (True, False):
            times = []
            with tempfile.TemporaryDirectory() as kept:
                os.environ["HMBC_CACHE"] = kept
                for turn in range(3 if cold else 6):
                    os.environ["HMBC_CACHE"] = str(Path(kept, str(turn))) if cold else kept
                    times.append(timed([*hmbc, *words])[:2])
            del os.environ["HMBC_CACHE"]
            times = times if cold else times[1:]
            label = f"`hmbc {name}`, {'nothing cached' if cold else 'cached'}"
            found[label] = (
                statistics.median(x for x, _ in times), statistics.median(y for _, y in times)
            )  # fmt: skip
    return found
