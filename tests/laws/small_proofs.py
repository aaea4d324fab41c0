"""What structure proves of a kernel, and the kernels that it reads instead, each said more plainly than the one before."""

from __future__ import annotations

from hmbc.compiler.drawn_alone import with_own_draws
from hmbc.compiler.idle_limits import without_idle_limits
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.left_apart import left_apart
from hmbc.compiler.loose import without_loose
from hmbc.compiler.nothing import without_nothing
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.prove_by_structure import by_cases, by_structure
from hmbc.compiler.settle import with_settled
from hmbc.compiler.structure_bounds import bounds_of

NOT_OF_HISTORIES = ("no_overflow", "stated", "never_less")
"""Laws that no two histories of one member tell, or that a scheme has to state."""


def proved(kernel: Kernel) -> list[Question]:
    """What structure proves, as it is and by cases."""
    questions = [one for one in questions_of(kernel) if one.law not in NOT_OF_HISTORIES]
    found = [proof.question for proof in by_structure(kernel, questions)]
    left = [one for one in questions if one not in found]
    return [*found, *(proof.question for proof in by_cases(kernel, left))]


def said_otherwise(kernel: Kernel) -> dict[str, Kernel]:
    """The kernels that laws are decided about."""
    settled = with_settled(kernel)
    plain = made_plain(settled, bounds_of(settled))
    drawn = with_own_draws(plain)
    idle = without_idle_limits(drawn, bounds_of(drawn))
    rest = without_nothing(idle)
    again = rest if rest is idle else made_plain(rest, bounds_of(rest))
    loose = without_loose(again, bounds_of(again))
    apart = left_apart(loose, bounds_of(loose))
    return {
        "settled": settled, "plain": plain, "drawn": drawn, "idle": idle, "nothing": rest,
        "again": again, "loose": loose, "apart": apart,
    }  # fmt: skip
