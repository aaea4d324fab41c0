"""Feeds agree with the interpreter on every row, reason and total, with each optimisation on and
off; where a unit is marked odd, nothing is said of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from attrs import evolve, fields

from hmbc.compiler.build import build, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.interpret import Interpreter, State, StateRow
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.lower_feed import COMPACT
from hmbc.compiler.optimise import ALL, PLAIN, Optimise
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.plan import plan_of
from hmbc.dsl.source import Source

MEMBERS, ROWS = 8, 40
FIRST = 18_640  # in January 2021
CODES = ("D1", "D2", "D3", *(f"S{number}" for number in range(60)))
OFF = [evolve(PLAIN, **{each.name: False}) for each in fields(Optimise)]
NONE = Optimise(**{each.name: False for each in fields(Optimise)})
WAYS = [*OFF, NONE]
LARGE_WAYS = [PLAIN, *(evolve(PLAIN, **{name: False}) for name in ("merge", "derive", "fuse", "fold"))]


@pytest.fixture(scope="module")
def built(feed_schemes: ModuleType) -> list[SimpleNamespace]:
    """Random schemes, each with its feed made in two ways: all optimisations, and another way."""
    found: list[SimpleNamespace] = []
    for seed in range(len(WAYS)):
        for way in (ALL if seed < 3 else PLAIN, WAYS[seed % len(WAYS)]):
            found.append(scheme(seed, feed_schemes.draw(Random(seed)), way))
    return with_feeds(found, "feeds")


@pytest.fixture(scope="module")
def large(feed_schemes: ModuleType) -> list[SimpleNamespace]:
    """Random schemes whose totals may outgrow a record's cells."""
    found: list[SimpleNamespace] = []
    for seed in range(2 * len(LARGE_WAYS)):
        text = feed_schemes.draw(Random(100 + seed), large=True)
        found.append(scheme(seed, text, LARGE_WAYS[seed % len(LARGE_WAYS)]))
    return with_feeds(found, "large")


def scheme(seed: int, text: str, way: Optimise) -> SimpleNamespace:
    compiled = compile_source(Source("random.hmb", text))
    assert compiled.kernel is not None, f"{compiled.diagnostics}\n{text}"
    return SimpleNamespace(seed=seed, text=text, kernel=compiled.kernel, way=way)


def with_feeds(found: list[SimpleNamespace], name: str) -> list[SimpleNamespace]:
    """The same, compiled."""
    module = load(
        build(emit_module([one.kernel for one in found], [one.way for one in found]), name), name
    )
    for place, one in enumerate(found):
        one.capsule, one.plan, one.module = module.FEEDS[place], plan_of(one.kernel), module
    return found


def made(
    random: Random, first: int, scale: int = 1
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Members, and claims in order of their dates with the place of their member. scale: of amounts."""
    members = [
        {
            "ill": random.random() < 0.5,
            "tier": random.choice(("low", "middle", "high")),
            "from": first + random.randint(-40, 200),
            "to": first + random.choice((100, 900, random.randint(0, 400))),
            "quota": random.choice((0, random.randint(0, 10**7))),
            "stops": tuple(
                (start, start + random.randint(0, 90))
                for start in (
                    first + random.randint(-50, 300) for _ in range(random.choice((0, 1, 2, 5)))
                )
            ),
        }
        for _ in range(MEMBERS)
    ]
    day, claims = first, []
    for _ in range(MEMBERS * ROWS):
        day += random.choice((0, 0, 0, 1, 2))
        claim: dict[str, Any] = {
            "unit": random.randrange(MEMBERS),
            "date": day,
            "kind": random.choice(("policy", "policy", "drugs", "special", "rare")),
            "amount": random.choice(
                (0, 1, 3, random.randint(0, 10**4), *scale * (scale * random.randint(0, 10**8),))
            ),
            "paid": random.choice((0, 0, random.randint(0, 10**5))),
            "abroad": random.random() < 0.1,
            "drug": random.choice((*CODES[:3], "")),
            "stay": random.choice((*CODES[:9], random.choice(CODES))),
            "days": random.randint(0, 9),
        }
        if random.random() < 0.5:
            claim["own"] = random.randint(0, 10**6)
        claims.append(claim)
    if random.random() < 0.3:
        claims[-1]["amount"] = 10**12
    return members, claims


def word(item: Any, value: Any) -> int | None:
    if value is None:
        return None
    match item.kind:
        case "periods":
            return 0
        case "enum":
            return int(item.values.index(value))
        case "code":
            return -1 if value == "" else CODES.index(value)
        case _:
            return int(value)


def columns(items: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, list[int | None]]:
    return {item.name: [word(item, row.get(item.name)) for row in rows] for item in items}


def listed(plan: Any) -> list[list[int]]:
    codes = {item.name: item.codes for item in plan.lists}
    return [[int(code in codes[pair.list_name]) for code in CODES] for pair in plan.listed]


def words_of(host: Any, state: State, kernel: Kernel) -> list[int]:
    """State words that hold an interpreter's totals."""
    found = host.fresh()
    for row in state.rows(kernel):
        item = next(one for one in host.plan.accumulators if one.name == row.accumulator)
        if item.keyed:
            continue
        found[item.word : item.word + len(row.key) + 1] = [*row.key, row.total]
    return found


def key_words(item: Any, key: Sequence[Any]) -> tuple[int, ...]:
    """A key as numbers."""
    return tuple(
        (CODES.index(part) if part else -1) if kind.startswith("code") else int(part)
        for kind, part in zip(item.key_kinds, key, strict=True)
    )


def keyed_of(host: Any, state: State, kernel: Kernel) -> dict[tuple[int, tuple[int, ...]], int]:
    """An interpreter's keyed totals."""
    numbers = {item.name: (n, item) for n, item in enumerate(host.plan.accumulators) if item.keyed}
    return {
        (numbers[row.accumulator][0], key_words(numbers[row.accumulator][1], row.key)): row.total
        for row in state.rows(kernel)
        if row.accumulator in numbers
    }


def rows_of(host: Any, words: Sequence[int]) -> set[StateRow]:
    """The totals in state words that are not 0."""
    found = set()
    for item in host.plan.accumulators:
        if item.keyed:
            continue
        n = len(item.key_kinds)
        if total := words[item.word + n]:
            key = tuple(words[item.word : item.word + n])
            found.add(
                StateRow(accumulator=item.name, key=key, total=total, denominator=item.denominator)
            )
    return found


def check(
    one: SimpleNamespace,
    host: Any,
    members: Sequence[Mapping[str, Any]],
    claims: Sequence[Mapping[str, Any]],
    states: dict[int, State],
    last: dict[int, int],
    seen: Counter[str],
    wanted: Any = lambda _: True,
    together: bool = False,
) -> None:
    """Adjudicates the claims by both; moves `states` and `last`. together: as feed_host says."""
    plan, kernel = host.plan, one.kernel
    interpreter = Interpreter(kernel, {}, {})
    words = [word for m in range(MEMBERS) for word in words_of(host, states[m], kernel)]
    days = [last.get(m, -(2**63)) for m in range(MEMBERS)]
    got = host.run(
        columns(plan.claim, claims), columns(plan.member, members),
        [claim["unit"] for claim in claims], MEMBERS, [], listed(plan),
        words=words, last=days, keyed=[keyed_of(host, states[m], kernel) for m in range(MEMBERS)],
        wanted=wanted, cuts=[len(claims) // 3],
        periods=[[one[item.name] for one in members] for item in plan.member if item.kind == "periods"],
        together=together,
    )  # fmt: skip
    if got is None:
        seen["cannot"] += 1
    where = f"seed {one.seed} {one.way}\n{one.text}"
    rejected = 0
    for row, claim in enumerate(claims):
        unit = claim["unit"]
        step = interpreter.step(states[unit], claim, members[unit])
        states[unit] = step.state
        if step.status == "ok":
            last[unit] = claim["date"]
        if got is None or (host.feed.record_size and got.odd[unit]):
            seen["odd"] += 1
            continue
        seen[step.status] += 1
        at = f"row {row} {claim} {members[unit]} {where}"
        if step.status != "ok":
            rejected += 1
            assert got.status[row] == 16 + [r.name for r in kernel.rejects].index(step.status), at
            continue
        assert got.status[row] == 0, at
        for place, layer in enumerate(plan.layers):
            if got.pays[place] is not None:
                assert got.pays[place][row] == step.pays[layer], f"{layer} {at}"
            if got.reasons[place] is not None:
                reason = plan.reasons[got.reasons[place][row]]
                assert reason == step.reasons[layer], f"{layer} {at}"
                seen[reason] += 1
        if got.total is not None:
            assert got.total[row] == step.total_pay, at
        if got.decided is not None:
            assert plan.reasons[got.decided[row]] == step.reason, at
    if got is None:
        return
    assert got.rejected >= rejected
    if got.together:
        assert got.found_odd == sum(got.odd), where
        seen["together"] += sum(not odd for odd in got.odd)
    for m in range(MEMBERS):
        if host.feed.record_size and not got.odd[m]:
            keyed = {item.name for item in plan.accumulators if item.keyed}
            assert rows_of(host, got.words[m]) == {
                r for r in states[m].rows(kernel) if r.total and r.accumulator not in keyed
            }, where
            assert got.keyed[m] == keyed_of(host, states[m], kernel), where
            seen["keys"] += len(got.keyed[m])
            seen["years"] += got.years == 2
            seen["carried"] += any(
                row.total > COMPACT * row.denominator and row.accumulator not in keyed
                for row in states[m].rows(kernel)
            )
            assert max(got.last[m], days[m]) == last.get(m, -(2**63)), where


def test_feeds_agree_with_the_interpreter(built: list[SimpleNamespace], feed_host: Any) -> None:
    seen = compare(built, feed_host, 1)
    assert seen["ok"] > 5_000 and seen["outside_validity"] > 20, seen
    assert seen["odd"] < seen["ok"], seen
    assert seen["keys"] > 500 and seen["years"] > 20 and seen["together"] > 20, seen
    assert {"paid", "capped", "below_threshold", "not_covered"} < set(seen), seen


def test_totals_outgrow_their_cells(large: list[SimpleNamespace], feed_host: Any) -> None:
    seen = compare(large, feed_host, 5)
    assert seen["carried"] > 40 and seen["years"] > 10, seen
    assert seen["odd"] < seen["ok"], seen


def compare(built: list[SimpleNamespace], feed_host: Any, scale: int) -> Counter[str]:
    """Adjudicates random claims in two batches by both; what was seen."""
    seen: Counter[str] = Counter()
    for one in built:
        assert one.capsule is not None, one.text
        host = feed_host(one.plan, one.capsule)
        random = Random(one.seed)
        members, claims = made(random, FIRST + random.choice((0, 100, 240)), scale)
        states: dict[int, State] = defaultdict(State)
        last: dict[int, int] = {}
        cut = next(
            n
            for n in range(len(claims) // 2, len(claims))
            if claims[n]["date"] != claims[n - 1]["date"]
        )
        early, later = claims[:cut], claims[cut:]
        if one.seed % 2:  # rows of a unit stand together
            early, later = (sorted(part, key=lambda claim: claim["unit"]) for part in (early, later))
        check(one, host, members, early, states, last, seen, together=one.seed % 2 == 1)
        only = random.choice(("pay", "total_pay", "reason", "_"))
        check(
            one,
            host,
            members,
            later,
            states,
            last,
            seen,
            lambda name, only=only: only in name,
        )
    print(seen)
    return seen
