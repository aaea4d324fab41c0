"""Small schemes: every construct that the rules of proofs look at, with limits of 1 to 3 minor units, so
that few claims of few minor units reach and pass each of them (small_histories.py runs them all).

They know nothing of the laws. tiny_wider.py draws what these leave out. A text that is not well-formed is drawn now and then: it has no kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from attrs import define, field

HEAD = """scheme small {{
    source "drawn", 2024-01-01
    currency JPY
    benefit year calendar
    event claim.visit
    member {{ tier: low | high  status: active | retired varies  quota: money 0 to 3 }}
    claim {{
        bill: money  fee: money  others: money  visit: code
        care: inpatient | outpatient {same}  drug: code optional  extra: money optional
    }}
    list dear: "A"
{body}
}}
"""
SCOPES = ("per claim", "per day", "per event", "per month", "per year", "per lifetime")
WIDE = ("per event", "per month", "per year", "per year", "per lifetime", "per lifetime")
OTHER = ("per claim.drug per year", "per claim.care per lifetime", "per event per year", "per claim.care per year")
MONEY = ("claim.bill", "claim.fee", "claim.others", "claim.bill + claim.fee", "claim.fee + claim.others", "2")
RATIOS = ("100%", "100%", "50%", "50%", "25%", "75%", "33%", "40%")


def draw(seed: int) -> str:
    """The text of the scheme of a seed."""
    return Small(Random(seed)).scheme()


@define
class Small:
    random: Random
    layers: list[str] = field(factory=list)
    totals: list[str] = field(factory=list)
    yearly: list[str] = field(factory=list)
    counts: list[str] = field(factory=list)
    lets: list[str] = field(factory=list)
    conditions: list[str] = field(factory=list)
    pools: list[tuple[str, str]] = field(factory=list)
    wild: int = 30
    """How often, of a hundred, something other than the usual stands at a place."""
    plain: bool = False
    """Mostly whole ratios and no caps: what rules are easily misled by is seldom hidden behind a third clause."""

    # ---- chances

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def odd(self) -> bool:
        return self.chance(self.wild)

    def pick(self, options: Sequence[str]) -> str:
        return self.random.choice(options)

    def small(self, low: int = 1, high: int = 3) -> str:
        return str(self.random.randint(low, high))

    # ---- the parts of a scheme

    def scheme(self) -> str:
        self.wild = self.random.choice((8, 15, 25, 40))
        self.plain = self.chance(60)
        same = self.pick(("", "", "", "same per event", "same per day"))
        lines = self.first()
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            lines.append(self.total())
        if self.chance(20):
            lines.append(self.count())
        if self.chance(25):
            lines.append(self.let())
        if self.chance(20):
            lines.append(self.pool())
        if self.odd():
            lines.append(self.stop())
        for number in range(1, self.random.choice((1, 1, 2, 2, 2, 3)) + 1):
            lines.append(f"layer l{number} {{ {self.layer(number)} }}")
            self.layers.append(f"l{number}")
            if self.chance(20):
                lines.append(self.total())
        if self.chance(3 if self.plain else 15):
            lines.append(f"rounding {self.rounding()}")
        lines += self.last()
        return self.head(same).format(same=same, body="\n".join(f"    {line}" for line in lines))

    def head(self, same: str) -> str:
        """What is declared first, with places for what claims are the same in and for the clauses."""
        return HEAD

    def first(self) -> list[str]:
        """Clauses before all totals and layers."""
        return []

    def last(self) -> list[str]:
        """Clauses after all layers."""
        return []

    def total(self) -> str:
        name = f"t{len(self.totals) + 1}"
        adds = [self.amount(), "claim.bill", "claim.fee", *(f"{one}.pay" for one in self.layers)]
        adds += [f"{self.pick(self.layers)}.pay + {self.pick(self.layers)}.pay"] if self.layers else []
        when = f" when {self.condition(name)}" if self.chance(25) else ""
        scope = self.scope(WIDE)
        self.totals.append(name)
        if "year" in scope:
            self.yearly.append(name)
        return f"total {name}: {self.pick(adds)} {scope}{when}"

    def count(self) -> str:
        name = f"n{len(self.counts) + 1}"
        when = f" when {self.condition()}" if self.chance(30) else ""
        text = f"count {name}: {self.pick(('claims', 'events'))} {self.scope(WIDE)}{when}"
        self.counts.append(name)
        return text

    def let(self) -> str:
        name = f"d{len(self.lets) + len(self.conditions) + 1}"
        if self.chance(35):
            text = f"let {name}: {self.condition()}"
            self.conditions.append(name)
        else:
            text = f"let {name}: {self.expression(2)}"
            self.lets.append(name)
        return text

    def pool(self) -> str:
        kind, name = self.pick(("threshold", "cap")), f"p{len(self.pools) + 1}"
        self.pools.append((kind, name))
        return f"shared {kind} {name}: {self.limited()} {self.pick(('in order', 'pro rata'))}"

    def stop(self) -> str:
        return self.pick(
            (
                f"exclude x1: {self.condition()}",
                f"exclude x1: part {self.pick(('claim.fee', 'claim.others', 'claim.bill * 50%'))}",
                f"eligible e1: {self.condition()}",
                f"wait w1: {self.condition()}",
            )
        )

    # ---- layers

    def layer(self, number: int) -> str:
        parts = []
        if self.odd():
            parts.append(f"{self.pick(('when', 'unless'))} {self.condition()}")
        way = self.random.randrange(100)
        if way < 25:
            if self.chance(60):
                parts.append(f"base {self.amount()}")
            parts.append(self.pays())
        elif way < 32:
            after = ["claim.others", "claim.fee", *(f"{one}.pay" for one in self.layers)]
            parts.append(f"base {self.amount()} tops up to {self.pick(RATIOS)}")
            if self.chance(70):
                parts.append(f"after {', '.join(self.random.sample(after, self.random.randint(1, 2)))}")
        else:
            parts.append(f"base {self.amount()}")
            parts += self.threshold()
            parts.append(f"ratio {self.ratio()}")
        if way >= 25 and self.chance(6 if self.plain else 12):
            parts.append(f"cost cap {self.limited()}")
        parts += self.caps()
        if self.chance(8 if self.plain else 25):
            parts.append(f"rounding {self.rounding()}")
        return " ".join(parts)

    def threshold(self) -> list[str]:
        found = []
        for _ in range(self.random.choice((0, 1, 1, 1, 1 if self.plain else 2))):
            within = f" within {self.limited()}" if self.chance(15) else ""
            found.append(f"threshold {self.limited()}{within}")
        found += self.shared("threshold")
        if not found:
            return ["no threshold"]
        return [*found, f"no threshold if {self.condition()}"] if self.chance(15) else found

    def caps(self) -> list[str]:
        found = [f"cap {self.limited()}" for _ in range(self.random.choice((0, 0, 0, 1) if self.plain else (0, 0, 1, 1, 2)))]
        found += self.shared("cap")
        if not found:
            return ["no cap"]
        return [*found, f"no cap if {self.condition()}"] if self.chance(15) else found

    def shared(self, kind: str) -> list[str]:
        return [f"{kind} shared {name}" for of, name in self.pools if of == kind and self.chance(80)]

    def rounding(self) -> str:
        step = self.pick(("", "", " to 2", " to 3"))
        return f"{self.pick(('half up', 'half even', 'up', 'down'))}{step} {self.pick((*SCOPES, 'per year'))}"

    def pays(self) -> str:
        if self.chance(25):
            return f"pays {self.expression(2)}"
        if self.chance(8):
            return f"pays share ({self.pick(MONEY)}, {self.pick(MONEY)}, {self.pick(MONEY)})"
        falls = " may fall" if self.chance(40) else ""
        if not self.totals or self.chance(40):
            return f"pays increase of ({self.expression(3, moving=True)}){falls}"
        total, limit = self.moving(), self.varying() if self.chance(50) else self.small()
        above = f"larger of (0, {total} - {limit})"
        pays = self.pick(
            (
                above, above, above, above, f"smaller of ({limit}, {total})", f"{total} - {limit}",
                f"smaller of (9, {total})", f"larger of (0, {total})", f"{above} + {above}",
                f"smaller of ({self.small()}, larger of (0, {total} - {limit}))",
                f"larger of (0, smaller of ({limit}, {total}) - {self.small()})",
                f"larger of (0, {total} - {self.small()}) * {self.one_ratio()} + larger of (0, {total} - {limit}) * {self.one_ratio()}",
                f"smaller of ({total}, {limit}) - smaller of ({self.moving()}, {limit})",
                f"larger of (0, {total} - {limit}) * {self.one_ratio()}",
            )
        )  # fmt: skip
        return f"pays increase of ({pays}){falls}"

    def moving(self) -> str:
        """What totals make together."""
        one, two = self.pick(self.totals), self.pick(self.totals)
        if self.chance(60):
            return one
        return self.pick((f"({one} + {two})", f"({one} - {two})", f"({one} - {two} before)", f"({one} + {two} before)",
                          f"larger of ({one}, {two})", f"smaller of ({one}, {two})", f"{one} * {self.pick(RATIOS)}",
                          f"(({one} + {two}) - ({one} before + {two}))"))  # fmt: skip

    # ---- amounts

    def scope(self, usual: Sequence[str] = SCOPES) -> str:
        way = self.random.randrange(100)
        if way < 12:
            return self.pick(OTHER)
        if way < 15:
            return f"{self.pick(WIDE)} if {self.condition()} else {self.pick(WIDE)}"
        return self.pick(usual)

    def limited(self) -> str:
        """An amount with its scope."""
        limit, scope = self.limit(), self.scope(WIDE if self.chance(75) else SCOPES)
        return f"{limit} {scope}{'' if limit.isdigit() else ' acknowledged'}"

    def limit(self) -> str:
        return self.varying() if self.odd() else self.small(0 if self.chance(8) else 1)

    def varying(self) -> str:
        """An amount that may be another for the next claim."""
        one, two = self.small(0), self.small()
        options = [
            f"by claim.care (inpatient: {one}, outpatient: {two})",
            f"by member.tier (low: {one}, high: {two})",
            f"by member.status (active: {one}, retired: {two})",
            *(f"({one} if {self.condition()} else {two})" for _ in range(4)), "member.quota",
            f"(member.quota + {two})", "claim.fee", f"smaller of (claim.fee, {two})",
            f"({one} + claim.bill * 50%)", f"larger of ({one}, claim.fee)", f"¥{two} * 50%", f"¥{two} / 2",
        ]  # fmt: skip
        for total in self.totals:
            options += [f"({one} + {total} before)", f"larger of (0, {two} - {total} before)", f"({two} - {total})"]
        for total in self.yearly:
            options += [f"({one} if {total} last year = 0 else {two})", f"({one} + {total} last year)"]
        for layer in self.layers:
            options += [f"({one} + {layer}.pay)", f"larger of (0, {two} - {layer}.pay)"]
        return self.pick([*options, *self.more_limits()])

    def more_limits(self) -> list[str]:
        """Others of a larger language."""
        return []

    def more_conditions(self) -> list[str]:
        """Others of a larger language."""
        return []

    def amount(self) -> str:
        """What a layer counts."""
        if self.layers and self.chance(70 if self.plain else 45):
            rest = self.random.sample(self.layers, self.random.randint(1, len(self.layers)))
            return " - ".join(["claim.bill", *(f"{one}.pay" for one in rest)])
        if not self.odd():
            return "claim.bill"
        options = [
            "claim.bill", "claim.fee", "claim.bill + claim.fee", "claim.bill - claim.others", "claim.bill - claim.fee",
            "smaller of (claim.bill, claim.fee)", "larger of (claim.bill, claim.fee)", "claim.bill * 50%",
            "rounded (claim.bill * 50%, half up)", "share (claim.bill, claim.fee, claim.bill + claim.fee)",
            f"share ({self.pick(MONEY)}, {self.pick(MONEY)}, {self.pick(MONEY)})", self.small(), "claim.bill / 2",
            f"(claim.bill if {self.condition()} else claim.fee)", f"larger of (0, claim.bill - {self.small()})",
            *self.lets,
        ]  # fmt: skip
        for layer in self.layers:
            options += [f"{layer}.before cap - {layer}.pay", f"{layer}.base - {layer}.pay", f"{layer}.excess"]
            options += [f"larger of (0, claim.bill - {layer}.pay)", f"{layer}.pay", f"{layer}.excess - {layer}.pay"]
        return self.pick(options)

    def expression(self, depth: int, moving: bool = False) -> str:
        """An amount made of totals, layers and claims."""
        leaves = [f"¥{self.small()}"] if moving else ["claim.bill", f"¥{self.small()}"]
        if moving and not self.totals or not moving and self.chance(40):
            leaves += [self.amount()]
        leaves += [*self.totals] * (5 if moving else 1)
        leaves += [f"{total} before" for total in self.totals]
        leaves += [f"{total} last year" for total in self.yearly]
        if depth == 0 or (self.chance(20) and not moving):
            return self.pick(leaves)
        one, two = self.expression(depth - 1, moving), self.expression(depth - 1, moving)
        limit = self.limit() if self.odd() else self.small()
        options = [
            f"larger of (0, {one} - {limit})", f"smaller of ({limit}, {one})", f"({one}) * {self.pick(RATIOS)}",
            f"({one}) + ({two})", f"({one}) - ({two})", f"smaller of ({one}, {two})", f"larger of ({one}, {two})",
            f"({limit} if {one} >= {self.small()} else {self.small(0, 2)})", one,
            f"({one} if {self.condition()} else {two})",
            f"rounded (({one}) * {self.pick(RATIOS)}, {self.pick(('half up', 'up', 'down'))})",
        ]  # fmt: skip
        if not moving and self.totals:
            options += [f"increase of ({self.expression(depth - 1, True)})"] * 5
        return self.pick(options)

    # ---- ratios

    def ratio(self) -> str:
        if self.plain and self.chance(60):
            return "100%"
        if self.chance(28):
            return self.bands()
        text = self.one_ratio()
        if self.chance(8):
            text += f" {self.pick(('plus', 'minus'))} 25% if {self.condition()}"
        return text

    def one_ratio(self) -> str:
        one, two = self.pick(RATIOS), self.pick(RATIOS)
        if not self.odd():
            return one
        options = [
            f"by claim.care (inpatient: {one}, outpatient: {two})",
            f"by member.tier (low: {one}, high: {two})",
            f"by member.status (active: {one}, retired: {two})",
            f"({one} if {self.condition()} else {two})",
        ]
        options += [
            f"by bands of {total} ({self.pick(('below', 'up to'))} {self.small()}: {one}, beyond: {two})"
            for total in (*self.totals, "claim.bill")
        ]
        return self.pick([*options, *self.more_ratios()])

    def more_ratios(self) -> list[str]:
        """Others of a larger language."""
        return []

    def bands(self) -> str:
        of = self.pick(("bands above threshold", "bands of cost"))
        borders = [self.limit() if self.chance(15) else self.small()]
        if self.chance(30):
            borders = ["1", self.pick(("2", "3"))]
        ratios = [self.one_ratio() for _ in range(len(borders) + 1)]
        if self.chance(30):
            ratios.sort()
        parts = [f"up to {one}: {ratio}" for one, ratio in zip(borders, ratios, strict=False)]
        return f"{of} {self.scope(WIDE)}: {', '.join(parts)}, beyond: {ratios[-1]}"

    # ---- conditions

    def condition(self, total: str | None = None) -> str:
        """total: of the total that is being declared."""
        options = ["claim.care is inpatient"] * 3 + ["member.tier is low", "member.status is active"] * 2
        options += [
            "claim.drug given", "claim.drug in dear", "claim.drug not in dear", "claim.fee > 0",
            f"claim.bill > {self.small(0, 2)}", "claim.others = 0", "claim.date < 2024-01-01", "claim.bill > claim.fee",
            *self.conditions,
        ]  # fmt: skip
        for one in self.totals:
            options += [f"{one} {self.pick(('>', '>=', '<', '='))} {self.small()}"]
            options += [f"{one} before {self.pick(('>', '>=', '<', '='))} {self.small(0)}"] * 2
        for one in self.yearly:
            options += [f"{one} last year {self.pick(('=', '>'))} {self.small(0, 1)}"]
        for one in self.counts:
            options += [f"{one} {self.pick(('ordinal', 'before'))} {self.pick(('=', '<=', '>'))} 1"]
        for one in self.layers:
            options += [f"{one}.pay > 0"]
        if total is not None:
            options += [f"{total} before {self.pick(('>=', '<', '='))} {self.small(0, 2)}"] * 3
        found = self.pick([*options, *self.more_conditions()])
        if self.chance(10):
            found = f"not ({found})"
        if self.chance(12):
            found = f"({found} {self.pick(('and', 'or'))} {self.pick(options)})"
        return found
