"""The gate before a scheme is compiled: the laws that every scheme is held to.

Structure first, then a short search and, where z3 is installed, a short time of solving. What was found
out is kept (compiler/verdicts.py), so that a kernel is looked at once. What is left open is said; only
what is refuted, and not waived, stops a compilation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import STATED, Question
from hmbc.compiler.proof_diagnostics import findings
from hmbc.compiler.prove import QUICK
from hmbc.compiler.verdicts import verdicts
from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.scheme import CheckedScheme


def gate(kernel: Kernel, scheme: CheckedScheme) -> Iterator[Diagnostic]:
    """What the laws of every scheme have to say about this one."""
    asked = sorted(one.law for one in scheme.asked)
    proofs = verdicts(kernel, scheme, QUICK, partial(_is_wanted, asked))
    yield from findings(kernel, scheme, proofs, held_only=True)


def _is_wanted(asked: Sequence[str], question: Question) -> bool:
    """What every scheme is held to, and what this one states."""
    stated = question.law in STATED or (question.layer is None and question.law in asked)
    return question.is_held or stated
