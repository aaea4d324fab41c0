"""A checked expression with its type, and what is said where two types do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import DECLARED, Environment
from hmbc.dsl.lexer import ADVICE
from hmbc.dsl.names import type_name
from hmbc.dsl.types import Code, Date, Days, Enum, Int, Type, Unknown


@frozen
class Typed:
    """A checked expression and its type. `last` is the end of a period, `expr` its beginning."""

    expr: e.Expr
    type: Type
    last: e.Expr | None = None


BROKEN = Typed(e.FALSE, Unknown())


def fits(found: Type, wanted: Type) -> bool:
    """Whether what was found may stand where `wanted` is asked for; Unknown fits, it is told already."""
    if isinstance(found, Unknown) or isinstance(wanted, Unknown):
        return True
    if isinstance(found, Code) and isinstance(wanted, Code):
        return True
    return found == wanted


def declared(written: n.Expression, env: Environment) -> Iterator[Related]:
    """Where what is read was declared."""
    match written:
        case n.AttributeRef(owner=owner, name=name):
            info = env.attributes.get((owner, name.text))
            if info is not None and info.span.end:
                yield Related(info.span, DECLARED)
        case n.NameRef(name=text):
            found = env.parameters.get(text) or env.lists.get(text)
            if found is not None:
                yield Related(found.span, DECLARED)
        case n.Binary(left=left, right=right):
            yield from declared(left, env)
            yield from declared(right, env)
        case _:
            pass


def of_enum(enum: Enum, env: Environment) -> Iterator[Related]:
    """Where the attribute with these values was declared."""
    owner, name = enum.name.split(".", 1)
    if (info := env.attributes.get((owner, name))) is not None:
        yield Related(info.span, DECLARED)


def literal_hint(type_: Type) -> Type | None:
    """What a bare number or a value beside this type is."""
    return None if isinstance(type_, Unknown) else type_


SAY_IS = Bilingual("写“是”或“不是”，不用等号", "write `is` or `is not`; `=` is for amounts and dates")
_OPERATIONS = {
    "add": Bilingual("相加", "added"),
    "subtract": Bilingual("相减", "subtracted"),
    "multiply": Bilingual("相乘", "multiplied"),
    "compare": Bilingual("相比", "compared"),
    "share": Bilingual("作为部分和全部来分摊", "the part and the whole of a share"),
}


def same(
    written: n.Expression,
    one: Typed,
    two: Typed,
    env: Environment,
    operation: str,
    left: n.Expression,
    right: n.Expression,
) -> bool:
    """Whether both are of one type; if not, it is reported, unless one is Unknown."""
    if isinstance(one.type, Unknown) or isinstance(two.type, Unknown):
        return False
    if one.type == two.type:
        return True
    clash(written, one, two, env, operation, left, right)
    return False


def _advice(
    one: Typed, two: Typed, left: n.Expression, right: n.Expression, operation: str
) -> tuple[tuple[Bilingual, Bilingual], ...]:
    """What was probably meant, where the two sides tell it."""
    for first, second, other in ((one, two, right), (two, one, left)):
        match first.type, second.type:
            case Enum(values=values), Code() if isinstance(other, n.CodeLiteral):
                text = other.text if other.text in values else values[0]
                advice = Bilingual(f"取值不加引号：写 {text}", f"a value has no quotes: write {text}")
            case Code(), Code() if operation == "compare":
                advice = SAY_IS
            case Date(), Int() if isinstance(other, n.NumberLiteral) and operation != "compare":
                advice = Bilingual(f"天数要带单位：写 {other.value}天", f"say of what: {other.value} days")
            case Days(), Int() if isinstance(other, n.NumberLiteral):
                advice = Bilingual(f"天数要带单位：写 {other.value}天", f"say of what: {other.value} days")
            case Int(), Days() if isinstance(other, n.DurationLiteral):
                advice = Bilingual(
                    f"另一边是整数，不是天数：写 {other.days}",
                    f"the other side is a whole number, not days: write {other.days}",
                )
            case Days(), Int():
                advice = Bilingual(
                    "两个日期之差是天数；整数的列不是，乘以 1天 才是",
                    "the difference of two dates is a number of days; for a number write it times `1 day`",
                )
            case _:
                continue
        return ((ADVICE, advice),)
    return ()


def clash(
    written: n.Expression,
    one: Typed,
    two: Typed,
    env: Environment,
    operation: str,
    left: n.Expression,
    right: n.Expression,
    extra: tuple[tuple[Bilingual, Bilingual], ...] = (),
) -> None:
    """Report two types that do not go together."""
    extra = extra or _advice(one, two, left, right, operation)
    env.report(
        codes.CLASH, written.span,
        Related(left.span, type_name(one.type)), Related(right.span, type_name(two.type)),
        *declared(left, env), *declared(right, env),
        hint=operation != "multiply" and one.type != two.type and not extra,
        left=type_name(one.type), right=type_name(two.type), operation=_OPERATIONS[operation],
        extra=extra,
    )  # fmt: skip
