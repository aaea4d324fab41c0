"""Layers: each says its base, threshold, ratio and cap, once, in terms that hold together."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeVar

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_constancy import check_constancy
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import NOTHING, check_as, facts_of
from hmbc.dsl.check_header import check_rounding
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import FIRST, Environment
from hmbc.dsl.names import amount_text, word
from hmbc.dsl.scheme import (
    CheckedAmount,
    CheckedBands,
    CheckedCap,
    CheckedLayer,
    CheckedRounding,
    CheckedTopUp,
)
from hmbc.dsl.types import Bool, Money, Ratio

Clause = TypeVar("Clause")

_MISSING = {
    "BASE": Bilingual("哪一笔钱算数，如：基数 费用.自付金额", "what counts: base claim.self_paid"),
    "THRESHOLD": Bilingual("“起付线 金额 每年”或“无起付线”", "`threshold AMOUNT per year` or `no threshold`"),
    "RATIO": Bilingual("“比例 75%”", "`ratio 75%`"),
    "CAP": Bilingual("“封顶 金额 每年”或“不封顶”", "`cap AMOUNT per year` or `no cap`"),
}


def check_layers(scheme: n.Scheme, env: Environment) -> tuple[CheckedLayer, ...]:
    """Every layer, in written order; a layer sees what the ones before it pay."""
    layers = [item for item in scheme.items if isinstance(item, n.Layer)]
    if not layers:
        env.report(codes.NO_LAYER, scheme.name.span)
    general = [item for item in scheme.items if isinstance(item, n.Rounding)]
    default = check_rounding(general, env, CheckedRounding("half_up", 1))
    checked = []
    for layer in layers:
        name = layer.name.text
        if name in env.layers:
            env.report(
                codes.DUPLICATE, layer.name.span, Related(env.layers[name], FIRST), name=name
            )
        checked.append(_layer(layer, env, default))
        env.layers[name] = layer.name.span
    return tuple(checked)


def _layer(layer: n.Layer, env: Environment, default: CheckedRounding) -> CheckedLayer:
    if not layer.cites:
        env.report(codes.NOT_CITED, layer.name.span, clause=layer.name.text)
    applies = _applies(layer, env)
    base = _only(layer, n.Base, "BASE", env, needed=True)
    facts = facts_of(applies)
    amount = e.money(0) if base is None else check_as(base.amount, Money(), env, facts)
    top_up = _only(layer, n.TopsUp, "TOPS_UP", env, needed=False)
    ratio = _only(layer, n.RatioClause, "RATIO", env, needed=top_up is None)
    thresholds = _thresholds(layer, env, needed=top_up is None)
    if top_up is not None:
        if ratio is not None:
            other = Related(top_up.span, word("TOPS_UP"))
            env.report(codes.RATIO_AND_TOP_UP, ratio.span, other, layer=layer.name.text)
        if thresholds:
            env.report(
                codes.TOP_UP_CLAUSES, thresholds[0].span, Related(top_up.span, word("TOPS_UP")), layer=layer.name.text,
                clause=word("THRESHOLD"),
            )  # fmt: skip
    rounding = check_rounding(_all(layer, n.Rounding), env, default)
    return CheckedLayer(
        layer.name.text,
        layer.label,
        applies,
        amount,
        thresholds,
        None if ratio is None else _ratio(ratio, env),
        None if top_up is None else _top_up(top_up, env),
        _caps(layer, env),
        rounding,
        _cites(layer),
        span=layer.span,
    )


def _cites(layer: n.Layer) -> tuple[str, ...]:
    inner = [cite for clause in layer.clauses for cite in clause.cites]
    return tuple(dict.fromkeys(texts((*layer.cites, *inner))))


def _applies(layer: n.Layer, env: Environment) -> e.Expr:
    result: e.Expr = e.TRUE
    for clause in layer.clauses:
        if not isinstance(clause, n.When | n.Unless):
            continue
        facts = facts_of(result) if result != e.TRUE else NOTHING
        test = check_as(clause.condition, Bool(), env, facts)
        if isinstance(clause, n.Unless):
            test = e.Not(test)
        result = test if result == e.TRUE else e.And(result, test)
    return result


def _all(layer: n.Layer, kind: type[Clause]) -> list[Clause]:
    return [clause for clause in layer.clauses if isinstance(clause, kind)]


def _only(
    layer: n.Layer, kind: type[Clause], token: str, env: Environment, needed: bool
) -> Clause | None:
    found = _all(layer, kind)
    for extra in found[1:]:
        env.report(
            codes.DUPLICATE_CLAUSE, extra.span,  # type: ignore[attr-defined]
            Related(found[0].span, FIRST), clause=word(token),  # type: ignore[attr-defined]
        )  # fmt: skip
    if not found and needed:
        _missing(layer, token, env)
    return found[0] if found else None


def _missing(layer: n.Layer, token: str, env: Environment) -> None:
    env.report(
        codes.MISSING_LAYER_CLAUSE, layer.name.span, layer=layer.name.text, clause=word(token),
        example=_MISSING[token],
    )  # fmt: skip


def _thresholds(
    layer: n.Layer, env: Environment, needed: bool
) -> tuple[CheckedAmount, ...]:
    written = _all(layer, n.Threshold)
    if not written and needed:
        _missing(layer, "THRESHOLD", env)
    _not_both(layer, [x for x in written if x.amount is None], [x for x in written if x.amount], "THRESHOLD", env)
    return tuple(
        _amount(clause.amount, "THRESHOLD", texts(clause.cites or layer.cites), env)
        for clause in written
        if clause.amount is not None
    )


def _caps(layer: n.Layer, env: Environment) -> tuple[CheckedCap, ...]:
    written = _all(layer, n.Cap)
    if not written:
        _missing(layer, "CAP", env)
    paid = [x for x in written if x.amount is not None and x.of == "paid"]
    _not_both(layer, [x for x in written if x.amount is None], paid, "CAP", env)
    return tuple(
        CheckedCap(
            clause.of, _amount(clause.amount, "CAP", texts(clause.cites or layer.cites), env)
        )
        for clause in written
        if clause.amount is not None
    )


def _not_both(
    layer: n.Layer,
    no: list[n.Threshold] | list[n.Cap],
    yes: list[n.Threshold] | list[n.Cap],
    token: str,
    env: Environment,
) -> None:
    if no and yes:
        env.report(
            codes.DISCARDED_CAP, no[0].span, Related(yes[0].span, word(token)),
            layer=layer.name.text, no=word(f"NO_{token}"), yes=word(token),
        )  # fmt: skip
    if len(no) > 1:
        env.report(
            codes.DUPLICATE_CLAUSE, no[1].span, Related(no[0].span, FIRST),
            clause=word(f"NO_{token}"),
        )  # fmt: skip


def _amount(
    amount: n.Amount, clause: str, cites: tuple[str, ...], env: Environment
) -> CheckedAmount:
    value = check_as(amount.value, Money(), env)
    scope = check_scope(amount.scope, env)
    value = check_constancy(amount, clause, value, scope, env)
    return CheckedAmount(value, scope, cites, span=amount.span)


def _ratio(clause: n.RatioClause, env: Environment) -> e.Expr | CheckedBands:
    if not isinstance(clause.value, n.Bands):
        return check_as(clause.value, Ratio(), env)
    bands: list[tuple[Fraction | None, e.Expr]] = []
    before: Fraction | None = Fraction(0)
    for band in clause.value.bands:
        limit = None
        if band.limit is not None:
            found = check_as(band.limit, Money(), env)
            if isinstance(found, e.Const) and isinstance(found.value, Fraction):
                limit = found.value
                if before is not None and limit <= before:
                    env.report(
                        codes.BANDS_ORDER, band.limit.span,
                        limit=amount_text(limit, env.minor_digits),
                        before=amount_text(before, env.minor_digits),
                    )  # fmt: skip
            elif found != e.FALSE:
                env.report(codes.BAND_NOT_CONSTANT, band.limit.span)
        bands.append((limit, check_as(band.ratio, Ratio(), env)))
        before = limit
    return CheckedBands(clause.value.of, check_scope(clause.value.scope, env), tuple(bands))


def _top_up(clause: n.TopsUp, env: Environment) -> CheckedTopUp:
    target = check_as(clause.target, Ratio(), env)
    return CheckedTopUp(target, tuple(check_as(x, Money(), env) for x in clause.after))
