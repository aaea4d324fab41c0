"""What stops a claim, or a part of it, and until when one is to be paid."""

from __future__ import annotations

from random_schemes.ratios import Ratios


class Stops(Ratios):
    """Conditions of eligibility, waits, exclusions; deadlines."""

    def stops(self) -> list[str]:
        found = []
        if self.chance(17):
            self.use("eligible")
            head = f"{self.w('ELIGIBLE')} {self.name('e')}{self.label()}"
            found.append(f"{head}: {self.condition(1)}{self.cite()}")
        if self.chance(30):
            self.use("wait")
            text = f"{self.w('WAIT')} {self.name('w')}: {self.condition(1, usual=False)}"
            found.append(text + self.exception("wait with exception") + self.cite())
        for _ in range(2):
            if self.chance(19):
                self.use("exclude whole")
                condition = self.condition(1, usual=False)
                head = f"{self.w('EXCLUDE')} {self.name('x')}{self.of_layers()}{self.label()}"
                text = f"{head}: {condition}{self.exception('exclude with exception')}"
                found.append(text + self.means("EXCLUDE") + self.cite())
        if self.chance(25):
            found.append(self.part())
        return found

    def part(self) -> str:
        self.use("exclude part")
        bill = self.claim("bill")
        part = self.pick(
            self.claim("other"), self.claim("fee"), f"{bill} * {self.percent(0, 40)}",
            f"{self.w('LARGER')} ({bill} - {self.money(100, 200)}, 0)",
        )  # fmt: skip
        condition = ""
        if self.chance(40):
            self.use("exclude part if")
            condition = f" {self.w('IF')} {self.condition(1)}"
        name = f"{self.w('EXCLUDE')} {self.name('p')}{self.of_layers()}"
        text = f"{name}: {self.w('PART')} {part}{condition}"
        return text + self.exception("exclude with exception") + self.cite()

    def of_layers(self) -> str:
        if not self.chance(35):
            return ""
        self.use("exclude for some layers")
        some = self.random.sample(self.names, self.random.randint(1, min(2, len(self.names))))
        return f" {self.w('FROM')} {self.listed(some)}"

    def exception(self, feature: str) -> str:
        if not self.chance(45):
            return ""
        self.use(feature)
        return f" {self.w('UNLESS')} {self.condition(1, usual=False)}"

    def means(self, of: str) -> str:
        """The word of a guideline for what is declared."""
        words = {"EXCLUDE": ("境外就医", "abroad"), "LAYER": ("特药", "special_drugs")}
        if not self.chance(15):
            return ""
        self.use("means")
        zh, en = words[of]
        return f" {self.w('MEANS')} {zh if self.language == 'zh' else en}"

    def deadline(self) -> str:
        self.use("due")
        days = self.span_of("days", self.random.choice((7, 30)))
        if self.has_workdays and self.chance(70):
            self.use("working days")
            days = self.span_of("working days", self.random.randint(1, 12))
        when = ""
        if self.chance(60):
            self.use("due when")
            when = f" {self.w('WHEN')} {self.own_condition(self.chance(70))}"
        start = self.pick(self.claim("settled"), self.claim("seen"), self.date())
        head = f"{self.w('DUE')} {self.name('d')}{self.label()}"
        return f"{head}: {days} {self.w('FROM')} {start}{when}{self.cite()}"
