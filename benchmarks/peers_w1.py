"""W1 in what users would pick instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import made_data
import numpy as np
import pyarrow as pa
from made_data import CAPS, KINDS, RATES, THRESHOLD, Columns
from measure import QUICK, Way

PAYS = tuple(f"pay_{kind}" for kind in KINDS)
NAMES = (*PAYS, "total")


def ways(data: Columns, scaled: int) -> list[Way]:
    rows = len(data["ill"])
    found = [
        Way("Numba", rows, *numba_way(data), QUICK),
        Way("NumPy", rows, lambda: numpy_way(data), tuple),
        Way("Polars, lazy", rows, polars_way(data), tables),
        Way("DuckDB SQL", rows, duckdb_way(data), tables),
        Way("pandas", rows, pandas_way(data), tables),
        Way("pure Python", scaled, python_way(data, scaled), tuple, 3),
        Way("GoRules ZEN", min(scaled, 20_000), zen_way(data, min(scaled, 20_000)), tuple, 3),
    ]
    return found


def tables(found: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(found[name]) for name in NAMES)


def numpy_way(data: Columns) -> list[Any]:
    ill = data["ill"] != 0
    pays = []
    for kind, name in enumerate(KINDS):
        excess = np.maximum(data[name] - THRESHOLD, 0)
        rate = np.where(ill, RATES[1][kind], RATES[0][kind])
        pays.append(np.minimum((excess * rate + 50) // 100, CAPS[kind]))
    return [*pays, pays[0] + pays[1] + pays[2] + pays[3]]


def numba_way(data: Columns) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    from numba import njit

    @njit  # type: ignore[misc]
    def loop(ill, a, b, c, d, pa_, pb, pc, pd, total):  # type: ignore[no-untyped-def]
        for i in range(len(ill)):
            rate = 30 if ill[i] else 75
            rate3 = 30 if ill[i] else 60
            pa_[i] = min((max(a[i] - 2_000_000, 0) * rate + 50) // 100, 100_000_000)
            pb[i] = min((max(b[i] - 2_000_000, 0) * rate + 50) // 100, 100_000_000)
            pc[i] = min((max(c[i] - 2_000_000, 0) * rate3 + 50) // 100, 80_000_000)
            pd[i] = min((max(d[i] - 2_000_000, 0) * 60 + 50) // 100, 30_000_000)
            total[i] = pa_[i] + pb[i] + pc[i] + pd[i]

    out = [made_data.empty(len(data["ill"])) for _ in NAMES]
    taken = [data["ill"], *(data[name] for name in KINDS)]
    return lambda: loop(*taken, *out), lambda _: tuple(out)


def polars_way(data: Columns) -> Callable[[], Any]:
    import polars as pl

    frame = pl.DataFrame(data)
    ill = pl.col("ill") != 0
    pays = []
    for kind, name in enumerate(KINDS):
        rate = pl.when(ill).then(RATES[1][kind]).otherwise(RATES[0][kind]).cast(pl.Int64)
        excess = pl.max_horizontal(pl.col(name) - THRESHOLD, 0)
        pays.append(pl.min_horizontal((excess * rate + 50) // 100, CAPS[kind]).alias(PAYS[kind]))
    lazy = frame.lazy().select(pays)
    lazy = lazy.with_columns(total=pl.col(PAYS[0]) + pl.col(PAYS[1]) + pl.col(PAYS[2]) + pl.col(PAYS[3]))
    return lambda: lazy.collect()


def duckdb_way(data: Columns) -> Callable[[], Any]:
    import duckdb

    link = duckdb.connect()
    link.execute("SET threads = 1")
    frame = pa.table(data)
    link.register("given", frame)
    link.execute("CREATE TABLE rows AS SELECT * FROM given")
    pays = ", ".join(
        f"least((greatest({name} - {THRESHOLD}, 0)"
        f" * (CASE WHEN ill <> 0 THEN {RATES[1][kind]} ELSE {RATES[0][kind]} END) + 50) // 100,"
        f" {CAPS[kind]}) AS {PAYS[kind]}"
        for kind, name in enumerate(KINDS)
    )
    query = f"SELECT *, {' + '.join(PAYS)} AS total FROM (SELECT {pays} FROM rows)"
    return lambda: link.sql(query).to_arrow_table()


def pandas_way(data: Columns) -> Callable[[], Any]:
    import pandas as pd

    frame = pd.DataFrame(data)

    def run() -> Any:
        ill = frame["ill"] != 0
        out = pd.DataFrame(index=frame.index)
        for kind, name in enumerate(KINDS):
            excess = (frame[name] - THRESHOLD).clip(lower=0)
            rate = np.where(ill, RATES[1][kind], RATES[0][kind])
            out[PAYS[kind]] = ((excess * rate + 50) // 100).clip(upper=CAPS[kind])
        out["total"] = out[PAYS[0]] + out[PAYS[1]] + out[PAYS[2]] + out[PAYS[3]]
        return out

    return run


def python_way(data: Columns, rows: int) -> Callable[[], Any]:
    lists = [data[name][:rows].tolist() for name in ("ill", *KINDS)]

    def run() -> Any:
        out: list[list[int]] = [[], [], [], [], []]
        for ill, *amounts in zip(*lists, strict=True):
            total = 0
            for kind, rate in enumerate(RATES[ill]):
                excess = amounts[kind] - THRESHOLD
                pay = min((excess * rate + 50) // 100, CAPS[kind]) if excess > 0 else 0
                out[kind].append(pay)
                total += pay
            out[4].append(total)
        return out

    return run


def zen_content(expressions: list[tuple[str, str]]) -> dict[str, Any]:
    listed = [{"id": str(n), "key": k, "value": v} for n, (k, v) in enumerate(expressions)]
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "content": {}},
            {"id": "do", "name": "do", "type": "expressionNode", "content": {"expressions": listed}},
            {"id": "out", "name": "out", "type": "outputNode", "content": {}},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "do", "type": "edge"},
            {"id": "2", "sourceId": "do", "targetId": "out", "type": "edge"},
        ],
    }


def zen_engine(expressions: list[tuple[str, str]]) -> Any:
    import zen

    return zen.ZenEngine({"loader": {"type": "static", "content": {"it": zen_content(expressions)}}})


def zen_way(data: Columns, rows: int) -> Callable[[], Any]:
    expressions = [
        (
            PAYS[kind],
            f"min([floor((max([{name} - {THRESHOLD}, 0])"
            f" * (ill == 1 ? {RATES[1][kind]} : {RATES[0][kind]}) + 50) / 100), {CAPS[kind]}])",
        )
        for kind, name in enumerate(KINDS)
    ]
    expressions.append(("total", " + ".join(f"$.{pay}" for pay in PAYS)))
    engine = zen_engine(expressions)
    names = ("ill", *KINDS)
    contexts = [
        dict(zip(names, row, strict=True))
        for row in zip(*[data[name][:rows].tolist() for name in names], strict=True)
    ]

    def run() -> Any:
        evaluate = engine.evaluate
        results = [evaluate("it", context)["result"] for context in contexts]
        return [[result[name] for result in results] for name in NAMES]

    return run
