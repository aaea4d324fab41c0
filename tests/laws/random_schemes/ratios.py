"""Ratios: one share, by group, by bands of what accumulates, with points."""

from __future__ import annotations

from random_schemes.amounts import Amounts
from random_schemes.draft import CARES, TIERS


class Ratios(Amounts):
    """`banded` ratios run over a scope of their own."""

    def ratio(self) -> str:
        ways = [
            (10, lambda: self.percent(20)),
            (4, self.ratio_by_tier),
            (2, self.ratio_by_care),
            (2, self.ratio_with_bonus),
            (2, self.ratio_of_attribute),
            (1, self.ratio_by_days),
            (1, self.ratio_divided),
        ]
        if self.parameters.get("RATIO"):
            ways.append((4, self.ratio_of_parameter))
        if "RATIO" in self.tables:
            ways.append((20, lambda: self.looked_up("RATIO")))
        if self.lets.get("RATIO"):
            ways.append((4, self.ratio_of_let))
        return self.one(*ways)

    def ratio_by_tier(self) -> str:
        self.use("ratio by member")
        parts = [f"{self.n(value)}{self.colon}{self.percent(20)}" for value in TIERS]
        if self.chance(30):
            self.use("otherwise")
            parts[2:] = [f"{self.w('OTHERWISE')}{self.colon}{self.percent(20)}"]
        return self.listed(parts)

    def ratio_by_care(self) -> str:
        self.use("ratio by claim")
        parts = [f"{self.n(value)}{self.colon}{self.percent(20)}" for value in CARES]
        return f"{self.w('BY')} {self.claim('care')} ({self.listed(parts)})"

    def ratio_by_days(self) -> str:
        self.use("ratio by bands of a value")
        parts = [
            f"{self.w('BELOW')} {self.random.randint(2, 9)}{self.colon}{self.percent(20)}",
            f"{self.w('BEYOND')}{self.colon}{self.percent(20)}",
        ]
        return f"{self.w('BANDS_OF')} {self.claim('days')} ({self.listed(parts)})"

    def ratio_with_bonus(self) -> str:
        self.use("ratio sum")
        total = f"{self.percent(30, 70)} + {self.member('bonus')}"
        return f"{self.w('SMALLER')} ({total}, 100%)" if self.chance(50) else total

    def ratio_divided(self) -> str:
        self.use("ratio divided")
        return f"{self.percent(60)} / {self.random.choice((2, 3))}"

    def ratio_of_attribute(self) -> str:
        self.use("ratio attribute")
        return self.claim("share") if self.chance(60) else f"100% - {self.claim('share')}"

    def ratio_of_parameter(self) -> str:
        self.use("parameter as ratio")
        return self.pick(*self.parameters["RATIO"])

    def ratio_of_let(self) -> str:
        self.use("let of a ratio")
        return self.pick(*self.lets["RATIO"])

    def bands(self) -> str:
        of = self.pick("BANDS_OF_EXCESS", "BANDS_OF_COST")
        self.use("bands of excess" if of == "BANDS_OF_EXCESS" else "bands of cost")
        low, bands = 0, []
        for _ in range(self.random.randint(1, 3)):
            low = max(low + 1, self.minor(20, 120) + low)
            bands.append(
                f"{self.w('UP_TO')} {self.amount_text(low)}{self.colon}{self.band_ratio()}"
            )
        if self.parameters.get("BORDER") and self.chance(40):
            self.use("border that is a parameter")
            border = self.pick(*self.parameters["BORDER"])
            bands[-1] = f"{self.w('UP_TO')} {border}{self.colon}{self.band_ratio()}"
        bands.append(f"{self.w('BEYOND')}{self.colon}{self.band_ratio()}")
        return f"{self.w(of)} {self.scope()}{self.colon}{self.listed(bands)}"

    def band_ratio(self) -> str:
        if self.chance(12):
            self.use("band ratio by attribute")
            return f"{self.percent(10, 60)} + {self.member('bonus')}"
        if self.chance(5):
            return self.claim("share")
        return self.percent(10)

    def points(self) -> str:
        if not self.chance(14):
            return ""
        self.use("points")
        found = ""
        for _ in range(self.random.choice((1, 1, 2))):
            sign = self.w(self.pick("PLUS_POINTS", "MINUS_POINTS"))
            found += f" {sign} {self.percent(5, 30)} {self.w('IF')} {self.condition(1)}"
        return found
