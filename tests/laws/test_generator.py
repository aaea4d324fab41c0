"""The random schemes reach what they are drawn for: every construct, payments, caps."""

from __future__ import annotations

from collections import Counter
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from hmbc.dsl import expr, parse
from hmbc.dsl.reads import walk
from hmbc.dsl.source import Source
from hmbc.grammar import tables
from hmbc.grammar.keywords import KEYWORDS

SAMPLE = 300
IN_NO_KERNEL = {expr.LayerPay}
"""Nodes of expressions that a kernel does not have."""
ELSEWHERE = {
    # of examples, which test_text_laws.py makes of what is paid, and of revisions
    "example", "example_parameters", "example_member", "example_claim", "assignments", "assignment",
    "literal_value", "name_value", "period_value", "expects_total", "expects_layer",
    "expects_reason", "expects_due", "reason_code", "removed", "removable",
    # of the guideline in random_schemes/folder
    "guideline", "demand", "demands", "concepts", "stated", "may_use_only", "must_come_after",
    "must_cover", "must_exclude", "must_not_depend", "must_not_exclude", "must_rise", "must_state",
    # laws that an author claims, or a guideline demands: of a random scheme they need not hold
    "prove_amount", "prove_never_less", "prove_laws", "good_law", "all_pay", "must_keep",
    "prove_rising", "rising",
    "must_keep_never_less", "must_keep_amount",
}  # fmt: skip
"""Rules of the grammar that no scheme drawn has."""


@pytest.fixture(scope="module")
def trees() -> Any:
    """Parses a text; says which rules of the grammar and which keywords it has."""

    def read(text: str) -> tuple[set[str], set[str]]:
        rules: set[str] = set()
        build = parse.build_file
        with pytest.MonkeyPatch.context() as patch:

            def seen(tree: Any, language: Any) -> Any:
                rules.update(str(node.data) for node in tree.iter_subtrees())
                return build(tree, language)

            patch.setattr(parse, "build_file", seen)
            parsed = parse.parse(Source("random.hmb", text))
        assert not parsed.diagnostics, f"{parsed.diagnostics}\n{text}"
        return rules, {lexeme.terminal for lexeme in parsed.lexemes} & set(KEYWORDS)

    return read


def grammar_rules() -> set[str]:
    """The names that nodes of a syntax tree may have."""
    return {
        str(rule.alias or rule.origin.name)
        for rule in tables.load().rules
        if (rule.alias or not (rule.options and rule.options.expand1))
        and not str(rule.alias or rule.origin.name).startswith("_")
    }


def test_every_rule_of_the_grammar_and_every_keyword_is_drawn(
    lawful: SimpleNamespace, trees: Any
) -> None:
    rules: set[str] = set()
    words: set[str] = set()
    for seed in range(SAMPLE):
        some, named = trees(lawful.schemes.draw(Random(seed)).text)
        rules |= some
        words |= named
    assert grammar_rules() - rules == ELSEWHERE
    only = {token for token in KEYWORDS if token.startswith(("R_", "MUST_", "DEMANDS", "MAY_USE"))}
    only |= {"NEVER_LESS", "NO_CLIFF", "ORDER_FREE", "SPLIT_PROOF", "RISES"}
    only |= {"REVISES", "WITHOUT", "EXAMPLE", "NONE", "ENROLLING", "IN_PRINCIPLE"}
    assert set(KEYWORDS) - words == only | {"NEEDED_DATA"}


def test_the_guideline_of_the_random_schemes_makes_every_demand(
    lawful: SimpleNamespace, trees: Any
) -> None:
    text = (lawful.schemes.FOLDER / "guidance.hmb").read_text(encoding="utf-8")
    rules, _ = trees(text)
    demands = {rule for rule in ELSEWHERE if rule.startswith(("must_", "demand", "may_use"))}
    assert demands - {"must_keep", "must_keep_never_less", "must_keep_amount"} | {"guideline", "concepts", "stated"} <= rules


def test_every_operator_of_the_kernel_is_drawn(lawful: SimpleNamespace) -> None:
    seen: set[type] = set()
    for seed in range(SAMPLE // 3):
        scheme = lawful.compiled(Random(seed))
        for item in scheme.kernel.items if scheme is not None else ():
            seen.update(type(node) for one in item.exprs for node in walk(one))
    nodes = expr.Expr.__args__  # type: ignore[attr-defined]
    assert set(nodes) - seen == IN_NO_KERNEL


def test_no_construct_is_too_rare(lawful: SimpleNamespace) -> None:
    used: Counter[str] = Counter()
    for seed in range(4 * SAMPLE):
        used.update(lawful.schemes.draw(Random(seed)).used)
    assert {name for name, count in used.items() if count < SAMPLE / 50} == set(), used
    assert len(used) > 170
    assert sum(count >= SAMPLE / 5 for count in used.values()) > 120


def test_most_claims_are_paid_and_many_are_capped(lawful: SimpleNamespace) -> None:
    seen: Counter[str] = Counter()
    for seed in range(SAMPLE // 3):
        scheme, random = lawful.compiled(Random(seed)), Random(seed)
        if scheme is None:
            seen["without a kernel"] += 1
            continue
        claims, kernel, size = lawful.claims, scheme.kernel, scheme.drawn.size
        parameters, lists = claims.parameters(random, kernel), claims.lists(random, kernel)
        for _ in range(3):
            people = claims.people(random, kernel, size)
            rows = claims.claims(random, kernel, size, 30, list(people.members))
            steps = lawful.laws.run(kernel, parameters, lists, rows, people)
            seen["claims"] += len(steps)
            seen["paid"] += sum(step.total_pay > 0 for step in steps)
            seen["capped"] += sum("capped" in step.reasons.values() for step in steps)
            seen["same day"] += sum(
                one[kernel.date] == two[kernel.date]
                for one, two in zip(rows, rows[1:], strict=False)
            )
    assert seen["paid"] >= 0.35 * seen["claims"], seen
    assert seen["capped"] >= 0.10 * seen["claims"], seen
    assert seen["same day"] >= 0.20 * seen["claims"], seen
    assert seen["without a kernel"] <= SAMPLE / 3 * 0.15, seen
