"""Laws that are still open, held against very many random histories on the scheme's compiled evaluator
(`hmbc prove --search N`). Finds, never proves.

A history that breaks a law is taken out of its table as a unit of the search of compiler/refute.py, made
small and run again on the interpreter like any other refutation. The same histories are drawn every
time: how long is looked is counted in histories, not in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hmbc.compiler.bulk_runs import CHUNK, Trial, Trials
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.refutation import Refutation, smallest
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.compiler.witness import Witness, witness_of

MOST_TRIED = 5
"""Histories of one table and law that are taken out, until the interpreter confirms one."""


def broken_in_bulk(
    kernel: Kernel,
    questions: Sequence[Question],
    known: Sequence[tuple[Setting, Unit]],
    histories: int,
    seed: int = 0,
) -> Iterator[tuple[Question, Witness]]:
    """What breaks any of these laws among so many histories. known: units that are paid, with what was
    external for them."""
    left = [question for question in questions if question.law != "no_overflow"]
    if not left:
        return
    trials = Trials.of(kernel, left, known, seed)
    for _ in range(-(-histories // CHUNK)):
        for trial in trials.chunk(left):
            if trial.question in left and (witness := _witness(kernel, trial)) is not None:
                left.remove(trial.question)
                yield trial.question, witness
        if not left:
            return


def _witness(kernel: Kernel, trial: Trial) -> Witness | None:
    for place in np.flatnonzero(trial.broken)[:MOST_TRIED]:
        unit = trial.runner.bulk.tables.unit(trial.before, int(place))
        change = trial.change(int(place))
        found = Refutation(trial.question, trial.runner.setting, unit, change)
        first = witness_of(kernel, found)
        if first is not None:
            return witness_of(kernel, smallest(kernel, found)) or first
    return None
