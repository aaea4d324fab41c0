"""The types of the language. Ranges and denominators are worked out by passes, not carried here."""

from __future__ import annotations

from attrs import frozen

MONEY_HIGH = 10**12
"""Largest amount of one cell where the scheme declares no domain: 10^12 minor units."""


@frozen
class Money:
    """An amount of the scheme's currency; exact, in minor units."""


@frozen
class Ratio:
    """A share such as 75%; exact."""


@frozen
class Int:
    """A whole number: a count, an age."""


@frozen
class Bool:
    """Yes or no."""


@frozen
class Date:
    """A calendar day."""


@frozen
class Days:
    """A number of days."""


@frozen
class Months:
    """A number of months; only added to a date or taken off it."""


@frozen
class Enum:
    """One of the values that an attribute declares; `name` is `claim.care`, so two attributes with
    equal values still have two types."""

    name: str
    values: tuple[str, ...]


@frozen
class Code:
    """A text that is only compared and looked up: a drug code, an admission number. `name` is the
    attribute (`claim.drug`) that holds it, empty for a code written in the scheme."""

    name: str


@frozen
class Period:
    """One range of days, both ends included."""


@frozen
class Periods:
    """Any number of ranges of days."""


@frozen
class CodeList:
    """A set of codes."""


@frozen
class Unknown:
    """Of an expression that already has an error; never reported again."""


Type = (
    Money | Ratio | Int | Bool | Date | Days | Months | Enum | Code | Period | Periods | CodeList | Unknown
)
