"""Kernels of small schemes, and how many claims it takes to break a law of one."""

from __future__ import annotations

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.refutation import Refutation, smallest
from hmbc.compiler.witness import witness_of
from hmbc.dsl.source import Source


def kernel_of_text(text: str) -> Kernel:
    """The kernel of a scheme that has one."""
    found = compile_source(Source("s.hmb", text))
    assert found.kernel is not None, found.diagnostics
    return found.kernel


def confirmed(kernel: Kernel, found: Refutation | None) -> int:
    """The claims of what was found, made small; the interpreter finds it broken, too."""
    assert found is not None
    small = smallest(kernel, found)
    assert witness_of(kernel, small) is not None
    return len(small.unit.claims)
