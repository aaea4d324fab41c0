"""A diagnostic: a user's mistake, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve, field, frozen

from hmbc.dsl.codes import RULES, Rule
from hmbc.dsl.source import Span
from hmbc.grammar.keywords import Language


@frozen
class Bilingual:
    """A piece of text in both languages, to fill a template with."""

    zh: str
    en: str

    def get(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en


@frozen
class Related:
    """Another place that matters, with what it has to do with it."""

    span: Span
    note: Bilingual


@frozen
class Diagnostic:
    """`code` of dsl/codes.py at `span`; `values` fill its templates. `hint` False leaves the advice
    out where it does not fit; `extra` are further lines, as (heading, text). `mild`: a warning where
    the code is an error elsewhere. `example`: claims that show it, as `example` blocks of the language."""

    code: str
    span: Span
    values: dict[str, Any] = field(factory=dict)
    related: tuple[Related, ...] = ()
    hint: bool = True
    extra: tuple[tuple[Bilingual, Bilingual], ...] = ()
    mild: bool = False
    example: str | None = None

    @property
    def rule(self) -> Rule:
        """Its kind."""
        rule = RULES[self.code]
        return evolve(rule, severity="warning") if self.mild else rule

    def message(self, language: Language) -> str:
        """The main sentence."""
        return _fill(self.rule.zh if language == "zh" else self.rule.en, self.values, language)

    def advice(self, language: Language) -> str | None:
        """One piece of advice, or None."""
        text = self.rule.hint_zh if language == "zh" else self.rule.hint_en
        return _fill(text, self.values, language) if text and self.hint else None


def _fill(template: str, values: dict[str, Any], language: Language) -> str:
    texts = {
        name: value.get(language) if isinstance(value, Bilingual) else str(value)
        for name, value in values.items()
    }
    return template.format_map(texts)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops the pipeline."""
    return any(diagnostic.rule.severity == "error" for diagnostic in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place in the source, then by code; doubles left out."""
    unique: dict[tuple[object, ...], Diagnostic] = {}
    for diagnostic in diagnostics:
        key = (diagnostic.span.start, diagnostic.code, diagnostic.span.end, diagnostic.message("en"))
        unique.setdefault(key, diagnostic)
    return tuple(unique[key] for key in sorted(unique, key=lambda k: (k[0], k[1], k[2], k[3])))
