"""Random schemes: how many of their laws are decided, and does any that is called proved fail?

    python tools/prove_random.py --seeds 50 --histories 20000 > report

Schemes are those of tests/laws/random_schemes. Each law is asked as `hmbc prove` asks it. Then claims
are sought that break what was called proved: by the search of compiler/refute.py with another seed,
half of its units replaced by random ones of one to eight claims and several members
(tests/laws/random_claims.py), each history run as it is and with every change that a law speaks of. They
run on the quick machine, which tests hold against the interpreter and evaluators; what it finds is
run again on the interpreter. A law that is proved and broken is an error of ours (exit 1).

`--search N` asks what is open then once more, with N random histories on the compiled evaluator. `--statements N`
adds up to N statements to each scheme, drawn apart so that the schemes stay what they are, and asks these alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from attrs import define, evolve, field, frozen

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "laws"))

import random_claims  # noqa: E402
import random_schemes  # noqa: E402

from hmbc.compiler.directed import Directed  # noqa: E402
from hmbc.compiler.kernel import Kernel  # noqa: E402
from hmbc.compiler.laws import STATED, Question, questions_of  # noqa: E402
from hmbc.compiler.pipeline import Compiled, compile_source  # noqa: E402
from hmbc.compiler.proof import Proof  # noqa: E402
from hmbc.compiler.prove import FULL, prove  # noqa: E402
from hmbc.compiler.refute import Search  # noqa: E402
from hmbc.compiler.tried_units import Unit  # noqa: E402
from hmbc.compiler.witness import witness_of  # noqa: E402
from hmbc.dsl.scheme import CheckedScheme  # noqa: E402
from hmbc.dsl.source import Source  # noqa: E402
from hmbc.runtime.ratio import RATIO_DENOMINATOR  # noqa: E402

MOST_CLAIMS = 8
SECONDS = 5
"""The bar for a law to be decided in."""


@frozen
class Units:
    """Draws units as a search does, every other one at random."""

    directed: Directed
    kernel: Kernel
    random: Random
    size: int

    def unit(self) -> Unit:
        """A unit of either kind."""
        if self.random.random() < 0.5:
            return self.directed.unit()
        people = random_claims.people(self.random, self.kernel, self.size)
        number = self.random.randint(1, MOST_CLAIMS)
        drawn = random_claims.claims(
            self.random, self.kernel, self.size, number, tuple(people.members)
        )
        claims, members = [], []
        for row in drawn:
            who = people.on(row["member_id"], row[self.kernel.date])
            claims.append(_whole({n: v for n, v in row.items() if n != "member_id"}))
            members.append(_whole(who))
        return Unit(tuple(claims), tuple(members))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.directed, name)


def _checked(text: str) -> Compiled:
    return compile_source(Source("random.hmb", text), random_schemes.FOLDER)


def _whole(values: dict[str, Any]) -> dict[str, Any]:
    """Values as a machine takes them: ratios in millionths."""
    return {
        name: int(value * RATIO_DENOMINATOR) if isinstance(value, Fraction) else value
        for name, value in values.items()
    }


def hunt(kernel: Kernel, proofs: tuple[Proof, ...], size: int, histories: int, seed: int) -> Search:
    """A search for claims that break what was proved."""
    proved = [one.question for one in proofs if one.outcome == "proved"]
    proved = [one for one in proved if one.law != "no_overflow"]  # the machine's numbers have no end
    search = Search(kernel, proved, seed + 1)
    search.directed = Units(search.directed, kernel, search.random, size)  # type: ignore[assignment]
    while search.units < histories and search.judge.questions:
        search._one()
    return search


@define
class Measured:
    """What has been counted so far."""

    counts: dict[str, Counter[str]] = field(factory=dict)
    slow: list[tuple[float, int, Question]] = field(factory=list)
    schemes: int = 0
    histories: int = 0
    broken: int = 0
    again: int = 0
    slow_again: int = 0
    search: int = 0
    statements: int = 0

    def take(self, seed: int, histories: int) -> None:
        """The scheme of a seed, if it has a kernel; with statements, what it states."""
        drawn = random_schemes.draw(Random(seed))
        if self.statements:
            chance = Random(f"statements {seed}")
            drawn = random_schemes.with_statements(drawn, _checked, chance, self.statements)
        found = _checked(drawn.text)
        if found.kernel is None:
            return
        begun = process_time()
        asked = [x for x in questions_of(found.kernel) if (x.law in STATED) == bool(self.statements)]
        proofs = prove(found.kernel, only=asked.__contains__, scheme=found.scheme)
        spent = process_time() - begun
        search = hunt(found.kernel, proofs, drawn.size, histories, seed)
        self.schemes += 1
        for proof in proofs:
            how = "open" if proof.by is None else f"{proof.outcome} by {proof.by}"
            self.counts.setdefault(proof.question.law, Counter())[how] += 1
            # What a law took is measured by the clock, on a busy machine by more than was worked.
            if min(proof.milliseconds, 1000 * spent) > 1000 * SECONDS:
                self.slow.append((proof.milliseconds / 1000, seed, proof.question))
        self.histories += search.units
        for question, refutation in search.found.items():
            if witness_of(found.kernel, refutation) is not None:
                self.broken += 1
                print(f"BROKEN: seed {seed}: {question}: {refutation}", flush=True)
        opens = sum(proof.by is None for proof in proofs)
        print(f"seed {seed}: {len(proofs)} laws, {opens} open, {spent:.1f} s", flush=True)
        if self.search and opens:
            self._ask_again(seed, found.kernel, found.scheme, proofs)

    def _ask_again(
        self, seed: int, kernel: Kernel, scheme: CheckedScheme | None, proofs: tuple[Proof, ...]
    ) -> None:
        """Ask once more what is open, with histories on the compiled evaluator."""
        still = {proof.question for proof in proofs if proof.by is None}
        begun = process_time()
        budget = evolve(FULL, histories=self.search)
        again = prove(kernel, budget, only=still.__contains__, scheme=scheme)
        spent = (process_time() - begun) / len(still)
        for proof in again:
            if proof.by is not None:
                how = "refuted in bulk" if proof.outcome == "refuted" else f"proved by {proof.by}"
                self.counts[proof.question.law].update({"open": -1, how: 1})
                self.again += 1
                self.slow_again += spent > SECONDS
            print(f"    {proof.outcome}: {proof.question}", flush=True)
        print(f"    {spent:.1f} s for each", flush=True)

    def report(self) -> None:
        """The table, and what is above the bars."""
        table(self.counts)
        laws = sum(sum(row.values()) for row in self.counts.values())
        decided = laws - sum(row["open"] for row in self.counts.values())
        share = 100 * (decided - len(self.slow) - self.slow_again) / max(1, laws)
        print(f"\n{self.schemes} schemes, {laws} laws: {decided} decided, {share:.1f}% of all within "
              f"{SECONDS} s each")  # fmt: skip
        if self.search:
            print(f"of these {self.again} when asked again with {self.search:,} histories a scheme, "
                  f"{self.slow_again} of them in more than {SECONDS} s a law")  # fmt: skip
        for seconds, seed, question in sorted(self.slow, key=lambda one: -one[0])[:20]:
            print(f"slow: {seconds:.1f} s: seed {seed}: {question}")
        print(f"{self.histories:,} histories against what was proved: {self.broken} broken")


def main() -> None:
    """Draw, prove, hunt, report; when interrupted, of what has been done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50, help="so many, from --seed on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--histories", type=int, default=20_000, help="for each scheme")
    parser.add_argument("--search", type=int, default=0, help="histories for what is open")
    parser.add_argument("--statements", type=int, default=0, help="for each scheme; these are asked alone")
    options = parser.parse_args()
    measured = Measured(search=options.search, statements=options.statements)
    with suppress(KeyboardInterrupt):
        for seed in range(options.seed, options.seed + options.seeds):
            measured.take(seed, options.histories)
    measured.report()
    sys.exit(1 if measured.broken else 0)


def table(counts: dict[str, Counter[str]]) -> None:
    """How the laws were decided."""
    heads = (
        "proved by structure", "proved by solver", "refuted by search", "refuted in bulk", "open"
    )  # fmt: skip
    print("\n| law | all | " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * (len(heads) + 1))
    whole: Counter[str] = Counter()
    for law, row in counts.items():
        whole.update(row)
        print(f"| `{law}` | {sum(row.values())} | " + " | ".join(str(row[one]) for one in heads) + " |")
    print(f"| all | {sum(whole.values())} | " + " | ".join(str(whole[one]) for one in heads) + " |")


if __name__ == "__main__":
    main()
