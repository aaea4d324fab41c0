"""The laws of compiler/structure.py, as questions to the steps that the interpreter took.

Each function returns what breaks a law (nothing, where it holds), for one unit. They ask nothing of
the structure: which verdicts to test is for the tests to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from attrs import evolve
from chinese_calendar import is_workday
from random_claims import People

from hmbc.compiler.interpret import Interpreter, State, Step
from hmbc.compiler.kernel import Deadline, Definition, Kernel
from hmbc.compiler.layer_parts import Cap, base_of, caps_of
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.compiler.structure import Verdict, structure_of
from hmbc.dsl.types import Money

Values = dict[str, Any]


def promised(kernel: Kernel) -> list[Verdict]:
    """The verdicts that hold."""
    return [verdict for verdict in structure_of(kernel) if verdict.holds]


def with_probes(kernel: Kernel) -> tuple[Kernel, list[Cap]]:
    """The kernel with each cap's limit, and whether a row stands alone under it, as definitions
    `probe.N.limit` and `probe.N.alone` of the trace, and whether the N-th deadline runs as
    `probe.due.N`."""
    caps = [cap for outcome in kernel.outcomes for cap in caps_of(kernel, outcome.layer)]
    caps += shared_caps_of(kernel)
    items = list(kernel.items)
    for number, cap in enumerate(caps):
        for name, expr in (("limit", cap.limit), ("alone", cap.scope.alone)):
            items.append(Definition(name=f"probe.{number}.{name}", expr=expr, role="probe"))
    for number, deadline in enumerate(kernel.deadlines):
        items.append(Definition(name=f"probe.due.{number}", expr=deadline.when, role="probe"))
    return evolve(kernel, items=tuple(items)), caps


def pays(steps: Sequence[Step], layer: str | None) -> Iterator[int]:
    """What a layer, or all of them, pay row by row."""
    for step in steps:
        yield step.total_pay if layer is None else step.pays[layer]


def broken(
    kernel: Kernel,
    caps: Sequence[Cap],
    verdicts: Sequence[Verdict],
    steps: Sequence[Step],
    rows: Sequence[Values],
) -> Iterator[str]:
    """The promised laws that one unit's steps break, of those that need no second run."""
    done = [(step, row) for step, row in zip(steps, rows, strict=True) if step.status == "ok"]
    kept = [step for step, _ in done]
    base = {outcome.layer: base_of(kernel, outcome.layer) for outcome in kernel.outcomes}
    for verdict in verdicts:
        layers = [verdict.layer] if verdict.layer else list(base)
        match verdict.law:
            case "non_negative":
                if any(pay < 0 for layer in layers for pay in pays(kept, layer)):
                    yield f"{verdict.law} {verdict.layer}"
            case "within_base" | "within_base_each":
                for layer in layers:
                    over = Fraction(0)
                    for step in kept:
                        over += step.pays[layer] - Fraction(step.trace.get(base[layer] or "", 0))  # type: ignore[arg-type]
                        if over > 0:
                            yield f"{verdict.law} {layer}"
                            break
                        if verdict.law == "within_base_each":
                            over = Fraction(0)
            case "within_cap":
                number = [cap.definition.name for cap in caps].index(verdict.subject or "")
                if _passes_cap(caps[number], number, verdict.layer or "", kept):
                    yield f"{verdict.law} {verdict.subject}"
            case "within_bill":
                money = [
                    given.name
                    for given in kernel.inputs
                    if given.owner == "claim" and isinstance(given.type, Money)
                ]
                if any(
                    step.total_pay > sum(row.get(name) or 0 for name in money) for step, row in done
                ):
                    yield verdict.law
            case _:
                pass


def _passes_cap(cap: Cap, number: int, layer: str, steps: Sequence[Step]) -> bool:
    used: dict[object, Fraction] = defaultdict(Fraction)
    layers = [one for one, _ in cap.draws] or [layer]
    for place, step in enumerate(steps):
        alone = cap.total is None or step.trace[f"probe.{number}.alone"]
        key = ("row", place) if alone else step.movements[cap.total.name].key  # type: ignore[union-attr]
        paid = step.trace[cap.definition.name] if cap.of_step else sum(step.pays[one] for one in layers)
        used[key] += Fraction(paid)  # type: ignore[arg-type]
        # A lower limit of a later row that is paid nothing is not passed by it.
        if paid and used[key] > Fraction(step.trace[f"probe.{number}.limit"]):  # type: ignore[arg-type]
            return True
    return False


def due(kernel: Kernel, row: Values, step: Step, deadline: Deadline, number: int) -> int | None:
    """Until which day the claim is to be paid by a deadline, counted by hand; the step is of a kernel
    with probes."""
    start = row.get(deadline.start)
    if start is None or not step.trace[f"probe.due.{number}"]:
        return None
    day, left = date(1970, 1, 1) + timedelta(start), deadline.days
    while left:
        day += timedelta(1)
        if deadline.calendar is None or is_workday(day):
            left -= 1
    return (day - date(1970, 1, 1)).days


# ---- second runs


def raised(
    random: Random, kernel: Kernel, name: str, rows: Sequence[Values], size: int
) -> list[Values]:
    """The rows with one claim's amount larger."""
    high = next(
        given.high for given in kernel.inputs if (given.owner, given.name) == ("claim", name)
    )
    changed = [dict(row) for row in rows]
    having = [row for row in changed if row.get(name) is not None]
    if having:
        row = random.choice(having)
        more = random.choice((1, random.randint(1, 9), random.randint(1, size), 3 * size))
        row[name] = min(row[name] + more, 10**12 if high is None else high)
    return changed


def divided(random: Random, kernel: Kernel, rows: Sequence[Values]) -> list[Values]:
    """The rows with one claim in two, its money divided between them."""
    place = random.randrange(len(rows))
    one, two = dict(rows[place]), dict(rows[place])
    for given in kernel.inputs:
        if given.owner == "claim" and isinstance(given.type, Money) and one.get(given.name):
            share = random.choice((0, 1, random.randint(0, one[given.name])))
            one[given.name], two[given.name] = share, one[given.name] - share
    return [*rows[:place], one, two, *rows[place + 1 :]]


def less_paid(before: Sequence[Step], after: Sequence[Step], layer: str | None) -> bool:
    """Whether the second run pays less in sum (False where either refused a row)."""
    if any(step.status != "ok" for step in (*before, *after)):
        return False
    return sum(pays(after, layer)) < sum(pays(before, layer))


def otherwise_paid(before: Sequence[Step], after: Sequence[Step], layer: str | None) -> bool:
    """Whether the second run pays another sum (False where either refused a row)."""
    if any(step.status != "ok" for step in (*before, *after)):
        return False
    return sum(pays(after, layer)) != sum(pays(before, layer))


def run(
    kernel: Kernel, values: Values, codes: Any, rows: Sequence[Values], people: People
) -> list[Step]:
    """The interpreter's steps on the claims of one unit."""
    interpreter = Interpreter(kernel, values, codes)
    state, steps = State(), []
    for row in rows:
        member = people.on(row["member_id"], row[kernel.date])
        steps.append(interpreter.step(state, row, member))
        state = steps[-1].state
    return steps
