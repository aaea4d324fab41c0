"""Small schemes with what tiny_schemes.py leaves out: families, parameters, lists and periods from outside, dates,
years of one's own, quarters, numbers, ratios of members and claims, layers that others pay, and what schemes
state of themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from attrs import define, field
from tiny_schemes import WIDE, Small

HEAD = """scheme small {{{{
    source "drawn", 2024-01-01
    currency JPY
    benefit year {year}
    enrolment previous 02-01 to 03-05
    month end last day
    event claim.visit
    {unit}
    member {{{{
        tier: low | high {tier}  status: active | retired varies {status}  quota: money 0 to 3 {quota}
        flag: bool {varies}  part: ratio 0% to 100% {varies}  years: int 0 to 3 {varies}
        joined: date  began: date optional  born: date  stops: periods {varies}  household: code
    }}}}
    claim {{{{
        bill: money  fee: money  others: money  visit: code
        care: inpatient | outpatient {{same}}  drug: code optional  extra: money optional
        nights: int 0 to 9  urgent: bool {claim}  part: ratio 0% to 100%  seen: date
    }}}}
    list dear: "A"
    list rare: external
    parameter fixed: money = 2
    parameter given: money {low} to 3, external
    parameter dated: money {{{{ from 2020-01-01: {one} from {change}: {two} }}}}
    parameter count: int 0 to 3, external
    parameter portion: ratio 0% to 100%, external
    parameter on: bool, external
    parameter since: date 2024-01-01 to 2025-12-31, external
{{body}}
}}}}
"""
FAMILY = ("per year", "per lifetime", "per event", "per month", "per day", "per quarter")


def draw(seed: int) -> str:
    """The text of the scheme of a seed."""
    return Wider(Random(seed)).scheme()


@define
class Wider(Small):
    family: bool = field(default=False)

    def head(self, same: str) -> str:
        one, two = self.small(0), self.small()
        return HEAD.format(
            year=self.pick(("calendar", "calendar", "calendar", "04-01 to 03-31", "from member.joined")),
            unit="unit member.household" if self.family else "",
            tier=self.pick(("", "", "same per family")) if self.family else "",
            quota=self.pick(("", "same per family")) if self.family else "",
            status=self.pick(("", "", "same per year")),
            varies=self.pick(("", "", "varies")),
            claim=self.pick(("", "", "same per event", "same per day")),
            change=self.pick(("2025-01-01", "2025-01-01", "2025-04-01", "2024-03-03")),
            low=self.pick(("0", "1")), one=one, two=two,
        )  # fmt: skip

    def first(self) -> list[str]:
        self.family = self.chance(45)
        return []

    def last(self) -> list[str]:
        found = []
        if self.chance(25):
            one, two = self.random.sample(("low", "high"), 2)
            found.append(f"prove member.tier: {one} never gets less than {two}")
        if self.chance(25):
            left = self.pick(("pay", *(f"{one}.pay" for one in self.layers), *self.totals))
            right = self.pick(("claim.bill", self.small(), self.small(2, 6), "claim.bill + claim.fee"))
            when = f" when {self.condition()}" if self.chance(40) else ""
            found.append(f"prove {left} <= {right}{when}")
        if self.chance(15):
            layer = self.pick(self.layers)
            kind = self.pick((f"{self.condition()}", f"part {self.pick(('claim.fee', 'claim.others'))}"))
            found.append(f"exclude x2 from {layer}: {kind}")
        return found

    def layer(self, number: int) -> str:
        text = super().layer(number)
        return f"{text} paid by others" if number == 1 and self.chance(5) else text

    def pays(self) -> str:
        """Also an increase in which other layers' amounts stand still."""
        if not self.totals or not self.layers or self.chance(60):
            return super().pays()
        of, one, total, limit = self.pick(self.layers), self.pick(self.layers), self.pick(self.totals), self.small()
        named = self.pick(
            (f"({of}.base - {of}.excess)", f"larger of (0, {of}.base - {of}.excess)", f"{of}.base * {self.one_ratio()}",
             f"smaller of ({of}.base, {one}.pay)", f"({of}.pay if {self.condition()} else 0)",
             f"({of}.pay if {total} > {limit} else 0)", f"({of}.base if {total} > {limit} else {one}.pay)",
             f"larger of (0, {of}.base - ({limit} if claim.bill < 2 else {total}))", f"smaller of ({total}, {of}.pay)")
        )  # fmt: skip
        joined = self.pick((f"{total} + {named}", f"{named} + {total}", f"{total} - {named}", f"larger of ({total}, {named})"))
        return f"pays increase of ({joined}){' may fall' if self.chance(50) else ''}"

    def scope(self, usual: Sequence[str] = WIDE) -> str:
        way = self.random.randrange(100)
        if self.family and way < 50:
            return f"{self.pick(FAMILY)} per family"
        if way < 55:
            return self.pick(
                ("per quarter", "per member.tier per year", "per claim.urgent per lifetime", "per claim.nights per year",
                 "per claim.seen per lifetime", "per quarter per event")
            )  # fmt: skip
        return super().scope(usual)

    def limited(self) -> str:
        text = super().limited()
        if "dated" in text.split() and self.chance(80):
            limit, _, scope = text.partition(" per ")
            return f"{limit} as at year start per {scope}"
        return text

    def more_limits(self) -> list[str]:
        one, two, three = self.small(0), self.small(), self.small()
        found = [
            "fixed", "given", "given", "dated", f"smaller of (given, {two})", f"(given + {one})", f"¥{two} * count",
            f"by claim.drug (\"A\": {one}, otherwise: {two})", f"by claim.nights (0: {one}, 1: {two}, otherwise: {three})",
            f"by member.years (0, 1: {one}, otherwise: {two})", f"by claim.urgent (yes: {one}, no: {two})",
            f"by member.flag (yes: {one}, no: {two})", f"by bands of claim.nights (below 1: {one}, up to 2: {two}, beyond: {three})",
            f"by bands of claim.bill (up to 1: {one}, beyond: {two})", "member.quota * 50%", "(member.quota + given)",
            f"¥{two} * claim.nights", "(¥3 * member.part)",
        ]  # fmt: skip
        found += [f"by {count} ordinal (1: {one}, otherwise: {two})" for count in self.counts]
        found += [f"by {count} before (0: {one}, otherwise: {two})" for count in self.counts]
        return found

    def more_ratios(self) -> list[str]:
        one, two = self.small(1), self.small(1)
        return [
            "portion", "member.part", "claim.part", f"by claim.urgent (yes: {one}0%, no: {two}0%)",
            f"smaller of (member.part, {two}0%)", f"by member.years (0: {one}0%, otherwise: 100%)",
            f"by claim.drug (\"A\": {one}0%, otherwise: 100%)",
        ]  # fmt: skip

    def more_conditions(self) -> list[str]:
        return [
            "claim.date in member.stops", "claim.date not in member.stops", "claim.drug in rare", "claim.drug not in rare",
            "claim.drug in dear, rare", "on", "not on", "member.flag", "claim.urgent", "claim.urgent is member.flag",
            f"claim.nights {self.pick(('>', '=', '<='))} {self.small(0, 1)}", "claim.nights >= count", "member.years > 0",
            "claim.seen in benefit year", "claim.seen in enrolment", "claim.date >= since", "claim.seen < since",
            "age (member.born at claim.date) >= 2", "member.began given and claim.date < member.began + 3 days",
            "month of (claim.date) - month of (claim.seen) < 1", "year of (claim.seen) < 2025", "claim.bill <= given",
            "claim.date > first day of (benefit year) + 40 days", "claim.part > 40%", "member.part = 100%",
            "claim.extra given and claim.extra > 0", "member.years in 0, 2", "claim.date - claim.seen > 1 days",
            "member.began given and claim.date < member.began + 48 months",
        ]  # fmt: skip
