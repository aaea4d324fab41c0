"""The whole: a header, what is known, what stops a claim, layers."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

from random_schemes.data import Data
from random_schemes.draft import Drawn

FOLDER = Path(__file__).parent / "folder"
CURRENCIES = (("CNY", 2), ("CNY", 2), ("USD", 2), ("JPY", 0), ("KWD", 3))
YEARS = (((1, 1), (12, 31)), ((7, 1), (6, 30)), ((4, 1), (3, 31)), ((10, 15), (10, 14)))


def draw(random: Random) -> Drawn:
    """A random scheme."""
    return Scheme(random).scheme()


class Scheme(Data):
    """Items are put down in the order in which they stand."""

    def scheme(self) -> Drawn:
        self.language = self.random.choice(("zh", "en"))
        self.use(self.language)
        currency, self.digits = self.random.choice(CURRENCIES)
        self.use(f"{self.digits} decimals")
        self.size = self.random.choice((3_000, 100_000, 2_000_000))
        lines = [*self.header(currency), *self.attributes()]
        kinds = {"limit": "MONEY", "line": "MONEY", "rate": "RATIO"}
        kinds |= {"often": "INT", "open": "BOOL", "since": "DATE_WORD", "border": "BORDER"}
        for name, type_ in kinds.items():
            if self.chance(50 if type_ in ("MONEY", "RATIO") else 25):
                lines.append(self.parameter(name, type_))
        lines += [self.codes(name) for name in ("covered", "rare", "dear") if self.chance(35)]
        if self.chance(12):
            lines.append(self.table())
        count = self.random.choice((1, 1, 2, 2, 3))
        word = "层" if self.language == "zh" else "layer"
        self.names = [f"{word}{number}" for number in range(1, count + 1)]
        lines += [self.let() for _ in range(self.random.choice((0, 0, 0, 1, 2)))]
        lines += [self.total() for _ in range(self.random.choice((0, 0, 1, 2)))]
        lines += self.stops()
        if self.has_workdays or self.chance(15):
            lines.append(self.deadline())
        if count > 1:
            lines += [self.pool(kind) for kind in ("THRESHOLD", "CAP") if self.chance(35)]
        self.in_layer = True
        for name in self.names:
            lines.append(self.layer(name))
            self.layers.append(name)
            if self.chance(15):
                lines.append(self.total())
        lines += self.remarks("\n".join(lines))
        return self.drawn(lines)

    def header(self, currency: str) -> list[str]:
        first, last = YEARS[0] if self.chance(50) else self.random.choice(YEARS)
        self.start = first
        self.has_event, self.family = self.chance(65), self.chance(25)
        lines = [f"{self.w('SOURCE')} {self.text('文件', 'a document')}, 2021-11-05{self.cite()}"]
        chinese = self.language == "zh" and currency == "CNY"
        lines.append(f"{self.w('CURRENCY')} {self.w('CNY') if chinese else currency}")
        lines.append(self.year(first, last))
        if self.chance(50):
            self.use("month end")
            self.month_end = True
            mode = self.w(self.pick("LAST_DAY", "NEXT_DAY"))
            lines.append(f"{self.w('MONTH_END')} {mode}")
        previous = f"{self.w('PREVIOUS')} " if self.chance(60) else ""
        end = self.day((12, 31) if self.chance(60) else (2, 15))
        lines.append(f"{self.w('ENROLMENT')} {previous}{self.day((11, 1))} {self.w('TO')} {end}")
        if self.chance(30):
            self.use("decides")
            lines.append(f"{self.w('DECIDES')} {self.claim('settled')}")
        if self.has_event:
            self.use("event")
            lines.append(f"{self.w('EVENT')} {self.claim('visit')}")
        if self.family:
            self.use("unit")
            lines.append(f"{self.w('UNIT')} {self.member('household')}")
        if self.chance(12):
            self.has_workdays = True
            self.use("working calendar")
            country = self.w("CHINA") if self.chance(50) else "CN"
            lines.append(f"{self.w('WORKING_CALENDAR')} {country}")
        if self.chance(12):
            self.use("valid")
            days = f"{self.w('FROM')} 2021-03-01"
            if self.chance(50):
                days = f"2021-08-01 {self.w('TO')} 2022-12-31"
            lines.append(f"{self.w('VALID')} {days}{self.cite()}")
        if self.chance(30):
            lines.append(self.rounding("rounding of scheme"))
        return lines

    def year(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        word = self.w("BENEFIT_YEAR")
        if self.chance(12):
            self.use("anniversary")
            self.start = (1, 1)
            return f"{word} {self.w('FROM')} {self.member('born')}"
        if first == (1, 1) and self.chance(50):
            self.use("calendar")
            return f"{word} {self.w('CALENDAR')}{self.cite()}"
        if first != (1, 1):
            self.use("year not calendar")
        return f"{word} {self.day(first)} {self.w('TO')} {self.day(last)}"

    def remarks(self, before: str) -> list[str]:
        """What changes no payment."""
        lines = []
        if self.chance(10):
            self.use("unexpressed")
            kind = self.w(self.pick("PREMIUM", "FUND", "DATA", "DEADLINE", "GUIDELINE"))
            text = self.text("未说明", "not said")
            lines.append(f"{self.w('UNEXPRESSED')} {kind} {text}{self.cite()}")
        if self.chance(10):
            self.use("reading")
            lines.append(f"{self.w('READING')} {self.text('按年度', 'by the year')}{self.cite()}")
        if self.chance(12):
            self.use("prove")
            names = [name for name in ("flag", "bonus", "quota") if not self.reads(name, before)]
            proved = self.listed([self.member(name) for name in (*names, "idle")])
            lines.append(f"{self.w('PROVE')} {self.w('PAY')} {self.w('INDEPENDENT')} {proved}")
        if self.chance(12):
            self.use("waiver")
            laws = ("NEGATIVE_PAY", "ABOVE_BASE", "ABOVE_BILL", "ABOVE_CAP", "NOT_MONOTONE")
            why = f"{self.w('BECAUSE')} {self.text('文件如此', 'so it says')}"
            lines.append(
                f"{self.w('ALLOW')} {self.w(self.pick(*laws))} {why} {self.w('CITE')} XX-01"
            )
        if self.chance(15):
            self.use("conforms")
            lines.append(f"{self.w('CONFORMS')} guidance")
            fact = "承保机构数" if self.language == "zh" else "insurers"
            lines.append(f"{self.w('FACT')} {fact}{self.label()}: {self.random.randint(1, 12)}")
        return lines

    def reads(self, name: str, text: str) -> bool:
        """Whether a member's attribute is read, be it by the names of its values."""
        return re.search(rf"{re.escape(self.member(name))}\b", text) is not None

    def drawn(self, lines: list[str]) -> Drawn:
        if self.language == "zh" and self.chance(30):
            self.use("full width")
            lines = [line.translate(str.maketrans("(){}", "（）｛｝")) for line in lines]
        used = frozenset(feature for feature in self.used if not feature.startswith("#"))
        name = "方案甲" if self.language == "zh" else "scheme_a"
        body = "\n".join(lines)
        text = f"{self.w('SCHEME')} {name} {{\n{body}\n}}\n"
        return Drawn(text, self.language, self.size, used, tuple(lines))
