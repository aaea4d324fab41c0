"""Which laws a scheme keeps: by the structure of its kernel, else by a search for claims that break
the law, else by a solver. `prove(kernel)` answers every question of compiler/laws.py.

    proved    for every member, every sequence of claims, every amount: by structure or by solver
    refuted   by claims that the interpreter has confirmed
    open      neither, in the time given

The search comes before the solver because most laws that structure leaves open are broken, and two
claims show it sooner than a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

from attrs import frozen

from hmbc.compiler import seeds
from hmbc.compiler.judge import TWO_RUNS
from hmbc.compiler.kernel import Kernel, Stated
from hmbc.compiler.laws import Question, questions_of
from hmbc.compiler.proof import Proof
from hmbc.compiler.prove_by_structure import by_cases, by_structure
from hmbc.compiler.searches import Searches
from hmbc.compiler.settle import with_settled
from hmbc.compiler.stated_amounts import with_stated_totals
from hmbc.compiler.structure import Verdict, structure_of
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.names import amount_text, grouped
from hmbc.dsl.scheme import CheckedScheme


@frozen
class Budget:
    """How long to look, in what does not depend on how busy the machine is. search: items of rows
    worked out by the first search and, where the solver leaves a question open, by the second (some
    400,000 a second); climb: the same, for the questions about each layer that the first leaves open
    (compiler/climb.py); solver: resources of z3 for each question, and for all (about 5 to 20 million a
    second); histories: how many random ones on the compiled evaluator, for what is open after all
    that (compiler/bulk_search.py); apart: resources of z3 once more for each question that these leave
    open; beside: like climb, for what the solver leaves open (compiler/side_by_side.py); many: items of rows
    for claims that follow many others (compiler/many_claims.py)."""

    search: tuple[int, int] = (400_000, 400_000)
    solver: int = 700_000
    solver_in_all: int = 3_500_000
    climb: int = 400_000
    histories: int = 0
    beside: int = 2_000_000
    turns: int = 3_000_000
    many: int = 1_000_000
    apart: int = 8_000_000


FULL = Budget()
"""What `hmbc prove` takes the time for."""

QUICK = Budget((40_000, 100_000), 700_000, 2_500_000, 40_000, beside=100_000, turns=100_000, many=100_000)
"""What compiling takes the time for."""


def has_solver() -> bool:
    """Whether z3 is installed (the extra `hmbc[prove]`)."""
    return find_spec("z3") is not None


def missing_for_bulk() -> str | None:
    """What a search on compiled evaluators lacks: a package of the extra `hmbc[prove]`."""
    return next((name for name in ("numpy", "pyarrow") if find_spec(name) is None), None)


def prove(
    kernel: Kernel,
    budget: Budget = FULL,
    only: Callable[[Question], bool] = lambda question: True,
    solver: bool | None = None,
    scheme: CheckedScheme | None = None,
) -> tuple[Proof, ...]:
    """Answers to every question about a kernel (of those that `only` keeps), in their order.
    scheme: where it comes from; its worked examples are where a search begins."""
    kernel = with_stated_totals(kernel)
    solves = has_solver() if solver is None else solver
    questions = [question for question in questions_of(kernel) if only(question)]
    found = {proof.question: proof for proof in by_structure(kernel, questions)}
    left = [question for question in questions if question not in found]
    if left:
        search = Searches(kernel, left, [question for question in questions if question in found])
        if scheme is not None:
            search.plant(seeds.of_examples(kernel, scheme))
        found |= search.refuted(budget.search[0])
        found |= search.refuted_in_full()
        left = [question for question in left if question not in found]
        found |= {proof.question: proof for proof in by_cases(kernel, left)}
        search.leave_out(found)
        if solves:
            search.plant(seeds.of_solver(kernel, search.unpaid, budget.solver))
            doubted = {question.subject for question in left if question not in found}
            statements = [one for one in kernel.stated if one.name in doubted and isinstance(one, Stated)]
            search.plant(seeds.against(kernel, statements, budget.solver))
            found |= search.refuted(0)
        found |= search.climbed(budget.climb)
        if solves:
            from hmbc.compiler.induct import by_induction

            # Those about single rows first: they take little.
            still = sorted(
                (question for question in left if question not in found),
                key=lambda question: question.law in TWO_RUNS,
            )
            proofs = by_induction(with_settled(kernel), still, budget.solver, budget.solver_in_all)
            found |= {proof.question: proof for proof in proofs}
            search.leave_out(found)
        found |= search.refuted_at_borders(budget.search[1] // 2)
        found |= search.refuted_under_unlike_limits(3 * budget.search[1])
        found |= search.refuted_by_turns(budget.turns)
        found |= search.refuted_of_layers(budget.search[1])
        found |= search.refuted_after_many(budget.many)
        found |= search.refuted_side_by_side(budget.beside)
        found |= search.refuted(budget.search[1])
        search.leave_out(found)
        found |= search.refuted_in_bulk(budget.histories)
        if solves and budget.histories:
            from hmbc.compiler.induct import by_induction_apart

            still = [question for question in left if question not in found]
            more = by_induction_apart(kernel, still, budget.apart, 3 * budget.apart)
            found |= {proof.question: proof for proof in more}
        found |= _with_effects(kernel, found, budget, scheme)
    # Worked out again only where something is open.
    hindrances = {} if len(found) == len(questions) else _hindrances(kernel)
    answers = [found.get(question) or _open(question, hindrances) for question in questions]
    return tuple(_with_bounds(kernel, answers))


def _with_effects(
    kernel: Kernel, found: dict[Question, Proof], budget: Budget, scheme: CheckedScheme | None
) -> dict[Question, Proof]:
    """What the order of claims changes, told with how much it can change in all."""
    from hmbc.compiler.order_effects import order_effects

    broken = [
        question
        for question, proof in found.items()
        if question.law == "order_free" and question.layer is None and proof.outcome == "refuted"
    ]
    if not broken:
        return {}
    planted = () if scheme is None else seeds.of_examples(kernel, scheme)
    effects = order_effects(kernel, broken, budget.search[1] // 2, planted)
    return {
        question: found[question].with_more(
            f"先后所差，找到的最大为 {_amount(size, kernel)}",
            f"the most that the order was found to change: {_amount(size, kernel)}",
        )
        for question, size in effects.items()
    }


def _with_bounds(kernel: Kernel, proofs: Sequence[Proof]) -> Iterator[Proof]:
    """The answers, with by how much the order of claims can change what is paid, where it can be told."""
    from hmbc.compiler.order_effects import order_bound

    proved = {proof.question for proof in proofs if proof.outcome == "proved"}
    for proof in proofs:
        question, bound = proof.question, None
        if question.law == "order_free" and proof.outcome != "proved":
            bound = order_bound(kernel, question.layer, proved)
        if bound is None:
            yield proof
        else:
            most = _amount(bound, kernel)
            yield proof.with_more(
                f"至多差 {most}（已证明：只涉及同一范围内的封顶）",
                f"it can change at most {most} (proved: only what is under one cap can change)",
            )


def _amount(minor: int, kernel: Kernel) -> str:
    return grouped(amount_text(minor, kernel.minor_digits, fixed=True))


def _open(question: Question, hindrances: dict[Question, Verdict]) -> Proof:
    verdict = hindrances.get(question)
    because = Bilingual("既未证明，也未找到反例", "neither proved nor refuted")
    if verdict is not None:
        because = verdict.because
    return Proof(
        question=question,
        outcome="open",
        by=None,
        because=because,
        clause=None if verdict is None else verdict.clause,
        definition=None if verdict is None else verdict.definition,
    )


def _hindrances(kernel: Kernel) -> dict[Question, Verdict]:
    """What keeps the structure from promising a law."""
    return {
        Question(verdict.law, verdict.layer, verdict.subject): verdict
        for verdict in structure_of(kernel)
        if verdict.holds is None
    }
