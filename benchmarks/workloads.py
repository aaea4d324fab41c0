"""One workload in one process: every way that is there, compared and timed. Prints JSON last."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import made_data
import native
import numpy as np
import ours
import peers_w1
import peers_w2
import peers_w3
import peers_w4
from measure import QUICK, Way, measured

NAIVE, BEST = "naive C", "best hand-written C"


def w1(rows: int, scaled: int) -> dict[str, list[float]]:
    data = made_data.w1(rows)
    library = native.compiled()
    taken = [rows, data["ill"], *(data[kind] for kind in made_data.KINDS)]

    def way(name: str, function: Any) -> Way:
        out = [made_data.empty(rows) for _ in range(5)]
        return Way(name, rows, native.caller(function, *taken, *out), lambda _: tuple(out), QUICK)

    naive = way(NAIVE, library.naive_w1)
    naive.run()
    expected = tuple(column.copy() for column in naive.answer(None))
    ways = [naive, way(BEST, library.best_w1), *ours.w1(data, library), *peers_w1.ways(data, scaled)]
    return measured(ways, expected)


def w2(rows: int, members: int, scaled: int, by_member: bool) -> dict[str, list[float]]:
    claims, people = made_data.w2(rows, members, by_member)
    library = native.compiled()
    taken = [rows, *(claims[x] for x in ("member", "date", "kind", "amount", "flags"))]
    persons = [people[x] for x in ("ill", "from", "to", "from2", "to2")]

    def way(name: str, function: Any, before: list[Any], after: list[Any]) -> Way:
        out = [made_data.empty(rows), made_data.empty(rows, np.uint8)]
        call = native.caller(function, *taken, *before, *persons, *after, *out)
        return Way(name, rows, call, lambda _: tuple(out), QUICK)

    naive = way(NAIVE, library.naive_w2, [members], [made_data.empty(4 * members)])
    naive.run()
    expected = tuple(column.copy() for column in naive.answer(None))
    stopped, paid = (expected[1] > 0).mean(), (expected[0] > 0).mean()
    print(f"  {stopped:.0%} of the claims stopped, {paid:.0%} paid something", flush=True)
    table = made_data.empty(4 * (members + 1))
    day0 = native.ctypes.c_int32(made_data.YEAR[0] - 10)
    ways = [naive, way("best C for date order", library.best_w2a, [members], [day0, table])]
    if by_member and hasattr(library, "best_w2b"):     # it takes AVX-512
        ways.append(way(BEST, library.best_w2b, [], []))
    else:
        ways[1].name = BEST
    ways += [*ours.w2(claims, people, library), *peers_w2.ways(claims, people, scaled, by_member)]
    return measured(ways, expected)


def by_date(module: Any, claims: made_data.Columns, people: made_data.Columns) -> dict[str, list[float]]:
    """W3, W4."""
    ways = module.ways(claims, people)
    ways[0].run()
    expected = tuple(column.copy() for column in ways[0].answer(None))
    for number, why in enumerate(module.REASONS):
        print(f"  {(expected[1] == number).mean():6.2%} {why}", flush=True)
    return measured(ways, expected)


def main(name: str, rows: int, members: int, scaled: int) -> None:
    match name:
        case "W1":
            found = w1(rows, scaled)
        case "W2a" | "W2b":
            found = w2(rows, members, scaled, name == "W2b")
        case "W3":
            found = by_date(peers_w3, *made_data.w3(rows, members))
        case "W4":
            found = by_date(peers_w4, *made_data.w4(rows, members))
        case _:
            raise ValueError(name)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
