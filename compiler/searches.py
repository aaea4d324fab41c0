"""The searches for claims that break a law, in whatever order `prove` asks for them: each tells what it finds to the
others, and nothing is told that the interpreter does not confirm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from time import perf_counter

from attrs import define, field

from hmbc.compiler import brought_about, seeds
from hmbc.compiler.climb import Climb
from hmbc.compiler.judge import TWO_RUNS
from hmbc.compiler.kernel import Kernel
from hmbc.compiler.laws import Question
from hmbc.compiler.proof import Proof
from hmbc.compiler.refutation import Refutation, smallest
from hmbc.compiler.refute import Search
from hmbc.compiler.roundings_by_turns import ByTurns
from hmbc.compiler.side_by_side import SideBySide
from hmbc.compiler.tried_units import Setting, Unit
from hmbc.compiler.witness import Witness, witness_of

_AGAINST_A_PROOF = (
    "证明规则曾以为成立：这是 hmbc 的错误，请报告",
    "a rule of proof had said that it holds: this is a bug of hmbc, please report it",
)


@define
class Searches:
    """All searches of one kernel, each taken up where those before it ended."""

    kernel: Kernel
    questions: list[Question]
    proved: list[Question] = field(factory=list)
    """Watched: a counterexample, confirmed by the interpreter, stands against any proof."""
    _search: Search = field(init=False)
    _told: set[Question] = field(init=False, factory=set)
    _broken: dict[Question, Refutation] = field(init=False, factory=dict)
    """What other searches than the first found."""

    def __attrs_post_init__(self) -> None:
        self._search = Search(self.kernel, self.questions, watched=self.proved)

    def plant(self, units: Iterable[seeds.Seed]) -> None:
        """Begin with these."""
        for setting, unit in units:
            self._search.plant(setting, unit)

    @property
    def unpaid(self) -> list[str]:
        """Layers that the search has not seen pay anything yet."""
        return [name for name in self._search.judge.layers if name not in self._search.met.paid]

    def leave_out(self, found: dict[Question, Proof]) -> None:
        """What has an answer needs no search."""
        judge = self._search.judge
        proved = [one for one in judge.questions if one in found and found[one].outcome == "proved"]
        judge.watched = (*judge.watched, *proved)
        judge.questions = tuple(one for one in judge.questions if one not in found)

    def refuted(self, work: int) -> dict[Question, Proof]:
        """What so much work more refutes; without any, what was planted does."""
        search, left = self._search, work
        found: dict[Question, Proof] = {}
        while True:
            start = perf_counter()
            search.run(left)
            left, spent = search.left, perf_counter() - start
            reopened = False
            while new := [one for one in search.found if one not in self._told | found.keys()]:
                for question in new:
                    begun = perf_counter()
                    witness = witness_of(self.kernel, search.smallest(question)) or witness_of(
                        self.kernel, search.found[question]
                    )
                    if witness is None:  # the interpreter does not confirm it: look for another
                        search.reopen(question)
                        reopened = True
                        continue
                    taken = spent / len(new) + perf_counter() - begun
                    found[question] = _refuted(question, witness, taken)
                    if question in self.proved:
                        found[question] = found[question].with_more(*_AGAINST_A_PROOF)
            self._told |= found.keys()
            if not reopened or left <= 0:
                return found

    def climbed(self, work: int) -> dict[Question, Proof]:
        """What climbs refute, with so much work for each layer about which something is open."""
        broken: list[tuple[Setting, Unit]] = []
        search = self._search

        def climb(layer: str | None, asked: list[Question], random: Random) -> Climb:
            return Climb(self.kernel, asked, search.directed, search.met.paying_for(layer), broken, random)

        return self._layer_by_layer(search.judge.questions, climb, work)

    def refuted_by_turns(self, work: int) -> dict[Question, Proof]:
        """What roundings that are given and taken back by turns refute, with so much work for each layer about
        which something is open."""
        search = self._search

        def turns(layer: str | None, asked: list[Question], random: Random) -> ByTurns:
            known = {**search.found, **self._broken}
            broken = [one for question, one in known.items() if layer in (None, question.layer)]
            directed = search.directed.apart(random)
            return ByTurns(self.kernel, asked, directed, search.met.paying_for(layer), random, broken)

        left = [one for one in search.judge.questions if one.law in ("monotone", "deduction", "no_cliff")]
        return self._layer_by_layer(left, turns, work)

    def refuted_side_by_side(self, work: int) -> dict[Question, Proof]:
        """What two runs gone on with row by row refute, with so much work for each layer about which
        something is open; those of layers that break a law are where those of the scheme begin."""
        search, made = self._search, list[SideBySide]()

        def beside(layer: str | None, asked: list[Question], random: Random) -> SideBySide:
            broken = [(one.setting, one.unit) for pairs in made for one in pairs.found.values()]
            pool = [*broken, *search.met.paying_for(layer), *search.bordering]
            made.append(SideBySide(self.kernel, asked, search.directed.apart(random), pool, random))
            return made[-1]

        left = [question for question in search.judge.questions if question.law in TWO_RUNS]
        return self._layer_by_layer(left, beside, work)

    def _layer_by_layer(
        self,
        left: Sequence[Question],
        made: Callable[[str | None, list[Question], Random], Climb | ByTurns | SideBySide],
        work: int,
    ) -> dict[Question, Proof]:
        """What searches made for each layer of some questions refute, with so much work each."""
        found: dict[Question, Proof] = {}
        for layer in dict.fromkeys(question.layer for question in left):
            asked = [question for question in left if question.layer == layer]
            search = made(layer, asked, Random(len(found)))
            start = perf_counter()
            search.run(work)
            found |= self._told_of(search, list(search.found), perf_counter() - start)
        self.leave_out(found)
        return found

    def refuted_at_borders(self, work: int) -> dict[Question, Proof]:
        """What units refute whose totals stand at a border (compiler/borders.py)."""
        if any(question.law in TWO_RUNS for question in self._search.judge.questions):
            brought_about.hold_at_borders(self._search, work)
        return self.refuted(0)

    def refuted_in_full(self) -> dict[Question, Proof]:
        """What units refute that are paid as much as is easily found (compiler/paid_in_full.py)."""
        brought_about.hold_in_full(self._search)
        return self.refuted(0)

    def refuted_under_unlike_limits(self, work: int) -> dict[Question, Proof]:
        """What claims refute whose limits differ."""
        brought_about.hold_under_unlike_limits(self._search, work)
        return self.refuted(0)

    def refuted_of_layers(self, work: int) -> dict[Question, Proof]:
        """What breaks a scheme's laws of what breaks its layers'."""
        brought_about.hold_of_layers(self._search, self._broken, work)
        return self.refuted(0)

    def refuted_after_many(self, work: int) -> dict[Question, Proof]:
        """What claims refute that follow many others."""
        brought_about.hold_after_many(self._search, work)
        return self.refuted(0)

    def refuted_in_bulk(self, histories: int) -> dict[Question, Proof]:
        """What so many histories on the compiled evaluator refute."""
        left = self._search.judge.questions
        found: dict[Question, Proof] = {}
        if histories and left:
            from hmbc.compiler.bulk_search import broken_in_bulk

            start = perf_counter()
            known = self._search.known
            for question, witness in broken_in_bulk(self.kernel, left, known, histories):
                found[question] = _refuted(question, witness, perf_counter() - start)
                start = perf_counter()
        return found

    def _told_of(
        self, search: Climb | ByTurns | SideBySide, new: Sequence[Question], spent: float
    ) -> dict[Question, Proof]:
        """What was found in so many seconds and the interpreter confirms."""
        found = {}
        for question in new:
            begun = perf_counter()
            first = search.found[question]
            witness = witness_of(self.kernel, smallest(self.kernel, first)) or witness_of(
                self.kernel, first
            )
            if witness is not None:
                taken = spent / len(new) + perf_counter() - begun
                found[question] = _refuted(question, witness, taken)
                self._broken[question] = first
        self._told |= found.keys()
        return found


def _refuted(question: Question, witness: Witness, seconds: float) -> Proof:
    return Proof(
        question=question,
        outcome="refuted",
        by="search",
        because=witness.text,
        clause=witness.clause,
        definition=witness.definition,
        milliseconds=round(seconds * 1000),
        why=witness.why,
        example=witness.example,
    )
