"""The worked examples of a scheme as claim histories: one for each unit of each example."""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.compiler.histories import History
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.refunds import Row
from hmbc.compiler.run_examples import defaults, member_of, scalars, unit_of
from hmbc.dsl.scheme import CheckedScheme


def histories_of(kernel: Kernel, scheme: CheckedScheme) -> Iterator[History]:
    """What the examples hand in; what they expect is left out."""
    for example in scheme.examples:
        rows: dict[str, list[Row]] = {}
        for number, claim in enumerate(example.claims, 1):
            member = member_of(claim.member, claim.who, kernel)
            values = {**defaults("claim", kernel), **claim.values}
            unit = unit_of(claim.member, member, kernel)
            rows.setdefault(unit, []).append(Row(id=f"c{number}", claim=values, member=member))
        for one in rows.values():
            yield History(
                parameters=scalars(example.parameters), lists=example.lists, rows=tuple(one)
            )
