"""Feeds of schemes whose unit is a family agree with the interpreter, with each optimisation on and off."""

from __future__ import annotations

import re
from random import Random
from types import ModuleType, SimpleNamespace

import pytest

from hmbc.compiler.build import build, load
from hmbc.compiler.emit_cython import emit_module
from hmbc.compiler.interpret import prepare
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.optimise import ALL, PLAIN, Optimise
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.validate import difference_of
from hmbc.dsl.source import Source

SCHEMES, ROWS = 6, 300


def of_families(text: str, random: Random) -> str:
    """A scheme of members made one of families: some totals are a family's, some attributes are alike in it
    or vary, a list is of the member."""
    text = text.replace("    benefit year", "    unit member.family\n    benefit year", 1)
    own = "        family: code\n        illness: code\n        rank: int 0 to 9 varies\n"
    text = text.replace("        ill: bool", own + "        ill: bool", 1)
    text = re.sub(
        r"per (year|lifetime|month)\b(?! start)",
        lambda found: found[0] + random.choice(("", " per family", " per family")),
        text,
    )
    if random.random() < 0.5:
        text = text.replace("quota: money", "quota: money same per family", 1)
    text = text.replace(" if member.ill else ", random.choice((
        " if member.ill else ", ' if member.illness in "D1", "D2" else ', " if member.rank > 3 else ",
    )))  # fmt: skip
    if random.random() < 0.5:
        text = text.replace("stops: periods", "stops: periods varies", 1)
    return text


@pytest.fixture(scope="module")
def families(feed_schemes: ModuleType) -> list[SimpleNamespace]:
    """Random schemes with what they were compiled to, each in one way."""
    off = ("merge", "fuse", "runs", "carry", "compact", "rows")
    ways = [ALL, PLAIN, Optimise(**dict.fromkeys(off, False))]
    kernels: list[Kernel] = []
    chosen, texts = list[Optimise](), list[str]()
    for seed in range(SCHEMES):
        text = of_families(feed_schemes.draw(Random(500 + seed)), Random(seed))
        compiled = compile_source(Source("family.hmb", text))
        assert compiled.kernel is not None, f"{compiled.diagnostics}\n{text}"
        kernels.append(compiled.kernel)
        chosen.append(ways[len(chosen) % len(ways)])
        texts.append(text)
    module = load(build(emit_module(kernels, chosen), "families"), "families")
    return [
        SimpleNamespace(
            text=text, kernel=kernel, ABI=module.ABI, PLAN=module.PLANS[place],
            entry=lambda place=place: module.ENTRIES[place],
            feed=lambda place=place: module.FEEDS[place],
        )
        for place, (text, kernel) in enumerate(zip(texts, kernels, strict=True))
    ]  # fmt: skip


def test_random_schemes_of_families_have_a_feed(families: list[SimpleNamespace]) -> None:
    assert all(one.kernel.unit is not None for one in families)
    assert sum(one.feed() is not None for one in families) == SCHEMES


@pytest.mark.parametrize("place", range(SCHEMES))
def test_the_feed_of_families_does_what_the_interpreter_does(
    families: list[SimpleNamespace], place: int
) -> None:
    one = families[place]
    difference = difference_of(prepare(one.kernel), one, ROWS)
    assert difference is None, f"{difference}\n{one.text}"
