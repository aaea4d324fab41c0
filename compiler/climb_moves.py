"""How a climb changes a unit, and what its second run differs in, a little at a time (compiler/climb.py)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from attrs import define, evolve

from hmbc.compiler.directed import Directed
from hmbc.compiler.judge import Change, Judge
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Law, Question
from hmbc.compiler.tried_units import Setting, Unit, Values

MOST_REPEATED = 256
KIND: dict[Law, str] = {
    "monotone": "raise",
    "deduction": "raise",
    "no_cliff": "raise",
    "split_proof": "split",
    "order_free": "swap",
    "more_claims": "drop",
    "never_less": "member",
}
"""In what the second run differs, of laws about two."""


@define
class Moves:
    """pool: units from which claims are taken; money: the amounts of a claim."""

    kernel: Kernel
    judge: Judge
    directed: Directed
    pool: list[tuple[Setting, Unit]]
    money: tuple[str, ...]
    random: Random

    def change(self, question: Question, unit: Unit) -> Change | None:
        """A change of a unit that a question is about."""
        random, claims = self.random, unit.claims
        row = random.randrange(len(claims))
        match KIND[question.law]:
            case "raise":
                subject = question.subject or random.choice(self.judge.amounts.bills)
                by = 1 if random.random() < 0.7 else random.choice(self.directed.amounts)
                return self._raise(claims[row], row, subject, by)
            case "split":
                return Change("split", row, parts=self._parts(claims[row]))
            case "swap":
                date = self.kernel.date
                rows = [
                    at for at, (one, two) in enumerate(zip(claims, claims[1:], strict=False))
                    if one[date] == two[date]
                ]  # fmt: skip
                return Change("swap", random.choice(rows)) if rows else None
            case "member":
                stated = self.judge.favoured[question.subject or ""]
                return Change("member", subject=stated.name, value=stated.more)
            case _:
                return Change("drop", row) if len(claims) > 1 else None

    def _raise(self, claim: Values, row: int, subject: str, by: int) -> Change | None:
        high = next(i.high for i in self.kernel.inputs if (i.owner, i.name) == ("claim", subject))
        by = min(by, (high or by) - claim.get(subject, 0)) if high else by
        return Change("raise", row, subject, by) if subject in claim and by > 0 else None

    def _parts(self, claim: Values) -> dict[str, int]:
        random = self.random
        return {
            name: random.choice((0, claim[name], claim[name] // 2, random.randint(0, claim[name])))
            for name in self.money
            if claim.get(name)
        }

    def moved(
        self, question: Question, unit: Unit, change: Change, setting: Setting, is_near: bool
    ) -> tuple[Unit, Change] | None:
        """The unit and its change, one or two things in them changed; None where that is none. is_near: the last
        rounding alone is in the way."""
        if is_near and self.random.random() < 0.7:
            row = self.random.randrange(len(unit.claims))
            return self._with_claim(unit, change, row, self._shaken(unit.claims[row]))
        for _ in range(self.random.choice((1, 1, 2))):
            moved = self._move(question, unit, change, setting)
            if moved is None:
                return None
            unit, change = moved
        unit = self.directed.one_value_a_day(unit)
        return unit, change

    def _move(
        self, question: Question, unit: Unit, change: Change, setting: Setting
    ) -> tuple[Unit, Change] | None:
        random = self.random
        pick = random.random()
        row = random.randrange(len(unit.claims))
        if pick < 0.25:
            return self._with_claim(unit, change, row, self._shaken(unit.claims[row]))
        if pick < 0.4:
            return self._with_claim(unit, change, row, self._other_amount(unit.claims[row]))
        if pick < 0.52:
            return self._with_claim(unit, change, row, self.directed.turned(unit.claims[row]))
        if pick < 0.6:
            return self._other_change(question, unit, change)
        if pick < 0.7:
            other, member = unit.claims[row], unit.members[row]
            if random.random() < 0.3:
                known, more = random.choice(self.pool)
                if known == setting:
                    other = random.choice(more.claims)
            return self._inserted(unit, change, [(self._shaken(other), member)])
        if pick < 0.76:
            return self._without(unit, change, row)
        if pick < 0.81:
            return self._repeated(unit, change)
        if pick < 0.92:
            return self._with_member(unit, change, row)
        return self._on_day(unit, change, row)

    def _with_claim(
        self, unit: Unit, change: Change, row: int, claim: Values
    ) -> tuple[Unit, Change] | None:
        claims = (*unit.claims[:row], claim, *unit.claims[row + 1 :])
        if row == change.row and change.kind == "raise":
            again = self._raise(claim, row, change.subject or "", change.by)
            if again is None:
                return None
            change = again
        if row == change.row and change.kind == "split":
            parts = {name: min(part, claim.get(name, 0)) for name, part in change.parts.items()}
            more = {n: 0 for n in self.money if claim.get(n) and n not in parts}
            change = evolve(change, parts={n: p for n, p in (parts | more).items() if claim.get(n)})
        return evolve(unit, claims=claims), change

    def _shaken(self, claim: Values) -> Values:
        """With other last digits in one amount, most often by what leaves the rests of ratios."""
        name = self._amount(claim, 0.8)
        if name is None:
            return claim
        more = self.random.randint(-9, 9) * self.random.choice((1, 1, 10, 100))
        return {**claim, name: self._within(name, claim[name] + more)}

    def _other_amount(self, claim: Values) -> Values:
        random, name = self.random, self._amount(claim, 0.7)
        if name is None:
            return claim
        amount = random.choice((0, random.randint(1, 10), random.choice(self.directed.amounts)))
        return {**claim, name: self._within(name, amount)}

    def _amount(self, claim: Values, likely: float) -> str | None:
        """One of a claim's amounts, more likely one that is not 0; None where it has none."""
        names = [name for name in self.money if name in claim]
        used = [name for name in names if claim[name]]
        if not names:
            return None
        return self.random.choice(used if used and self.random.random() < likely else names)

    def _within(self, name: str, value: int) -> int:
        given = next(i for i in self.kernel.inputs if (i.owner, i.name) == ("claim", name))
        return self.directed.within(value, given.low or 0, given.high)

    def _other_change(
        self, question: Question, unit: Unit, change: Change
    ) -> tuple[Unit, Change] | None:
        random = self.random
        if change.kind == "raise" and change.by > 1 and random.random() < 0.7:
            by = random.choice((1, change.by // 2, change.by - 1))
            if random.random() < 0.5:  # from nearer to where it ends
                row, name = change.row, change.subject or ""
                claim = {**unit.claims[row], name: unit.claims[row][name] + change.by - by}
                unit = evolve(unit, claims=(*unit.claims[:row], claim, *unit.claims[row + 1 :]))
            return unit, evolve(change, by=by)
        other = self.change(question, unit)
        return None if other is None else (unit, other)

    def _inserted(
        self, unit: Unit, change: Change, rows: Sequence[tuple[Values, Values]], at: int | None = None
    ) -> tuple[Unit, Change] | None:
        """With more claims, each on the day of the one before it."""
        if at is None:
            at = self.random.randint(0, len(unit.claims))
        if change.kind == "swap" and at == change.row + 1:
            return None
        date = self.kernel.date
        day = unit.claims[max(at - 1, 0)][date]
        claims = tuple({**claim, date: day} for claim, _ in rows)
        members = tuple(member for _, member in rows)
        if at <= change.row:
            change = evolve(change, row=change.row + len(rows))
        return Unit(
            (*unit.claims[:at], *claims, *unit.claims[at:]),
            (*unit.members[:at], *members, *unit.members[at:]),
        ), change

    def _repeated(self, unit: Unit, change: Change) -> tuple[Unit, Change] | None:
        """With some claims that follow each other once more, after themselves."""
        size = len(unit.claims)
        first, last = sorted((self.random.randrange(size), self.random.randrange(size)))
        rows = list(zip(unit.claims, unit.members, strict=True))[first : last + 1]
        if size + len(rows) > MOST_REPEATED:
            return None
        return self._inserted(unit, change, rows, last + 1)

    def _without(self, unit: Unit, change: Change, row: int) -> tuple[Unit, Change] | None:
        touched = (change.row, change.row + 1) if change.kind == "swap" else (change.row,)
        if row in touched or len(unit.claims) < 2:
            return None
        if row < change.row:
            change = evolve(change, row=change.row - 1)
        return Unit(
            (*unit.claims[:row], *unit.claims[row + 1 :]),
            (*unit.members[:row], *unit.members[row + 1 :]),
        ), change

    def _with_member(self, unit: Unit, change: Change, row: int) -> tuple[Unit, Change] | None:
        directed, members = self.directed, unit.members
        if any(given.varies for given in self.kernel.inputs) and self.random.random() < 0.8:
            other = directed.varied(members[row])
            first, last = self.random.choice(((0, row), (row, row), (row, len(members) - 1)))
            several = (other,) * (last + 1 - first)
            return evolve(unit, members=(*members[:first], *several, *members[last + 1 :])), change
        other = directed.member(members[row])
        if self.kernel.unit is not None:
            return None
        fixed = {given.name for given in self.kernel.inputs if given.owner == "member" and not given.varies}
        kept = [{**{n: v for n, v in one.items() if n not in fixed},
                 **{n: v for n, v in other.items() if n in fixed}} for one in members]  # fmt: skip
        return evolve(unit, members=tuple(kept)), change

    def _on_day(self, unit: Unit, change: Change, row: int) -> tuple[Unit, Change] | None:
        """With this claim and all after it some days later, or on the day of the one before."""
        date = self.kernel.date
        day = unit.claims[row][date]
        by = self.random.choice((0, 1, 31, 366))
        if by == 0:
            by = (unit.claims[row - 1][date] if row else day) - day
        claims: list[Values] = [
            {**claim, date: claim[date] + by} if at >= row else claim
            for at, claim in enumerate(unit.claims)
        ]
        given = next(i for i in self.kernel.inputs if (i.owner, i.name) == ("claim", date))
        if any(claim[date] > (given.high or claim[date]) for claim in claims):
            return None
        if change.kind == "swap" and claims[change.row][date] != claims[change.row + 1][date]:
            return None
        return evolve(unit, claims=tuple(claims)), change
