"""What messages about a scheme propose."""

from __future__ import annotations

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language


def advice(text: str, language: Language) -> list[str]:
    """Everything that is proposed."""
    compiled = compile_source(Source("t.hmb", text))
    return [
        said.get(language)
        for found in compiled.diagnostics
        if found.rule.severity == "error"
        for _, said in found.extra
    ]
