"""What is known while a scheme is drawn, and how its words, names and numbers are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

from attrs import define, field, frozen

from hmbc.grammar.keywords import Language, spelling

DRUGS = ("D1", "D2", "D3", "D4", "D5")
CARES, TIERS = ("inpatient", "outpatient", "chronic"), ("low", "middle", "high")
_NAMES = {
    "bill": "自付费用", "other": "他方已付", "fee": "床位费", "own": "另付", "care": "类别",
    "drug": "药品", "visit": "住院号", "days": "天数", "share": "自付率", "accident": "意外",
    "settled": "结算日", "admitted": "入院日", "referral": "转诊单", "gone": "已废",
    "tier": "档次", "flag": "公务员", "age": "年龄数", "bonus": "加成", "joined": "参保日",
    "born": "生日", "stops": "停保", "quota": "额度", "plan": "产品", "household": "户号",
    "inpatient": "住院", "outpatient": "门诊", "chronic": "慢病",
    "low": "低档", "middle": "中档", "high": "高档",
    "limit": "限额", "rate": "给付率", "line": "线", "open": "开放", "start": "起始",
    "often": "次数限", "since": "起始日", "covered": "目录", "rare": "罕见", "dear": "贵重",
}  # fmt: skip


@frozen
class Drawn:
    """A scheme and how it came to be. size: minor units about which its amounts lie; used: the
    constructs in it; items: what stands between its braces, one by one."""

    text: str
    language: Language
    size: int
    used: frozenset[str]
    items: tuple[str, ...]


@define(slots=False)
class Draft:
    """A scheme that is being drawn: what later parts may name, and which constructs were used."""

    random: Random
    language: Language = "en"
    digits: int = 2
    size: int = 10_000
    start: tuple[int, int] = (1, 1)
    month_end: bool = False
    anniversary: bool = False
    has_event: bool = False
    family: bool = False
    has_workdays: bool = False
    used: Counter[str] = field(factory=Counter)
    # ---- what is declared so far
    layers: list[str] = field(factory=list)
    workings: dict[str, list[str]] = field(factory=dict)
    """By layer: which amounts of its working may be read."""
    names: list[str] = field(factory=list)
    """The names of all layers, also those to come."""
    parameters: dict[str, list[str]] = field(factory=dict)
    """Names of parameters by the keyword of their type."""
    dated: set[str] = field(factory=set)
    dated_by_year: set[str] = field(factory=set)
    lists: list[str] = field(factory=list)
    tables: dict[str, str] = field(factory=dict)
    """Names of tables by the keyword of their type."""
    lets: dict[str, list[str]] = field(factory=dict)
    """Names of `let`s by the keyword of their type."""
    let_reads: dict[str, set[str]] = field(factory=dict)
    """The words in what each of them stands for."""
    totals: list[str] = field(factory=list)
    """Totals of money; other totals are `numbers`, with their kind."""
    numbers: list[tuple[str, str]] = field(factory=list)
    by_year: list[tuple[str, str]] = field(factory=list)
    """Totals over the benefit year, with their kind."""
    pools: list[tuple[str, str]] = field(factory=list)
    # ---- where the pen is
    in_layer: bool = False
    given: tuple[str, ...] = ()

    # ---- words

    def w(self, token: str) -> str:
        return spelling(token, self.language)

    def n(self, name: str) -> str:
        return _NAMES.get(name, name) if self.language == "zh" else name

    def text(self, zh: str, en: str) -> str:
        return f"“{zh}”" if self.language == "zh" else f'"{en}"'

    def use(self, feature: str) -> None:
        self.used[feature] += 1

    def name(self, prefix: str) -> str:
        """A name that is new."""
        self.used[f"#{prefix}"] += 1
        number = self.used[f"#{prefix}"]
        return f"{prefix}{number}" if self.language == "en" else f"{prefix}_规则{number}"

    @property
    def colon(self) -> str:
        return "：" if self.language == "zh" else ": "

    @property
    def comma(self) -> str:
        return "，" if self.language == "zh" else ", "

    def listed(self, parts: Sequence[str]) -> str:
        return self.comma.join(parts)

    def label(self, percent: int = 20) -> str:
        return f" {self.text('标题', 'a title')}" if self.chance(percent) else ""

    def cite(self) -> str:
        if not self.chance(20):
            return ""
        self.use("cite")
        if self.chance(25):
            self.use("cite of a text")
            return f" {self.w('CITE')} {self.text('第三条', 'section 3')}, XX-01"
        return f" {self.w('CITE')} XX-0{self.random.randint(1, 9)}"

    def words(self, text: str) -> set[str]:
        """The words in a text, and in what they stand for."""
        found = set(re.findall(r"\w+", text))
        return found.union(*(self.let_reads.get(word, set()) for word in found))

    # ---- chances

    def chance(self, percent: int) -> bool:
        return self.random.randint(1, 100) <= percent

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def one(self, *options: tuple[int, Callable[[], str]]) -> str:
        """One of several ways to go on, by weight."""
        weights = [weight for weight, _ in options]
        return self.random.choices([way for _, way in options], weights)[0]()

    # ---- attributes

    def claim(self, name: str) -> str:
        return f"{self.w('CLAIM')}.{self.n(name)}"

    def member(self, name: str) -> str:
        return f"{self.w('MEMBER')}.{self.n(name)}"

    def date(self) -> str:
        return f"{self.w('CLAIM')}.{self.w('DATE_WORD')}"

    # ---- numbers

    def minor(self, low: int, high: int) -> int:
        """A share in percent of the size, now and then an odd amount."""
        amount = self.size * self.random.randint(low, high) // 100
        if self.chance(30):
            amount += self.random.randint(0, 7)
        else:
            amount -= amount % 10**self.digits
        return max(1, amount)

    def amount_text(self, minor: int) -> str:
        units = Fraction(minor, 10**self.digits)
        if units.denominator == 1:
            whole = int(units)
            if self.language == "zh" and whole and whole % 1000 == 0 and self.chance(50):
                self.use("万元")
                return f"{whole // 10_000}万元" if whole % 10_000 == 0 else f"{whole}元"
            return f"{whole:_}" if self.chance(50) else str(whole)
        return f"{minor // 10**self.digits}.{minor % 10**self.digits:0{self.digits}d}"

    def money(self, low: int, high: int) -> str:
        return self.amount_text(self.minor(low, high))

    def percent(self, low: int = 10, high: int = 100) -> str:
        if self.chance(15):
            return f"{self.random.randint(low, min(high, 99))}.{self.random.randint(1, 9)}%"
        return f"{self.random.randint(low // 5, high // 5) * 5}%"

    def span_of(self, kind: str, number: int) -> str:
        """A number of days, months or working days."""
        words = {
            "days": ("天", " days"),
            "months": ("个月", " months"),
            "working days": ("个工作日", " working days"),
        }
        zh, en = words[kind]
        return f"{number}{zh if self.language == 'zh' else en}"

    def day(self, day: tuple[int, int]) -> str:
        if self.language == "zh":
            return f"{day[0]}月{day[1]}日"
        return f"{day[0]:02d}-{day[1]:02d}"
