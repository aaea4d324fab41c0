"""What was found out about a kernel's laws, kept in the cache folder.

How long a law is looked at is counted in work, not in time. So an answer follows from the kernel, the
worked examples that a search begins with, the questions, the budget, the solver and the code of the
compiler; what is kept goes by the hash of all these. What cannot be read is worked out again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import hmbc.compiler
import hmbc.dsl
from hmbc.compiler import prove as prover
from hmbc.compiler import seeds
from hmbc.compiler.build import cache_folder
from hmbc.compiler.kernel import Clause, Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.proof import Proof
from hmbc.compiler.prove import FULL, Budget
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.scheme import CheckedScheme
from hmbc.runtime.atomic import write_atomically


def verdicts(
    kernel: Kernel,
    scheme: CheckedScheme,
    budget: Budget = FULL,
    only: Callable[[Question], bool] = lambda question: True,
    solver: bool | None = None,
) -> tuple[Proof, ...]:
    """What `prove` answers, from the cache where the same was asked before."""
    solves = prover.has_solver() if solver is None else solver
    questions = [question for question in questions_of(kernel) if only(question)]
    place = cache_folder() / f"laws-{_hash(kernel, scheme, budget, questions, solves)}.json"
    clauses = _clauses(kernel)
    known = _read(place, clauses)
    if known is not None:
        return known
    proofs = prover.prove(kernel, budget, only, solves, scheme)
    rows = [_row(proof, clauses) for proof in proofs]
    with suppress(OSError):  # then they are worked out again
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, json.dumps(rows, ensure_ascii=False).encode())
    return proofs


def _hash(
    kernel: Kernel,
    scheme: CheckedScheme,
    budget: Budget,
    questions: Sequence[Question],
    solves: bool,
) -> str:
    examples = list(seeds.of_examples(kernel, scheme))
    solver = _version("z3-solver") if solves else None
    asked = (kernel, examples, budget, questions, solver)
    return hashlib.sha256(f"{_prover()}\n{asked!r}".encode()).hexdigest()[:32]


@cache
def _prover() -> str:
    """The code that decides: another answer may follow from other code."""
    found = hashlib.sha256()
    for package in (hmbc.compiler, hmbc.dsl):
        for folder in package.__path__:
            for file in sorted(Path(folder).glob("*.py")):
                found.update(file.read_bytes())
    return found.hexdigest()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _clauses(kernel: Kernel) -> Mapping[str, Clause]:
    """Clauses by name of what they belong to: their places in the source are this kernel's own."""
    named = (*kernel.items, *kernel.stated)
    return {item.name: item.clause for item in named}


def _row(proof: Proof, clauses: Mapping[str, Clause]) -> dict[str, Any]:
    question = proof.question
    return {
        "question": [question.law, question.layer, question.subject],
        "outcome": proof.outcome,
        "by": proof.by,
        "because": [proof.because.zh, proof.because.en],
        "clause": next((name for name, one in clauses.items() if one is proof.clause), None),
        "definition": proof.definition,
        "milliseconds": proof.milliseconds,
        "why": None if proof.why is None else [proof.why.zh, proof.why.en],
        "example": proof.example,
    }


def _read(place: Path, clauses: Mapping[str, Clause]) -> tuple[Proof, ...] | None:
    """The answers written down; None where there are none that can be read."""
    try:
        rows = json.loads(place.read_text(encoding="utf-8"))
        return tuple(
            Proof(
                question=Question(*row["question"]),
                outcome=row["outcome"],
                by=row["by"],
                because=Bilingual(*row["because"]),
                clause=clauses.get(row["clause"]),
                definition=row["definition"],
                milliseconds=row["milliseconds"],
                why=None if row["why"] is None else Bilingual(*row["why"]),
                example=row["example"],
            )
            for row in rows
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
