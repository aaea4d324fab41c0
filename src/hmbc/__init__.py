"""hmbc: a language and compiler for medical benefit schemes.

    scheme = hmbc.load("zaozhuang_2022.hmb")
    result = scheme.adjudicate(claims, members, parameters)      # any Arrow tables
    window = scheme.open({"健康状况": "健康"}, parameters)
    window.settle({"date": "2022-03-01", "政策内费用": "20000.01"}).total_pay
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hmbc.runtime.evaluator import Evaluator

__version__ = "0.1.0"
LANGUAGE_VERSION = "1"
EVALUATOR_ABI = 2
"""HMB_ABI of runtime/evaluator.h."""


class SchemeError(ValueError):
    """A scheme has errors; the message shows them all, in the scheme's language."""


def load(path: str | os.PathLike[str]) -> Evaluator:
    """Check and compile the scheme in a file, or take its evaluator from the cache.

    Raises: SchemeError; compiler.build.ToolchainMissing where there is no C compiler, CacheUnusable
    where the folder for built modules cannot be written.
    """
    from hmbc.compiler.pipeline import compile_file, module_of
    from hmbc.dsl.report_human import render_human
    from hmbc.runtime.evaluator import Evaluator

    compiled = compile_file(path)
    if compiled.kernel is None:
        language = compiled.language
        raise SchemeError(render_human([(compiled.source, compiled.diagnostics)], language))
    evaluator = Evaluator(module_of(compiled.kernel))
    evaluator.again = (_load_again, (os.path.abspath(path), evaluator.plan.kernel_hash))
    return evaluator


def _load_again(path: str, kernel_hash: str) -> Evaluator:
    """The evaluator that another process had of this file, for `pickle`. Raises: SchemeError where the
    file now says something else, as totals of two schemes must not meet."""
    evaluator = load(path)
    if evaluator.plan.kernel_hash != kernel_hash:
        raise SchemeError(f"{path} says something else than where its evaluator was pickled")
    return evaluator


__all__ = ["SchemeError", "load", "__version__"]
