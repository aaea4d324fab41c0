"""Branches that no claim can ever take: a choice, an addition, a band, an exclusion, a layer.

What a layer reads is read only where it applies and nothing stops it; what an exclusion takes out
was not taken out by one before it. A condition that contradicts all that is never true, whatever
it says by itself. Cases by a listed value are left alone: every value must be named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.contradictions import contradict
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import Branch, Environment
from hmbc.dsl.intervals import interval, truth
from hmbc.dsl.names import amount_text
from hmbc.dsl.scheme import (
    CheckedAmount,
    CheckedBands,
    CheckedLayer,
    CheckedScope,
    PartExclusion,
    Stop,
)
from hmbc.dsl.source import Span

_BRANCH = Bilingual("这一支", "this branch")
_PART = Bilingual("这部分", "this part")
_BAND = Bilingual("这一段", "this band")
_DECLARED = Bilingual("按声明的取值和范围，条件从不成立", "by the declared values and ranges its condition never holds")
_APPLIES = Bilingual("这一层适用时，条件从不成立", "where the layer applies, its condition never holds")
_TAKEN = Bilingual("已由它拿走", "takes out all of it")


def check_branches(
    scheme: n.Scheme,
    layers: Sequence[CheckedLayer],
    stops: Sequence[Stop],
    parts: Sequence[PartExclusion],
    env: Environment,
) -> None:
    """Warn of each branch that no claim can take."""
    by_name = {layer.name: layer for layer in layers}
    written = {item.span: item for item in scheme.items}
    dead: set[Span] = set()
    for layer in layers:
        if truth(layer.applies, env) is False:
            dead.add(layer.span)  # HMB212 has told
        elif _told(_layer_name(written[layer.span]), _LAYER(layer), None, layer, stops, env):
            dead.add(layer.span)
    for place, stop in enumerate(stops):
        if stop.kind == "eligible" or truth(stop.when, env) is not None:
            continue
        _stop(written[stop.span], stop, stops[:place], by_name, env)
    for part in parts:
        item = written[part.span]
        conditional = isinstance(item, n.Exclude) and (item.condition or item.exception)
        if conditional and isinstance(part.amount, e.Choose):
            names = by_name if part.layers is None else part.layers
            contexts = [by_name[name] for name in names if name in by_name]
            _everywhere(part.span, _PART, [(part.amount.when, layer) for layer in contexts], stops, env)
    for span, found in _by_span(env.branches).items():
        contexts_of = [(one.when, by_name.get(one.layer or "")) for one in found]
        if all(layer is None or layer.span not in dead for _, layer in contexts_of):
            _everywhere(span, _BRANCH, contexts_of, stops, env)
    for layer in layers:
        item = written[layer.span]
        if layer.span not in dead and isinstance(item, n.Layer):
            _bands(item, layer, env)


def _LAYER(layer: CheckedLayer) -> Bilingual:
    return Bilingual(f"层“{layer.name}”", f"layer `{layer.name}`")


def _layer_name(item: object) -> Span:
    assert isinstance(item, n.Layer)
    return item.name.span


def _by_span(branches: Sequence[Branch]) -> dict[Span, list[Branch]]:
    """What a `let` says is read wherever its name stands: dead if it is dead everywhere."""
    found: dict[Span, list[Branch]] = {}
    for branch in branches:
        found.setdefault(branch.span, []).append(branch)
    return found


def _everywhere(
    span: Span,
    what: Bilingual,
    contexts: Sequence[tuple[e.Expr, CheckedLayer | None]],
    stops: Sequence[Stop],
    env: Environment,
) -> None:
    """Report a branch if it is dead in each layer that reads it; why: as in the first."""
    reasons = [_why(when, layer, stops, env) for when, layer in contexts]
    if reasons and all(reasons):
        assert reasons[0] is not None
        why, related = reasons[0]
        env.report(codes.DEAD_BRANCH, span, *related, what=what, why=why)


def _told(
    span: Span, what: Bilingual, when: e.Expr | None, layer: CheckedLayer,
    stops: Sequence[Stop], env: Environment,
) -> bool:  # fmt: skip
    found = _why(e.TRUE if when is None else when, layer, stops, env)
    if found is None:
        return False
    why, related = found
    env.report(codes.DEAD_BRANCH, span, *related, what=what, why=why)
    return True


def _why(
    when: e.Expr, layer: CheckedLayer | None, stops: Sequence[Stop], env: Environment
) -> tuple[Bilingual, tuple[Related, ...]] | None:
    """What a condition contradicts where a layer (None: anything) reads it; None if it may hold."""
    if contradict([when], env):
        return _DECLARED, ()
    if layer is None:
        return None
    if contradict([layer.applies, when], env):
        return (_DECLARED if when == e.TRUE else _APPLIES), ()
    own = [stop for stop in stops if stop.layers is None or layer.name in stop.layers]
    return _taken([layer.applies, when], own, env)


def _taken(
    conditions: list[e.Expr], stops: Sequence[Stop], env: Environment
) -> tuple[Bilingual, tuple[Related, ...]] | None:
    """Which stops leave nothing of what fulfils these conditions."""
    spared: list[e.Expr] = [e.Not(stop.when) for stop in stops]
    if not contradict([*conditions, *spared], env):
        return None
    for stop in stops:
        if contradict([*conditions, e.Not(stop.when)], env):
            zh, en = f"“{stop.name}”先把它全拿走了", f"`{stop.name}` takes out all of it before"
            return Bilingual(zh, en), (Related(stop.span, _TAKEN),)
    names = [stop.name for stop in stops]
    zh, en = "、".join(names), ", ".join(names)
    return Bilingual(f"{zh} 合起来先把它全拿走了", f"{en} take out all of it before, together"), ()


def _stop(
    item: object,
    stop: Stop,
    before: Sequence[Stop],
    layers: dict[str, CheckedLayer],
    env: Environment,
) -> None:
    """A ground that another one always comes before, or that its layers never meet."""
    assert isinstance(item, n.Wait | n.Exclude)
    general = [one for one in before if one.layers is None]
    names = stop.layers or ()
    contexts = [layers[name].applies for name in names if name in layers] or [e.TRUE]
    reasons: list[tuple[Bilingual, tuple[Related, ...]]] = []
    for applies in contexts:
        if contradict([stop.when], env):
            reasons.append((_DECLARED, ()))
        elif contradict([applies, stop.when], env):
            reasons.append((_APPLIES, ()))
        elif (found := _taken([applies, stop.when], general, env)) is not None:
            reasons.append(found)
        else:
            return
    why, related = reasons[0]
    zh, en = (("除外", "exclusion") if stop.kind == "exclude" else ("等待", "waiting rule"))
    what = Bilingual(f"{zh}“{stop.name}”", f"{en} `{stop.name}`")
    env.report(codes.DEAD_BRANCH, item.name.span, *related, what=what, why=why)


# ---- bands of a running total


def _bands(item: n.Layer, layer: CheckedLayer, env: Environment) -> None:
    """Bands that lie above all that can be counted, or that can still be paid, in their scope."""
    ratio = layer.ratio
    if not isinstance(ratio, CheckedBands):
        return
    clause = next(x for x in item.clauses if isinstance(x, n.RatioClause))
    assert isinstance(clause.value, n.Bands)
    most = min(_counted(layer, ratio, env), default=None)
    paid = _payable(layer, ratio, env)
    low, due = Fraction(0), Fraction(0)
    for band, (limit, share) in zip(clause.value.bands, ratio.bands, strict=True):
        if most is not None and low >= most:
            text = amount_text(most, env.minor_digits)
            why = Bilingual(f"算进来的至多 {text}", f"no more than {text} counts")
            env.report(codes.DEAD_BRANCH, band.span, what=_BAND, why=why)
        elif paid is not None and low > 0 and due >= paid:
            text = amount_text(paid, env.minor_digits)
            why = Bilingual(f"到这里已付满封顶 {text}", f"the cap of {text} is used up before it begins")
            env.report(codes.DEAD_BRANCH, band.span, what=_BAND, why=why)
        top = None if limit is None else interval(limit, env)
        if top is None or top.low is None:
            return
        if top.low != top.high:
            paid = None  # what the bands pay up to here is not known
        due += (interval(share, env).low or 0) * (top.low - low)
        low = top.low


def _counted(layer: CheckedLayer, bands: CheckedBands, env: Environment) -> Iterator[Fraction]:
    """The most that the total of the bands can come to: by a limit on cost of the same scope; by the
    base, of one claim."""
    off = Fraction(0)
    for threshold in layer.thresholds if bands.of == "excess" else ():
        if isinstance(threshold, CheckedAmount) and threshold.within is None:
            off += (interval(threshold.value, env).low or 0) if threshold.scope == bands.scope else 0
    highs = [
        interval(cap.amount.value, env).high
        for cap in layer.caps
        if cap.of == "cost" and isinstance(cap.amount, CheckedAmount)
        if cap.amount.scope == bands.scope and not cap.amount.varies
    ]
    if bands.scope == CheckedScope(("PER_CLAIM",)):
        highs.append(interval(layer.base, env).high)
    return (max(Fraction(0), high - off) for high in highs if high is not None)


def _payable(layer: CheckedLayer, bands: CheckedBands, env: Environment) -> Fraction | None:
    """The first cap on what is paid, where it runs over the bands' scope, as the rounding does, and
    all that the bands count is paid for; else None."""
    rounding = layer.rounding
    alike = rounding.step == 1 and rounding.scope in (None, bands.scope)
    if not alike or (bands.of == "cost" and layer.thresholds):
        return None
    first = next((cap.amount for cap in layer.caps if cap.of == "paid"), None)
    if not isinstance(first, CheckedAmount) or first.scope != bands.scope or first.varies:
        return None
    return interval(first.value, env).high
