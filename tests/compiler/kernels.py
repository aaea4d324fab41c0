"""Random well-formed kernels and random rows for them, from a seeded generator.

Not hypothesis: a compiled module holds many kernels, which is too much for it to draw and shrink.
`make` is the fixture of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from types import SimpleNamespace
from typing import Any

from attrs import define, evolve, field

from hmbc.compiler.check_kernel import check_kernel
from hmbc.compiler.kernel import Accumulator, Definition, Kernel, Reject
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.ranges import ranges_of
from hmbc.dsl.expr import (
    TRUE,
    Add,
    AgeAt,
    And,
    Before,
    Choose,
    Compare,
    Const,
    DateIn,
    Expr,
    Given,
    Increase,
    InList,
    InPeriods,
    Max,
    Min,
    MonthOf,
    Not,
    Or,
    Parameter,
    Ref,
    Round,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
    money,
    ratio,
)
from hmbc.dsl.types import Bool, Code, Date, Days, Int, Money, Ratio

MODES = ("half_up", "half_even", "up", "down")


@define
class Maker:
    """Makes well-formed kernels. It keeps what may be read where it stands."""

    random: Random
    make: SimpleNamespace
    definitions: dict[str, tuple[type, bool]] = field(factory=dict)
    """name -> type, and whether it depends on a total"""
    totals: list[str] = field(factory=list)
    ahead: list[str] = field(factory=list)
    """Accumulators whose `Before` may be read anywhere"""
    inside: bool = False
    """Inside an increase"""
    plain: bool = False
    """Attributes and parameters only"""
    saw_total: bool = False

    def pick(self, *ways: Callable[[], Expr]) -> Expr:
        return self.random.choice(ways)()

    def names(self, kind: type) -> list[Expr]:
        """Earlier definitions of a type, as far as they may be read here."""
        if self.plain:
            return []
        return [
            Ref(name)
            for name, (of, on_totals) in self.definitions.items()
            if of is kind and not (on_totals and self.inside)
        ]

    def read(self, choices: list[Expr]) -> Expr:
        expr = self.random.choice(choices)
        match expr:
            case Total():
                self.saw_total = True
            case Ref(name=name):
                self.saw_total |= self.definitions[name][1]
        return expr

    def guarded(self, name: str, expr: Callable[[Expr], Expr], other: Expr) -> Expr:
        """`expr` of an optional attribute where it is given, in one of the ways to say so."""
        attribute = self.make.attribute(name)
        given = Given(attribute.owner, attribute.name)
        if self.random.random() < 0.5:
            return Choose(given, expr(attribute), other)
        return Choose(Not(given), other, expr(attribute))

    def amount(self, depth: int) -> Expr:
        at, one = self.make.attribute, self.random
        if depth <= 0:
            totals: list[Expr] = []
            if not self.plain:
                totals = [Total(name) for name in self.totals]
                totals += [Before(name) for name in [*self.totals, *self.ahead]]
            leaves = [
                at("amount"),
                at("amount"),
                at("refund"),
                Parameter("line", Money()),
                money(one.choice((0, 1, -5, 100, 12_345, 2_000_000, Fraction(1, 2)))),
                *self.names(Money),
                *totals,
                *totals,
            ]
            return self.read(leaves)
        down = depth - 1
        return self.pick(
            lambda: self.amount(0),
            lambda: Add(self.amount(down), self.amount(down)),
            lambda: Subtract(self.amount(down), self.amount(down)),
            lambda: Scale(self.amount(down), self.share(down - 1)),
            lambda: Scale(self.amount(down), self.whole(down - 1)),
            lambda: Min(self.amount(down), self.amount(down)),
            lambda: Max(money(0), self.amount(down)),
            lambda: Max(self.amount(down), self.amount(down)),
            lambda: Choose(self.truth(down), self.amount(down), self.amount(down)),
            lambda: self.portion(down),
            lambda: self.rounded(self.amount(down), one.choice((1, 1, 100, 7))),
            lambda: self.increase(down),
            lambda: self.guarded("paid_before", lambda paid: paid, self.amount(down - 1)),
        )

    def portion(self, depth: int) -> Expr:
        amount, part, whole = (self.amount(depth - 1) for _ in range(3))
        return Share(amount, part, whole, self.random.choice(MODES))

    def rounded(self, amount: Expr, step: int) -> Expr:
        return Round(amount, self.random.choice(MODES), step)

    def increase(self, depth: int) -> Expr:
        if self.inside or self.plain:
            return self.amount(depth)
        self.inside, before = True, self.inside
        of = self.amount(depth)
        self.inside = before
        return Increase(of)

    def share(self, depth: int) -> Expr:
        one = self.random
        if depth <= 0:
            const = ratio(one.choice((0, 1, Fraction(3, 4), Fraction(1, 3), Fraction(-1, 20))))
            fine = [self.make.attribute("share"), Parameter("top_up", Ratio())]
            return self.read([const, const, const, *fine, *self.names(Ratio)])
        return self.pick(
            lambda: self.share(0),
            lambda: Min(ratio(1), self.share(depth - 1)),
            lambda: Add(self.share(depth - 1), ratio(Fraction(1, 20))),
            lambda: Subtract(ratio(1), self.share(depth - 1)),
            lambda: Scale(ratio(Fraction(1, 20)), self.whole(depth - 1)),
            lambda: Choose(self.truth(depth - 1), self.share(depth - 1), self.share(depth - 1)),
        )

    def whole(self, depth: int) -> Expr:
        one = self.random
        if depth <= 0:
            const = Const(one.randint(-2, 3), Int())
            return self.read([const, self.make.attribute("count"), *self.names(Int)])
        return self.pick(
            lambda: self.whole(0),
            lambda: Add(self.whole(depth - 1), self.whole(depth - 1)),
            lambda: Max(self.whole(depth - 1), self.whole(depth - 1)),
            lambda: AgeAt(self.day(depth - 1), self.day(depth - 1)),
            lambda: Choose(self.truth(depth - 1), self.whole(depth - 1), self.whole(depth - 1)),
        )

    def day(self, depth: int) -> Expr:
        one, at = self.random, self.make.attribute
        if depth <= 0:
            const = Const(one.choice((0, -1, 18_262, 19_417, 11_016)), Date())
            return self.read([at("date"), at("date"), at("birth"), const, *self.names(Date)])
        month, on = one.randint(1, 12), one.randint(1, 28)
        return self.pick(
            lambda: self.day(0),
            lambda: Add(self.day(depth - 1), self.days(depth - 1)),
            lambda: Subtract(self.day(depth - 1), self.days(depth - 1)),
            lambda: Max(self.day(depth - 1), self.day(depth - 1)),
            lambda: DateIn(YearOf(self.day(depth - 1), month, on), on % 12 + 1, month),
            lambda: self.guarded("enrolled", lambda day: day, self.day(depth - 1)),
        )

    def days(self, depth: int) -> Expr:
        if depth <= 0:
            return Const(self.random.choice((0, 1, 30, 365, -400)), Days())
        return self.pick(
            lambda: self.days(0),
            lambda: Subtract(self.day(depth - 1), self.day(depth - 1)),
            lambda: Min(self.days(depth - 1), self.days(depth - 1)),
        )

    def truth(self, depth: int) -> Expr:
        one, at = self.random, self.make.attribute
        if depth <= 0:
            care = Const(one.choice(self.make.care.values), self.make.care)
            op = one.choice(("==", "!="))
            code = Const(one.choice(("D1", "D2", "", "ZZ")), Code(""))
            return self.read(
                [
                    at("accident"),
                    at("poor"),
                    Compare(op, at("care"), care),
                    Compare(op, at("drug"), code),
                    Compare(op, code, at("drug")),
                    InList(at("drug"), one.choice(("special", "outside"))),
                    Given("claim", "paid_before"),
                    InPeriods(at("date"), "member", "suspended"),
                    *self.names(Bool),
                ]
            )
        down = depth - 1
        compare = one.choice(("<", "<=", ">", ">=", "==", "!="))
        listed = one.choice(("special", "outside"))
        return self.pick(
            lambda: self.truth(0),
            lambda: And(self.truth(down), self.truth(down)),
            lambda: Or(self.truth(down), self.truth(down)),
            lambda: Not(self.truth(down)),
            lambda: Compare(compare, self.amount(down), self.amount(down)),
            lambda: Compare(compare, self.day(down), self.day(down)),
            lambda: Compare(compare, self.whole(down), self.whole(down)),
            lambda: Compare(compare, self.days(down), self.days(down)),
            lambda: Compare(compare, self.share(down), self.share(down)),
            lambda: self.maybe("referral", lambda code: InList(code, listed)),
            lambda: self.maybe("enrolled", lambda day: Compare("<=", day, self.day(down))),
            lambda: InPeriods(self.day(down), "member", "suspended"),
        )

    def maybe(self, name: str, expr: Callable[[Expr], Expr]) -> Expr:
        attribute = self.make.attribute(name)
        given = Given(attribute.owner, attribute.name)
        if self.random.random() < 0.5:
            return And(given, expr(attribute))
        return Or(Not(given), expr(attribute))

    def key(self, sequential: bool) -> Expr:
        at, one = self.make.attribute, self.random
        year = YearOf(at("date"), one.randint(1, 12), one.randint(1, 28))
        if sequential:
            return one.choice((year, year, MonthOf(at("date")), at("date"), at("count")))
        referral = self.guarded("referral", lambda code: code, Const("", Code("")))
        return one.choice((year, at("care"), at("drug"), at("accident"), at("date"), referral))

    def accumulator(self, name: str) -> Accumulator:
        one = self.random
        sequential = one.random() < 0.5
        keys = tuple(self.key(sequential) for _ in range(one.randint(int(not sequential), 3)))
        if self.random.random() < 0.3:
            adds = self.read([self.make.attribute("amount"), *self.names(Money)])
        else:
            adds = self.amount(2)
            if one.random() < 0.6:
                adds = Max(money(0), adds)
        return Accumulator(
            name=name,
            adds=adds,
            keys=keys,
            sequential=sequential,
            bound=one.choice((2, 4, 10_000)),
            ceiling=one.choice((0, 0, 0, 10**8, 10**10)),
        )

    def kernel(self) -> Kernel:
        one = self.random
        self.plain = True
        rejects = tuple(
            Reject(name=f"reject{n}", zh="不行", en="no", when=And(self.truth(1), self.truth(1)))
            for n in range(one.choice((0, 0, 1, 2)))
        )
        self.plain = False
        kinds: list[tuple[type, Callable[[int], Expr]]] = [
            (Money, self.amount),
            (Money, self.amount),
            (Ratio, self.share),
            (Int, self.whole),
            (Bool, self.truth),
            (Date, self.day),
        ]
        count = one.randint(1, 4)
        self.ahead = [f"a{n}" for n in range(count)]
        items: list[Definition | Accumulator] = []
        for n in range(count):
            for _ in range(one.randint(0, 2)):
                kind, maker = one.choice(kinds)
                name, self.saw_total = f"d{len(items)}", False
                items.append(self.make.define(name, maker(3)))
                self.definitions[name] = (kind, self.saw_total)
            items.append(self.accumulator(f"a{n}"))
            self.ahead.remove(f"a{n}")
            self.totals.append(f"a{n}")
        pays = {}
        for n in range(one.randint(1, 3)):
            items.append(self.make.define(f"pay{n}", self.rounded(self.amount(4), 1), "pay"))
            self.definitions[f"pay{n}"] = (Money, True)
            pays[f"layer{n}"] = f"pay{n}"
        kernel: Kernel = self.make.kernel(*items, pays=pays, rejects=rejects)
        outcomes = tuple(
            evolve(
                outcome,
                reasons=(
                    ("excluded:care", self.truth(2)),
                    ("paid", self.truth(2)),
                    ("below_threshold", TRUE),
                ),
            )
            for outcome in kernel.outcomes
        )
        return evolve(kernel, outcomes=outcomes)


def kernels(random: Random, make: SimpleNamespace) -> Iterator[Kernel]:
    """Well-formed kernels that fit an evaluator."""
    while True:
        kernel = Maker(random, make).kernel()
        try:
            check_kernel(kernel)
        except KernelError as error:
            # An accumulator that adds nothing but totals, of itself in the end, has no type.
            assert "cannot be worked out" in str(error)
            continue
        if not ranges_of(kernel).findings:
            yield kernel


def claims(random: Random, n: int) -> list[dict[str, Any]]:
    day = 18_000
    rows = []
    for _ in range(n):
        day = min(21_000, day + random.choice((0, 0, 1, 20, 90)))
        row: dict[str, Any] = {
            "date": day,
            "amount": random.choice((0, 0, 1, 3, 10**12, random.randint(0, 10**7))),
            "refund": random.choice((0, 0, -(10**9), 5, random.randint(-(10**5), 10**5))),
            "count": random.randint(-3, 20),
            "share": Fraction(random.choice((0, 10**6, 750_000, random.randint(0, 10**6))), 10**6),
            "care": random.choice(("inpatient", "outpatient", "chronic")),
            "drug": random.choice(("", "D1", "D2", "D3", "D4")),
            "accident": random.random() < 0.3,
        }
        if random.random() < 0.5:
            row["paid_before"] = random.randint(100, 10**9)
        if random.random() < 0.5:
            row["referral"] = random.choice(("", "D1", "R1", "R2"))
        rows.append(row)
    return rows


def members(random: Random) -> dict[str, Any]:
    member: dict[str, Any] = {
        "birth": random.choice((-20_000, 0, 789, 11_016, 19_417, 20_000)),  # also 29 February
        "poor": random.random() < 0.5,
        "suspended": tuple(
            (first, first + random.randint(0, 300))
            for first in (random.randint(18_000, 20_000) for _ in range(random.randint(0, 2)))
        ),
    }
    if random.random() < 0.5:
        member["enrolled"] = random.randint(15_000, 20_000)
    return member
