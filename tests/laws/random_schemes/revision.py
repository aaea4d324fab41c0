"""A scheme as the revision of another one, in which some of its items were otherwise."""

from __future__ import annotations

import re
from random import Random

from attrs import frozen

from hmbc.grammar.keywords import Language, spelling
from random_schemes.draft import Drawn

_FORMER = {
    "PARAMETER": "{word} {name}: {MONEY} = 1",
    "LIST": '{word} {name}: "X9"',
    "LET": "{word} {name}: {CLAIM}.{gone}",
    "TOTAL": "{word} {name}: ¥1 {PER_YEAR}",
    "COUNT": "{word} {name}: {CLAIMS} {PER_YEAR}",
    "ELIGIBLE": "{word} {name}: {NOT} {CLAIM}.{gone}",
    "WAIT": "{word} {name}: {CLAIM}.{gone}",
    "EXCLUDE": "{word} {name}: {CLAIM}.{gone}",
    "DUE": "{word} {name}: {days} {FROM} {CLAIM}.{DATE_WORD}",
    "LAYER": "{word} {name} {{ {PAYS} 1 {NO_CAP} }}",
}
"""What stood in the old edition in place of a named item."""


@frozen
class Revision:
    """Two editions: `old`, to lie in old.hmb, and `new`, which revises it and is the scheme drawn."""

    old: str
    new: str


def revised(random: Random, drawn: Drawn) -> Revision:
    """Some items stand in the old edition as they are, some stood otherwise, some are gone."""
    language = drawn.language

    def w(token: str) -> str:
        return spelling(token, language)

    said = {
        token: w(token) for items in _FORMER.values() for token in re.findall(r"{([A-Z_]+)}", items)
    }
    said |= {"gone": "gone", "days": "3天" if language == "zh" else "3 days"}
    old = [f"{w('CLAIM')} {{ gone: {w('BOOL')} }}", f"{w('EXCLUDE')} gone: {w('CLAIM')}.gone"]
    new = [f"{w('WITHOUT')} {w('EXCLUDE')} gone", f"{w('WITHOUT')} {w('CLAIM')}.gone"]
    for item in drawn.items:
        kind, name = _named(item, language)
        if kind in ("SOURCE", "VALID") or (name is None and random.random() < 0.2):
            new.append(item)
            if kind == "SOURCE":
                old.append(f'{w("SOURCE")} "?", 2020-01-01')
        elif kind is not None and name is not None and random.random() < 0.4:
            new.append(item)
            old.append(_FORMER[kind].format(word=w(kind), name=name, **said))
        else:
            old.append(item)
    head = f"{w('SCHEME')} {{}} {{{{\n{{}}\n}}}}\n"
    return Revision(
        head.format("old", "\n".join(old)),
        head.format(f"new {w('REVISES')} old", "\n".join(new)),
    )


def _named(item: str, language: Language) -> tuple[str | None, str | None]:
    """The keyword with which an item begins, and its name if it can be restated by it."""
    for kind in ("SOURCE", "VALID", *_FORMER):
        if match := re.match(rf"{spelling(kind, language)} (\w+)", item):
            return kind, match[1] if kind in _FORMER else None
    return None, None
