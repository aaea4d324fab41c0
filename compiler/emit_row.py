"""One kernel -> the Cython function that adjudicates rows of one unit.

The body of the loop is a straight line of typed locals v0, v1, ... that hold numerators over the
static denominators, 64 bits wide or, where ranges ask for it, 128. Everything is evaluated, also
what a choice does not choose: no value can do harm, as ranges count an absent value as 0. First
all is worked out and checked, then written, so that a refused row leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import assert_never

from attrs import define, field, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.plan import Listed, look_up, look_ups
from hmbc.compiler.ranges import INT64, Ranges, ranges_of
from hmbc.dsl.expr import (
    Add,
    AddMonths,
    AgeAt,
    And,
    Attribute,
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
    LayerPay,
    Max,
    Min,
    MonthOf,
    Not,
    Or,
    Owner,
    Parameter,
    Ref,
    Round,
    RoundingMode,
    Scale,
    Share,
    Subtract,
    Total,
    YearOf,
)
from hmbc.dsl.reads import reads_totals
from hmbc.dsl.types import Enum
from hmbc.runtime.plan import Plan

OK, CEILING, OUT_OF_ORDER, BOUND, REJECT = 0, 1, 2, 3, 16
"""The statuses of evaluator.h."""

BEFORE_LOOP = " " * 4
IN_LOOP = " " * 8


@frozen
class Term:
    """A C expression of one name or literal. wide: it is an i128."""

    text: str
    wide: bool
    literal: int | None = None


def emit_row(kernel: Kernel, plan: Plan, function: str) -> str:
    """The source of `function`. Raises KernelError if the kernel's values fit no integers (then
    `ranges_of` has findings)."""
    ranges = ranges_of(kernel)
    if ranges.findings:
        raise KernelError(f"no evaluator: {ranges.findings}")
    return _Emitter(kernel, plan, ranges).function(function)


@define
class _Emitter:
    kernel: Kernel
    plan: Plan
    ranges: Ranges
    declared: list[str] = field(factory=list)
    before_loop: list[str] = field(factory=list)
    in_loop: list[str] = field(factory=list)
    terms: dict[tuple[Expr, bool], Term] = field(factory=dict)
    keys: dict[str, list[Term]] = field(factory=dict)
    befores: dict[str, Term] = field(factory=dict)
    afters: dict[str, Term] = field(factory=dict)
    added: dict[str, Term] = field(factory=dict)
    definitions: dict[str, Term] = field(factory=dict)
    attributes: dict[tuple[Owner, str], int] = field(init=False)
    listed: dict[Listed, int] = field(init=False)
    accumulators: dict[str, Accumulator] = field(init=False)
    numbers: dict[str, int] = field(init=False)
    count: int = 0

    def __attrs_post_init__(self) -> None:
        self.attributes = {}
        for place, claim in enumerate(self.plan.claim):
            self.attributes["claim", claim.name] = place
        for place, member in enumerate(self.plan.member):
            self.attributes["member", member.name] = place
        self.listed = {entry: place for place, entry in enumerate(look_ups(self.kernel))}
        self.accumulators = {i.name: i for i in self.kernel.items if isinstance(i, Accumulator)}
        self.numbers = {name: number for number, name in enumerate(self.accumulators)}

    def function(self, name: str) -> str:
        layers = len(self.kernel.outcomes)
        for place, reject in enumerate(self.kernel.rejects):
            self.comment(f"reject {place}")
            self.refuse(self.term(reject.when).text, f"{REJECT + place}")
        for place, item in enumerate(self.kernel.items):
            match item:
                case Definition():
                    self.comment(f"item {place}")
                    self.definitions[item.name] = self.term(item.expr)
                case Accumulator():
                    self.comment(f"item {place}, accumulator {self.numbers[item.name]}")
                    self.accumulate(item)
                case _:
                    assert_never(item)
        self.outcomes()
        self.commit()
        lines = [
            f"cdef void {name}(const hmb_input *inp, const int64_t *rows, int64_t n,",
            f"{' ' * len(name)}           hmb_state *state,",
            f"{' ' * len(name)}           const hmb_output *out) noexcept nogil:",
            f"{BEFORE_LOOP}cdef i64 at, r, m",
            *(f"{BEFORE_LOOP}cdef {line}" for line in self.declared),
            *(f"{BEFORE_LOOP}{line}" for line in self.before_loop),
            f"{BEFORE_LOOP}for at in range(n):",
            f"{IN_LOOP}r = rows[at]",
            f"{IN_LOOP}m = inp.row_member[r]",
            *(f"{IN_LOOP}{line}" for line in self.in_loop),
        ]
        return "\n".join(lines).replace("LAYERS", str(layers)) + "\n"

    def comment(self, text: str) -> None:
        self.in_loop.append(f"# {text}")

    def refuse(self, condition: str, status: str) -> None:
        self.in_loop += [
            f"if {condition}:",
            f"    refuse(out, r, LAYERS, {status})",
            "    continue",
        ]

    def outcomes(self) -> None:
        reasons = {reason.code: place for place, reason in enumerate(self.kernel.reasons)}
        for place, outcome in enumerate(self.kernel.outcomes):
            self.comment(f"layer {place}")
            conditions = [(reasons[code], self.term(when)) for code, when in outcome.reasons]
            word = "if"
            for reason, when in conditions[:-1]:
                self.in_loop += [
                    f"{word} {when.text}:",
                    f"    out.reason[{place}][r] = {reason}",
                ]
                word = "elif"
            last = f"out.reason[{place}][r] = {conditions[-1][0]}"
            self.in_loop += ["else:", f"    {last}"] if word == "elif" else [last]
            self.in_loop.append(f"out.pay[{place}][r] = {self.definitions[outcome.pay].text}")
        self.in_loop.append(f"out.status[r] = {OK}")

    def accumulate(self, item: Accumulator) -> None:
        number, before = self.numbers[item.name], self.before(item.name)
        self.added[item.name] = added = self.term(item.adds)
        self.afters[item.name] = after = self.new(f"{before.text} + {added.text}", False)
        if item.sequential and item.keys:
            self.refuse(self.earlier(number, self.keys[item.name]), str(OUT_OF_ORDER))
        most = _literal(item.ceiling)
        self.refuse(f"{after.text} > {most} or {after.text} < -{most}", str(CEILING))
        if not item.sequential:
            room = f"state.room(state.map, {number}, k{number}, {len(item.keys)}) == 0"
            self.refuse(f"{added.text} != 0 and {room}", str(BOUND))

    def earlier(self, number: int, keys: list[Term]) -> str:
        """Whether this row's key comes before the one held; a total of 0 holds none."""
        held = [f"w{number}[{place}]" for place in range(len(keys))]
        less = "False"
        for key, old in reversed([*zip(keys, held, strict=True)]):
            tie = "" if less == "False" else f" or ({key.text} == {old} and ({less}))"
            less = f"{key.text} < {old}{tie}"
        return f"w{number}[{len(keys)}] != 0 and ({less})"

    def before(self, name: str) -> Term:
        """The total when this row began, worked out where it is first read."""
        if name not in self.befores:
            item, number = self.accumulators[name], self.numbers[name]
            self.keys[name] = keys = [self.term(key) for key in item.keys]
            if item.sequential:
                self.befores[name] = self.sequential(number, keys)
            else:
                self.befores[name] = self.keyed(number, keys)
        return self.befores[name]

    def sequential(self, number: int, keys: list[Term]) -> Term:
        self.declared.append(f"int64_t *w{number}")
        word = self.plan.accumulators[number].word
        self.before_loop.append(f"w{number} = state.words + {word}")
        if not keys:
            return self.new(f"w{number}[0]", False)
        same = " and ".join(f"w{number}[{at}] == {key.text}" for at, key in enumerate(keys))
        return self.new(f"w{number}[{len(keys)}] if {same} else 0", False)

    def keyed(self, number: int, keys: list[Term]) -> Term:
        self.declared += [f"int64_t k{number}[HMB_KEY_WORDS]", f"const int64_t *f{number}"]
        self.in_loop += [f"k{number}[{at}] = {key.text}" for at, key in enumerate(keys)]
        self.in_loop.append(f"f{number} = state.find(state.map, {number}, k{number}, {len(keys)})")
        return self.new(f"f{number}[0] if f{number} != NULL else 0", False)

    def commit(self) -> None:
        for name, item in self.accumulators.items():
            number, after = self.numbers[name], self.afters[name]
            self.in_loop.append(f"if {self.added[name].text} != 0:")
            if item.sequential:
                words = [*self.keys[name], after]
                for part, word in enumerate(words):
                    self.in_loop.append(f"    w{number}[{part}] = {word.text}")
            else:
                at = f"{number}, k{number}, {len(item.keys)}"
                self.in_loop.append(f"    state.put(state.map, {at}, {after.text})")

    # Expressions

    def new(self, text: str, wide: bool, hoisted: bool = False) -> Term:
        """A local that holds `text`. hoisted: it is the same for all rows of the call."""
        name = f"v{self.count}"
        self.count += 1
        self.declared.append(f"{'i128' if wide else 'i64'} {name}")
        (self.before_loop if hoisted else self.in_loop).append(f"{name} = {text}")
        return Term(name, wide)

    def term(self, expr: Expr, before: bool = False) -> Term:
        """The numerator of an expression over its denominator; `before`: with each total at what it
        was before the row."""
        known = (expr, before and reads_totals(expr))
        if known not in self.terms:
            self.terms[known] = self.emit(expr, known[1])
        return self.terms[known]

    def emit(self, expr: Expr, before: bool) -> Term:
        match expr:
            case Const():
                return _constant(expr)
            case Attribute(owner="claim", name=name):
                return self.new(f"inp.claim[{self.attributes['claim', name]}][r]", False)
            case Attribute(name=name):
                place = self.attributes["member", name]
                return self.new(f"inp.member[{place}][m]", False)
            case Given(owner=owner, name=name):
                return self.given(owner, name)
            case Parameter(name=name):
                place = [parameter.name for parameter in self.plan.parameters].index(name)
                return self.new(f"inp.parameter[{place}]", False, hoisted=True)
            case Add(left=left, right=right):
                one, two = self.common(expr, (left, right), before)
                return self.computed(expr, f"{one} + {two}")
            case Subtract(left=left, right=right):
                one, two = self.common(expr, (left, right), before)
                return self.computed(expr, f"{one} - {two}")
            case Scale(amount=amount, by=by):
                wide = self.is_wide(expr)
                one = self.at(self.term(amount, before), 1, wide)
                two = self.at(self.term(by, before), 1, wide)
                return self.computed(expr, f"{one} * {two}")
            case Min(left=left, right=right):
                one, two = self.common(expr, (left, right), before, named=True)
                return self.computed(expr, f"{one} if {one} < {two} else {two}")
            case Max(left=left, right=right):
                one, two = self.common(expr, (left, right), before, named=True)
                return self.computed(expr, f"{one} if {one} > {two} else {two}")
            case Share(mode=mode):
                return self.share(expr, mode, before)
            case Compare(op=op, left=left, right=right):
                if (entry := look_up(expr)) is not None:
                    found = self.in_list(entry)
                    return found if op == "==" else self.new(f"{found.text} == 0", False)
                one, two = self.common(expr, (left, right), before)
                return self.new(f"{one} {op} {two}", False)
            case And(left=left, right=right):
                sides = self.term(left, before).text, self.term(right, before).text
                return self.new(f"{sides[0]} & {sides[1]}", False)
            case Or(left=left, right=right):
                sides = self.term(left, before).text, self.term(right, before).text
                return self.new(f"{sides[0]} | {sides[1]}", False)
            case Not(of=of):
                return self.new(f"1 - {self.term(of, before).text}", False)
            case Choose(when=when, then=then, otherwise=otherwise):
                chosen = self.term(when, before).text
                one, two = self.common(expr, (then, otherwise), before, named=True)
                return self.computed(expr, f"{one} if {chosen} else {two}")
            case InList():
                entry = look_up(expr)
                if entry is None:
                    raise KernelError(f"{expr} looks up nothing")
                return self.in_list(entry)
            case InPeriods(date=date, name=name):
                periods = self.plan.member[self.attributes["member", name]].periods_index
                day = self.term(date, before).text
                return self.new(f"in_periods(&inp.periods[{periods}], m, {day})", False)
            case YearOf(date=date, month=month, day=first):
                day = self.term(date, before).text
                return self.new(f"benefit_year({day}, {month}, {first})", False)
            case DateIn(year=year, month=month, day=first):
                number = self.term(year, before).text
                return self.new(f"day_number({number}, {month}, {first})", False)
            case MonthOf(date=date):
                return self.new(f"month_number({self.term(date, before).text})", False)
            case AddMonths(date=date, months=months, mode=mode):
                day, moved = self.term(date, before).text, self.term(months, before).text
                return self.new(f"add_months({day}, {moved}, {int(mode == 'next_day')})", False)
            case AgeAt(birth=birth, date=date):
                born, day = self.term(birth, before).text, self.term(date, before).text
                return self.new(f"age_at({born}, {day})", False)
            case Ref(name=name):
                return self.definitions[name]
            case Total(accumulator=name):
                return self.before(name) if before else self.afters[name]
            case Before(accumulator=name):
                return self.before(name)
            case Increase(of=of):
                if not reads_totals(of):
                    return Term("0LL", False, 0)
                wide = self.is_wide(expr)
                one = self.at(self.term(of), 1, wide)
                two = self.at(self.term(of, before=True), 1, wide)
                return self.computed(expr, f"{one} - {two}")
            case Round(amount=amount, mode=mode, step=step):
                unit = step * self.ranges.denominators.of(amount)
                whole = self.term(amount, before)
                if unit == 1:
                    return whole
                wide = self.is_wide(expr)
                call = f"round_{mode}_{_bits(wide)}({self.at(whole, 1, wide)}, {_literal(unit)})"
                return self.computed(expr, f"{call} * {_literal(step, wide)}")
            case LayerPay():
                raise KernelError("LayerPay in a kernel")
            case _:
                assert_never(expr)

    def share(self, expr: Share, mode: RoundingMode, before: bool) -> Term:
        wide = self.is_wide(expr)
        of = self.ranges.denominators.of
        common = lcm(of(expr.part), of(expr.whole))
        amount = self.at(self.term(expr.amount, before), 1, wide)
        part = self.at(self.term(expr.part, before), common // of(expr.part), wide)
        whole = self.at(self.term(expr.whole, before), common // of(expr.whole), wide)
        parts = _literal(of(expr.amount))
        call = f"share_{mode}_{_bits(wide)}({amount}, {parts}, {part}, {whole})"
        return self.computed(expr, call)

    def given(self, owner: Owner, name: str) -> Term:
        place = self.attributes[owner, name]
        attributes = self.plan.claim if owner == "claim" else self.plan.member
        if not attributes[place].optional:
            return Term("1LL", False, 1)
        column, row = f"inp.{owner}_given[{place}]", "r" if owner == "claim" else "m"
        return self.new(f"{column} == NULL or {column}[{row}] != 0", False)

    def in_list(self, entry: Listed) -> Term:
        owner: Owner = "claim" if entry.owner == "claim" else "member"
        place = self.attributes[owner, entry.attribute]
        attributes = self.plan.claim if owner == "claim" else self.plan.member
        kind = next(
            given.type
            for given in self.kernel.inputs
            if (given.owner, given.name) == (owner, entry.attribute)
        )
        code = self.term(Attribute(owner, entry.attribute, kind)).text
        given = self.term(Given(owner, entry.attribute)).text if attributes[place].optional else "1"
        return self.new(f"in_list(inp.listed[{self.listed[entry]}], {code}, {given})", False)

    def is_wide(self, expr: Expr) -> bool:
        """Whether computing this node takes more than 64 bits."""
        return self.ranges.width(expr) > INT64

    def computed(self, expr: Expr, text: str) -> Term:
        """A local for the result, as narrow as it fits."""
        result = self.ranges.numerators(expr) > INT64
        if self.is_wide(expr) and not result:
            text = f"<i64>({text})"
        return self.new(text, result)

    def common(
        self, expr: Expr, parts: Iterable[Expr], before: bool, named: bool = False
    ) -> list[str]:
        """Operands over a common denominator, and of a common width; named: each a local."""
        wide, of = self.is_wide(expr), self.ranges.denominators.of
        parts = tuple(parts)
        unit = lcm(*(of(part) for part in parts))
        texts = [self.at(self.term(part, before), unit // of(part), wide) for part in parts]
        return [self.new(text, wide).text for text in texts] if named else texts

    def at(self, term: Term, factor: int, wide: bool) -> str:
        """The text of a numerator times a factor, to be computed in 64 or 128 bits."""
        if term.literal is not None:
            return _literal(term.literal * factor, wide)
        text = f"<i128>{term.text}" if wide and not term.wide else term.text
        return text if factor == 1 else f"({text} * {_literal(factor, wide)})"


def _constant(const: Const) -> Term:
    match const.value:
        case Fraction() as value:
            number = value.numerator
        case str() as value:
            number = const.type.values.index(value) if isinstance(const.type, Enum) else -1
        case value:
            number = int(value)
    wide = abs(number) > INT64
    return Term(_literal(number, wide), wide, number)


def _literal(number: int, wide: bool = False) -> str:
    if abs(number) > INT64:
        size = abs(number)
        high, low = size >> 64, size & (2**64 - 1)
        text = f"((<i128>{high}LL << 64) | <i128>{low}ULL)"
        return f"(-{text})" if number < 0 else text
    text = f"{number}LL" if number >= 0 else f"(-{-number}LL)"
    return f"(<i128>{text})" if wide else text


def _bits(wide: bool) -> int:
    return 128 if wide else 64
