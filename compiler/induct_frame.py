"""Two runs of one unit that differ in one row: how far their totals differ under that row's keys, and elsewhere.

Where the totals of other keys are the same in both runs, what is paid differs by what it differs under the keys of
the row in which they differ. Of the vector of totals under these keys relations between the two runs are guessed:
one is not above the other, by no more than a step, no more than another total differs. Of all other keys, that the
totals are in order. What the differing row establishes and every row that both share keeps, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import z3
from attrs import define, field

from hmbc.compiler.induct_ghosts import ghost
from hmbc.compiler.induct_invariants import Houdini
from hmbc.compiler.induct_pair import Pair
from hmbc.compiler.induct_vectors import Frame, Function, Vector, functions_of
from hmbc.compiler.smt import Encoding, Row, Term
from hmbc.dsl import expr as e

if TYPE_CHECKING:
    from hmbc.compiler.induct import Prover


@define
class Framed:
    """Two runs of a kernel as it matters to a layer. step: the runs differ by one minor unit of an amount,
    and what is paid may differ by so much."""

    prover: Prover
    kind: str
    raised: str | None
    layer: str | None
    step: int | None = None
    frame: Frame = field(init=False)
    functions: list[Function] = field(init=False)

    def orders(self) -> set[str]:
        """Whether what is paid in sum `rises`, `falls` (equal: both), or stays `near`: within one step
        of the rounding."""
        prover = self.prover
        groups = prover.used(self.layer)
        pair = Pair(prover, self.kind, self.raised, self.layer)
        pair.part = part = prover.part(self.layer, groups, ("pay",))
        if not pair.keys_stay():
            return set()
        encoding = Encoding(part)
        self.frame = frame = Frame(prover, encoding)
        known = prover.known(self.layer, frame)
        member, claim = encoding.member("m"), encoding.claim("c")
        first, second = encoding.state("s"), encoding.state("t")
        one, two = (encoding.row(claim, member, state) for state in (first, second))
        facts, begun, gone, row = pair.start(encoding, member, None if self.step is None else 1)
        begin = encoding.state("o")
        facts = [*facts, *known.of_vector(begin), *known.of_vector(begun), *known.of_vector(gone)]
        left, right = encoding.state("a"), encoding.state("b")
        shared = [
            *one.accepted, *two.accepted, *known.of_row(one), *known.of_row(two), *frame.facts,
            *frame.met(left, first), *frame.met(right, second),
            *known.of_vector(left), *known.of_vector(right),
        ]  # fmt: skip
        self.functions = list(functions_of(prover, encoding))
        left_then, right_then = frame.moved(left, one.after), frame.moved(right, two.after)
        inside = self._inside(left, right, one)
        elsewhere = [name for name in encoding.accumulators if frame.groups[frame.group[name]]]

        def apart(one: Vector, two: Vector) -> list[Term]:
            return [
                z3.Or(frame.same[name], term)
                for name in elsewhere
                for term in (one[name] <= two[name], one[name] >= two[name])
            ]

        names = [("here", *key) for key in inside]
        names += [("there", name, way) for name in elsewhere for way in ("rises", "falls")]
        before = [*inside.values(), *apart(first, second)]
        then = self._inside(left_then, right_then, one, (left, right))
        after = [*then.values(), *apart(one.after, two.after)]
        start = [*self._inside(begun, gone, row, its=True).values()]
        start += [z3.BoolVal(True)] * (2 * len(elsewhere))  # where all totals are the same
        houdini = Houdini(prover, before)
        stay = houdini.settle(
            [
                ([*encoding.facts, *facts], start, False),
                ([*encoding.facts, *shared], after, True),
            ]
        )
        kept = {names[place] for place in stay}
        found: set[str] = set()
        for group in groups:
            found |= self._of(ghost("pay", self.layer, group), kept)
        return found

    def _of(self, name: str, kept: set[tuple[object, ...]]) -> set[str]:
        keyed = bool(self.frame.groups[self.frame.group[name]])
        found = {
            way
            for way in ("rises", "falls")
            if ("here", name, way) in kept and (not keyed or ("there", name, way) in kept)
        }
        same = not keyed or {("there", name, "rises"), ("there", name, "falls")} <= kept
        if same and {("here", name, "most", self.step), ("here", name, "least", self.step)} <= kept:
            found.add("near")
        return found

    def _inside(
        self,
        left: Vector,
        right: Vector,
        row: Row,
        since: tuple[Vector, Vector] | None = None,
        its: bool = False,
    ) -> dict[tuple[object, ...], Term]:
        """Guesses of the totals under the keys of the row in which the runs differ. row: one that gives
        what functions of totals read besides, if it has these keys; its: it does. since: the totals
        before the row: where it has other keys, the function stays and the difference is to stay, too."""
        found: dict[tuple[object, ...], Term] = {}
        by = {name: right[name] - left[name] for name in left}
        for name in left:
            found[name, "rises"] = by[name] >= 0
            found[name, "falls"] = by[name] <= 0
        money, size = self.frame.money, self.frame.size
        if self.step is not None:
            for name in money:
                for most in sorted({1, self.step}):
                    found[name, "most", most] = by[name] <= most * size(name)
                    found[name, "least", most] = by[name] >= -most * size(name)
        for function in self.functions:
            unit = self.frame.encoding.denominators.of(function.of)
            moved, held = (row.of.at_totals(function.of, one) for one in (right, left))
            here = z3.BoolVal(True) if its else self.frame.same[function.total]
            for name in self._summed(function, money):
                change, same = by[name] * unit, (moved - held) * size(name)
                least = most_of = z3.BoolVal(True)
                if since is not None:
                    before = since[1][name] - since[0][name]
                    least, most_of = by[name] >= before, by[name] <= before
                found[name, "at least", function.name] = z3.If(here, change >= same, least)
                found[name, "at most", function.name] = z3.If(here, change <= same, most_of)
        return found

    def _summed(self, function: Function, money: Sequence[str]) -> Iterator[str]:
        """Totals, of the same keys or of wider ones, that add up the increases of a function, or may
        add up a part of them."""
        for name in money:
            item = self.frame.encoding.accumulators[name]
            if self.frame.nested(function.total, name) and name not in function.reads:
                its = name.startswith("ghost") or self._named(item.adds) == function.name
                if its or self.step is not None:
                    yield name

    def _named(self, expr: e.Expr) -> str | None:
        """The definition that an expression is, by the name under which it is worked out."""
        definitions, name = self.frame.encoding.definitions, None
        while isinstance(expr, e.Ref):
            name, expr = expr.name, definitions[expr.name]
        return name
