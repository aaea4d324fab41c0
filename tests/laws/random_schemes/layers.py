"""Layers: what counts, above which threshold, at which ratio, up to which cap."""

from __future__ import annotations

from random_schemes.totals import Totals


class Layers(Totals):
    """One layer at a time, each after those that it reads."""

    def layer(self, name: str) -> str:
        head = f"{self.w('LAYER')} {name}{self.label()}{self.means('LAYER')}{self.cite()} {{"
        lines = [head, *self.applies()]
        self.workings[name] = ["UNCAPPED"]
        base = f"{self.w('BASE')} {self.base()}{self.cite()}"
        pays = self.chance(25 if self.totals else 10)
        if not pays or self.chance(50):
            lines.append(base)
            self.workings[name].append("BASE")
        else:
            self.use("pays without base")
        if pays:
            lines.append(self.pays())
        elif self.chance(14):
            lines.append(self.top_up())
        else:
            lines += self.excess_and_ratio(name)
        if not pays and self.chance(15):
            self.use("cost cap")
            lines.append(f"{self.w('COST_CAP')} {self.amount(150, 500)}")
        lines += self.caps()
        if name != self.names[-1] and self.chance(20):
            self.use("paid by others")
            lines.append(self.w("PAID_BY_OTHERS"))
        if self.chance(35):
            lines.append(self.rounding("rounding in layer"))
        if self.chance(8):
            self.use("reading in layer")
            lines.append(f"{self.w('READING')} {self.text('按此理解', 'as we read it')}")
        return "\n    ".join(lines) + "\n}"

    def applies(self) -> list[str]:
        found = []
        self.given = ()
        if self.chance(15):
            self.given = ("own",)
            found.append(f"{self.w('WHEN')} {self.claim('own')} {self.w('GIVEN')}")
        elif self.chance(35):
            self.use("when")
            found.append(f"{self.w('WHEN')} {self.condition()}")
        if self.chance(20):
            self.use("unless")
            found.append(f"{self.w('UNLESS')} {self.condition(1, usual=False)}")
        return found

    def excess_and_ratio(self, name: str) -> list[str]:
        lines = []
        count = self.random.choice((0, 0, 1, 1, 1, 1, 2))
        self.use(f"{count} thresholds")
        for _ in range(count):
            within = ""
            if self.chance(15):
                self.use("within")
                within = f" {self.w('WITHIN')} {self.amount(20, 120)}"
            lines.append(f"{self.w('THRESHOLD')} {self.amount(10, 90)}{within}{self.cite()}")
        shared = [one for kind, one in self.pools if kind == "THRESHOLD"]
        if shared and self.chance(70):
            self.use("shared threshold")
            lines.append(f"{self.w('THRESHOLD')} {self.w('SHARED')} {self.pick(*shared)}")
        if lines:
            self.workings[name].append("EXCESS")
            lines += self.lifted("NO_THRESHOLD")
        else:
            lines.append(self.w("NO_THRESHOLD"))
        ratio = self.bands() if self.chance(28) else self.ratio()
        lines.append(f"{self.w('RATIO')} {ratio}{self.points()}")
        return lines

    def caps(self) -> list[str]:
        lines = []
        count = self.random.choice((0, 1, 1, 1, 2))
        self.use(f"{count} caps")
        for low, high in ((30, 250), (100, 400))[:count]:
            lines.append(f"{self.w('CAP')} {self.amount(low, high)}{self.cite()}")
        shared = [one for kind, one in self.pools if kind == "CAP"]
        if shared and self.chance(70):
            self.use("shared cap")
            lines.append(f"{self.w('CAP')} {self.w('SHARED')} {self.pick(*shared)}")
        if not lines:
            return [self.w("NO_CAP")]
        return lines + self.lifted("NO_CAP")

    def lifted(self, token: str) -> list[str]:
        """For which claims the layer has no threshold, or no cap."""
        if not self.chance(20):
            return []
        self.use(f"{token} if")
        condition = self.condition(1, usual=False, reads_money=self.chance(15))
        return [f"{self.w(token)} {self.w('IF')} {condition}{self.cite()}"]

    def base(self) -> str:
        bill, other, fee = self.claim("bill"), self.claim("other"), self.claim("fee")

        def used(feature: str, text: str) -> str:
            self.use(feature)
            return text

        if "own" in self.given and self.chance(70):
            return used("guarded optional", self.claim("own"))
        sides = f"({bill}, {fee} + {other})"
        by = self.claim("share") if self.chance(30) else self.percent(30, 100)
        ways = [
            (12, lambda: bill),
            (2, lambda: fee),
            (2, lambda: used("base +", f"{bill} + {fee}")),
            (3, lambda: used("base -", f"{bill} - {other}")),
            (2, lambda: used("smaller or larger", f"{self.w(self.pick('SMALLER', 'LARGER'))} {sides}")),
            (2, lambda: used("share", f"{self.w('SHARE')} ({bill}, {fee}, {bill} + {fee})")),
            (1, lambda: used("share of numbers", f"{self.w('SHARE')} ({bill}, {self.claim('days')}, 30)")),
            (2, lambda: used("base * ratio", f"{bill} * {by}")),
            (2, lambda: used("base * int", f"¥{self.money(10, 40)} * {self.number()}")),
            (1, lambda: used("base / number", f"{bill} / {self.random.randint(2, 4)}")),
            (1, lambda: self.whole(f"{bill} * {by}")),
            (1, lambda: self.by_code(20, 90)),
            (1, lambda: self.choice(20, 90)),
        ]  # fmt: skip
        if self.layers:
            ways.append(
                (
                    6,
                    lambda: used(
                        "base - earlier", f"{bill} - {self.working(self.pick(*self.layers))}"
                    ),
                )
            )
        if self.lets.get("MONEY"):
            ways.append((6, lambda: used("let of an amount", self.pick(*self.lets["MONEY"]))))
        return self.one(*ways)

    def top_up(self) -> str:
        self.use("tops up")
        others = [self.claim("other"), f"{self.claim('fee')} * {self.percent(10, 60)}"]
        others += [self.working(layer) for layer in self.layers]
        after = self.random.sample(others, self.random.randint(0, min(2, len(others))))
        ratio = self.ratio() if self.chance(50) else self.percent(50)
        if ":" in ratio or "：" in ratio:
            ratio = self.percent(50)
        text = f"{self.w('TOPS_UP')} {ratio}"
        if after:
            self.use("tops up after")
            text += f" {self.w('AFTER')} {', '.join(after)}"
        return text

    def pays(self) -> str:
        """A payment of its own."""
        if not self.totals or self.chance(25):
            self.use("pays")
            daily = f"¥{self.money(10, 60)} * {self.number()}"
            amounts = [daily, f"{self.claim('bill')} * {self.percent(20)}", self.money(20, 80)]
            if self.totals:
                self.use("pays an increase within")
                grows = f"{self.pick(*self.totals)} * {self.percent(20)}"
                amounts.append(f"{self.w('INCREASE')} ({grows}) + {self.money(1, 9)}")
            return f"{self.w('PAYS')} {self.pick(*amounts)}"
        self.use("pays increase")
        total = self.pick(*self.totals)
        smaller, larger = self.w("SMALLER"), self.w("LARGER")
        above = f"{larger} ({total} - {self.money(10, 90)}, ¥0)"
        jump = f"{self.money(50, 200)} {self.w('IF')} {total} >= {self.money(50, 300)}"
        amount = self.pick(
            f"{smaller} ({above} * {self.percent(20)}, {self.money(100, 400)})",
            f"{above} * {self.percent(20)}",
            f"({jump} {self.w('ELSE')} 0)",
            f"{total} / {self.random.choice((2, 3))}",
            self.whole(f"{above} * {self.percent(20)}"),
        )
        fall = ""
        if self.chance(60):
            self.use("may fall")
            fall = f" {self.w('MAY_FALL')}"
        return f"{self.w('PAYS_INCREASE')} {amount}{fall}"

    def rounding(self, feature: str) -> str:
        self.use(feature)
        mode = self.pick("HALF_UP", "HALF_EVEN", "UP", "DOWN")
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
