"""critical_illness: a calculation from the rules, which keeps a list of what was paid and looks through
it for every diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random

Row = Mapping[str, str]


def calculate(claims: Sequence[Row], members: Sequence[Row]) -> dict[str, dict[str, int]]:
    policies = {row["member_id"]: row for row in members}
    paid: dict[str, list[tuple[date, str, str]]] = {}
    pays = {}
    for claim in sorted(claims, key=lambda row: row["date"]):
        policy, own = policies[claim["member_id"]], paid.setdefault(claim["member_id"], [])
        day, start = date.fromisoformat(claim["date"]), date.fromisoformat(policy["start"])
        pay = {"early": 0, "severe": 0}
        pays[claim["claim_id"]] = pay
        waited = day >= start + timedelta(90) or claim["accident"] == "true"
        survived = date.fromisoformat(claim["alive_on"]) >= day + timedelta(28)
        if day < start or not waited or not survived:
            continue
        if any(stage == "severe" or (day - then).days < 180 for then, stage, _ in own):
            continue
        stage, group = claim["stage"], claim["group"]
        if stage == "early" and (len(own) == 3 or group in [other for _, _, other in own]):
            continue
        total = int(policy["sum"]) * 100
        pay[stage] = total if stage == "severe" else min(total * 3 // 10, 300_000_00)
        own.append((day, stage, group))
    return pays


def test_diagnoses_are_paid_as_calculated(agree: Callable[..., dict[str, dict[str, int]]]) -> None:
    random = Random(28)
    claims: list[Row] = []
    members: list[Row] = []
    for number in range(250):
        start = date(2023, 1, 1) + timedelta(random.choice([0, 58, 364, random.randint(0, 400)]))
        members.append(
            {
                "member_id": f"P{number}", "start": start.isoformat(),
                "sum": random.choice(["100000", "333330", "1000000", "1000010", "10000000"]),
            }
        )  # fmt: skip
        day = start
        for _ in range(random.randint(0, 9)):
            after = random.choice([0, 1, 179, 180, 181, 365])
            day = random.choice([start + timedelta(random.choice([-1, 0, 89, 90])), day])
            day += timedelta(after)
            alive = day + timedelta(random.choice([0, 27, 28, 28, 400, 400, 400]))
            claims.append(
                {
                    "claim_id": f"{len(claims)}", "member_id": f"P{number}", "date": day.isoformat(),
                    "stage": random.choice(["early"] * 6 + ["severe"]),
                    "group": random.choice(["cancer", "heart", "nerves", "organs"]),
                    "alive_on": alive.isoformat(), "accident": random.choice(["true", "false"]),
                }
            )  # fmt: skip
    pays = agree("critical_illness", claims, members, calculate)
    assert sum(paid["early"] > 0 for paid in pays.values()) > 200
    assert sum(paid["severe"] > 0 for paid in pays.values()) > 50
