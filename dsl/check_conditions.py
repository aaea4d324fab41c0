"""Conditions that are always or never true: what they guard always, or never, happens."""

from __future__ import annotations

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment
from hmbc.dsl.intervals import truth
from hmbc.dsl.scheme import CheckedLayer, Stop
from hmbc.dsl.source import Span

_VERDICT = {True: Bilingual("成立", "true"), False: Bilingual("不成立", "false")}
_NEVER_PAYS = Bilingual("从不给付", "never pays")
_NEVER_STOPS = Bilingual("从不起作用", "never acts")
_ALWAYS_STOPS = Bilingual("使整个方案什么也不付", "lets nothing be paid at all")
_ALWAYS_PAYS = Bilingual("不受限制", "is not limited by it")


def check_conditions(
    layers: tuple[CheckedLayer, ...], stops: tuple[Stop, ...], env: Environment
) -> None:
    """Report each layer and stop whose condition cannot vary."""
    for layer in layers:
        if layer.applies != e.TRUE and (verdict := truth(layer.applies, env)) is not None:
            _report(layer.span, layer.name, verdict, _ALWAYS_PAYS if verdict else _NEVER_PAYS, env)
    for stop in stops:
        if stop.when != e.TRUE and (verdict := truth(stop.when, env)) is not None:
            effect = _ALWAYS_STOPS if verdict else _NEVER_STOPS
            if stop.kind == "eligible":  # its condition is written the other way round
                shown = not verdict
            else:
                shown = verdict
            _report(stop.span, stop.name, shown, effect, env)


def _report(span: Span, name: str, verdict: bool, effect: Bilingual, env: Environment) -> None:
    env.report(
        codes.ALWAYS, span, verdict=_VERDICT[verdict], effect=effect, name=name,
    )  # fmt: skip
