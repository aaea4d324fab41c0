"""The keyword table and the grammar say the same."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

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
    built = tables.build()
    read = tables.unpacked(tables.packed(built))
    assert read == built
    assert [vars(rule.options) for rule in read.rules] == [vars(rule.options) for rule in built.rules]
    assert [(rule.alias, rule.order) for rule in read.rules] == [
        (rule.alias, rule.order) for rule in built.rules
    ]


def test_tables_from_the_cache_serve_another_process(tmp_path: Path) -> None:
    """Texts have other hashes there, and Lark finds a rule's tree by its hash."""
    file = tmp_path / "tables"
    file.write_bytes(tables.packed(tables.build()))
    code = f"""
from pathlib import Path
from hmbc.dsl import parse
from hmbc.dsl.source import Source
from hmbc.grammar import tables
tables.load = lambda: tables.unpacked(Path({str(file)!r}).read_bytes())
parsed = parse.parse(Source("s.hmb", "scheme s {{ currency CNY }}"))
print(parsed.scheme.name.text, len(parsed.diagnostics))
"""
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == "s 0\n"


def test_every_process_builds_the_same_bytes() -> None:
    """So that a wheel built twice is the same wheel. (Lark's sets come in the order of hashes.)"""
    code = "from hmbc.grammar import tables; print(tables.sealed(tables.build()).hex())"
    built = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert built == {tables.sealed(tables.build()).hex() + "\n"}


@pytest.mark.parametrize("kept", [b"", b"x" * 40, hashlib.sha256(b"no").digest() + b"no"])
def test_a_cache_that_holds_something_else_is_written_anew(
    kept: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HMBC_CACHE", str(tmp_path))
    built = tables.load()
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(kept)
    again = tables.load()
    assert again.rules == built.rules and len(again.states) == len(built.states)
    assert entry.read_bytes() != kept
    assert tables.load() == again


def test_an_installed_package_brings_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, cache = tmp_path / "package", tmp_path / "cache"
    package.mkdir()
    (package / "grammar-0.pickle").touch()  # of another grammar
    tables.ship(package)
    (shipped,) = package.iterdir()
    monkeypatch.setenv("HMBC_CACHE", str(cache))
    monkeypatch.setattr(tables, "SHIPPED", package)
    built = tables.load()
    assert built.rules and not cache.exists()
    shipped.write_bytes(b"damaged")
    assert tables.load().rules == built.rules
    assert [entry.name for entry in cache.iterdir()] == [shipped.name]


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HMBC_CACHE", str(tmp_path / "file"))
    assert tables.load().rules
