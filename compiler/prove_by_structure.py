"""Which laws follow from the structure of a kernel: rule by rule (compiler/structure*.py), with the kernel
said plainly first, and case by case of what never changes for a unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from attrs import define, field

from hmbc.compiler.always import always
from hmbc.compiler.bills_and_deductions import Amounts, amounts_of
from hmbc.compiler.drawn_together import drawn_together
from hmbc.compiler.judge import TWO_RUNS
from hmbc.compiler.kernel import Clause, Kernel, NeverLess, Stated
from hmbc.compiler.laws import Question, steps_of
from hmbc.compiler.proof import Proof
from hmbc.compiler.ranges import ranges_of
from hmbc.compiler.said_plainly import said_plainly
from hmbc.compiler.structure import structure_of
from hmbc.compiler.structure_bounds import Bounds, bounds_of
from hmbc.compiler.structure_cases import cases_of
from hmbc.compiler.structure_drift import Drifts
from hmbc.compiler.structure_favoured import gets_no_less
from hmbc.compiler.structure_paid_in_all import capped_in_all
from hmbc.dsl.diagnostic import Bilingual


def by_structure(
    kernel: Kernel, questions: Iterable[Question], amounts: Amounts | None = None
) -> Iterator[Proof]:
    """The questions that the structure answers. amounts: those that the questions are about, where the kernel
    is one case of another: what a case, or a plainer kernel, does not count can still turn a condition."""
    amounts = amounts_of(kernel) if amounts is None else amounts
    stated = {one.name: one.holds for one in kernel.stated if isinstance(one, Stated)}
    favoured = {one.name: one for one in kernel.stated if isinstance(one, NeverLess)}
    said = said_plainly(kernel)
    settled, simple, apart = said.settled, said.simple, said.apart
    held = {
        Question(verdict.law, verdict.layer, verdict.subject): verdict
        for one in ((settled,) if simple is settled else (simple, settled))
        for verdict in structure_of(one)
        if verdict.holds
    }
    drifts = [_Drifting(one, amounts) for one in ((simple,) if apart is simple else (simple, apart))]
    together = drawn_together(simple)
    of_all = None if together is simple else _OfAll(together, amounts)
    for question in questions:
        if (verdict := held.get(question)) is not None:
            yield _proved(question, verdict.because, verdict.clause)
        elif (because := _first(one.because(question) for one in drifts)) is not None:
            yield _proved(question, because, None)
        elif of_all is not None and (because := of_all.because(question)) is not None:
            yield _proved(question, because, None)
        elif question.law == "no_overflow" and not ranges_of(kernel).findings:
            yield _proved(question, _FITS, None)  # of the numbers that are computed, not of plainer ones
        elif question.law == "stated" and always(kernel, stated[question.subject or ""]):
            yield _proved(question, _ALWAYS, None)
        elif question.law == "stated" and capped_in_all(kernel, stated[question.subject or ""], held):
            yield _proved(question, _IN_ALL, None)
        elif question.law == "never_less" and any(
            gets_no_less(one, favoured[question.subject or ""]) for one in (settled, simple)
        ):
            yield _proved(question, _NO_LESS, None)


def _first(reasons: Iterable[Bilingual | None]) -> Bilingual | None:
    return next((one for one in reasons if one is not None), None)


_NO_LESS = Bilingual(
    "逐层看，各步的金额、比例、限额都不较差",
    "layer by layer, no threshold, ratio, cap or condition is worse",
)
_IN_ALL = Bilingual("各层的封顶加起来不超过它", "the caps of the layers come to no more")
_FITS = Bilingual("各数的范围都在 128 位之内", "every number's range fits into 128 bits")
_ALWAYS = Bilingual(
    "所比较的无论怎样取值都不会越过", "what it compares never crosses, by how it is made and its range"
)


def by_cases(kernel: Kernel, questions: Sequence[Question]) -> Iterator[Proof]:
    """The questions that the structure answers in each case of what never changes for a unit. Not
    those that compare two members, nor whether numbers fit."""
    left = [one for one in questions if one.law not in ("never_less", "no_overflow")]
    cases, amounts = cases_of(kernel) if left else (), amounts_of(kernel)
    for case in cases:
        held = {proof.question for proof in by_structure(case.kernel, left, amounts)}
        left = [question for question in left if question in held]
        if not left:
            return
    for question in left if cases else ():
        because = Bilingual(
            f"按参保人不变的情况分为 {len(cases)} 种，每种都如此",
            f"it holds in each of {len(cases)} cases of what never changes for a member",
        )
        yield _proved(question, because, None)


def _proved(question: Question, because: Bilingual, clause: Clause | None) -> Proof:
    return Proof(
        question=question, outcome="proved", by="structure", because=because, clause=clause
    )


@define
class _Drifting:
    """What drifts say (compiler/structure_drift.py). amounts: those that are asked about."""

    kernel: Kernel
    amounts: Amounts
    bounds: Bounds = field(init=False)
    _known: dict[tuple[str, str | None], Drifts] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.bounds = bounds_of(self.kernel)

    def because(self, question: Question) -> Bilingual | None:
        """Why it holds; None where drifts do not tell."""
        match question.law:
            case "monotone":
                drift = self._of("raise", question, question.subject)
                if drift is not None and drift[0] >= 0:
                    return Bilingual("累计给付只随金额增加", "what is paid in sum only rises with it")
            case "deduction":
                drift = self._of("raise", question, question.subject)
                if drift is not None and drift[1] <= 0:
                    return Bilingual("累计给付只随金额减少", "what is paid in sum only falls with it")
            case "more_claims":
                drift = self._of("insert", question, None)
                if drift is not None and drift[0] >= 0:
                    return Bilingual("每笔费用只增加累计额", "a claim only adds to what is paid in sum")
            case "no_cliff":
                step = steps_of(self.kernel)[question.layer]
                found = [self._of("raise", question, name) for name in self.amounts.bills]
                if all(one is not None and -step <= one[0] and one[1] <= step for one in found):
                    return Bilingual(
                        "各步的斜率都不超过 1，没有跳跃", "no step has a slope above 1, and none jumps"
                    )
            case "order_free":
                drift = self._of("swap", question, None)
                if drift is not None and drift[0] == drift[1] == 0:
                    return Bilingual(
                        "只取决于累计额，限额在累计范围内不变",
                        "it depends on totals alone, and limits are one value in their scope",
                    )
            case _:
                pass
        return None

    def _of(
        self, kind: Literal["raise", "insert", "swap"], question: Question, raised: str | None
    ) -> tuple[float, float] | None:
        key = (kind, raised)
        if key not in self._known:
            self._known[key] = Drifts(self.bounds, kind, raised)
        pays = tuple(
            outcome.pay
            for outcome in self.kernel.outcomes
            if question.layer in (None, outcome.layer)
        )
        drift = self._known[key].of_sum(pays)
        return None if drift is None else (drift.low, drift.high)  # type: ignore[return-value]


@define
class _OfAll:
    """What holds of all that is paid. kernel: with what layers draw on shared caps paid by one of them."""

    kernel: Kernel
    amounts: Amounts
    _drifting: _Drifting = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._drifting = _Drifting(self.kernel, self.amounts)

    def because(self, question: Question) -> Bilingual | None:
        """Why it holds; None of a law about one layer or one run, and where it is not seen."""
        if question.layer is not None or question.law not in TWO_RUNS:
            return None
        found = self._drifting.because(question)
        if question.law == "split_proof":
            split = (one for one in structure_of(self.kernel) if one.law == "split_proof" and one.layer is None)
            found = _first(one.because if one.holds else None for one in split)
        if found is None:
            return None
        return Bilingual(f"共用的封顶合为一个来看，{found.zh}", f"with what layers share taken as one, {found.en}")
