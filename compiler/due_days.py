"""Until when a claim of a worked example is to be paid, counted as the runtime counts it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.plan import plan_of
from hmbc.dsl.checked_example import Plain
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.types import Enum, Ratio
from hmbc.runtime.deadlines import Deadlines
from hmbc.runtime.errors import BadTable
from hmbc.runtime.ratio import RATIO_DENOMINATOR
from hmbc.runtime.working_days import NotCovered


class CannotCount(Exception):
    """The calendar does not know the days, or is not there."""

    def __init__(self, text: Bilingual) -> None:
        super().__init__(text.en)
        self.text = text


def due_day(name: str, values: Mapping[str, Plain], kernel: Kernel) -> int | None:
    """The last day of the deadline `name` for a claim with these values, in days since 1970-01-01;
    None where it has none. Raises CannotCount."""
    inputs = [given for given in kernel.inputs if given.owner == "claim"]
    plan = plan_of(kernel)
    due = next(one for one in plan.deadlines if one.name == name)

    def cell(place: int) -> int | None:
        given = inputs[place]
        value = values.get(given.name)
        if value is None or isinstance(value, tuple):
            return None
        if isinstance(given.type, Enum):
            return given.type.values.index(str(value))
        return int(Fraction(value) * (RATIO_DENOMINATOR if isinstance(given.type, Ratio) else 1))

    try:
        return Deadlines(plan).of(due, cell)
    except NotCovered as missing:
        raise CannotCount(
            Bilingual(f"工作日历没有{missing.year}年", f"the calendar does not know {missing.year}")
        ) from missing
    except BadTable as missing:
        raise CannotCount(Bilingual(str(missing), str(missing))) from missing
