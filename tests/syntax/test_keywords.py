"""The keyword table and the grammar say the same."""

from __future__ import annotations

import io
import re

import pytest

from hmbc.grammar import tables
from hmbc.grammar.keywords import KEYWORDS, Language, language_of, spelling, words

VALUES = {
    "NAME", "STRING", "NUMBER", "MONEY_AMOUNT",
    "PERCENT", "DATE", "MONTH_DAY", "DURATION", "MONTHS", "WORKDAYS",
    "RULE",
}  # fmt: skip
SIGNS = {"AT_MOST", "AT_LEAST", "UNEQUAL"}


def test_the_grammar_is_strict_lalr() -> None:
    tables.build()  # raises on any conflict


def test_every_keyword_is_used_in_the_grammar_and_every_word_of_it_is_a_keyword() -> None:
    text = re.sub(r"//.*", "", tables.GRAMMAR.read_text(encoding="utf-8"))
    declared = set(re.findall(r"\b[A-Z][A-Z_]+\b", "".join(re.findall(r"%declare.*", text))))
    used = set(re.findall(r"\b[A-Z][A-Z_]+\b", re.sub(r"%declare.*|\"[^\"]*\"", "", text)))
    assert used - VALUES - SIGNS == set(KEYWORDS)
    assert declared == used


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words_of_a_language_are_unlike(language: Language) -> None:
    assert len(words(language)) == len(KEYWORDS)


def test_no_word_means_different_things_in_the_two_languages() -> None:
    both = set(words("zh")) & set(words("en"))
    assert both == set()


def test_words_are_written_as_words() -> None:
    for token in KEYWORDS:
        assert re.fullmatch(r"[\u4e00-\u9fff]+", spelling(token, "zh")), token
        assert re.fullmatch(r"[A-Za-z]+(?: [A-Za-z]+)*", spelling(token, "en")), token


def test_the_first_word_tells_the_language() -> None:
    assert language_of("方案") == "zh"
    assert language_of("scheme") == "en"
    assert language_of("Scheme") is None


def test_tables_from_the_cache_are_those_that_were_built() -> None:
    built, kept = tables.build(), io.BytesIO()
    built.save(kept)
    kept.seek(0)
    read = tables.Lark.load(kept)
    one, two = (parser.parser.parser._parse_table for parser in (built, read))
    assert (one.states, one.start_states, one.end_states) == (
        two.states, two.start_states, two.end_states,
    )  # fmt: skip
