"""Random well-typed schemes, as text in either language, with every construct in its turn.

`draw(random)` writes one scheme. Any `random.Random` will do, so Hypothesis can drive it (and shrink
what it drew) and so can a seed. Amounts are drawn around one size, so that thresholds and caps are
met and passed by the claims of claims.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from random import Random

from attrs import define, field, frozen

from hmbc.grammar.keywords import Language, spelling

CURRENCIES = (("CNY", 2), ("CNY", 2), ("USD", 2), ("JPY", 0), ("KWD", 3))
YEARS = (((1, 1), (12, 31)), ((7, 1), (6, 30)), ((4, 1), (3, 31)), ((10, 15), (10, 14)))
DRUGS = ("D1", "D2", "D3", "D4", "D5")
_NAMES = {
    "bill": "自付费用", "other": "他方已付", "fee": "床位费", "own": "另付", "care": "类别",
    "drug": "药品", "visit": "住院号", "days": "天数", "share": "自付率", "accident": "意外",
    "settled": "结算日", "admitted": "入院日", "referral": "转诊单",
    "tier": "档次", "flag": "公务员", "age": "年龄数", "bonus": "加成", "joined": "参保日",
    "born": "生日", "stops": "停保", "quota": "额度", "plan": "产品",
    "inpatient": "住院", "outpatient": "门诊", "chronic": "慢病",
    "low": "低档", "middle": "中档", "high": "高档",
    "limit": "限额", "rate": "给付率", "line": "线", "open": "开放", "start": "起始", "count": "次数",
    "covered": "目录", "rare": "罕见",
}  # fmt: skip


@frozen
class Drawn:
    """A scheme and how it came to be. size: minor units about which its amounts lie; used: the
    constructs in it."""

    text: str
    language: Language
    size: int
    used: frozenset[str]


def draw(random: Random) -> Drawn:
    """A random scheme."""
    return _Draft(random).scheme()


@define
class _Draft:
    random: Random
    language: Language = "en"
    digits: int = 2
    size: int = 10_000
    start: tuple[int, int] = (1, 1)
    has_event: bool = False
    given: tuple[str, ...] = ()
    used: Counter[str] = field(factory=Counter)
    layers: list[str] = field(factory=list)
    names: list[str] = field(factory=list)
    money_parameters: list[str] = field(factory=list)
    ratio_parameters: list[str] = field(factory=list)
    dated: set[str] = field(factory=set)
    dated_by_year: set[str] = field(factory=set)
    month_end: bool = False
    in_layer: bool = False
    scopes: list[str] = field(factory=list)
    anniversary: bool = False
    totals: list[str] = field(factory=list)
    counts: list[tuple[str, str]] = field(factory=list)
    pools: list[tuple[str, str]] = field(factory=list)
    lists: list[str] = field(factory=list)

    # ---- words

    def w(self, token: str) -> str:
        return spelling(token, self.language)

    def n(self, name: str) -> str:
        return _NAMES.get(name, name) if self.language == "zh" else name

    def use(self, feature: str) -> None:
        self.used[feature] += 1

    def chance(self, percent: int) -> bool:
        return self.random.randint(1, 100) <= percent

    def one(self, *options: Callable[[], str]) -> str:
        return self.random.choice(options)()

    def claim(self, name: str) -> str:
        return f"{self.w('CLAIM')}.{self.n(name)}"

    def member(self, name: str) -> str:
        return f"{self.w('MEMBER')}.{self.n(name)}"

    def date(self) -> str:
        return f"{self.w('CLAIM')}.{self.w('DATE_WORD')}"

    def cite(self) -> str:
        if not self.chance(20):
            return ""
        self.use("cite")
        return f" {self.w('CITE')} XX-0{self.random.randint(1, 9)}"

    # ---- amounts

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

    # ---- conditions

    def condition(self, depth: int = 2, usual: bool = True, reads_money: bool = True) -> str:
        """`usual`: one that holds for most claims rather than for few."""
        if depth and self.chance(25):
            word = self.random.choice(("AND", "OR"))
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
            self.by_age, self.by_date, self.by_periods, self.by_year, self.by_given, self.by_ratio,
        ]  # fmt: skip
        if reads_money and self.chance(10):
            options = [self.by_money]
        if reads_money and (self.counts or self.totals) and self.chance(20):
            options = [self.by_total]
        return self.random.choice(options)(usual)

    def by_care(self, usual: bool) -> str:
        values = ("inpatient", "outpatient", "chronic")
        if usual:
            if self.chance(50):
                self.use("is not")
                return (
                    f"{self.claim('care')} {self.w('IS_NOT')} {self.n(self.random.choice(values))}"
                )
            self.use("in values")
            some = self.random.sample(values, 2)
            comma = "，" if self.language == "zh" else ", "
            return f"{self.claim('care')} {self.w('IN')} {comma.join(map(self.n, some))}"
        self.use("is")
        return f"{self.claim('care')} {self.w('IS')} {self.n(self.random.choice(values))}"

    def by_tier(self, usual: bool) -> str:
        self.use("member enum")
        word = "IS_NOT" if usual else "IS"
        return f"{self.member('tier')} {self.w(word)} {self.n(self.random.choice(('low', 'high')))}"

    def by_bool(self, usual: bool) -> str:
        self.use("bool")
        name = self.claim("accident") if self.chance(50) else self.member("flag")
        if self.chance(35):
            self.use("yes no")
            return f"{name} {self.w('IS')} {self.w('NO' if usual else 'YES')}"
        return f"{self.w('NOT')} {name}" if usual else name

    def by_list(self, usual: bool) -> str:
        if self.lists and self.chance(70):
            self.use("in list")
            members = self.random.choice(self.lists)
        else:
            self.use("in codes")
            members = ", ".join(f'"{code}"' for code in self.random.sample(DRUGS, 2))
        word = "NOT_IN" if usual else "IN"
        return f"{self.claim('drug')} {self.w(word)} {members}"

    def by_days(self, usual: bool) -> str:
        self.use("int")
        if usual:
            return f"{self.claim('days')} {self.random.choice(('>=', '>'))} {self.random.randint(0, 3)}"
        return f"{self.claim('days')} {self.random.choice(('<', '='))} {self.random.randint(1, 6)}"

    def by_age(self, usual: bool) -> str:
        self.use("age")
        age = f"{self.w('AGE')} ({self.member('born')} {self.w('AT')} {self.date()})"
        return f"{age} {'<' if usual else '>='} {self.random.randint(50, 75)}"

    def by_date(self, usual: bool) -> str:
        self.use("date and duration")
        days = f"{self.random.choice((30, 90, 365))}{'天' if self.language == 'zh' else ' days'}"
        if self.chance(50):
            self.use("optional")
            if self.month_end:
                self.use("months")
                days = f"{self.random.choice((1, 3, 13))}{'个月' if self.language == 'zh' else ' months'}"
            gap = f"{self.date()} < {self.member('joined')} + {days}"
            given = f"{self.member('joined')} {self.w('GIVEN')}"
            if usual:
                return f"{self.w('NOT')} ({given} {self.w('AND')} {gap})"
            return f"({given} {self.w('AND')} {gap})"
        if self.chance(60):
            self.use("duration of dates")
            return f"{self.date()} - {self.claim('start')} {'<' if usual else '>'} {days}"
        return f"{self.date()} {'>=' if usual else '<'} 2022-0{self.random.randint(1, 6)}-01"

    def by_periods(self, usual: bool) -> str:
        self.use("periods")
        return f"{self.date()} {self.w('NOT_IN' if usual else 'IN')} {self.member('stops')}"

    def by_year(self, usual: bool) -> str:
        if self.chance(50):
            self.use("enrolment window")
            date = self.member("born") if self.chance(30) else self.claim("start")
            return f"{date} {self.w('NOT_IN' if usual else 'IN')} {self.w('ENROLMENT')}"
        self.use("benefit year window")
        return (
            f"{self.claim('start')} {self.w('IN' if usual else 'NOT_IN')} {self.w('BENEFIT_YEAR')}"
        )

    def by_given(self, usual: bool) -> str:
        self.use("optional")
        name = self.random.choice(("own", "referral"))
        given = f"{self.claim(name)} {self.w('GIVEN')}"
        if name == "referral" and self.chance(50):
            word = "NOT_IN" if usual else "IN"
            return f'({given} {self.w("AND")} {self.claim(name)} {self.w(word)} "R1")'
        return given if usual else f"{self.w('NOT')} {given}"

    def by_ratio(self, usual: bool) -> str:
        self.use("ratio compared")
        return f"{self.claim('share')} {'<=' if usual else '>'} {self.random.randint(6, 9) * 10}%"

    def by_total(self, usual: bool) -> str:
        if self.counts and (not self.totals or self.chance(60)):
            name, of = self.random.choice(self.counts)
            number = self.random.randint(2, 5)
            if of == "EVENTS" and self.in_layer and self.chance(75):
                self.use("ordinal")
                return f"{name} {self.w('ORDINAL')} {'<=' if usual else '>'} {number}"
            self.use("count before")
            return f"{name} {self.w('BEFORE')} {'<' if usual else '>='} {number * 3}"
        self.use("total before")
        name = self.random.choice(self.totals)
        return f"{name} {self.w('BEFORE')} {'<' if usual else '>='} {self.money(100, 900)}"

    def by_money(self, usual: bool) -> str:
        self.use("condition on money")
        return f"{self.claim('bill')} {'>=' if usual else '<'} {self.money(5, 60)}"

    # ---- money

    def cases(self, of: str, low: int, high: int) -> str:
        """By an attribute of the member or the claim."""
        values = (
            ("low", "middle", "high") if of == "tier" else ("inpatient", "outpatient", "chronic")
        )
        colon, comma = ("：", "，") if self.language == "zh" else (": ", ", ")
        parts = [f"{self.n(value)}{colon}{self.money(low, high)}" for value in values]
        if self.chance(30):
            self.use("otherwise")
            parts[1:] = [f"{self.w('OTHERWISE')}{colon}{self.money(low, high)}"]
        name = self.member("tier") if of == "tier" else self.claim("care")
        return f"{self.w('BY')} {name} ({comma.join(parts)})"

    def limit(self, low: int, high: int) -> tuple[str, bool]:
        """An amount for a threshold or a cap; whether it varies with the claim."""
        pick = self.random.randint(1, 100)
        if pick <= 44:
            return self.money(low, high), False
        if pick <= 56 and self.money_parameters:
            name = self.random.choice(self.money_parameters)
            self.use("parameter as amount")
            if self.chance(25):
                self.use("smaller or larger")
                return f"{self.w('SMALLER')} ({name}, {self.money(low, high)})", False
            return name, False
        if pick <= 67:
            self.use("amount by member")
            return self.cases("tier", low, high), False
        if pick <= 75:
            self.use("amount by claim")
            return self.cases("care", low, high), True
        if pick <= 79:
            self.use("amount by days")
            return f"¥{self.money(low // 4, high // 4)} * {self.claim('days')}", True
        if pick <= 92:
            return (
                f"{self.money(low, high)} + {self.member('quota')} * {self.percent(0, 20)}",
                False,
            )
        if pick <= 87:
            self.use("choice")
            condition = self.condition(0, usual=False)
            either = f"{self.money(low, high)} {self.w('IF')} {condition}"
            return f"({either} {self.w('ELSE')} {self.money(low, high)})", True
        if pick <= 91:
            return self.by_bands(low, high), True
        if pick <= 96 and self.totals:
            self.use("amount less total")
            return f"{self.money(high, 3 * high)} - {self.random.choice(self.totals)} {self.w('BEFORE')}", True
        if self.layers:
            self.use("amount less pay")
            return (
                f"{self.money(high, 2 * high)} - {self.random.choice(self.layers)}.{self.w('PAY')}",
                False,
            )
        return f"¥{self.money(low, high)} * {self.percent(50, 100)}", False

    def by_bands(self, low: int, high: int) -> str:
        self.use("bands of a value")
        colon, comma = ("：", "，") if self.language == "zh" else (": ", ", ")
        first = self.random.randint(1, 6)
        parts = [
            f"{self.w(self.random.choice(('UP_TO', 'BELOW')))} {first}{colon}{self.money(low, high)}",
            f"{self.w('UP_TO')} {first + self.random.randint(1, 9)}{colon}{self.money(low, high)}",
            f"{self.w('BEYOND')}{colon}{self.money(low, high)}",
        ]
        return f"{self.w('BANDS_OF')} {self.claim('days')} ({comma.join(parts)})"

    def scope(self, wide: int = 60, chosen: bool = True) -> str:
        pick = self.random.randint(1, 100)
        if chosen and pick <= 12:
            self.use("chosen scope")
            condition = self.condition(1, usual=False, reads_money=self.chance(15))
            return f"{self.key(wide)} {self.w('IF')} {condition} {self.w('ELSE')} {self.scope(wide, pick <= 3)}"
        if pick <= 20:
            self.use("two keys")
            return f"{self.key(0)} {self.w('PER_YEAR')}"
        if pick <= 25:
            self.use("per attribute")
            name = self.random.choice(("care", "drug", "referral", "visit"))
            return f"{self.w('PER')} {self.claim(name)} {self.w('PER_YEAR')}"
        return self.key(wide)

    def key(self, wide: int) -> str:
        if self.chance(wide):
            token = "PER_YEAR" if self.chance(75) else "PER_LIFETIME"
        else:
            keys = ["PER_CLAIM", "PER_DAY", "PER_MONTH"] + ["PER_EVENT"] * 3 * self.has_event
            token = self.random.choice(keys)
        self.use(token)
        return self.w(token)

    def amount(self, low: int, high: int) -> str:
        value, _ = self.limit(low, high)
        scope = self.scope()
        self.scopes.append(scope)
        words = set(value.replace("(", " ").replace(",", " ").split())
        moves = self.dated | (self.dated_by_year if self.w("PER_LIFETIME") in scope else set())
        extra = known = ""
        if words & moves or self.chance(4):
            self.use("as at year start")
            extra = f" {self.w('AS_AT_YEAR_START')}"
        if self.chance(50):
            self.use("acknowledged")
            known = f" {self.w('KNOWN')}"
        return f"{value}{extra} {scope}{known}"

    def base(self) -> str:
        bill, other, fee = self.claim("bill"), self.claim("other"), self.claim("fee")

        def plus() -> str:
            self.use("base +")
            return f"{bill} + {fee}"

        def minus() -> str:
            self.use("base -")
            return f"{bill} - {other}"

        def smaller() -> str:
            self.use("smaller or larger")
            return f"{self.w(self.random.choice(('SMALLER', 'LARGER')))} ({bill}, {fee} + {other})"

        def share() -> str:
            self.use("share")
            return f"{self.w('SHARE')} ({bill}, {fee}, {bill} + {fee})"

        def left() -> str:
            if not self.layers:
                return bill
            self.use("base - earlier pay")
            return f"{bill} - {self.random.choice(self.layers)}.{self.w('PAY')}"

        def part() -> str:
            self.use("base * ratio")
            by = self.claim("share") if self.chance(30) else self.percent(30, 100)
            return f"{bill} * {by}"

        def copay() -> str:
            self.use("base * int")
            return f"¥{self.money(10, 40)} * {self.claim('days')}"

        def own() -> str:
            if "own" not in self.given:
                return fee
            self.use("guarded optional")
            return self.claim("own")

        if "own" in self.given and self.chance(70):
            return own()
        plain = [lambda: bill] * 6
        return self.one(
            *plain, plus, minus, minus, smaller, share, left, left, part, copay, own, lambda: fee
        )

    # ---- ratios

    def ratio(self) -> str:
        colon, comma = ("：", "，") if self.language == "zh" else (": ", ", ")

        def by_tier() -> str:
            self.use("ratio by member")
            parts = [f"{self.n(v)}{colon}{self.percent(20)}" for v in ("low", "middle", "high")]
            if self.chance(30):
                self.use("otherwise")
                parts[2:] = [f"{self.w('OTHERWISE')}{colon}{self.percent(20)}"]
            return comma.join(parts)

        def by_care() -> str:
            self.use("ratio by claim")
            values = ("inpatient", "outpatient", "chronic")
            parts = [f"{self.n(v)}{colon}{self.percent(20)}" for v in values]
            return f"{self.w('BY')} {self.claim('care')} ({comma.join(parts)})"

        def plus() -> str:
            self.use("ratio sum")
            total = f"{self.percent(30, 70)} + {self.member('bonus')}"
            if self.chance(50):
                return f"{self.w('SMALLER')} ({total}, 100%)"
            return total

        def attribute() -> str:
            self.use("ratio attribute")
            return self.claim("share") if self.chance(60) else f"100% - {self.claim('share')}"

        def parameter() -> str:
            if not self.ratio_parameters:
                return self.percent(30)
            self.use("parameter as ratio")
            return self.random.choice(self.ratio_parameters)

        plain = [lambda: self.percent(20)] * 5
        return self.one(*plain, by_tier, by_tier, by_care, plus, attribute, parameter, parameter)

    def bands(self) -> str:
        of, scope = self.random.choice(("BANDS_OF_EXCESS", "BANDS_OF_COST")), self.scope()
        if of == "BANDS_OF_COST" and self.scopes:
            scope = self.scopes[0]
        self.use("bands of excess" if of == "BANDS_OF_EXCESS" else "bands of cost")
        low, bands = 0, []
        colon, comma = ("：", "，") if self.language == "zh" else (": ", ", ")
        for _ in range(self.random.randint(1, 3)):
            low = max(low + 1, self.minor(20, 120) + low)
            bands.append(f"{self.w('UP_TO')} {self.amount_text(low)}{colon}{self.band_ratio()}")
        bands.append(f"{self.w('BEYOND')}{colon}{self.band_ratio()}")
        return f"{self.w(of)} {scope}{colon}{comma.join(bands)}"

    def points(self) -> str:
        if not self.chance(14):
            return ""
        self.use("points")
        sign = self.w(self.random.choice(("PLUS_POINTS", "MINUS_POINTS")))
        return f" {sign} {self.percent(5, 30)} {self.w('IF')} {self.condition(1)}"

    def band_ratio(self) -> str:
        if self.chance(12):
            self.use("band ratio by attribute")
            return f"{self.percent(10, 60)} + {self.member('bonus')}"
        if self.chance(5):
            return self.claim("share")
        return self.percent(10)

    # ---- clauses

    def stops(self) -> list[str]:
        found = []
        if self.chance(17):
            self.use("eligible")
            found.append(f"{self.w('ELIGIBLE')} {self.name('e')}: {self.condition(1)}{self.cite()}")
        if self.chance(30):
            self.use("wait")
            text = f"{self.w('WAIT')} {self.name('w')}: {self.condition(1, usual=False)}"
            found.append(text + self.exception("wait with exception") + self.cite())
        for _ in range(2):
            if self.chance(19):
                self.use("exclude whole")
                label = ' "不予支付"' if self.chance(30) else ""
                condition = self.condition(1, usual=False)
                text = f"{self.w('EXCLUDE')} {self.name('x')}{self.of_layer()}{label}: {condition}"
                found.append(text + self.exception("exclude with exception") + self.cite())
        if self.chance(25):
            self.use("exclude part")
            part = self.random.choice(
                (
                    self.claim("other"),
                    self.claim("fee"),
                    f"{self.claim('bill')} * {self.percent(0, 40)}",
                )
            )
            condition = ""
            if self.chance(40):
                self.use("exclude part if")
                condition = f" {self.w('IF')} {self.condition(1)}"
            name = f"{self.w('EXCLUDE')} {self.name('p')}{self.of_layer()}"
            text = f"{name}: {self.w('PART')} {part}{condition}"
            found.append(text + self.exception("exclude with exception") + self.cite())
        return found

    def of_layer(self) -> str:
        if not self.chance(35):
            return ""
        self.use("exclude for one layer")
        return f" {self.w('FROM')} {self.random.choice(self.names)}"

    def exception(self, feature: str) -> str:
        if not self.chance(45):
            return ""
        self.use(feature)
        return f" {self.w('UNLESS')} {self.condition(1, usual=False)}"

    def name(self, prefix: str) -> str:
        self.used[f"#{prefix}"] += 1
        number = self.used[f"#{prefix}"]
        return f"{prefix}{number}" if self.language == "en" else f"{prefix}_规则{number}"

    def rounding(self, feature: str) -> str:
        self.use(feature)
        mode = self.random.choice(("HALF_UP", "HALF_EVEN", "UP", "DOWN"))
        self.use(f"round {mode}")
        text = f"{self.w('ROUNDING')} {self.w(mode)}"
        if self.chance(35):
            self.use("rounding step")
            step = self.random.choice((1, 5, 10, 100))
            text += f" {self.w('TO')} {self.amount_text(step)}"
        if self.chance(40):
            self.use("rounding scope")
            text += f" {self.scope(50, chosen=False)}"
        return text

    def layer(self, name: str) -> str:
        label = ' "第一层"' if self.chance(20) else ""
        lines = [f"{self.w('LAYER')} {name}{label}{self.cite()} {{"]
        self.given = ()
        if self.chance(15):
            self.given = ("own",)
            lines.append(f"{self.w('WHEN')} {self.claim('own')} {self.w('GIVEN')}")
        elif self.chance(35):
            self.use("when")
            lines.append(f"{self.w('WHEN')} {self.condition()}")
        if self.chance(20):
            self.use("unless")
            lines.append(f"{self.w('UNLESS')} {self.condition(1, usual=False)}")
        lines.append(f"{self.w('BASE')} {self.base()}{self.cite()}")
        pays = self.chance(25 if self.totals else 10)
        if pays:
            if self.chance(50):
                lines.pop()
                self.use("pays without base")
            lines.append(self.pays())
        elif self.chance(14):
            self.use("tops up")
            others = [self.claim("other"), f"{self.claim('fee')} * {self.percent(10, 60)}"]
            others += [f"{layer}.{self.w('PAY')}" for layer in self.layers]
            after = self.random.sample(others, self.random.randint(0, min(2, len(others))))
            ratio = self.ratio() if self.chance(50) else self.percent(50)
            text = f"{self.w('TOPS_UP')} {ratio if ':' not in ratio and '：' not in ratio else self.percent(50)}"
            if after:
                self.use("tops up after")
                text += f" {self.w('AFTER')} {', '.join(after)}"
            lines.append(text)
        else:
            count = self.random.choice((0, 0, 1, 1, 1, 1, 2))
            self.use(f"{count} thresholds")
            self.scopes = []
            for _ in range(count):
                lines.append(f"{self.w('THRESHOLD')} {self.amount(10, 90)}{self.cite()}")
            shared = [name for kind, name in self.pools if kind == "THRESHOLD"]
            draws = bool(shared) and self.chance(70)
            if draws:
                self.use("shared threshold")
                lines.append(f"{self.w('THRESHOLD')} {self.w('SHARED')} {self.random.choice(shared)}")
            elif not count:
                lines.append(self.w("NO_THRESHOLD"))
            banded = len(self.scopes) < 2 and not draws and self.chance(32)
            ratio = self.bands() if banded else self.ratio()
            lines.append(f"{self.w('RATIO')} {ratio}{self.points()}")
        if not pays and self.chance(15):
            self.use("cost cap")
            lines.append(f"{self.w('COST_CAP')} {self.amount(150, 500)}")
        count = self.random.choice((0, 1, 1, 1, 2))
        self.use(f"{count} caps")
        for number in range(count):
            low, high = ((30, 250), (100, 400))[number]
            lines.append(f"{self.w('CAP')} {self.amount(low, high)}{self.cite()}")
        shared = [name for kind, name in self.pools if kind == "CAP"]
        if shared and self.chance(70):
            self.use("shared cap")
            lines.append(f"{self.w('CAP')} {self.w('SHARED')} {self.random.choice(shared)}")
        elif not count:
            lines.append(self.w("NO_CAP"))
        if self.chance(35):
            lines.append(self.rounding("rounding in layer"))
        if self.chance(8):
            self.use("reading")
            lines.append(f'{self.w("READING")} "as we read it"')
        return "\n    ".join(lines) + "\n}"

    def pays(self) -> str:
        """A payment of its own."""
        if not self.totals or self.chance(25):
            self.use("pays")
            daily = f"¥{self.money(10, 60)} * {self.claim('days')}"
            amount = self.random.choice(
                (daily, f"{self.claim('bill')} * {self.percent(20)}", self.money(20, 80))
            )
            return f"{self.w('PAYS')} {amount}"
        self.use("pays increase")
        total = self.random.choice(self.totals)
        smaller, larger = self.w("SMALLER"), self.w("LARGER")
        above = f"{larger} ({total} - {self.money(10, 90)}, ¥0)"
        amount = self.random.choice(
            (
                f"{smaller} ({above} * {self.percent(20)}, {self.money(100, 400)})",
                f"{above} * {self.percent(20)}",
                f"({self.money(50, 200)} {self.w('IF')} {total} >= {self.money(50, 300)}"
                f" {self.w('ELSE')} 0)",
            )
        )
        fall = ""
        if self.chance(60):
            self.use("may fall")
            fall = f" {self.w('MAY_FALL')}"
        return f"{self.w('PAYS_INCREASE')} {amount}{fall}"

    def total(self) -> str:
        """A declared total or count, known from here on."""
        when = ""
        if self.chance(40):
            self.use("total when")
            when = f" {self.w('WHEN')} {self.condition(0, reads_money=False)}"
        scope = self.scope(70, chosen=False)
        while self.w("PER_CLAIM") in scope:
            scope = self.scope(70, chosen=False)
        name = self.name("t")
        if self.chance(55):
            self.use("total")
            amounts = [self.claim("bill"), f"{self.claim('bill')} + {self.claim('fee')}"]
            amounts += [f"{layer}.{self.w('PAY')}" for layer in self.layers]
            self.totals.append(name)
            return f"{self.w('TOTAL')} {name}: {self.random.choice(amounts)} {scope}{when}"
        of = "EVENTS" if self.has_event and self.chance(60) else "CLAIMS"
        self.use(f"count {of.lower()}")
        self.counts.append((name, of))
        return f"{self.w('COUNT')} {name}: {self.w(of)} {scope}{when}"

    def pool(self, kind: str) -> str:
        """A threshold or cap for several layers."""
        name = self.name("s")
        self.pools.append((kind, name))
        low, high = (10, 90) if kind == "THRESHOLD" else (100, 400)
        draws = self.random.choice(("IN_ORDER", "PRO_RATA"))
        self.use(f"shared {draws}")
        head = f"{self.w('SHARED')} {self.w(kind)} {name}"
        return f"{head}: {self.amount(low, high)} {self.w(draws)}"

    def parameter(self, name: str, type_: str) -> str:
        """`type_`: MONEY or RATIO."""
        name = self.n(name)
        head = f"{self.w('PARAMETER')} {name}: {self.w(type_)}"
        kind = self.random.choice(("fixed", "dated", "external"))
        self.use(f"{kind} parameter")
        known = self.money_parameters if type_ == "MONEY" else self.ratio_parameters
        known.append(name)

        def value() -> str:
            return self.money(30, 150) if type_ == "MONEY" else self.percent(30)

        if kind == "fixed":
            return f"{head} = {value()}"
        if kind == "external":
            if type_ == "MONEY":
                low, high = sorted((self.minor(10, 100), self.minor(100, 200)))
                text = f"{self.amount_text(low)} {self.w('TO')} {self.amount_text(high)}"
            else:
                text = f"20% {self.w('TO')} 100%"
            return f"{head} {text}, {self.w('EXTERNAL')}"
        month, day = self.start if self.chance(60) else (9, 12)
        if (month, day) != self.start:
            self.dated.add(name)
        else:
            self.use("dated at year start")
            self.dated_by_year.add(name)
        first = "2020-01-01"
        dates = [f"202{year}-{month:02d}-{day:02d}" for year in (2, 3)]
        last = f" {self.w('TO')} 2030-12-31" if self.chance(30) else ""
        values = [f"{self.w('FROM')} {date}: {value()}" for date in (first, *dates)]
        values[-1] = values[-1].replace(": ", f"{last}: ", 1)
        return f"{head} {{ {' '.join(values)} }}"

    def attributes(self) -> list[str]:
        optional = self.w("OPTIONAL")

        def enum(*values: str) -> str:
            label = " “首项”" if self.language == "zh" else ' "first"'
            first, *rest = map(self.n, values)
            return " | ".join([first + label, *rest])

        money, to = self.w("MONEY"), self.w("TO")
        most = self.amount_text(self.size * 40)
        money_range = money
        if self.chance(70):
            self.use("money range")
            money = money_range = f"{money} 0 {to} {most}"
        elif self.chance(50):
            money_range = f"{money} 0 {to} {most}"
        kept = ""
        if self.digits == 0 and self.size == 100_000:  # no draw of its own: seeds mean what they did
            self.use("same")
            kept = f" {self.w('SAME')} {self.w('PER_DAY')} {self.w('PER')} {self.claim('visit')}"
        claim = [
            ("bill", money_range), ("other", money), ("fee", money),
            ("own", f"{money} {optional}"), ("care", enum("inpatient", "outpatient", "chronic")),
            ("drug", self.w("CODE")), ("visit", self.w("CODE")),
            ("days", f"{self.w('INT')} 0 {to} 30"), ("share", self.w("RATIO")),
            ("accident", self.w("BOOL") + kept), ("start", self.w("DATE_WORD")),
            ("referral", f"{self.w('CODE')} {optional}"), ("settled", self.w("DATE_WORD")),
        ]  # fmt: skip
        member = [
            ("tier", enum("low", "middle", "high")), ("flag", self.w("BOOL")),
            ("born", f"{self.w('DATE_WORD')} 1930-01-01 {to} 2020-12-31"),
            ("bonus", f"{self.w('RATIO')} 0% {to} {self.random.choice((10, 20, 40))}%"),
            ("joined", f"{self.w('DATE_WORD')} {optional}"), ("stops", self.w("PERIODS")),
            ("quota", f"{self.w('MONEY')} 0 {to} {self.amount_text(self.size * 2)}"),
        ]  # fmt: skip
        blocks = []
        for owner, declared in (("MEMBER", member), ("CLAIM", claim)):
            lines = [f"    {self.n(name)}: {type_}" for name, type_ in declared]
            blocks.append(f"{self.w(owner)} {{\n" + "\n".join(lines) + "\n}")
        return blocks

    def scheme(self) -> Drawn:
        self.language = self.random.choice(("zh", "en"))
        self.use(self.language)
        currency, self.digits = self.random.choice(CURRENCIES)
        self.use(f"{self.digits} decimals")
        self.size = self.random.choice((3_000, 100_000, 2_000_000))
        first, last = YEARS[0] if self.chance(50) else self.random.choice(YEARS)
        self.start = first
        self.has_event = self.chance(65)
        lines = [f'{self.w("SOURCE")} "文件", 2021-11-05{self.cite()}']
        chinese = self.language == "zh" and currency == "CNY"
        lines.append(f"{self.w('CURRENCY')} {self.w('CNY') if chinese else currency}")
        if self.chance(12):
            self.use("anniversary")
            self.start = (1, 1)
            lines.append(f"{self.w('BENEFIT_YEAR')} {self.w('FROM')} {self.member('born')}")
        elif first == (1, 1) and self.chance(50):
            self.use("calendar")
            lines.append(f"{self.w('BENEFIT_YEAR')} {self.w('CALENDAR')}")
        else:
            if first != (1, 1):
                self.use("year not calendar")
            lines.append(
                f"{self.w('BENEFIT_YEAR')} {self.day(first)} {self.w('TO')} {self.day(last)}"
            )
        if self.chance(50):
            self.use("month end")
            self.month_end = True
            mode = self.w(self.random.choice(("LAST_DAY", "NEXT_DAY")))
            lines.append(f"{self.w('MONTH_END')} {mode}")
        previous = f"{self.w('PREVIOUS')} " if self.chance(60) else ""
        window = f"{self.day((11, 1))} {self.w('TO')} {self.day((12, 31) if self.chance(60) else (2, 15))}"
        lines.append(f"{self.w('ENROLMENT')} {previous}{window}")
        if self.chance(30):
            self.use("decides")
            lines.append(f"{self.w('DECIDES')} {self.claim('settled')}")
        if self.has_event:
            self.use("event")
            lines.append(f"{self.w('EVENT')} {self.claim('visit')}")
        if self.chance(30):
            lines.append(self.rounding("rounding of scheme"))
        lines += self.attributes()
        for name, type_ in (("limit", "MONEY"), ("line", "MONEY"), ("rate", "RATIO")):
            if self.chance(50):
                lines.append(self.parameter(name, type_))
        for name in ("covered", "rare"):
            if self.chance(40):
                kind = self.random.choice(("inline", "external"))
                self.use(f"{kind} list")
                codes = ", ".join(f'"{code}"' for code in self.random.sample(DRUGS, 2))
                self.lists.append(self.n(name))
                source = self.w("EXTERNAL") if kind == "external" else codes
                lines.append(f"{self.w('LIST')} {self.n(name)}: {source}")
        count = self.random.choice((1, 1, 2, 2, 3))
        self.names = [
            f"层{number}" if self.language == "zh" else f"layer{number}"
            for number in range(1, count + 1)
        ]
        lines += [self.total() for _ in range(self.random.choice((0, 0, 1, 2)))]
        lines += self.stops()
        if count > 1:
            lines += [self.pool(kind) for kind in ("THRESHOLD", "CAP") if self.chance(35)]
        self.in_layer = True
        for name in self.names:
            lines.append(self.layer(name))
            self.layers.append(name)
            if self.chance(15):
                lines.append(self.total())
        if self.chance(10):
            self.use("unexpressed")
            lines.append(f'{self.w("UNEXPRESSED")} {self.w("FUND")} "基金管理"')
        name = "方案甲" if self.language == "zh" else "scheme_a"
        body = "\n".join(lines)
        if self.language == "zh" and self.chance(30):
            self.use("full width")
            body = body.translate(str.maketrans("(){}", "（）｛｝"))
        used = frozenset(feature for feature in self.used if not feature.startswith("#"))
        return Drawn(f"{self.w('SCHEME')} {name} {{\n{body}\n}}\n", self.language, self.size, used)

    def day(self, day: tuple[int, int]) -> str:
        if self.language == "zh":
            return f"{day[0]}月{day[1]}日"
        return f"{day[0]:02d}-{day[1]:02d}"
