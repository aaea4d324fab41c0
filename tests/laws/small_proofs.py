"""What structure proves of a kernel, and the kernels that it reads instead."""

from __future__ import annotations

from attrs import asdict

from hmbc.compiler.drawn_together import drawn_together
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.prove_by_structure import by_cases, by_structure
from hmbc.compiler.said_plainly import said_plainly

NOT_OF_HISTORIES = ("no_overflow",)
"""Laws that no history tells."""


def proved(kernel: Kernel) -> list[Question]:
    """What structure proves, as it is and by cases."""
    questions = [one for one in questions_of(kernel) if one.law not in NOT_OF_HISTORIES]
    found = [proof.question for proof in by_structure(kernel, questions)]
    left = [one for one in questions if one not in found]
    return [*found, *(proof.question for proof in by_cases(kernel, left))]


def said_otherwise(kernel: Kernel) -> dict[str, Kernel]:
    """The kernels that laws are decided about."""
    return asdict(said_plainly(kernel), recurse=False)


def drawn_as_one(kernel: Kernel) -> Kernel:
    """The kernel that laws about all that is paid are decided about: it pays the same in all."""
    return drawn_together(said_plainly(kernel).simple)
