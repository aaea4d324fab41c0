"""What the rules of the grammar hand to each other, and how a rule's children are taken apart."""

from __future__ import annotations

from typing import Any, Literal

from lark import Token
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.source import NOWHERE, Span


def span_of(meta: Meta) -> Span:
    return NOWHERE if meta.empty else Span(meta.start_pos, meta.end_pos)


def name_of(token: Any) -> n.Name:
    return n.Name(token.lexeme.value, span=token.lexeme.span)


def is_token(child: object, *terminals: str) -> bool:
    return isinstance(child, Token) and child.type in terminals


def text_of(token: Any) -> str:
    return token.lexeme.value  # type: ignore[no-any-return]


def value_of(token: Any) -> Any:
    return token.lexeme.value


class CitesPart(tuple[n.Cite, ...]):
    """Tells citations from other tuples among a rule's children."""


class MeansPart(tuple[n.Name, ...]):
    """Tells concepts from other tuples of names."""


class External:
    """Stands for `external`."""


class Fixed(list[Any]):
    """A fixed value."""


class NamesPart(tuple[n.Name, ...]):
    """Names of layers."""


class Word(str):
    """A choice of words, as a text."""


class Kind:
    """What bands measure."""

    def __init__(self, of: Literal["excess", "cost"]) -> None:
        self.of = of


class Key:
    """One part of a scope."""

    def __init__(self, key: Any) -> None:
        self.key = key


class DaysPart:
    """A number of days, working days or any."""

    def __init__(self, count: int, working: bool) -> None:
        self.count = count
        self.working = working


class Operator(str):
    """A comparison's sign."""


class Inner:
    def __init__(self, condition: Any) -> None:
        self.condition = condition


class PartOf:
    def __init__(self, amount: Any, condition: Any) -> None:
        self.amount = amount
        self.condition = condition


def condition_of(exception: Inner | None) -> Any:
    return None if exception is None else exception.condition


class Read:
    """Takes a rule's children apart by what they are."""

    def __init__(self, children: list[Any]) -> None:
        self.cites: n.Cites = ()
        self.means: n.Names = ()
        self.rest: list[Any] = []
        for child in children:
            if isinstance(child, CitesPart):
                self.cites = tuple(child)
            elif isinstance(child, MeansPart):
                self.means = tuple(child)
            else:
                self.rest.append(child)

    def token(self, *terminals: str) -> Any:
        """Take the first token of these terminals, or None."""
        for index, child in enumerate(self.rest):
            if is_token(child, *terminals):
                return self.rest.pop(index)
        return None

    def label(self) -> str | None:
        """Take a string, if there is one."""
        token = self.token("STRING")
        return None if token is None else text_of(token)

    def one(self, *kinds: type) -> Any:
        """Take the first node of these classes, or None."""
        for index, child in enumerate(self.rest):
            if isinstance(child, kinds):
                return self.rest.pop(index)
        return None

    def condition(self) -> Any:
        """The one node that is left, or None."""
        return next(iter(self.nodes()), None)

    def nodes(self) -> tuple[Any, ...]:
        """All that is not a token."""
        return tuple(child for child in self.rest if not isinstance(child, Token))
