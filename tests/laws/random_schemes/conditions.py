"""Conditions: what a claim, a member, a date or a total so far must be."""

from __future__ import annotations

from random_schemes.draft import CARES, DRUGS, TIERS, Draft


class Conditions(Draft):
    """`usual`: a condition that holds for most claims rather than for few."""

    def condition(self, depth: int = 2, usual: bool = True, reads_money: bool = True) -> str:
        if depth and self.chance(25):
            word = self.pick("AND", "OR")
            self.use(word.lower())
            left = self.condition(depth - 1, usual, reads_money)
            right = self.condition(depth - 1, usual, reads_money)
            if word == "OR":
                return f"({left} {self.w('OR')} {right})"
            return f"{left} {self.w('AND')} {right}"
        if depth and self.chance(15):
            self.use("not")
            return f"{self.w('NOT')} ({self.condition(depth - 1, not usual, reads_money)})"
        options = [
            self.by_care, self.by_care, self.by_tier, self.by_bool, self.by_list, self.by_days,
            self.by_age, self.by_date, self.by_periods, self.by_window, self.by_given,
            self.by_ratio, self.by_months, self.by_parameter, self.by_choice, self.by_values,
        ]  # fmt: skip
        if reads_money and self.chance(10):
            options = [self.by_money]
        if reads_money and (self.numbers or self.totals) and self.chance(20):
            options = [self.by_total]
        if self.lets.get("BOOL") and self.chance(15):
            options = [self.by_let]
        return self.random.choice(options)(usual)

    def own_condition(self, usual: bool) -> str:
        """One that reads the claim's own attributes alone, and no code."""
        test = self.random.choice((self.by_ratio, self.by_money, self.by_care))(usual)
        if self.chance(30):
            self.use("optional")
            return f"{test} {self.w('OR')} {self.claim('own')} {self.w('GIVEN')}"
        if self.chance(20):
            return f"{test} {self.w('AND')} {self.w('NOT')} {self.claim('accident')}"
        return test

    def by_care(self, usual: bool) -> str:
        if usual:
            if self.chance(50):
                self.use("is not")
                return f"{self.claim('care')} {self.w('IS_NOT')} {self.n(self.pick(*CARES))}"
            self.use("in values")
            some = self.random.sample(CARES, 2)
            return f"{self.claim('care')} {self.w('IN')} {self.listed([*map(self.n, some)])}"
        self.use("is")
        return f"{self.claim('care')} {self.w('IS')} {self.n(self.pick(*CARES))}"

    def by_tier(self, usual: bool) -> str:
        self.use("member enum")
        word = "IS_NOT" if usual else "IS"
        return f"{self.member('tier')} {self.w(word)} {self.n(self.pick('low', 'high'))}"

    def by_bool(self, usual: bool) -> str:
        self.use("bool")
        if self.chance(10):
            self.use("bools compared")
            word = self.w("IS_NOT" if usual else "IS")
            return f"{self.claim('accident')} {word} {self.member('flag')}"
        name = self.claim("accident") if self.chance(50) else self.member("flag")
        if self.chance(35):
            self.use("yes no")
            return f"{name} {self.w('IS')} {self.w('NO' if usual else 'YES')}"
        return f"{self.w('NOT')} {name}" if usual else name

    def by_list(self, usual: bool) -> str:
        word = self.w("NOT_IN" if usual else "IN")
        if self.chance(15):
            self.use("is a code")
            word = self.w("IS_NOT" if usual else "IS")
            return f'{self.claim("drug")} {word} "{self.pick(*DRUGS)}"'
        if self.lists and self.chance(70):
            self.use("in list")
            some = self.random.sample(self.lists, min(len(self.lists), self.random.randint(1, 2)))
            if self.chance(30):
                some.append(f'"{self.pick(*DRUGS)}"')
            members = ", ".join(some)
        else:
            self.use("in codes")
            members = ", ".join(f'"{code}"' for code in self.random.sample(DRUGS, 2))
        return f"{self.claim('drug')} {word} {members}"

    def by_days(self, usual: bool) -> str:
        self.use("int")
        if self.chance(15):
            self.use("below zero")
            days = f"{self.claim('days')} - 2"
            return f"{days} > -1" if usual else f"{days} < -1"
        if usual:
            number = self.random.randint(0, 3)
            return f"{self.claim('days')} {self.pick('>=', '>', '!=')} {number}"
        return f"{self.claim('days')} {self.pick('<', '=', '<=')} {self.random.randint(1, 6)}"

    def by_age(self, usual: bool) -> str:
        self.use("age")
        age = f"{self.w('AGE')} ({self.member('born')} {self.w('AT')} {self.date()})"
        return f"{age} {'<' if usual else '>='} {self.random.randint(50, 75)}"

    def by_date(self, usual: bool) -> str:
        self.use("date and duration")
        days = self.span_of("days", self.random.choice((30, 90, 365)))
        if self.chance(50):
            self.use("optional")
            if self.month_end:
                self.use("months")
                days = self.span_of("months", self.random.choice((1, 3, 13)))
            gap = f"{self.date()} < {self.member('joined')} + {days}"
            if self.chance(30):
                gap = f"{self.date()} - {days} < {self.member('joined')}"
            given = f"{self.member('joined')} {self.w('GIVEN')}"
            if usual:
                return f"{self.w('NOT')} ({given} {self.w('AND')} {gap})"
            return f"({given} {self.w('AND')} {gap})"
        if self.chance(60):
            self.use("duration of dates")
            return f"{self.date()} - {self.claim('start')} {'<' if usual else '>'} {days}"
        day = f"2022-0{self.random.randint(1, 6)}-01"
        since = self.parameters.get("DATE_WORD")
        if since and self.chance(60):
            self.use("parameter in condition")
            day = self.pick(*since)
        date = self.date()
        if self.chance(20):
            self.use("smaller or larger of dates")
            date = f"{self.w('LARGER')} ({self.claim('start')}, {self.claim('settled')})"
        return f"{date} {'>=' if usual else '<'} {day}"

    def by_months(self, usual: bool) -> str:
        if self.chance(50):
            self.use("year of")
            year = f"{self.w('YEAR_OF')} ({self.pick(self.date(), self.claim('start'))})"
            return f"{year} {'>=' if usual else '<'} {self.random.randint(2021, 2022)}"
        self.use("month of")
        first, second = (f"{self.w('MONTH_OF')} ({x})" for x in (self.date(), self.claim("start")))
        return f"{first} - {second} {'<=' if usual else '>'} {self.random.randint(1, 9)}"

    def by_periods(self, usual: bool) -> str:
        self.use("periods")
        word = self.w("NOT_IN" if usual else "IN")
        return f"{self.pick(self.date(), self.claim('start'))} {word} {self.member('stops')}"

    def by_window(self, usual: bool) -> str:
        if self.chance(50):
            self.use("enrolment window")
            date = self.member("born") if self.chance(30) else self.claim("start")
            return f"{date} {self.w('NOT_IN' if usual else 'IN')} {self.w('ENROLMENT')}"
        self.use("benefit year window")
        if self.chance(40):
            self.use("first or last day of")
            first, last = (
                f"{self.w(token)} ({self.w(self.pick('BENEFIT_YEAR', 'ENROLMENT'))})"
                for token in ("FIRST_DAY_OF", "LAST_DAY_OF")
            )
            if usual:
                return f"{self.claim('start')} <= {last}"
            return f"{self.date()} - {self.claim('start')} > {last} - {first}"
        word = self.w("IN" if usual else "NOT_IN")
        return f"{self.claim('start')} {word} {self.w('BENEFIT_YEAR')}"

    def by_given(self, usual: bool) -> str:
        self.use("optional")
        name = self.pick("own", "referral")
        given = f"{self.claim(name)} {self.w('GIVEN')}"
        if name == "referral" and self.chance(60):
            test = f'{self.claim(name)} {self.w("NOT_IN" if usual else "IN")} "R1"'
            if self.chance(50):
                self.use("absent code in codes")
                return test
            return f"({given} {self.w('AND')} {test})"
        return given if usual else f"{self.w('NOT')} {given}"

    def by_ratio(self, usual: bool) -> str:
        self.use("ratio compared")
        return f"{self.claim('share')} {'<=' if usual else '>'} {self.random.randint(6, 9) * 10}%"

    def by_values(self, usual: bool) -> str:
        """One of several numbers, amounts or days."""
        self.use("in numbers")
        word = self.w("NOT_IN" if usual else "IN")
        if self.chance(60):
            some = sorted(self.random.sample(range(9), 3))
            return f"{self.claim('days')} {word} {self.listed([*map(str, some)])}"
        return f"{self.claim('bill')} {word} {self.listed(['0', self.money(5, 60)])}"

    def by_parameter(self, usual: bool) -> str:
        known = [(kind, name) for kind in ("INT", "BOOL") for name in self.parameters.get(kind, ())]
        if not known:
            return self.by_days(usual)
        self.use("parameter in condition")
        kind, name = self.random.choice(known)
        if kind == "BOOL":
            return f"({name} {self.w('OR' if usual else 'AND')} {self.by_bool(usual)})"
        return f"{self.claim('days')} {'>=' if usual else '<'} {name}"

    def by_let(self, usual: bool) -> str:
        self.use("let of a condition")
        name = self.pick(*self.lets["BOOL"])
        return f"{name} {self.w('IS')} {self.w('NO')}" if usual and self.chance(30) else name

    def by_choice(self, usual: bool) -> str:
        """Yes or no by an attribute, or by a condition."""
        yes, no = self.w("YES"), self.w("NO")
        if self.chance(50):
            self.use("condition by cases")
            of, values = self.random.choice(
                ((self.claim("care"), CARES), (self.member("tier"), TIERS))
            )
            parts = [f"{self.n(value)}{self.colon}{self.pick(yes, no)}" for value in values[:2]]
            last = f"{self.w('OTHERWISE')}{self.colon}{yes if usual else no}"
            return f"{self.w('BY')} {of} ({self.listed([*parts, last])})"
        self.use("condition by choice")
        either = self.by_days(usual), self.by_ratio(usual)
        other = f"({either[0]}) {self.w('IF')} {self.by_bool(False)} {self.w('ELSE')} ({either[1]})"
        return f"({other})"

    def by_total(self, usual: bool) -> str:
        sign = "<" if usual else ">="
        if self.by_year and self.chance(20):
            self.use("last year")
            name, kind = self.random.choice(self.by_year)
            number = self.random.randint(1, 9)
            most = self.span_of("days", 30) if kind == "DAYS" else str(number)
            if kind == "MONEY":
                most = self.money(50, 500)
            return f"{name} {self.w('LAST_YEAR')} {sign} {most}"
        if self.numbers and (not self.totals or self.chance(60)):
            name, of = self.random.choice(self.numbers)
            number = self.random.randint(2, 5)
            if of == "EVENTS" and self.in_layer and self.chance(75):
                self.use("ordinal")
                return f"{name} {self.w('ORDINAL')} {'<=' if usual else '>'} {number}"
            self.use("count before")
            if of == "DAYS":
                return f"{name} {self.w('BEFORE')} {sign} {self.span_of('days', number * 30)}"
            if self.in_layer and self.chance(25):
                self.use("count with this claim")
                return f"{name} {sign} {number * 4}"
            return f"{name} {self.w('BEFORE')} {sign} {number * 3}"
        self.use("total before")
        return f"{self.pick(*self.totals)} {self.w('BEFORE')} {sign} {self.money(100, 900)}"

    def by_money(self, usual: bool) -> str:
        self.use("condition on money")
        return f"{self.claim('bill')} {'>=' if usual else '<'} {self.money(5, 60)}"
