"""Small schemes around one construct: what is found in them, and whether they pay what they say."""

from __future__ import annotations

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

HEAD = """scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year {year}
    member {{ joined: date  status: working | retired  household: code }}
    claim {{ cost: money  days: int 0 to 366  admitted: date optional  kind: code  urgent: bool }}
"""
LAYER = 'layer a cite "1" { base claim.cost  no threshold  ratio 50%  no cap }\n'
MEMBER = 'member { joined: 2020-01-01, status: working, household: "H" }\n'
QUIET = {"HMB306", "HMB416"}
"""Of names that are not used and of examples that are not there."""


def said(body: str, year: str = "calendar") -> list[tuple[str, str]]:
    """Every finding but those of QUIET: its code, and the text that it points at."""
    text = HEAD.format(year=year) + body + "}\n"
    found = compile_source(Source("s.hmb", text)).diagnostics
    return [
        (one.code, text[one.span.start : one.span.end]) for one in found if one.code not in QUIET
    ]


def layer(when: str = "", base: str = "claim.cost", more: str = "") -> str:
    return f'layer a cite "1" {{ {when} base {base}  no threshold  ratio 50%  no cap {more} }}\n'


def paid(body: str) -> None:
    """The example in the text is paid as it says."""
    compiled = compile_source(Source("s.hmb", HEAD.format(year="calendar") + body + "}\n"))
    assert compiled.kernel is not None and compiled.scheme is not None, [
        one.message("en") for one in compiled.diagnostics
    ]
    assert compiled.scheme.examples
    for result in run_examples(compiled.kernel, compiled.scheme):
        assert not result.diagnostics, [one.message("en") for one in result.diagnostics]


def example(body: str) -> str:
    return "example {\n" + body + "\n}\n"
