"""What of a kernel decides money and state: all but its words, citations and deadlines.

A scheme that is translated, relabelled, or cited better means what it meant: its evaluators differ,
the totals that they keep do not.
"""

from __future__ import annotations

from hashlib import sha256

from attrs import evolve

from hmbc.compiler.kernel import Clause, Kernel

GENERATION = 1
"""Raised when the totals of the same meaning get another form."""


def meaning_of(kernel: Kernel) -> Kernel:
    """The kernel without language, title, labels, citations, deadlines, texts for rejects."""
    return evolve(
        kernel,
        title=None,
        language="",
        inputs=tuple(evolve(given, label=None, value_labels=()) for given in kernel.inputs),
        parameters=tuple(evolve(given, label=None) for given in kernel.parameters),
        rejects=tuple(evolve(ground, zh="", en="") for ground in kernel.rejects),
        items=tuple(evolve(item, clause=Clause()) for item in kernel.items),
        outcomes=tuple(evolve(outcome, label=None) for outcome in kernel.outcomes),
        reasons=tuple(evolve(reason, label="", clause=Clause()) for reason in kernel.reasons),
        deadlines=(),
    )


def state_hash(kernel: Kernel) -> str:
    """Under which a table of totals is kept: the same for the same meaning."""
    return sha256(f"{GENERATION} {meaning_of(kernel)!r}".encode()).hexdigest()
