"""Blocks of rows of units that stand together come out of vectors of sixteen rows as out of the loops, bit for
bit, and as the interpreter has them."""

from __future__ import annotations

from collections import Counter
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from hmbc.compiler.build import build, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.emit_feed import emit_feed
from hmbc.compiler.interpret import Interpreter, State
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.optimise import ALL, PLAIN
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.plan import plan_of
from hmbc.dsl.source import Source

FIRST = 18_630  # in January 2021: no benefit year turns in the half year after it
SEEDS = (2, 20, 21)
"""Of `feed_schemes.draw`: schemes that blocks are taken at once of."""
WAYS = (evolve(PLAIN, lanes=True), PLAIN)
EXTRA = """scheme extra "all that the lanes do" {
    source "s", 2022-01-01
    currency CNY
    benefit year calendar
    valid 2021-01-01 to 2021-12-01 cite "0"
    member {
        ill: bool
        tier: low | middle | high
        from: date
        to: date
        quota: money
        stops: periods
    }
    claim {
        kind: policy | drugs | special | rare
        amount: money
        paid: money
        own: money optional
        abroad: bool
        drug: code
        stay: code
        days: int 0 to 60
    }
    wait outside: claim.date < member.from or claim.date > member.to
    wait stopped: claim.date in member.stops
    exclude abroad: claim.abroad
    exclude unknown: claim.own given and claim.own > claim.amount
    exclude large: claim.amount > 90_000 and claim.days * 3 + 2 < 40
    layer one {
        when       claim.kind is policy, drugs
        base       larger of (0, claim.amount - claim.paid)
        threshold  member.quota per year
        ratio      (60% if member.ill else 80%)
        cap        50_000 + smaller of (1_000, member.quota) per year
    }
    layer two {
        when       claim.kind is special
        base       claim.amount
        threshold  1_000 per year
        ratio      by member.tier (low: 50%, middle: 60%, otherwise: 70%)
        cap        900_000 per year
    }
}"""



def of_kinds(name: str, kinds: tuple[str, ...]) -> str:
    """A scheme that reads members' columns as they stand, with one total in as many cells as kinds."""
    layers = "".join(
        f"""
    layer {kind}_care {{
        when       claim.kind is {kind}
        base       claim.amount
        threshold  1_000 per year
        ratio      ({60 if n == 3 else 30}% if member.ill else {75 if n < 2 else 60}%)
        cap        {5 + n}0_000 per year
    }}"""
        for n, kind in enumerate(kinds)
    )
    return f"""scheme {name} "kinds" {{
    source "s", 2022-01-01
    currency CNY
    benefit year calendar
    valid 2021-01-01 to 2021-12-01 cite "0"
    member {{
        ill: bool
        `from`: date
        to: date
    }}
    claim {{
        kind: {" | ".join(kinds)}
        amount: money
        abroad: bool
    }}
    wait outside: claim.date < member.from or claim.date > member.to
    exclude abroad: claim.abroad{layers}
}}"""


KINDS = ("policy", "drugs", "special", "rare")
READS_COLUMNS = (of_kinds("four", KINDS), of_kinds("six", (*KINDS, "home", "other")))


@pytest.fixture(scope="module")
def schemes(feed_schemes: ModuleType) -> list[SimpleNamespace]:
    """Each scheme with two feeds: by vectors, and by the loops alone."""
    texts = [EXTRA, *READS_COLUMNS, *(feed_schemes.draw(Random(seed), plain=True) for seed in SEEDS)]
    kernels = [kernel_of(text) for text in texts]
    every = [(kernel, way) for kernel in kernels for way in WAYS]
    module = load(
        build(emit_module([one for one, _ in every], [way for _, way in every]), "once"), "once"
    )
    return [
        SimpleNamespace(
            text=text, kernel=kernel, plan=plan_of(kernel), feeds=module.FEEDS[2 * at : 2 * at + 2],
            module=module,
        )
        for at, (text, kernel) in enumerate(zip(texts, kernels, strict=True))
    ]  # fmt: skip


def kernel_of(text: str) -> Kernel:
    compiled = compile_source(Source("random.hmb", text))
    assert compiled.kernel is not None, f"{compiled.diagnostics}\n{text}"
    return compiled.kernel


def members_of(random: Random, n: int) -> list[dict[str, Any]]:
    return [
        {
            "ill": random.random() < 0.5,
            "tier": random.choice(("low", "middle", "high")),
            "from": FIRST + random.choice((-40_000, -1, 0, random.randint(-40, 60))),
            "to": FIRST + random.choice((100, 30_000, random.randint(0, 200))),
            "quota": random.choice((0, random.randint(0, 10**7), 10**10)),
            "stops": tuple(
                (start, start + random.randint(0, 20))
                for start in (FIRST + random.randint(-5, 150) for _ in range(random.choice((0, 0, 1, 2))))
            ),
        }
        for _ in range(n)
    ]  # fmt: skip


def claims_of(random: Random, lengths: list[int], largest: int) -> list[dict[str, Any]]:
    """Claims of each member in turn, in order of their dates."""
    found = list[dict[str, Any]]()
    for unit, length in enumerate(lengths):
        for day in sorted(random.randint(0, 170) for _ in range(length)):
            amount = random.choice((0, 1, random.randint(0, 10**5), random.randint(0, largest)))
            claim: dict[str, Any] = {
                "unit": unit, "date": FIRST + day, "amount": amount,
                "kind": random.choice(("policy", "policy", "drugs", "special", "rare")),
                "paid": random.choice((0, 0, random.randint(0, 10**5))),
                "abroad": random.random() < 0.1, "drug": "", "stay": "", "days": random.randint(0, 40),
            }  # fmt: skip
            if random.random() < 0.5:
                claim["own"] = random.randint(0, 10**7)
            found.append(claim)
    return found


def word(item: Any, value: Any) -> int | None:
    if value is None:
        return None
    if item.kind == "periods":
        return 0
    if item.kind == "enum":
        return int(item.values.index(value))
    return -1 if item.kind == "code" else int(value)


def columns(items: Any, rows: list[dict[str, Any]]) -> dict[str, list[int | None]]:
    return {item.name: [word(item, row.get(item.name)) for row in rows] for item in items}


def both(one: SimpleNamespace, feed_host: Any, random: Random, largest: int, lengths: list[int],
         wanted: Any = lambda _: True) -> Counter[str]:  # fmt: skip
    """The claims through both feeds, and those of some members through the interpreter; what was seen."""
    plan, seen = one.plan, Counter[str]()
    members, claims = members_of(random, len(lengths)), claims_of(random, lengths, largest)
    results = [
        feed_host(plan, feed).run(
            columns(plan.claim, claims), columns(plan.member, members),
            [claim["unit"] for claim in claims], len(members), [], [], wanted=wanted, together=True,
            cuts=[len(claims) // 2],
            periods=[[m[item.name] for m in members] for item in plan.member if item.kind == "periods"],
        )
        for feed in one.feeds
    ]  # fmt: skip
    ours, loops = results
    assert ours.together and loops.together
    assert ours.odd == loops.odd and ours.found_odd == loops.found_odd, one.text
    good = [row for row, claim in enumerate(claims) if not ours.odd[claim["unit"]]]
    for name in ("total", "decided", "status"):
        assert picked(getattr(ours, name), good) == picked(getattr(loops, name), good), (name, one.text)
    for name in ("pays", "reasons"):
        for first, second in zip(getattr(ours, name), getattr(loops, name), strict=True):
            assert picked(first, good) == picked(second, good), (name, one.text)
    fine = [m for m, odd in enumerate(ours.odd) if not odd]
    assert picked(ours.words, fine) == picked(loops.words, fine), one.text
    assert picked(ours.last, fine) == picked(loops.last, fine), one.text
    seen["odd"] += sum(ours.odd)
    interpreter, states = Interpreter(one.kernel, {}, {}), dict[int, State]()
    for row in good:
        claim, unit = claims[row], claims[row]["unit"]
        if unit % 5:
            continue
        step = interpreter.step(states.get(unit, State()), claim, members[unit])
        states[unit] = step.state
        seen[step.status] += 1
        if step.status == "ok" and ours.total is not None:
            assert ours.total[row] == step.total_pay, (row, claim, members[unit], one.text)
        if step.status == "ok" and ours.decided is not None:
            seen[step.reason] += 1
            assert plan.reasons[ours.decided[row]] == step.reason, (row, claim, members[unit], one.text)
    return seen


def picked(values: Any, places: list[int]) -> Any:
    return None if values is None else [values[place] for place in places]


def lengths_of(random: Random, rows: int) -> list[int]:
    """How many claims members have: mostly a few, some none, some more than a block."""
    found = list[int]()
    while sum(found) < rows:
        found.append(random.choice((0, 1, 1, 2, 5, 10, 15, 16, 17, 33, 64, 300)))
    return found


def test_as_the_loops_and_the_interpreter(schemes: list[SimpleNamespace], feed_host: Any) -> None:
    seen = Counter[str]()
    for seed, one in enumerate(schemes):
        random = Random(seed)
        seen += both(one, feed_host, random, 10**7, lengths_of(random, 1_200))
    assert seen["ok"] > 1_000 and {"paid", "capped", "below_threshold", "not_covered"} < set(seen), seen


def test_as_many_units_as_rows(schemes: list[SimpleNamespace], feed_host: Any) -> None:
    """Of sixteen rows each of a unit of its own the last is as far from the row above them as there are rows."""
    seen = Counter[str]()
    for seed, one in enumerate(schemes):
        seen += both(one, feed_host, Random(200 + seed), 10**7, [1] * 400)
    assert seen["ok"] > 300, seen


def test_blocks_that_are_undone(schemes: list[SimpleNamespace], feed_host: Any) -> None:
    """Cells that cannot hold their totals, and rows that are refused."""
    seen = Counter[str]()
    for seed, one in enumerate(schemes):
        random = Random(100 + seed)
        seen += both(one, feed_host, random, 10**9, lengths_of(random, 1_000))
    assert seen["odd"] > 5, seen
    assert seen["outside_validity"] > 5, seen


@pytest.mark.parametrize("only", ["total_pay", "reason", "pay", "_"])
def test_outputs_that_nobody_wants(
    schemes: list[SimpleNamespace], feed_host: Any, only: str
) -> None:
    random = Random(1)
    for one in schemes[:3]:
        both(one, feed_host, random, 10**7, lengths_of(random, 600), lambda name: only in name)


def test_which_schemes_have_it(schemes: list[SimpleNamespace]) -> None:
    for one in schemes:
        for way in WAYS:
            text = emit_feed(one.kernel, one.plan, "feed", way)
            assert text is not None and ("feed_at_once(" in text) == way.lanes, one.text
        assert "feed_at_once(" in str(emit_feed(one.kernel, one.plan, "feed", ALL))
    extra, four, six = (str(emit_feed(one.kernel, one.plan, "feed", ALL)) for one in schemes[:3])
    # records of which only what outlives the block is made, and a total's cells as they are read
    assert "feed_begin(" not in extra and "feed_begin(" in four and "feed_begin(" in six
    assert " * size, 4, " in four and " * size, 6, " in six
    # ratios and caps by kind, healthy or not
    assert "_mm512_mask_permutexvar_epi32(" in four and "_mm512_mask_permutexvar_epi32(" in six
