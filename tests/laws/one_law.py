"""Schemes that show one law each, and whether the structure proves it of them."""

from __future__ import annotations

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.prove_by_structure import by_structure
from hmbc.compiler.refute import Search
from hmbc.dsl.source import Source

HEAD = """scheme laws {{
    source "rules, one at a time", 2024-01-01
    currency CNY
    benefit year calendar
    event claim.visit
    member {{ tier: low | high  income: money  status: active | retired varies  years: int 0 to 50 varies }}
    claim {{
        bill: money  fee: money  visit: code  care: inpatient | outpatient {same}  drug: code optional
        others: money
    }}
{body}
}}
"""
BILL = "base claim.bill"
YEAR = "threshold 100 per year"
PLAIN = f"{BILL} {YEAR} ratio 75% cap 1_000 per year"
BY_CARE = "by claim.care (inpatient: 300, outpatient: 100)"
FREE = "no threshold if claim.care is inpatient"
TIER = "by member.tier (low: 500, high: 900)"


def kernel_of(*layers: str, before: str = "", same: str = "", after: str = "") -> Kernel:
    """Of layers l1, l2, …, with text before and after them; same: what the claim's care is the same in."""
    texts = [f"    layer l{place} {{ {text} }}" for place, text in enumerate(layers, 1)]
    text = HEAD.format(body="\n".join([before, *texts, after]), same=same)
    found = compile_source(Source("laws.hmb", text))
    assert found.kernel is not None, found.diagnostics
    return found.kernel


def is_proved(kernel: Kernel, question: Question, broken: bool = False) -> bool:
    """Whether it is proved; searched as well: found is `broken` (of what is proved, never)."""
    assert question in list(questions_of(kernel))
    proved = bool(list(by_structure(kernel, [question])))
    search = Search(kernel, [question])
    search.run(600_000 if broken else 20_000)
    assert bool(search.found) == (broken and not proved), search.found
    return proved
