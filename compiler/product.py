"""Two kernels as one: on each row both are worked out, side by side.

Layer `L` of the old one is `old L`, of the new one `new L`; so one interpreter, one search and one
solver see both, with one claim, one state, one choice of everything external. A row that either
rejects is rejected; but not because of the days on which an edition is valid, as two editions rarely
share any: each is taken as if it held on all days.
"""

from __future__ import annotations

from attrs import evolve

from hmbc.compiler.interpret import Step
from hmbc.compiler.kernel import (
    OUTSIDE_VALIDITY,
    Accumulator,
    Definition,
    Input,
    Kernel,
    ListInput,
    ParameterInput,
    Reject,
)
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk

OLD, NEW = "old ", "new "

RESTRICTED = "when"
"""The reject of rows for which the condition does not hold to which a comparison is restricted."""


def product(old: Kernel, new: Kernel, when: e.Expr | None = None) -> Kernel:
    """Both kernels, which share their vocabulary; `when`: only rows for which it holds."""
    sides = _side(always_valid(old), OLD), _side(always_valid(new), NEW)
    restricted = () if when is None else (Reject(name=RESTRICTED, zh="", en="", when=e.Not(when)),)
    return evolve(
        old,
        inputs=_inputs(old, new),
        parameters=_parameters(old, new),
        lists=tuple(entry for side in sides for entry in side.lists if entry.codes is not None)
        + tuple(dict.fromkeys(x for kernel in (old, new) for x in kernel.lists if x.codes is None)),
        rejects=restricted + tuple(one for side in sides for one in side.rejects),
        items=tuple(item for side in sides for item in side.items),
        outcomes=tuple(outcome for side in sides for outcome in side.outcomes),
        reasons=tuple({one.code: one for k in (new, old) for one in k.reasons}.values()),
        deadlines=(),
        stated=(),
    )


def always_valid(kernel: Kernel) -> Kernel:
    """The kernel as if its edition were valid on every day."""
    rejects = tuple(one for one in kernel.rejects if one.name != OUTSIDE_VALIDITY)
    return evolve(kernel, rejects=rejects)


def layers(old: Kernel, new: Kernel) -> tuple[str, ...]:
    """The layers of either, in the old one's order."""
    names = [outcome.layer for kernel in (old, new) for outcome in kernel.outcomes]
    return tuple(dict.fromkeys(names))


def pays(step: Step, layer: str) -> tuple[int, int]:
    """What a layer pays in the old scheme and in the new one; 0 where it is not there."""
    return step.pays.get(OLD + layer, 0), step.pays.get(NEW + layer, 0)


def _inputs(old: Kernel, new: Kernel) -> tuple[Input, ...]:
    known = {(i.owner, i.name): i for i in old.inputs}
    for given in new.inputs:
        twin = known.setdefault((given.owner, given.name), given)
        known[given.owner, given.name] = evolve(twin, varies=twin.varies or given.varies)
    return tuple(known.values())


def _parameters(old: Kernel, new: Kernel) -> tuple[ParameterInput, ...]:
    known = {p.name: p for p in old.parameters}
    for parameter in new.parameters:
        known.setdefault(parameter.name, parameter)
    return tuple(known.values())


def _side(kernel: Kernel, prefix: str) -> Kernel:
    """The kernel with every name of its own behind a prefix. External lists are shared."""
    own = {entry.name for entry in kernel.lists if entry.codes is not None}

    def changed(expr: e.Expr) -> e.Expr:
        match expr:
            case e.Ref(name=name):
                return e.Ref(prefix + name)
            case e.Total(accumulator=name):
                return e.Total(prefix + name)
            case e.Before(accumulator=name):
                return e.Before(prefix + name)
            case e.InList(list_name=name) if name in own:
                return e.InList(expr.code, prefix + name)
            case _:
                return e.rebuild(expr, changed)

    def item(one: Definition | Accumulator) -> Definition | Accumulator:
        name, layer = prefix + one.name, None if one.layer is None else prefix + one.layer
        if isinstance(one, Definition):
            return evolve(one, name=name, layer=layer, expr=changed(one.expr))
        keys = tuple(changed(key) for key in one.keys)
        return evolve(one, name=name, layer=layer, adds=changed(one.adds), keys=keys)

    return evolve(
        kernel,
        lists=tuple(
            ListInput(name=prefix + entry.name, codes=entry.codes) if entry.name in own else entry
            for entry in kernel.lists
        ),
        rejects=tuple(
            evolve(one, name=prefix + one.name, when=changed(one.when)) for one in kernel.rejects
        ),
        items=tuple(item(one) for one in kernel.items),
        outcomes=tuple(
            evolve(
                one,
                layer=prefix + one.layer,
                pay=prefix + one.pay,
                reasons=tuple((code, changed(when)) for code, when in one.reasons),
            )
            for one in kernel.outcomes
        ),
    )


def changed_boundaries(both: Kernel) -> frozenset[e.Expr]:
    """What is 0 at each comparison, minimum and maximum that only one of the two kernels has."""
    found: dict[str, dict[e.Expr, list[e.Expr]]] = {OLD: {}, NEW: {}}
    for item in both.items:
        side = OLD if item.name.startswith(OLD) else NEW
        for expr in item.exprs:
            for node in walk(expr):
                if isinstance(node, e.Compare | e.Min | e.Max):
                    known = found[side].setdefault(_without_side(node), [])
                    known.append(e.Subtract(node.left, node.right))
    one, two = found[OLD], found[NEW]
    alone = [one[key] for key in one.keys() - two.keys()] + [two[key] for key in two.keys() - one.keys()]
    return frozenset(probe for probes in alone for probe in probes)


def _without_side(expr: e.Expr) -> e.Expr:
    """As the kernel has it by itself."""
    match expr:
        case e.Ref(name=name):
            return e.Ref(name.removeprefix(OLD).removeprefix(NEW))
        case e.Total(accumulator=name):
            return e.Total(name.removeprefix(OLD).removeprefix(NEW))
        case e.Before(accumulator=name):
            return e.Before(name.removeprefix(OLD).removeprefix(NEW))
        case _:
            return e.rebuild(expr, _without_side)
