"""The total of the benefit year before, held against sums by hand over random claims."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest

from hmbc.compiler.interpret import Interpreter
from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source

DAY = date(1970, 1, 1)


def _scheme(scope: str, year: str = "benefit year calendar", what: str = "claim.cost") -> str:
    return f"""scheme s {{
    source "d", 2024-01-01
    currency CNY
    {year}
    event claim.visit
    member {{ joined: date }}
    claim {{ cost: money  counts: bool  kind: a | b  visit: code }}
    exclude never: claim.cost = 7  cite "1"
    total spent: {what} {scope} when claim.counts  cite "1"
    layer told cite "1" {{ pays spent last year  no cap }}
}}
"""


def _claims(random: Random) -> list[dict[str, object]]:
    days = sorted(random.randint(0, 6 * 366) for _ in range(60))
    return [
        {
            "cost": random.choice((0, 700, random.randint(1, 999))),
            "counts": random.random() < 0.6,
            "kind": random.choice("ab"),
            "visit": random.choice("xyz"),
            "date": (date(2018, 1, 1) - DAY).days + day,
        }
        for day in days
        if random.random() < 0.9 or day % 700 > 400
    ]


def _anniversary(day: date, since: date) -> int:
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


@pytest.mark.parametrize(("scope", "key"), [("per year", False), ("per year per claim.kind", True)])
@pytest.mark.parametrize("own", [False, True])
def test_it_is_what_was_counted_in_the_year_before(scope: str, key: bool, own: bool) -> None:
    since = date(2015, 5, 20)
    header = "benefit year from member.joined" if own else "benefit year 07-01 to 06-30"
    compiled = compile_source(Source("s.hmb", _scheme(scope, header)))
    assert compiled.kernel is not None, compiled.diagnostics
    for seed in range(20):
        claims = _claims(Random(seed))
        sums: dict[tuple[int, object], int] = defaultdict(int)
        member = {"member_id": "M", "joined": (since - DAY).days}
        for step, claim in zip(
            Interpreter(compiled.kernel).run(claims, member), claims, strict=True
        ):
            day = DAY + timedelta(claim["date"])  # type: ignore[arg-type]
            year = _anniversary(day, since if own else date(0 + 1, 7, 1))
            group = claim["kind"] if key else ""
            stopped = claim["cost"] == 700
            if not stopped:
                assert step.total_pay == sums[year - 1, group]
            if claim["counts"] and not stopped:
                sums[year, group] += claim["cost"]  # type: ignore[operator]


def test_events_are_counted_once_in_their_year() -> None:
    text = _scheme("per year").replace("total spent: claim.cost", "count spent: events")
    text = text.replace("pays spent last year", "pays ¥1 * spent last year")
    compiled = compile_source(Source("s.hmb", text))
    assert compiled.kernel is not None, compiled.diagnostics
    member = {"member_id": "M", "joined": 0}
    claims: list[dict[str, object]] = [
        {"cost": 1, "counts": True, "kind": "a", "visit": visit, "date": day}
        for visit, day in (("x", 17600), ("y", 17601), ("x", 17602), ("x", 17900), ("z", 18300))
    ]
    pays = [step.total_pay for step in Interpreter(compiled.kernel).run(claims, member)]
    assert pays == [0, 0, 0, 200, 100]


def test_a_limit_of_parts_of_a_minor_unit_is_rounded_down() -> None:
    """Half of three minor units, of the year before: a cap of one."""
    text = _scheme("per year", what="claim.cost * 50%").replace(
        "pays spent last year  no cap", "base claim.cost  no threshold  ratio 100%  cap (spent last year) per year"
    )
    compiled = compile_source(Source("s.hmb", text))
    assert compiled.kernel is not None, compiled.diagnostics
    days = [(date(year, 3, 1) - DAY).days for year in (2018, 2019)]
    claims = [{"cost": 3, "counts": True, "kind": "a", "visit": "x", "date": day} for day in days]
    steps = Interpreter(compiled.kernel).run(claims, {"member_id": "M", "joined": days[0]})
    assert [step.total_pay for step in steps] == [0, 1]
