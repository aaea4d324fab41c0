"""A long example in a few lines: claims that come again, or take turns, are told once, with how often.

Reads the text of an example of the language, one or several blocks as `compiler/witness_example.py` writes them,
and returns lines to read; to paste there is the example itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from attrs import frozen

from hmbc.dsl.diagnostic import Bilingual
from hmbc.grammar.keywords import Language

FEW = 12
"""Claims of an example that is read as it stands."""

TURNS = 4
"""At most so many claims take turns."""

LEAST = 3
"""Times that claims come again, to be told once."""

_TITLE = re.compile(r"\S+ [“\"](.*)[”\"] \{")
_CLAIM = re.compile(r"( +\S+ )(\d{4}-\d\d-\d\d)( .*\} \S+ )(-?[\d.]+)")
_OFTEN = Bilingual("重复 {times} 次，{first} 至 {last}，给付合计 {paid}：", "{times} times, {first} to {last}, paid {paid} in sum:")
_WHOLE = Bilingual("{title}（{count} 笔费用，给付合计 {paid}）", "{title} ({count} claims, paid {paid} in sum)")


def is_long(example: str) -> bool:
    """Whether an example has more claims than are read with ease, of which some are told once."""
    return any(
        len(block.claims) > FEW
        and any(_run(block.claims, place) != (1, 1) for place in range(len(block.claims)))
        for block in _blocks(example)
    )


def folded(example: str, language: Language) -> Iterator[str]:
    """The lines that tell a long example."""
    for block in _blocks(example):
        count, paid = len(block.claims), _sum(block.claims)
        yield _WHOLE.get(language).format(title=block.title, count=count, paid=paid)
        place = 0
        while place < count:
            times, turns = _run(block.claims, place)
            own = block.claims[place : place + times * turns]
            place += len(own)
            if times == 1:
                yield from own[0].lines
                continue
            first, last = own[0].day, own[-1].day
            said = _OFTEN.get(language)
            yield "    " + said.format(times=times, first=first, last=last, paid=_sum(own))
            yield from (f"    {line}" for claim in own[:turns] for line in claim.undated)


@frozen
class _Claim:
    """lines: as written, with the member's line where that changes; undated: without the date and what is paid."""

    lines: tuple[str, ...]
    undated: tuple[str, ...]
    day: str
    paid: Decimal


@frozen
class _Block:
    title: str
    claims: list[_Claim]


def _blocks(example: str) -> list[_Block]:
    """What stands before a claim, parameters and members, is told with it."""
    blocks: list[_Block] = []
    waiting: list[str] = []
    for line in example.splitlines():
        if title := _TITLE.fullmatch(line):
            blocks.append(_Block(title[1], []))
        elif claim := _CLAIM.fullmatch(line):
            before, day, rest, paid = claim.groups()
            undated = f"{before}{rest.lstrip().rsplit('}', 1)[0]}}}"
            own = (*waiting, line), (*waiting, undated)
            blocks[-1].claims.append(_Claim(*own, day, Decimal(paid)))
            waiting = []
        elif line != "}":
            waiting.append(line)
    return blocks


def _sum(claims: Sequence[_Claim]) -> Decimal:
    return sum((claim.paid for claim in claims), Decimal(0))


def _run(claims: Sequence[_Claim], place: int) -> tuple[int, int]:
    """How often the next claims come again, and how many of them take turns: (1, 1) where they do not."""
    for turns in range(1, TURNS + 1):
        own = [claim.undated for claim in claims[place : place + turns]]
        times = 1
        while [c.undated for c in claims[place + times * turns :][:turns]] == own:
            times += 1
        if times >= LEAST and len(own) == turns:
            return times, turns
    return 1, 1
