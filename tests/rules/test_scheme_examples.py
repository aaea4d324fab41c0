"""The worked examples of every scheme in schemes/, on the interpreter and on the evaluator."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

import hmbc.schemes
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.diagnostic import has_errors
from hmbc.dsl.names import amount_text
from hmbc.dsl.types import Code, Date, Enum, Money, Periods, Ratio

FILES = Path(hmbc.schemes.__file__).parent.glob("*.hmb")
NAMES = sorted(path.stem for path in FILES if not path.stem.endswith("_guideline"))
LAST_DAY = 84005  # 2199-12-31


@pytest.fixture(scope="module", params=NAMES)
def compiled(request, read_scheme, compile_text):
    return compile_text(read_scheme(request.param))


def test_the_schemes_of_the_documents_are_here():
    assert {"ordos_2018", "zaozhuang_2022"} <= set(NAMES)


def test_a_scheme_has_no_errors_and_every_layer_is_in_an_example(compiled):
    assert not has_errors(compiled.diagnostics)
    named = {
        expected.layer
        for example in compiled.scheme.examples
        for claim in example.claims
        for expected in claim.expectations
    }
    layers = {layer.name for layer in compiled.scheme.layers}
    assert layers <= named or (len(layers) == 1 and None in named)


def test_its_examples_come_out_on_the_interpreter(compiled):
    results = run_examples(compiled.kernel, compiled.scheme)
    assert results
    assert [x.message("en") for result in results for x in result.diagnostics] == []


def test_its_examples_come_out_on_the_evaluator(compiled, read_scheme, adjudicate_compiled):
    text = compiled.source.text
    kinds = {(x.owner, x.name): x for x in compiled.kernel.inputs}
    external = {x.name for x in compiled.kernel.lists if x.codes is None}
    for example in compiled.scheme.examples:
        assert set(example.members) <= {""}  # one member: the evaluator is asked about one
        one = example.members.get("", {})
        member = {
            name: shown(one[name], info) if name in one else unread(info)
            for (owner, name), info in kinds.items()
            if owner == "member"
        }
        claims = [
            {
                name: shown(claim.values[name], info) if name in claim.values else unread(info)
                for (owner, name), info in kinds.items()
                if owner == "claim"
            }
            for claim in example.claims
        ]
        given = {
            x.name: shown(example.parameters.get(x.name, x.low), x)
            for x in compiled.kernel.parameters
        }
        given |= {name: list(example.lists.get(name, ())) for name in external}
        paid = adjudicate_compiled(text, claims, member, given)
        for claim, row in zip(example.claims, paid, strict=True):
            for expected in claim.expectations:
                if expected.due is not None:
                    continue  # deadlines are counted beside adjudication
                if expected.reason is not None:
                    assert row.reason == expected.reason, example.title
                    continue
                got = row.total if expected.layer is None else row.pays[expected.layer]
                assert got == amount_text(expected.amount, 2), example.title


def shown(value, info):
    """A value of an example as a CSV has it."""
    match info.type:
        case Money():
            return amount_text(Fraction(value), 2)
        case Ratio():
            return f"{float(value):.6f}"
        case Date():
            return day(value)
        case Periods():
            return [(day(first), day(last)) for first, last in value]
        case _:
            return value


def unread(info):
    """What an example leaves out: the default, or anything where nothing reads it."""
    if info.optional:
        return None
    match info.type:
        case Enum(values=values):
            return values[0]
        case Date():
            return "2000-01-01"
        case Code():
            return "-"
        case Periods():
            return []
        case _:
            return None


def day(days):
    return (date(1970, 1, 1) + timedelta(min(int(days), LAST_DAY))).isoformat()
