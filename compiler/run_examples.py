"""Worked examples on the interpreter: does the scheme pay what its author worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import frozen

from hmbc.compiler.interpret import Interpreter, Missing, Prepared, State, Step, prepare
from hmbc.compiler.kernel import Input, Kernel
from hmbc.compiler.scopes import MEMBER_ID
from hmbc.dsl import codes
from hmbc.dsl.check_dated import day_text
from hmbc.dsl.checked_example import CheckedExample, CheckedExampleClaim, CheckedExpectation, Plain
from hmbc.dsl.diagnostic import Bilingual, Diagnostic
from hmbc.dsl.names import amount_text, word
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.types import Bool, Code, Money, Periods

_STATUS = {
    "ceiling": Bilingual("累计额超过上限", "a total would pass its ceiling"),
    "out_of_order": Bilingual("不按日期先后", "it is out of order"),
    "bound": Bilingual("同类项目过多", "there are too many keys"),
}


_LAYER = Bilingual("层", "layer")


@frozen
class ExampleResult:
    """One example: its place among the scheme's, and what is wrong with it."""

    title: str | None
    number: int
    diagnostics: tuple[Diagnostic, ...]


def run_examples(kernel: Kernel, scheme: CheckedScheme) -> tuple[ExampleResult, ...]:
    """Every example, in order."""
    prepared = prepare(kernel)
    return tuple(
        ExampleResult(example.title, number, tuple(_run(example, prepared, scheme)))
        for number, example in enumerate(scheme.examples, start=1)
    )


def _run(
    example: CheckedExample, prepared: Prepared, scheme: CheckedScheme
) -> Iterator[Diagnostic]:
    kernel = prepared.kernel
    interpreter = Interpreter(kernel, scalars(example.parameters), example.lists, prepared)
    states: dict[str, State] = {}
    for claim in example.claims:
        member = member_of(claim.member, claim.who, kernel)
        unit = unit_of(claim.member, member, kernel)
        values = {**defaults("claim", kernel), **claim.values}
        try:
            step = interpreter.step(states.get(unit, State()), values, member)
        except Missing as missing:
            name = _shown(missing, scheme)
            yield Diagnostic(codes.EXAMPLE_MISSING, claim.span, {"name": name})
            return
        if step.status != "ok":
            why = _STATUS.get(step.status) or _reject(step.status, kernel)
            yield Diagnostic(codes.EXAMPLE_REJECTED, claim.span, {"why": why})
            return
        yield from _compare(example, claim, step, kernel, scheme)
        yield from _compare_due(example, claim, kernel)
        states[unit] = step.state


def member_of(name: str, values: Mapping[str, Plain], kernel: Kernel) -> dict[str, Plain]:
    """All attributes of a member of an example; its id is its name."""
    return {**defaults("member", kernel), **values, MEMBER_ID.name: name}


def unit_of(name: str, member: Mapping[str, Plain], kernel: Kernel) -> str:
    """Whose claims form one stream with this member's."""
    return name if kernel.unit is None else str(member[kernel.unit])


def scalars(values: dict[str, Plain]) -> dict[str, Fraction | int | bool | str]:
    """The parameters of an example as the interpreter takes them."""
    return {name: value for name, value in values.items() if not isinstance(value, tuple)}


def defaults(owner: str, kernel: Kernel) -> dict[str, Plain]:
    """What an example may leave out: amounts are 0, yes-or-no is no, codes and periods are none.
    Anything else is missing, which matters only if it is read."""
    values: dict[str, Plain] = {}
    for given in kernel.inputs:
        if given.owner == owner and not given.optional and (empty := _empty(given)) is not None:
            values[given.name] = empty
    return values


def _empty(given: Input) -> Plain | None:
    match given.type:
        case Money():
            return 0 if given.low is not None and given.low <= 0 else None
        case Bool():
            return False
        case Code():
            return ""
        case Periods():
            return ()
        case _:
            return None


def _shown(missing: Missing, scheme: CheckedScheme) -> str:
    owners = {"claim": ("费用", "claim"), "member": ("参保人", "member")}
    if missing.owner not in owners:
        return missing.name
    zh, en = owners[missing.owner]
    return f"{zh if scheme.language == 'zh' else en}.{missing.name}"


def _reject(name: str, kernel: Kernel) -> Bilingual:
    reject = next(reject for reject in kernel.rejects if reject.name == name)
    return Bilingual(reject.zh, reject.en)


def _compare(
    example: CheckedExample,
    claim: CheckedExampleClaim,
    step: Step,
    kernel: Kernel,
    scheme: CheckedScheme,
) -> Iterator[Diagnostic]:
    for expected in claim.expectations:
        if expected.due is not None:
            continue
        wanted, got = _both(expected, step, scheme)
        if wanted != got:
            values = {"title": _title(example), "expected": wanted, "actual": got}
            why = tuple((_LAYER, _told(layer, step, kernel)) for layer in step.pays)
            yield Diagnostic(codes.EXAMPLE_FAILED, expected.span, values, extra=why)


def _compare_due(
    example: CheckedExample, claim: CheckedExampleClaim, kernel: Kernel
) -> Iterator[Diagnostic]:
    """Until when the claim is to be paid. What counts days is asked only where an example does."""
    wanted = [expected for expected in claim.expectations if expected.due is not None]
    if not wanted:
        return
    from hmbc.compiler.due_days import CannotCount, due_day

    for expected in wanted:
        try:
            day = due_day(str(expected.due), claim.values, kernel)
        except CannotCount as why:
            yield Diagnostic(codes.EXAMPLE_REJECTED, claim.span, {"why": why.text})
            return
        if day != expected.day:
            values = {
                "title": _title(example), "expected": _day(expected.day), "actual": _day(day),
            }  # fmt: skip
            yield Diagnostic(codes.EXAMPLE_FAILED, expected.span, values)


def _day(day: int | None) -> Bilingual | str:
    return word("NONE") if day is None else day_text(day)


def _title(example: CheckedExample) -> Bilingual:
    if not example.title:
        return Bilingual("", "")
    return Bilingual(f"“{example.title}”", f' "{example.title}"')


def _told(layer: str, step: Step, kernel: Kernel) -> Bilingual:
    """What one layer paid, and why."""
    pay, code = amount_text(step.pays[layer], kernel.minor_digits), step.reasons[layer]
    label = next(reason.label for reason in kernel.reasons if reason.code == code)
    zh = label if kernel.language == "zh" else code
    return Bilingual(f"{layer}：{pay}（{zh}）", f"{layer}: {pay} ({code})")


def _of_layer(layer: str, step: Step) -> int:
    """What a layer comes to; one that others pay is only in the trace."""
    got = step.pays[layer] if layer in step.pays else step.trace[f"{layer}.pay"]
    assert isinstance(got, int | Fraction)
    return int(got)


def _both(expected: CheckedExpectation, step: Step, scheme: CheckedScheme) -> tuple[str, str]:
    if expected.reason is not None:
        return expected.reason, step.reason
    got = step.total_pay if expected.layer is None else _of_layer(expected.layer, step)
    assert expected.amount is not None
    digits = scheme.minor_digits
    return amount_text(expected.amount, digits), amount_text(got, digits)
