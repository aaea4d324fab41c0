"""Kernels -> the Cython source of one self-contained module.

Nothing of a scheme's text reaches the source but the plan, as escaped bytes: names are numbers.
The module needs no file to include and no package to import.

One kernel:   PLAN (bytes, the runtime Plan as JSON), entry() -> capsule "hmb_run" and feed() -> capsule
              "hmb_feed", or None where the kernel has no feed.
Any number:   PLANS, ENTRIES and FEEDS, tuples of the same, in the order given.

What adjudicates, unit by unit or as a feed, is C, of numbers alone, in a verbatim block.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from hmbc.compiler.emit_feed import emit_feed
from hmbc.compiler.emit_run import emit_run
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.plan import plan_of

DIRECTIVES = (
    "# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True\n"
    "# cython: initializedcheck=False, freethreading_compatible=True\n"
)

def emit_cython(kernel: Kernel) -> str:
    """The source of a module with one evaluator. Raises KernelError as `emit_run` does."""
    return emit_module([kernel]) + (
        "PLAN = PLANS[0]\n\n\n"
        "def entry():\n"
        '    return PyCapsule_New(<void *>run_0, "hmb_run", NULL)\n\n\n'
        "def feed():\n"
        "    return FEEDS[0]\n"
    )


def emit_module(kernels: Sequence[Kernel], optimise: Sequence[Optimise] = ()) -> str:
    """The source of a module with an evaluator for each kernel. optimise: of each, how it is made;
    without it, with all optimisations."""
    plans = [plan_of(kernel) for kernel in kernels]
    ways = optimise or [ALL] * len(kernels)
    every = list(enumerate(zip(kernels, plans, ways, strict=True)))
    runs = [emit_run(kernel, plan, f"run_{number}", way) for number, (kernel, plan, way) in every]
    feeds = [emit_feed(kernel, plan, f"feed_{number}", way) for number, (kernel, plan, way) in every]
    texts = "".join(f"    {plan.to_json().encode('ascii')!r},\n" for plan in plans)
    capsules = "".join(
        f'    PyCapsule_New(<void *>run_{number}, "hmb_run", NULL),\n'
        for number in range(len(kernels))
    )
    there = "".join(
        f'    PyCapsule_New(<void *>&feed_{number}, "hmb_feed", NULL),\n' if feed else "    None,\n"
        for number, feed in enumerate(feeds)
    )
    return (
        f"{DIRECTIVES}# Made by hmbc; changes are lost.\n\n"
        "from cpython.pycapsule cimport PyCapsule_New\n\n"
        f"{_declared(runs, feeds)}ABI = HMB_ABI\n\n"
        f"PLANS = (\n{texts})\n"
        f"ENTRIES = (\n{capsules})\n"
        f"FEEDS = (\n{there})\n"
    )


def _declared(runs: Sequence[str], feeds: Sequence[str | None]) -> str:
    """The C, declared for Cython."""
    made = [feed for feed in feeds if feed]
    parts = [_text("evaluator.h"), _text("exact.h"), *([_text("feed.h"), _text("lanes.h")] if made else []), *runs, *made]
    text = "\n".join(parts).replace("\\", "\\\\")
    names = ["    enum:", "        HMB_ABI", ""]
    if made:
        names += ["    ctypedef struct hmb_feed:", "        pass", ""]
    names += [f"    void run_{number}()" for number in range(len(runs))]
    names += [f"    const hmb_feed feed_{number}" for number, feed in enumerate(feeds) if feed]
    return f'cdef extern from *:\n    """\n{text}\n    """\n' + "\n".join(names) + "\n\n"


def _text(name: str) -> str:
    return files("hmbc.runtime").joinpath(name).read_text("ascii")
