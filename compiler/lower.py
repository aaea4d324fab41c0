"""Checked scheme to kernel: what every construct of the surface means.

docs/semantics.md tells the same in words, construct by construct.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from attrs import evolve

from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import (
    OUTSIDE_VALIDITY,
    Accumulator,
    Clause,
    Deadline,
    Definition,
    Input,
    Kernel,
    ListInput,
    NeverLess,
    Outcome,
    ParameterInput,
    Reason,
    Reject,
    Stated,
)
from hmbc.compiler.lower_amounts import inner
from hmbc.compiler.lower_body import STOP_CODE, lower_body, stop_name
from hmbc.compiler.lower_promises import lower_promises
from hmbc.compiler.reasons import reason_label, reason_rank
from hmbc.compiler.scopes import MEMBER_ID
from hmbc.compiler.stated_amounts import stated_amount
from hmbc.dsl import expr as e
from hmbc.dsl.check_dated import day_text
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import CheckedBands, CheckedScheme, ListInfo, PaidWithin, Statement
from hmbc.dsl.types import Date


def lower(scheme: CheckedScheme) -> Kernel:
    """The kernel of a scheme. Ceilings of its totals are still 0: see ceilings.py."""
    items: list[Definition | Accumulator] = [
        Definition(
            name=stop_name(stop),
            expr=stop.when,
            role=stop.kind,
            clause=Clause(cites=stop.cites, span=stop.span),
        )
        for stop in scheme.stops
    ]
    promises = lower_promises(scheme)
    items += promises.marks
    body, outcomes = lower_body(scheme)
    items += body
    kernel = Kernel(
        name=scheme.name,
        title=scheme.title,
        language=scheme.language,
        currency=scheme.currency,
        minor_digits=scheme.minor_digits,
        date=scheme.date,
        inputs=_inputs(scheme),
        parameters=tuple(
            ParameterInput(name=p.name, label=p.label, type=p.type, low=p.low, high=p.high)
            for p in scheme.parameters
        ),
        rejects=(*_rejects(scheme), *_disordered(scheme), *promises.rejects),
        unit=scheme.unit,
        items=tuple(items),
        outcomes=tuple(outcomes),
        stated=tuple(_stated(scheme)),
        reasons=_reasons(outcomes, scheme),
        deadlines=tuple(
            Deadline(
                name=due.name,
                label=due.label,
                days=due.days,
                calendar=due.calendar,
                start=due.start,
                when=due.when,
                clause=Clause(cites=due.cites, span=due.span),
            )
            for due in scheme.deadlines
        ),
    )
    return _with_lists(kernel, scheme)


def _inputs(scheme: CheckedScheme) -> tuple[Input, ...]:
    return tuple(
        Input(
            owner=info.owner,
            name=info.name,
            label=info.label,
            type=info.type,
            optional=info.optional,
            low=info.low,
            high=info.high,
            value_labels=info.value_labels,
            varies=info.varies,
        )
        for info in scheme.attributes
    ) + _member_id(scheme)


def _member_id(scheme: CheckedScheme) -> tuple[Input, ...]:
    """In a unit of several members each row tells its member."""
    if scheme.unit is None:
        return ()
    return (Input(owner="member", name=MEMBER_ID.name, type=MEMBER_ID.type),)


def _rejects(scheme: CheckedScheme) -> tuple[Reject, ...]:
    """One for each parameter, and one for the validity; where one is read as at two dates, it must have a value at both."""
    when: dict[str, e.Expr] = {}
    for undated in scheme.undated:
        known = when.get(undated.parameter)
        when[undated.parameter] = undated.when if known is None else e.Or(known, undated.when)
    return _outside_validity(scheme) + tuple(
        Reject(
            name=f"undated:{name}",
            zh=f"参数“{name}”在这一天没有值",
            en=f"parameter `{name}` has no value on this date",
            when=missing,
        )
        for name, missing in when.items()
    )


def _disordered(scheme: CheckedScheme) -> tuple[Reject, ...]:
    """One for each layer whose bands have parameters for limits: they must ascend."""
    found = []
    for layer in scheme.layers:
        if not isinstance(layer.ratio, CheckedBands):
            continue
        limits = [e.money(0), *(limit for limit, _ in layer.ratio.bands if limit is not None)]
        tests: list[e.Expr] = [
            e.Compare(">=", low, high)
            for low, high in zip(limits, limits[1:], strict=False)
            if not (isinstance(low, e.Const) and isinstance(high, e.Const))
        ]
        if tests:
            found.append(
                Reject(
                    name=f"bands:{layer.name}",
                    zh=f"层“{layer.name}”各段的界限（参数）没有从小到大",
                    en=f"the limits of the bands of layer `{layer.name}` (parameters) do not ascend",
                    when=reduce(e.Or, tests),
                )
            )
    return tuple(found)


def _outside_validity(scheme: CheckedScheme) -> tuple[Reject, ...]:
    """Claims of days on which this edition does not hold."""
    valid = scheme.valid
    if valid is None:
        return ()
    day = e.Attribute("claim", scheme.date, Date())
    when: e.Expr = e.Compare("<", day, e.Const(valid.first, Date()))
    first, last = day_text(valid.first), "" if valid.last is None else day_text(valid.last)
    if valid.last is not None:
        when = e.Or(when, e.Compare(">", day, e.Const(valid.last, Date())))
    zh = f"{first} 至 {last}" if last else f"自 {first} 起"
    en = f"from {first} to {last}" if last else f"from {first} on"
    return (
        Reject(
            name=OUTSIDE_VALIDITY,
            zh=f"不在方案的有效期内（{zh}）",
            en=f"the scheme is valid {en}",
            when=when,
        ),
    )


def _stated(scheme: CheckedScheme) -> Iterator[Stated | NeverLess]:
    for number, one in enumerate(scheme.statements, 1):
        clause, name = Clause(cites=one.cites, span=one.span), f"stated.{number}"
        if isinstance(one, Statement):
            if isinstance(one.holds, PaidWithin):
                yield stated_amount(one.holds, name, clause, scheme)
            else:
                yield Stated(name=name, holds=inner(one.holds), clause=clause)
        else:
            yield NeverLess(
                name=name, attribute=one.attribute, more=one.more, less=one.less, clause=clause
            )


def _of_statements(kernel: Kernel) -> Iterator[e.Expr]:
    for one in kernel.stated:
        if isinstance(one, Stated):
            yield one.holds
            yield from (expr for total in one.over for expr in total.exprs)


def _with_lists(kernel: Kernel, scheme: CheckedScheme) -> Kernel:
    """With the lists that are looked up; one that only guards nothing is not asked for."""
    read = {
        node.list_name
        for expr in (*expressions(kernel), *_of_statements(kernel))
        for node in walk(expr)
        if isinstance(node, e.InList)
    }
    used: list[ListInfo] = [info for info in scheme.lists if info.name in read]
    return evolve(
        kernel, lists=tuple(ListInput(name=info.name, codes=info.codes) for info in used)
    )


def _reasons(outcomes: list[Outcome], scheme: CheckedScheme) -> tuple[Reason, ...]:
    stops = {f"{STOP_CODE[stop.kind]}:{stop.name}": stop for stop in scheme.stops}
    labels = {stop.name: stop.label for stop in scheme.stops}
    labels |= {part.name: part.label for part in scheme.parts}
    found: dict[str, Reason] = {}
    for outcome in outcomes:
        for code, _ in outcome.reasons:
            stop = stops.get(code)
            clause = Clause(cites=stop.cites, span=stop.span) if stop else Clause()
            label = reason_label(code, labels, scheme.language)
            found.setdefault(
                code, Reason(code=code, label=label, rank=reason_rank(code), clause=clause)
            )
    return tuple(found.values())
