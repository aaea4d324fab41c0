"""Tables from code to amount, ratio or number, in files beside the scheme."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from hmbc.dsl import check_expressions as expressions
from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.check_declarations import WORDS
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import FIRST, Environment, TableInfo
from hmbc.dsl.list_files import ListOutside, ListUnreadable, read_table
from hmbc.dsl.names import type_name
from hmbc.dsl.types import Code, Int, Money, Ratio, Type

MAX_VALUES = 1_000
"""Most different values of one table: each is a choice of the evaluator."""

_CELL = re.compile(r"(?P<number>[0-9]{1,15}(?:[.][0-9]{1,12})?)(?P<percent>%?)")
_KINDS = Bilingual("金额、比例或整数", "money, a ratio or a whole number")

def check_tables(scheme: n.Scheme, env: Environment, folder: Path | None) -> None:
    """Declare every table and read its file."""
    for item in scheme.items:
        if not isinstance(item, n.TableDeclaration):
            continue
        name = item.name.text
        known = env.tables.get(name) or env.parameters.get(name) or env.lists.get(name)
        if known is not None:
            env.report(codes.DUPLICATE, item.name.span, Related(known.span, FIRST), name=name)
            continue
        type_ = WORDS.get(item.type.word)
        if not isinstance(type_, Money | Ratio | Int) or item.type.low is not None:
            found = type_name(type_) if type_ else type_name(Code(""))
            env.report(codes.WRONG_TYPE, item.type.span, expected=_KINDS, found=found)
            continue
        otherwise = expressions.check_as(item.otherwise, type_, env)
        values = _values(item, type_, env, folder)
        env.tables[name] = TableInfo(name, type_, values, otherwise, item.name.span)


def _values(
    item: n.TableDeclaration, type_: Type, env: Environment, folder: Path | None
) -> dict[str, Fraction | int]:
    file, span = item.file.text, item.file.span
    headers = (item.name.text, *([item.label] if item.label else []))
    try:
        rows = read_table(folder, file, headers)
    except ListOutside:
        env.report(codes.LIST_OUTSIDE, span, file=file)
        return {}
    except ListUnreadable as error:
        env.report(codes.TABLE_FILE, span, file=file, where="", why=error.why)
        return {}
    values: dict[str, Fraction | int] = {}
    for row, code, cell in rows:
        value = _value(cell, type_, env)
        why = Bilingual(f"“{cell}”不是{type_name(type_).zh}", f"`{cell}` is not {type_name(type_).en}")
        if code in values:
            why = Bilingual(f"编码“{code}”出现两次", f"code `{code}` stands twice")
        if value is None or code in values:
            where = Bilingual(f"第 {row} 行", f", row {row}")
            env.report(codes.TABLE_FILE, span, file=file, where=where, why=why)
            return {}
        values[code] = value
    if (count := len(set(values.values()))) > MAX_VALUES:
        why = Bilingual(
            f"有 {count} 个不同的值，最多 {MAX_VALUES} 个",
            f"it has {count} different values, at most {MAX_VALUES} can be",
        )
        env.report(codes.TABLE_FILE, span, file=file, where="", why=why)
        return {}
    return values


def _value(cell: str, type_: Type, env: Environment) -> Fraction | int | None:
    """Minor units, a share, or a number; None where the cell is none."""
    found = _CELL.fullmatch(cell)
    if found is None:
        return None
    number = Fraction(Decimal(found["number"]))
    match type_:
        case Ratio():
            share = number / 100 if found["percent"] else number
            return share if share <= 1 else None
        case Money() if not found["percent"]:
            minor = env.to_minor(number)
            return minor if minor.denominator == 1 else None
        case Int() if not found["percent"] and number.denominator == 1:
            return int(number)
        case _:
            return None
