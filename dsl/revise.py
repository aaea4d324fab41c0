"""A scheme that revises another: what it states takes the place of what it revises.

An item with the kind and the name of an inherited one replaces it where that one stands; a header
clause replaces; attributes join their block; `without` removes. A layer is replaced as a whole.
Examples and the validity are not inherited: they are of one edition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from attrs import evolve

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Diagnostic
from hmbc.dsl.names import word

_KINDS: dict[str, tuple[type, ...]] = {
    "LAYER": (n.Layer,),
    "EXCLUDE": (n.Exclude,),
    "WAIT": (n.Wait,),
    "ELIGIBLE": (n.Eligible,),
    "PARAMETER": (n.ParameterDeclaration,),
    "LIST": (n.ListDeclaration,),
    "TABLE": (n.TableDeclaration,),
    "LET": (n.Let,),
    "TOTAL": (n.TotalDeclaration,),
    "COUNT": (n.CountDeclaration,),
    "SHARED": (n.Pool,),
    "DUE": (n.Due,),
}
_HEADER = (
    n.Currency | n.BenefitYear | n.Enrolment | n.Decides | n.Event | n.Unit | n.MonthEnd
    | n.WorkingCalendar | n.Rounding
)  # fmt: skip
_OWN = n.Example | n.Valid | n.Removed
Key = tuple[type, str]
_ORDERED = n.Layer | n.TotalDeclaration | n.CountDeclaration


def revise(base: n.Scheme, revision: n.Scheme) -> tuple[n.Scheme, tuple[Diagnostic, ...]]:
    """The whole scheme that a revision of `base` states, and what it cannot do without."""
    items: list[n.Item] = [item for item in base.items if not isinstance(item, _OWN)]
    found = []
    for removed in revision.items:
        if isinstance(removed, n.Removed) and (problem := _remove(removed, items)) is not None:
            found.append(problem)
    stated = [item for item in revision.items if not isinstance(item, n.Removed)]
    items = _silenced(items, stated)
    replaced: set[Key] = set()
    for place, item in enumerate(stated):
        key = _key(item)
        if isinstance(item, n.Attributes):
            items = _joined(items, item)
        elif key is None or key in replaced:
            items.append(item)
        else:
            replaced.add(key)
            _put(item, items, stated, place)
    return evolve(revision, items=tuple(items)), tuple(found)


def _key(item: n.Item) -> Key | None:
    """What an item replaces: the one of its kind and name, or of its kind."""
    if isinstance(item, _HEADER):
        return type(item), ""
    name = getattr(item, "name", None)
    return None if name is None or isinstance(item, _OWN) else (type(item), name.text)


def _remove(removed: n.Removed, items: list[n.Item]) -> Diagnostic | None:
    names = dict(_removable(removed.kind, items))
    if removed.name.text in names:
        place, inner = names[removed.name.text]
        block = items[place]
        if inner is None:
            del items[place]
        else:
            assert isinstance(block, n.Attributes)
            left = (*block.attributes[:inner], *block.attributes[inner + 1 :])
            items[place] = evolve(block, attributes=left)
        return None
    near = get_close_matches(removed.name.text, names, n=1, cutoff=0.5)
    values = {"kind": word(removed.kind), "name": removed.name.text, "near": near[0] if near else ""}
    return Diagnostic(codes.WITHOUT_UNKNOWN, removed.name.span, values, hint=bool(near))


def _removable(kind: str, items: list[n.Item]) -> Iterator[tuple[str, tuple[int, int | None]]]:
    """Names of a kind, and where they are: the item, and the attribute in it."""
    for place, item in enumerate(items):
        if kind in _KINDS and isinstance(item, _KINDS[kind]):
            yield item.name.text, (place, None)  # type: ignore[union-attr]
        elif isinstance(item, n.Attributes) and item.owner.upper() == kind:
            for inner, attribute in enumerate(item.attributes):
                yield attribute.name.text, (place, inner)


def _silenced(items: list[n.Item], stated: Sequence[n.Item]) -> list[n.Item]:
    """Without the sources, where the revision names its own, and without the readings and the
    unexpressed clauses that cite what one of the revision cites."""
    sources = any(isinstance(item, n.SourceClause) for item in stated)
    cited = {
        (type(item), cite.text)
        for item in stated
        if isinstance(item, n.Reading | n.Unexpressed)
        for cite in item.cites
    }

    def stays(item: n.Item) -> bool:
        if isinstance(item, n.SourceClause):
            return not sources
        if isinstance(item, n.Reading | n.Unexpressed):
            return all((type(item), cite.text) not in cited for cite in item.cites)
        return item not in stated if isinstance(item, n.Prove | n.Waiver | n.Conforms) else True

    return [item for item in items if stays(item)]


def _joined(items: list[n.Item], block: n.Attributes) -> list[n.Item]:
    """With the attributes of a block: one that is known is replaced, the others are added."""
    done = False
    found: list[n.Item] = []
    for item in items:
        if isinstance(item, n.Attributes) and item.owner == block.owner and not done:
            done = True
            own = {attribute.name.text: attribute for attribute in block.attributes}
            old = {attribute.name.text for attribute in item.attributes}
            kept = tuple(own.get(x.name.text, x) for x in item.attributes)
            twice = [x for x in block.attributes if own[x.name.text] is not x]
            new = [x for x in block.attributes if x.name.text not in old and x not in twice]
            item = evolve(item, attributes=(*kept, *new, *twice))
        found.append(item)
    return found if done else [block, *found]


def _put(item: n.Item, items: list[n.Item], stated: Sequence[n.Item], place: int) -> None:
    """An item where the one that it replaces stands; a new one among its kind, else before the layers.

    New layers, totals and counts keep their place among those that the revision restates: behind
    the one that they follow there, else before the one that follows, else behind all."""
    keys = [_key(one) for one in items]
    key = _key(item)
    if key in keys:
        items[keys.index(key)] = item
        return
    if not isinstance(item, _ORDERED):
        kind = [at + 1 for at, one in enumerate(items) if type(one) is type(item)]
        first = (at for at, one in enumerate(items) if isinstance(one, _ORDERED))
        items.insert(kind[-1] if kind else next(first, len(items)), item)
        return
    for before in reversed(stated[:place]):
        if isinstance(before, _ORDERED) and _key(before) in keys:
            items.insert(keys.index(_key(before)) + 1, item)
            return
    for after in stated[place + 1 :]:
        if isinstance(after, _ORDERED) and _key(after) in keys:
            items.insert(keys.index(_key(after)), item)
            return
    items.append(item)
