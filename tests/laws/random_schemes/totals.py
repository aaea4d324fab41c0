"""What has a name of its own: definitions, running totals, counts, and what layers share."""

from __future__ import annotations

from random_schemes.stops import Stops


class Totals(Stops):
    """Each declaration is known from where it is drawn."""

    def let(self) -> str:
        self.use("let")
        name, bill = self.name("l"), self.claim("bill")
        kind = self.pick("MONEY", "MONEY", "RATIO", "BOOL")
        match kind:
            case "BOOL":
                value = self.condition(1, reads_money=False)
            case "RATIO":
                value = self.ratio()
                if ":" in value or "：" in value:
                    value = f"{self.percent(20, 60)} + {self.member('bonus')}"
            case _:
                value = self.pick(
                    f"{bill} - {self.claim('other')}", f"{bill} + {self.claim('fee')}",
                    self.whole(f"{bill} * {self.percent(50)}"),
                    f"({bill} {self.w('IF')} {self.condition(0)} {self.w('ELSE')} 0)",
                )  # fmt: skip
        self.lets.setdefault(kind, []).append(name)
        self.let_reads[name] = self.words(value)
        return f"{self.w('LET')} {name}{self.label()}: {value}{self.cite()}"

    def total(self) -> str:
        """A declared total or count."""
        when = ""
        if self.chance(40):
            self.use("total when")
            when = f" {self.w('WHEN')} {self.condition(0, reads_money=False)}"
        scope = self.scope(70, chosen=False)
        while self.w("PER_CLAIM") in scope:
            scope = self.scope(70, chosen=False)
        name = self.name("t")
        known = len(self.totals), len(self.numbers)
        text = self._total(name, scope, when)
        if self.w("PER_YEAR") in scope:
            added = [(one, "MONEY") for one in self.totals[known[0] :]]
            self.by_year += added or self.numbers[known[1] :]
        return text

    def _total(self, name: str, scope: str, when: str) -> str:
        head = f"{self.w('TOTAL')} {name}{self.label()}"
        if self.chance(55):
            self.use("total")
            bill = self.claim("bill")
            amounts = [bill, f"{bill} + {self.claim('fee')}", f"{bill} * {self.percent(20)}"]
            amounts += [self.working(layer) for layer in self.layers]
            amounts += self.lets.get("MONEY", [])
            self.totals.append(name)
            return f"{head}: {self.pick(*amounts)} {scope}{when}{self.cite()}"
        if self.chance(30):
            kind = self.pick("INT", "DAYS")
            self.use("total of days" if kind == "DAYS" else "total of numbers")
            adds = self.claim("days")
            if kind == "DAYS":
                adds = f"{self.date()} - {self.claim('start')}"
            self.numbers.append((name, kind))
            return f"{head}: {adds} {scope}{when}"
        of = "EVENTS" if self.has_event and self.chance(60) else "CLAIMS"
        self.use(f"count {of.lower()}")
        self.numbers.append((name, of))
        return f"{self.w('COUNT')} {name}: {self.w(of)} {scope}{when}"

    def pool(self, kind: str) -> str:
        """A threshold or cap for several layers."""
        name = self.name("s")
        self.pools.append((kind, name))
        low, high = (10, 90) if kind == "THRESHOLD" else (100, 400)
        draws = self.pick("IN_ORDER", "PRO_RATA")
        self.use(f"shared {draws}")
        head = f"{self.w('SHARED')} {self.w(kind)} {name}{self.label()}"
        return f"{head}: {self.amount(low, high)} {self.w(draws)}"
