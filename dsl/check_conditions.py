"""Conditions that are always or never true: what they guard always, or never, happens."""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, Environment
from hmbc.dsl.intervals import truth
from hmbc.dsl.reads import attributes_read
from hmbc.dsl.scheme import CheckedLayer, Stop
from hmbc.dsl.source import Span

_VERDICT = {True: Bilingual("总是成立", "always true"), False: Bilingual("从不成立", "never true")}
_NEVER_PAYS = Bilingual("从不给付", "never pays")
_ALWAYS_PAYS = Bilingual("对每笔费用都适用", "holds for every claim")
_NEVER_STOPS = Bilingual("从不起作用", "never acts")
_ALWAYS_STOPS = Bilingual("使所有费用都得不到给付", "leaves every claim unpaid")
_KINDS = {
    "layer": Bilingual("层", "layer"),
    "eligible": Bilingual("参保条件", "condition of eligibility"),
    "wait": Bilingual("等待", "waiting rule"),
    "exclude": Bilingual("除外", "exclusion"),
}


def check_conditions(
    scheme: n.Scheme, layers: tuple[CheckedLayer, ...], stops: tuple[Stop, ...], env: Environment
) -> None:
    """Report each layer and stop whose condition cannot vary."""
    written = {item.span: item for item in scheme.items}
    for layer in layers:
        if layer.applies != e.TRUE and (verdict := truth(layer.applies, env)) is not None:
            effect = _ALWAYS_PAYS if verdict else _NEVER_PAYS
            place, positive = _of_layer(written[layer.span])
            _report(place, layer.applies, "layer", layer.name, verdict == positive, effect, env)
    for stop in stops:
        if stop.when != e.TRUE and (verdict := truth(stop.when, env)) is not None:
            effect = _ALWAYS_STOPS if verdict else _NEVER_STOPS
            shown = verdict != (stop.kind == "eligible")  # written the other way round
            place = _of_stop(written[stop.span])
            _report(place, stop.when, stop.kind, stop.name, shown, effect, env)


def _of_layer(item: object) -> tuple[Span, bool]:
    """Where the first condition of a layer stands, and whether it says when the layer applies."""
    assert isinstance(item, n.Layer)
    clause = next(x for x in item.clauses if isinstance(x, n.When | n.Unless))
    return clause.condition.span, isinstance(clause, n.When)


def _of_stop(item: object) -> Span:
    assert isinstance(item, n.Eligible | n.Wait | n.Exclude)
    return item.name.span if item.condition is None else item.condition.span


def _report(
    span: Span,
    condition: e.Expr,
    kind: str,
    name: str,
    verdict: bool,
    effect: Bilingual,
    env: Environment,
) -> None:
    read = [env.attributes[key] for key in sorted(attributes_read(condition))]
    env.report(
        codes.ALWAYS, span, *(Related(info.span, DECLARED) for info in read if info.span.end),
        verdict=_VERDICT[verdict], effect=effect, kind=_KINDS[kind], name=name,
    )  # fmt: skip
