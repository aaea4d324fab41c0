"""The gate before a scheme is compiled: the laws that every scheme is held to.

Structure first, then a short search and, where z3 is installed, a short time of solving. A kernel
that came through is remembered by its hash, so that it is looked at once. What is left open is said;
only what is refuted, and not waived, stops a compilation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from hmbc import __version__
from hmbc.compiler.build import cache_folder
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import STATED, Question
from hmbc.compiler.print_kernel import print_kernel
from hmbc.compiler.prove import QUICK, Proof, has_solver, prove
from hmbc.compiler.prove_report import findings
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.scheme import CheckedScheme
from hmbc.runtime.atomic import write_atomically


def gate(kernel: Kernel, scheme: CheckedScheme) -> Iterator[Diagnostic]:
    """What the laws of every scheme have to say about this one."""
    asked = sorted(one.law for one in scheme.asked)
    place = cache_folder() / f"laws-{_hash(kernel, asked)}.json"
    proofs = _remembered(place)
    if proofs is None:
        proofs = prove(kernel, QUICK, partial(_is_wanted, asked), scheme=scheme)
        if not any(proof.outcome == "refuted" for proof in proofs):
            with suppress(OSError):  # then it is looked at again
                place.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(place, json.dumps([_row(proof) for proof in proofs]).encode())
    yield from findings(kernel, scheme, proofs, held_only=True)


def _is_wanted(asked: Sequence[str], question: Question) -> bool:
    """What every scheme is held to, and what this one states."""
    stated = question.law in STATED or (question.layer is None and question.law in asked)
    return question.is_held or stated


def _hash(kernel: Kernel, asked: Sequence[str]) -> str:
    text = f"{__version__}\n{has_solver()}\n{print_kernel(kernel)}\n{kernel.stated}\n{asked}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _row(proof: Proof) -> list[str | None]:
    question = proof.question
    return [question.law, question.layer, question.subject, proof.outcome, proof.by]


def _remembered(place: Path) -> tuple[Proof, ...] | None:
    """The answers written down; None where there are none that can be read."""
    try:
        rows = json.loads(place.read_text(encoding="utf-8"))
        return tuple(
            Proof(
                question=Question(law, layer, subject),
                outcome=outcome,
                by=by,
                because=Bilingual("", ""),
            )
            for law, layer, subject, outcome, by in rows
        )
    except (OSError, ValueError, TypeError):
        return None
