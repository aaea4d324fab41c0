"""Deadlines: from which date, how many days, and for which claims."""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.calendars import CALENDARS
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, FIRST, Environment
from hmbc.dsl.names import type_name, word
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import Deadline
from hmbc.dsl.source import Span
from hmbc.dsl.types import Bool, Code, Date

_EXAMPLE = Bilingual("工作日历 中国", "working calendar CN")
_IN_CONDITION = e.Attribute | e.Given | e.Const | e.Compare | e.And | e.Or | e.Not


def check_deadlines(scheme: n.Scheme, env: Environment) -> tuple[Deadline, ...]:
    """All of them, in written order."""
    calendar = _calendar(scheme, env)
    found: list[Deadline] = []
    seen: dict[str, Span] = {}
    for item in scheme.items:
        if not isinstance(item, n.Due):
            continue
        name = item.name.text
        if name in seen:
            env.report(codes.DUPLICATE, item.name.span, Related(seen[name], FIRST), name=name)
        seen.setdefault(name, item.name.span)
        if not item.cites:
            env.report(codes.NOT_CITED, item.name.span, clause=name)
        if item.working and calendar is None:
            env.report(
                codes.MISSING_HEADER, item.span, clause=word("WORKING_CALENDAR"), example=_EXAMPLE
            )
        found.append(
            Deadline(
                name, item.label, item.days, calendar if item.working else None,
                _start(item.start, env), _condition(item, env), texts(item.cites), span=item.span,
            )  # fmt: skip
        )
    return tuple(found)


def _calendar(scheme: n.Scheme, env: Environment) -> str | None:
    clauses = [item for item in scheme.items if isinstance(item, n.WorkingCalendar)]
    for extra in clauses[1:]:
        env.report(
            codes.DUPLICATE_CLAUSE, extra.span, Related(clauses[0].span, FIRST),
            clause=word("WORKING_CALENDAR"),
        )  # fmt: skip
    if not clauses:
        return None
    if clauses[0].code not in CALENDARS:
        env.report(
            codes.UNKNOWN_CALENDAR, clauses[0].span, name=clauses[0].code,
            known=", ".join(CALENDARS),
        )  # fmt: skip
    elif not any(isinstance(item, n.Due) and item.working for item in scheme.items):
        env.report(codes.UNUSED, clauses[0].span, name=word("WORKING_CALENDAR"))
    return clauses[0].code


def _start(ref: n.AttributeRef, env: Environment) -> str:
    """The claim's attribute; it may be absent, then there is no deadline."""
    name = env.date if ref.name.text == "date" else ref.name.text
    info = env.attributes.get((ref.owner, name))
    if info is None or ref.owner != "claim":
        known = [key[1] for key in env.attributes if key[0] == "claim"]
        env.unknown(codes.UNKNOWN_ATTRIBUTE, name, ref.name.span, known, owner=word("CLAIM"))
        return name
    env.used.add(("claim", name))
    if info.type != Date():
        env.report(
            codes.WRONG_TYPE, ref.span, Related(info.span, DECLARED),
            expected=type_name(Date()), found=type_name(info.type),
        )  # fmt: skip
    return name


def _condition(item: n.Due, env: Environment) -> e.Expr:
    if item.condition is None:
        return e.TRUE
    condition = check_as(item.condition, Bool(), env)
    if any(not _may_read(node) for node in walk(condition)):
        env.report(codes.DUE_CONDITION, item.condition.span, name=item.name.text)
    return condition


def _may_read(node: e.Expr) -> bool:
    """Deadlines stand outside adjudication: they know the claim's own data and nothing else."""
    if isinstance(node, e.Attribute | e.Const) and isinstance(node.type, Code):
        return False
    if isinstance(node, e.Attribute | e.Given) and node.owner != "claim":
        return False
    return isinstance(node, _IN_CONDITION)
