"""What the schemes of `schemes/more/` pay on random claims: the interpreter, the compiled evaluator
and a calculation written from the rules, held against each other.

Claims and members are rows of text as a CSV has them. A calculation is given the same rows and
returns, for every claim, what each layer pays in minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

import hmbc.schemes
from hmbc.compiler.interpret import Interpreter, State
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.pipeline import compile_file
from hmbc.dsl.types import Bool, Date, Int, Money, Periods

FOLDER = Path(hmbc.schemes.__file__).resolve().parent / "more"

Row = Mapping[str, str]
Pays = dict[str, dict[str, int]]
"""By claim, by layer."""
Calculation = Callable[[Sequence[Row], Sequence[Row]], Pays]


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Evaluators are built into a cache of this run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HMBC_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def drawn() -> Callable[..., tuple[list[Row], list[Row]]]:
    """`drawn(random, 300, one)`: what `one(number)` draws for so many, the claims of all shuffled and
    numbered, and the members."""

    def drawn(
        random: Random, many: int, one: Callable[[int], tuple[list[Row], list[Row]]]
    ) -> tuple[list[Row], list[Row]]:
        each = [one(number) for number in range(many)]
        claims = [claim for own, _ in each for claim in own]
        random.shuffle(claims)
        numbered = [{**claim, "claim_id": str(number)} for number, claim in enumerate(claims)]
        return list(numbered), [member for _, members in each for member in members]

    return drawn


@pytest.fixture
def agree(cache: None) -> Callable[..., Pays]:
    """`agree(scheme, claims, members, calculate, parameters)`: all three pay the same on every
    claim; returns it."""

    def agree(
        scheme: str,
        claims: Sequence[Row],
        members: Sequence[Row],
        calculate: Calculation,
        parameters: Mapping[str, Any] | None = None,
    ) -> Pays:
        path = FOLDER / f"{scheme}.hmb"
        kernel = compile_file(path).kernel
        assert kernel is not None
        expected = calculate(claims, members)
        interpreted = _interpreted(kernel, claims, members, parameters or {})
        wrong = [key for key in expected if interpreted[key] != expected[key]]
        assert not wrong, _story(wrong[0], claims, members, expected, interpreted)
        compiled = _compiled(path, kernel, claims, members, parameters or {})
        wrong = [key for key in expected if compiled[key] != expected[key]]
        assert not wrong, _story(wrong[0], claims, members, expected, compiled)
        return expected

    return agree


def _story(
    claim_id: str, claims: Sequence[Row], members: Sequence[Row], expected: Pays, found: Pays
) -> str:
    """The claim that was paid differently, and all that led to it."""
    who = next(row["member_id"] for row in claims if row["claim_id"] == claim_id)
    lines = [str(dict(row)) for row in members if row["member_id"] == who]
    for row in sorted(claims, key=lambda row: row["date"]):
        if row["member_id"] == who:
            key = row["claim_id"]
            lines.append(f"{dict(row)} calculated {expected[key]} paid {found[key]}")
            if key == claim_id:
                break
    return "\n".join(lines)


# ---- the interpreter


def _interpreted(
    kernel: Kernel, claims: Sequence[Row], members: Sequence[Row], parameters: Mapping[str, Any]
) -> Pays:
    listed = {item.name for item in kernel.lists if item.codes is None}
    lists = {name: value for name, value in parameters.items() if name in listed}
    values = {
        item.name: _value(parameters[item.name], item, kernel)
        for item in kernel.parameters
        if item.name in parameters
    }
    interpreter = Interpreter(kernel, values, lists)
    states: dict[str, State] = {}
    pays: Pays = {}
    for row in sorted(claims, key=lambda row: row["date"]):
        member = _member_on(row["date"], row["member_id"], members)
        unit = member[kernel.unit] if kernel.unit else row["member_id"]
        inputs = _inputs("claim", {**row, kernel.date: row["date"]}, kernel)
        step = interpreter.step(
            states.get(unit, State()), inputs, _inputs("member", member, kernel)
        )
        assert step.status == "ok", (row, step.status)
        states[unit] = step.state
        pays[row["claim_id"]] = dict(step.pays)
    return pays


def _member_on(day: str, member_id: str, members: Sequence[Row]) -> Row:
    for row in members:
        if row["member_id"] == member_id:
            first, last = row.get("valid_from", ""), row.get("valid_to", "")
            if first <= day and (not last or day <= last):
                return row
    raise AssertionError(f"no row of member {member_id} on {day}")


def _inputs(owner: str, row: Row, kernel: Kernel) -> dict[str, Any]:
    return {
        given.name: _value(row.get(given.name, ""), given, kernel)
        for given in kernel.inputs
        if given.owner == owner
    }


def _value(text: str, given: Any, kernel: Kernel) -> Any:
    match given.type:
        case _ if text == "" and isinstance(given, Input) and given.optional:
            return None
        case Money():
            return Fraction(text) * 10**kernel.minor_digits
        case Int():
            return int(text)
        case Bool():
            return text == "true"
        case Date():
            return _days(text)
        case Periods():
            ranges = [part.split("..") for part in text.split(";") if part]
            return tuple((_days(first), _days(last)) for first, last in ranges)
        case _:
            return text


def _days(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


# ---- the compiled evaluator


def _compiled(
    path: Path,
    kernel: Kernel,
    claims: Sequence[Row],
    members: Sequence[Row],
    parameters: Mapping[str, Any],
) -> Pays:
    import pyarrow as pa


    def table(rows: Sequence[Row]) -> Any:
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns = {name: [row.get(name) or None for row in rows] for name in names}
        return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})

    scheme = hmbc.load(path)
    dated = [{**row, kernel.date: row["date"]} for row in claims]
    if kernel.date != "date":
        dated = [{name: row[name] for name in row if name != "date"} for row in dated]
    done = scheme.adjudicate(table(dated), table(members), dict(parameters))
    assert not done.reject_records, done.reject_records[0]
    layers = [outcome.layer for outcome in kernel.outcomes]
    return {
        row["claim_id"]: {
            layer: int(row[f"{layer}_pay"].scaleb(kernel.minor_digits)) for layer in layers
        }
        for row in pa.table(done.payments).to_pylist()
    }
