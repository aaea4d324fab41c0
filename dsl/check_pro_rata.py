"""Layers that share pro rata: none of them reads what is only known once they have shared."""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Related
from hmbc.dsl.environment import Environment
from hmbc.dsl.names import word
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedAmount, CheckedBands, CheckedLayer, CheckedPool, CheckedTotal


def check_pro_rata(
    layers: tuple[CheckedLayer, ...],
    totals: tuple[CheckedTotal, ...],
    pools: tuple[CheckedPool, ...],
    env: Environment,
) -> None:
    """Layers that share pro rata are worked out together up to what they share, and before them those
    that draw on their shared thresholds; so none of them may read by then what the first of them or
    a later layer pays, nor a total that comes after."""
    order = [layer.name for layer in layers]
    for pool in pools:
        sharing = [layer for layer in layers if pool.name in layer.draws_on]
        if pool.draws == "in_order" or len(sharing) < 2:
            continue
        first = order.index(sharing[0].name)
        thresholds = {x for layer in sharing for x in layer.thresholds if isinstance(x, str)}
        last = order.index(sharing[-1].name)
        together = [
            layer
            for place, layer in enumerate(layers)
            if place > first and (layer in sharing or (place < last and layer.draws_on & thresholds))
        ]
        for layer in together:
            late = [name for name in order[first:] if name in _pays_read(layer)]
            read_totals = _totals_read(layer)
            late += [x.name for x in totals if x.position > first and x.name in read_totals]
            for read in late:
                env.report(
                    codes.POOL_READS_LAYER, layer.span, Related(pool.span, word("SHARED")),
                    layer=layer.name, other=read, pool=pool.name,
                )  # fmt: skip


def _pays_read(layer: CheckedLayer) -> set[str]:
    return {x.layer for part in _parts(layer) for x in walk(part) if isinstance(x, e.LayerPay)}


def _totals_read(layer: CheckedLayer) -> set[str]:
    """The declared totals that a layer reads with this claim in them."""
    read = [x for part in _parts(layer) for x in walk(part)]
    found = {x.accumulator for x in read if isinstance(x, e.Total)}
    found |= {x.name for x in read if isinstance(x, e.Ref)}  # the ordinal of a count
    return {name.split(".")[0] for name in found}


def _parts(layer: CheckedLayer) -> Iterator[e.Expr]:
    """Every expression of a layer but what its scopes are chosen by."""
    yield from (layer.applies, layer.base, layer.no_threshold, layer.no_cap)
    for threshold in layer.thresholds:
        if isinstance(threshold, CheckedAmount):
            yield threshold.value
            if threshold.within is not None:
                yield threshold.within.value
    yield from (x.amount.value for x in layer.caps if isinstance(x.amount, CheckedAmount))
    match layer.ratio:
        case None:
            pass
        case CheckedBands(bands=bands):
            yield from (share for _, share in bands)
        case share:
            yield share
    if layer.top_up is not None:
        yield from (layer.top_up.target, *layer.top_up.after)
    if layer.pays is not None:
        yield layer.pays.amount
