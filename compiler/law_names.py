"""How laws are called, and the layers that they are about."""

from __future__ import annotations

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Law, Question
from hmbc.dsl.diagnostic import Bilingual

LAWS: dict[Law, Bilingual] = {
    "non_negative": Bilingual("不付负数", "never pays less than nothing"),
    "within_base": Bilingual("累计不超过基数", "never pays more than its base, in sum"),
    "within_base_each": Bilingual("每笔不超过基数", "never pays more than its base, in any claim"),
    "within_cap": Bilingual("封顶从不突破", "its cap always holds"),
    "within_bill": Bilingual("各层合计不超过费用", "all layers together never pay more than the bill"),
    "monotone": Bilingual("费用更多，给付不会更少", "a larger bill never pays less"),
    "deduction": Bilingual("扣除更多，给付不会更多", "a larger deduction never pays more"),
    "more_claims": Bilingual("多一笔费用，给付不会更少", "a further claim never pays less"),
    "no_cliff": Bilingual("费用多一分，给付至多变一个舍入单位", "a bill larger by one minor unit never moves it by more than a step of the rounding"),
    "split_proof": Bilingual("拆单不影响给付", "splitting a bill changes nothing"),
    "order_free": Bilingual("同一天费用的先后不影响给付", "the order of claims of one date changes nothing"),
    "no_overflow": Bilingual("数不溢出", "no number overflows"),
    "stated": Bilingual("所声明的", "what is stated"),
    "never_less": Bilingual("所声明的", "what is stated"),
    "no_dead_branch": Bilingual("没有走不到的条款", "no clause is out of reach"),
    "all_used": Bilingual("声明了的都用到", "everything that is declared is used"),
}  # fmt: skip

_SHARED_CAP = Bilingual("共用的封顶从不突破", "the shared cap always holds")


def name_of(question: Question) -> Bilingual:
    """What a question asks, without what it is about."""
    if question.law == "within_cap" and question.layer is None:
        return _SHARED_CAP
    return LAWS[question.law]


DEMANDED = "demanded"
"""The first part of the name of a statement that a guideline demands, not the scheme's author."""
_STATED = Bilingual("不合所声明的", "against what is stated")
_DEMANDED = Bilingual("不合所要求的", "against what is demanded")


def against_what(question: Question) -> Bilingual:
    """What a claim that breaks a statement is against."""
    is_demanded = (question.subject or "").partition(".")[0] == DEMANDED
    return _DEMANDED if is_demanded else _STATED


def called(kernel: Kernel, layer: str) -> str:
    """The title of a layer; its name, where it has none or others pay it."""
    return next((x.label for x in kernel.outcomes if x.layer == layer and x.label), layer)
