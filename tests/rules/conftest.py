"""What tests of the documents' rules share: a scheme's text, the text without a rule, and what a
text pays on claims.

Claims, members and parameters are dictionaries with values as a CSV has them: money in units
(`"20000.01"` or a whole number), dates as ISO text, yes-or-no as a bool, periods as a list of pairs
of dates (the last may be None), an external list as a list of codes. As in worked examples,
amounts that are left out are 0, yes-or-no is no, codes and periods are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

import hmbc.schemes
from hmbc.compiler.interpret import Interpreter
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.laws import STATED
from hmbc.compiler.pipeline import Compiled, compile_source
from hmbc.compiler.prove import prove
from hmbc.dsl import nodes as n
from hmbc.dsl.names import amount_text
from hmbc.dsl.parse import parse
from hmbc.dsl.source import Source, Span
from hmbc.dsl.types import Bool, Code, Date, Int, Money, Periods, Ratio

SCHEMES = Path(hmbc.schemes.__file__).resolve().parent
FOREVER = "2199-12-31"

Row = Mapping[str, Any]


@frozen
class Paid:
    """What became of one claim. pays, reasons: by layer, amounts as text in units (`"0.01"`);
    status: `ok`, or why the row was refused."""

    status: str
    total: str
    reason: str
    pays: Mapping[str, str]
    reasons: Mapping[str, str]


@pytest.fixture(scope="session")
def schemes_folder() -> Path:
    return SCHEMES


@pytest.fixture(scope="session")
def read_scheme() -> Callable[[str], str]:
    """`read_scheme("zaozhuang_2022")`: the text of a scheme file."""
    return lambda name: (SCHEMES / f"{name}.hmb").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def without_examples() -> Callable[[str], str]:
    """The text without its worked examples, which may name what a test takes out."""
    return _without_examples


@pytest.fixture(scope="session")
def without_rule() -> Callable[[str, str], str]:
    """`without_rule(text, "ZZ-07")`: the text without every clause that cites the rule, and without
    worked examples. A layer, exclusion, … that cites it goes as a whole, and what others say of a
    layer that is gone: exclusions from it go, its pay is 0. Readings and declarations stay, for
    they decide nothing; so do clauses that a scheme or a layer cannot be without."""
    return _without_rule


@pytest.fixture(scope="session")
def with_piece() -> Callable[[str, str, str], str]:
    """`with_piece(text, old, new)`: the text with one piece, which must stand there exactly once
    (however it is laid out), replaced, and without worked examples."""

    def with_piece(text: str, old: str, new: str) -> str:
        text = _without_examples(text)
        piece = r"\s+".join(re.escape(part) for part in old.split())
        found = len(re.findall(piece, text))
        assert found == 1, f"{old!r} stands {found} times in the scheme"
        return re.sub(piece, lambda _: f" {new} ", text)

    return with_piece


@pytest.fixture(scope="session")
def compile_text() -> Callable[[str], Compiled]:
    """Text to kernel and diagnostics; list files are found beside the schemes."""
    return _compile


@pytest.fixture(scope="session")
def stated() -> Callable[[str], dict[str, str]]:
    """`stated(text)`: what a scheme states of what it pays, with `proved`, `refuted` or `open`."""
    return _stated


@pytest.fixture(scope="session")
def codes_of() -> Callable[[str], set[str]]:
    """The codes of the diagnostics of a text."""
    return lambda text: {found.code for found in _compile(text).diagnostics}


@pytest.fixture(scope="session")
def adjudicate() -> Callable[..., list[Paid]]:
    """`adjudicate(text, claims, member, parameters)`: the claims of one member on the reference
    interpreter. The deciding date of a claim is given as `date`, whatever it is called."""
    return _interpreted


@pytest.fixture(scope="session")
def build_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Evaluators are built into a cache of this run."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HMBC_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def adjudicate_compiled(build_cache: Path) -> Callable[..., list[Paid]]:
    """The same on the compiled evaluator; skips where there is no C compiler."""
    modules: dict[str, Any] = {}

    def adjudicate(
        text: str, claims: Sequence[Row], member: Row | None = None, parameters: Row | None = None
    ) -> list[Paid]:
        from hmbc.compiler.pipeline import module_of

        kernel = _kernel(text)
        if text not in modules:
            modules[text] = module_of(kernel)
        return _evaluated(kernel, modules[text], claims, member or {}, parameters or {})

    return adjudicate


@pytest.fixture(scope="session")
def adjudicate_both(
    adjudicate: Callable[..., list[Paid]], adjudicate_compiled: Callable[..., list[Paid]]
) -> Callable[..., list[Paid]]:
    """On the interpreter and on the compiled evaluator, which must agree."""

    def both(*given: Any, **more: Any) -> list[Paid]:
        expected = adjudicate(*given, **more)
        assert adjudicate_compiled(*given, **more) == expected
        return expected

    return both


@pytest.fixture(scope="session")
def due_dates(build_cache: Path) -> Callable[..., list[str | None]]:
    """`due_dates(text, claim, member, parameters)`: the last day of each deadline of a claim, as ISO
    text, by a session of the compiled evaluator. Left out: a member of the first values of each
    enumeration; external figures are 0."""

    def due_dates(
        text: str, claim: Row, person: Row | None = None, given: Row | None = None
    ) -> list[str | None]:
        from hmbc.compiler.pipeline import module_of
        from hmbc.runtime.evaluator import Evaluator

        kernel = _kernel(text)
        evaluator = Evaluator(module_of(kernel))
        parameters: dict[str, Any] = {item.name: item.low for item in kernel.parameters}
        parameters |= {item.name: [] for item in kernel.lists if item.codes is None}
        parameters |= given or {}
        members = [x for x in kernel.inputs if x.owner == "member"]
        member = {
            x.name: x.type.values[0] if person is None else _cell(person.get(x.name), x)
            for x in members
        }
        declared = [x for x in kernel.inputs if x.owner == "claim"]
        row = _dated(claim, kernel)
        cells = {x.name: _cell(row.get(x.name), x) for x in declared}
        due = evaluator.open(member, parameters).settle(cells).due
        return [None if last is None else last.isoformat() for last in due.values()]

    return due_dates


# ---- text


def _syntax(text: str) -> n.Scheme:
    parsed = parse(Source("scheme", text))
    assert parsed.scheme is not None, [x.message("en") for x in parsed.diagnostics]
    return parsed.scheme


def _cut(text: str, spans: Sequence[Span]) -> str:
    for span in sorted(spans, reverse=True):
        text = text[: span.start] + text[span.end :]
    return text


def _without_examples(text: str) -> str:
    return _cut(text, [x.span for x in _syntax(text).items if isinstance(x, n.Example)])


_STATES_NOTHING = (
    n.Reading | n.Attributes | n.SourceClause | n.ListDeclaration | n.ParameterDeclaration
)
_NEEDED = n.Currency | n.BenefitYear
_NEEDED_IN_LAYER = n.Base | n.Threshold | n.RatioClause | n.TopsUp | n.Cap


def _without_rule(text: str, rule: str) -> str:
    text = _without_examples(text)
    scheme = _syntax(text)
    spans = list(_stating(scheme, rule))
    assert spans, f"no clause cites {rule}"
    gone = {
        item.name.text for item in scheme.items if isinstance(item, n.Layer) and item.span in spans
    }
    for item in scheme.items:
        if isinstance(item, n.Exclude) and item.layers and item.span not in spans:
            spans += _from_gone(item, gone)
    text = _cut(text, spans)
    for name in gone:
        text = re.sub(rf"\b{re.escape(name)}\s*\.\s*(?:pay|给付)\b", "0", text)
    return text


def _stating(scheme: n.Scheme, rule: str) -> Iterator[Span]:
    for item in scheme.items:
        if isinstance(item, _STATES_NOTHING | _NEEDED):
            continue
        if any(cite.text == rule for cite in item.cites):
            yield item.span
        elif isinstance(item, n.Layer):
            for clause in item.clauses:
                if isinstance(clause, n.Reading | _NEEDED_IN_LAYER):
                    continue
                if any(cite.text == rule for cite in clause.cites):
                    yield clause.span


def _from_gone(item: n.Exclude, gone: set[str]) -> Iterator[Span]:
    """What an exclusion says of layers that are gone: their names, each with a comma, or all."""
    names = [layer.span for layer in item.layers]
    kept = [number for number, layer in enumerate(item.layers) if layer.text not in gone]
    if not kept:
        yield item.span
        return
    if kept[0] > 0:
        yield Span(names[0].start, names[kept[0]].start)
    for number in range(kept[0] + 1, len(names)):
        if number not in kept:
            yield Span(names[number - 1].end, names[number].end)


# ---- meaning


def _compile(text: str) -> Compiled:
    return compile_source(Source("scheme", text), SCHEMES)


def _kernel(text: str) -> Kernel:
    compiled = _compile(text)
    assert compiled.kernel is not None, [
        f"{x.code} {x.message('en')}" for x in compiled.diagnostics
    ]
    return compiled.kernel


def _stated(text: str) -> dict[str, str]:
    kernel = _kernel(text)
    spans = {one.name: one.clause.span for one in kernel.stated}
    proofs = prove(kernel, only=lambda question: question.law in STATED)
    names = [(one.outcome, spans[one.question.subject or ""]) for one in proofs]
    return {" ".join(text[span.start : span.end].split()): outcome for outcome, span in names}


def _interpreted(
    text: str, claims: Sequence[Row], member: Row | None = None, parameters: Row | None = None
) -> list[Paid]:
    kernel = _kernel(text)
    external = {item.name for item in kernel.lists if item.codes is None}
    values, lists = {}, {}
    for name, value in (parameters or {}).items():
        if name in external:
            lists[name] = value
        for item in kernel.parameters:
            if item.name == name:
                values[name] = _plain(value, item.type, kernel)
    interpreter = Interpreter(kernel, values, lists)
    steps = interpreter.run(
        [_inputs("claim", _dated(row, kernel), kernel) for row in claims],
        _inputs("member", member or {}, kernel),
    )
    digits = kernel.minor_digits
    return [
        Paid(
            step.status,
            amount_text(step.total_pay, digits),
            step.reason,
            {layer: amount_text(pay, digits) for layer, pay in step.pays.items()},
            dict(step.reasons),
        )
        for step in steps
    ]


def _dated(row: Row, kernel: Kernel) -> Row:
    """The row with its deciding date under the scheme's name for it."""
    return {kernel.date if name == "date" else name: value for name, value in row.items()}


def _inputs(owner: str, row: Row, kernel: Kernel) -> dict[str, Any]:
    declared = {given.name: given for given in kernel.inputs if given.owner == owner}
    unknown = set(row) - set(declared)
    assert not unknown, f"the scheme declares no {owner} attribute {sorted(unknown)}"
    return {
        name: _plain(row[name], given.type, kernel) if name in row else _empty(given)
        for name, given in declared.items()
    }


def _empty(given: Input) -> Any:
    if given.optional:
        return None
    match given.type:
        case Money():
            return Fraction(0)
        case Bool():
            return False
        case Code():
            return ""
        case Periods():
            return ()
        case _:
            return None


def _plain(value: Any, type_: Any, kernel: Kernel) -> Any:
    """A value as the interpreter has it."""
    match type_:
        case _ if value is None:
            return None
        case Money():
            minor = Fraction(str(value)) * 10**kernel.minor_digits
            assert minor.denominator == 1, f"{value} is finer than the minor unit"
            return minor
        case Ratio():
            return Fraction(str(value))
        case Date():
            return _days(value)
        case Periods():
            return tuple((_days(first), _days(last or FOREVER)) for first, last in value)
        case Int():
            return int(value)
        case _:
            return value


def _days(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def _evaluated(
    kernel: Kernel, module: Any, claims: Sequence[Row], member: Row, parameters: Row
) -> list[Paid]:
    import pyarrow as pa

    from hmbc.runtime.evaluator import Evaluator

    def table(owner: str, rows: Sequence[Row], ids: dict[str, list[str]]) -> Any:
        given = [item for item in kernel.inputs if item.owner == owner]
        columns = {item.name: [_cell(row.get(item.name), item) for row in rows] for item in given}
        return pa.table(
            {name: pa.array(cells, pa.string()) for name, cells in {**ids, **columns}.items()}
        )

    numbers = [str(number) for number in range(len(claims))]
    ids = {"claim_id": numbers, "member_id": ["M"] * len(claims)}
    done = Evaluator(module).adjudicate(
        table("claim", [_dated(row, kernel) for row in claims], ids),
        table("member", [member], {"member_id": ["M"]}),
        dict(parameters),
    )
    refused = {row["claim_id"]: row["code"] for row in done.rejects.rows()}
    assert not refused, list(done.rejects.rows())
    layers = [outcome.layer for outcome in kernel.outcomes]
    return [
        Paid(
            "ok",
            _shown(row["total_pay"]),
            row["reason"],
            {layer: _shown(row[f"{layer}_pay"]) for layer in layers},
            {layer: row[f"{layer}_reason"] for layer in layers},
        )
        for row in done.payments.rows()
    ]


def _cell(value: Any, given: Input) -> str | None:
    """A value as CSV has it."""
    match given.type:
        case Money() if value is None and not given.optional:
            return "0"
        case Bool() if value is None and not given.optional:
            return "false"
        case Bool() if value is not None:
            return "true" if value else "false"
        case Periods() if value is not None:
            return ";".join(f"{first}..{last or ''}" for first, last in value)
        case _:
            return None if value is None else str(value)


def _shown(amount: Any) -> str:
    minor = Decimal(amount) * 100
    assert minor == int(minor)
    return amount_text(int(minor), 2)
