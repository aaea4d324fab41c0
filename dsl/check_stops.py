"""Eligibility, waiting and exclusions: when nothing is paid, or part of an amount does not count."""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.check_means import check_means
from hmbc.dsl.concepts import OF_EXCLUSION
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import FIRST, Environment
from hmbc.dsl.facts import facts_of
from hmbc.dsl.scheme import PartExclusion, Stop
from hmbc.dsl.source import Span
from hmbc.dsl.types import Bool, Money

_HOLDS_TOO = Bilingual("对这一层也有效", "holds for this layer too")


def check_stops(
    scheme: n.Scheme, env: Environment
) -> tuple[tuple[Stop, ...], tuple[PartExclusion, ...]]:
    """All of them, in the order in which they decide: eligibility, waiting, exclusions, each as
    written."""
    eligible: list[Stop] = []
    waits: list[Stop] = []
    excluded: list[Stop] = []
    parts: list[PartExclusion] = []
    seen: dict[str, Span] = {}
    for item in scheme.items:
        if not isinstance(item, n.Eligible | n.Wait | n.Exclude):
            continue
        name = item.name.text
        if name in seen:
            env.report(codes.DUPLICATE, item.name.span, Related(seen[name], FIRST), name=name)
        seen.setdefault(name, item.name.span)
        if not item.cites:
            env.report(codes.NOT_CITED, item.name.span, clause=name)
        cites = texts(item.cites)
        match item:
            case n.Eligible():
                fulfilled = check_as(item.condition, Bool(), env)
                eligible.append(
                    Stop("eligible", name, item.label, e.Not(fulfilled), None, cites, span=item.span)
                )
            case n.Wait():
                when = _with_exception(item.condition, item.exception, env)
                waits.append(Stop("wait", name, item.label, when, None, cites, span=item.span))
            case n.Exclude(part=None):
                when = _with_exception(item.condition, item.exception, env)
                layers = _layers(item, env)
                excluded.append(
                    Stop(
                        "exclude", name, item.label, when, layers, cites, span=item.span,
                        means=check_means(name, item.label, item.means, OF_EXCLUSION, env),
                    )
                )
            case _:
                assert item.part is not None
                when = _with_exception(item.condition, item.exception, env)
                amount = check_as(item.part, Money(), env, facts_of(when))
                if when != e.TRUE:
                    amount = e.Choose(when, amount, e.money(0))
                parts.append(
                    PartExclusion(
                        name, item.label, amount, _layers(item, env), cites, span=item.span,
                        means=check_means(name, item.label, item.means, OF_EXCLUSION, env),
                    )
                )
    _check_order(scheme, env)
    return (*eligible, *waits, *excluded), tuple(parts)


def _with_exception(
    condition: n.Expression | None, exception: n.Expression | None, env: Environment
) -> e.Expr:
    when = e.TRUE if condition is None else check_as(condition, Bool(), env)
    if exception is None:
        return when
    spared = e.Not(check_as(exception, Bool(), env, facts_of(when)))
    return spared if when == e.TRUE else e.And(when, spared)


def _layers(item: n.Exclude, env: Environment) -> tuple[str, ...] | None:
    if not item.layers:
        return None
    for layer in item.layers:
        if layer.text not in env.later_layers:
            env.unknown(codes.UNKNOWN_LAYER, layer.text, layer.span, list(env.later_layers))
    return tuple(layer.text for layer in item.layers)


def _check_order(scheme: n.Scheme, env: Environment) -> None:
    """An exclusion for all layers that stands after some of them reads as if it spared those."""
    layers: list[n.Layer] = []
    for item in scheme.items:
        if isinstance(item, n.Layer):
            layers.append(item)
        elif isinstance(item, n.Exclude) and layers and not item.layers:
            env.report(
                codes.EXCLUDE_AFTER_LAYER, item.name.span,
                Related(layers[0].name.span, _HOLDS_TOO),
                name=item.name.text, layer=layers[0].name.text,
            )  # fmt: skip
