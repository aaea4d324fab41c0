"""A refutation as examples of the language, to paste into the scheme: one block, or one of each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from attrs import frozen

from hmbc.compiler.judge import changed
from hmbc.compiler.kernel import Input, Kernel, NeverLess, ParameterInput
from hmbc.compiler.law_names import against_what
from hmbc.compiler.laws import Law
from hmbc.compiler.refutation import Refutation, members_of
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.names import amount_text, percent_text
from hmbc.dsl.types import Bool, Code, Date, Enum, Money, Periods, Ratio
from hmbc.grammar.keywords import Language, spelling
from hmbc.runtime.ratio import RATIO_DENOMINATOR


def examples_of(
    kernel: Kernel,
    found: Refutation,
    favoured: Mapping[str, NeverLess],
    before: Sequence[int],
    after: Sequence[int],
) -> str | None:
    """The claims as examples: one, or that of each run. before, after: what each row is paid in minor
    units. None where the language has none for it: several members, whom nothing tells apart."""
    unit, change, writer = found.unit, found.change, _Writer(kernel, found, favoured)
    people = [member.get("member_id") for member in unit.members]
    if None in people and kernel.unit and any(x != unit.members[0] for x in unit.members):
        return None
    several = len(set(people)) > 1
    names = people if several else [None] * len(people)
    blocks = [writer.block(unit.claims, unit.members, names, before, False)]
    if change.kind != "none":
        claims, members = changed(unit.claims, change), members_of(unit, change, favoured)
        names = [one.get("member_id") if several else None for one in members]
        blocks.append(writer.block(claims, members, names, after, True))
    return "\n".join(blocks)


@frozen
class _Writer:
    kernel: Kernel
    found: Refutation
    favoured: Mapping[str, NeverLess]

    def _title(self, second: bool) -> str:
        zh, title = self.kernel.language == "zh", _TITLES.get(self.found.question.law)
        title = title or against_what(self.found.question)
        law = title.zh if zh else title.en
        if self.found.change.kind == "none":
            return f"反例：{law}" if zh else f"counterexample: {law}"
        when = ("之后" if second else "之前") if zh else ("after" if second else "before")
        if self.found.change.kind == "member":
            stated = self.favoured[self.found.change.subject or ""]
            when = stated.more if second else stated.less
        return f"反例：{law}，{when}" if zh else f"counterexample: {law}, {when}"

    def block(
        self,
        claims: Sequence[Mapping[str, Any]],
        members: Sequence[Mapping[str, Any]],
        names: Sequence[Any],
        pays: Sequence[int],
        second: bool,
    ) -> str:
        language: Any = self.kernel.language
        title = self._title(second)

        def w(token: str) -> str:
            return spelling(token, language)

        lines = [f"{w('EXAMPLE')} {_quoted(title, language)} {{"]
        if given := self._parameters(language):
            lines.append(f"    {w('PARAMETER')} {{ {given} }}")
        known: dict[Any, Mapping[str, Any]] = {}
        for name, member in zip(names, members, strict=True):
            known.setdefault(name, member)

        def given_of(name: Any, values: Mapping[str, Any], all_: bool) -> Iterator[str]:
            if given := self._assigned("member", values, language, all_):
                called = "" if name is None else f" {name}"
                yield f"    {w('MEMBER')}{called} {{ {given} }}"

        for name, member in known.items():
            lines += given_of(name, member, False)
        for claim, name, member, pay in zip(claims, names, members, pays, strict=True):
            anew = {key: value for key, value in member.items() if known[name].get(key) != value}
            lines += given_of(name, anew, True)  # from this claim on
            known[name] = member
            day = _iso(claim[self.kernel.date]) + ("" if name is None else f" {name}")
            values = self._assigned("claim", claim, language)
            paid = amount_text(pay, self.kernel.minor_digits)
            lines.append(f"    {w('CLAIM')} {day} {{ {values} }} {w('PAY')} {paid}")
        return "\n".join([*lines, "}"])

    def _parameters(self, language: Language) -> str:
        setting = self.found.setting
        parts = [
            (given.name, self._value(given, setting.parameters[given.name], language))
            for given in self.kernel.parameters
        ]
        for name, codes in setting.lists.items():
            if codes:
                parts.append((name, " | ".join(_quoted(code, language) for code in codes)))
        return _listed(parts, language)

    def _assigned(
        self, owner: str, values: Mapping[str, Any], language: Language, all_: bool = False
    ) -> str:
        """all_: also what may be left out."""
        parts = []
        for given in self.kernel.inputs:
            if given.owner != owner or given.name not in values or given.name == "member_id":
                continue
            if (owner, given.name) == ("claim", self.kernel.date):
                continue
            value = values[given.name]
            if not all_ and not given.optional and not value and isinstance(given.type, Money | Bool | Periods):
                if not isinstance(given.type, Money) or (given.low or 0) <= 0:
                    continue  # what may be left out
            if value == "" or value == ():
                continue
            parts.append((given.name, self._value(given, value, language)))
        return _listed(parts, language)

    def _value(self, given: Input | ParameterInput, value: Any, language: Language) -> str:
        match given.type:
            case Money():
                return amount_text(value, self.kernel.minor_digits)
            case Ratio():
                return percent_text(Fraction(value, RATIO_DENOMINATOR))
            case Bool():
                return spelling("YES" if value else "NO", language)
            case Date():
                return _iso(value)
            case Enum():
                return str(value)
            case Code():
                return _quoted(value, language)
            case Periods():
                to = spelling("TO", language)
                return " | ".join(f"{_iso(first)} {to} {_iso(last)}" for first, last in value)
            case _:
                return str(value)


_TITLES: Mapping[Law, Bilingual] = {
    "non_negative": Bilingual("付负数", "paid less than nothing"),
    "within_base": Bilingual("累计超过基数", "above the base in sum"),
    "within_base_each": Bilingual("一笔超过基数", "above the base"),
    "within_cap": Bilingual("突破封顶", "above the cap"),
    "within_bill": Bilingual("超过费用", "above the bill"),
    "monotone": Bilingual("费用多而给付少", "a larger bill is paid less"),
    "deduction": Bilingual("扣除多而给付多", "a larger deduction is paid more"),
    "more_claims": Bilingual("多一笔而给付少", "a claim more is paid less"),
    "no_cliff": Bilingual("多一分而给付跳跃", "one minor unit makes a jump"),
    "split_proof": Bilingual("拆单", "a bill in two"),
    "order_free": Bilingual("先后", "the other order"),
    "never_less": Bilingual("少于另一类人", "less than the other"),
}
"""What an example of a broken law is called."""


def _quoted(text: str, language: Language) -> str:
    return f"“{text}”" if language == "zh" else f'"{text}"'


def _iso(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(day)).isoformat()


def _listed(parts: Sequence[tuple[str, str]], language: Language) -> str:
    colon, comma = ("：", "，") if language == "zh" else (": ", ", ")
    return comma.join(f"{name}{colon}{value}" for name, value in parts)
