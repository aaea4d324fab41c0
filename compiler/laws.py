"""The laws of a scheme, each as a question that one run of a machine, or two, can answer with no (compiler/judge.py).

    law            says, of every unit and all rows that are adjudicated            held to
    non_negative   no row is paid less than 0                                       every scheme
    within_base    over a unit's rows so far, a layer never pays more than its base every scheme
    within_base_each  nor in any single row
    within_cap     a row that is paid brings what was paid under a cap to at most   every scheme
                   that cap, as it is for this row
    within_bill    no row is paid more than the amounts that its layers count       every scheme
    monotone       a larger amount never lowers what is paid in sum                 every scheme,
                   (of a layer: a finding)                                          in sum
    deduction      a larger amount that is taken off never raises it
    more_claims    a further claim never lowers what is paid in sum
    no_cliff       one minor unit more never moves the sum by more than one step of the rounding
    split_proof    a claim in two rows of its date, its money divided, is paid the same
    order_free     two claims of one date in the other order are paid the same in sum
    no_overflow    every number fits its cell                                       every scheme
    stated         what the author states of every row                              who states it
    never_less     with one value of a member's attribute no less is paid in sum    who states it
                   than with another
    no_dead_branch no branch is out of reach, by what is declared and the clauses before it (HMB219)
    all_used       nothing is declared and never used (HMB306)

The last two are about the text, and `hmbc check` decides them (`of_text` in compiler/proof_diagnostics.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from hmbc.compiler.bills_and_deductions import amounts_of
from hmbc.compiler.kernel import Definition, Kernel, Stated
from hmbc.compiler.layer_parts import base_of, caps_of
from hmbc.compiler.shared_caps import shared_caps_of
from hmbc.dsl import expr as e
from hmbc.dsl.expr import parts_of

Law = Literal[
    "non_negative", "within_base", "within_base_each", "within_cap", "within_bill", "monotone",
    "deduction", "more_claims", "no_cliff", "split_proof", "order_free", "no_overflow",
    "stated", "never_less", "no_dead_branch", "all_used",
]  # fmt: skip

HELD: frozenset[Law] = frozenset(
    ("non_negative", "within_base", "within_cap", "within_bill", "monotone", "no_overflow")
)
"""What every scheme is held to, unless it waives it."""

STATED: frozenset[Law] = frozenset(("stated", "never_less"))
"""What only an author states."""


@frozen
class Question:
    """A law of one layer (None: of the scheme). subject: the definition of a cap, the amount that
    grows, or the number of a law that the scheme states."""

    law: Law
    layer: str | None
    subject: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether every scheme is held to it."""
        return self.law in HELD and not (self.law == "monotone" and self.layer is not None)


_OF_LAYERS: tuple[Law, ...] = ("no_cliff", "split_proof", "order_free")


def questions_of(kernel: Kernel) -> Iterator[Question]:
    """Every question about a kernel, layer by layer, then those of the scheme."""
    amounts = amounts_of(kernel)
    shared = shared_caps_of(kernel)
    drawn = {name for cap in shared for _, name in cap.draws}
    for outcome in kernel.outcomes:
        layer = outcome.layer
        yield Question("non_negative", layer)
        if base_of(kernel, layer) is not None:
            yield Question("within_base", layer)
            yield Question("within_base_each", layer)
        for cap in caps_of(kernel, layer):
            if cap.definition.name not in drawn:
                yield Question("within_cap", layer, cap.definition.name)
        for name in (*amounts.bills, *amounts.deductions):
            signs = amounts.of(layer, name)
            if signs:
                yield Question("deduction" if signs == {"-"} else "monotone", layer, name)
        for law in _OF_LAYERS:
            yield Question(law, layer)
    yield Question("non_negative", None)
    if all(base_of(kernel, outcome.layer) is not None for outcome in kernel.outcomes):
        yield Question("within_bill", None)
    for cap in shared:
        yield Question("within_cap", None, cap.definition.name)
    for name in amounts.bills:
        yield Question("monotone", None, name)
    for name in amounts.deductions:
        yield Question("deduction", None, name)
    yield Question("more_claims", None)
    for law in _OF_LAYERS:
        yield Question(law, None)
    yield Question("no_overflow", None)
    for one in kernel.stated:
        yield Question("stated" if isinstance(one, Stated) else "never_less", None, one.name)


def steps_of(kernel: Kernel) -> dict[str | None, int]:
    """By how much one minor unit of a bill may move what a layer pays: the largest step to which it
    rounds; for the scheme (None), the sum of its layers'."""
    found: dict[str | None, int] = {}
    for outcome in kernel.outcomes:
        steps = [1]
        for item in kernel.items:
            if isinstance(item, Definition) and item.layer == outcome.layer:
                steps += _steps(item.expr)
        found[outcome.layer] = max(steps)
    found[None] = sum(found.values())
    return found


def _steps(expr: e.Expr) -> Iterator[int]:
    if isinstance(expr, e.Round):
        yield expr.step
    for part in parts_of(expr):
        yield from _steps(part)
