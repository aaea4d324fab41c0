"""Laws that are called proved, against a million random histories each, on compiled evaluators.

    python tools/break_proved.py --histories 1000000 --kept proved.jsonl > report
    python tools/break_proved.py --random 8 --seed 9000 --kept proved.jsonl > report
    python tools/break_proved.py --mutants 40 --histories 100000 --kept proved.jsonl > report

For each scheme of `schemes/` and `schemes/more/` (or for random ones, or for these schemes with two clauses
changed at random: laws that hold nearly), each law as `hmbc prove` decides
it; then histories of one to five claims (compiler/bulk.py) as tables, adjudicated by the evaluator that the
scheme is compiled to. A law about two runs is held against both: an amount raised, a claim in two, two
claims of one date exchanged, a claim left out, another member. Laws about a base, a cap or what is
stated are layers of a second evaluator (compiler/law_columns.py), which has to pay what the first does. All
in whole minor units.

A history counts for a law where no row of it, in either run, is rejected. What is done is kept in
`--kept`, a line for each scheme, and not done again. Laws that `hmbc prove` refutes are tried, too: how
many of them these histories break says what they are worth; and open ones: those that break are to be
refuted. A law that is proved and broken is an error of ours (exit 1): the claims are printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import numpy as np
from attrs import define

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "laws"))

import mutate_schemes  # noqa: E402
import random_schemes  # noqa: E402

from hmbc.compiler.bills_and_deductions import amounts_of  # noqa: E402
from hmbc.compiler.bulk_columns import MEMBER_ID, Truth  # noqa: E402
from hmbc.compiler.bulk_runs import CHUNK, Trial, Trials  # noqa: E402
from hmbc.compiler.laws import Question  # noqa: E402
from hmbc.compiler.pipeline import Compiled, compile_file, compile_source  # noqa: E402
from hmbc.compiler.print_kernel import print_kernel  # noqa: E402
from hmbc.compiler.prove import prove  # noqa: E402
from hmbc.compiler.refute import Search  # noqa: E402
from hmbc.compiler.seeds import of_examples  # noqa: E402
from hmbc.compiler.stated_amounts import with_stated_totals  # noqa: E402
from hmbc.dsl.source import Source  # noqa: E402

SEARCH = 200_000
"""Items of rows that a search works out to find units that are paid."""

MOST_TIMES = 4
"""Chunks are drawn until each law has had its histories, at most so many times what one law needs."""

# ---- counting


@define
class Tried:
    """What was held against one law: how many histories, how many break it, and the first of them."""

    question: Question
    histories: int = 0
    broken: int = 0
    first: str = ""

    def take(self, counts: Truth, broken: Truth, show: Callable[[int], str]) -> None:
        """counts, broken: by history; show: one of them in words."""
        broken = broken & counts
        self.histories += int(counts.sum())
        self.broken += int(broken.sum())
        if broken.any() and not self.first:
            self.first = show(int(np.argmax(broken)))


@define
class Scheme:
    """One scheme's laws that are proved, with what tries them."""

    name: str
    tried: dict[Question, Tried]
    others: dict[Question, Tried]
    """Laws that claims are known to break, and open ones: whether these histories break them, too."""
    open: frozenset[Question]
    trials: Trials

    @classmethod
    def of(cls, name: str, found: Compiled, seed: int) -> Scheme:
        """Prove it, build it, and look for units that it pays."""
        assert found.kernel is not None
        kernel = with_stated_totals(found.kernel)
        proofs = prove(kernel, scheme=found.scheme)
        proved = [one.question for one in proofs if one.outcome == "proved"]
        proved = [one for one in proved if one.law != "no_overflow"]  # the tables' amounts are in range
        if not amounts_of(kernel).bills:  # then there is nothing to raise
            proved = [one for one in proved if one.law != "no_cliff"]
        search = Search(kernel, [one.question for one in proofs], seed)
        for setting, unit in of_examples(kernel, found.scheme) if found.scheme else ():
            search.plant(setting, unit)
        search.run(SEARCH)
        others = [one.question for one in proofs if one.outcome != "proved"]
        return cls(
            name,
            {question: Tried(question) for question in proved},
            {question: Tried(question) for question in others},
            frozenset(one.question for one in proofs if one.outcome == "open"),
            Trials.of(kernel, [*proved, *others], search.met.paying, seed),
        )

    def run(self, histories: int) -> None:
        """Until each law has had so many."""
        drawn = 0
        while drawn < MOST_TIMES * histories:
            left = [one.question for one in self.tried.values() if one.histories < histories]
            if not left:
                break
            more = [q for q, one in self.others.items() if not one.broken and drawn < histories]
            for trial in self.trials.chunk([*left, *more]):
                tried = self.tried.get(trial.question) or self.others[trial.question]
                tried.take(trial.counts, trial.broken, partial(shown, trial))
            drawn += CHUNK


def shown(trial: Trial, place: int) -> str:
    """A history in both runs, as rows of the tables, with what is paid."""
    lines, runner = [f"{trial.runner.setting}"], trial.runner
    runs = (trial.before,) if trial.after is trial.before else (trial.before, trial.after)
    for drawn in runs:
        rows = np.flatnonzero(drawn.history == place)
        claims = runner.bulk.tables.claims(drawn).take(rows).to_pylist()
        paid, _ = runner.rows(drawn)
        people = runner.bulk.tables.members(drawn)
        known = set(drawn.member[rows])
        lines += [str(person) for person in people.to_pylist() if int(person[MEMBER_ID]) in known]
        lines += [
            f"{claim} pays {({name: int(p[row]) for name, p in paid.items()})}"
            for claim, row in zip(claims, rows, strict=True)
        ]
    return "\n    ".join(lines)


# ---- schemes


def of_random(count: int, seed: int) -> Iterator[tuple[str, Compiled]]:
    """So many of the tests' random schemes."""
    while count:
        text = random_schemes.draw(Random(seed)).text
        found = compile_source(Source("random.hmb", text), random_schemes.FOLDER)
        if found.kernel is not None:
            yield f"random {seed}", found
            count -= 1
        seed += 1


def of_mutants(count: int, seed: int, names: Sequence[str]) -> Iterator[tuple[str, Compiled]]:
    """So many schemes of the repository with two clauses changed, as far as they compile."""
    random = Random(seed)
    paths = [path for path in mutate_schemes.SCHEMES if not names or path.stem in names]
    mutants = {path: list(mutate_schemes.mutants(path)) for path in paths}
    while count:
        path = random.choice(paths)
        one, other = sorted(random.sample(mutants[path], 2), key=lambda mutant: mutant.span.start)
        if one.span.end > other.span.start:
            continue
        text = one.text(other.text(path.read_text(encoding="utf-8")))
        found = compile_source(Source(path.name, text), path.parent)
        if found.kernel is not None:
            what = "; ".join(f"{it.kind} {it.old!r} -> {it.new!r}" for it in (one, other))
            yield f"{path.stem}, {' '.join(what.split())}", found
            count -= 1


def schemes(names: Sequence[str]) -> Iterator[tuple[str, Compiled]]:
    """Those of the repository."""
    for path in sorted((*ROOT.glob("schemes/*.hmb"), *ROOT.glob("schemes/more/*.hmb"))):
        if not names or path.stem in names:
            found = compile_file(path)
            if found.kernel is not None:
                yield path.stem, found


def main() -> None:
    """Try each scheme that was not tried yet, then report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="of schemes; none: all")
    parser.add_argument("--histories", type=int, default=1_000_000, help="for each law")
    parser.add_argument("--random", type=int, default=0, help="so many random schemes instead")
    parser.add_argument("--mutants", type=int, default=0, help="so many schemes with two changes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", type=Path, help="a file of what was done, gone on with")
    options = parser.parse_args()
    done: dict[str, dict[str, Any]] = {}
    if options.kept is not None and options.kept.exists():
        lines = options.kept.read_text(encoding="utf-8").splitlines()
        done = {one["key"]: one for one in map(json.loads, lines)}
    results = []
    if options.random:
        drawn = of_random(options.random, options.seed)
    elif options.mutants:
        drawn = of_mutants(options.mutants, options.seed, options.names)
    else:
        drawn = schemes(options.names)
    for name, found in drawn:
        assert found.kernel is not None
        kernel = sha256(print_kernel(found.kernel).encode()).hexdigest()[:16]
        key = f"{name} {kernel} {options.histories} {options.seed}"
        if key not in done:
            done[key] = one = tried_of(name, found, options.seed, options.histories) | {"key": key}
            if options.kept is not None:
                with options.kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(one, ensure_ascii=False) + "\n")
        results.append(done[key])
        print(line_of(done[key]), flush=True)
    report(results)
    sys.exit(1 if any(one["broken"] for one in results) else 0)


def tried_of(name: str, found: Compiled, seed: int, histories: int) -> dict[str, Any]:
    """What came of one scheme."""
    begun = process_time()
    scheme = Scheme.of(name, found, seed)
    scheme.run(histories)
    return {
        "scheme": name,
        "laws": [
            [one.question.law, one.question.layer, one.question.subject, one.histories, one.broken]
            for one in scheme.tried.values()
        ],
        "broken": [[str(one.question), one.first] for one in scheme.tried.values() if one.broken],
        "others": [
            ["open" if one.question in scheme.open else "refuted", str(one.question), one.first]
            for one in scheme.others.values()
        ],
        "seconds": round(process_time() - begun),
    }


def line_of(one: Mapping[str, Any]) -> str:
    """One scheme's result in a line; what is broken with its claims."""
    counts = [law[3] for law in one["laws"]]
    said = (
        f"{one['scheme']}: {len(counts)} laws, {min(counts, default=0):,} histories or more each, "
        f"{sum(counts):,} in all, {len(one['broken'])} broken; {of_others(one, 'refuted')}, "
        f"{of_others(one, 'open')}; {one['seconds']} s"
    )
    return "\n".join([said, *(f"BROKEN: {what}\n    {first}" for what, first in one["broken"])])


def of_others(one: Mapping[str, Any], what: str) -> str:
    """How many laws that are not proved these histories break."""
    firsts = [first for kind, _, first in one["others"] if kind == what]
    return f"of {len(firsts)} {what} {sum(bool(first) for first in firsts)}"


def report(results: Sequence[Mapping[str, Any]]) -> None:
    """By law: how many were tried, on how many histories."""
    rows: dict[str, list[tuple[int, int]]] = {}
    for one in results:
        for law, _, _, histories, broken in one["laws"]:
            rows.setdefault(law, []).append((histories, broken))
    print("\n| law | proved and tried | fewest histories | histories in all | broken |")
    print("|---|---:|---:|---:|---:|")
    for law, counts in [*rows.items(), ("all", [one for row in rows.values() for one in row])]:
        least, whole = min((n for n, _ in counts), default=0), sum(n for n, _ in counts)
        bad = sum(broken > 0 for _, broken in counts)
        print(f"| `{law}` | {len(counts)} | {least:,} | {whole:,} | {bad} |")
    whole = {"others": [law for one in results for law in one["others"]]}
    print(f"\n{len(results)} schemes; broken here: {of_others(whole, 'refuted')}, "
          f"{of_others(whole, 'open')}")  # fmt: skip


if __name__ == "__main__":
    main()
