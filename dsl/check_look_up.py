"""Looking up a code in a table: a choice between the table's different values.

These are numbered, and lists of codes tell the binary digits of a code's number: ten lists for a
thousand values. So a look-up is made of what the kernel has.
"""

from __future__ import annotations

from fractions import Fraction

from hmbc.dsl import check_expressions as expressions
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.environment import Environment, TableInfo
from hmbc.dsl.facts import Facts
from hmbc.dsl.names import type_name
from hmbc.dsl.scheme import ListInfo
from hmbc.dsl.typed import BROKEN, Typed, declared
from hmbc.dsl.types import Code, Type, Unknown
from hmbc.dsl.written_codes import absent_code


def check_look_up(written: n.LookUp, env: Environment, facts: Facts) -> Typed:
    """The value of a code in a table."""
    name = written.table.text
    table = env.tables.get(name)
    if table is None:
        env.unknown(codes.UNKNOWN_NAME, name, written.table.span, list(env.tables))
        return BROKEN
    env.used.add(("table", name))
    guard = absent_code(written.by, env, facts)
    known = facts | {(guard.owner, guard.name)} if guard else facts
    subject = expressions.check(written.by, env, None, known)
    if isinstance(subject.type, Unknown):
        return BROKEN
    if not isinstance(subject.type, Code) or not isinstance(subject.expr, e.Attribute):
        env.report(
            codes.WRONG_TYPE, written.by.span, *declared(written.by, env),
            expected=type_name(Code("")), found=type_name(subject.type),
        )  # fmt: skip
        return BROKEN
    if not table.values:
        return Typed(table.otherwise, table.type)
    different = sorted(set(table.values.values()))
    numbers = {value: number for number, value in enumerate(different)}
    of_code = {code: numbers[value] for code, value in table.values.items()}
    digits = [
        e.InList(subject.expr, _list(table, f"{digit}", digit, of_code, env))
        for digit in range((len(different) - 1).bit_length())
    ]
    held: e.Expr = e.InList(subject.expr, _list(table, "*", None, of_code, env))
    value = _chosen(0, digits, different, table.type)
    return Typed(e.Choose(e.And(guard, held) if guard else held, value, table.otherwise), table.type)


def _chosen(number: int, digits: list[e.InList], values: list[Fraction | int], type_: Type) -> e.Expr:
    """The value whose number has the digits that are still to be asked, above those of `number`."""
    if not digits:
        return e.Const(values[number], type_)
    *lower, highest = digits
    zero = _chosen(number, lower, values, type_)
    above = number | 1 << len(lower)
    if above >= len(values):
        return zero
    return e.Choose(highest, _chosen(above, lower, values, type_), zero)


def _list(
    table: TableInfo, which: str, digit: int | None, of_code: dict[str, int], env: Environment
) -> str:
    """A list, as no author can name it: of all codes of the table, or of those with a binary digit."""
    name = f"#{table.name}/{which}"
    members = (code for code, number in of_code.items() if digit is None or number >> digit & 1)
    env.lists.setdefault(name, ListInfo(name, None, tuple(sorted(members)), span=table.span))
    env.used.add(("list", name))
    return name
