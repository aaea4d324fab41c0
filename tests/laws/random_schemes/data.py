"""What a scheme knows: attributes of members and claims, parameters and lists."""

from __future__ import annotations

from random_schemes.draft import CARES, DRUGS, TIERS
from random_schemes.layers import Layers


class Data(Layers):
    """All attributes are declared always; a kernel has those that are read."""

    def attributes(self) -> list[str]:
        optional, money, to = self.w("OPTIONAL"), self.w("MONEY"), self.w("TO")
        most = self.amount_text(self.size * 40)
        money_range = money
        if self.chance(70):
            self.use("money range")
            money = money_range = f"{money} 0 {to} {most}"
        elif self.chance(50):
            money_range = f"{money} 0 {to} {most}"
        date, age = self.w("DATE_WORD"), "年龄" if self.language == "zh" else "age"
        bonus = self.random.choice((10, 20, 40))
        kept = ""
        if self.chance(10):
            self.use("same")
            kept = f" {self.w('SAME')} {self.w('PER_DAY')} {self.w('PER')} {self.claim('visit')}"
        claim = [
            ("bill", money_range), ("other", money), ("fee", money), ("own", f"{money} {optional}"),
            ("care", self.enum(*CARES)), ("drug", self.w("CODE")), ("visit", self.w("CODE")),
            ("days", f"{self.w('INT')} 0 {to} 30"), ("share", self.w("RATIO")),
            ("accident", self.w("BOOL") + kept), ("start", date), ("seen", f"{date} {optional}"),
            ("referral", f"{self.w('CODE')} {optional}"), ("settled", date),
        ]  # fmt: skip
        born = f"{date} 1930-01-01 {to} 2020-12-31"
        if self.chance(20):
            born += f" {self.w('MEANS')} {age}"
        member = [
            ("tier", self.enum(*TIERS)), ("flag", self.w("BOOL")), ("born", born),
            ("bonus", f"{self.w('RATIO')} 0% {to} {bonus}%"),
            ("joined", f"{date} {optional}"), ("stops", self.w("PERIODS")),
            ("quota", f"{self.w('MONEY')} 0 {to} {self.amount_text(self.size * 2)}"),
            ("idle", self.w("INT")), ("household", self.w("CODE")),
        ]  # fmt: skip
        if self.chance(45):
            fixed = ("born", "idle", "household")
            some = self.random.sample([name for name, _ in member if name not in fixed], 3)
            self.use("varies")
            member = [
                (name, f"{type_} {self.w('VARIES')}" if name in some else type_)
                for name, type_ in member
            ]
        blocks = []
        for owner, declared in (("MEMBER", member), ("CLAIM", claim)):
            lines = [f"    {self.n(name)}{self.label(5)}: {type_}" for name, type_ in declared]
            blocks.append(f"{self.w(owner)} {{\n" + "\n".join(lines) + "\n}")
        return blocks

    def enum(self, *values: str) -> str:
        first, *rest = map(self.n, values)
        return " | ".join([f"{first} {self.text('首项', 'first')}", *rest])

    def parameter(self, name: str, type_: str) -> str:
        """A figure of type MONEY, RATIO, INT, BOOL or DATE_WORD; of type BORDER: money that every
        run must give."""
        known = self.n(name)
        kind = "external" if type_ == "BORDER" else self.pick("fixed", "dated", "external")
        word = self.w("MONEY" if type_ == "BORDER" else type_)
        head = f"{self.w('PARAMETER')} {known}{self.label()}: {word}"
        self.use(f"{kind} parameter")
        self.parameters.setdefault(type_, []).append(known)
        if kind == "fixed":
            return f"{head} = {self.value_of(type_)}{self.cite()}"
        if kind == "external":
            return f"{head}{self.range_of(type_)}, {self.w('EXTERNAL')}{self.cite()}"
        month, day = self.start if self.chance(60) else (9, 12)
        if (month, day) != self.start:
            self.dated.add(known)
        else:
            self.use("dated at year start")
            self.dated_by_year.add(known)
        dates = ["2020-01-01", *(f"202{year}-{month:02d}-{day:02d}" for year in (2, 3))]
        last = f" {self.w('TO')} 2030-12-31" if self.chance(30) else ""
        values = [f"{self.w('FROM')} {date}: {self.value_of(type_)}" for date in dates]
        values[-1] = values[-1].replace(": ", f"{last}: ", 1)
        return f"{head} {{ {' '.join(values)} }}"

    def value_of(self, type_: str) -> str:
        match type_:
            case "MONEY":
                return self.money(30, 150)
            case "RATIO":
                return self.percent(30)
            case "INT":
                return str(self.random.randint(1, 9))
            case "BOOL":
                return self.w(self.pick("YES", "NO"))
            case _:
                return f"2022-0{self.random.randint(1, 9)}-15"

    def range_of(self, type_: str) -> str:
        to = self.w("TO")
        match type_:
            case "BORDER":
                return f" {self.amount_text(400 * self.size // 100)} {to} {self.amount_text(self.size * 9)}"
            case "MONEY":
                low, high = sorted((self.minor(10, 100), self.minor(100, 200)))
                return f" {self.amount_text(low)} {to} {self.amount_text(high)}"
            case "RATIO":
                return f" 20% {to} 100%"
            case "INT":
                return f" 1 {to} 9"
            case "DATE_WORD":
                return f" 2021-12-01 {to} 2022-12-31"
            case _:
                return ""

    def codes(self, name: str) -> str:
        """A list."""
        kind = self.pick("inline", "external", "file")
        self.use(f"{kind} list")
        self.lists.append(self.n(name))
        match kind:
            case "inline":
                source = ", ".join(f'"{code}"' for code in self.random.sample(DRUGS, 2))
            case "external":
                source = self.w("EXTERNAL")
            case _:
                source = f'{self.w("FROM")} "drugs.csv"'
        means = ""
        if self.chance(20):
            means = f" {self.w('MEANS')} {'特药' if self.language == 'zh' else 'special_drugs'}"
        return f"{self.w('LIST')} {self.n(name)}{self.label()}: {source}{means}{self.cite()}"

    def table(self) -> str:
        """From a code to a value, out of a file."""
        self.use("table")
        name, type_, otherwise = self.random.choice(
            (("tariff", "MONEY", "7"), ("weight", "INT", "1"), ("portion", "RATIO", "50%"))
        )
        self.tables[type_] = name
        head = f"{self.w('TABLE')} {name}{self.label()}: {self.w(type_)}"
        rest = f"{self.w('OTHERWISE')}{self.colon}{otherwise}"
        return f'{head} {self.w("FROM")} "tariff.csv"{self.comma}{rest}{self.cite()}'
