"""From a scheme's file to its evaluator, for commands that adjudicate."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hmbc.commands.common import compile_or_exit, fail, show
from hmbc.commands.exit_codes import UNREADABLE
from hmbc.compiler.known import Known, recall, remember
from hmbc.grammar.keywords import Language

if TYPE_CHECKING:
    from hmbc.compiler.pipeline import Compiled
    from hmbc.runtime.evaluator import Evaluator


class Runnable:
    """A scheme that is to be run: as it was found before, where nothing has changed, else checked now.
    Says what is wrong with it and exits, like compile_or_exit."""

    def __init__(self, file: str, chosen: str | None) -> None:
        self.file = file
        self._known: Known | None = recall(file)
        self._compiled: Compiled | None = None
        if self._known is not None:
            self.language: Language = self._known.language
            return
        from hmbc.dsl.list_files import files_noted

        with files_noted() as self._read:
            self._compiled = compile_or_exit(file, chosen)
        self.language = self._compiled.language

    def evaluator_or_exit(self, language: Language) -> Evaluator:
        """The evaluator, speaking `language`."""
        from hmbc.compiler.build import MODULE, load
        from hmbc.runtime.evaluator import Evaluator

        so = self._built(language) if self._known is None else self._known.so
        return Evaluator(load(so, MODULE), language)

    def _built(self, language: Language) -> Path:
        """The module of a scheme that was checked now, which is remembered."""
        from hmbc.compiler.pipeline import so_of

        assert self._compiled is not None and self._compiled.kernel is not None
        with building(self._compiled, language):
            so = so_of(self._compiled.kernel)
        if self.file != "-":
            remember(self.file, self._compiled.source.text, self.language, self._read, so)
        return so


def evaluator_or_exit(compiled: Compiled, language: Language) -> Evaluator:
    """The evaluator, speaking `language`; where it cannot be built, one clear error and exit 2."""
    from hmbc.compiler.pipeline import module_of
    from hmbc.runtime.evaluator import Evaluator

    assert compiled.kernel is not None
    with building(compiled, language):
        return Evaluator(module_of(compiled.kernel), language)


@contextmanager
def building(compiled: Compiled, language: Language) -> Iterator[None]:
    """Around what needs a C compiler: says what the machine lacks, and exits."""
    from hmbc.compiler.build import CacheUnusable, ToolchainMissing
    from hmbc.dsl import codes
    from hmbc.dsl.diagnostic import Bilingual, Diagnostic
    from hmbc.dsl.source import NOWHERE, Source

    try:
        yield
    except ToolchainMissing as missing:
        problem = Diagnostic(codes.NO_COMPILER, NOWHERE, {"why": Bilingual(missing.zh, missing.en)})
        show([(Source(compiled.source.name, ""), (problem,))], language, err=True)
        sys.exit(UNREADABLE)
    except CacheUnusable as error:
        fail(error.zh if language == "zh" else error.en)
