"""Parquet to Parquet: a table of unsorted claims in, payments with reasons and rejects out.

One claim in a hundred is to be rejected: member unknown, amount missing, claim_id seen before, of
another year. `hmbc run`, DuckDB and Polars do it, each in a process of its own, on one thread;
payments and reasons have to agree, and which rows were rejected.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import made_data
import numpy as np
import ours
import pyarrow as pa
import pyarrow.parquet as pq
from made_data import CAPS, CAUSES, KINDS, RATES, THRESHOLD

SCHEME = Path(__file__).parent / "w2.hmb"
CAUSE = "coalesce(CASE {} END, 'none')"


def write(folder: Path, rows: int, members: int) -> None:
    """claims.parquet and members.parquet."""
    claims, people = made_data.w2(rows, members, False)
    random = np.random.default_rng(3)
    shuffled = random.permutation(rows)
    table = ours.claim_table({name: values[shuffled] for name, values in claims.items()})
    odd = random.random(rows)
    numbers = np.arange(rows)
    numbers[odd < 0.002] = 0
    ids = np.char.add("C", np.char.zfill(numbers.astype("U9"), 9))
    member = table["member_id"].to_numpy() + members * ((odd > 0.002) & (odd < 0.005))
    dates = table["date"].cast(pa.int32()).to_numpy() + 365 * ((odd > 0.005) & (odd < 0.007))
    cents = np.stack([table["amount"].to_numpy(), np.zeros(rows, np.int64)], 1)
    missing = (odd > 0.007) & (odd < 0.01)
    bits = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    amount = pa.Array.from_buffers(pa.decimal128(18, 2), rows, [bits, pa.py_buffer(cents)])
    columns = {name: table[name] for name in table.column_names}
    columns |= {
        "claim_id": pa.array(ids), "member_id": pa.array(np.char.add("M", member.astype("U9"))),
        "date": pa.array(dates.astype(np.int32)).cast(pa.date32()), "amount": amount,
    }  # fmt: skip
    pq.write_table(pa.table(columns), folder / "claims.parquet")
    persons = ours.member_table(people)
    names = pa.array(np.char.add("M", np.arange(members).astype("U9")))
    pq.write_table(persons.set_column(0, "member_id", names), folder / "members.parquet")


def cause_cases() -> str:
    flags = " ".join(f"WHEN {name} THEN 'excluded:{name}'" for name in ours.FLAG_NAMES)
    return (
        "WHEN date < covered_from OR date > covered_to THEN 'waiting:outside' "
        f"WHEN date BETWEEN suspended_from AND suspended_to THEN 'waiting:suspended' {flags}"
    )


def duckdb_job(folder: Path) -> None:
    import duckdb

    link = duckdb.connect()
    link.execute("SET threads = 1")
    rates = " ".join(
        f"WHEN '{kind}' THEN CASE WHEN preexisting THEN {RATES[1][n]} ELSE {RATES[0][n]} END"
        for n, kind in enumerate(KINDS)
    )
    caps = " ".join(f"WHEN '{kind}' THEN {CAPS[n]}" for n, kind in enumerate(KINDS))

    def share(sums: str) -> str:
        return f"(greatest({sums} - {THRESHOLD}, 0) * rate + 50) // 100"

    def due(sums: str) -> str:
        return f"least({share(sums)}, cap)"

    whole = f"{share('after')} - {share('(after - counted)')}"

    link.execute(f"""
        CREATE TEMP TABLE judged AS
        SELECT claims.*, members.* EXCLUDE (member_id), CASE
            WHEN amount IS NULL THEN 'amount missing'
            WHEN row_number() OVER (PARTITION BY claim_id ORDER BY claims.file_row_number) > 1
                THEN 'claim_id seen before'
            WHEN members.member_id IS NULL THEN 'no such member'
            WHEN date NOT BETWEEN DATE '2022-01-01' AND DATE '2022-12-31' THEN 'other year'
            END AS reject
        FROM read_parquet('{folder}/claims.parquet', file_row_number = true) AS claims
        LEFT JOIN (SELECT * FROM read_parquet('{folder}/members.parquet')) AS members USING (member_id)
    """)
    link.execute(f"""
        COPY (SELECT 'claims' AS "table", file_row_number + 1 AS row, claim_id, member_id,
                     reject AS reason
              FROM judged WHERE reject IS NOT NULL ORDER BY row)
        TO '{folder}/duckdb.rejects.parquet' (FORMAT parquet)
    """)
    link.execute(f"""
        COPY (
            WITH caused AS (
                SELECT *, {CAUSE.format(cause_cases())} AS cause, (amount * 100)::BIGINT AS fen,
                       (CASE kind {rates} END)::BIGINT AS rate, (CASE kind {caps} END)::BIGINT AS cap
                FROM judged WHERE reject IS NULL),
            summed AS (
                SELECT *, CASE WHEN cause = 'none' THEN fen ELSE 0 END AS counted,
                       (sum(counted) OVER (PARTITION BY member_id, kind ORDER BY date, file_row_number
                                           ROWS UNBOUNDED PRECEDING))::BIGINT AS after
                FROM caused),
            paid AS (SELECT *, {due("after")} - {due("(after - counted)")} AS pay FROM summed)
            SELECT claim_id, member_id, date, (pay / 100)::DECIMAL(18, 2) AS total_pay, CASE
                       WHEN cause <> 'none' THEN cause
                       WHEN fen = 0 THEN 'nothing_claimed'
                       WHEN after <= {THRESHOLD} THEN 'below_threshold'
                       WHEN pay < {whole} THEN 'capped'
                       WHEN pay = 0 THEN 'rounded_away'
                       ELSE 'paid' END AS reason
            FROM paid ORDER BY file_row_number)
        TO '{folder}/duckdb.parquet' (FORMAT parquet)
    """)


def polars_job(folder: Path) -> None:
    import polars as pl

    col = pl.col
    joined = (
        pl.scan_parquet(folder / "claims.parquet")
        .with_row_index("row", 1)
        .join(
            pl.scan_parquet(folder / "members.parquet").with_columns(known=True),
            on="member_id", how="left", maintain_order="left",
        )
    )  # fmt: skip
    year = col("date").is_between(pl.date(2022, 1, 1), pl.date(2022, 12, 31))
    reject = (
        pl.when(col("amount").is_null()).then(pl.lit("amount missing"))
        .when(~col("claim_id").is_first_distinct()).then(pl.lit("claim_id seen before"))
        .when(col("known").is_null()).then(pl.lit("no such member"))
        .when(~year).then(pl.lit("other year"))
    )  # fmt: skip
    judged = joined.with_columns(reject=reject).collect()
    rejects = judged.lazy().filter(col("reject").is_not_null())
    rejects.select("row", "claim_id", "member_id", "reject").collect().write_parquet(
        folder / "polars.rejects.parquet"
    )
    date = col("date")
    cause = pl.when((date < col("covered_from")) | (date > col("covered_to"))).then(pl.lit(CAUSES[0]))
    cause = cause.when(date.is_between(col("suspended_from"), col("suspended_to"))).then(pl.lit(CAUSES[1]))
    for name in ours.FLAG_NAMES:
        cause = cause.when(col(name)).then(pl.lit(f"excluded:{name}"))
    rate, cap = pl.lit(0, pl.Int64), pl.lit(0, pl.Int64)
    for n, kind in enumerate(KINDS):
        own = pl.when(col("preexisting")).then(RATES[1][n]).otherwise(RATES[0][n]).cast(pl.Int64)
        rate = pl.when(col("kind") == kind).then(own).otherwise(rate)
        cap = pl.when(col("kind") == kind).then(pl.lit(CAPS[n], pl.Int64)).otherwise(cap)

    def share(sums: Any) -> Any:
        return (pl.max_horizontal(sums - THRESHOLD, 0) * col("rate") + 50) // 100

    def due(sums: Any) -> Any:
        return pl.min_horizontal(share(sums), col("cap"))

    whole = share(col("after")) - share(col("after") - col("counted"))

    reason = (
        pl.when(col("cause").is_not_null()).then(col("cause"))
        .when(col("fen") == 0).then(pl.lit("nothing_claimed"))
        .when(col("after") <= THRESHOLD).then(pl.lit("below_threshold"))
        .when(col("pay") < whole).then(pl.lit("capped"))
        .when(col("pay") == 0).then(pl.lit("rounded_away"))
        .otherwise(pl.lit("paid"))
    )  # fmt: skip
    (
        judged.lazy()
        .filter(col("reject").is_null())
        .with_columns(cause=cause, fen=(col("amount") * 100).cast(pl.Int64), rate=rate, cap=cap)
        .with_columns(counted=pl.when(col("cause").is_null()).then(col("fen")).otherwise(0))
        .sort("date", maintain_order=True)
        .with_columns(after=col("counted").cum_sum().over("member_id", "kind"))
        .with_columns(pay=due(col("after")) - due(col("after") - col("counted")))
        .sort("row")
        .select(
            "claim_id", "member_id", "date", fen=col("pay"), reason=reason,
        )
        .collect()
        .write_parquet(folder / "polars.parquet")
    )  # fmt: skip


def timed(command: list[str]) -> tuple[float, float, float]:
    """Seconds of processor and of the clock, and the peak of memory in MB."""
    code = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]);" \
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);" \
        "print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"  # fmt: skip
    # modules are read as an installed package has them, not from their sources
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=True, env=env
    )
    clock = time.perf_counter() - start
    status, processor, peak = done.stdout.split()[-3:]
    if status != "0" and not (status == "1" and "run" in command):    # 1: rows were rejected
        raise RuntimeError(done.stdout + done.stderr)
    return float(processor), clock, float(peak)


def results(folder: Path, name: str) -> tuple[Any, ...]:
    payments = pq.read_table(folder / f"{name}.parquet")
    rejects = pq.read_table(folder / f"{name}.rejects.parquet")
    fen = payments["fen"].to_numpy() if name == "polars" else ours.fen(payments["total_pay"])
    texts = (payments[column].cast(pa.large_string()) for column in ("claim_id", "reason"))
    rows = np.unique(np.asarray(rejects["row"]).astype(np.int64))
    return *texts, pa.chunked_array([pa.array(fen)]), pa.chunked_array([pa.array(rows)])


def main(folder: Path, rows: int, members: int, runs: int) -> dict[str, tuple[float, float, float]]:
    """Of each way: seconds of processor, of the clock, MB. Raises where answers differ."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    write(folder, rows, members)
    here = [sys.executable, __file__]
    commands = {
        "hmbc run": [
            sys.executable, "-m", "hmbc", "run", str(SCHEME), f"{folder}/claims.parquet", "--members",
            f"{folder}/members.parquet", "-q", "--threads", "1", "-o", f"{folder}/hmbc.parquet",
            "--rejects", f"{folder}/hmbc.rejects.parquet",
        ],
        "DuckDB": [*here, "duckdb", str(folder)],
        "Polars": [*here, "polars", str(folder)],
    }  # fmt: skip
    times: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(timed(command))
    wanted = results(folder, "hmbc")
    for name in ("duckdb", "polars"):
        for index, (found, expected) in enumerate(zip(results(folder, name), wanted, strict=True)):
            assert found.equals(expected), (name, index, found, expected)
    return {
        name: tuple(statistics.median(values) for values in zip(*found, strict=True))  # type: ignore[misc]
        for name, found in times.items()
    }


if __name__ == "__main__":
    {"duckdb": duckdb_job, "polars": polars_job}[sys.argv[1]](Path(sys.argv[2]))
