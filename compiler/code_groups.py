"""Codes of which attributes are compared with one another: a host numbers their texts together."""

from __future__ import annotations

from hmbc.compiler.expressions import expressions
from hmbc.compiler.kernel import Kernel
from hmbc.dsl.expr import Attribute, Compare
from hmbc.dsl.reads import walk
from hmbc.dsl.types import Code

Place = tuple[str, str]


def code_groups(kernel: Kernel) -> dict[Place, int]:
    """(owner, name) of an attribute that is compared with another one -> the number of its group."""
    groups: list[set[Place]] = []
    for expr in expressions(kernel):
        for node in walk(expr):
            match node:
                case Compare(left=Attribute(type=Code()) as one, right=Attribute(type=Code()) as two):
                    pair = {(one.owner, one.name), (two.owner, two.name)}
                    met = [group for group in groups if group & pair]
                    groups = [group for group in groups if group not in met]
                    groups.append(pair.union(*met))
                case _:
                    pass
    return {place: number for number, group in enumerate(groups) for place in group}
