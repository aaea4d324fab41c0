"""Parameters of a run from a TOML or JSON file, exact: no binary fractions, no key twice."""

from __future__ import annotations

import csv
import json
import os
import tomllib
from pathlib import Path
from typing import NoReturn

from hmbc.runtime.unreadable import UnreadableInput, unreadable

_MOST_BYTES = 64 << 20
_LIST_HEADERS = ("code", "编码")


class _Inexact(Exception):
    pass


def read_parameters(path: str | os.PathLike[str], language: str = "en") -> dict[str, object]:
    """Read a parameter file.

    Scalars are text, whole numbers, booleans or TOML dates. A list is an array of texts, or
    `{file = "codes.csv"}`: a CSV beside the parameter file whose first column is called `code`.
    Raises: UnreadableInput.
    """
    here = Path(path)
    try:
        if here.stat().st_size > _MOST_BYTES:
            raise unreadable(path, language, "文件太大", "is too large")
        text = here.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise unreadable(path, language, "无法打开", error.strerror or "cannot be opened") from None
    except UnicodeDecodeError as error:
        raise unreadable(
            path,
            language,
            f"不是 UTF-8（字节 {error.start}）",
            f"is not UTF-8 (byte {error.start})",
        ) from None
    try:
        values = _parse(here, text, language)
    except _Inexact as error:
        raise unreadable(
            path,
            language,
            f'{error} 是浮点数，不精确；请写成文本 "{error}"',
            f'{error} is a float, which is not exact: write it as text, "{error}"',
        ) from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, UnreadableInput):
            raise
        zh, en = _quote_hint(text) if here.suffix.lower() == ".toml" else ("", "")
        raise unreadable(
            path, language, f"无法解析（{error}）{zh}", f"cannot be parsed: {error}{en}"
        ) from None
    if not isinstance(values, dict):
        raise unreadable(path, language, "应为名称与值", "should hold names and values")
    return {name: _value(here, name, value, language) for name, value in values.items()}


def _quote_hint(text: str) -> tuple[str, str]:
    """TOML takes a name in Chinese only in quotes, which its own message does not say."""
    for line in text.splitlines():
        name = line.partition("=")[0].strip()
        if name and name[0] not in "#[\"'" and not name.isascii():
            return f"；中文名称要加引号：\"{name}\" = …", f'; a Chinese name needs quotes: "{name}" = …'
    return "", ""


def _parse(path: Path, text: str, language: str) -> object:
    match path.suffix.lower():
        case ".toml":
            return tomllib.loads(text, parse_float=_refuse)
        case ".json":
            return json.loads(
                text, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_once
            )
    raise unreadable(path, language, "应为 .toml 或 .json 文件", "should be a .toml or .json file")


def _refuse(text: str) -> NoReturn:
    raise _Inexact(text)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name stands twice")
    return values


def _value(path: Path, name: str, value: object, language: str) -> object:
    if not isinstance(value, dict):
        return value
    file = value.get("file")
    if set(value) != {"file"} or not isinstance(file, str):
        raise unreadable(
            path,
            language,
            f'`{name}` 应为值、代码数组或 {{file = "…csv"}}',
            f'`{name}` should be a value, an array of codes or {{file = "….csv"}}',
        )
    return _codes(path, file, language)


def _codes(path: Path, name: str, language: str) -> list[str]:
    """The first column of a list file. Links are followed only inside the folder."""
    root = path.resolve().parent
    file = (root / name).resolve() if name and "\0" not in name else root
    if os.path.isabs(name) or not file.is_relative_to(root):
        raise unreadable(
            path,
            language,
            f"`{name}` 在参数文件的目录之外",
            f"`{name}` lies outside the folder of the parameters",
        )
    try:
        if not file.is_file():
            raise unreadable(path, language, f"没有文件 `{name}`", f"there is no file `{name}`")
        if file.stat().st_size > _MOST_BYTES:
            raise unreadable(file, language, "文件太大", "is too large")
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise unreadable(file, language, "无法打开", error.strerror or "cannot be opened") from None
    except UnicodeDecodeError as error:
        raise unreadable(
            file,
            language,
            f"不是 UTF-8（字节 {error.start}）",
            f"is not UTF-8 (byte {error.start})",
        ) from None
    except csv.Error as error:
        raise unreadable(file, language, "不是 CSV", f"is not CSV: {error}") from None
    if not rows or not rows[0] or rows[0][0].strip() not in _LIST_HEADERS:
        raise unreadable(
            file, language, "第一列应叫 code 或 编码", "its first column should be called code"
        )
    return [row[0].strip() for row in rows[1:] if row and row[0].strip()]
