"""Layers: each says its base, threshold, ratio and cap, once, in terms that hold together."""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_constancy import check_constancy
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.check_expressions import check_as, check_grows
from hmbc.dsl.check_header import check_rounding
from hmbc.dsl.check_means import check_means
from hmbc.dsl.check_ratios import check_ratio
from hmbc.dsl.check_scopes import check_scope
from hmbc.dsl.check_totals import check_total
from hmbc.dsl.concepts import OF_LAYER
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import FIRST, Environment
from hmbc.dsl.facts import NOTHING, Facts, facts_of
from hmbc.dsl.names import word
from hmbc.dsl.reads import has_increase, moves_with_totals, nests_increase
from hmbc.dsl.scheme import (
    CheckedAmount,
    CheckedCap,
    CheckedLayer,
    CheckedPays,
    CheckedRounding,
    CheckedTopUp,
    CheckedTotal,
)
from hmbc.dsl.types import Bool, Money, Ratio

Clause = TypeVar("Clause")

_MISSING = {
    "BASE": Bilingual("哪一笔钱算数，如：基数 费用.自付金额", "what counts: base claim.self_paid"),
    "THRESHOLD": Bilingual(
        "“起付线 金额 每年”或“无起付线”", "`threshold AMOUNT per year` or `no threshold`"
    ),
    "RATIO": Bilingual("“比例 75%”", "`ratio 75%`"),
    "CAP": Bilingual("“封顶 金额 每年”或“不封顶”", "`cap AMOUNT per year` or `no cap`"),
}


def check_layers(
    scheme: n.Scheme, env: Environment
) -> tuple[tuple[CheckedLayer, ...], tuple[CheckedTotal, ...]]:
    """Every layer and declared total, in written order; each sees what stands before it."""
    if all(any(isinstance(x, n.PaidByOthers) for x in layer.clauses) for layer in _layers(scheme)):
        env.report(codes.NO_LAYER, scheme.name.span)
    general = [item for item in scheme.items if isinstance(item, n.Rounding)]
    default = check_rounding(general, env, CheckedRounding("half_up", 1))
    checked: list[CheckedLayer] = []
    totals: list[CheckedTotal] = []
    for item in scheme.items:
        if isinstance(item, n.TotalDeclaration | n.CountDeclaration):
            totals.append(check_total(item, len(checked), env))
        if not isinstance(item, n.Layer):
            continue
        name = item.name.text
        if name in env.layers:
            env.report(codes.DUPLICATE, item.name.span, Related(env.layers[name], FIRST), name=name)
        checked.append(_layer(item, env, default))
        env.layer = None
        env.layers[name] = item.name.span
        env.amounts_of[name] = _amounts(checked[-1])
    return tuple(checked), tuple(totals)


def _layers(scheme: n.Scheme) -> list[n.Layer]:
    return [item for item in scheme.items if isinstance(item, n.Layer)]


def _layer(layer: n.Layer, env: Environment, default: CheckedRounding) -> CheckedLayer:
    if not layer.cites:
        env.report(codes.NOT_CITED, layer.name.span, clause=layer.name.text)
    applies = _applies(layer, env)
    env.layer = layer.name.text  # what follows is read only where the layer applies
    pays = _only(layer, n.Pays, "PAYS", env, needed=False)
    base = _only(layer, n.Base, "BASE", env, needed=pays is None)
    facts = facts_of(applies)
    amount = e.money(0) if base is None else check_as(base.amount, Money(), env, facts)
    top_up = _only(layer, n.TopsUp, "TOPS_UP", env, needed=False)
    plain = top_up is None and pays is None
    ratio = _only(layer, n.RatioClause, "RATIO", env, needed=plain)
    thresholds = _thresholds(layer, env, needed=plain)
    if pays is not None:
        _check_pays_alone(layer, pays, env)
    if top_up is not None:
        if ratio is not None:
            other = Related(top_up.span, word("TOPS_UP"))
            env.report(codes.RATIO_AND_TOP_UP, ratio.span, other, layer=layer.name.text)
        for clause in layer.clauses:
            if isinstance(clause, n.Threshold) and clause.amount is not None:
                other = Related(top_up.span, word("TOPS_UP"))
                env.report(
                    codes.TOP_UP_CLAUSES, clause.amount.span, other, layer=layer.name.text,
                    clause=word("THRESHOLD"),
                )  # fmt: skip
    share = None if ratio is None else check_ratio(ratio, env)
    rounding = check_rounding(_all(layer, n.Rounding), env, default)
    by_others = _only(layer, n.PaidByOthers, "PAID_BY_OTHERS", env, needed=False)
    return CheckedLayer(
        layer.name.text,
        layer.label,
        applies,
        amount,
        base is not None,
        thresholds,
        share,
        None if top_up is None else _top_up(top_up, env),
        None if pays is None else _pays(pays, env, facts),
        _caps(layer, env),
        rounding,
        _cites(layer),
        no_threshold=_lifted(layer, n.Threshold, "THRESHOLD", env),
        no_cap=_lifted(layer, n.Cap, "CAP", env),
        by_others=by_others is not None,
        means=check_means(layer.name.text, layer.label, layer.means, OF_LAYER, env),
        base_at=layer.name.span if base is None else base.span,
        ratio_at=layer.name.span if ratio is None else ratio.span,
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


def _amounts(layer: CheckedLayer) -> set[str]:
    """Which amounts of its working a later clause may read."""
    found = {"uncapped"}
    if layer.has_base:
        found.add("base")
    if layer.thresholds:
        found.add("excess")
    return found


def _check_pays_alone(layer: n.Layer, pays: n.Pays, env: Environment) -> None:
    """A layer that says what it pays has no threshold, ratio or top-up beside it."""
    token = "PAYS_INCREASE" if pays.increase else "PAYS"
    for clause in layer.clauses:
        match clause:
            case n.Threshold(amount=n.Amount() | n.Name()):
                other = "THRESHOLD"
            case n.RatioClause():
                other = "RATIO"
            case n.TopsUp():
                other = "TOPS_UP"
            case n.Cap(of="cost"):
                other = "COST_CAP"
            case _:
                continue
        env.report(
            codes.PAYS_CLAUSES, clause.span, Related(pays.span, word(token)),
            layer=layer.name.text, pays=word(token), clause=word(other),
        )  # fmt: skip


def _pays(clause: n.Pays, env: Environment, facts: Facts) -> CheckedPays:
    amount = check_as(clause.amount, Money(), env, facts)
    if clause.increase and nests_increase(amount):
        env.report(codes.NESTED_INCREASE, clause.amount.span)
    if clause.increase:
        check_grows(clause.amount, amount, env)
    return CheckedPays(amount, clause.increase, clause.may_fall)


def _pool(name: n.Name, token: str, env: Environment) -> str:
    pool = env.pools.get(name.text)
    if pool is None or pool.kind != token.lower():
        known = [one.name for one in env.pools.values() if one.kind == token.lower()]
        env.unknown(codes.UNKNOWN_POOL, name.text, name.span, known, kind=word(token))
    env.used.add(("pool", name.text))
    return name.text


def _check_one_pool(
    layer: n.Layer, written: list[n.Threshold] | list[n.Cap], token: str, env: Environment
) -> None:
    shared = [clause for clause in written if isinstance(clause.amount, n.Name)]
    for extra in shared[1:]:
        env.report(
            codes.POOL_TWICE, extra.span, Related(shared[0].span, FIRST),
            layer=layer.name.text, clause=word(token),
        )  # fmt: skip


def _thresholds(layer: n.Layer, env: Environment, needed: bool) -> tuple[CheckedAmount | str, ...]:
    written = _all(layer, n.Threshold)
    if not written and needed:
        _missing(layer, "THRESHOLD", env)
    plain_no = [x for x in written if x.amount is None and x.condition is None]
    _not_both(layer, plain_no, [x for x in written if x.amount is not None], "THRESHOLD", env)
    _check_one_pool(layer, written, "THRESHOLD", env)
    found: list[CheckedAmount | str] = []
    for clause in written:
        if clause.amount is None:
            continue
        cites = texts(clause.cites or layer.cites)
        amount = _amount(clause.amount, "THRESHOLD", cites, env)
        if clause.within is not None and isinstance(amount, CheckedAmount):
            within = _amount(clause.within, "THRESHOLD", cites, env)
            assert isinstance(within, CheckedAmount)
            amount = evolve(amount, within=within)
        found.append(amount)
    return tuple(found)


def _caps(layer: n.Layer, env: Environment) -> tuple[CheckedCap, ...]:
    written = _all(layer, n.Cap)
    if not written:
        _missing(layer, "CAP", env)
    plain_no = [x for x in written if x.amount is None and x.condition is None]
    paid = [x for x in written if x.amount is not None and x.of == "paid"]
    _not_both(layer, plain_no, paid, "CAP", env)
    _check_one_pool(layer, written, "CAP", env)
    return tuple(
        CheckedCap(
            clause.of, _amount(clause.amount, "CAP", texts(clause.cites or layer.cites), env)
        )
        for clause in written
        if clause.amount is not None
    )


def _lifted(
    layer: n.Layer, kind: type[n.Threshold] | type[n.Cap], token: str, env: Environment
) -> e.Expr:
    """For which claims `no threshold if`, or `no cap if`, says that there is none."""
    written = _all(layer, kind)
    limits = any(
        x.amount is not None and not (isinstance(x, n.Cap) and x.of == "cost") for x in written
    )
    found: e.Expr = e.FALSE
    for clause in written:
        if clause.condition is None:
            continue
        test = check_as(clause.condition, Bool(), env)
        found = test if found == e.FALSE else e.Or(found, test)
        if not limits:
            env.report(
                codes.NOTHING_LIFTED, clause.span, layer=layer.name.text, no=word(f"NO_{token}"),
                clause=word(token),
            )  # fmt: skip
    return found


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
    amount: n.Amount | n.Name, clause: str, cites: tuple[str, ...], env: Environment
) -> CheckedAmount | str:
    if isinstance(amount, n.Name):
        return _pool(amount, clause, env)
    value = check_as(amount.value, Money(), env)
    scope = check_scope(amount.scope, env)
    value, varies = check_constancy(amount, clause, value, scope, env)
    if has_increase(value) and moves_with_totals(value) and scope.keys != ("PER_CLAIM",):
        env.report(codes.NESTED_INCREASE, amount.value.span)
    return CheckedAmount(value, scope, cites, varies=varies, span=amount.span)


def _top_up(clause: n.TopsUp, env: Environment) -> CheckedTopUp:
    target = check_as(clause.target, Ratio(), env)
    return CheckedTopUp(target, tuple(check_as(x, Money(), env) for x in clause.after))
