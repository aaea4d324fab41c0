"""Two kernels in one vocabulary: the new one's attributes, values, parameters, lists and layers get
the names that the old one has for them.

Two things are the same if they have the same name, the same label, or the name of one is the label of
the other, and are of the same kind; the dates that decide are the same. So a Chinese and an English
edition can be held together. What is in only one of the two is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

from attrs import evolve, frozen

from hmbc.compiler.kernel import Accumulator, Definition, Input, Kernel, ParameterInput
from hmbc.dsl import expr as e
from hmbc.dsl.types import Code, Enum, Type

Sort = Literal["attribute", "value", "parameter", "list", "layer"]


class _Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str | None: ...


One = TypeVar("One", bound=_Named)


@frozen
class Alone:
    """What only one of the two has, in its own words."""

    sort: Sort
    name: str
    in_new: bool


@frozen
class Narrowed:
    """An attribute or parameter whose domains differ: only what both take is compared."""

    name: str


@frozen(kw_only=True)
class Aligned:
    """Both kernels in the old one's words; when: which claims both take, as far as it is a matter of
    values that only one of them has, and of the condition given; renamed: layers and attributes of
    the new one that had other names there, as (old, new)."""

    old: Kernel
    new: Kernel
    when: e.Expr | None
    alone: tuple[Alone, ...]
    narrowed: tuple[Narrowed, ...]
    renamed: tuple[tuple[str, str], ...]


@frozen
class _Layer:
    name: str
    label: str | None


def align(old: Kernel, new: Kernel, when: e.Expr | None = None) -> Aligned:
    """Both kernels, as far as they can be brought together. when: a condition in the old one's
    words."""
    attributes = _attributes(old, new)
    parameters = _pairs(
        old.parameters, new.parameters, lambda one, two: type(one.type) is type(two.type)
    )
    layers = _pairs(_layers(old), _layers(new), lambda one, two: True)
    values = [
        (one, two, _values(one, two))
        for one, two in attributes
        if isinstance(one.type, Enum) and isinstance(two.type, Enum)
    ]
    renames = _Renames(
        attributes={(two.owner, two.name): one.name for one, two in attributes},
        parameters={two.name: one.name for one, two in parameters},
        layers={two.name: one.name for one, two in layers},
        values={(two.owner, two.name): {b: a for a, b in same} for _, two, same in values},
        types={(one.owner, one.name): _union(one, two, same) for one, two, same in values},
    )
    taken: set[tuple[str, str]] = {(one.owner, one.name) for one in old.inputs}
    renames = evolve(
        renames,
        attributes={
            **{
                (two.owner, two.name): f"{two.name}′"
                for two in new.inputs
                if (two.owner, two.name) in taken
            },
            **renames.attributes,
        },
    )
    own = _Renamer(old, evolve(renames, attributes={}, parameters={}, layers={}, values={}))
    aligned_old = own.kernel()
    aligned_new = _Renamer(new, renames).kernel()
    narrowed, both_old, both_new = _narrow(aligned_old, aligned_new)
    names = [(one.name, two.name) for one, two in layers]
    names += [(one.name, two.name) for one, two in attributes]
    names += [(one.name, two.name) for one, two in parameters]
    return Aligned(
        old=both_old,
        new=both_new,
        when=_both_take(values, renames, None if when is None else own.expr(when)),
        alone=tuple(_alone(old, new, renames, values)),
        narrowed=narrowed,
        renamed=tuple((one, two) for one, two in names if one != two),
    )


def _layers(kernel: Kernel) -> list[_Layer]:
    return [_Layer(outcome.layer, outcome.label) for outcome in kernel.outcomes]


def _attributes(old: Kernel, new: Kernel) -> list[tuple[Input, Input]]:
    def alike(one: Input, two: Input) -> bool:
        return one.owner == two.owner and type(one.type) is type(two.type)

    found = _pairs(old.inputs, new.inputs, alike)
    first = next((i for i in old.inputs if (i.owner, i.name) == ("claim", old.date)), None)
    second = next((i for i in new.inputs if (i.owner, i.name) == ("claim", new.date)), None)
    if first is None or second is None:
        return found
    rest = [pair for pair in found if pair[0] is not first and pair[1] is not second]
    return [*rest, (first, second)]


def _pairs(
    old: Sequence[One], new: Sequence[One], alike: Callable[[One, One], bool]
) -> list[tuple[One, One]]:
    """Each with its counterpart: names first, then labels, then one's name and the other's label."""
    ways: tuple[Callable[[One, One], bool], ...] = (
        lambda one, two: one.name == two.name,
        lambda one, two: one.label is not None and one.label == two.label,
        lambda one, two: one.name == two.label or one.label == two.name,
    )
    found: list[tuple[One, One]] = []
    left, right = [*old], [*new]
    for same in ways:
        for one in tuple(left):
            match = next((two for two in right if alike(one, two) and same(one, two)), None)
            if match is not None:
                found.append((one, match))
                left.remove(one)
                right.remove(match)
    return found


def _values(old: Input, new: Input) -> list[tuple[str, str]]:
    """The values of an enum that are the same in both."""

    def named(given: Input) -> list[_Layer]:
        assert isinstance(given.type, Enum)
        labels = given.value_labels or (None,) * len(given.type.values)
        return [_Layer(*pair) for pair in zip(given.type.values, labels, strict=True)]

    pairs = _pairs(named(old), named(new), lambda one, two: True)
    return [(one.name, two.name) for one, two in pairs]


def _union(old: Input, new: Input, same: Sequence[tuple[str, str]]) -> Enum:
    """The values of both, the old one's first."""
    assert isinstance(old.type, Enum) and isinstance(new.type, Enum)
    known = {two for _, two in same}
    more = (_other(value, old.type) for value in new.type.values if value not in known)
    return Enum(old.type.name, (*old.type.values, *more))


def _both_take(
    values: Sequence[tuple[Input, Input, list[tuple[str, str]]]],
    renames: _Renames,
    when: e.Expr | None,
) -> e.Expr | None:
    """The condition, and that no attribute has a value that only one of the two knows."""
    for one, two, same in values:
        kind = renames.types[one.owner, one.name]
        known = {value for value, _ in same}
        for value in kind.values:
            if value not in known:
                attribute = e.Attribute(one.owner, one.name, kind)
                other: e.Expr = e.Compare("!=", attribute, e.Const(value, kind))
                if one.optional and two.optional:
                    other = e.Or(e.Not(e.Given(one.owner, one.name)), other)
                when = other if when is None else e.And(when, other)
    return when


def _other(value: str, kind: Enum) -> str:
    """A value of the new kernel alone, as nothing of the old one is called."""
    return f"{value}′" if value in kind.values else value


def _alone(
    old: Kernel,
    new: Kernel,
    renames: _Renames,
    values: Sequence[tuple[Input, Input, list[tuple[str, str]]]],
) -> Iterator[Alone]:
    of_old = {(owner, renames.attributes[owner, name]) for owner, name in renames.attributes}
    primed = {key for key, name in renames.attributes.items() if name.endswith("′")}
    for one in old.inputs:
        if (one.owner, one.name) not in of_old:
            yield Alone("attribute", f"{one.owner}.{one.name}", False)
    for two in new.inputs:
        if (two.owner, two.name) not in renames.attributes or (two.owner, two.name) in primed:
            yield Alone("attribute", f"{two.owner}.{two.name}", True)
    for one, two, same in values:
        assert isinstance(one.type, Enum) and isinstance(two.type, Enum)
        for value in one.type.values:
            if value not in {a for a, _ in same}:
                yield Alone("value", f"{one.owner}.{one.name}: {value}", False)
        for value in two.type.values:
            if value not in {b for _, b in same}:
                yield Alone("value", f"{two.owner}.{two.name}: {value}", True)
    sorts: tuple[tuple[Sort, Sequence[str], Sequence[str], Mapping[str, str]], ...] = (
        (
            "parameter",
            [p.name for p in old.parameters],
            [p.name for p in new.parameters],
            renames.parameters,
        ),
        ("layer", [o.layer for o in old.outcomes], [o.layer for o in new.outcomes], renames.layers),
        (
            "list",
            [entry.name for entry in old.lists if entry.codes is None],
            [entry.name for entry in new.lists if entry.codes is None],
            {entry.name: entry.name for entry in new.lists if entry.codes is None},
        ),
    )
    for sort, olds, news, renamed in sorts:
        there = {renamed[name] for name in news if name in renamed}
        yield from (Alone(sort, name, False) for name in olds if name not in there)
        known = set(olds)
        yield from (
            Alone(sort, name, True) for name in news if renamed.get(name, name) not in known
        )


def _narrow(old: Kernel, new: Kernel) -> tuple[tuple[Narrowed, ...], Kernel, Kernel]:
    """Both kernels with the domains that they share."""
    found: list[Narrowed] = []

    def met(one: Input | ParameterInput, two: Input | ParameterInput) -> tuple[int, int] | None:
        if None in (one.low, one.high, two.low, two.high) or (one.low, one.high) == (two.low, two.high):
            return None
        low, high = max(one.low or 0, two.low or 0), min(one.high or 0, two.high or 0)
        return (low, high) if low <= high else None

    def narrower(kernel: Kernel, other: Kernel) -> Kernel:
        inputs = {(i.owner, i.name): i for i in other.inputs}
        parameters = {p.name: p for p in other.parameters}
        mine: list[Input] = []
        for given in kernel.inputs:
            twin = inputs.get((given.owner, given.name))
            if twin is not None:
                if ends := met(given, twin):
                    found.append(Narrowed(f"{given.owner}.{given.name}"))
                    given = evolve(given, low=ends[0], high=ends[1])
                given = evolve(given, optional=given.optional and twin.optional)
            mine.append(given)
        external: list[ParameterInput] = []
        for parameter in kernel.parameters:
            twin_parameter = parameters.get(parameter.name)
            if twin_parameter is not None and (ends := met(parameter, twin_parameter)):
                found.append(Narrowed(parameter.name))
                parameter = evolve(parameter, low=ends[0], high=ends[1])
            external.append(parameter)
        return evolve(kernel, inputs=tuple(mine), parameters=tuple(external))

    both = narrower(old, new), narrower(new, old)
    return tuple(dict.fromkeys(found)), *both


@frozen(kw_only=True)
class _Renames:
    attributes: Mapping[tuple[str, str], str]
    """By owner and name in the kernel's own words."""
    parameters: Mapping[str, str]
    layers: Mapping[str, str]
    values: Mapping[tuple[str, str], Mapping[str, str]]
    """By attribute, in the kernel's own words."""
    types: Mapping[tuple[str, str], Enum]
    """By attribute, in the old kernel's words."""


@frozen
class _Renamer:
    of: Kernel
    renames: _Renames

    def kernel(self) -> Kernel:
        kernel = self.of
        return evolve(
            kernel,
            date=self.attribute("claim", kernel.date),
            unit=None if kernel.unit is None else self.attribute("member", kernel.unit),
            inputs=tuple(self.input(given) for given in kernel.inputs),
            parameters=tuple(
                evolve(one, name=self.renames.parameters.get(one.name, one.name))
                for one in kernel.parameters
            ),
            rejects=tuple(evolve(one, when=self.expr(one.when)) for one in kernel.rejects),
            items=tuple(self.item(item) for item in kernel.items),
            outcomes=tuple(
                evolve(
                    one,
                    layer=self.layer(one.layer),
                    pay=self.name(one.pay),
                    reasons=tuple((code, self.expr(when)) for code, when in one.reasons),
                )
                for one in kernel.outcomes
            ),
            deadlines=(),
        )

    def attribute(self, owner: str, name: str) -> str:
        return self.renames.attributes.get((owner, name), name)

    def input(self, given: Input) -> Input:
        name = self.attribute(given.owner, given.name)
        kind = self.type(given.owner, given.name, given.type)
        values = given.value_labels if kind == given.type else ()
        return evolve(given, name=name, type=kind, value_labels=values)

    def type(self, owner: str, name: str, kind: Type) -> Type:
        match kind:
            case Enum():
                new = self.attribute(owner, name)
                return self.renames.types.get((owner, new), Enum(f"{owner}.{new}", kind.values))
            case Code():
                return Code(f"{owner}.{self.attribute(owner, name)}")
            case _:
                return kind

    def layer(self, name: str) -> str:
        return self.renames.layers.get(name, name)

    def item(self, item: Definition | Accumulator) -> Definition | Accumulator:
        layer = None if item.layer is None else self.layer(item.layer)
        name = self.name(item.name)
        if isinstance(item, Definition):
            return evolve(item, name=name, layer=layer, expr=self.expr(item.expr))
        keys = tuple(self.expr(key) for key in item.keys)
        return evolve(item, name=name, layer=layer, adds=self.expr(item.adds), keys=keys)

    def name(self, name: str) -> str:
        """The name of an item, which begins with its layer's."""
        layer, dot, rest = name.partition(".")
        return f"{self.layer(layer)}{dot}{rest}" if dot and layer in self.renames.layers else name

    def expr(self, expr: e.Expr) -> e.Expr:
        match expr:
            case e.Attribute(owner=owner, name=name, type=kind):
                new = self.attribute(owner, name)
                return e.Attribute(owner, new, self.type(owner, name, kind))
            case e.Given(owner=owner, name=name):
                return e.Given(owner, self.attribute(owner, name))
            case e.InPeriods(owner=owner, name=name):
                return evolve(
                    expr, date=self.expr(expr.date), name=self.attribute(owner, name)
                )
            case e.Parameter(name=name):
                return evolve(expr, name=self.renames.parameters.get(name, name))
            case e.Const(value=str() as value, type=Enum(name=of) as kind):
                whose, _, attribute = of.partition(".")
                known = self.renames.values.get((whose, attribute), {})
                new_kind = self.type(whose, attribute, kind)
                assert isinstance(new_kind, Enum)
                return e.Const(known.get(value, _placed(value, known, new_kind)), new_kind)
            case e.Ref(name=name):
                return e.Ref(self.name(name))
            case e.Total(accumulator=name):
                return e.Total(self.name(name))
            case e.Before(accumulator=name):
                return e.Before(self.name(name))
            case _:
                return e.rebuild(expr, self.expr)


def _placed(value: str, known: Mapping[str, str], kind: Enum) -> str:
    """A value that has no counterpart, as the union of both calls it."""
    return f"{value}′" if known and f"{value}′" in kind.values else value
