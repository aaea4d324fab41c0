"""From a compiled scheme to its evaluator, for commands that adjudicate."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hmbc.commands.common import show
from hmbc.compiler.pipeline import Compiled, module_of
from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.source import NOWHERE
from hmbc.grammar.keywords import Language

if TYPE_CHECKING:
    from hmbc.runtime.evaluator import Evaluator


def evaluator_or_exit(compiled: Compiled, language: Language) -> Evaluator:
    """The evaluator; without a C compiler, one clear error and exit 2."""
    from hmbc.compiler.build import ToolchainMissing
    from hmbc.runtime.evaluator import Evaluator

    assert compiled.kernel is not None
    try:
        return Evaluator(module_of(compiled.kernel))
    except ToolchainMissing as missing:
        problem = Diagnostic(codes.NO_COMPILER, NOWHERE, {"why": Bilingual(missing.zh, missing.en)})
        show([(compiled.source, (problem,))], language, err=True)
        sys.exit(2)
