"""From a compiled scheme to its evaluator, for commands that adjudicate."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hmbc.commands.common import fail, show
from hmbc.commands.exit_codes import UNREADABLE
from hmbc.compiler.pipeline import Compiled, module_of
from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.source import NOWHERE, Source
from hmbc.grammar.keywords import Language

if TYPE_CHECKING:
    from hmbc.runtime.evaluator import Evaluator


def evaluator_or_exit(compiled: Compiled, language: Language) -> Evaluator:
    """The evaluator, speaking `language`; where it cannot be built, one clear error and exit 2."""
    from hmbc.runtime.evaluator import Evaluator

    assert compiled.kernel is not None
    with building(compiled, language):
        return Evaluator(module_of(compiled.kernel), language)


@contextmanager
def building(compiled: Compiled, language: Language) -> Iterator[None]:
    """Around what needs a C compiler: says what the machine lacks, and exits."""
    from hmbc.compiler.build import CacheUnusable, ToolchainMissing

    try:
        yield
    except ToolchainMissing as missing:
        problem = Diagnostic(codes.NO_COMPILER, NOWHERE, {"why": Bilingual(missing.zh, missing.en)})
        show([(Source(compiled.source.name, ""), (problem,))], language, err=True)
        sys.exit(UNREADABLE)
    except CacheUnusable as error:
        fail(error.zh if language == "zh" else error.en)
