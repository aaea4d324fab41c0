"""Amounts of money with the scopes over which they run: thresholds, caps and what is shared."""

from __future__ import annotations

from random_schemes.conditions import Conditions
from random_schemes.draft import CARES, DRUGS, TIERS


class Amounts(Conditions):
    """`low`, `high`: in percent of the scheme's size."""

    # ---- scopes

    def scope(self, wide: int = 60, chosen: bool = True) -> str:
        """`wide`: how many of a hundred run over a year or longer; `chosen`: a condition may choose."""
        pick = self.random.randint(1, 100)
        if chosen and pick <= 12:
            self.use("chosen scope")
            condition = self.condition(1, usual=False, reads_money=self.chance(15))
            other = self.scope(wide, pick <= 3)
            return f"{self.keys(wide)} {self.w('IF')} {condition} {self.w('ELSE')} {other}"
        return self.keys(wide)

    def keys(self, wide: int) -> str:
        pick = self.random.randint(1, 100)
        if pick <= 10:
            self.use("two keys")
            found = f"{self.key(0)} {self.w('PER_YEAR')}"
        elif pick <= 16:
            self.use("per attribute")
            names = ["care", "drug", "referral", "visit", "days", "start", "accident"]
            name = self.pick(*names)
            found = f"{self.w('PER')} {self.claim(name)} {self.w('PER_YEAR')}"
        elif pick <= 18:
            self.use("per attribute of the member")
            found = f"{self.w('PER_YEAR')} {self.w('PER')} {self.member(self.pick('tier', 'flag'))}"
        else:
            found = self.key(wide)
        if self.family and self.chance(45):
            self.use("per family")
            found += f" {self.w('PER_FAMILY')}"
        return found

    def key(self, wide: int) -> str:
        if self.chance(wide):
            token = "PER_YEAR" if self.chance(75) else "PER_LIFETIME"
        else:
            keys = ["PER_CLAIM", "PER_DAY", "PER_MONTH", "PER_QUARTER"] + [
                "PER_EVENT"
            ] * 3 * self.has_event
            token = self.pick(*keys)
        self.use(token)
        return self.w(token)

    def amount(self, low: int, high: int) -> str:
        """An amount with its scope."""
        value, scope = self.limit(low, high), self.scope()
        moves = self.dated | (self.dated_by_year if self.w("PER_LIFETIME") in scope else set())
        extra = known = ""
        if self.words(value) & moves or self.chance(4):
            self.use("as at year start")
            extra = f" {self.w('AS_AT_YEAR_START')}"
        if self.chance(50):
            self.use("acknowledged")
            known = f" {self.w('KNOWN')}"
        return f"{value}{extra} {scope}{known}"

    # ---- amounts

    def limit(self, low: int, high: int) -> str:
        """An amount for a threshold or a cap."""
        ways = [
            (40, lambda: self.money(low, high)),
            (9, lambda: self.by_cases("tier", low, high)),
            (6, lambda: self.by_cases("care", low, high)),
            (5, lambda: self.by_code(low, high)),
            (5, lambda: self.by_value(low, high)),
            (4, lambda: f"¥{self.money(low // 4, high // 4)} * {self.number()}"),
            (6, lambda: f"{self.money(low, high)} + {self.quota()} * {self.percent(0, 20)}"),
            (5, lambda: self.choice(low, high)),
            (5, lambda: self.bands_of_value(low, high)),
            (4, lambda: self.worked(low, high)),
        ]
        if self.parameters.get("MONEY"):
            ways.append((12, lambda: self.of_parameter(low, high)))
        if "MONEY" in self.tables:
            ways.append((20, lambda: self.looked_up("MONEY")))
        if self.totals:
            ways.append((12, lambda: self.less_total(low, high)))
        if self.layers:
            ways.append((6, lambda: self.less_working(high)))
        return self.one(*ways)

    def quota(self) -> str:
        self.use("amount of member")
        return self.member("quota")

    def number(self) -> str:
        """Something that is counted."""
        self.use("amount by days")
        days = self.claim("days")
        if "INT" in self.tables and self.chance(50):
            return f"({self.looked_up('INT')})"
        pick = self.random.randint(1, 5)
        if pick in (3, 4) and self.parameters.get("INT"):
            self.use("parameter as number")
            return self.pick(*self.parameters["INT"])
        if pick == 1:
            self.use("smaller or larger of numbers")
            return f"{self.w('SMALLER')} ({days}, {self.random.randint(2, 12)})"
        if pick == 2:
            self.use("amount by a duration")
            return f"({self.date()} - {self.claim('start')})"
        return days

    def by_cases(self, of: str, low: int, high: int) -> str:
        """By an attribute of the member or the claim."""
        self.use("amount by member" if of == "tier" else "amount by claim")
        parts = [
            f"{self.n(value)}{self.colon}{self.money(low, high)}"
            for value in (TIERS if of == "tier" else CARES)
        ]
        if self.chance(30):
            self.use("otherwise")
            parts[1:] = [f"{self.w('OTHERWISE')}{self.colon}{self.money(low, high)}"]
        if self.chance(20):
            self.use("values that share a result")
            one, two, *rest = TIERS if of == "tier" else CARES
            both = self.listed([self.n(one), self.n(two)])
            parts = [f"{both}{self.colon}{self.money(low, high)}"]
            parts += [f"{self.n(value)}{self.colon}{self.money(low, high)}" for value in rest]
        name = self.member("tier") if of == "tier" else self.claim("care")
        return f"{self.w('BY')} {name} ({self.listed(parts)})"

    def by_code(self, low: int, high: int) -> str:
        self.use("amount by code")
        name, codes = self.random.choice((("drug", DRUGS), ("referral", ("R1", "R2"))))
        some = self.random.sample(codes, self.random.randint(1, 2))
        parts = [f'"{code}"{self.colon}{self.money(low, high)}' for code in some]
        parts.append(f"{self.w('OTHERWISE')}{self.colon}{self.money(low, high)}")
        return f"{self.w('BY')} {self.claim(name)} ({self.listed(parts)})"

    def by_value(self, low: int, high: int) -> str:
        """By a whole number, or by yes and no."""
        self.use("amount by value")
        if self.chance(50):
            name, values = self.pick(self.member("flag"), self.claim("accident")), ["YES", "NO"]
            parts = [f"{self.w(value)}{self.colon}{self.money(low, high)}" for value in values]
            if self.chance(40):
                parts[1:] = [f"{self.w('OTHERWISE')}{self.colon}{self.money(low, high)}"]
            return f"{self.w('BY')} {name} ({self.listed(parts)})"
        ordinals = [name for name, of in self.numbers if of == "EVENTS"] if self.in_layer else []
        name = self.claim("days")
        if ordinals and self.chance(60):
            name = f"{self.pick(*ordinals)} {self.w('ORDINAL')}"
        one, two, three = sorted(self.random.sample(range(6), 3))
        both = self.listed([str(one), str(two)])
        parts = [f"{value}{self.colon}{self.money(low, high)}" for value in (both, three)]
        parts.append(f"{self.w('OTHERWISE')}{self.colon}{self.money(low, high)}")
        return f"{self.w('BY')} {name} ({self.listed(parts)})"

    def looked_up(self, type_: str) -> str:
        """The value of a table for the claim's drug."""
        self.use("looked up")
        return f"{self.w('BY')} {self.claim('drug')} {self.w('LOOKED_UP')} {self.tables[type_]}"

    def choice(self, low: int, high: int) -> str:
        self.use("choice")
        either = f"{self.money(low, high)} {self.w('IF')} {self.condition(0, usual=False)}"
        return f"({either} {self.w('ELSE')} {self.money(low, high)})"

    def bands_of_value(self, low: int, high: int) -> str:
        self.use("bands of a value")
        first = self.random.randint(1, 6)
        of, one, two = self.random.choice(
            (
                (self.claim("days"), str(first), str(first + self.random.randint(1, 9))),
                (self.claim("bill"), self.money(5, 30), self.money(40, 90)),
                (self.claim("share"), f"{first * 5}%", "70%"),
                (self.claim("settled"), "2022-01-01", "2022-06-30"),
            )
        )
        parts = [
            f"{self.w(self.pick('UP_TO', 'BELOW'))} {one}{self.colon}{self.money(low, high)}",
            f"{self.w('UP_TO')} {two}{self.colon}{self.money(low, high)}",
            f"{self.w('BEYOND')}{self.colon}{self.money(low, high)}",
        ]
        return f"{self.w('BANDS_OF')} {of} ({self.listed(parts)})"

    def of_parameter(self, low: int, high: int) -> str:
        self.use("parameter as amount")
        name = self.pick(*self.parameters["MONEY"])
        if self.chance(25):
            self.use("smaller or larger")
            return f"{self.w('SMALLER')} ({name}, {self.money(low, high)})"
        return name

    def worked(self, low: int, high: int) -> str:
        """Scaled, divided or rounded."""
        pick = self.random.randint(1, 3)
        if pick == 1:
            return f"¥{self.money(low, high)} * {self.percent(50, 100)}"
        if pick == 2:
            self.use("divided")
            return f"(¥{self.money(2 * low, 2 * high)} / {self.random.randint(2, 7)})"
        return self.whole(f"{self.quota()} * {self.percent(5, 40)} + {self.money(low, high)}")

    def whole(self, amount: str) -> str:
        self.use("rounded")
        mode = self.w(self.pick("HALF_UP", "HALF_EVEN", "UP", "DOWN"))
        step = ""
        if self.chance(60):
            step = f" {self.w('TO')} {self.amount_text(self.random.choice((1, 5, 10, 100)))}"
        return f"{self.w('ROUNDED')} ({amount}{self.comma}{mode}{step})"

    def less_total(self, low: int, high: int) -> str:
        total = self.pick(*self.totals)
        if not self.in_layer:  # what layers share is read by each of them in its turn
            self.use("amount less total")
            return f"{self.money(high, 3 * high)} - {total} {self.w('BEFORE')}"
        if self.chance(25):
            self.use("amount that grows with a total")
            before = f" {self.w('BEFORE')}" if self.chance(40) else ""
            return f"{self.money(low, high)} + {total}{before} * {self.percent(5, 20)}"
        if self.chance(30):
            self.use("increase of a total")
            grows = f"{self.w('INCREASE')} ({self.w('SMALLER')} ({total}, {self.money(50, 400)}))"
            return f"{self.money(low, high)} + {grows} * {self.percent(5, 30)}"
        self.use("amount less total")
        return f"{self.money(high, 3 * high)} - {total} {self.w('BEFORE')}"

    def less_working(self, high: int) -> str:
        self.use("amount less pay")
        return f"{self.money(high, 2 * high)} - {self.working(self.pick(*self.layers))}"

    def working(self, layer: str) -> str:
        """What an earlier layer pays of this claim, or an amount on the way to it."""
        token = "PAY" if self.chance(60) else self.pick(*self.workings[layer])
        self.use(f"layer's {token}")
        return f"{layer}.{self.w(token)}"
