"""What a random scheme states of itself, true or false, in its own words: amounts, groups, ratios that rise,
what pay does not depend on.

Statements are drawn from another source of chance than the scheme, which stays what it is without them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

from attrs import evolve, frozen

from hmbc.compiler.kernel import Definition, Kernel
from hmbc.compiler.layer_parts import caps_of
from hmbc.compiler.pipeline import Compiled
from hmbc.dsl import expr as e
from hmbc.dsl.names import amount_text
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedBands, CheckedScheme
from hmbc.dsl.types import Bool, Enum, Int, Money
from hmbc.grammar.keywords import spelling
from random_schemes.draft import Drawn

Check = Callable[[str], Compiled]


def with_statements(drawn: Drawn, check: Check, random: Random, count: int = 4) -> Drawn:
    """The scheme with up to so many statements that it can make; one that its words do not bear (an amount
    of another type, a ratio without bands), or that checking finds false, is left out."""
    found = check(drawn.text)
    if found.kernel is None or found.scheme is None:
        return drawn
    pen = _Pen(found.scheme, found.kernel, random, drawn.size)
    for _ in range(count):
        line = pen.statement()
        text = re.sub(r"[}｝]\s*$", lambda end, line=line: f"{line}\n{end[0]}", drawn.text)
        if check(text).kernel is not None:
            drawn = evolve(drawn, text=text, items=(*drawn.items, line))
    return drawn


@frozen
class _Pen:
    scheme: CheckedScheme
    kernel: Kernel
    random: Random
    size: int

    def w(self, token: str) -> str:
        return spelling(token, self.scheme.language)

    def statement(self) -> str:
        kinds = [self.amount] * 5 + [self.never_less] * 2 + [self.independent]
        if any(isinstance(layer.ratio, CheckedBands) for layer in self.scheme.layers):
            kinds += [self.rises] * 2
        return f"{self.w('PROVE')} {self.random.choice(kinds)()}"

    # ---- amounts

    def amount(self) -> str:
        op = self.random.choice(("<=", "<=", "<=", "<", ">=", "="))
        said = f"{self.paid()} {op} {self.limit()}"
        return f"{said} {self.w('WHEN')} {self.condition()}" if self.random.random() < 0.4 else said

    def paid(self) -> str:
        layers = [f"{layer.name}.{self.w('PAY')}" for layer in self.scheme.paying]
        totals = [total.name for total in self.scheme.totals if total.type == Money()]
        return self.random.choice([self.w("PAY"), self.w("PAY"), *layers, *totals])

    def limit(self) -> str:
        bill = self.attribute("claim", Money)
        return self.random.choice([
            lambda: self.money(self.random.choice(list(self.borders()))),
            lambda: self.money(self.random.choice(list(self.borders()))),
            lambda: bill,
            lambda: f"{bill} * {self.random.randrange(20, 101, 5)}%",
            lambda: f"{bill} + {self.money(self.size // 100)}",
            lambda: "0",
        ])()  # fmt: skip

    def borders(self) -> Iterator[int]:
        """Amounts that a kernel names, and the sum of its caps, each by a minor unit less and more."""
        caps = [cap.limit for layer in self.scheme.paying for cap in caps_of(self.kernel, layer.name)]
        known = [c for limit in caps if (c := _constant(limit)) is not None]
        named = {
            int(node.value)
            for item in self.kernel.items
            if isinstance(item, Definition)
            for node in walk(item.expr)
            if isinstance(node, e.Const) and isinstance(node.type, Money) and node.value > 0
        }
        for amount in (*known, sum(known), *sorted(named), self.size):
            yield from (max(0, amount + more) for more in (-1, 0, 1))

    def money(self, minor: int) -> str:
        return amount_text(minor, self.scheme.minor_digits)

    def attribute(self, owner: str, kind: type) -> str:
        names = [i.name for i in self.scheme.attributes
                 if i.owner == owner and isinstance(i.type, kind) and not i.optional]  # fmt: skip
        if not names:
            return "0"
        return f"{self.w(owner.upper())}.{self.random.choice(names)}"

    def condition(self) -> str:
        info = self.random.choice(
            [i for i in self.scheme.attributes if isinstance(i.type, Enum | Bool | Int | Money)]
        )
        name = f"{self.w(info.owner.upper())}.{info.name}"
        match info.type:
            case Enum(values=values):
                test = f"{name} {self.w(self.random.choice(('IS', 'IS_NOT')))} {self.random.choice(values)}"
            case Bool():
                test = name
            case Int():
                test = f"{name} {self.random.choice(('<', '>='))} {self.random.randint(0, 12)}"
            case _:
                test = f"{name} {self.random.choice(('<', '>='))} {self.money(self.random.randint(0, self.size))}"
        return f"{name} {self.w('GIVEN')} {self.w('AND')} {test}" if info.optional else test

    # ---- people, ratios

    def never_less(self) -> str:
        enums = [i for i in self.scheme.attributes if i.owner == "member" and isinstance(i.type, Enum)]
        if not enums:
            return self.amount()
        info = self.random.choice(enums)
        assert isinstance(info.type, Enum)
        more, less = self.random.sample(info.type.values, 2)
        return f"{self.w('MEMBER')}.{info.name}: {more} {self.w('NEVER_LESS')} {less}"

    def independent(self) -> str:
        info = self.random.choice(self.scheme.attributes)
        return f"{self.w('PAY')} {self.w('INDEPENDENT')} {self.w(info.owner.upper())}.{info.name}"

    def rises(self) -> str:
        banded = [x.name for x in self.scheme.layers if isinstance(x.ratio, CheckedBands)]
        return f"{self.random.choice(banded)}.{self.w('RATIO')} {self.w('RISES')}"


def _constant(limit: e.Expr) -> int | None:
    match limit:
        case e.Max(right=inner) | e.Round(amount=inner):
            return _constant(inner)
        case e.Const(value=value):
            return int(value)  # type: ignore[arg-type]
        case _:
            return None
