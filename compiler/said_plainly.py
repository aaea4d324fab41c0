"""The kernels that laws are decided about, each said more plainly than the one before. All of them pay the same."""

from __future__ import annotations

from attrs import frozen

from hmbc.compiler.drawn_alone import with_own_draws
from hmbc.compiler.idle_limits import without_idle_limits
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.left_apart import left_apart
from hmbc.compiler.loose import without_loose
from hmbc.compiler.nothing import without_nothing
from hmbc.compiler.plainer import made_plain
from hmbc.compiler.settle import with_settled
from hmbc.compiler.structure_bounds import bounds_of


@frozen(kw_only=True)
class SaidPlainly:
    """One kernel as it is said, in the order in which each is made of the one before. One that says nothing
    more plainly is the same object."""

    settled: Kernel
    plain: Kernel
    drawn: Kernel
    idle: Kernel
    without_nothing: Kernel
    plain_again: Kernel
    without_loose: Kernel
    simple: Kernel
    apart: Kernel


def said_plainly(kernel: Kernel) -> SaidPlainly:
    """The kernels that stand for one; `settled`, `simple` and `apart` are those that rules read."""
    settled = with_settled(kernel)
    plain = made_plain(settled, bounds_of(settled))
    if plain is not settled:  # what is plain now may say that something else does not vary
        plain = made_plain(plain, bounds_of(plain))
    drawn = with_own_draws(plain)
    idle = without_idle_limits(drawn, bounds_of(drawn))
    rest = without_nothing(idle)
    again = rest if rest is idle else made_plain(rest, bounds_of(rest))
    tight = without_loose(again, bounds_of(again))
    simple = tight if tight is again else made_plain(tight, bounds_of(tight))
    return SaidPlainly(
        settled=settled, plain=plain, drawn=drawn, idle=idle, without_nothing=rest, plain_again=again,
        without_loose=tight, simple=simple, apart=left_apart(simple, bounds_of(simple)),
    )  # fmt: skip
