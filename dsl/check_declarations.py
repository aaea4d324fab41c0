"""Attributes, parameters and lists: each declared once, with a type and a domain that make sense."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_dated import check_dated, day_text
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.check_means import check_means
from hmbc.dsl.concepts import OF_ATTRIBUTE, OF_LIST
from hmbc.dsl.diagnostic import Related
from hmbc.dsl.environment import FIRST, Environment, FixedParameter
from hmbc.dsl.list_files import ListOutside, ListUnreadable, read_list
from hmbc.dsl.names import amount_text, percent_text
from hmbc.dsl.scheme import AttributeInfo, ListInfo, ParameterInfo
from hmbc.dsl.source import Span
from hmbc.dsl.types import MONEY_HIGH, Bool, Code, Date, Enum, Int, Money, Periods, Ratio, Type
from hmbc.dsl.types_as_written import in_own_types
from hmbc.dsl.written_codes import refuse_file

MILLION = 1_000_000
_FIRST_DAY, _LAST_DAY = -25567, 84005  # 1900-01-01, 2199-12-31
_DOMAIN: dict[type, tuple[int, int]] = {
    Money: (0, MONEY_HIGH),
    Ratio: (0, MILLION),
    Int: (0, 10**9),
    Date: (_FIRST_DAY, _LAST_DAY),
}
_BUILT_IN = {"claim": ("claim_id", "member_id", "date"), "member": ("member_id",)}
WORDS: dict[str, Type] = {
    "MONEY": Money(),
    "RATIO": Ratio(),
    "INT": Int(),
    "BOOL": Bool(),
    "DATE_WORD": Date(),
    "PERIODS": Periods(),
}


def texts(cites: n.Cites) -> tuple[str, ...]:
    """Citations as texts."""
    return tuple(cite.text for cite in cites)


def check_attributes(scheme: n.Scheme, env: Environment) -> None:
    """Declare every attribute, and the date that decides where no other is named."""
    for block in scheme.items:
        if isinstance(block, n.Attributes):
            for declared in block.attributes:
                _attribute(block.owner, declared, env)
    deciding = env.attributes.get(("claim", env.date))
    if deciding is None or deciding.type != Date():  # none is named, or one that cannot decide
        env.date = "date"
        low, high = _DOMAIN[Date]
        date = AttributeInfo("claim", "date", None, Date(), False, low, high)
        env.attributes[("claim", "date")] = date
        env.used.add(("claim", "date"))


def _attribute(owner: str, declared: n.AttributeDeclaration, env: Environment) -> None:
    name = declared.name.text
    if name in _BUILT_IN[owner] or (owner == "claim" and name == "日期"):
        use = env.shown("claim.date") if name in ("date", "日期") else f"`{name}`"
        env.report(codes.RESERVED_NAME, declared.name.span, name=name, use=use)
        return
    if (before := env.attributes.get((owner, name))) is not None:
        env.report(
            codes.DUPLICATE, declared.name.span, Related(before.span, FIRST), name=name
        )
        return
    labels: tuple[str | None, ...] = ()
    low: int | None
    high: int | None
    declared = in_own_types(declared, env)
    if isinstance(declared.type, n.EnumType):
        values = declared.type.values
        type_: Type = Enum(f"{owner}.{name}", tuple(value.name.text for value in values))
        labels = tuple(value.label for value in values)
        _unique([value.name for value in values], env)
        if len(values) == 1:
            env.report(codes.ONE_VALUE, values[0].span, name=name, value=values[0].name.text)
        low = high = None
    elif declared.type.word == "CODE":
        type_ = Code(f"{owner}.{name}")
        low, high = _domain(declared.type, type_, env)  # a code has none; one that is written is told
    else:
        type_ = WORDS[declared.type.word]
        low, high = _domain(declared.type, type_, env)
    if declared.varies and owner == "claim":
        env.report(codes.VARIES_IDLE, declared.name.span, name=name)
    env.attributes[(owner, name)] = AttributeInfo(
        owner, name, declared.label, type_, declared.optional, low, high, labels,  # type: ignore[arg-type]
        declared.varies and owner == "member", texts(declared.cites), span=declared.name.span,
        means=check_means(name, declared.label, declared.means, OF_ATTRIBUTE, env),
    )  # fmt: skip


def _unique(names: list[n.Name], env: Environment) -> None:
    seen: dict[str, Span] = {}
    for name in names:
        if name.text in seen:
            env.report(codes.CASE_TWICE, name.span, Related(seen[name.text], FIRST), name=name.text)
        seen.setdefault(name.text, name.span)


def _domain(
    written: n.PlainType, type_: Type, env: Environment
) -> tuple[int | None, int | None]:
    default = _DOMAIN.get(type(type_))
    if written.low is None or written.high is None:
        return default or (None, None)
    if default is None:
        env.report(
            codes.UNEXPECTED, written.low.span, hint=False, found="范围" if env.language == "zh" else "a range"
        )
        return None, None
    low = constant(check_as(written.low, type_, env), type_)
    high = constant(check_as(written.high, type_, env), type_)
    if low is None or high is None:
        return default
    if low > high:
        env.report(
            codes.EMPTY_RANGE, written.low.span.to(written.high.span),
            low=value_text(low, type_, env), high=value_text(high, type_, env),
        )  # fmt: skip
        return default
    return low, high


def value_text(value: int, type_: Type, env: Environment) -> str:
    """A value in the units of its type, as people write it."""
    match type_:
        case Money():
            return amount_text(value, env.minor_digits)
        case Ratio():
            return percent_text(Fraction(value, MILLION))
        case Date():
            return day_text(value)
        case _:
            return str(value)


def constant(value: e.Expr, type_: Type) -> int | None:
    """A literal in the units of its type, None for anything else."""
    if not isinstance(value, e.Const) or isinstance(value.value, str):
        return None
    if isinstance(value.value, bool) and not isinstance(type_, Bool):
        return None  # stands for what is broken, and was told
    if isinstance(type_, Ratio):
        return int(Fraction(value.value) * MILLION)
    return int(value.value)


def check_parameters(scheme: n.Scheme, env: Environment) -> None:
    """Declare every parameter; an external one needs a domain only where its type has none."""
    for item in scheme.items:
        if not isinstance(item, n.ParameterDeclaration):
            continue
        name = item.name.text
        if (before := env.parameters.get(name) or env.lists.get(name)) is not None:
            env.report(codes.DUPLICATE, item.name.span, Related(before.span, FIRST), name=name)
            continue
        type_ = WORDS.get(item.type.word)
        if type_ is None or isinstance(type_, Periods):
            env.report(
                codes.UNEXPECTED, item.type.span, hint=False,
                found="这种类型" if env.language == "zh" else "this type",
            )  # fmt: skip
            continue
        low, high = _domain(item.type, type_, env)
        if item.values is None:
            if isinstance(type_, Bool):
                low, high = 0, 1
            assert low is not None and high is not None
            env.parameters[name] = ParameterInfo(
                name, item.label, type_, low, high, texts(item.cites), span=item.name.span
            )
        elif isinstance(item.values, tuple):
            check_dated(item, item.values, type_, env)
        else:
            value = check_as(item.values, type_, env)
            env.parameters[name] = FixedParameter(name, type_, value, (), item.name.span)


def check_lists(scheme: n.Scheme, env: Environment, folder: Path | None) -> None:
    """Declare every list and read those in files."""
    for item in scheme.items:
        if not isinstance(item, n.ListDeclaration):
            continue
        name = item.name.text
        if (before := env.parameters.get(name) or env.lists.get(name)) is not None:
            env.report(codes.DUPLICATE, item.name.span, Related(before.span, FIRST), name=name)
            continue
        members = _codes(item, env, folder)
        env.lists[name] = ListInfo(
            name, item.label, members, texts(item.cites), span=item.name.span,
            means=check_means(name, item.label, item.means, OF_LIST, env),
        )


def _codes(
    item: n.ListDeclaration, env: Environment, folder: Path | None
) -> tuple[str, ...] | None:
    match item.codes:
        case None:
            return None
        case n.Text(text=file, span=span):
            try:
                found = read_list(folder, file)
            except ListOutside:
                env.report(codes.LIST_OUTSIDE, span, file=file)
                return ()
            except ListUnreadable as error:
                env.report(codes.LIST_FILE, span, file=file, why=error.why)
                return ()
        case written:
            for text in written:
                refuse_file(text.text, text.span, env)
            found = [text.text.strip() for text in written]
            span = item.name.span
    doubles = sorted({code for code in found if found.count(code) > 1}) if len(
        set(found)
    ) < len(found) else []
    for code in doubles:
        env.report(codes.LIST_DUPLICATE, span, name=item.name.text, member=code)
    return tuple(sorted(set(found)))
