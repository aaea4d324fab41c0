"""Yes and no, as people write them in tables, and so in examples: which they are, and by the language's own words."""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.dsl import nodes as n
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import spelling

YES_NO = {
    "是": True, "否": False, "真": True, "假": False,
    "yes": True, "no": False, "true": True, "false": False,
}  # fmt: skip
"""What people write for yes and no, whichever the file's language."""


def in_own_words(source: Source, scheme: n.Scheme) -> Source:
    """The text with these in examples by the words of its language, which can be translated, where the scheme
    itself declares what they are of as yes or no: elsewhere they may be names of values."""
    text = source.text
    for name in sorted(_written(scheme), key=lambda name: -name.span.start):
        word = spelling("YES" if YES_NO[name.name] else "NO", scheme.language)
        text = f"{text[: name.span.start]}{word}{text[name.span.end :]}"
    return source if text == source.text else Source(source.name, text)


def _written(scheme: n.Scheme) -> Iterator[n.NameRef]:
    declared = set(_declared(scheme))
    for item in scheme.items:
        for part in item.items if isinstance(item, n.Example) else ():
            if not isinstance(part, n.ExampleGiven | n.ExampleClaim):
                continue
            owner = part.of if isinstance(part, n.ExampleGiven) else "claim"
            for assignment in part.assignments:
                for value in assignment.values:
                    if isinstance(value, n.NameRef) and value.name in YES_NO and (owner, assignment.name.text) in declared:
                        yield value


def _declared(scheme: n.Scheme) -> Iterator[tuple[str, str]]:
    """Owner and name of what is declared as yes or no."""
    for item in scheme.items:
        match item:
            case n.Attributes(owner=owner, attributes=attributes):
                for one in attributes:
                    if isinstance(one.type, n.PlainType) and one.type.word == "BOOL":
                        yield owner, one.name.text
            case n.ParameterDeclaration(name=name, type=n.PlainType(word="BOOL")):
                yield "parameter", name.text
            case _:
                pass
