"""Whether two conditions never hold of one row: from their form alone, an attribute having one value."""

from __future__ import annotations

from hmbc.dsl import expr as e

_MOST_STEPS = 2_000


def are_exclusive(one: e.Expr, two: e.Expr) -> bool:
    """Whether both cannot hold; False where it is not seen."""
    return _Search().is_closed([(one, True), (two, True)], {})


class _Search:
    """Takes the conditions apart, branch by branch, until each branch contradicts itself."""

    def __init__(self) -> None:
        self.steps = 0

    def is_closed(self, left: list[tuple[e.Expr, bool]], known: dict[e.Expr, bool]) -> bool:
        """Whether what is left to hold or not to contradicts itself or what is known."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            return False
        if not left:
            return False
        # What branches goes last.
        place = next((place for place, one in enumerate(left) if not _branches(*one)), 0)
        (expr, holds), rest = left[place], [*left[:place], *left[place + 1 :]]
        match expr:
            case e.Const(value=bool() as value):
                return value != holds or self.is_closed(rest, known)
            case e.Not(of=inner):
                return self.is_closed([(inner, not holds), *rest], known)
            case e.And(left=a, right=b) | e.Or(left=a, right=b):
                if isinstance(expr, e.And) == holds:
                    return self.is_closed([(a, holds), (b, holds), *rest], known)
                return self.is_closed([(a, holds), *rest], known) and self.is_closed(
                    [(b, holds), *rest], known
                )
            case e.Choose(when=when, then=a, otherwise=b):
                return self.is_closed([(when, True), (a, holds), *rest], known) and self.is_closed(
                    [(when, False), (b, holds), *rest], known
                )
            case e.Compare(op="!=", left=a, right=b):
                return self.is_closed([(e.Compare("==", a, b), not holds), *rest], known)
            case (
                e.Compare(op="==", left=a, right=e.Const(value=bool() as value))
                | e.Compare(op="==", left=e.Const(value=bool() as value), right=a)
            ):
                return self.is_closed([(a, holds == value), *rest], known)
            case _:
                if known.get(expr, holds) != holds or (holds and _is_other(expr, known)):
                    return True
                return self.is_closed(rest, {**known, expr: holds})


def _branches(expr: e.Expr, holds: bool) -> bool:
    match expr:
        case e.Not(of=inner):
            return _branches(inner, not holds)
        case e.Compare(op="==" | "!=" as op, left=inner, right=e.Const(value=bool() as value)):
            return _branches(inner, (holds == value) == (op == "=="))
        case e.And():
            return not holds
        case e.Or():
            return holds
        case e.Choose():
            return True
        case _:
            return False


def _is_other(expr: e.Expr, known: dict[e.Expr, bool]) -> bool:
    """Whether what is known says that an attribute has another value."""
    match expr:
        case e.Compare(op="==", left=left, right=e.Const(value=value)):
            return any(
                held
                and isinstance(one, e.Compare)
                and (one.op, one.left) == ("==", left)
                and isinstance(one.right, e.Const)
                and one.right.value != value
                for one, held in known.items()
            )
        case _:
            return False
