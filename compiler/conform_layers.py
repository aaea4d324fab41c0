"""Demands about layers: what each states, what they cover, after whom, at which ratios."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hmbc.compiler.conform_reads import comes_after, concept_row, concept_word, layer_concepts
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.ratio_order import bounds_in, step
from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl.checked_guideline import CheckedDemand
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.names import amount_text, word
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedBands, CheckedLayer, CheckedScheme
from hmbc.dsl.types import Money


def state(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """The language asks every layer for its clauses; one that says what it pays has none of them. A
    top-up states its ratio, and begins with the first yuan."""
    for layer in scheme.paying:
        for token in demand.names:
            if token == "BASE" and not layer.has_base or (
                token in ("THRESHOLD", "RATIO") and layer.pays is not None
            ):
                values = {"layer": layer.label or layer.name, "clause": word(token)}
                yield Diagnostic(codes.NOT_STATED, layer.span, values)


def cover(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """Some layer covers each concept."""
    covered = {name for layer in scheme.paying for name in layer_concepts(layer, scheme)}
    for name in demand.names:
        if name not in covered:
            yield Diagnostic(codes.NOT_COVERED, scheme.span, {"concept": concept_word(name)})


def come_after(
    demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel
) -> Iterator[Diagnostic]:
    """Every layer counts only what each payer left."""
    for layer in scheme.paying:
        if not layer.has_base:
            name = layer.label or layer.name
            zh, en = f"层 `{name}` 没有基数", f"layer `{name}` has no base"
            yield Diagnostic(codes.NOT_DECIDED, layer.span, {"why": Bilingual(zh, en)})
            continue
        before = [payer for payer in demand.names if not comes_after(layer, payer, scheme)]
        if before:
            values = {
                "layer": layer.label or layer.name,
                "paid": concept_row([f"paid_by_{payer}" for payer in before]),
                "left": concept_row([f"left_after_{payer}" for payer in before]),
            }
            yield Diagnostic(codes.NOT_AFTER, layer.base_at, values)


def rise(demand: CheckedDemand, scheme: CheckedScheme, kernel: Kernel) -> Iterator[Diagnostic]:
    """The ratio of each layer is set by bands, none below the one before, some above it."""
    for layer in scheme.paying:
        how = _how(layer, scheme)
        if isinstance(how, Diagnostic):
            yield how
        elif how is not None:
            values = {"layer": layer.label or layer.name, "how": how}
            flat = not isinstance(layer.ratio, CheckedBands)
            yield Diagnostic(codes.RATIO_NOT_RISING, layer.ratio_at, values, hint=flat)


def _how(layer: CheckedLayer, scheme: CheckedScheme) -> Bilingual | Diagnostic | None:
    """What is wrong with the ratio; a note where it cannot be told; None if it rises."""
    ratio = layer.ratio
    if ratio is None:
        return _undecided(layer, "不按比例给付", "does not pay a ratio of its base")
    if not isinstance(ratio, CheckedBands):
        if _reads_amounts(ratio):
            return _undecided(layer, "的比例随金额变化，但不是分段", "has a ratio that reads amounts, without bands")
        return Bilingual("不分段，费用多少都一样", "is flat: the same for small amounts and large")
    shares = [share for _, share in ratio.bands]
    bounds = partial(bounds_in, scheme)
    steps = [step(one, two, bounds) for one, two in zip(shares, shares[1:], strict=False)]
    if "falls" in steps:
        limit = ratio.bands[steps.index("falls")][0]
        at = _limit(limit, scheme)
        return Bilingual(f"在 {at} 以上下降", f"falls above {at}")
    if "unknown" in steps:
        return _undecided(layer, "各段的比例由参数决定", "has bands whose ratios are parameters")
    if "rises" not in steps:
        return Bilingual("各段相同，费用多少都一样", "is the same in every band")
    return None


def _limit(limit: e.Expr | None, scheme: CheckedScheme) -> str:
    match limit:
        case e.Const(value=value) if not isinstance(value, str):
            return amount_text(value, scheme.minor_digits)
        case e.Parameter(name=name):
            return f"`{name}`"
        case _:
            return "…"


def _reads_amounts(ratio: e.Expr) -> bool:
    return any(
        isinstance(node, e.Total | e.Before)
        or isinstance(node, e.Attribute)
        and isinstance(node.type, Money)
        for node in walk(ratio)
    )


def _undecided(layer: CheckedLayer, zh: str, en: str) -> Diagnostic:
    name = layer.label or layer.name
    why = Bilingual(f"层 `{name}` {zh}", f"layer `{name}` {en}")
    return Diagnostic(codes.NOT_DECIDED, layer.ratio_at, {"why": why})
