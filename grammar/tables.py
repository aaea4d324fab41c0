"""The parser's tables: built from hmb.lark where hmbc is installed, or once per machine, then read.

Building takes half a second, reading a fiftieth of it. An installed package has them beside the grammar, else
they are in the cache folder. Both are only ever copies: whatever is wrong with them, the tables are built anew. Lark builds them and moves by them; it would keep and read
back much more than that needs.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen
from lark import Lark, Tree
from lark import __version__ as lark_version
from lark.grammar import Rule
from lark.lexer import Lexer, LexerThread, Token
from lark.parse_tree_builder import ParseTreeBuilder
from lark.parsers.lalr_analysis import Action, IntParseTable
from lark.parsers.lalr_interactive_parser import InteractiveParser
from lark.parsers.lalr_parser_state import ParseConf, ParserState

GRAMMAR = Path(__file__).with_name("hmb.lark")
SHIPPED = Path(__file__).parent
"""Where the package's own copy is, if it has one."""

_START = "start"

States = dict[int, dict[str, tuple[Action, int | Rule]]]
"""What to do in each state at each symbol: shift to a state, or reduce by a rule."""


class NoLexer(Lexer):
    """Stands where Lark wants a lexer; tokens are fed to its parser one by one."""

    __future_interface__ = True

    def __init__(self, lexer_conf: Any = None) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Token]:
        """Never called."""
        yield from ()


@frozen
class Tables:
    """The grammar's rules, the states of its machine, and in which of them it starts and ends."""

    rules: list[Rule]
    states: States
    start: int
    end: int


class Parsers:
    """Makes parsers by tables. They make the trees that Lark's own would."""

    def __init__(self, tables: Tables) -> None:
        make: Any = IntParseTable
        table = make(tables.states, {_START: tables.start}, {_START: tables.end})
        builder: Any = ParseTreeBuilder
        trees = builder(tables.rules, Tree, propagate_positions=True)
        self._conf = ParseConf(table, trees.create_callback(), _START)

    def new(self) -> InteractiveParser:
        """A parser that has not read anything."""
        thread = LexerThread(NoLexer(), None)
        return InteractiveParser(None, ParserState(self._conf, thread), thread)


def build() -> Tables:
    """The tables, from the grammar. Strict: any conflict in the grammar is an error."""
    lark = Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer=NoLexer,
        strict=True,
        propagate_positions=True,
        maybe_placeholders=False,
    )
    table = lark.parser.parser._parse_table
    start, end = table.start_states[_START], table.end_states[_START]
    numbers = _numbers(table.states, start)
    names: dict[str, str] = {}
    once: dict[tuple[str, int], tuple[Action, int | Rule]] = {}
    """Each action is kept once, not once for each place where it stands."""

    def named(symbol: str) -> str:
        # a text of its own: which of the equal texts in the rules stands here is left to Lark's sets
        return names.setdefault(symbol, symbol.encode().decode())

    def kept(does: Action, to: int | Rule) -> tuple[Action, int | Rule]:
        to = numbers[to] if isinstance(to, int) else to
        return once.setdefault((does.name, to if isinstance(to, int) else id(to)), (does, to))

    states = {
        number: {named(symbol): kept(*actions[symbol]) for symbol in sorted(actions)}
        for state, number in numbers.items()
        for actions in (table.states[state],)
    }
    return Tables(lark.rules, states, numbers[start], numbers[end])


def _numbers(states: States, start: int) -> dict[int, int]:
    """States by how they are first reached from the start, symbols in alphabetic order. Lark numbers them
    as its sets come, which is another way in each process: the same grammar is to give the same bytes."""
    numbers, waiting = {start: 0}, deque([start])
    while waiting:
        actions = states[waiting.popleft()]
        for symbol in sorted(actions):
            _, to = actions[symbol]
            if isinstance(to, int) and to not in numbers:
                numbers[to] = len(numbers)
                waiting.append(to)
    return numbers


def load() -> Tables:
    """The tables, from a copy where there is a good one, else built and cached."""
    entry = cache_folder() / _name()
    for copy in (SHIPPED / _name(), entry):
        try:
            data = copy.read_bytes()
            digest, body = data[:32], data[32:]
            if hashlib.sha256(body).digest() == digest:
                return unpacked(body)
        except Exception:  # any damage to the copy means: another one, or build
            pass
    tables = build()
    _store(entry, sealed(tables))
    return tables


def ship(folder: Path) -> None:
    """Puts a copy into a folder, that of the package which is being built, in the place of older ones."""
    for old in folder.glob("grammar-*.pickle"):
        old.unlink()
    (folder / _name()).write_bytes(sealed(build()))


def sealed(tables: Tables) -> bytes:
    """What a copy holds: tables as bytes, after their hash."""
    body = packed(tables)
    return hashlib.sha256(body).digest() + body


def packed(tables: Tables) -> bytes:
    """Tables as bytes. Lark knows its two actions by identity, so they go by name; and rules are made
    anew, since the hash that they keep is another one in each process."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = {
        Action: lambda action: action.name,
        Rule: _parts_of_rule,
        Token: lambda token: (str, (str(token),)),  # names, as Lark read them from the grammar
    }
    pickler.dump((tables.rules, tables.states, tables.start, tables.end))
    return buffer.getvalue()


def unpacked(body: bytes) -> Tables:
    """The tables that were packed; any exception where the bytes are nothing of ours."""
    return Tables(*pickle.loads(body))


def _parts_of_rule(rule: Rule) -> tuple[Any, ...]:
    return Rule, (rule.origin, rule.expansion, rule.order, rule.alias, rule.options)


def cache_folder() -> Path:
    """$HMBC_CACHE, else hmbc in the user's cache folder."""
    if chosen := os.environ.get("HMBC_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "hmbc"


def _name() -> str:
    """Of a copy: by all that decides what it holds."""
    text = GRAMMAR.read_bytes() + lark_version.encode() + Path(__file__).read_bytes()
    return f"grammar-{hashlib.sha256(text).hexdigest()[:24]}.pickle"


def _store(entry: Path, data: bytes) -> None:
    try:
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as file:
            file.write(data)
        os.replace(file.name, entry)
    except OSError:
        pass  # a cache that cannot be written is only slower
