"""A unit's claims and what they were paid, as an example of the scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hmbc.compiler.interpret import Step
from hmbc.compiler.kernel import Kernel
from hmbc.dsl.check_examples import FOREVER, REASONS
from hmbc.dsl.types import Bool, Code, Date, Enum, Money, Periods, Ratio
from hmbc.grammar.keywords import spelling

DAY = date(1970, 1, 1)
_TOKENS = {code: token for token, code in REASONS.items()}


def example(
    kernel: Kernel,
    parameters: Mapping[str, Any],
    lists: Mapping[str, Sequence[str]],
    members: Mapping[str, Mapping[str, Any]],
    claims: Sequence[tuple[Mapping[str, Any], Step, Mapping[str, int | None]]],
) -> str:
    """An `example` in the kernel's language. claims: each with what became of it, and until which
    day it is due by each deadline."""
    write = _Writer(kernel)
    parts = [write.parameters(parameters, lists)]
    parts += [
        f"{write.w('MEMBER')} {name} {write.values('member', x)}" for name, x in members.items()
    ]
    parts += [write.claim(*claim) for claim in claims]
    return f"{write.w('EXAMPLE')} {{\n" + "\n".join(parts) + "\n}"


class _Writer:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.kinds = {(given.owner, given.name): given.type for given in kernel.inputs}

    def w(self, token: str) -> str:
        return spelling(token, self.kernel.language)  # type: ignore[arg-type]

    def parameters(self, values: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> str:
        given = [
            f"{given.name}: {self.value(values[given.name], given.type)}"
            for given in self.kernel.parameters
        ]
        given += [
            f"{name}: " + " | ".join(f'"{code}"' for code in codes)
            for name, codes in lists.items()
            if codes
        ]
        return f"{self.w('PARAMETER')} {{ {', '.join(given)} }}"

    def values(self, owner: str, values: Mapping[str, Any]) -> str:
        given = [
            f"{name}: {self.value(value, self.kinds[owner, name])}"
            for name, value in values.items()
            if (owner, name) in self.kinds
            and name not in ("member_id", self.kernel.date)
            and value not in (None, ())
        ]
        return f"{{ {', '.join(given)} }}"

    def value(self, value: Any, kind: object) -> str:
        match kind:
            case Money():
                return self.money(value)
            case Ratio():
                return (
                    format(Decimal(int(Fraction(value) * 1_000_000)).scaleb(-4).normalize(), "f")
                    + "%"
                )
            case Bool():
                return self.w("YES" if value else "NO")
            case Date():
                return self.day(value)
            case Periods():
                to = self.w("TO")
                ends = ("" if last >= FOREVER else self.day(last) for _, last in value)
                return " | ".join(
                    f"{self.day(first)} {to} {end}"
                    for (first, _), end in zip(value, ends, strict=True)
                )
            case Code():
                return f'"{value}"'
            case Enum():
                return f"`{value}`"
            case _:
                return str(value)

    def money(self, minor: int) -> str:
        return format(Decimal(minor).scaleb(-self.kernel.minor_digits), "f")

    def day(self, day: int) -> str:
        return (DAY + timedelta(day)).isoformat()

    def claim(self, row: Mapping[str, Any], step: Step, due: Mapping[str, int | None]) -> str:
        pay, because = self.w("PAY"), self.w("BECAUSE")
        head = f"{self.w('CLAIM')} {self.day(row[self.kernel.date])} {row['member_id']}"
        expected = [f"{pay} {self.money(step.total_pay)}"]
        expected += [f"{pay} {layer} {self.money(paid)}" for layer, paid in step.pays.items()]
        code, _, name = step.reason.partition(":")
        expected.append(f"{because} {self.w(_TOKENS[code])} {name}".rstrip())
        for name, day in due.items():
            until = self.w("NONE") if day is None else self.day(day)
            expected.append(f"{self.w('DUE')} {name} {until}")
        return f"{head} {self.values('claim', row)} {' '.join(expected)}"
