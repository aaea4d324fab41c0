"""`hmbc run`: adjudicate a table of claims."""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import click

from hmbc.commands.common import fail, lang, scheme_file
from hmbc.commands.evaluator import Runnable
from hmbc.commands.exit_codes import FINDINGS
from hmbc.grammar.keywords import Language

KEPT = 64 << 20
"""Bytes of memory kept for reuse while results are written, stretch by stretch."""

if TYPE_CHECKING:
    from hmbc.runtime.batch import Adjudication
    from hmbc.runtime.big_tables import Adjudicated
    from hmbc.runtime.plan import Plan

_table = click.Path(allow_dash=True)


@click.command("run")
@scheme_file
@click.argument("claims", type=_table)
@click.option("--members", type=_table, help="The members, if the scheme reads any of their data.")
@click.option("--params", type=click.Path(), help="External parameters: TOML, JSON.")
@click.option("-o", "--output", default="-", type=_table, help="Payments; default: standard output.")
@click.option("--rejects", type=_table, help="Rejected rows; default: beside the output.")
@click.option("--state-in", type=_table, help="Totals of earlier batches.")
@click.option("--state-out", type=_table, help="Write the totals after this batch.")
@click.option("--minor-units", is_flag=True, help="Whole numbers in Parquet count minor units (分).")
@click.option("--columns", help="Of the payments only these, such as claim_id,total_pay,reason.")
@click.option("--minor-payments", is_flag=True, help="Payments as whole minor units (分).")
@click.option("--bom", is_flag=True, help="Begin CSV files so that spreadsheets read the Chinese.")
@click.option("--threads", type=click.IntRange(1), help="Default: one per core.")
@click.option(
    "--memory",
    help="At most about so much for claims in Parquet, such as 2GB. Default: half of the machine's.",
)
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress.")
@lang
def command(
    file: str,
    claims: str,
    members: str | None,
    params: str | None,
    output: str,
    rejects: str | None,
    state_in: str | None,
    state_out: str | None,
    minor_units: bool,
    columns: str | None,
    minor_payments: bool,
    bom: bool,
    threads: int | None,
    memory: str | None,
    quiet: bool,
    lang: str | None,
) -> None:
    """Adjudicate the table CLAIMS under the scheme FILE. 理算一批费用。

    Tables are CSV or Parquet by suffix; `-` is standard input or output.
    """
    scheme = Runnable(file, lang)
    language: Language = scheme.language if lang is None else lang  # type: ignore[assignment]

    from hmbc.commands.progress import Progress
    from hmbc.runtime.errors import BadParameters, BadTable
    from hmbc.runtime.files import (
        UnreadableInput,
        check_inputs,
        check_outputs,
        ids_made_numbers,
        read_parameters,
        read_table,
        release_unused,
        write_tables,
    )
    from hmbc.runtime.memory import keep_memory
    from hmbc.runtime.sheets import names_asked

    inputs = (file, claims, members, params)
    place = rejects or _beside(output)
    try:
        check_inputs((*inputs, state_in), language=language)
        check_outputs((output, place, state_out), inputs, language=language)
        check_outputs((output, place), (state_in,), language=language)  # a state may be brought on
    except UnreadableInput as error:
        fail(str(error))
    most = _half_of_all() if memory is None else _bytes(memory, language)
    evaluator = scheme.evaluator_or_exit(language)
    wanted = None if columns is None else _columns(columns, evaluator.plan, language)
    progress = Progress(language, quiet)
    stack = ExitStack()
    try:
        parameters = read_parameters(params, language) if params else {}
        parts = 1
        if most and Path(claims).suffix.lower() == ".parquet" and Path(claims).is_file():
            from hmbc.runtime.big_tables import adjudicate_in_parts, parts_needed

            parts = parts_needed(evaluator, claims, most)
        cores = threads or os.cpu_count() or 1
        asked = names_asked(evaluator.plan)
        tables = {
            name: read_table(path, language=language, asked=asked.get(name), threads=cores)
            if path
            else None
            for name, path in (
                ("claims", claims if parts == 1 else None),
                ("members", members),
                ("state", state_in),
            )
        }
        for name in ("claims", "members"):
            table = tables[name]
            if table is not None and (spoiled := ids_made_numbers(table)):
                _warn_of_ids(name, spoiled, language)
        done: Adjudication | Adjudicated
        if parts == 1:
            done = evaluator.adjudicate(
                tables["claims"], tables["members"], parameters, tables["state"], progress,
                minor_units=minor_units, threads=cores, minor_payments=minor_payments, columns=wanted,
            )  # fmt: skip
            table = None
            tables.clear()  # what came in is not needed to write what goes out
            keep_memory(KEPT)
            release_unused()
        else:
            folder = Path(output).resolve().parent if output != "-" else Path(gettempdir())
            done = adjudicate_in_parts(
                evaluator, claims, tables["members"], parameters, tables["state"], parts, most,
                folder, stack, minor_units=minor_units, threads=cores,
                minor_payments=minor_payments, columns=wanted, with_state=state_out is not None,
            )  # fmt: skip
        progress.finish()
        outputs: dict[str | os.PathLike[str], object] = {output: done.payments}
        found = rejects is not None or done.counts.rejected or done.reject_records
        # rejects of an earlier run must not stay beside the payments of this one
        if place is not None and (found or Path(place).exists()):
            outputs[place] = done.rejects
        if state_out is not None:
            outputs[state_out] = done.state
        write_tables(outputs, language=language, bom=bom)
        stack.close()
    except (UnreadableInput, BadTable, BadParameters) as error:
        progress.close()
        stack.close()
        fail(str(error))
    if not quiet:
        from hmbc.commands.summary import show_summary

        plan = evaluator.plan
        if language != scheme.language:  # labels are in the scheme's language
            plan = replace(plan, reason_labels=plan.reasons)
        show_summary(plan, done, place, language)
    elif place is None and done.reject_records:
        from hmbc.commands.shown_rejects import show_rejects

        show_rejects(done.reject_records, language)
    sys.exit(FINDINGS if done.reject_records else 0)


def _columns(text: str, plan: Plan, language: Language) -> list[str]:
    """The names of columns of payments in `claim_id,total_pay`."""
    from hmbc.runtime.batch import payment_columns

    names, known = [name.strip() for name in text.split(",")], payment_columns(plan)
    for name in names:
        if name not in known:
            shown = ", ".join(known)
            fail(
                f"--columns：给付中没有列 {name}；有 {shown}"
                if language == "zh"
                else f"--columns: payments have no column {name}; they have {shown}"
            )
    return names


def _bytes(text: str, language: Language) -> int:
    """The bytes of `500MB` or `2GB`."""
    found = re.fullmatch(r"([1-9][0-9]{0,8}) ?([KMGT])B?", text.strip().upper())
    if found is None:
        fail(
            f"--memory 应写作 500MB、2GB 等，不是 {text}"
            if language == "zh"
            else f"--memory should be such as 500MB or 2GB, not {text}"
        )
    return int(found[1]) << 10 * (1 + "KMGT".index(found[2]))


def _half_of_all() -> int:
    """Half of the memory that there is; 0 where the system does not say how much that is."""
    from hmbc.runtime.machine_memory import machine_memory

    return (machine_memory() or 0) // 2


def _warn_of_ids(table: str, ids: list[str], language: Language) -> None:
    click.echo(
        f"注意：{table} 中有 {len(ids)} 个编号像 {ids[0]}，是电子表格把长编号变成了数，不同的人会成为同一人；"
        "请把该列设为文本后重新导出"
        if language == "zh"
        else f"careful: {len(ids)} ids in {table} look like {ids[0]}: a spreadsheet made numbers of long "
        "ids, and people become one; export the column again as text",
        err=True,
    )


def _beside(output: str) -> str | None:
    """Where rejects go if nothing is said: beside the output; None: to standard error."""
    path = Path(output)
    if output == "-" or path.exists() and not path.is_file():
        return None
    return str(path.with_name(f"{path.stem}.rejects.csv"))
