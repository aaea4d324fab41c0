"""What the names of a scheme (`let`) stood for in a claim: their values, for explanations.

A name stands for its expression wherever it is read, so the kernel has none of them; for an
explanation they are added to it as definitions behind everything.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from attrs import evolve, frozen

from hmbc.compiler.interpret import Step
from hmbc.compiler.kernel import Clause, Definition, Kernel
from hmbc.compiler.lower_amounts import inner
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.names import amount_text, percent_text
from hmbc.dsl.scheme import CheckedLet, CheckedScheme
from hmbc.dsl.types import Bool, Date, Money, Ratio, Type

_EPOCH = date(1970, 1, 1)
_PREFIX = "let."


@frozen
class NamedValue:
    """A name of the author, its value in this claim, and the clauses that state it."""

    name: str
    label: str | None
    value: Bilingual
    cites: tuple[str, ...]


def with_names(kernel: Kernel, scheme: CheckedScheme) -> Kernel:
    """The kernel with a definition for each name that something reads."""
    return evolve(kernel, items=(*kernel.items, *map(_definition, scheme.lets)))


def _definition(let: CheckedLet) -> Definition:
    clause = Clause(cites=let.cites, span=let.span)
    return Definition(name=_PREFIX + let.name, expr=inner(let.value), role="let", clause=clause)


def named_values(kernel: Kernel, scheme: CheckedScheme, step: Step) -> tuple[NamedValue, ...]:
    """Every name and its value, as written; `step` is of the kernel with names."""
    return tuple(
        NamedValue(let.name, let.label, _shown(step.trace[_PREFIX + let.name], let.type, kernel), let.cites)
        for let in scheme.lets
    )


def _shown(value: object, type_: Type, kernel: Kernel) -> Bilingual:
    match type_, value:
        case Bool(), _:
            return Bilingual("是", "yes") if value else Bilingual("否", "no")
        case Money(), Fraction() | int():
            text = amount_text(Fraction(value), kernel.minor_digits, fixed=True)
        case Ratio(), Fraction() | int():
            text = percent_text(Fraction(value))
        case Date(), int():
            text = (_EPOCH + timedelta(value)).isoformat()
        case _:
            text = str(value)
    return Bilingual(text, text)
