"""`prove pay does not depend on member.insurance`: read off the kernel, nothing is tried out.

A payment depends on an attribute if any definition that leads to it reads the attribute. That is
the safe side: what is independent here is independent; a dependence may be one in name only.
"""

from __future__ import annotations

from collections.abc import Iterator

from hmbc.compiler.kernel import Kernel
from hmbc.dsl import codes
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, Related
from hmbc.dsl.reads import attributes_read, items_read
from hmbc.dsl.scheme import CheckedScheme
from hmbc.dsl.source import Span

Attribute = tuple[str, str]


def dependences(kernel: Kernel) -> dict[Attribute, Span]:
    """Every attribute on which some payment depends, with a clause through which it does."""
    items = {item.name: item for item in kernel.items}
    found: dict[Attribute, Span] = {}
    pending = [outcome.pay for outcome in kernel.outcomes]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        item = items[name]
        for expr in item.exprs:
            for attribute in sorted(attributes_read(expr)):
                found.setdefault(attribute, item.clause.span)
            pending += items_read(expr)
    for reject in kernel.rejects:
        for attribute in sorted(attributes_read(reject.when)):
            found.setdefault(attribute, Span(0, 0))
    return found


def prove_independence(kernel: Kernel, scheme: CheckedScheme) -> Iterator[Diagnostic]:
    """An error for each attribute that the scheme says nothing depends on, and something does."""
    found = dependences(kernel)
    for claimed in scheme.independences:
        clause = found.get((claimed.owner, claimed.name))
        if clause is None:
            continue
        info = next(
            x for x in scheme.attributes if (x.owner, x.name) == (claimed.owner, claimed.name)
        )
        here = Bilingual("在这里起作用", "it plays a part here")
        yield Diagnostic(
            codes.DEPENDS,
            claimed.span,
            {"attribute": info.label or info.name},
            (Related(clause, here),) if clause.end else (),
            hint=False,
        )
