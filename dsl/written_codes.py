"""Codes that are written out: `list dear: "K1", "K2"`, `claim.drug in "K1", "K2"`, `by claim.drug ("K1": 300)`."""

from __future__ import annotations

import re

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.environment import Environment
from hmbc.dsl.facts import Facts
from hmbc.dsl.scheme import ListInfo
from hmbc.dsl.source import Span
from hmbc.dsl.types import Code

_FILE = re.compile(r"\.(csv|tsv|txt|xlsx?|parquet|json)$", re.IGNORECASE)


def absent_code(subject: n.Expression, env: Environment, facts: Facts) -> e.Given | None:
    """A code that may be absent is in no list when it is: that need not be asked first."""
    if not isinstance(subject, n.AttributeRef):
        return None
    key = (subject.owner, subject.name.text)
    info = env.attributes.get(key)
    if info is None or not info.optional or not isinstance(info.type, Code) or key in facts:
        return None
    return e.Given(subject.owner, info.name)


def inline_list(members: tuple[str, ...], span: Span, env: Environment) -> str:
    """Codes written in a condition become a list without a name of the author's."""
    name = "=" + "|".join(sorted(set(members)))
    env.lists.setdefault(name, ListInfo(name, None, tuple(sorted(set(members))), span=span))
    env.used.add(("list", name))
    return name


def refuse_file(code: str, span: Span, env: Environment) -> None:
    """Report a code that is the name of a file, of which the codes were to be read."""
    if _FILE.search(code):
        env.report(codes.FILE_AS_CODE, span, file=code)
