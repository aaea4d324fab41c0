"""Interleaved runs of several ways to do one job; medians; answers compared before timing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

QUICK = 21
"""How often a compiled way is timed: what a noisy neighbour takes in a few turns leaves the median be."""


@dataclass
class Way:
    """One way to do the job: `run` does it, `answer` says what came out (arrays as plain C gives
    them). rows: how many rows it does, of the first; runs: how often it is timed."""

    name: str
    rows: int
    run: Callable[[], Any]
    answer: Callable[[Any], tuple[Any, ...]]
    runs: int = 5


def measured(ways: list[Way], expected: tuple[Any, ...]) -> dict[str, list[float]]:
    """Nanoseconds a row by way, turn by turn, of processor time: other work on the machine takes from it
    only what it costs in caches and memory. Raises AssertionError where an answer differs in a bit."""
    for way in ways:
        got = way.answer(way.run())
        for index, (found, wanted) in enumerate(zip(got, expected, strict=True)):
            if not np.array_equal(np.asarray(found), wanted[: way.rows]):
                wrong = int((np.asarray(found) != wanted[: way.rows]).sum())
                raise AssertionError(f"{way.name}: {wrong} of {way.rows} differ, answer {index}")
        print("  checked", way.name, flush=True)
    times: dict[str, list[float]] = {way.name: [] for way in ways}
    most = max(way.runs for way in ways)
    for turn in range(most):
        for way in ways:
            if turn in turns_of(way.runs, most):
                start = time.process_time()
                way.run()
                times[way.name].append((time.process_time() - start) / way.rows * 1e9)
    return times


def turns_of(runs: int, most: int) -> list[int]:
    """In which of so many turns a way runs that runs less often: from the first to the last, evenly, so that what
    a few minutes' neighbours do is not all that its ratios see."""
    return [turn * (most - 1) // max(1, runs - 1) for turn in range(runs)]


def ratio(times: dict[str, list[float]], one: str, other: str) -> float:
    """How much longer one way takes than another: the median of the turns that both had, each by
    itself, for what takes the caches in one turn takes them from both."""
    most = max(map(len, times.values()))
    by_turn = [
        dict(zip(turns_of(len(times[name]), most), times[name], strict=True)) for name in (one, other)
    ]
    both = by_turn[0].keys() & by_turn[1].keys()
    return statistics.median(by_turn[0][turn] / by_turn[1][turn] for turn in both)
