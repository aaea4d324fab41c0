"""One claim at a time, and the commands cold: what a service and an author wait for."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import made_data
import ours
import peers_w2
from end_to_end import SCHEME, timed


def interleaved(ways: dict[str, tuple[int, Callable[[], Any]]], turns: int = 9) -> dict[str, float]:
    """Nanoseconds of processor for one of the calls that each way makes: (how many, all of them);
    medians over turns in which each has its turn, once before it counts: what the way before it did to
    the caches is not its own."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, (calls, run) in ways.items():
            run()
            start = time.process_time()
            run()
            times[name].append((time.process_time() - start) / calls * 1e9)
    return {name: statistics.median(found) for name, found in times.items()}


def latency(calls: int) -> dict[str, float]:
    """Of W2's claims: a session kept open for one member; and what others need for the same claims."""
    evaluator, _ = ours.made("w2")
    claims, people = made_data.w2(calls, 1, True)
    persons = {name: int(values[0]) for name, values in ours.people_columns(people).items()}
    day = ours.pa.scalar
    member: dict[str, Any] = {"member_id": "M"}
    for name, value in persons.items():
        date = name != "preexisting"
        member[name] = day(value, "int32").cast("date32").as_py() if date else bool(value)
    fen = ours.claim_table(claims).drop_columns(["claim_id", "member_id"]).to_pylist()
    rows = [{**row, "amount": money_of(row["amount"])} for row in fen]
    names = ("date", "kind", "amount", *ours.FLAG_NAMES)
    values = [tuple(row[name] for name in names) for row in rows]
    fen_values = [tuple(row[name] for name in names) for row in fen]

    def in_dicts() -> None:
        settle = evaluator.open(member).settle
        for row in rows:
            settle(row)

    def typed(given: list[tuple[Any, ...]], minor_units: bool) -> None:
        # a service writes such a call out: one name for each of W2's attributes
        session = evaluator.open(member, minor_units=minor_units)
        for date, kind, amount, undesignated, third, injury, public, abroad, cosmetic in given:
            session.settle(
                date=date,
                kind=kind,
                amount=amount,
                undesignated=undesignated,
                third_party=third,
                work_injury=injury,
                public_health=public,
                abroad=abroad,
                cosmetic=cosmetic,
            )

    def in_order(given: list[tuple[Any, ...]], minor_units: bool) -> None:
        settle = evaluator.open(member, minor_units=minor_units).settler(*names)
        for date, kind, amount, undesignated, third, injury, public, abroad, cosmetic in given:
            settle(date, kind, amount, undesignated, third, injury, public, abroad, cosmetic)

    def handed_out() -> None:
        for _date, _kind, _amount, _one, _two, _three, _four, _five, _six in fen_values:
            pass

    def nothing(
        *, date: Any, kind: Any, amount: Any, undesignated: Any, third_party: Any, work_injury: Any,
        public_health: Any, abroad: Any, cosmetic: Any,
    ) -> None:  # fmt: skip
        pass

    def called() -> None:
        for date, kind, amount, undesignated, third, injury, public, abroad, cosmetic in fen_values:
            nothing(
                date=date, kind=kind, amount=amount, undesignated=undesignated, third_party=third,
                work_injury=injury, public_health=public, abroad=abroad, cosmetic=cosmetic,
            )  # fmt: skip

    def nothing_in_order(
        date: Any, kind: Any, amount: Any, undesignated: Any, third: Any, injury: Any, public: Any,
        abroad: Any, cosmetic: Any,
    ) -> None:  # fmt: skip
        pass

    def called_in_order() -> None:
        for date, kind, amount, undesignated, third, injury, public, abroad, cosmetic in fen_values:
            nothing_in_order(date, kind, amount, undesignated, third, injury, public, abroad, cosmetic)

    def three(given: list[tuple[Any, ...]], minor_units: bool) -> None:
        session = window.open(member, minor_units=minor_units)
        for date, kind, amount in given:
            session.settle(date=date, kind=kind, amount=amount)

    def three_in_order() -> None:
        settle = window.open(member, minor_units=True).settler("date", "kind", "amount")
        for date, kind, amount in three_fen:
            settle(date, kind, amount)

    def opened() -> None:
        for row in rows[:200]:
            evaluator.open(member).settle(row)

    window, _ = ours.made("window")
    three_values, three_fen = ([row[:3] for row in given] for given in (values, fen_values))
    paid = peers_w2.python_way({**claims, "flags": claims["flags"] * 0}, people, calls)()[0]
    session = window.open(member)
    assert [session.settle(date=d, kind=k, amount=a).total_minor for d, k, a in three_values] == paid
    session = window.open(member, minor_units=True)
    assert [session.settle(date=d, kind=k, amount=a).total_minor for d, k, a in three_fen] == paid
    settle = window.open(member, minor_units=True).settler("date", "kind", "amount")
    assert [settle(*row).total_minor for row in three_fen] == paid

    python = peers_w2.python_way(claims, people, calls)
    zen = peers_w2.zen_way(claims, people, calls)
    expected = python()[0]
    sessions = [evaluator.open(member, minor_units=unit) for unit in (False, False, True, True)]
    assert [sessions[0].settle(row).total_minor for row in rows] == expected == zen()[0]
    assert [sessions[1].settle(**row).total_minor for row in rows] == expected
    assert [sessions[2].settle(**row).total_minor for row in fen] == expected
    settle = sessions[3].settler(*names)
    assert [settle(*row).total_minor for row in fen_values] == expected
    return interleaved(
        {
            "three attributes: `settle(date=…, kind=…, amount=…)`, fen": (
                calls, partial(three, three_fen, True),
            ),
            "three attributes: `settle(date=…, kind=…, amount=…)`, Decimal": (
                calls, partial(three, three_values, False),
            ),
            "three attributes: `settler(\"date\", \"kind\", \"amount\")`, fen": (calls, three_in_order),
            "nine: `settle(date=…, …)`, fen": (calls, partial(typed, fen_values, True)),
            "nine: `settle(date=…, …)`, Decimal": (calls, partial(typed, values, False)),
            "nine: `settler(\"date\", …)`, fen": (calls, partial(in_order, fen_values, True)),
            "nine: `settler(\"date\", …)`, Decimal": (calls, partial(in_order, values, False)),
            "nine: `settle(dict)`, Decimal": (calls, in_dicts),
            "hmbc, `open(dict)` and one `settle(dict)`": (len(rows[:200]), opened),
            "pure Python, values": (calls, python),
            "a Python function of the same nine keywords that does nothing": (calls, called),
            "a Python function of nine values, without keywords, that does nothing": (
                calls, called_in_order,
            ),
            "the loop that hands nine values out, by itself; it is in all that do not take a dict": (
                calls, handed_out,
            ),
            "GoRules ZEN, `evaluate(dict)`": (calls, zen),
        }
    )


def money_of(fen: int) -> Any:
    return Decimal(fen).scaleb(-2)


def commands() -> dict[str, tuple[float, float]]:
    """Seconds of processor and of the clock; medians of 5, of 3 where nothing is cached."""
    found: dict[str, tuple[float, float]] = {}
    hmbc = [sys.executable, "-m", "hmbc"]
    cases = [("check", ["check", str(SCHEME)]), ("compile", ["compile", str(SCHEME)])]
    for name, words in cases:
        for cold in (True, False):
            times = []
            with tempfile.TemporaryDirectory() as kept:
                os.environ["HMBC_CACHE"] = kept
                for turn in range(3 if cold else 6):
                    os.environ["HMBC_CACHE"] = str(Path(kept, str(turn))) if cold else kept
                    times.append(timed([*hmbc, *words])[:2])
            del os.environ["HMBC_CACHE"]
            times = times if cold else times[1:]
            label = f"`hmbc {name}`, {'nothing cached' if cold else 'cached'}"
            found[label] = (
                statistics.median(x for x, _ in times), statistics.median(y for _, y in times)
            )  # fmt: skip
    return found
