"""Every expression of a kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.dsl.expr import Expr


def expressions(kernel: Kernel) -> Iterator[Expr]:
    """Every expression that a row evaluates, in the order of evaluation."""
    for reject in kernel.rejects:
        yield reject.when
    for item in kernel.items:
        match item:
            case Definition():
                yield item.expr
            case Accumulator():
                yield from item.keys
                yield item.adds
            case _:
                assert_never(item)
    for outcome in kernel.outcomes:
        for _, when in outcome.reasons:
            yield when
