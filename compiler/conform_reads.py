"""What analyses of a scheme against a guideline read off it: concepts, amounts taken off, lists."""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.dsl import expr as e
from hmbc.dsl.concepts import CONCEPTS, widened
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.reads import walk
from hmbc.dsl.scheme import AttributeInfo, CheckedLayer, CheckedScheme, PartExclusion, Stop

Key = tuple[str, str]


def concept_word(name: str) -> Bilingual:
    """A concept in both languages."""
    return Bilingual(CONCEPTS[name].zh, name)


def concept_row(names: list[str]) -> Bilingual:
    """Several of them."""
    return Bilingual("、".join(CONCEPTS[name].zh for name in names), ", ".join(names))


def shown(info: AttributeInfo) -> str:
    """An attribute as its author calls it."""
    return info.label or info.name


def concepts_by_attribute(scheme: CheckedScheme) -> dict[Key, frozenset[str]]:
    """The concepts of every attribute."""
    return {(info.owner, info.name): frozenset(info.means) for info in scheme.attributes}


def born(expr: e.Expr) -> set[Key]:
    """The attributes from which an age is reckoned."""
    return {
        (node.owner, node.name)
        for age in walk(expr)
        if isinstance(age, e.AgeAt)
        for node in walk(age.birth)
        if isinstance(node, e.Attribute)
    }


def lists_read(expr: e.Expr, wanted: bool = True) -> Iterator[str]:
    """The lists that a condition needs the code to be in (wanted False: not to be in)."""
    match expr:
        case e.And(left=left, right=right) | e.Or(left=left, right=right):
            yield from lists_read(left, wanted)
            yield from lists_read(right, wanted)
        case e.Not(of=of):
            yield from lists_read(of, not wanted)
        case e.InList(list_name=name) if wanted:
            yield name
        case e.Choose(when=condition):  # a part with a condition
            yield from lists_read(condition, wanted)
        case _:
            pass


def of_lists(names: Iterator[str], scheme: CheckedScheme) -> frozenset[str]:
    """The concepts of some lists."""
    read = set(names)
    return frozenset(one for info in scheme.lists if info.name in read for one in info.means)


def exclusion_concepts(item: Stop | PartExclusion, scheme: CheckedScheme) -> frozenset[str]:
    """What an exclusion takes out: what it means, and what the lists mean that it looks up."""
    condition = item.when if isinstance(item, Stop) else item.amount
    return frozenset(item.means) | of_lists(lists_read(condition), scheme)


def layer_concepts(layer: CheckedLayer, scheme: CheckedScheme) -> frozenset[str]:
    """What a layer covers, alike."""
    return widened({*layer.means, *of_lists(lists_read(layer.applies), scheme)})


def exclusions(scheme: CheckedScheme) -> Iterator[Stop | PartExclusion]:
    """Those of whole claims and those of parts."""
    yield from (stop for stop in scheme.stops if stop.kind == "exclude")
    yield from scheme.parts


def amounts(expr: e.Expr, sign: int = 1) -> Iterator[tuple[Key, int]]:
    """The attributes that an amount is made of, and whether each adds (1) or takes off (-1)."""
    match expr:
        case e.Attribute(owner=owner, name=name):
            yield (owner, name), sign
        case e.Subtract(left=left, right=right):
            yield from amounts(left, sign)
            yield from amounts(right, -sign)
        case e.Add(left=left, right=right) | e.Min(left=left, right=right):
            yield from amounts(left, sign)
            yield from amounts(right, sign)
        case e.Max(left=left, right=right):
            yield from amounts(left, sign)
            yield from amounts(right, sign)
        case e.Choose(then=then, otherwise=otherwise):
            yield from amounts(then, sign)
            yield from amounts(otherwise, sign)
        case e.Scale(amount=amount) | e.Share(amount=amount) | e.Round(amount=amount):
            yield from amounts(amount, sign)
        case _:
            pass


def comes_after(layer: CheckedLayer, payer: str, scheme: CheckedScheme) -> bool:
    """Whether a layer counts only what a payer left: it takes off what that one paid, or its base
    is declared to be what is left."""
    paid, left = f"paid_by_{payer}", f"left_after_{payer}"
    if left in layer.means:
        return True
    means = concepts_by_attribute(scheme)
    made_of = list(amounts(layer.base))
    for part in scheme.parts:
        if part.layers is None or layer.name in part.layers:
            made_of += [(key, -sign) for key, sign in amounts(part.amount)]
            if paid in part.means:
                return True
    for amount in layer.top_up.after if layer.top_up else ():
        made_of += [(key, -sign) for key, sign in amounts(amount)]
    if any(sign < 0 and paid in means[key] for key, sign in made_of):
        return True
    counted = [key for key, sign in made_of if sign > 0]
    return bool(counted) and all(left in means[key] for key in counted)
