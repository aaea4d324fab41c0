"""A kernel case by case of what never changes for a unit.

A condition on attributes that a member has once and for all, or on parameters, is true in every row of a
unit or in none. So for each unit the kernel is one in which the condition is replaced by its truth,
and a law that all of these keep is kept by the kernel: also one that compares two runs, for they are
of one unit. A case that no member can be in does no harm.

    pay = choose(member.exempt, rounded, capped)       rounded, where exempt; capped, where not
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Kernel
from hmbc.compiler.structure_scope import Constancy, Scope
from hmbc.compiler.through_names import through_names
from hmbc.dsl import expr as e
from hmbc.dsl.reads import walk

_MOST = 16
_ALWAYS = Scope(())
"""All rows of a unit."""


@frozen
class Case:
    """A kernel for the units for which conditions hold, or do not, as `truths` says."""

    kernel: Kernel
    truths: Mapping[e.Expr, bool] = field(factory=dict)

    def given(self, condition: e.Expr, holds: bool) -> Case:
        """The case within this one in which another condition holds, or does not."""
        return Case(_given(self.kernel, condition, holds), {**self.truths, condition: holds})


def cases_of(kernel: Kernel, most: int = _MOST) -> tuple[Case, ...]:
    """All cases, at most so many; none where there is nothing to tell apart. Conditions that decide
    most often come first, and what is left over stays a condition."""
    found: tuple[Case, ...] = (Case(kernel),)
    for condition in _conditions(kernel):
        parts = [
            # one value of an attribute may have settled that it has no other
            [case.given(condition, True), case.given(condition, False)]
            if _decides(case.kernel, condition)
            else [case]
            for case in found
        ]
        if sum(map(len, parts)) > most:
            break
        found = tuple(case for part in parts for case in part)
    return found if len(found) > 1 else ()


def _conditions(kernel: Kernel) -> Sequence[e.Expr]:
    """What choices depend on and is one value for a unit, the most frequent first."""
    constancy, counted = Constancy.of(kernel), dict[e.Expr, int]()
    for expr in _exprs(kernel):
        for node in walk(expr):
            if isinstance(node, e.Choose):
                for atom in _atoms(through_names(node.when, constancy.definitions)):
                    if constancy.varying(atom, _ALWAYS) is None:
                        counted[atom] = counted.get(atom, 0) + 1
    return sorted(counted, key=lambda atom: -counted[atom])


def _exprs(kernel: Kernel) -> Iterator[e.Expr]:
    for item in kernel.items:
        if isinstance(item, Definition):
            yield item.expr
        else:
            yield item.adds
            yield from item.keys


def _atoms(when: e.Expr) -> Iterator[e.Expr]:
    match when:
        case e.Not(of=inner):
            yield from _atoms(inner)
        case e.And(left=left, right=right) | e.Or(left=left, right=right):
            yield from _atoms(left)
            yield from _atoms(right)
        case e.Compare(op="!=", left=left, right=right):
            yield e.Compare("==", left, right)
        case e.Const():
            pass
        case _:
            yield when


def _decides(kernel: Kernel, condition: e.Expr) -> bool:
    """Whether a condition, names looked through, still decides something."""
    constancy = Constancy.of(kernel)
    return any(
        condition in _atoms(through_names(node.when, constancy.definitions))
        for expr in _exprs(kernel)
        for node in walk(expr)
        if isinstance(node, e.Choose)
    )


def _given(kernel: Kernel, condition: e.Expr, holds: bool) -> Kernel:
    """The kernel where a condition holds, or does not."""
    truths: dict[str, e.Expr] = {}
    """Of names of conditions."""

    def settled(expr: e.Expr) -> e.Expr:
        match expr:
            case e.Ref(name=name) if (inner := truths.get(name)) is not None:
                return inner
            case _ if expr == condition:
                return _truth(holds)
            case e.Compare(op="!=", left=left, right=right) if (
                e.Compare("==", left, right) == condition
            ):
                return _truth(not holds)
            case e.Compare(op="==" | "!=" as op, left=left, right=e.Const(value=value)) if (
                holds and _is_other(condition, left, value)
            ):
                return _truth(op == "!=")
        return simple(e.rebuild(expr, settled))

    items: list[Definition | Accumulator] = []
    for item in kernel.items:
        if isinstance(item, Accumulator):
            items.append(evolve(item, adds=settled(item.adds), keys=tuple(map(settled, item.keys))))
            continue
        expr = settled(item.expr)
        items.append(evolve(item, expr=expr))
        if isinstance(expr, e.Const) and isinstance(expr.value, bool):
            truths[item.name] = expr
    return evolve(kernel, items=tuple(items))


def _is_other(condition: e.Expr, left: e.Expr, value: object) -> bool:
    """Whether a condition says that something has another value than this."""
    match condition:
        case e.Compare(op="==", left=of, right=e.Const(value=is_)):
            return of == left and is_ != value
        case _:
            return False


def simple(expr: e.Expr) -> e.Expr:
    """An expression without what a constant condition in it decides."""
    match expr:
        case e.Not(of=e.Const(value=bool() as value)):
            return _truth(not value)
        case (
            e.And(left=e.Const(value=bool() as value), right=other)
            | e.And(left=other, right=e.Const(value=bool() as value))
        ):
            return other if value else _truth(False)
        case (
            e.Or(left=e.Const(value=bool() as value), right=other)
            | e.Or(left=other, right=e.Const(value=bool() as value))
        ):
            return _truth(True) if value else other
        case e.Choose(when=e.Const(value=bool() as value), then=then, otherwise=otherwise):
            return then if value else otherwise
        case e.Choose(then=then, otherwise=otherwise) if then == otherwise:
            return then
        case _:
            return expr


def _truth(value: bool) -> e.Expr:
    return e.TRUE if value else e.FALSE
