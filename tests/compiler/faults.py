"""Faults that an emitter might have, seeded into the C of one kernel's rows.

A fault changes one place of the generated text: a constant by one, a comparison, a rounding mode, a
sign, a connective, which column, parameter or list is read, which of two is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from hmbc.compiler.emit_run import emit_run
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.plan import plan_of

LITERAL = re.compile(r"(?<![\w\[])(\d+)(?=(?:LL)?[ );])")
COMPARED = re.compile(r" (==|<) ")
SIGN = re.compile(r"\w ([+-]) \(int64_t\)")
JOINED = re.compile(r" (&) ")
ROUNDED = re.compile(r"hmb_(?:share_)?(half_up|half_even|up|down)(?=[_(])")
CHOSEN = re.compile(r"= (v\d+) \? (\S+) : (\S+);$")
EXTREME = re.compile(r" [<>] .* \? .* : ")
"""The smaller or larger of two: a clamp lies where rounding makes one more or less the same."""
READ = re.compile(r"in->(claim|member|parameter)\[(\d+)\]")
DATED = re.compile(r"(hmb_year_after_0)\((?:\(int32_t\))?\w+, (\d+), \d\)")
EITHER_WAY = re.compile(r"half_up_(?:64|above_0)\(v\d+, 2\)")

OTHER = {"<": "<=", "==": "!="}
MODES = ("half_up", "half_even", "up", "down")


def mutants(kernel: Kernel, line: str) -> Iterator[tuple[str, str]]:
    """Each way to spoil a line of the generated body: what kind of fault, and the line."""
    if not re.match(r" *const (int64_t|_Bool|hmb_wide) v\d+ = ", line) or EITHER_WAY.search(line):
        return
    if "NULL" in line or "state->" in line:
        return  # it would end the process
    is_value = ">>" not in line and not EXTREME.search(line)
    for found in LITERAL.finditer(line) if is_value else ():
        for by in (-1, 1):
            if int(found[1]) + by >= 0:
                yield "constant", _with(line, found.span(1), str(int(found[1]) + by))
    for found in COMPARED.finditer(line) if is_value else ():
        yield "comparison", _with(line, found.span(1), OTHER[found[1]])
    for found in SIGN.finditer(line):
        yield "sign", _with(line, found.span(1), "-" if found[1] == "+" else "+")
    for found in JOINED.finditer(line):
        yield "connective", _with(line, found.span(1), "|")
    for found in ROUNDED.finditer(line):
        for mode in MODES:
            if mode != found[1]:
                yield "rounding", _with(line, found.span(1), mode)
    for found in CHOSEN.finditer(line):
        yield "choice", line[: found.start()] + f"= {found[1]} ? {found[3]} : {found[2]};"
    for found in READ.finditer(line):
        plan = plan_of(kernel)
        items = {"claim": plan.claim, "member": plan.member, "parameter": plan.parameters}[found[1]]
        place = int(found[2])
        alike = [at for at, item in enumerate(items) if item.kind == items[place].kind]
        if items[place].kind != "periods" and not items[place].kind.startswith("code"):
            for at in alike:
                if at != place:
                    yield "input", _with(line, found.span(2), str(at))
    for found in DATED.finditer(line):
        yield "date", _with(line, found.span(2), str(int(found[2]) - 1))


def spoiled(kernel: Kernel, random: Random, count: int) -> list[tuple[str, str, str]]:
    """Faulty row functions, called run_0, run_1 ...: kind, the changed line, source."""
    text = emit_run(kernel, plan_of(kernel), "run_0")
    lines = text.split("\n")
    ways = [
        (kind, place, spoilt)
        for place, line in enumerate(lines)
        for kind, spoilt in mutants(kernel, line)
    ]
    return [
        (kind, f"{lines[place].strip()} -> {spoilt.strip()}",
         "\n".join([*lines[:place], spoilt, *lines[place + 1 :]]).replace("run_0", f"run_{number}"))
        for number, (kind, place, spoilt) in enumerate(drawn(ways, random, count))
    ]  # fmt: skip


def drawn(ways: list[tuple[str, int, str]], random: Random, count: int) -> list[tuple[str, int, str]]:
    """So many of them, as evenly over the kinds as their numbers allow."""
    by_kind: dict[str, list[tuple[str, int, str]]] = {}
    for way in ways:
        by_kind.setdefault(way[0], []).append(way)
    chosen: list[tuple[str, int, str]] = []
    while len(chosen) < min(count, len(ways)):
        for group in by_kind.values():
            if group and len(chosen) < count:
                chosen.append(group.pop(random.randrange(len(group))))
    return chosen


def module_text(clean: str, sources: list[str]) -> str:
    """The source of a module as emitted, with these row functions for its own."""
    head, rest = clean.split("static void run_0(", 1)
    rest = rest[rest.index("\n}\n") + 3 :]
    before, rest = rest.split("    void run_0()\n")
    plans, feeds = rest.split("ENTRIES = (")
    feeds = feeds[feeds.index("FEEDS = (") :]
    numbers = range(len(sources))
    declared = "".join(f"    void run_{number}()\n" for number in numbers)
    capsules = "".join(
        f'    PyCapsule_New(<void *>run_{number}, "hmb_run", NULL),\n' for number in numbers
    )
    functions = "\n\n".join(sources)
    return f"{head}{functions}{before}{declared}{plans}ENTRIES = (\n{capsules})\n{feeds}"


def _with(line: str, span: tuple[int, int], text: str) -> str:
    return line[: span[0]] + text + line[span[1] :]
