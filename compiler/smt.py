"""A kernel as z3 terms over unbounded integers: what one row does, exactly.

    encoding = Encoding(kernel)
    row = encoding.row(encoding.claim("c1"), encoding.member("m"), encoding.state("s"))
    solver.add(encoding.facts, encoding.exact, row.ok)

Every amount is the numerator of its static denominator (compiler/denominators.py), so money between
a ratio and a rounding stays a whole number. A row's terms say what each definition is, what each
accumulator becomes, what each layer pays and which reason holds; compiler/interpret.py is the
meaning, and tests hold the two against each other.

    value        term
    enum         its index
    code         a number: 0 no code, 1, 2, ... the codes written in the scheme, then any others
    date         a day number; its year, month and day: see smt_dates
    list         an uninterpreted predicate on codes where it is external
    periods      an uninterpreted predicate on days

`facts` always hold and are linear; `exact` ties what `facts` leave loose (calendars, products of two
unknowns, proportional shares). A proof from `facts` alone is a proof; a model of `facts` alone may
be none. A value that is absent is some value: a kernel reads an optional one only where it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import z3
from attrs import define, field, frozen

from hmbc.compiler import days, smt_dates
from hmbc.compiler.denominators import Denominators, denominators_of
from hmbc.compiler.kernel import Accumulator, Input, Kernel, ParameterInput
from hmbc.compiler.ranges import Ranges, ranges_of
from hmbc.compiler.rounding import share as shared
from hmbc.compiler.smt_row import NO_CODE, Attr, Inputs, Row, RowEncoding, after_rows
from hmbc.compiler.smt_terms import Term, between, is_rounded, rounded
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Bool, Code, Enum, Periods


@frozen
class Fresh:
    """Unknowns that stand for what other terms determine: `compute` makes their values of the
    terms'."""

    unknowns: tuple[Term, ...]
    of: tuple[Term, ...]
    compute: Callable[[Sequence[int]], Sequence[int]]


@define
class Encoding:
    """The terms of one kernel. Rows share its parameters and lists; `facts` and `exact` grow with
    every row that is encoded. `prefix` keeps the unknowns of two kernels apart."""

    kernel: Kernel
    prefix: str = ""
    codes: dict[str, int] = field(factory=dict)
    """Numbers of the codes that are written down; give two encodings one to compare kernels."""
    facts: list[Term] = field(factory=list)
    exact: list[Term] = field(factory=list)
    fresh: list[Fresh] = field(factory=list)
    parameters: dict[str, Term] = field(init=False, factory=dict)
    denominators: Denominators = field(init=False)
    ranges: Ranges = field(init=False)
    accumulators: dict[str, Accumulator] = field(init=False)
    definitions: dict[str, e.Expr] = field(init=False)
    _inputs: dict[Attr, Input] = field(init=False)
    _lists: dict[str, Any] = field(init=False, factory=dict)
    _calendar: dict[int, tuple[Term, tuple[Term, Term, Term]]] = field(init=False, factory=dict)
    _products: dict[tuple[int, int], tuple[Term, Term, Term]] = field(init=False, factory=dict)
    _shares: list[tuple[Term, tuple[object, Term, Term], Term]] = field(init=False, factory=list)
    _count: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self.denominators = denominators_of(self.kernel)
        self.ranges = ranges_of(self.kernel)
        self.accumulators = self.kernel.accumulators
        self.definitions = {name: item.expr for name, item in self.kernel.definitions.items()}
        self._inputs = {(i.owner, i.name): i for i in self.kernel.inputs}
        for code in sorted(self._written()):
            self.codes.setdefault(code, len(self.codes) + 1)
        for given in self.kernel.parameters:
            self.parameters[given.name] = self._unknown(f"parameter {given.name}", given)
        for listed in self.kernel.lists:
            if listed.codes is None:
                name = f"{self.prefix}list {listed.name}"
                self._lists[listed.name] = z3.Function(name, z3.IntSort(), z3.BoolSort())

    def _written(self) -> set[str]:
        found = {code for listed in self.kernel.lists for code in listed.codes or ()}
        roots = [reject.when for reject in self.kernel.rejects]
        for item in self.kernel.items:
            roots += item.exprs
        roots += [when for outcome in self.kernel.outcomes for _, when in outcome.reasons]
        for root in roots:
            for node in walk(root):
                if isinstance(node, e.Const) and isinstance(node.type, Code):
                    found.add(str(node.value))
        return found - {""}

    # ---- unknowns

    def claim(self, name: str) -> Inputs:
        """The attributes of a claim, within their domains."""
        return self._attributes("claim", name)

    def member(self, name: str) -> Inputs:
        """The attributes of a member, within their domains."""
        return self._attributes("member", name)

    def state(self, name: str) -> dict[str, Term]:
        """A total for each accumulator that a row's keys find when it begins: not above its
        ceiling, not below 0 where it never is."""
        found = {}
        for item in self.accumulators.values():
            total = z3.Int(f"{self.prefix}{name} {item.name}")
            low = -item.ceiling if item.name in self.ranges.signed else 0
            self.facts += [total >= low, total <= item.ceiling]
            found[item.name] = total
        return found

    def nothing(self) -> dict[str, Term]:
        """The state of a unit without rows."""
        return {name: z3.IntVal(0) for name in self.accumulators}

    def list_of(self, name: str) -> Any:
        """The predicate of an external list."""
        return self._lists[name]

    def code(self, text: str) -> Term:
        """The number of a code."""
        return z3.IntVal(
            NO_CODE if text == "" else self.codes.setdefault(text, len(self.codes) + 1)
        )

    def _attributes(self, owner: str, name: str) -> Inputs:
        values: dict[Attr, Term] = {}
        given: dict[Attr, Term] = {}
        for key, attribute in self._inputs.items():
            if key[0] != owner:
                continue
            values[key] = self._unknown(f"{name}.{attribute.name}", attribute)
            if attribute.optional:
                given[key] = z3.Bool(f"{self.prefix}{name}.{attribute.name} given")
        return Inputs(values, given)

    def _unknown(self, name: str, given: Input | ParameterInput) -> Term:
        name = self.prefix + name
        match given.type:
            case Bool():
                return z3.Bool(name)
            case Periods():
                return z3.Function(name, z3.IntSort(), z3.BoolSort())
            case Enum(values=values):
                found = z3.Int(name)
                self.facts += [found >= 0, found < len(values)]
            case Code():
                found = z3.Int(name)
                self.facts.append(found >= NO_CODE)
            case _:
                found = z3.Int(name)
                self.facts += [found >= given.low, found <= given.high]
        return found

    def _new(self, what: str) -> Term:
        self._count += 1
        return z3.Int(f"{self.prefix}{what}!{self._count}")

    # ---- rows

    def row(self, claim: Inputs, member: Inputs, before: Mapping[str, Term]) -> Row:
        """What the kernel makes of a claim of a member whose totals are `before`."""
        return RowEncoding(self, claim, member, lambda name, keys: before[name]).done()

    def history(
        self, claims: Sequence[Inputs], members: Sequence[Inputs] | Inputs
    ) -> tuple[Row, ...]:
        """The rows of one unit from its beginning: each finds the totals of the last earlier row
        with its keys. The caller puts the claims in date order (`in_date_order`). `members`: one for
        all rows, or one a row."""
        each = [members] * len(claims) if isinstance(members, Inputs) else list(members)
        rows: list[Row] = []
        for claim, member in zip(claims, each, strict=True):
            rows.append(RowEncoding(self, claim, member, after_rows(tuple(rows))).done())
        return tuple(rows)

    def in_date_order(self, claims: Sequence[Inputs]) -> list[Term]:
        """That no claim is dated before the one ahead of it."""
        at = ("claim", self.kernel.date)
        return [
            one.values[at] <= two.values[at] for one, two in zip(claims, claims[1:], strict=False)
        ]

    # ---- what rows share

    def parts(self, date: Term) -> tuple[Term, Term, Term]:
        """Year, month and day of a day number."""
        if (found := self._calendar.get(date.get_id())) is not None:
            return found[1]
        year, month, day = self._new("year"), self._new("month"), self._new("day")
        self.facts += [month >= 1, month <= 12, day >= 1, day <= 31]
        self.exact += [
            day <= smt_dates.days_in_month(year, month),
            smt_dates.day_number(year, month, day) == date,
        ]
        # A year is about 365 days: enough to keep dates far apart in order, and linear.
        for other, (earlier_year, _, _) in self._calendar.values():
            self.facts += [
                z3.Implies(other <= date, earlier_year <= year),
                z3.Implies(date <= other, year <= earlier_year),
            ]
        self.facts += [
            365 * year <= date + 719_528, 366 * year >= date + 719_162,
        ]  # fmt: skip
        self.fresh.append(
            Fresh((year, month, day), (date,), lambda found: days.year_month_day(found[0]))
        )
        self._calendar[date.get_id()] = (date, (year, month, day))
        return year, month, day

    def product(self, amount: Term, by: Term, low: int, high: int) -> Term:
        """The product of two unknowns, the second between `low` and `high`."""
        key = (amount.get_id(), by.get_id())
        if key in self._products:
            return self._products[key][2]
        found = self._new("product")
        self.facts += between(found, amount, low, high)
        # Of one factor, the products of two amounts differ as much as the amounts do, times it.
        for other, factor, known in self._products.values():
            if factor.eq(by):
                self.facts += between(found - known, amount - other, low, high)
        self.exact.append(found == amount * by)
        self.fresh.append(Fresh((found,), (amount, by), lambda given: (given[0] * given[1],)))
        self._products[key] = (amount, by, found)
        return found

    def share(self, amount: Term, of: int, part: Term, whole: Term, mode: e.RoundingMode) -> Term:
        """`amount / of` times `part / whole`, rounded: `part` held to 0 .. `whole`."""
        found = self._new("share")
        all_of_it = rounded(amount, of, mode, 1)
        held = z3.If(part < 0, z3.IntVal(0), z3.If(part > whole, whole, part))
        self.facts += [
            z3.Implies(z3.Or(whole <= 0, part <= 0), found == 0),
            z3.Implies(z3.And(whole > 0, part >= whole), found == all_of_it),
            z3.Implies(amount >= 0, z3.And(found >= 0, found <= all_of_it)),
            z3.Implies(amount <= 0, z3.And(found <= 0, found >= all_of_it)),
        ]
        # Shares of one kind grow with the amount.
        for other, (sort, its_part, its_whole), its in self._shares:
            if sort == (of, mode) and its_part.eq(part) and its_whole.eq(whole):
                self.facts += [
                    z3.Implies(other <= amount, its <= found),
                    z3.Implies(amount <= other, found <= its),
                ]
        self._shares.append((amount, ((of, mode), part, whole), found))
        product = self._new("part")
        self.exact += [
            product == amount * held,
            z3.Implies(whole > 0, is_rounded(found, product, whole * of, mode)),
        ]
        self.fresh.append(
            Fresh(
                (product, found),
                (amount, held, part, whole),
                lambda x: (x[0] * x[1], shared(Fraction(x[0], of), x[2], x[3], mode)),
            )
        )
        return found


__all__ = ["NO_CODE", "Encoding", "Inputs", "Row", "Term"]


def resources_of(solver: Any) -> int:
    """What z3 has used so far in this process."""
    statistics = solver.statistics()
    return int(statistics.get_key_value("rlimit count")) if "rlimit count" in statistics.keys() else 0
