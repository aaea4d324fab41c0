"""W2 in what users would pick instead. Payments and reasons in the order of the claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import made_data
import numpy as np
import pyarrow as pa
from made_data import CAPS, FLAGS, RATES, THRESHOLD, Columns
from measure import QUICK, Way
from peers_w1 import zen_engine

FLAT_RATES = np.array([*RATES[0], *RATES[1]], np.int64)
FLAT_CAPS = np.array([*CAPS, *CAPS], np.int64)


def ways(claims: Columns, people: Columns, scaled: int, by_member: bool) -> list[Way]:
    n = len(claims["member"])
    few = min(scaled, 20_000)
    return [
        Way("Numba", n, *numba_way(claims, people), QUICK),
        Way("NumPy", n, lambda: numpy_way(claims, people, by_member), tuple, 5),
        Way("Polars, lazy", n, polars_way(claims, people), tables, 5),
        Way("DuckDB SQL", n, duckdb_way(claims, people), ordered, 5),
        Way("pandas", n, pandas_way(claims, people), tuple, 5),
        Way("pure Python", scaled, python_way(claims, people, scaled), tuple, 3),
        Way("GoRules ZEN", few, zen_way(claims, people, few), tuple, 3),
    ]


def tables(found: Any) -> tuple[Any, ...]:
    return np.asarray(found["pay"]), np.asarray(found["reason"])


def ordered(found: Any) -> tuple[Any, ...]:
    order = np.argsort(np.asarray(found["row"]))
    return tuple(column[order] for column in tables(found))


def causes(claims: Columns, people: Columns) -> Any:
    """Of each claim: 0, or 1 + the first cause."""
    m, date, flags = claims["member"], claims["date"], claims["flags"]
    outside = (date < people["from"][m]) | (date > people["to"][m])
    suspended = (date >= people["from2"][m]) & (date <= people["to2"][m])
    by_flags = np.zeros(1 << FLAGS, np.uint8)
    for value in range(1, 1 << FLAGS):
        by_flags[value] = 3 + ((value & -value).bit_length() - 1)
    return np.where(outside, 1, np.where(suspended, 2, by_flags[flags])).astype(np.uint8)


def due(sums: Any, kind: Any) -> Any:
    excess = np.maximum(sums - THRESHOLD, 0)
    return np.minimum((excess * FLAT_RATES[kind] + 50) // 100, FLAT_CAPS[kind])


def numpy_way(claims: Columns, people: Columns, by_member: bool) -> list[Any]:
    reason = causes(claims, people)
    amount = np.where(reason == 0, claims["amount"], 0)
    key = claims["member"].astype(np.int64) * 4 + claims["kind"]
    order = np.argsort(key, kind="stable")
    key, amount = key[order], amount[order]
    running = np.cumsum(amount)
    first = np.r_[True, key[1:] != key[:-1]]
    base = np.maximum.accumulate(np.where(first, running - amount, 0))
    after = running - base
    kind = claims["kind"][order] + 4 * people["ill"][claims["member"][order]]
    pay = np.empty_like(after)
    pay[order] = due(after, kind) - due(after - amount, kind)
    return [pay, reason]


def pandas_way(claims: Columns, people: Columns) -> Callable[[], Any]:
    import pandas as pd

    frame = pd.DataFrame(claims)

    def run() -> Any:
        reason = causes(claims, people)
        frame["counted"] = frame["amount"].where(reason == 0, 0)
        key = frame["member"].astype("int64") * 4 + frame["kind"]
        after = frame["counted"].groupby(key).cumsum().to_numpy()
        kind = claims["kind"] + 4 * people["ill"][claims["member"]]
        return [due(after, kind) - due(after - frame["counted"].to_numpy(), kind), reason]

    return run


def numba_way(claims: Columns, people: Columns) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    from numba import njit

    @njit  # type: ignore[misc]
    def loop(member, date, kind, amount, flags, ill, start, end, start2, end2, rates, caps, sums, pay, reason):  # type: ignore[no-untyped-def]
        sums[:] = 0
        for i in range(len(member)):
            m = member[i]
            pay[i] = 0
            if date[i] < start[m] or date[i] > end[m]:
                reason[i] = 1
            elif start2[m] <= date[i] <= end2[m]:
                reason[i] = 2
            elif flags[i]:
                bit = 0
                while not (flags[i] >> bit) & 1:
                    bit += 1
                reason[i] = 3 + bit
            else:
                reason[i] = 0
                k = kind[i] + 4 * ill[m]
                at = np.int64(4) * m + kind[i]
                before = sums[at]
                after = before + amount[i]
                sums[at] = after
                paid = min((max(before - 2_000_000, 0) * rates[k] + 50) // 100, caps[k])
                pay[i] = min((max(after - 2_000_000, 0) * rates[k] + 50) // 100, caps[k]) - paid

    n = len(claims["member"])
    pay, reason = made_data.empty(n), made_data.empty(n, np.uint8)
    sums = np.zeros(4 * len(people["ill"]), np.int64)
    taken = [claims[x] for x in ("member", "date", "kind", "amount", "flags")]
    taken += [people[x] for x in ("ill", "from", "to", "from2", "to2")]
    taken += [FLAT_RATES, FLAT_CAPS, sums, pay, reason]
    return lambda: loop(*taken), lambda _: (pay, reason)


def polars_way(claims: Columns, people: Columns) -> Callable[[], Any]:
    import polars as pl

    frame = pl.DataFrame(claims)
    table = pl.DataFrame({"member": np.arange(len(people["ill"]), dtype=np.int32)} | people)
    date = pl.col("date")
    reason = pl.when((date < pl.col("from")) | (date > pl.col("to"))).then(1)
    reason = reason.when((date >= pl.col("from2")) & (date <= pl.col("to2"))).then(2)
    for bit in range(FLAGS):
        reason = reason.when((pl.col("flags") & (1 << bit)) != 0).then(3 + bit)
    rate, cap = pl.lit(0, pl.Int64), pl.lit(0, pl.Int64)
    for kind in range(4):
        own = pl.when(pl.col("ill") != 0).then(RATES[1][kind]).otherwise(RATES[0][kind])
        rate = pl.when(pl.col("kind") == kind).then(own.cast(pl.Int64)).otherwise(rate)
        cap = pl.when(pl.col("kind") == kind).then(pl.lit(CAPS[kind], pl.Int64)).otherwise(cap)

    def due_of(sums: Any) -> Any:
        excess = pl.max_horizontal(sums - THRESHOLD, 0)
        return pl.min_horizontal((excess * pl.col("rate") + 50) // 100, pl.col("cap"))

    lazy = (
        frame.lazy()
        .join(table.lazy(), on="member", how="left", maintain_order="left")
        .with_columns(reason=reason.otherwise(0).cast(pl.UInt8), rate=rate, cap=cap)
        .with_columns(counted=pl.when(pl.col("reason") == 0).then(pl.col("amount")).otherwise(0))
        .with_columns(after=pl.col("counted").cum_sum().over("member", "kind"))
        .select(
            pay=due_of(pl.col("after")) - due_of(pl.col("after") - pl.col("counted")),
            reason=pl.col("reason"),
        )
    )
    return lambda: lazy.collect()


def cause_sql() -> str:
    flags = " ".join(f"WHEN flags & {1 << bit} <> 0 THEN {3 + bit}" for bit in range(FLAGS))
    return (
        'CASE WHEN date < "from" OR date > "to" THEN 1 WHEN date BETWEEN from2 AND to2 THEN 2 '
        f"{flags} ELSE 0 END"
    )


def due_sql(sums: str) -> str:
    return f"least((greatest({sums} - {THRESHOLD}, 0) * rate + 50) // 100, cap)"


def rates_sql() -> str:
    rate = " ".join(
        f"WHEN kind = {kind} THEN CASE WHEN ill <> 0 THEN {RATES[1][kind]} ELSE {RATES[0][kind]} END"
        for kind in range(4)
    )
    cap = " ".join(f"WHEN kind = {kind} THEN {CAPS[kind]}" for kind in range(4))
    return f"(CASE {rate} END)::BIGINT AS rate, (CASE {cap} END)::BIGINT AS cap"


def duckdb_way(claims: Columns, people: Columns) -> Callable[[], Any]:
    import duckdb

    link = duckdb.connect()
    link.execute("SET threads = 1")
    link.register("given", pa.table({"row": np.arange(len(claims["member"]))} | claims))
    link.register("people", pa.table({"member": np.arange(len(people["ill"]), dtype=np.int32)} | people))
    link.execute("CREATE TABLE claims AS SELECT * FROM given")
    link.execute("CREATE TABLE members AS SELECT * FROM people")
    query = f"""
        WITH known AS (SELECT row, member, kind, amount, ({cause_sql()})::UTINYINT AS reason,
                              {rates_sql()} FROM claims JOIN members USING (member)),
             counted AS (SELECT *, CASE WHEN reason = 0 THEN amount ELSE 0 END AS counted FROM known),
             summed AS (SELECT *, (sum(counted) OVER (PARTITION BY member, kind ORDER BY row
                                   ROWS UNBOUNDED PRECEDING))::BIGINT AS after FROM counted)
        SELECT row, {due_sql("after")} - {due_sql("(after - counted)")} AS pay, reason FROM summed
    """
    return lambda: link.sql(query).to_arrow_table()


def python_way(claims: Columns, people: Columns, rows: int) -> Callable[[], Any]:
    taken = [claims[x][:rows].tolist() for x in ("member", "date", "kind", "amount", "flags")]
    ills, starts, ends, starts2, ends2 = (people[x].tolist() for x in ("ill", "from", "to", "from2", "to2"))

    def run() -> Any:
        sums: dict[int, int] = {}
        pays, reasons = [], []
        for m, date, kind, amount, flags in zip(*taken, strict=True):
            pay = 0
            if date < starts[m] or date > ends[m]:
                reason = 1
            elif starts2[m] <= date <= ends2[m]:
                reason = 2
            elif flags:
                reason = 2 + (flags & -flags).bit_length()
            else:
                reason = 0
                key = 4 * m + kind
                before = sums.get(key, 0)
                sums[key] = after = before + amount
                if after > THRESHOLD:
                    rate, cap = RATES[ills[m]][kind], CAPS[kind]
                    pay = min(((after - THRESHOLD) * rate + 50) // 100, cap)
                    if before > THRESHOLD:
                        pay -= min(((before - THRESHOLD) * rate + 50) // 100, cap)
            pays.append(pay)
            reasons.append(reason)
        return pays, reasons

    return run


def zen_way(claims: Columns, people: Columns, rows: int) -> Callable[[], Any]:
    """The engine has no state: the host keeps the sums and hands each in with the claim."""
    bits = " : ".join(f"x{bit} == 1 ? {3 + bit}" for bit in range(FLAGS))
    rates = [f"[{RATES[0][kind]}, {RATES[1][kind]}]" for kind in range(4)]
    share = f"min([floor((max([SUM - {THRESHOLD}, 0]) * $.rate + 50) / 100), $.cap])"
    engine = zen_engine(
        [
            (
                "reason",
                "date < start or date > end ? 1 : "
                f"(date >= start2 and date <= end2 ? 2 : ({bits} : 0))",
            ),
            ("rate", f"[{', '.join(rates)}][kind][ill]"),
            ("cap", f"[{', '.join(map(str, CAPS))}][kind]"),
            ("after", "$.reason == 0 ? spent + amount : spent"),
            ("pay", f"{share.replace('SUM', '$.after')} - {share.replace('SUM', 'spent')}"),
        ]
    )
    member = claims["member"][:rows]
    data: Columns = {x: claims[x][:rows] for x in ("date", "kind", "amount")}
    data |= {f"x{bit}": (claims["flags"][:rows] >> bit) & 1 for bit in range(FLAGS)}
    named = {"ill": "ill", "start": "from", "end": "to", "start2": "from2", "end2": "to2"}
    data |= {new: people[old][member] for new, old in named.items()}
    lists = [column.tolist() for column in data.values()]
    contexts = [dict(zip(data, row, strict=True)) for row in zip(*lists, strict=True)]
    keys = [(m, k) for m, k in zip(member.tolist(), data["kind"].tolist(), strict=True)]

    def run() -> Any:
        evaluate = engine.evaluate
        sums: dict[tuple[int, int], int] = {}
        pays, reasons = [], []
        for key, context in zip(keys, contexts, strict=True):
            context["spent"] = sums.get(key, 0)
            result = evaluate("it", context)["result"]
            sums[key] = result["after"]
            pays.append(result["pay"])
            reasons.append(result["reason"])
        return pays, reasons

    return run
