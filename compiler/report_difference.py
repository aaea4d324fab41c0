"""What `hmbc diff` says, as text in Chinese or English and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from hmbc.compiler.candidates import ELSEWHERE
from hmbc.compiler.clauses import ClauseChange
from hmbc.compiler.days import year_month_day
from hmbc.compiler.difference import Change, Compared
from hmbc.compiler.histories import MEMBER_ID, History
from hmbc.compiler.interpret import Step
from hmbc.compiler.kernel import OUTSIDE_VALIDITY, Input, Kernel
from hmbc.compiler.product import NEW, OLD, layers, pays
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.display import pad
from hmbc.dsl.names import amount_text
from hmbc.dsl.types import Bool, Date, Int, Money, Periods, Ratio, Type
from hmbc.grammar.keywords import Language

VERDICTS = {
    ("equal", "form"): Bilingual("相同：逐条化简后是同一个函数", "the same: one function, by their form"),
    ("equal", "solver"): Bilingual("相同：已证明给付处处相等", "the same: proved to pay alike everywhere"),
    ("different", "claims"): Bilingual("不同：有给付不同的费用", "different: some claims are paid differently"),
    ("different", "solver"): Bilingual(
        "不同：求解器找到给付不同的费用", "different: the solver found claims that are paid differently"
    ),
    ("unknown", "nothing"): Bilingual(
        "未决：没有找到给付不同的费用，也没有证明相同",
        "unknown: no claim was found that is paid differently, and no proof that there is none",
    ),
}
ROLES = {
    "eligible": Bilingual("参保条件", "eligible"),
    "wait": Bilingual("等待", "wait"),
    "exclude": Bilingual("除外", "exclude"),
    "applies": Bilingual("适用", "when"),
    "base": Bilingual("基数", "base"),
    "threshold": Bilingual("起付线", "threshold"),
    "ratio": Bilingual("比例", "ratio"),
    "cap": Bilingual("封顶", "cap"),
    "cost cap": Bilingual("费用封顶", "cost cap"),
    "total": Bilingual("累计", "total"),
    "count": Bilingual("计数", "count"),
    "list": Bilingual("名单", "list"),
    "benefit year": Bilingual("保障年度起始日", "first day of the benefit year"),
    "reject": Bilingual("拒收", "rejected"),
    "share": Bilingual("应付", "share"),
    "spent": Bilingual("计入费用", "what counts"),
    "due": Bilingual("应付累计", "due"),
    "rounded": Bilingual("舍入", "rounding"),
    "pay": Bilingual("给付", "pay"),
}
WHATS = {
    "changed": Bilingual("改", "changed"),
    "added": Bilingual("增", "added"),
    "removed": Bilingual("删", "removed"),
}
SORTS = {
    "attribute": Bilingual("数据项", "attribute"),
    "value": Bilingual("取值", "value"),
    "parameter": Bilingual("参数", "parameter"),
    "list": Bilingual("名单", "list"),
    "layer": Bilingual("层", "layer"),
}


def as_text(
    found: Compared, changes: Sequence[ClauseChange], files: tuple[str, str], language: Language
) -> str:
    """For people, ending in a line break."""
    return "\n".join(_Text(found, language).lines(changes, files)) + "\n"


class _Text:
    def __init__(self, found: Compared, language: Language) -> None:
        self.found = found
        self.zh = language == "zh"
        self.language: Language = language
        self.kernel: Kernel = found.both
        self.names = layers(found.aligned.old, found.aligned.new)

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def lines(self, changes: Sequence[ClauseChange], files: tuple[str, str]) -> Iterator[str]:
        found = self.found
        verdict = VERDICTS[found.verdict, found.how].get(self.language)
        yield f"{files[0]} → {files[1]}"
        yield f"  {verdict}"
        if found.rows:
            yield self.say(
                f"  在边界上看过 {found.rows} 笔费用", f"  {found.rows:,} claims at the boundaries were looked at"
            )
        if any(
            reject.name == OUTSIDE_VALIDITY
            for kernel in (found.aligned.old, found.aligned.new)
            for reject in kernel.rejects
        ):
            yield self.say(
                "  有效期不计：两版都按任何一天有效比较",
                "  each is compared as if it were valid on every day",
            )
        if changes:
            yield ""
            yield self.say("条款", "clauses")
            yield from self.clauses(changes)
        if found.smallest is not None:
            yield ""
            yield self.say("最小的例子", "the smallest example")
            yield from self.example(found.smallest, found.steps)
            yield ""
            yield self.say("找到的最大变化", "the largest changes found")
            yield from self.extremes()
        yield from self.apart()

    def clauses(self, changes: Sequence[ClauseChange]) -> Iterator[str]:
        place: str | None = ""
        for change in changes:
            if change.layer != place and change.layer is not None:
                yield f"  {self.say('层', 'layer')} {change.layer}"
            place = change.layer
            role = ROLES.get(change.role, Bilingual(change.role, change.role)).get(self.language)
            what = WHATS[change.what].get(self.language)
            cites = f"   {self.say('据', 'cite')} {', '.join(change.cites)}" if change.cites else ""
            indent = "  " if change.layer is None else "    "
            texts = " → ".join(text for text in (change.old, change.new) if text is not None)
            if change.role == "list":
                texts = f"{change.name}: −({change.old}) +({change.new})"
            if texts.startswith(role):
                role = ""
            yield f"{indent}{what} {role}{' ' if role else ''}{texts}{cites}"

    def example(self, history: History, steps: Sequence[Step]) -> Iterator[str]:
        if history.parameters:
            given = {parameter.name: parameter.type for parameter in self.kernel.parameters}
            shown = [
                f"{name}{self.say('：', ': ')}{self.value(value, given[name])}"
                for name, value in history.parameters.items()
                if name in given
            ]
            yield f"  {self.say('参数', 'parameters')} {self.say('，', ', ').join(shown)}"
        used = {
            value
            for row in history.rows
            for value in (*row.claim.values(), *row.member.values())
            if isinstance(value, str)
        }
        lists = {name: codes for name, codes in history.lists.items() if used & {*codes}}
        for name, codes in lists.items():
            yield f"  {self.say('名单', 'list')} {name}{self.say('：', ': ')}{self.say('，', ', ').join(codes)}"
        who: object = None
        for row, step in zip(history.rows, steps, strict=True):
            if row.member != who:
                who = row.member
                told = self.attributes("member", row.member)
                name = f" {row.member[MEMBER_ID]}" if self.kernel.unit else ""
                yield f"  {self.say('参保人', 'member')}{name} {told}".rstrip()
            day = self.value(row.claim[self.kernel.date], Date())
            yield f"  {self.say('费用', 'claim')} {day} {self.attributes('claim', row.claim)}".rstrip()
            for name in self.names:
                one, two = pays(step, name)
                reasons = (step.reasons.get(OLD + name), step.reasons.get(NEW + name))
                if one != two:
                    why = tuple(self.reason(reason) for reason in reasons)
                    yield f"    {pad(name, 20)} {self.moved(one, two, why)}"
            total = [sum(pays(step, name)[side] for name in self.names) for side in (0, 1)]
            yield f"    {pad(self.say('合计', 'in all'), 20)} {self.moved(total[0], total[1])}"

    def extremes(self) -> Iterator[str]:
        for name in (*self.names, None):
            gain, loss = self.found.gains.get(name), self.found.losses.get(name)
            if gain is None and loss is None:
                continue
            label = self.say("合计", "in all") if name is None else name
            parts = [
                f"{word} {self.moved(change.old, change.new)}"
                for word, change in (
                    (self.say("增", "more"), gain), (self.say("减", "less"), loss)
                )
                if change is not None
            ]  # fmt: skip
            yield f"  {pad(label, 20)} {self.say('；', '; ').join(parts)}"
        for word, who in (
            (self.say("增加的", "who gains"), self.found.gainers),
            (self.say("减少的", "who loses"), self.found.losers),
        ):
            if who:
                shown = [
                    f"{name}{self.say('：', ': ')}{' | '.join(map(self.truth, who[name]))}"
                    for name in who
                ]
                yield f"  {word}{self.say('：', ': ')}{self.say('，', ', ').join(map(self.own, shown))}"

    def apart(self) -> Iterator[str]:
        aligned = self.found.aligned
        if not (aligned.alone or aligned.narrowed or aligned.renamed):
            return
        yield ""
        yield self.say("对应", "what was matched")
        for old, new in aligned.renamed:
            yield self.say(f"  新方案的 {new} 即 {old}", f"  {new} of the new scheme is {old}")
        for one in aligned.alone:
            sort = SORTS[one.sort].get(self.language)
            where = self.say("新方案" if one.in_new else "旧方案", "new" if one.in_new else "old")
            yield self.say(
                f"  只在{where}中：{sort} {self.own(one.name)}",
                f"  only in the {where} one: {sort} {one.name}",
            )
        for narrowed in aligned.narrowed:
            yield self.say(
                f"  取值范围不同，只比较共有的部分：{self.own(narrowed.name)}",
                f"  domains differ, only what both take is compared: {narrowed.name}",
            )

    def own(self, name: str) -> str:
        """`member.age` in the language of the report."""
        if not self.zh:
            return name
        for english, chinese in (("claim.", "费用."), ("member.", "参保人.")):
            if name.startswith(english):
                return chinese + name.removeprefix(english)
        return name

    def truth(self, value: str) -> str:
        known = {"true": self.say("是", "yes"), "false": self.say("否", "no")}
        return known.get(value, value)

    def attributes(self, owner: str, values: Mapping[str, Any]) -> str:
        """What is not empty of a claim or a member."""
        shown = []
        for given in self.kernel.inputs:
            value = values.get(given.name)
            if given.owner != owner or _empty(given, value):
                continue
            if given.name in (self.kernel.date, MEMBER_ID):
                continue
            shown.append(f"{given.name}{self.say('：', ': ')}{self.value(value, given.type)}")
        return self.say("，", ", ").join(shown)

    def value(self, value: Any, kind: Type) -> str:
        match kind:
            case Money():
                return amount_text(int(value), self.kernel.minor_digits)
            case Ratio():
                percent = Fraction(value) * 100
                return f"{float(percent):g}%" if percent.denominator < 10**6 else str(percent)
            case Bool():
                return self.say("是" if value else "否", "yes" if value else "no")
            case Date():
                return "{:04}-{:02}-{:02}".format(*year_month_day(int(value)))
            case Periods():
                return " | ".join(
                    f"{self.value(first, Date())}..{self.value(last, Date())}" for first, last in value
                )
            case Int() | _:
                return str(value)

    def reason(self, code: str | None) -> str:
        if code is None:
            return self.say("没有这一层", "no such layer")
        if not self.zh:
            return code
        return next((one.label for one in self.kernel.reasons if one.code == code), code)

    def moved(self, old: int, new: int, why: Sequence[str] = ()) -> str:
        one, two = (amount_text(x, self.kernel.minor_digits, fixed=True) for x in (old, new))
        by = amount_text(new - old, self.kernel.minor_digits, fixed=True)
        by = by if new < old else f"+{by}"
        if not why:
            return f"{one} → {two} ({by})"
        return f"{one} {why[0]} → {two} {why[1]} ({by})"


def _empty(given: Input, value: object) -> bool:
    if value is None or value == () or value is False or value == ELSEWHERE:
        return True
    return isinstance(given.type, Money) and value == 0


def as_json(
    found: Compared, changes: Sequence[ClauseChange], language: Language
) -> dict[str, object]:
    """The same for programs: amounts in minor units, values as text."""
    text = _Text(found, language)

    def change(one: Change) -> dict[str, object]:
        return {"old": one.old, "new": one.new, "change": one.new - one.old}

    example: dict[str, object] | None = None
    if found.smallest is not None:
        example = {
            "parameters": {
                p.name: text.value(found.smallest.parameters[p.name], p.type)
                for p in found.both.parameters
                if p.name in found.smallest.parameters
            },
            "lists": {name: list(codes) for name, codes in found.smallest.lists.items()},
            "claims": [
                {
                    "claim": _values(text, "claim", row.claim),
                    "member": _values(text, "member", row.member),
                    "pays": {
                        name: dict(zip(("old", "new"), pays(step, name), strict=True))
                        for name in text.names
                    },
                    "reasons": {
                        name: {
                            "old": step.reasons.get(OLD + name),
                            "new": step.reasons.get(NEW + name),
                        }
                        for name in text.names
                    },
                }
                for row, step in zip(found.smallest.rows, found.steps, strict=True)
            ],
        }
    return {
        "schema_version": 1,
        "verdict": found.verdict,
        "because": VERDICTS[found.verdict, found.how].get(language),
        "claims_looked_at": found.rows,
        "currency": found.both.currency,
        "minor_digits": found.both.minor_digits,
        "clauses": [
            {
                "what": one.what,
                "layer": one.layer,
                "role": one.role,
                "name": one.name,
                "old": one.old,
                "new": one.new,
                "cites": list(one.cites),
            }
            for one in changes
        ],
        "example": example,
        "largest": [
            {
                "layer": name,
                "more": change(found.gains[name]) if name in found.gains else None,
                "less": change(found.losses[name]) if name in found.losses else None,
            }
            for name in (*text.names, None)
            if name in found.gains or name in found.losses
        ],
        "who_gains": {name: list(values) for name, values in found.gainers.items()},
        "who_loses": {name: list(values) for name, values in found.losers.items()},
        "renamed": [{"old": old, "new": new} for old, new in found.aligned.renamed],
        "only_in": [
            {"side": "new" if one.in_new else "old", "sort": one.sort, "name": one.name}
            for one in found.aligned.alone
        ],
        "domains_differ": [one.name for one in found.aligned.narrowed],
    }


def _values(text: _Text, owner: str, values: Mapping[str, Any]) -> dict[str, str]:
    return {
        given.name: text.value(values[given.name], given.type)
        for given in text.kernel.inputs
        if given.owner == owner and values.get(given.name) is not None
    }
