"""Faults that an emitter might have, seeded into the Cython of one kernel's rows.

A fault changes one place of the generated text: a constant by one, a comparison, a rounding mode, a
sign, a connective, which column, parameter or list is read, which of two is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from hmbc.compiler.emit_row import emit_row
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.plan import plan_of

LITERAL = re.compile(r"(?<![\w\[])(\d+)LL\b")
COMPARED = re.compile(r" (<=|>=|==|!=|<|>) ")
SIGN = re.compile(r" ([+-]) (?=\w)")
JOINED = re.compile(r" ([&|]) ")
ROUNDED = re.compile(r"(round|share)_(half_up|half_even|up|down)_")
CHOSEN = re.compile(r"= (v\d+) if (.*) else (v\d+)$")
EXTREME = re.compile(r"= (v\d+) if \1 [<>] (v\d+) else \2$")
"""The smaller or larger of two: it does not matter which of two equal ones."""
READ = re.compile(r"inp\.(claim|member|parameter)\[(\d+)\]")
DATED = re.compile(r"(benefit_year|day_number)\((\w+), (\d+), (\d+)\)")

CEILING = re.compile(r"if (v\d+) > \d+LL or \1 < -\d+LL:")
TRUTH = re.compile(r" if [01]LL else ")
LITERALS = re.compile(r"= \d+LL [<>=!]+ \d+LL$")
EITHER_WAY = re.compile(r"round_half_up_64\(v\d+, 2LL\)")

OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
MODES = ("half_up", "half_even", "up", "down")


def mutants(kernel: Kernel, line: str) -> Iterator[tuple[str, str]]:
    """Each way to spoil a line of the generated body: what kind of fault, and the line."""
    if line.lstrip().startswith(("cdef", "#", "for ", "r = ", "m = ", "refuse(", "continue", "w", "k", "f")):
        return
    if CEILING.search(line) or TRUTH.search(line) or EITHER_WAY.search(line):
        return  # a total below 0, one that another keeps down, a truth, a half: no difference
    if line.lstrip().startswith("if w") or LITERALS.search(line):
        return  # rows come by date, so that none is out of order; two constants
    if "NULL" in line or "state." in line:
        return  # it would end the process
    for found in LITERAL.finditer(line):
        for by in (-1, 1):
            if int(found[1]) + by >= 0:
                yield "constant", _with(line, found.span(1), str(int(found[1]) + by))
    for found in () if EXTREME.search(line) else COMPARED.finditer(line):
        yield "comparison", _with(line, found.span(1), OTHER[found[1]])
    for found in SIGN.finditer(line):
        yield "sign", _with(line, found.span(1), "-" if found[1] == "+" else "+")
    for found in JOINED.finditer(line):
        yield "connective", _with(line, found.span(1), "|" if found[1] == "&" else "&")
    for found in ROUNDED.finditer(line):
        for mode in MODES:
            if mode != found[2]:
                yield "rounding", _with(line, found.span(2), mode)
    for found in CHOSEN.finditer(line):
        yield "choice", line[: found.start()] + f"= {found[3]} if {found[2]} else {found[1]}"
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
        yield "date", _with(line, found.span(4), str(int(found[4]) % 28 + 1))


def spoiled(kernel: Kernel, random: Random, count: int) -> list[tuple[str, str, str]]:
    """Faulty row functions, called run_0, run_1 ...: kind, the changed line, source."""
    text = emit_row(kernel, plan_of(kernel), "run_0")
    lines = text.split("\n")
    ways = [
        (kind, place, spoilt)
        for place, line in enumerate(lines)
        for kind, spoilt in mutants(kernel, line)
    ]
    by_kind: dict[str, list[tuple[str, int, str]]] = {}
    for way in ways:
        by_kind.setdefault(way[0], []).append(way)
    chosen: list[tuple[str, int, str]] = []
    while len(chosen) < min(count, len(ways)):
        for group in by_kind.values():
            if group and len(chosen) < count:
                chosen.append(group.pop(random.randrange(len(group))))
    return [
        (kind, f"{lines[place].strip()} -> {spoilt.strip()}",
         "\n".join([*lines[:place], spoilt, *lines[place + 1 :]]).replace("run_0", f"run_{number}"))
        for number, (kind, place, spoilt) in enumerate(chosen)
    ]  # fmt: skip


def module_text(clean: str, sources: list[str]) -> str:
    """The source of a module as emitted, with these row functions for its own."""
    head, rest = clean.split("cdef void run_0(", 1)
    tail = rest[rest.index("\n\nPLANS = (") :]
    plans, feeds = tail.split("ENTRIES = (")
    feeds = feeds[feeds.index("FEEDS = (") :]
    capsules = "".join(
        f'    PyCapsule_New(<void *>run_{number}, "hmb_run", NULL),\n'
        for number in range(len(sources))
    )
    functions = "\n\n".join(sources)
    return f"{head}{functions}{plans}ENTRIES = (\n{capsules})\n{feeds}"


def _with(line: str, span: tuple[int, int], text: str) -> str:
    return line[: span[0]] + text + line[span[1] :]
