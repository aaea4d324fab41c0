"""Laws that are called proved, against a million random histories each, on compiled evaluators.

    python tools/break_proved.py --histories 1000000 --kept proved.jsonl > report
    python tools/break_proved.py --random 8 --seed 9000 --kept proved.jsonl > report

For each scheme of `schemes/` and `schemes/more/` (or for random ones), each law as `hmbc prove` decides
it; then histories of one to five claims (tools/bulk.py) as tables, adjudicated by the evaluator that the
scheme is compiled to. A law about two runs is held against both: an amount raised, a claim in two, two
claims of one date exchanged, a claim left out, another member. Laws about a base, a cap or what is
stated are layers of a second evaluator (tools/law_columns.py), which has to pay what the first does. All
in whole minor units.

A history counts for a law where no row of it, in either run, is rejected. What is done is kept in
`--kept`, a line for each scheme, and not done again. Laws that `hmbc prove` refutes are tried, too: how
many of them these histories break says what they are worth; and open ones: those that break are to be refuted. A law that is proved and broken is an error of
ours (exit 1): the claims are printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import define, frozen

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "laws")]

import random_schemes  # noqa: E402
from bulk import MEMBER_ID, Bulk, Histories, Truth, Whole  # noqa: E402
from law_columns import LawColumns, with_laws  # noqa: E402

from hmbc.compiler.directed import Directed, Setting  # noqa: E402
from hmbc.compiler.kernel import Input, Kernel, NeverLess  # noqa: E402
from hmbc.compiler.laws import Question, amounts_of, steps_of  # noqa: E402
from hmbc.compiler.pipeline import Compiled, compile_file, compile_source, module_of  # noqa: E402
from hmbc.compiler.print_kernel import print_kernel  # noqa: E402
from hmbc.compiler.prove import prove  # noqa: E402
from hmbc.compiler.refute import Search  # noqa: E402
from hmbc.compiler.seeds import of_examples  # noqa: E402
from hmbc.dsl.source import Source  # noqa: E402
from hmbc.dsl.types import Money  # noqa: E402
from hmbc.runtime.evaluator import Evaluator  # noqa: E402

CHUNK = 40_000
"""Histories in one table."""

SEARCH = 200_000
"""Items of rows that a search works out to find units that are paid."""

MOST_TIMES = 4
"""Chunks are drawn until each law has had its histories, at most so many times what one law needs."""

PAIRS = {
    "monotone": "raise", "deduction": "raise", "no_cliff": "raise", "split_proof": "split",
    "order_free": "swap", "more_claims": "drop", "never_less": "member",
}  # fmt: skip


@frozen
class Paid:
    """What each layer paid in each history; sound: where no row was rejected."""

    by_layer: Mapping[str, Whole]
    sound: Truth

    def of(self, layer: str | None) -> Whole:
        """A layer's sums, or those of all layers."""
        return sum(self.by_layer.values()) if layer is None else self.by_layer[layer]  # type: ignore[return-value]


@frozen
class Runner:
    """The evaluator of a kernel, with tables of histories."""

    kernel: Kernel
    evaluator: Evaluator
    bulk: Bulk
    setting: Setting

    def rows(self, drawn: Histories) -> tuple[dict[str, Whole], Truth]:
        """What each layer pays each row, and which rows are adjudicated."""
        layers = [outcome.layer for outcome in self.kernel.outcomes]
        done = self.evaluator.adjudicate(
            self.bulk.claims(drawn),
            self.bulk.members(drawn),
            self.bulk.parameters(self.setting),
            minor_units=True,
            minor_payments=True,
            columns={f"{layer}_pay" for layer in layers},
        )
        sound = np.ones(len(drawn.history), np.bool_)
        refused = [one.row - 1 for one in done.reject_records if one.table == "claims"]
        sound[refused] = False
        table = pa.table(done.payments)
        paid = {}
        for layer in layers:
            paid[layer] = np.zeros(len(sound), np.int64)
            paid[layer][sound] = table[f"{layer}_pay"].to_numpy()
        return paid, sound

    def paid(self, drawn: Histories) -> Paid:
        """The same by histories."""
        return by_history(drawn, *self.rows(drawn))


def by_history(drawn: Histories, pays: Mapping[str, Whole], sound: Truth) -> Paid:
    """Sums of rows."""
    starts = drawn.starts
    sums = {layer: np.add.reduceat(paid, starts) for layer, paid in pays.items()}
    return Paid(sums, np.logical_and.reduceat(sound, starts))


# ---- the second run


def second_runs(
    kernel: Kernel, questions: Sequence[Question], drawn: Histories, bulk: Bulk
) -> Iterator[tuple[list[Question], Histories, Histories, Whole]]:
    """For each way to change a history, the laws that it tries, both histories, and by how much an
    amount is raised (0: this history has none to raise)."""
    random = bulk.random
    by_way: dict[tuple[str, str | None], list[Question]] = {}
    amounts = amounts_of(kernel)
    for question in questions:
        way = PAIRS.get(question.law)
        if way is None:
            continue
        subjects: Sequence[str | None] = (None,)
        if way in ("raise", "member"):
            subjects = amounts.bills if question.law == "no_cliff" else (question.subject,)
        for subject in subjects:
            by_way.setdefault((way, subject), []).append(question)
    chosen = _one_row(drawn, random)
    for (way, subject), tried in by_way.items():
        match way:
            case "raise":
                given = _amount(kernel, subject or "")
                after, by = raised(drawn, chosen, given, random)
                yield tried, drawn, after, by
            case "split":
                after = split(drawn, chosen, kernel, random)
                yield tried, drawn, after, np.ones(len(chosen), np.int64)
            case "swap":
                after, moved = swapped(drawn, kernel.date)
                yield tried, drawn, after, moved
            case "drop":
                kept = np.setdiff1d(np.arange(len(drawn.history)), chosen[_sizes(drawn) > 1])
                yield tried, drawn, drawn.rows(kept), (_sizes(drawn) > 1).astype(np.int64)
            case _:
                for question in tried:
                    one = next(x for x in kernel.stated if x.name == question.subject)
                    assert isinstance(one, NeverLess)
                    texts = bulk.pools["member", one.attribute].texts or ()
                    less, more = (
                        drawn.with_everywhere(one.attribute, texts.index(value))
                        for value in (one.less, one.more)
                    )
                    yield [question], less, more, np.ones(len(chosen), np.int64)


def _sizes(drawn: Histories) -> Whole:
    return np.bincount(drawn.history)


def _one_row(drawn: Histories, random: np.random.Generator) -> Whole:
    """A row of each history."""
    return drawn.starts + random.integers(0, _sizes(drawn))


def _amount(kernel: Kernel, name: str) -> Input:
    return next(given for given in kernel.inputs if (given.owner, given.name) == ("claim", name))


def raised(
    drawn: Histories, chosen: Whole, given: Input, random: np.random.Generator
) -> tuple[Histories, Whole]:
    """One amount of one claim larger: by one minor unit in half of the histories, up to that of another
    history's claim in the others."""
    column = drawn.claims[given.name]
    held = column.values[chosen]
    other = column.values[random.permutation(chosen)]
    far = np.where((random.random(len(chosen)) < 0.5) & (other > held), other, held + 1)
    to = far if given.high is None else np.minimum(far, given.high)
    by = np.where(column.has[chosen], to - held, 0)
    values = column.values.copy()
    values[chosen] += by
    return drawn.with_values(given.name, values), by


def split(
    drawn: Histories, chosen: Whole, kernel: Kernel, random: np.random.Generator
) -> Histories:
    """One claim of each history in two rows, each of its amounts divided anyhow."""
    copies = np.ones(len(drawn.history), np.int64)
    copies[chosen] = 2
    after = drawn.rows(np.repeat(np.arange(len(copies)), copies))
    first = chosen + np.arange(len(chosen))
    for given in kernel.inputs:
        if given.owner == "claim" and isinstance(given.type, Money):
            values = after.claims[given.name].values.copy()
            whole = values[first]
            pick = random.random(len(first))
            part = random.integers(0, np.abs(whole) + 1)
            part = np.where(pick < 0.2, 0, np.where(pick < 0.4, whole, part))
            part = np.where((pick > 0.9) & (whole > 0), 1, part)
            values[first], values[first + 1] = part, whole - part
            after = after.with_values(given.name, values)
    return after


def swapped(drawn: Histories, date: str) -> tuple[Histories, Whole]:
    """The first two claims of a date in the other order; whether a history has such."""
    days, history = drawn.claims[date].values, drawn.history
    alike = np.flatnonzero((np.diff(days) == 0) & (np.diff(history) == 0))
    _, first = np.unique(history[alike], return_index=True)
    pairs = alike[first]
    order = np.arange(len(days))
    order[pairs], order[pairs + 1] = pairs + 1, pairs
    return drawn.rows(order), np.bincount(history[pairs], minlength=int(history[-1]) + 1)


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


def is_broken(
    kernel: Kernel, question: Question, before: Whole, after: Whole, by: Whole
) -> Truth:
    """By history; before, after: what was paid in both runs."""
    match question.law:
        case "monotone" | "never_less":
            return after < before
        case "deduction" | "more_claims":  # the second run is without the claim
            return after > before
        case "no_cliff":
            return np.abs(after - before) > steps_of(kernel)[question.layer] * by
        case _:
            return after != before


@define
class Scheme:
    """One scheme's laws that are proved, with the evaluators that try them."""

    name: str
    kernel: Kernel
    tried: dict[Question, Tried]
    others: dict[Question, Tried]
    """Laws that claims are known to break, and open ones: whether these histories break them, too."""
    open: frozenset[Question]
    random: np.random.Generator
    bulk: Bulk
    settings: list[Setting]
    plain: Evaluator
    laws: LawColumns
    probed: Evaluator | None

    @classmethod
    def of(cls, name: str, found: Compiled, seed: int) -> Scheme:
        """Prove it, build it, and look for units that it pays."""
        kernel = found.kernel
        assert kernel is not None
        proofs = prove(kernel, scheme=found.scheme)
        proved = [one.question for one in proofs if one.outcome == "proved"]
        proved = [one for one in proved if one.law != "no_overflow"]  # the tables' amounts are in range
        if not amounts_of(kernel).bills:  # then there is nothing to raise
            proved = [one for one in proved if one.law != "no_cliff"]
        search = Search(kernel, [one.question for one in proofs], seed)
        for setting, unit in of_examples(kernel, found.scheme) if found.scheme else ():
            search.plant(setting, unit)
        search.run(SEARCH)
        known = search.paying
        random = np.random.default_rng(seed)
        directed = Directed(kernel, Random(seed))
        others = [one.question for one in proofs if one.outcome != "proved"]
        laws = with_laws(kernel, [*proved, *others])
        return cls(
            name,
            kernel,
            {question: Tried(question) for question in proved},
            {question: Tried(question) for question in others},
            frozenset(one.question for one in proofs if one.outcome == "open"),
            random,
            Bulk.of(kernel, directed, [unit for _, unit in known], random),
            [setting for setting, _ in known] + [directed.setting() for _ in range(2)],
            evaluator_of(kernel),
            laws,
            evaluator_of(laws.kernel) if laws.layers else None,
        )

    def run(self, histories: int) -> None:
        """Until each law has had so many."""
        drawn = 0
        while drawn < MOST_TIMES * histories:
            left = [one.question for one in self.tried.values() if one.histories < histories]
            if not left:
                break
            more = [q for q, one in self.others.items() if not one.broken and drawn < histories]
            self.chunk([*left, *more])
            drawn += CHUNK

    def chunk(self, questions: Sequence[Question]) -> None:
        """One table of histories, and its changes."""
        drawn = self.bulk.draw(CHUNK)
        setting = self.settings[int(self.random.integers(len(self.settings)))]
        runner = Runner(self.kernel, self.plain, self.bulk, setting)
        pays, sound = runner.rows(drawn)
        paid = by_history(drawn, pays, sound)
        self.alone(questions, drawn, runner, pays, sound)
        for tried, one, two, by in second_runs(self.kernel, questions, drawn, self.bulk):
            before = paid if one is drawn else runner.paid(one)
            after = runner.paid(two)
            counts = before.sound & after.sound & (by > 0)
            for question in tried:
                sums = before.of(question.layer), after.of(question.layer)
                broken = is_broken(self.kernel, question, *sums, by)
                (self.tried.get(question) or self.others[question]).take(counts, broken, partial(self.shown, runner, one, two))

    def alone(
        self,
        questions: Sequence[Question],
        drawn: Histories,
        runner: Runner,
        pays: Mapping[str, Whole],
        sound: Truth,
    ) -> None:
        """Laws that one run answers."""
        counts = np.logical_and.reduceat(sound, drawn.starts)
        probes: Mapping[str, Whole] = {}
        within = counts
        if self.probed is not None and any(one in self.laws.layers for one in questions):
            probing = Runner(self.laws.kernel, self.probed, self.bulk, runner.setting)
            probes, same = probing.rows(drawn)
            assert not (same & ~sound).any(), "the evaluator with laws takes other rows"
            for layer, paid in pays.items():
                alike = paid[same] == probes[layer][same]
                assert alike.all(), f"two evaluators differ in {layer}"
            within = np.logical_and.reduceat(same, drawn.starts)  # no total of a law is full
        for question in questions:
            own = list(pays.values()) if question.layer is None else [pays[question.layer]]
            if question in self.laws.layers:
                rows = probes[self.laws.layers[question]] > 0
            elif question.law == "non_negative":
                rows = np.any([paid < 0 for paid in own], axis=0)
            elif question.law == "within_bill":
                bills = [drawn.claims[name] for name in amounts_of(self.kernel).bills]
                billed = sum(np.where(column.has, column.values, 0) for column in bills)
                rows = np.sum(own, axis=0) > billed
            else:
                continue
            broken = np.logical_or.reduceat(rows, drawn.starts)
            tried = within if question in self.laws.layers else counts
            (self.tried.get(question) or self.others[question]).take(tried, broken, partial(self.shown, runner, drawn, drawn))

    def shown(self, runner: Runner, one: Histories, two: Histories, place: int) -> str:
        """A history in both runs, as rows of the tables, with what is paid."""
        lines = [f"{runner.setting}"]
        for drawn in (one,) if two is one else (one, two):
            rows = np.flatnonzero(drawn.history == place)
            claims = self.bulk.claims(drawn).take(rows).to_pylist()
            paid, _ = runner.rows(drawn)
            people = self.bulk.members(drawn)
            known = set(drawn.member[rows])
            lines += [
                str(person) for person in people.to_pylist() if int(person[MEMBER_ID]) in known
            ]
            lines += [
                f"{claim} pays {({name: int(p[row]) for name, p in paid.items()})}"
                for claim, row in zip(claims, rows, strict=True)
            ]
        return "\n    ".join(lines)


def evaluator_of(kernel: Kernel) -> Evaluator:
    """As users run it, but for deadlines, which the runtime counts."""
    evaluator = Evaluator(module_of(kernel))
    evaluator.plan = replace(evaluator.plan, deadlines=())
    return evaluator


# ---- schemes


def schemes(count: int, seed: int, names: Sequence[str]) -> Iterator[tuple[str, Compiled]]:
    """Those of the repository, or so many random ones."""
    if count:
        while count:
            text = random_schemes.draw(Random(seed)).text
            found = compile_source(Source("random.hmb", text), random_schemes.FOLDER)
            if found.kernel is not None:
                yield f"random {seed}", found
                count -= 1
            seed += 1
        return
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
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", type=Path, help="a file of what was done, gone on with")
    options = parser.parse_args()
    done: dict[str, dict[str, Any]] = {}
    if options.kept is not None and options.kept.exists():
        lines = options.kept.read_text(encoding="utf-8").splitlines()
        done = {one["key"]: one for one in map(json.loads, lines)}
    results = []
    for name, found in schemes(options.random, options.seed, options.names):
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
