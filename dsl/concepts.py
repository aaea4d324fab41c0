"""What guidelines and schemes call alike: a closed vocabulary, each word in both languages.

Schemes name their attributes, exclusions, layers and lists as they like; `means age` ties a name to
a concept of a guideline. A name or a title that is a concept's own word needs no `means`. Either
language's word will do in any file. docs/guidelines.md explains each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import frozen

Kind = Literal["person", "paid", "left", "ground", "cover", "payer", "fact"]


@frozen
class Concept:
    """One word of the vocabulary, in both languages. implies: wider concepts that it is one of."""

    name: str
    zh: str
    kind: Kind
    implies: tuple[str, ...] = ()


def _all(*concepts: Concept) -> dict[str, Concept]:
    return {concept.name: concept for concept in concepts}


CONCEPTS = _all(
    # what is known of a person: attributes of the member
    Concept("age", "年龄", "person"),
    Concept("sex", "性别", "person"),
    Concept("health", "健康状况", "person"),
    Concept("medical_history", "既往病史", "person"),
    Concept("occupation", "职业", "person"),
    Concept("household_registration", "户籍", "person"),
    Concept("insurance_type", "险种", "person"),
    Concept("disease_risk", "疾病风险", "person"),
    Concept("enrolled_years", "累计参保年数", "person"),
    # who pays first (in guidelines), what they paid, and what is left after them (in schemes)
    Concept("basic_insurance", "基本医保", "payer"),
    Concept("critical_illness", "大病大额保险", "payer"),
    Concept("medical_assistance", "医疗救助", "payer"),
    Concept("paid_by_basic_insurance", "基本医保支付", "paid"),
    Concept("paid_by_critical_illness", "大病大额保险支付", "paid"),
    Concept("paid_by_medical_assistance", "医疗救助支付", "paid"),
    Concept("left_after_basic_insurance", "基本医保支付后", "left"),
    Concept("left_after_critical_illness", "大病大额保险支付后", "left"),
    Concept("left_after_medical_assistance", "医疗救助支付后", "left"),
    # why something is not covered: exclusions, and the lists that they look up
    Concept("work_injury", "工伤保险", "ground"),
    Concept("third_party", "第三人负担", "ground"),
    Concept("public_health", "公共卫生", "ground"),
    Concept("abroad", "境外就医", "ground"),
    Concept("non_medical", "非医疗用途", "ground"),
    Concept("otherwise_not_covered", "其他不应保障", "ground"),
    Concept("common_diseases", "常见病", "ground"),
    Concept("frequent_diseases", "多发病", "ground"),
    # what is covered: layers, and the lists that their conditions look up
    Concept("in_policy_costs", "政策范围内费用", "cover"),
    Concept("out_of_policy_costs", "政策范围外费用", "cover"),
    Concept("in_policy_inpatient", "政策内住院", "cover", ("in_policy_costs",)),
    Concept("out_of_policy_inpatient", "政策外住院", "cover", ("out_of_policy_costs",)),
    Concept("outpatient", "普通门诊", "cover"),
    Concept("special_drugs", "特药", "cover"),
    Concept("innovative_drugs", "创新药", "cover"),
    Concept("rare_disease_drugs", "罕见病药品", "cover"),
    # facts of the product that no payment reads
    Concept("insurers", "承保机构数", "fact"),
    Concept("cycle_years", "承保周期年数", "fact"),
    Concept("new_insurers_in_cycle", "周期内新增机构数", "fact"),
)

_BY_WORD = {word: c for c in CONCEPTS.values() for word in (c.name, c.zh)}

OF_ATTRIBUTE: tuple[Kind, ...] = ("person", "paid", "left")
OF_EXCLUSION: tuple[Kind, ...] = ("ground", "paid")
OF_LAYER: tuple[Kind, ...] = ("cover", "left")
OF_LIST: tuple[Kind, ...] = ("ground", "cover")


def concept(word: str, kinds: Iterable[Kind]) -> str | None:
    """The concept of these kinds that a word stands for."""
    found = _BY_WORD.get(word)
    return found.name if found is not None and found.kind in kinds else None


def concept_words(kinds: Iterable[Kind], chinese: bool) -> list[str]:
    """The words of some kinds in one language."""
    return [c.zh if chinese else c.name for c in CONCEPTS.values() if c.kind in kinds]


def widened(names: Iterable[str]) -> frozenset[str]:
    """The concepts with all that they imply."""
    found = set(names)
    for name in names:
        found |= set(CONCEPTS[name].implies)
    return frozenset(found)
