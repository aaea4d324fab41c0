"""What an expression reads."""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.dsl import expr as e


def walk(expr: e.Expr) -> Iterator[e.Expr]:
    """The expression and every expression in it, outermost first."""
    yield expr
    for part in e.parts_of(expr):
        yield from walk(part)


def conjuncts(expr: e.Expr) -> Iterator[e.Expr]:
    """The conditions that must all hold."""
    match expr:
        case e.And(left=left, right=right):
            yield from conjuncts(left)
            yield from conjuncts(right)
        case _:
            yield expr


def terms(expr: e.Expr) -> Iterator[e.Expr]:
    """What a sum adds up."""
    match expr:
        case e.Add(left=left, right=right):
            yield from terms(left)
            yield from terms(right)
        case _:
            yield expr


def attributes_read(expr: e.Expr) -> frozenset[tuple[str, str]]:
    """(owner, name) of every attribute on which the value depends."""
    found = set()
    for node in walk(expr):
        match node:
            case e.Attribute(owner=owner, name=name) | e.Given(owner=owner, name=name):
                found.add((str(owner), name))
            case e.InPeriods(owner=owner, name=name):
                found.add((str(owner), name))
            case _:
                pass
    return frozenset(found)


def items_read(expr: e.Expr) -> Iterator[str]:
    """The names of the definitions and totals that the expression itself reads, as often as it does."""
    for node in walk(expr):
        match node:
            case e.Ref(name=name) | e.Total(accumulator=name) | e.Before(accumulator=name):
                yield name
            case _:
                pass


def reads_totals(expr: e.Expr) -> bool:
    """Whether the expression itself, not what it refers to, reads a running total."""
    return any(isinstance(node, e.Total) for node in walk(expr))


def has_increase(expr: e.Expr) -> bool:
    """Whether it reads what the claim adds to an expression over totals."""
    return any(isinstance(node, e.Increase) for node in walk(expr))


def nests_increase(expr: e.Expr) -> bool:
    """Whether an increase of it would be one of an increase: what a layer pays is one itself, and
    beside it no total is read that could grow."""
    pays = any(isinstance(node, e.LayerPay) for node in walk(expr))
    return has_increase(expr) or pays and not reads_totals(expr)


def moves_with_totals(expr: e.Expr) -> bool:
    """Whether it reads a running total other than inside an increase, and so is one value before
    the claim and another after it."""
    match expr:
        case e.Total():
            return True
        case e.Increase():
            return False
        case _:
            return any(moves_with_totals(part) for part in e.parts_of(expr))
