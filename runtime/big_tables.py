"""Claims in a Parquet file larger than memory: adjudicated in parts, with one result.

Rows are dealt to parts by their member, in file order, so that no unit is split; what came twice is
found in parts by claim_id. The payments of all parts are then read side by side, a stretch of rows of
the input at a time. Nothing is sorted but such a stretch. Parts are Arrow files in a folder beside
the output, which goes when the run is over. Members and totals are held whole.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections.abc import Container, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hmbc.runtime.arrow_in import read_table
from hmbc.runtime.attributes import match_columns
from hmbc.runtime.batch import Counts
from hmbc.runtime.evaluator import Evaluator
from hmbc.runtime.files import FilePath, FileTable
from hmbc.runtime.memory import keep_memory
from hmbc.runtime.rejects import Reject, reject_table
from hmbc.runtime.scheme_readers import SchemeReaders
from hmbc.runtime.shards import shards_of
from hmbc.runtime.unique import check_ids

ROW = "@row"
STRETCH = 1 << 18
"""Rows that are read, dealt and put together at a time."""

MOST_PARTS = 1024

_WORK = 64
"""Bytes a row that adjudication needs beside what comes in and goes out."""

_SHARE = 3
"""Of parts, what is held whole, what is dealt and what allocators keep takes as much again as a part, and more."""


@dataclass(slots=True)
class Adjudicated:
    """As `batch.Adjudication`: payments is to be read once, while `adjudicate_in_parts` is open."""

    payments: Any
    state: Any
    reject_records: list[Reject]
    counts: Counts
    ignored_columns: dict[str, list[str]]

    @property
    def rejects(self) -> object:
        return reject_table(self.reject_records)


def parts_needed(evaluator: Evaluator, claims: FilePath, memory: int) -> int:
    """Into how many parts claims have to be cut so that adjudicating them takes about `memory` bytes at
    most; 1 where they need not be, or cannot: a table with refunds, or families, is whole, and what is no
    Parquet is for `files.read_table` to refuse."""
    import pyarrow
    import pyarrow.parquet

    plan = evaluator.plan
    try:
        with pyarrow.parquet.ParquetFile(claims) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pyarrow.ArrowException, OSError):
        return 1
    refunds = {"refunds", "冲销"}
    own = {text for item in plan.claim for text in (item.name, item.label)}
    if plan.unit is not None or refunds & {*schema.names} - own:
        return 1
    width = sum(_width(field.type) for field in schema)
    out = 26 * (len(plan.layers) + 1) + _WORK
    whole = int(rows) * (2 * width + out)
    return 1 if whole <= memory else min(MOST_PARTS, -(-whole * _SHARE // memory))


def _width(type_: Any) -> int:
    try:
        return max(1, int(type_.bit_width) // 8)
    except ValueError:
        return 24


def adjudicate_in_parts(
    evaluator: Evaluator,
    claims: FilePath,
    members: FileTable | None,
    parameters: Any,
    state: FileTable | None,
    parts: int,
    memory: int,
    folder: Path,
    stack: ExitStack,
    *,
    minor_units: bool,
    threads: int,
    with_state: bool,
    minor_payments: bool = False,
    columns: Container[str] | None = None,
) -> Adjudicated:
    """Adjudicate a Parquet file of claims in so many parts.

    memory: as for `parts_needed`; folder: where the parts may lie meanwhile; stack: what is open until the payments are read;
    with_state: whether the totals are wanted.
    Raises: BadTable, BadParameters.
    """
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.parquet

    keep_memory(memory // 16)
    plan = evaluator.plan
    readers = SchemeReaders(plan, minor_units=minor_units)
    file = stack.enter_context(pyarrow.parquet.ParquetFile(claims))
    empty = file.schema_arrow.empty_table()
    matched = match_columns(read_table(empty), readers.claim_table, "claims", plan.language)
    if matched.problems:
        evaluator.adjudicate(empty, members, parameters, state, minor_units=minor_units)
    names = [column.name for column in matched.columns if column is not None]
    claim_id, member_id = names[0], names[1]
    work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".hmbc.", dir=folder)))
    _deal(file, names, claim_id, member_id, parts, work)
    repeated = _repeated(work, parts)
    key = _member_column(readers, members)
    rejects: list[Reject] = []
    counts: list[Counts] = []
    states = []
    schema = None
    for part in range(parts):
        table = _read(work / f"claims.{part}")
        rows = table[ROW].combine_chunks()
        again = pa.compute.indices_nonzero(pa.compute.is_in(rows, repeated)).to_pylist()
        people, places = _share(members, key, part, parts)
        before, _ = _share(state, "member_id", part, parts)
        done = evaluator.adjudicate(
            table.drop_columns([ROW]), people, parameters, before, None,
            minor_units=minor_units, threads=threads, repeated=again, minor_payments=minor_payments,
            columns=columns,
        )  # fmt: skip
        gone = pa.array({record.row - 1 for record in done.reject_records if record.table == "claims"}, pa.int64())
        rejects += [
            record._replace(row=(rows if record.table == "claims" else places)[record.row - 1].as_py() + 1)
            for record in done.reject_records
        ]
        kept = rows.filter(pa.compute.invert(pa.compute.is_in(pa.array(range(len(rows)), pa.int64()), gone)))
        payments = pa.table(done.payments).append_column(ROW, kept)
        schema = payments.schema
        _write_stretches(payments, work / f"payments.{part}", -(-file.metadata.num_rows // STRETCH))
        counts.append(done.counts)
        ignored = done.ignored_columns
        if with_state:
            states.append(pa.table(done.state))
        del done, table
    assert schema is not None
    ignored["claims"] = matched.ignored
    payments = pa.RecordBatchReader.from_batches(
        schema.remove(schema.get_field_index(ROW)), _side_by_side(work, parts, stack)
    )
    whole = _in_order(pa.concat_tables(states)) if with_state else None
    return Adjudicated(payments, whole, sorted(rejects), _sum(counts), ignored)


def _in_order(state: Any) -> Any:
    """The state of all parts as `Totals.table` lists it: by unit, for each part has its own ones."""
    import pyarrow.compute

    return state.take(pyarrow.compute.sort_indices(state["member_id"])).combine_chunks()


def _deal(file: Any, names: list[str], claim_id: str, member_id: str, parts: int, work: Path) -> None:
    """Writes each row to the part of its member, and its claim_id to the part of that."""
    import pyarrow as pa

    first = 0
    with ExitStack() as stack:
        to: dict[Path, Any] = {}
        for batch in file.iter_batches(STRETCH, columns=names):
            numbers = pa.array(range(first, first + batch.num_rows), pa.int64())
            first += batch.num_rows
            table = pa.Table.from_batches([batch]).append_column(ROW, numbers)
            for name, key, columns in (
                ("claims", member_id, table.column_names),
                ("ids", claim_id, [claim_id, ROW]),
            ):
                dealt = pa.table(shards_of(table.select([key]), parts))["shard"]
                for part in range(parts):
                    place = work / f"{name}.{part}"
                    some = table.select(columns).filter(pa.compute.equal(dealt, part))
                    if place not in to:
                        to[place] = stack.enter_context(_writer(place, some.schema))
                    to[place].write_table(some.combine_chunks())
        if not to:
            empty = pa.table({name: pa.nulls(0, file.schema_arrow.field(name).type) for name in names})
            empty = empty.append_column(ROW, pa.array([], pa.int64()))
            for part in range(parts):
                for name, columns in (("claims", empty.column_names), ("ids", [claim_id, ROW])):
                    _writer(work / f"{name}.{part}", empty.select(columns).schema).close()


def _writer(place: Path, schema: Any) -> Any:
    import pyarrow as pa

    # dictionaries may differ from batch to batch
    options = pa.ipc.IpcWriteOptions(compression="lz4", unify_dictionaries=False)
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in schema
    ]
    return _Plain(pa.ipc.new_file(str(place), pa.schema(fields), options=options))


class _Plain:
    """A writer of Arrow files whose dictionaries are written out."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def __enter__(self) -> _Plain:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._writer.close()

    def write_table(self, table: Any) -> None:
        self._writer.write_table(_plain(table))


def _plain(table: Any) -> Any:
    """The table without dictionaries."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            column = table.column(place).cast(field.type.value_type)
            table = table.set_column(place, field.with_type(field.type.value_type), column)
    return table


def _read(place: Path) -> Any:
    import pyarrow as pa

    with pa.ipc.open_file(str(place)) as file:
        return file.read_all().combine_chunks()


def _repeated(work: Path, parts: int) -> Any:
    """The rows of the input whose claim_id stood in a row before."""
    import pyarrow as pa

    found: list[Any] = []
    for part in range(parts):
        table = _read(work / f"ids.{part}")
        _, again = check_ids(read_table(table.select([0])).column(0))
        found.append(table[ROW].take(pa.array(again, pa.int64())).combine_chunks())
        (work / f"ids.{part}").unlink()
    return pa.concat_arrays([chunk for column in found for chunk in getattr(column, "chunks", [column])])


def _share(source: FileTable | None, key: str, part: int, parts: int) -> tuple[Any, Any]:
    """The rows of a table that belong to a part, and which rows they are."""
    import pyarrow as pa

    if source is None or key not in source.table.column_names:
        return source, pa.array(range(0 if source is None else source.table.num_rows), pa.int64())
    dealt = pa.table(shards_of(source.table.select([key]), parts))["shard"]
    rows = pa.compute.indices_nonzero(pa.compute.equal(dealt, part)).cast(pa.int64())
    ragged = source.ragged_rows if part == 0 else []
    return FileTable(source.table.take(rows), ragged, source.left_out), rows


def _member_column(readers: SchemeReaders, members: FileTable | None) -> str:
    """The header of the members' ids."""
    if members is None:
        return ""
    wanted = readers.member_table
    matched = match_columns(read_table(members), wanted, "members", readers.plan.language)
    column = matched.columns[0]
    return "" if column is None else column.name


def _write_stretches(payments: Any, place: Path, stretches: int) -> None:
    """Writes payments as one batch for each stretch of rows of the input, so that each can be found."""
    import pyarrow as pa

    numbers = payments[ROW].to_pylist()
    ends = [bisect_left(numbers, (stretch + 1) * STRETCH) for stretch in range(stretches)]
    with pa.ipc.new_file(str(place), payments.schema) as to:
        for start, end in zip([0, *ends], ends, strict=False):
            piece = payments.slice(start, end - start).combine_chunks()
            to.write_batch(
                piece.to_batches()[0] if piece.num_rows else pa.RecordBatch.from_pylist([], piece.schema)
            )


def _side_by_side(work: Path, parts: int, stack: ExitStack) -> Iterator[Any]:
    """The payments of all parts, stretch by stretch, in the input's order."""
    import pyarrow as pa

    files = [stack.enter_context(pa.ipc.open_file(str(work / f"payments.{part}"))) for part in range(parts)]
    for stretch in range(files[0].num_record_batches):
        table = pa.Table.from_batches([file.get_batch(stretch) for file in files])
        order = pa.compute.sort_indices(table[ROW])
        yield from table.drop_columns([ROW]).take(order).combine_chunks().to_batches()


def _sum(counts: list[Counts]) -> Counts:
    paid: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for one in counts:
        for layer, amount in one.paid.items():
            paid[layer] = paid.get(layer, 0) + amount
        for reason, times in one.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + times
    return Counts(
        claims=sum(one.claims for one in counts),
        members=sum(one.members for one in counts),
        adjudicated=sum(one.adjudicated for one in counts),
        rejected=sum(one.rejected for one in counts),
        paid=paid,
        reasons=reasons,
    )
