"""Tables in files: the one place that knows CSV and Parquet, and that imports pyarrow, when used.

An output file appears whole or not at all: it is written beside its place, flushed, and renamed.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from hmbc.runtime import arrow_in
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.csv_text import BOM, check_quotes, header_of, to_utf8
from hmbc.runtime.parameter_file import read_parameters
from hmbc.runtime.spreadsheets import SCIENTIFIC
from hmbc.runtime.unreadable import UnreadableInput, unreadable, why_not

__all__ = [
    "FileTable",
    "UnreadableInput",
    "check_inputs",
    "check_outputs",
    "ids_made_numbers",
    "read_parameters",
    "read_table",
    "release_unused",
    "write_table",
    "write_tables",
]

_BLOCK = 1 << 24

_BUFFER = 1 << 20
"""Bytes of a column of Parquet that are read from the file at a time."""

STRETCH = 1 << 18
"""Rows that are written at a time."""

FilePath = str | os.PathLike[str]


class FileTable:
    """A table out of a file, for `Evaluator.adjudicate`.

    ragged_rows: (data row from 1, cells it has, cells the header has) of rows that are not in it.
    left_out: names of columns of the file that were not read.
    """

    def __init__(
        self, table: Any, ragged_rows: list[tuple[int, int, int]], left_out: Sequence[str] = ()
    ) -> None:
        self.table = table
        self.ragged_rows = ragged_rows
        self.left_out = left_out

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def read_table(
    path: FilePath,
    *,
    language: str = "en",
    asked: Container[str] | None = None,
    threads: int | None = None,
) -> FileTable:
    """Read CSV or Parquet by suffix; `-` is CSV from standard input.

    CSV: every column is text; UTF-8 with or without BOM, else GB18030. Parquet keeps its types.
    asked: of Parquet only columns of these names are read; None: all. threads: 1 reads Parquet with one.
    Raises: UnreadableInput.
    """
    name = os.fspath(path)
    if name == "-":
        return _read_csv(sys.stdin.buffer.read(), "-", language)
    match Path(name).suffix.lower():
        case ".csv":
            try:
                data = Path(name).read_bytes()
            except OSError as error:
                raise _not_opened(name, language, error) from None
            return _read_csv(data, name, language)
        case ".parquet":
            return _read_parquet(name, language, asked, threads)
    raise _of_no_kind(name, language)


def release_unused() -> None:
    """Gives back to the system what reading a file needed and holds no longer."""
    import pyarrow

    pyarrow.default_memory_pool().release_unused()


def check_inputs(inputs: Iterable[FilePath | None], *, language: str = "en") -> None:
    """Before a run: standard input can be read once only. Raises: UnreadableInput."""
    if [os.fspath(path) for path in inputs if path is not None].count("-") > 1:
        raise unreadable(
            "-", language, "标准输入只能用于一个输入", "standard input can be only one of the inputs"
        )


def check_outputs(
    outputs: Iterable[FilePath | None], inputs: Iterable[FilePath | None], *, language: str = "en"
) -> None:
    """Before a run that may be long: each output has a folder to go to and a place of its own, and
    none of them is an input. Raises: UnreadableInput."""
    names = [os.fspath(path) for path in outputs if path is not None]
    places = [os.path.realpath(name) for name in names if name != "-"]
    taken = {os.path.realpath(path) for path in inputs if path is not None and path != "-"}
    if names.count("-") > 1:
        raise unreadable("-", language, "被用于两个输出", "is the place of two outputs")
    for name in names:
        _check_output(name, places, language)
        if name == "-" or _is_device(name):
            continue
        place = os.path.realpath(name)
        if place in taken:
            raise unreadable(
                name, language, "既是输入又是输出，会被覆盖", "is an input too and would be overwritten"
            )
        folder = os.path.dirname(place)
        if os.path.isdir(place):
            raise unreadable(name, language, "是文件夹", "is a folder")
        if not os.path.isdir(folder):
            raise unreadable(name, language, f"没有文件夹 {folder}", f"there is no folder {folder}")
        if not os.access(folder, os.W_OK):
            raise unreadable(
                name, language, f"文件夹 {folder} 不能写入", f"the folder {folder} cannot be written to"
            )


def write_table(table: object, path: FilePath, *, language: str = "en") -> None:
    """Write one table: CSV or Parquet by suffix, `-` is CSV to standard output.

    Raises: UnreadableInput, after which a file that stood there before still stands.
    """
    write_tables({path: table}, language=language)


def ids_made_numbers(table: FileTable) -> list[str]:
    """Ids such as `3.71402E+17`, which a spreadsheet made of long numbers: people become one."""
    import pyarrow
    import pyarrow.compute

    found: list[str] = []
    for name in ("claim_id", "member_id"):
        if table.table.column_names.count(name) != 1:
            continue
        column = table.table.column(name)
        texts = arrow_in.read_table(table.table.select([name])).column(0)
        if (
            pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type)
        ) and texts.may_hold(b"E+"):
            like = pyarrow.compute.match_substring_regex(column, SCIENTIFIC)
            found += pyarrow.compute.unique(column.filter(like)).to_pylist()
    return found


def write_tables(
    tables: Mapping[FilePath, object], *, language: str = "en", bom: bool = False
) -> None:
    """Write several tables of one run: all are written beside their places first, renamed last.
    bom: CSV files begin with a byte order mark, by which spreadsheets know UTF-8.

    Raises: UnreadableInput, as `write_table`.
    """
    pending: list[tuple[str, str]] = []
    name = ""
    places = [os.path.realpath(path) for path in tables if os.fspath(path) != "-"]
    for path in tables:
        _check_output(os.fspath(path), places, language)
    try:
        for path, table in tables.items():
            name = os.fspath(path)
            if name == "-":
                _write(table, sys.stdout.buffer, is_csv=True)
                sys.stdout.buffer.flush()
            elif _is_device(name):
                with open(name, "wb") as to:
                    _write(table, to, is_csv=_is_csv(name))
            else:
                place = os.path.realpath(name)
                beside = _beside(place)
                pending.append((beside, place))
                with open(beside, "xb") as to:
                    if bom and _is_csv(name):
                        to.write(BOM)
                    _write(table, to, is_csv=_is_csv(name))
                    to.flush()
                    os.fsync(to.fileno())
                with suppress(FileNotFoundError):
                    os.chmod(beside, stat.S_IMODE(os.stat(place).st_mode))
        while pending:
            beside, name = pending[0]
            os.replace(beside, name)
            pending.pop(0)
            _flush_folder(name)
    except BrokenPipeError:  # the reader of `-` left: nothing is wrong with the file
        raise
    except OSError as error:
        why = why_not(error, language)
        raise unreadable(
            name, language, f"无法写入（{why}）", f"cannot be written: {why}"
        ) from error
    finally:
        for beside, _ in pending:
            with suppress(OSError):
                os.unlink(beside)


def _read_csv(data: bytes, path: str, language: str) -> FileTable:
    csv = _pyarrow("pyarrow.csv", path, language)
    arrow = _pyarrow("pyarrow", path, language)
    data = to_utf8(data, path, language)
    header = header_of(data, path, language)
    check_quotes(data, path, language)
    if not data.endswith((b"\n", b"\r")):
        data += b"\n"
    ragged: list[tuple[int, int, int]] = []

    def put_aside(row: Any) -> str:
        ragged.append((row.number - 1, row.actual_columns, row.expected_columns))
        return "skip"

    def parse(block: int) -> Any:
        ragged.clear()
        return csv.read_csv(
            arrow.py_buffer(data),
            # one thread: only so are rows numbered
            read_options=csv.ReadOptions(use_threads=False, block_size=block),
            parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=put_aside),
            convert_options=csv.ConvertOptions(
                column_types={name: arrow.string() for name in header}, strings_can_be_null=False
            ),
        )

    try:
        try:
            table = parse(_BLOCK)
        except arrow.ArrowInvalid:
            # a row longer than a block
            if len(data) <= _BLOCK:
                raise
            table = parse(min(len(data) + 1, 2**31 - 1))
    except (arrow.ArrowException, OSError) as error:
        raise unreadable(path, language, f"不是 CSV（{error}）", f"is not CSV: {error}") from None
    return FileTable(table, sorted(ragged))


def _read_parquet(
    path: str, language: str, asked: Container[str] | None, threads: int | None
) -> FileTable:
    parquet = _pyarrow("pyarrow.parquet", path, language)
    arrow = _pyarrow("pyarrow", path, language)
    if not os.path.isfile(path):
        raise unreadable(path, language, "没有这个文件", "there is no such file")
    try:
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER) as file:
            names = file.schema_arrow.names
            wanted = [name for name in names if asked is None or name in asked]
            left_out = [name for name in names if name not in wanted]
            options = {"columns": wanted if left_out else None, "use_threads": threads != 1}
            # one group after the other: what reading takes is then needed once, not for all of the file
            groups = [file.read_row_group(n, **options) for n in range(file.num_row_groups)]
            table = arrow.concat_tables(groups) if groups else file.read(**options)
            release_unused()
            return FileTable(table, [], left_out)
    except (arrow.ArrowException, OSError) as error:
        raise unreadable(
            path,
            language,
            f"不是完整的 Parquet 文件（{error}）",
            f"is not a whole Parquet file: {error}",
        ) from None


def _write(table: object, to: BinaryIO, *, is_csv: bool) -> None:
    import pyarrow

    if not is_csv:
        import pyarrow.parquet

        schema, batches = _batches(table)
        # dictionaries are tried in vain on ids and amounts; amounts take 8 bytes instead of 16
        named = [field.name for field in schema if pyarrow.types.is_dictionary(field.type)]
        with pyarrow.parquet.ParquetWriter(
            to, schema, use_dictionary=named or False, store_decimal_as_integer=True
        ) as writer:
            for batch in batches:
                writer.write_batch(batch)
        return
    schema, batches = _batches(table)
    rows = pyarrow.Table.from_batches(batches, schema)
    import pyarrow.csv

    for place, field in enumerate(rows.schema):
        if pyarrow.types.is_dictionary(field.type):
            rows = rows.set_column(place, field.name, rows.column(place).cast(pyarrow.string()))
    # quoted only where some text needs it
    needs = any(_needs_quotes(column) for column in rows.columns)
    style = "needed" if needs else "none"
    options = pyarrow.csv.WriteOptions(quoting_style=style, quoting_header=style)
    pyarrow.csv.write_csv(rows, to, options)


def _batches(table: Any) -> tuple[Any, Iterable[Any]]:
    """The schema and rows of a table, of ours a stretch after the other: decimals are made as they are
    written, in memory that is used again."""
    import pyarrow

    # not pyarrow.table, which imports pandas wherever it is installed
    whole = pyarrow.RecordBatchReader.from_stream
    if isinstance(table, OutTable):
        parts = table.batches(STRETCH)
        return pyarrow.schema(table), (batch for part in parts for batch in whole(part))
    reader = table if isinstance(table, pyarrow.RecordBatchReader) else whole(table)
    return reader.schema, reader


def _needs_quotes(column: Any) -> bool:
    import pyarrow
    import pyarrow.compute

    if not (pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type)):
        return False
    found = pyarrow.compute.match_substring_regex(column, '[,"\r\n]')
    return bool(pyarrow.compute.any(found).as_py())


def _check_output(name: str, places: list[str], language: str) -> None:
    if name == "-":
        return
    if Path(name).suffix.lower() not in (".csv", ".parquet") and not _is_device(name):
        raise _of_no_kind(name, language)
    if places.count(os.path.realpath(name)) > 1:
        raise unreadable(name, language, "被用于两个输出", "is the place of two outputs")


def _of_no_kind(name: str, language: str) -> UnreadableInput:
    is_sheet = Path(name).suffix.lower() in (".xls", ".xlsx", ".et", ".ods")
    zh, en = ("；请另存为 CSV", "; save it as CSV") if is_sheet else ("", "")
    return unreadable(
        name, language, f"应为 .csv 或 .parquet 文件{zh}", f"should be .csv or .parquet{en}"
    )


def _is_csv(name: str) -> bool:
    return Path(name).suffix.lower() != ".parquet"


def _is_device(name: str) -> bool:
    """Whether something stands there that must be written to, not replaced: /dev/null, a pipe."""
    try:
        mode = os.stat(name).st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _beside(place: str) -> str:
    folder, name = os.path.split(place)
    return os.path.join(folder, f".{name}.{os.getpid()}.tmp")


def _flush_folder(place: str) -> None:
    with suppress(OSError):
        folder = os.open(os.path.dirname(place) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _not_opened(path: str, language: str, error: OSError) -> UnreadableInput:
    why = why_not(error, language)
    return unreadable(path, language, f"无法打开（{why}）", f"cannot be opened: {why}")


def _pyarrow(module: str, path: str, language: str) -> ModuleType:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        raise unreadable(
            path,
            language,
            "读写文件需要 pyarrow：pip install hmbc[io]",
            "files need pyarrow: pip install hmbc[io]",
        ) from None
