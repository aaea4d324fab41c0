"""From text to evaluator: the stages in order, one call each. Start reading here.

    source ─ check ─▶ checked scheme ─ lower ─▶ kernel ─ emit ─▶ Cython ─ build ─▶ evaluator

docs/architecture.md has every file of this folder by what it is for.

Every stage can be printed by name (`hmbc compile --emit`). A kernel is checked after every pass
over it, so that a broken pass is caught at its own door.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from attrs import evolve, frozen

from hmbc.compiler.ceilings import with_ceilings
from hmbc.compiler.check_kernel import check_kernel
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.lower import lower
from hmbc.compiler.prove_independence import prove_independence
from hmbc.compiler.ranges import Finding, ranges_of
from hmbc.dsl import codes
from hmbc.dsl.check import check_source
from hmbc.dsl.check_editions import Edition, check_editions
from hmbc.dsl.checked_guideline import CheckedGuideline
from hmbc.dsl.diagnostic import Diagnostic, has_errors, in_order
from hmbc.dsl.read_source import read_source
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.source import NOWHERE, Source, Span
from hmbc.grammar.keywords import Language

PASSES: tuple[Callable[[Kernel], Kernel], ...] = (with_ceilings,)
"""What is done to a kernel after lowering, in order."""


@frozen
class Compiled:
    """What came of a source: the scheme and its kernel (None after an error), or the guideline, and
    what was found."""

    source: Source
    scheme: CheckedScheme | None
    kernel: Kernel | None
    diagnostics: tuple[Diagnostic, ...]
    language: Language = "en"
    unreadable: bool = False
    guideline: CheckedGuideline | None = None


def compile_file(
    path: str | os.PathLike[str], against: Sequence[CheckedGuideline] = ()
) -> Compiled:
    """File to kernel; `-` is standard input. List files are looked for beside it. `against`: hold it
    against these guidelines too, beside those that it names."""
    read = read_source(path)
    if read.diagnostics:
        return Compiled(read.source, None, None, read.diagnostics, "zh", unreadable=True)
    folder = None if os.fspath(path) == "-" else Path(path).parent
    return compile_source(read.source, folder, against)


def compile_source(
    source: Source, folder: Path | None = None, against: Sequence[CheckedGuideline] = ()
) -> Compiled:
    """Text to kernel. List files are looked for in `folder`. Never raises for a user's mistake."""
    checked = check_source(source, folder)
    source = checked.source or source
    language = checked.language
    if checked.scheme is None:
        return Compiled(
            source, None, None, checked.diagnostics, language, guideline=checked.guideline
        )
    kernel = kernel_of(checked.scheme)
    found = [*_too_wide(kernel, checked.scheme), *prove_independence(kernel, checked.scheme)]
    for guideline in (*checked.scheme.guidelines, *against):
        from hmbc.compiler.conform import conform

        found += conform(guideline, checked.scheme, kernel)
    diagnostics = in_order([*checked.diagnostics, *found])
    if has_errors(diagnostics):
        return Compiled(source, checked.scheme, None, diagnostics, language)
    return Compiled(source, checked.scheme, kernel, diagnostics, language)


def across_editions(compiled: Sequence[Compiled]) -> list[Compiled]:
    """With what is found only when several editions of a scheme are looked at together."""
    editions = [Edition(one.scheme, one.source) for one in compiled if one.scheme is not None]
    found = check_editions(editions)
    return [
        evolve(one, diagnostics=in_order([*one.diagnostics, *found.get(one.source.name, ())]))
        for one in compiled
    ]


def kernel_of(scheme: CheckedScheme) -> Kernel:
    """Checked scheme to kernel, through every pass."""
    kernel = lower(scheme)
    check_kernel(kernel)
    for kernel_pass in PASSES:
        kernel = kernel_pass(kernel)
        check_kernel(kernel)
    return kernel


def pyx_of(kernel: Kernel) -> str:
    """Kernel to the Cython source of its evaluator."""
    from hmbc.compiler.emit_cython import emit_cython

    return emit_cython(kernel)


def c_of(kernel: Kernel) -> str:
    """Kernel to the C that Cython makes of its evaluator."""
    from tempfile import TemporaryDirectory

    from hmbc.compiler.build import MODULE, translate

    with TemporaryDirectory() as folder:
        pyx, c = Path(folder, f"{MODULE}.pyx"), Path(folder, f"{MODULE}.c")
        pyx.write_text(pyx_of(kernel), encoding="utf-8")
        translate(pyx, c)
        return c.read_text(encoding="utf-8")


def so_of(kernel: Kernel) -> Path:
    """Kernel to the built extension module, from the cache where it is there.

    Raises build.ToolchainMissing without a C compiler.
    """
    from hmbc.compiler.build import MODULE, build

    return build(pyx_of(kernel), MODULE)


def validated_so_of(kernel: Kernel) -> Path:
    """The same, held against the interpreter once, before anybody gets it.

    Raises validate.Mistranslated where it is wrong; then it is no longer in the cache.
    """
    from hmbc.compiler.build import MODULE, discard, is_validated, load, mark_validated
    from hmbc.compiler.validate import VALIDATION, Mistranslated, validate

    so, mark = so_of(kernel), str(VALIDATION)
    if not is_validated(so, mark):
        try:
            validate(kernel, load(so, MODULE))
        except Mistranslated:
            discard(so)
            raise
        mark_validated(so, mark)
    return so


def module_of(kernel: Kernel) -> ModuleType:
    """Kernel to the loaded evaluator module."""
    from hmbc.compiler.build import MODULE, load

    return load(so_of(kernel), MODULE)


def _too_wide(kernel: Kernel, scheme: CheckedScheme) -> list[Diagnostic]:
    return [
        Diagnostic(codes.OVERFLOW, _span_of(finding, kernel, scheme), {"name": finding.name})
        for finding in ranges_of(kernel).findings
    ]


def _span_of(finding: Finding, kernel: Kernel, scheme: CheckedScheme) -> Span:
    for item in kernel.items:
        if item.name == finding.name:
            return item.clause.span
    for layer in scheme.layers:
        if layer.name == finding.name:
            return layer.span
    return NOWHERE
