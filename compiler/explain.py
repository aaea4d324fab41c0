"""Why a claim paid what it paid: the interpreter's steps, told in order, each with its clause."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from hmbc.compiler.explain_shared import LIMIT
from hmbc.compiler.interpret import Step
from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.lower_pools import pool_of
from hmbc.compiler.types_of import names_of
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.names import amount_text, percent_text, word
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Money

_ROLES = {
    "billed": Bilingual("计入的费用", "what counts"),
    "base": Bilingual("扣除不计部分后", "less what is excluded"),
    "cost_cap": Bilingual("费用封顶线", "cost cap"),
    "counted": Bilingual("封顶线内的费用", "cost within the cap"),
    "threshold": Bilingual("起付线", "threshold"),
    "borne": Bilingual("本人起付线应扣", "one's own threshold would take"),
    "deducted": Bilingual("合计限额内实扣", "taken within the joint limit"),
    "excess": Bilingual("超出起付线的部分", "above the threshold"),
    "ratio": Bilingual("比例", "ratio"),
    "share": Bilingual("按比例应付（未舍入）", "at the ratio, not rounded"),
    "target": Bilingual("应补足到", "to be topped up to"),
    "rounded": Bilingual("舍入后", "rounded"),
    "cap": Bilingual("封顶线", "cap"),
    "within_cap": Bilingual("不超过封顶线", "within the cap"),
    "limited": Bilingual("不超过封顶线", "within the cap"),
    "pay": Bilingual("给付", "pays"),
    "limit_of_shared_threshold": Bilingual("共用起付线", "shared threshold"),
    "left_of_shared_threshold": Bilingual("本笔之前尚未扣足", "left to be borne before"),
    "limit_of_shared_cap": Bilingual("共用封顶线", "shared cap"),
    "left_of_shared_cap": Bilingual("本笔之前尚余", "left of it before"),
}


_WITHIN = {
    "threshold": Bilingual("合计限额", "joint limit"),
    "excess": Bilingual("超出本人起付线的部分", "above one's own threshold"),
}
"""Of a threshold within another: that other one, and what is above the first alone."""
_OF_CAPS = frozenset(("cap", "within_cap", "limit_of_shared_cap", "left_of_shared_cap"))
_OF_LIMITS = _OF_CAPS | {
    "threshold", "borne", "deducted", "excess", "limit_of_shared_threshold", "left_of_shared_threshold",
}  # fmt: skip
_OWED = Bilingual("应付（未舍入）", "owed, not rounded")


@frozen
class Line:
    """One step: what it is, its value, the totals it moved or read (the name that the author gave it,
    or none; its key; before, after), and the clauses it follows."""

    role: str
    label: Bilingual
    value: str
    totals: tuple[tuple[str, str, str, str], ...]
    cites: tuple[str, ...]


@frozen
class Movement:
    """A total that the author names, as this claim moved it."""

    name: str
    key: str
    before: str
    after: str
    cites: tuple[str, ...]


@frozen
class LayerStory:
    """What one layer made of the claim."""

    layer: str
    label: str | None
    lines: tuple[Line, ...]
    pay: str
    reason: str
    reason_label: str
    cites: tuple[str, ...]


def explain(kernel: Kernel, step: Step) -> tuple[LayerStory, ...]:
    """The story of every layer, those that others pay first; a layer that was stopped or does not
    apply has no lines."""
    reasons = {reason.code: reason for reason in kernel.reasons}
    paying = {outcome.layer for outcome in kernel.outcomes}
    layers = dict.fromkeys(item.layer for item in kernel.items if item.layer is not None)
    stories = [_of_others(kernel, step, layer) for layer in layers if layer not in paying]
    for outcome in kernel.outcomes:
        reason = reasons[step.reasons[outcome.layer]]
        idle = reason.rank in (1, 6) and not step.pays[outcome.layer]
        lines = () if idle else tuple(_lines(kernel, step, outcome.layer))
        own = next(item for item in kernel.items if item.layer == outcome.layer)
        stories.append(
            LayerStory(
                outcome.layer,
                outcome.label,
                lines,
                amount_text(step.pays[outcome.layer], kernel.minor_digits, fixed=True),
                reason.code,
                reason.label,
                reason.clause.cites or own.clause.cites,
            )
        )
    return tuple(stories)


def _of_others(kernel: Kernel, step: Step, layer: str) -> LayerStory:
    """The story of a layer that somebody else pays."""
    own = next(item for item in kernel.items if item.layer == layer)
    lines = tuple(_lines(kernel, step, layer)) if step.trace[f"{layer}.applies"] else ()
    pay = step.trace[f"{layer}.pay"]
    assert isinstance(pay, Fraction | int)
    shown = amount_text(Fraction(pay), kernel.minor_digits, fixed=True)
    said = word("PAID_BY_OTHERS")
    label = said.zh if kernel.language == "zh" else said.en
    return LayerStory(layer, None, lines, shown, "paid_by_others", label, own.clause.cites)


def _lines(kernel: Kernel, step: Step, layer: str) -> Iterator[Line]:
    accumulators = kernel.accumulators
    rated = any(item.layer == layer and item.role == "ratio" for item in kernel.items)
    within = _of_joint_limits(kernel, layer)
    for item in kernel.items:
        if not isinstance(item, Definition) or item.layer != layer or item.role not in _ROLES:
            continue
        value = step.trace[item.name]
        if not isinstance(value, Fraction | int) or _is_passed_over(item, step):
            continue
        moved = tuple(
            _total(accumulators[node.accumulator], step, kernel)
            for node in dict.fromkeys(walk(item.expr))
            if isinstance(node, e.Total) and node.accumulator in step.movements
        )
        if item.role in ("ratio", "target_ratio"):
            shown = percent_text(Fraction(value))
        else:
            shown = amount_text(Fraction(value), kernel.minor_digits, fixed=True)
        label = _ROLES[item.role] if rated or item.role != "share" else _OWED
        label = _WITHIN[item.role] if item.name in within else label
        if item.role.startswith(LIMIT):
            shared = item.name.rpartition(".")[2]
            label = Bilingual(f"{label.zh} {shared}", f"{label.en} {shared}")
        yield Line(item.role, label, shown, moved, item.clause.cites)


def _of_joint_limits(kernel: Kernel, layer: str) -> set[str]:
    """The steps of a threshold within another that would be taken for what comes of both."""
    found, joint = set[str](), False
    for item in kernel.items:
        if isinstance(item, Definition) and item.layer == layer:
            match item.role, item.expr:
                case "borne", e.Subtract(right=e.Ref(name=above_own)):
                    found.add(above_own)
                    joint = True
                case "threshold", _ if joint:
                    found.add(item.name)
                    joint = False
    return found


def _is_passed_over(item: Definition, step: Step) -> bool:
    """Whether a step says nothing of this claim: a threshold or cap that it is free of; where it is
    not free, the choice between the two ways."""
    way = "no_cap" if item.role in _OF_CAPS else "no_threshold"
    free = step.trace.get(f"{item.layer}.{way}", False)
    match item.expr:
        case e.Choose(when=e.Ref(name=name)) if name == f"{item.layer}.no_threshold":
            return not free
        case _:
            return bool(free) and item.role in _OF_LIMITS


def totals(kernel: Kernel, step: Step) -> tuple[Movement, ...]:
    """What the claim made of the totals and counts that the author names."""
    named = (item for item in kernel.items if isinstance(item, Accumulator) and item.layer is None)
    return tuple(
        Movement(item.name, *_total(item, step, kernel)[1:], item.clause.cites)
        for item in named
        if item.name in step.movements and step.movements[item.name].added and "." not in item.name
    )


def _total(item: Accumulator, step: Step, kernel: Kernel) -> tuple[str, str, str, str]:
    """The name that the author gave it or what layers share, or none; its key; before, after."""
    movement = step.movements[item.name]
    money = isinstance(names_of(kernel).accumulators[item.name], Money)

    def shown(total: Fraction | int) -> str:
        return amount_text(Fraction(total), kernel.minor_digits, fixed=True) if money else str(total)

    key = " ".join(str(part) for part in movement.key)
    name = item.name if item.layer is None else ""
    if (pool := pool_of(item.name)) is not None:
        name = f"{pool} {item.layer}"
    return name, key, shown(movement.before), shown(movement.after)
