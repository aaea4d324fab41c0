"""What a compiled scheme tells its host: names, types, domains of all that goes in and out.

The compiler writes a plan into every evaluator as JSON; the runtime reads nothing else about a
scheme.
Standard library only: an evaluator's wheel carries this file and needs Python and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 5
"""Raised whenever a field changes its meaning; a host refuses a plan of another format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePlan:
    """One declared attribute of a claim or a member.

    kind: money | int | ratio | bool | date | enum | code | periods.
    low, high: the closed domain, in the units of evaluator.h; None where there is none to check.
    values, value_labels: of an enum, in declaration order; a cell may hold either.
    periods_index: position among the member's attributes of kind periods, else None.
    varies: of a member's attribute: rows of the members table may differ in it by date.
    code_group: attributes with the same number have their texts numbered by one table, for they are
        compared with one another.
    A member's attribute `member_id` of kind code is the id itself.
    """

    name: str
    label: str | None
    kind: str
    optional: bool
    low: int | None
    high: int | None
    values: tuple[str, ...] = ()
    value_labels: tuple[str | None, ...] = ()
    periods_index: int | None = None
    varies: bool = False
    code_group: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterPlan:
    """An external scalar parameter: kind as in AttributePlan (money, int, ratio, bool, date)."""

    name: str
    label: str | None
    kind: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlan:
    """A list of codes; codes is None where it is external."""

    name: str
    codes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPlan:
    """Claim or member attribute `attribute` (of kind code) is looked up in list `list_name`."""

    owner: str
    attribute: str
    list_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccumulatorPlan:
    """A running total.

    key_kinds: kind of each key component: int | date | enum | bool | code:OWNER.ATTRIBUTE
        (a code component's word is the id the host gave that attribute's text).
    keyed: False: one key at a time, in state words `word` ..; True: in the map, at most `bound`
        keys.
    denominator: the total counts 1/denominator minor units. ceiling: largest total, in those.
    falls: whether a row may make it smaller, down to -ceiling; else it is never below 0.
    """

    name: str
    key_kinds: tuple[str, ...]
    keyed: bool
    word: int | None
    bound: int | None
    denominator: int
    ceiling: int
    falls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectPlan:
    """A ground of the scheme's own for rejecting a row, with its text for the rejects file."""

    name: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePlan:
    """Until when a claim is to be paid: `days` days after its date, working days of `calendar` or
    (None) any. start: the date's place in Plan.claim. when: the condition as a program for a stack:
    `@3` pushes the word of claim attribute 3, `?3` whether it is there, `#5` the number 5; `not`,
    `and`, `or` and comparisons take their operands off."""

    name: str
    label: str | None
    days: int
    calendar: str | None
    start: int
    when: tuple[str, ...]
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """See the fields' own types. `date` names the claim attribute that decides. `unit`: name of the
    member attribute of kind code whose value makes one stream of the claims of all its members; None:
    each member is a stream of its own. reasons are texts such as `paid`, `excluded:NAME` in English
    words, in the order of evaluator.h's indices; reason_ranks[i]: which of several layers' reasons is the claim's: the least rank, then the first
    layer. language: of the scheme's keywords, zh or en.
    kernel_hash: of all that the scheme says; state_hash: of what its totals mean (the same after a
    translation, or for another label or citation)."""

    format: int
    scheme: str
    title: str | None
    kernel_hash: str
    state_hash: str
    language: str
    currency: str
    minor_digits: int
    date: str
    unit: str | None
    claim: tuple[AttributePlan, ...]
    member: tuple[AttributePlan, ...]
    parameters: tuple[ParameterPlan, ...]
    lists: tuple[ListPlan, ...]
    listed: tuple[ListedPlan, ...]
    layers: tuple[str, ...]
    layer_labels: tuple[str | None, ...]
    reasons: tuple[str, ...]
    reason_labels: tuple[str, ...]
    reason_ranks: tuple[int, ...]
    accumulators: tuple[AccumulatorPlan, ...]
    state_words: int
    rejects: tuple[RejectPlan, ...]
    deadlines: tuple[DeadlinePlan, ...] = ()

    def to_json(self) -> str:
        """The plan as one line of ASCII JSON, the same for the same plan."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """Read what `to_json` wrote. Raises ValueError for another format."""
        raw = json.loads(text)
        if raw.get("format") != FORMAT:
            raise ValueError(f"plan format {raw.get('format')}, this runtime reads {FORMAT}")
        parts = {
            "claim": AttributePlan,
            "member": AttributePlan,
            "parameters": ParameterPlan,
            "lists": ListPlan,
            "listed": ListedPlan,
            "accumulators": AccumulatorPlan,
            "rejects": RejectPlan,
            "deadlines": DeadlinePlan,
        }
        fields: dict[str, Any] = {
            name: tuple(parts[name](**_tuples(item)) for item in value)
            if name in parts
            else _tuple(value)
            for name, value in raw.items()
        }
        return cls(**fields)


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _tuples(item: dict[str, object]) -> dict[str, object]:
    return {name: _tuple(value) for name, value in item.items()}
