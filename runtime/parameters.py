"""External parameters and lists of codes, checked against what a scheme declares."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hmbc.runtime.columns import Reader
from hmbc.runtime.errors import BadParameters
from hmbc.runtime.plan import ParameterPlan, Plan
from hmbc.runtime.units_text import value_text, word_text


@dataclass(frozen=True, slots=True)
class Parameters:
    """words: in the plan's order; codes: of each list of the plan, external or not; kernel: the hash
    of the scheme that they were checked for."""

    words: list[int]
    codes: dict[str, frozenset[str]]
    kernel: str


def check_parameters(
    plan: Plan, given: Mapping[str, object] | Parameters | None
) -> Parameters:
    """Read the parameters of one run. A name is the declared one or its label.

    given: as they come, or what this function gave before. Raises: BadParameters, with every problem.
    """
    chinese = plan.language == "zh"
    if isinstance(given, Parameters):
        if given.kernel != plan.kernel_hash:
            raise BadParameters(
                ["参数是为另一版方案检查的" if chinese else "the parameters are of another scheme"]
            )
        return given
    values = dict(given or {})
    problems: list[str] = []
    words: list[int] = []
    codes: dict[str, frozenset[str]] = {}
    for parameter in plan.parameters:
        names = [
            name for name in dict.fromkeys((parameter.name, parameter.label)) if name in values
        ]
        if len(names) != 1:
            many = len(names) > 1
            problems.append(
                f"参数 `{parameter.name}` {'给了两次' if many else '没有给出'}"
                if chinese
                else f"parameter `{parameter.name}` is {'given twice' if many else 'missing'}"
            )
            for name in names:
                del values[name or ""]
            continue
        words.append(_word(plan, parameter, values.pop(names[0] or ""), problems))
    for listed in plan.lists:
        if listed.codes is not None:
            codes[listed.name] = frozenset(listed.codes)
        elif listed.name in values:
            codes[listed.name] = _codes(listed.name, values.pop(listed.name), problems, chinese)
        else:
            problems.append(
                f"代码表 `{listed.name}` 没有给出"
                if chinese
                else f"list `{listed.name}` is missing"
            )
    known = [parameter.name for parameter in plan.parameters]
    known += [listed.name for listed in plan.lists if listed.codes is None]
    for name in values:
        near = difflib.get_close_matches(name, known, n=1)
        hint = ""
        if near:
            hint = f"，是 `{near[0]}` 吗" if chinese else f", did you mean `{near[0]}`"
        problems.append(
            f"没有参数 `{name}`{hint}" if chinese else f"there is no parameter `{name}`{hint}"
        )
    if problems:
        raise BadParameters(problems)
    return Parameters(words, codes, plan.kernel_hash)


def _word(plan: Plan, parameter: ParameterPlan, value: object, problems: list[str]) -> int:
    chinese = plan.language == "zh"
    kind, digits = parameter.kind, plan.minor_digits
    reader = Reader(kind, digits=digits, low=parameter.low, high=parameter.high)
    try:
        text = value_text(value, kind)
    except TypeError as error:
        problems.append(
            f"参数 `{parameter.name}`：{value!r} 不是精确的 {kind}"
            if chinese
            else f"parameter `{parameter.name}`: {error}"
        )
        return 0
    status, word = reader.parse(text)
    if status == 3:
        low = "-∞" if parameter.low is None else word_text(parameter.low, kind, digits)
        high = "∞" if parameter.high is None else word_text(parameter.high, kind, digits)
        problems.append(
            f"参数 `{parameter.name}`：{text} 不在 {low} 到 {high} 之间"
            if chinese
            else f"parameter `{parameter.name}`: {text} is not between {low} and {high}"
        )
    elif status:
        problems.append(
            f"参数 `{parameter.name}`：`{text}` 不是 {kind}"
            if chinese
            else f"parameter `{parameter.name}`: `{text}` is no {kind}"
        )
    return word


def _codes(name: str, value: object, problems: list[str], chinese: bool) -> frozenset[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        problems.append(
            f"代码表 `{name}` 应为一列代码" if chinese else f"list `{name}` must be a list of codes"
        )
        return frozenset()
    codes = list(value)
    if not all(isinstance(code, str) and code for code in codes):
        problems.append(
            f"代码表 `{name}` 的代码应为非空文本"
            if chinese
            else f"codes of list `{name}` must be texts that are not empty"
        )
        return frozenset()
    return frozenset(codes)
