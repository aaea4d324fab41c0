"""The columns of a table, matched to what a scheme declares and read as words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hmbc.runtime import rejects
from hmbc.runtime.arrow_in import Column, InTable
from hmbc.runtime.columns import Reader
from hmbc.runtime.in_order import each
from hmbc.runtime.plan import AttributePlan, Plan
from hmbc.runtime.spreadsheets import spreadsheet_hint
from hmbc.runtime.units_text import word_text
from hmbc.runtime.values import Values, absent

TABLES = {"claims": "费用", "members": "参保人", "state": "累计额"}
"""What tables are called in Chinese."""
MOST_NAMED = 30
"""Of the columns that nothing asks for, how many are named."""

REFUSED = {
    "float": (
        "列 `{column}` 是浮点数，不精确；请用 decimal、整数或文本",
        "column `{column}` holds binary floating point, which is not exact; "
        "use decimal, integers or text",
    ),
    "whole": (
        "列 `{column}` 是整数，单位不明；若金额以最小货币单位（分）计，请声明 minor_units"
        "（--minor-units）",
        "column `{column}` holds integers of unstated unit; if they are minor units (fen), say "
        "minor_units (--minor-units)",
    ),
    "type": (
        "列 `{column}` 的类型 {format} 不能用作{kind}",
        "column `{column}` of type {format} cannot be a {kind}",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A column that a table may answer with: by name or by label."""

    name: str
    label: str | None
    kind: str
    optional: bool
    reader: Reader
    plan: AttributePlan | None = None


@dataclass(slots=True)
class Matched:
    """The columns found, in the order wanted (None where an optional one is missing)."""

    columns: list[Column | None] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def reader_of(attribute: AttributePlan, plan: Plan, *, minor_units: bool = False) -> Reader:
    """How this attribute's cells are read."""
    return Reader(
        attribute.kind,
        digits=plan.minor_digits,
        low=attribute.low,
        high=attribute.high,
        values=list(zip(attribute.values, attribute.value_labels, strict=True))
        if attribute.value_labels
        else [(value,) for value in attribute.values],
        minor_units=minor_units,
    )


def match_columns(
    table: InTable, wanted: Sequence[Wanted], name: str, language: str, left_out: Sequence[str] = ()
) -> Matched:
    """Finds each wanted column by name or label, and refuses what cannot be read exactly.

    name: of the table, for messages; left_out: its columns that were not even read.
    """
    found = Matched()
    chinese = language == "zh"
    shown_as = f"{TABLES[name]}表"
    places: dict[str, list[int]] = {}
    for place, column_name in enumerate(table.names):
        places.setdefault(column_name, []).append(place)
    used: set[str] = set()
    lacks = False
    for want in wanted:
        names = [text for text in dict.fromkeys((want.name, want.label)) if text in places]
        used.update(text for text in names if text)
        here = [place for text in names if text for place in places[text]]
        if len(here) > 1:
            shown = "`, `".join(table.names[place] for place in here)
            found.problems.append(
                f"{shown_as}中 `{want.name}` 有不止一列：`{shown}`"
                if chinese
                else f"table {name} has more than one column for `{want.name}`: `{shown}`"
            )
            found.columns.append(None)
        elif not here:
            if not want.optional:
                lacks = True
                label = f" (`{want.label}`)" if want.label and want.label != want.name else ""
                found.problems.append(
                    f"{shown_as}缺少列 `{want.name}`{label}"
                    if chinese
                    else f"table {name} has no column `{want.name}`{label}"
                )
            found.columns.append(None)
        else:
            column = table.column(here[0])
            why = want.reader.refuses(column)
            if why is not None:
                found.problems.append(
                    REFUSED[why][0 if chinese else 1].format(
                        column=column.name, format=column.format, kind=want.kind
                    )
                )
            found.columns.append(column)
    found.ignored = [text for text in dict.fromkeys((*table.names, *left_out)) if text not in used]
    if lacks and found.ignored:
        shown = "`, `".join(found.ignored[:MOST_NAMED])
        more = " …" if len(found.ignored) > MOST_NAMED else ""
        found.problems.append(
            f"{shown_as}中没有用上的列：`{shown}`{more}"
            if chinese
            else f"columns of table {name} that nothing asks for: `{shown}`{more}"
        )
    return found


def read_columns(
    matched: Matched, wanted: Sequence[Wanted], length: int, threads: int = 1
) -> list[Values]:
    """The words of each wanted column."""

    def read(places: Sequence[int]) -> list[Values]:
        found = []
        for place in places:
            column, want = matched.columns[place], wanted[place]
            if column is None:
                found.append(absent(length, want.kind))
            else:
                found.append(want.reader.read(column, optional=want.optional))
        return found

    # one thread for all attributes whose codes one table numbers
    groups: dict[int, list[int]] = {}
    for place, want in enumerate(wanted):
        groups.setdefault(id(want.reader.texts), []).append(place)
    values: dict[int, Values] = {}
    for places, found in zip(groups.values(), each(read, threads, groups.values()), strict=True):
        values.update(zip(places, found, strict=True))
    return [values[place] for place in range(len(wanted))]


def cell_reason(status: int, text: str, want: Wanted, plan: Plan) -> tuple[str, str]:
    """Code and reason for one bad cell."""
    ground = rejects.OF_CELL[status]
    chinese = plan.language == "zh"
    low = high = expected = ""
    digits = plan.minor_digits if want.kind == "money" else 6 if want.kind == "ratio" else 0
    if ground is rejects.TOO_MANY_DECIMALS and want.kind == "int":
        ground = rejects.NOT_NUMBER
    if ground is rejects.NOT_NUMBER:
        expected = rejects.NUMBER_NAMES[want.kind][0 if chinese else 1]
    if ground is rejects.OUT_OF_RANGE:
        attribute = want.plan
        low = _bound(attribute.low if attribute else None, want.kind, plan, "-∞")
        high = _bound(attribute.high if attribute else None, want.kind, plan, "∞")
    if ground is rejects.NOT_A_VALUE and want.plan:
        expected = _listed(want.plan.values, chinese)
    reason = rejects.text_of(
        ground,
        plan.language,
        value=text,
        low=low,
        high=high,
        expected=expected,
        digits=digits,
    )
    return ground.code, reason + spreadsheet_hint(text, want.kind, plan.language)


def _listed(values: Iterable[str], chinese: bool) -> str:
    return ("、" if chinese else ", ").join(f"`{value}`" for value in values)


def _bound(word: int | None, kind: str, plan: Plan, none: str) -> str:
    return none if word is None else word_text(word, kind, plan.minor_digits)
