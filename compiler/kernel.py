"""The kernel: a scheme as a straight line of definitions, evaluated once per claim row.

Read docs/semantics.md for what each part means exactly. A kernel is closed: it holds everything
that adjudication needs and refers to nothing of the source but clauses to cite.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, field, frozen

from hmbc.dsl.expr import Expr, Owner
from hmbc.dsl.source import NOWHERE, Span
from hmbc.dsl.types import Type

KEY_BOUND = 10_000
"""Most keys of one keyed accumulator and one unit, where the scheme declares none."""

OUTSIDE_VALIDITY = "outside_validity"
"""The reject of claims on days on which an edition does not hold."""


@frozen(kw_only=True)
class Input:
    """An attribute that adjudication reads. low and high close its domain, in the units of the type
    (minor units, millionths of a ratio, days since 1970-01-01); None where the type has none. varies:
    a member's value may change with the date."""

    owner: Owner
    name: str
    label: str | None = None
    type: Type
    optional: bool = False
    low: int | None = None
    high: int | None = None
    value_labels: tuple[str | None, ...] = ()
    varies: bool = False


@frozen(kw_only=True)
class ParameterInput:
    """An external scalar parameter with its domain, in the units of its type."""

    name: str
    label: str | None = None
    type: Type
    low: int
    high: int


@frozen(kw_only=True)
class ListInput:
    """A list of codes; None where it is external."""

    name: str
    codes: tuple[str, ...] | None


@frozen(kw_only=True)
class Clause:
    """What a definition goes back to: its citations and its place in the source."""

    cites: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, eq=False, repr=False)


@frozen(kw_only=True)
class Definition:
    """`name = expr`. `role` and `layer` say what it is for an explanation (base, excess, share,
    pay, ...)."""

    name: str
    expr: Expr
    role: str
    layer: str | None = None
    clause: Clause = Clause()

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """All that it is worked out from."""
        return (self.expr,)


@frozen(kw_only=True)
class Accumulator:
    """`name = accumulate adds per keys`: the running total of `adds` over the rows of this unit that
    have this row's key values.

    sequential: a new key forgets the old one (only a key that never decreases with the deciding
    date: compared as its tuple); else keyed, with at most `bound` keys a unit. A row that adds 0
    moves neither key nor total. `ceiling`: the largest total, in 1/denominator minor units, where
    denominator is that of `adds`; a row that would pass it is rejected.
    """

    name: str
    adds: Expr
    keys: tuple[Expr, ...]
    sequential: bool
    bound: int = KEY_BOUND
    ceiling: int
    role: str = "total"
    layer: str | None = None
    clause: Clause = Clause()

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """All that it is worked out from."""
        return (self.adds, *self.keys)


@frozen(kw_only=True)
class Outcome:
    """One layer's result: the definition that pays, and why: the first reason whose condition
    holds. The last condition is always true. `reasons` names entries of Kernel.reasons."""

    layer: str
    label: str | None = None
    pay: str
    reasons: tuple[tuple[str, Expr], ...]


@frozen(kw_only=True)
class Reason:
    """A reason code (`paid`, `excluded:NAME`), its label in the scheme's language and its rank: a
    claim's reason is that of the layer with the least rank."""

    code: str
    label: str
    rank: int
    clause: Clause = Clause()


@frozen(kw_only=True)
class Deadline:
    """Until when a claim is to be paid: `days` days after its date `start`, the first of them the
    day after it: working days of `calendar` or (None) any. None where `start` is absent or `when`,
    which reads the claim's attributes only, does not hold. Neither the interpreter nor an evaluator
    reads deadlines: the runtime counts them (runtime/deadlines.py)."""

    name: str
    label: str | None = None
    days: int
    calendar: str | None = None
    start: str
    when: Expr
    clause: Clause = Clause()


@frozen(kw_only=True)
class Reject:
    """A ground for rejecting a row: `when` reads attributes, parameters, and totals as they were when
    the row began."""

    name: str
    zh: str
    en: str
    when: Expr


@frozen(kw_only=True)
class Stated:
    """What the author states of every row that is adjudicated. No evaluator reads it. over: the totals that
    it needs, which are there for a proof alone (stated_amounts.with_stated_totals)."""

    name: str
    holds: Expr
    over: tuple[Accumulator, ...] = ()
    clause: Clause = Clause()


@frozen(kw_only=True)
class NeverLess:
    """What the author states of two values of a member's attribute: with `more`, no less is paid in
    sum than with `less`. No evaluator reads it."""

    name: str
    attribute: str
    more: str
    less: str
    clause: Clause = Clause()


@frozen(kw_only=True)
class Kernel:
    """A scheme, desugared. `items` are in evaluation order; each reads only what stands before it,
    except `Before`, which may be read anywhere. `unit`: the member input of type code whose value
    makes one unit of several members; None: each member is a unit."""

    name: str
    title: str | None = None
    language: str
    currency: str
    minor_digits: int
    date: str = "date"
    unit: str | None = None
    inputs: tuple[Input, ...]
    parameters: tuple[ParameterInput, ...] = ()
    lists: tuple[ListInput, ...] = ()
    rejects: tuple[Reject, ...] = ()
    items: tuple[Definition | Accumulator, ...]
    outcomes: tuple[Outcome, ...]
    reasons: tuple[Reason, ...]
    deadlines: tuple[Deadline, ...] = ()
    stated: tuple[Stated | NeverLess, ...] = ()

    @property
    def definitions(self) -> dict[str, Definition]:
        """By name, in the order of evaluation."""
        return {item.name: item for item in self.items if isinstance(item, Definition)}

    @property
    def accumulators(self) -> dict[str, Accumulator]:
        """The running totals by name, in the order of evaluation."""
        return {item.name: item for item in self.items if isinstance(item, Accumulator)}


def read_anew(kernel: Kernel, read: Callable[[Expr], Expr]) -> Kernel:
    """The kernel with the expression of each definition as `read` gives it; the same one where nothing
    changes."""
    items = tuple(
        evolve(item, expr=read(item.expr)) if isinstance(item, Definition) else item
        for item in kernel.items
    )
    return kernel if items == kernel.items else evolve(kernel, items=items)
