"""`make demo`: the main job on real spending. Each command that runs is shown first."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import make_claims
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from rich import box
from rich.console import Console
from rich.table import Table

SCHEME = "schemes/zaozhuang_2022.hmb"
FOLDER = Path("out/demo")
BORDERS = (0, 1_000, 5_000, 20_000, 50_000, 100_000, 1_000_000)
PARAMETERS = f"""# 演示用的名单：编码是编的（make_claims.py），不是枣庄市的目录
"特药目录" = {[f"TY{number + 1:02d}" for number in range(make_claims.SPECIAL)]}
"罕见病药品目录" = {[f"HJ{number + 1:02d}" for number in range(make_claims.RARE)]}
"""
TABLES = ("--members", f"{FOLDER}/members.csv", "--params", f"{FOLDER}/lists.toml")

console = Console(highlight=False, width=110 if not sys.stdout.isatty() else None)


def hmbc(*arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
    """Run the command as a person would, showing it."""
    console.print(f"\n[bold]$ hmbc {' '.join(arguments)}[/bold]")
    sys.stdout.flush()
    code = subprocess.run([sys.executable, "-m", "hmbc", *arguments]).returncode
    if code not in allowed:
        sys.exit(code)


def main() -> None:
    """Make the claims, adjudicate them, show what came out."""
    console.print(
        "RAND 健康保险实验的真实医疗花费（美元折算为元），按枣庄市方案理算\n"
        "Real spending of the RAND Health Insurance Experiment, adjudicated under Zaozhuang's scheme"
    )
    make_claims.main(FOLDER)
    (FOLDER / "lists.toml").write_text(PARAMETERS, encoding="utf-8")
    hmbc("test", SCHEME)
    hmbc("run", SCHEME, f"{FOLDER}/claims.csv", *TABLES, "-o", f"{FOLDER}/payments.csv")
    payments, claims = _read("payments.csv"), _read("claims.csv")
    _show_bands(payments, claims)
    claim = _interesting(payments)
    hmbc("explain", SCHEME, f"{FOLDER}/claims.csv", *TABLES, "--claim", claim)
    console.print(
        f"\n结果在 {FOLDER}/。改一改 {SCHEME}，再运行 hmbc check 看看。\n"
        f"The tables are in {FOLDER}/. Change something in {SCHEME} and try hmbc check."
    )


def _read(name: str) -> pa.Table:
    money = pa.decimal128(18, 2)
    kinds = {"claim_id": pa.string(), "member_id": pa.string(), "药品编码": pa.string()}
    path = FOLDER / name
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    kinds |= {column: money for column in header if column.endswith(("_pay", "金额", "费用"))}
    options = pa.csv.ConvertOptions(column_types=kinds)
    return pa.csv.read_csv(path, convert_options=options)


def _show_bands(payments: pa.Table, claims: pa.Table) -> None:
    """What the year's spending of a person was, and what the scheme paid of it."""
    cost = pc.add(claims["符合政策范围金额"], claims["目录外药品费用"])
    paid = payments.select(["claim_id", "total_pay"])
    spent = claims.append_column("cost", cost).join(paid, "claim_id")
    people = spent.group_by("member_id").aggregate([("cost", "sum"), ("total_pay", "sum")])
    costs, pays = people["cost_sum"].to_pylist(), people["total_pay_sum"].to_pylist()
    table = Table(box=box.SIMPLE_HEAD, title="一年花费与给付 · A year's spending and what was paid")
    for heading in ("一年花费（元）", "人数", "受益人数", "花费合计", "给付合计", "给付占花费"):
        table.add_column(heading, justify="right")
    rows = list(zip(costs, pays, strict=True))
    for low, high in zip(BORDERS, (*BORDERS[1:], None), strict=True):
        inside = [(c, p) for c, p in rows if c >= low and (high is None or c < high)]
        name = f"{low:,} – {high:,}" if high is not None else f"{low:,} 以上"
        _band(table, name, inside)
    _band(table, "合计", rows, style="bold")
    console.print(table)


def _band(table: Table, name: str, rows: list[tuple[Decimal, Decimal]], style: str = "") -> None:
    cost, paid = sum(c for c, _ in rows), sum(p for _, p in rows)
    share = f"{paid * 100 / cost:.1f}%" if cost else "–"
    helped = sum(p > 0 for _, p in rows)
    table.add_row(
        name, f"{len(rows):,}", f"{helped:,}", f"{cost:,}", f"{paid:,}", share, style=style
    )


def _interesting(payments: pa.Table) -> str:
    """The last paid claim of the member with the most paid claims: its totals have a history."""
    paid = payments.filter(pc.greater(payments["政策内住院_pay"], pa.scalar(Decimal("0.00"))))
    members = paid["member_id"].value_counts()
    most = max(members.to_pylist(), key=lambda row: (row["counts"], row["values"]))["values"]
    own = paid.filter(pc.equal(paid["member_id"], most)).sort_by("date")
    return str(own["claim_id"][-1].as_py())


if __name__ == "__main__":
    main()
