"""Faults seeded into generated code: how many does the validation of `hmbc compile` catch?

    python tools/seed_faults.py --rows 20 --feeds 3 --sixteens 20 > report

For each golden kernel, `--rows` faults in the Cython of its row function (tests/compiler/faults.py) and
`--feeds` in the C of its feed, where it has one: a constant by one, a comparison, a shift, a sign, a
connective, a negation, in a line that computes a value of a loop that a run may call; and `--sixteens` in the functions
that take sixteen rows at once (compiler/feed_at_once.py), where it has them and the processor can: the same, another unit's
value, or another value of the unit. Each is held against the interpreter on the claims of a validation. Each runs in a process of its own: one that ends or hangs the process is caught, too. What is not caught is printed: read whether it can change an answer at all.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "compiler"))

import faults  # noqa: E402

from hmbc.compiler.boundaries import boundary_histories  # noqa: E402
from hmbc.compiler.build import BuildError, build, load  # noqa: E402
from hmbc.compiler.emit_cython import emit_module  # noqa: E402
from hmbc.compiler.expected import Expected, expected_of  # noqa: E402
from hmbc.compiler.interpret import prepare  # noqa: E402
from hmbc.compiler.kernel import Kernel  # noqa: E402
from hmbc.compiler.pipeline import compile_file, pyx_of  # noqa: E402
from hmbc.compiler.validate import (  # noqa: E402
    ROWS,
    difference_of,
    evaluator_of,
    first_difference,
)
from hmbc.runtime.evaluator import Evaluator  # noqa: E402

SECONDS = 300
"""For one fault, with its build."""

COMPUTED = re.compile(r"\s*((const )?[\w ]+ (v|m|now|was|s)\d*\w* = .*;|\*t\d+ = .*;|over\d+ \|= .*;)")
CONSTANT = re.compile(r"(?<![\w\[.])(\d+)(?=LL|\b(?!\]))")
COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
KINDS: tuple[tuple[str, re.Pattern[str], dict[str, str]], ...] = (
    ("comparison", re.compile(r" (<=|>=|==|!=|<|>) "), COMPARED),
    ("sign", re.compile(r" ([+-]) (?=\w)"), {"+": "-", "-": "+"}),
    ("connective", re.compile(r" ([&|]) "), {"&": "|", "|": "&"}),
    ("negation", re.compile(r"= (!)v"), {"!": ""}),
)
FUNCTION = re.compile(r"\w.*\bfeed_0_(\w+)\(")
UNCALLED = "bare"
"""The loop for payments without reasons (compiler/feed_money.py): the runtime always asks for what decided a
claim."""

SHIFT = re.compile(r"(?:>>|<<) (\d+)")

SIXTEEN = frozenset({"units_of", "rows_in_all", "rows_by_layer"})
"""The functions of compiler/feed_at_once.py."""
STATED = re.compile(r"\s*(?!\(void\)|__builtin_prefetch).*[;,]|\s*if \(run.*\)")
"""A line of theirs that computes something, or asks whether a unit has begun."""
IN_LANES: tuple[tuple[str, re.Pattern[str], dict[str, str]], ...] = (
    ("comparison", re.compile(r"_mm512_cmp(lt|gt|eq)_"), {"lt": "le", "gt": "ge", "eq": "neq"}),
    ("comparison", re.compile(r"hmb_(less|equal)_pairs"), {"less": "equal", "equal": "less"}),
    ("sign", re.compile(r"_(add|sub|min|max)_ep"), {"add": "sub", "sub": "add", "min": "max", "max": "min"}),
    ("sign", re.compile(r"hmb_(min|max)_pairs"), {"min": "max", "max": "min"}),
    ("connective", re.compile(r"v\d+ ([&|]) "), {"&": "|", "|": "&"}),
    ("negation", re.compile(r"\(hmb_which\)(~)v"), {"~": ""}),
    ("unit", re.compile(r"\b(from, those)"), {"from, those": "run, whose"}),
    ("unit", re.compile(r"\b(from), those"), {"from": "run"}),
    ("unit", re.compile(r"from, (those)"), {"those": "whose"}),
    ("unit", re.compile(r"\+ (run) \* size"), {"run": "from"}),
    ("unit", re.compile(r"[^,]*,[^,]*,[^,]*, (whose)\)"), {"whose": "those"}),
)
OF_UNIT = re.compile(r"(hmb_\w+)\(u->m(\d+)")


def of_feed(text: str, sixteen: bool = False) -> Iterator[tuple[str, int, str]]:
    """Each way to spoil a line of the functions of a feed: kind, the line's number, the line. sixteen: of those
    that take sixteen rows at once; else of the others."""
    lines = text.split("\n")
    begin = next((n for n, line in enumerate(lines) if "feed_0_" in line), len(lines))
    end = next((n for n, line in enumerate(lines) if "static const hmb_feed feed_0" in line), begin)
    of_unit = dict.fromkeys(found.groups() for line in lines for found in OF_UNIT.finditer(line))
    inside = ""
    for place in range(begin, end):
        line = lines[place]
        if found := FUNCTION.match(line):
            inside = found[1]
        if inside == UNCALLED or (inside in SIXTEEN) != sixteen:
            continue
        if not (STATED if sixteen else COMPUTED).fullmatch(line):
            continue
        for found in SHIFT.finditer(line):
            yield "shift", place, faults._with(line, found.span(1), str(int(found[1]) + 1))
        for found in () if SHIFT.search(line) else CONSTANT.finditer(line):
            if not line[: found.start()].rstrip().endswith("="):
                yield "constant", place, faults._with(line, found.span(1), str(int(found[1]) + 1))
        for kind, pattern, other in IN_LANES if sixteen else KINDS:
            for found in pattern.finditer(line):
                yield kind, place, faults._with(line, found.span(1), other[found[1]])
        for found in OF_UNIT.finditer(line):
            for how, number in of_unit:
                if how == found[1] and number != found[2]:
                    yield "value of the unit", place, faults._with(line, found.span(2), number)


def rows(kernel: Kernel, random: Random, count: int) -> Iterator[tuple[str, str, bool]]:
    """Kind, line and whether it is caught, of faults in the row function: all in one module."""
    seeded = faults.spoiled(kernel, random, count)
    text = faults.module_text(emit_module([kernel]), [source for *_, source in seeded])
    module: Any = load(build(text, "faulty"), "faulty")
    prepared = prepare(kernel)
    known = expected_of(prepared, boundary_histories(prepared, ROWS))
    for number, (kind, line, _) in enumerate(seeded):
        entry = module.ENTRIES[number]
        scheme = SimpleNamespace(PLAN=module.PLANS[0], entry=lambda entry=entry: entry)
        said = _apart(_row_agrees, kernel, evaluator_of(scheme), known)
        yield kind, line, said != "same"


def _apart(target: Callable[..., None], *args: Any) -> str:
    """What a function puts in the queue that it is given last, in a process of its own; `ended` where
    that ends or hangs without."""
    fork = multiprocessing.get_context("fork")
    answer: Any = fork.SimpleQueue()
    process = fork.Process(target=target, args=(*args, answer))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    return "ended" if answer.empty() else answer.get()


def _row_agrees(kernel: Kernel, evaluator: Evaluator, known: list[Expected], answer: Any) -> None:
    found = first_difference(kernel, evaluator, known)
    answer.put("same" if found is None else "caught")


def _feed_agrees(kernel: Kernel, text: str, answer: Any) -> None:
    try:
        module: Any = load(build(text, "spoiled"), "spoiled")
    except BuildError:
        answer.put("refused")
        return
    answer.put("same" if difference_of(prepare(kernel), module, ROWS) is None else "caught")


def feeds(kernel: Kernel, random: Random, count: int, sixteen: bool = False) -> Iterator[tuple[str, str, bool]]:
    """The same of faults in the feed."""
    text = pyx_of(kernel)
    lines = text.split("\n")
    for kind, place, line in faults.drawn(list(of_feed(text, sixteen)), random, count):
        spoilt = "\n".join([*lines[:place], line, *lines[place + 1 :]])
        said = _apart(_feed_agrees, kernel, spoilt)
        if said != "refused":  # by the C compiler: then it is not seeded
            yield kind, f"{lines[place].strip()} -> {line.strip()}", said != "same"


def main() -> None:
    """Seed, run, report; when interrupted, of what has been done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20, help="faults in each row function")
    parser.add_argument("--feeds", type=int, default=3, help="faults in each feed")
    parser.add_argument("--sixteens", type=int, default=20, help="faults in what takes sixteen rows at once")
    parser.add_argument("--only", nargs="*", help="names of golden kernels; without: all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    seeded: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    try:
        for path in sorted((ROOT / "tests/golden/kernels").glob("*.hmb")):
            kernel = compile_file(path).kernel
            if kernel is None or (options.only and path.stem not in options.only):
                continue
            parts = (
                ("row", rows, options.rows),
                ("feed", feeds, options.feeds),
                ("sixteen", partial(feeds, sixteen=True), options.sixteens),
            )
            for where, ways, count in parts:
                random = Random(f"{options.seed} {path.stem} {where}")
                for kind, line, is_caught in ways(kernel, random, count):
                    seeded[f"{where}: {kind}"] += 1
                    caught[f"{where}: {kind}"] += is_caught
                    if not is_caught:
                        print(f"not caught: {path.stem}: {where}: {kind}: {line}", flush=True)
            print(f"{path.stem}: {sum(caught.values())} of {sum(seeded.values())} so far", flush=True)
    except KeyboardInterrupt:
        print("interrupted")
    print("\n| where: what | seeded | caught |\n|---|---:|---:|")
    for name in sorted(seeded):
        print(f"| {name} | {seeded[name]} | {caught[name]} |")
    print(f"| all | {sum(seeded.values())} | {sum(caught.values())} |")


if __name__ == "__main__":
    main()
