"""Feeds of schemes whose totals, keyed ones among them, are read before and after the claim by one another agree
with the interpreter, with each optimisation on and off."""

from __future__ import annotations

from random import Random
from types import ModuleType, SimpleNamespace

import pytest
from attrs import evolve, fields

from hmbc.compiler.build import build, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.interpret import prepare
from hmbc.compiler.optimise import ALL, PLAIN, Optimise
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.validate import difference_of
from hmbc.dsl.source import Source

ROWS = 250
WAYS = [
    ALL,
    *(evolve(PLAIN, **{name: False}) for name in ("rows", "marks", "compact", "derive")),
    Optimise(**{each.name: False for each in fields(Optimise)}),
]
SEEN = (
    "first before = 0 days", "claim.date - 2000-01-01 - first >= 30 days", "stays <= 2", "stays before < 3",
    "drugs before = 0", "drugs + stays < 6", "paid before < 20_000", "paid last year = 0",
)  # fmt: skip
BEFORE = ("first before = 0 days", "stays before < 3", "drugs before = 0", "paid last year = 0")


def linked(text: str, random: Random) -> str:
    """A scheme with totals that read each other, and layers that read them."""

    def when(number: int, of: tuple[str, ...] = SEEN) -> str:
        return " and ".join(random.sample(of, number))

    totals = [
        "    total first: (claim.date - 2000-01-01 if first before = 0 days else 0 days) "
        f"{random.choice(('per lifetime per claim.drug', 'per event', 'per lifetime'))}",
        f"    count stays: events per year when {when(1, BEFORE)}",
        f"    count drugs: claims {random.choice(('per year', 'per lifetime'))} per claim.drug",
    ]
    lines = list[str]()
    for line in text.splitlines()[:-1]:
        if line.startswith("    layer ") and totals:
            lines += totals
            totals = []
        lines.append(line)
        if line.startswith("    layer ") and random.random() < 0.8:
            lines.append(f"        when {when(random.choice((1, 1, 2)))}")
    pays = " + ".join(line.split()[1] + ".pay" for line in lines if line.startswith("    layer "))
    return "\n".join([*lines, f"    total paid: {pays} per year", "}"])


@pytest.fixture(scope="module")
def schemes(feed_schemes: ModuleType) -> list[SimpleNamespace]:
    """Random schemes with what they were compiled to, each in one way."""
    found = list[SimpleNamespace]()
    for seed in range(len(WAYS)):
        text = linked(feed_schemes.draw(Random(700 + seed), large=True), Random(seed))
        compiled = compile_source(Source("linked.hmb", text))
        assert compiled.kernel is not None, f"{compiled.diagnostics}\n{text}"
        found.append(SimpleNamespace(text=text, kernel=compiled.kernel))
    module = load(build(emit_module([one.kernel for one in found], WAYS), "linked"), "linked")
    for place, one in enumerate(found):
        one.PLAN, one.ABI = module.PLANS[place], module.ABI
        one.entry = lambda place=place: module.ENTRIES[place]
        one.feed = lambda place=place: module.FEEDS[place]
    return found


def test_each_of_them_has_a_feed(schemes: list[SimpleNamespace]) -> None:
    assert all(one.feed() is not None for one in schemes)


@pytest.mark.parametrize("place", range(len(WAYS)))
def test_their_feeds_do_what_the_interpreter_does(
    schemes: list[SimpleNamespace], place: int
) -> None:
    one = schemes[place]
    difference = difference_of(prepare(one.kernel), one, ROWS)
    assert difference is None, f"{difference}\n{one.text}"
