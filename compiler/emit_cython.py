"""Kernels -> the Cython source of one self-contained module.

Nothing of a scheme's text reaches the source but the plan, as escaped bytes: names are numbers.
The module needs no file to include and no package to import.

One kernel:   PLAN (bytes, the runtime Plan as JSON), entry() -> capsule "hmb_run" and feed() -> capsule
              "hmb_feed", or None where the kernel has no feed.
Any number:   PLANS, ENTRIES and FEEDS, tuples of the same, in the order given.

What adjudicates unit by unit is Cython; the feed is C, of numbers alone, in a verbatim block.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from hmbc.compiler.emit_feed import emit_feed
from hmbc.compiler.emit_helpers import helpers
from hmbc.compiler.emit_row import emit_row
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.optimise import ALL, Optimise
from hmbc.compiler.plan import plan_of

DIRECTIVES = (
    "# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True\n"
    "# cython: initializedcheck=False, freethreading_compatible=True\n"
)

DECLARATIONS = """
    enum:
        HMB_ABI
        HMB_KEY_WORDS

    ctypedef struct hmb_periods:
        const int64_t *offset
        const int64_t *first
        const int64_t *last

    ctypedef struct hmb_input:
        const int64_t **claim
        const uint8_t **claim_given
        const int64_t **member
        const uint8_t **member_given
        const hmb_periods *periods
        const int64_t *parameter
        const uint8_t **listed
        const int64_t *row_member

    ctypedef struct hmb_state:
        int64_t *words
        void *map
        const int64_t *(*find)(void *, int32_t, const int64_t *, int32_t) noexcept nogil
        int32_t (*room)(void *, int32_t, const int64_t *, int32_t) noexcept nogil
        void (*put)(void *, int32_t, const int64_t *, int32_t, int64_t) noexcept nogil

    ctypedef struct hmb_output:
        int64_t **pay
        int16_t **reason
        uint8_t *status

    ctypedef long long i128 "__int128"

ctypedef int64_t i64

ABI = HMB_ABI


"""


def emit_cython(kernel: Kernel) -> str:
    """The source of a module with one evaluator. Raises KernelError as `emit_row` does."""
    return emit_module([kernel]) + (
        "PLAN = PLANS[0]\n\n\n"
        "def entry():\n"
        '    return PyCapsule_New(<void *>run_0, "hmb_run", NULL)\n\n\n'
        "def feed():\n"
        "    return FEEDS[0]\n"
    )


def emit_module(kernels: Sequence[Kernel], optimise: Sequence[Optimise] = ()) -> str:
    """The source of a module with an evaluator for each kernel. optimise: of each, how its feed is
    made; without it, with all optimisations."""
    header = _text("evaluator.h")
    plans = [plan_of(kernel) for kernel in kernels]
    rows = [
        emit_row(kernel, plan, f"run_{number}")
        for number, (kernel, plan) in enumerate(zip(kernels, plans, strict=True))
    ]
    feeds = [
        emit_feed(kernel, plan, f"feed_{number}", optimise[number] if optimise else ALL)
        for number, (kernel, plan) in enumerate(zip(kernels, plans, strict=True))
    ]
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
        "from cpython.pycapsule cimport PyCapsule_New\n"
        "from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t\n\n"
        f'cdef extern from *:\n    """\n{header}\n    """'
        f"{DECLARATIONS}{_feeds(feeds)}{helpers()}"
        + "\n\n".join(rows)
        + f"\n\nPLANS = (\n{texts})\n"
        f"ENTRIES = (\n{capsules})\n"
        f"FEEDS = (\n{there})\n"
    )


def _feeds(feeds: Sequence[str | None]) -> str:
    """The feeds' C, declared for Cython."""
    if not any(feeds):
        return ""
    text = "\n".join([_text("feed.h"), *(feed for feed in feeds if feed)])
    names = "".join(f"    const hmb_feed feed_{n}\n" for n, feed in enumerate(feeds) if feed)
    escaped = text.replace("\\", "\\\\")
    return (
        f'cdef extern from *:\n    """\n{escaped}\n    """\n'
        f"    ctypedef struct hmb_feed:\n        pass\n\n{names}\n\n"
    )


def _text(name: str) -> str:
    return files("hmbc.runtime").joinpath(name).read_text("ascii")
