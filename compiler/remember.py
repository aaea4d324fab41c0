"""What an analysis found out about a kernel, kept while the same kernel is asked about again.

A proof asks for ranges, denominators and bounds of one kernel many times over. Kernels are compared as
objects, not by what they hold: hashing a kernel costs as much as some of the analyses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from hmbc.compiler.kernel import Kernel

Found = TypeVar("Found")

MOST_KERNELS = 8
"""Of how many kernels, the last ones, it is kept."""


def remember(analysis: Callable[[Kernel], Found]) -> Callable[[Kernel], Found]:
    """The analysis, done once for a kernel. Nobody may change what it returns."""
    known: deque[tuple[Kernel, Found]] = deque(maxlen=MOST_KERNELS)

    @wraps(analysis)
    def remembered(kernel: Kernel) -> Found:
        for other, found in tuple(known):
            if other is kernel:
                return found
        found = analysis(kernel)
        known.append((kernel, found))
        return found

    return remembered
