"""The parser's tables: built from hmb.lark once per machine, then read from the cache folder.

Building takes half a second, reading a thirtieth. The cache is only ever a copy: whatever is
wrong with it, the tables are built anew.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark import Lark
from lark import __version__ as lark_version
from lark.lexer import Lexer, Token
from lark.parsers.lalr_analysis import IntParseTable, Reduce, Shift
from lark.parsers.lalr_parser import LALR_Parser
from lark.parsers.lalr_parser import _Parser as LALR_Machine

GRAMMAR = Path(__file__).with_name("hmb.lark")


class NoLexer(Lexer):
    """Stands where Lark wants a lexer; tokens are fed to its parser one by one."""

    __future_interface__ = True

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Token]:
        """Never called."""
        yield from ()


class Tables(LALR_Parser):
    """Lark's parser, whose tables are read back in a third of the time: each action is made once, not
    once for each place where it stands."""

    @classmethod
    def deserialize(  # type: ignore[override]
        cls, data: Any, memo: dict[int, Any], callbacks: Any, debug: bool = False
    ) -> Tables:
        """As Lark's own."""
        tokens = data["tokens"]
        shifts = {state: (Shift, state) for state in data["states"]}
        reduces = {number: (Reduce, rule) for number, rule in memo.items()}
        states = {
            state: {
                tokens[token]: reduces[to["@"]] if reduce else shifts[to]
                for token, (reduce, to) in actions.items()
            }
            for state, actions in data["states"].items()
        }
        made = cls.__new__(cls)
        table: Any = IntParseTable
        made._parse_table = table(states, data["start_states"], data["end_states"])
        made.parser = LALR_Machine(made._parse_table, callbacks, debug)
        return made


def build() -> Lark:
    """The parser, from the grammar. Strict: any conflict in the grammar is an error."""
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer=NoLexer,
        strict=True,
        propagate_positions=True,
        maybe_placeholders=False,
        _plugins={"LALR_Parser": Tables},
    )


def load() -> Lark:
    """The parser, from the cache where it is good, else built and cached."""
    entry = cache_folder() / f"grammar-{_key()}.pickle"
    try:
        data = entry.read_bytes()
        digest, body = data[:32], data[32:]
        if hashlib.sha256(body).digest() == digest:
            return Lark.load(io.BytesIO(body))
    except Exception:  # any damage to the copy means: build
        pass
    parser = build()
    _store(entry, parser)
    return parser


def cache_folder() -> Path:
    """$HMBC_CACHE, else hmbc in the user's cache folder."""
    if chosen := os.environ.get("HMBC_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "hmbc"


def _key() -> str:
    text = GRAMMAR.read_bytes() + lark_version.encode() + Path(__file__).read_bytes()
    return hashlib.sha256(text).hexdigest()[:24]


def _store(entry: Path, parser: Lark) -> None:
    buffer = io.BytesIO()
    parser.save(buffer)
    body = buffer.getvalue()
    try:
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as file:
            file.write(hashlib.sha256(body).digest() + body)
        os.replace(file.name, entry)
    except OSError:
        pass  # a cache that cannot be written is only slower
