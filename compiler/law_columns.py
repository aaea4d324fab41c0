"""Laws that payments alone don't show, as columns of an evaluator: a kernel whose further layers pay one
minor unit for each row that breaks a law.

`with_laws(kernel, questions)` adds, for each question about a base, a cap or what is stated, a layer
that pays 1 where the law is broken and else 0. The comparisons are exact, in the numerators of the
kernel: they are the kernel's own arithmetic, run by the evaluator that is made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

from attrs import evolve, frozen

from hmbc.compiler.kernel import KEY_BOUND, Accumulator, Definition, Kernel, Outcome, Reason, Stated
from hmbc.compiler.laws import Question
from hmbc.compiler.layer_parts import base_of, caps_of
from hmbc.compiler.ranges import ranges_of
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.dsl import expr as e
from hmbc.dsl.types import Money

CEILING = 2**62
"""Of a total that a law needs, as large as a cell has room; a row that would pass it is rejected."""

PAID = "paid"


@frozen
class LawColumns:
    """A kernel with laws; layers: by question, the layer that pays for each row that breaks it."""

    kernel: Kernel
    layers: dict[Question, str]


def with_laws(kernel: Kernel, questions: Sequence[Question]) -> LawColumns:
    """The kernel with a layer for each of the questions that single rows and their totals answer, but for those
    whose numbers an evaluator has no room for."""
    items: list[Definition | Accumulator] = list(kernel.items)
    outcomes, layers = list(kernel.outcomes), {}
    for number, question in enumerate(questions):
        made = _broken(kernel, question, f"law.{number}")
        if made is None:
            continue
        totals, broken = made
        name = f"law_{number}"
        one, none = (e.Const(Fraction(value), Money()) for value in (1, 0))
        items += totals
        items.append(
            Definition(name=f"law.{number}.pay", expr=e.Choose(broken, one, none), role="pay", layer=name)
        )
        outcomes.append(Outcome(layer=name, pay=f"law.{number}.pay", reasons=((PAID, e.TRUE),)))
        layers[question] = name
    reasons = kernel.reasons
    if PAID not in {reason.code for reason in reasons}:
        reasons = (*reasons, Reason(code=PAID, label=PAID, rank=1 + max(r.rank for r in reasons)))
    with_them = evolve(kernel, items=tuple(items), outcomes=tuple(outcomes), reasons=reasons)
    wide = {finding.name.removesuffix(".pay") for finding in ranges_of(with_them).findings} if layers else set()
    fitting = [one for number, one in enumerate(questions) if f"law.{number}" not in wide]
    return LawColumns(with_them, layers) if len(fitting) == len(questions) else with_laws(kernel, fitting)


def _broken(
    kernel: Kernel, question: Question, name: str
) -> tuple[list[Accumulator], e.Expr] | None:
    """The totals that a question needs, and whether a row breaks it."""
    zero = e.Const(Fraction(0), Money())
    pays = {outcome.layer: e.Ref(outcome.pay) for outcome in kernel.outcomes}
    match question.law:
        case "stated":
            for one in kernel.stated:
                if isinstance(one, Stated) and one.name == question.subject:
                    return [*one.over], e.Not(one.holds)
        case "within_base" | "within_base_each":
            base = base_of(kernel, question.layer or "")
            assert base is not None
            over = e.Subtract(pays[question.layer or ""], e.Ref(base))
            if question.law == "within_base_each":
                return [], e.Compare(">", over, zero)
            return [_total(name, over, ())], e.Compare(">", e.Total(name), zero)
        case "within_cap":
            layer = question.layer
            caps = shared_caps_of(kernel) if layer is None else caps_of(kernel, layer)
            cap = next(cap for cap in caps if cap.definition.name == question.subject)
            draws: list[e.Expr] = [pays[one] for one, _ in cap.draws]
            step: e.Expr = reduce(e.Add, draws) if draws else pays[layer or ""]
            if cap.of_step:
                step = e.Ref(cap.definition.name)
            paid = e.Compare(">", step, zero)
            if cap.total is None:
                return [], e.And(paid, e.Compare(">", step, cap.limit))
            alone = cap.scope.alone
            used = _total(name, e.Choose(alone, zero, step), cap.total.keys, cap.total)
            counted = e.Choose(alone, step, e.Total(name))
            return [used], e.And(paid, e.Compare(">", counted, cap.limit))
        case _:
            pass
    return None


def _total(
    name: str, adds: e.Expr, keys: tuple[e.Expr, ...], like: Accumulator | None = None
) -> Accumulator:
    """like: one of the same keys."""
    return Accumulator(
        name=name,
        adds=adds,
        keys=keys,
        sequential=True if like is None else like.sequential,
        bound=KEY_BOUND if like is None else like.bound,
        ceiling=CEILING,
    )
