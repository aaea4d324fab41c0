"""Random schemes that have a feed, as text: each claim is of one kind, layers by kind or by amount."""

from __future__ import annotations

from random import Random

KINDS = ("policy", "drugs", "special", "rare")
KEYED = (
    "per event", "per event", "per event per year", "per claim.drug", "per claim.drug per year",
    "per year if claim.abroad else per event", "per lifetime if claim.days > 5 else per event",
)  # fmt: skip
MODES = ("half up", "half up", "down", "up", "half even")


def draw(random: Random, large: bool = False, plain: bool = False) -> str:
    """One scheme. large: its totals can be carried on beyond any size, by years or for a lifetime; plain: nothing is
    looked up nor rounded by claim, and all layers count alike."""

    def chance(percent: int) -> bool:
        return random.randrange(100) < percent

    def money(low: int, high: int) -> str:
        value = random.randint(low, high)
        return f"{value // 100}.{value % 100:02}" if chance(30) else str(max(1, value // 100))

    def percent() -> str:
        return random.choice(("75%", "60%", "30%", "100%", "33.3%", "12.5%", "7%"))

    def ratio(*choices: str) -> str:
        match random.randrange(4):
            case 0:
                return f"({percent()} if {random.choice(choices)} else {percent()})"
            case 1:
                return f"by member.tier (low: {percent()}, middle: {percent()}, otherwise: {percent()})"
            case _:
                return percent()

    scopes = ("per year", "per claim", "per lifetime", "per day", "per month", *KEYED)
    if large or plain:
        scopes = ("per year", "per lifetime")
    scope = random.choice(("per year", "per year", "per year", *scopes))
    lines = ['scheme s "s" {', "    source \"s\", 2022-01-01", "    currency CNY",
             "    event claim.stay",
             "    benefit year " + random.choice(("calendar", "07-01 to 06-30"))]  # fmt: skip
    if chance(50):
        lines.append('    valid 2021-02-01 to 2023-11-30 cite "0"')
    lines += [
        "    member {", "        ill: bool", "        tier: low | middle | high",
        "        from: date", "        to: date", "        quota: money",
        "        stops: periods", "    }",
        "    claim {", f"        kind: {' | '.join(KINDS)}", "        amount: money", "        paid: money",
        "        own: money optional", "        abroad: bool", "        drug: code", "        stay: code", "        days: int 0 to 60",
        "    }",
    ]  # fmt: skip
    if chance(70) and not large:
        lines.append("    wait outside: claim.date < member.from or claim.date > member.to")
    if chance(40) and not large:
        lines.append("    wait young: claim.date < member.from + 30 days")
    if chance(30):
        lines.append("    wait stopped: claim.date in member.stops")
    if chance(70):
        lines.append("    exclude abroad: claim.abroad")
    if chance(40) and not plain:
        lines.append('    exclude drug: claim.drug in "D1", "D2"')
    if chance(30):
        lines.append("    exclude short: claim.days < 2 and not member.ill")
    by_kind = chance(70)
    names = (
        random.sample(KINDS, random.randint(2, 4))
        if by_kind
        else ["a", "b"][: random.randint(1, 2)]
    )
    alike = chance(60) or plain
    own_scope = scope
    for place, name in enumerate(names):
        if not alike:
            own_scope = random.choice(scopes)
        base = random.choice(
            ("claim.amount", "claim.amount", "larger of (0, claim.amount - claim.paid)")
        )
        conditions = ("claim.abroad", "member.ill", "member.ill", "claim.days > 5")
        lines.append(f"    layer {name}_care {{")
        if by_kind:
            lines.append(f"        when claim.kind is {name}")
        lines.append(f"        base {base if by_kind or not place else 'claim.paid'}")
        amount = money(100, 3_000_000)
        lines.append(
            f"        threshold {amount} {own_scope}" if chance(85) else "        no threshold"
        )
        lines.append(f"        ratio {ratio(*conditions)}")
        top = random.choice((money(100, 9_000_000), f"{money(100, 900_000)} + member.quota"))
        top = money(100, 90_000_000) if large or plain else top
        over = own_scope if plain else random.choice((own_scope, own_scope, "per lifetime"))
        lines.append(f"        cap {top} {over}" if chance(70) else "        no cap")
        if chance(30) and not plain:
            lines.append(
                f"        rounding {random.choice(MODES)} {random.choice(('', 'per claim'))}"
            )
        lines.append("    }")
    return "\n".join([*lines, "}"])
