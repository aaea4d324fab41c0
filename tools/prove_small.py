"""Small schemes: does any law that is called proved fail for a few claims of a few minor units?

    python tools/prove_small.py --seeds 2000 > report
    python tools/prove_small.py --seeds 2000 --wider > report
    python tools/prove_small.py --seeds 2000 --shared > report

Schemes are those of tests/laws/tiny_schemes.py, tiny_wider.py or tiny_shared.py, with limits of 1 to 3 minor units; histories all those of
tests/laws/small_histories.py. A law that is proved and broken is an error of ours (exit 1).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from random import Random
from time import process_time

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "laws"))

import small_histories  # noqa: E402
import small_proofs  # noqa: E402
import tiny_schemes  # noqa: E402
import tiny_shared  # noqa: E402
import tiny_wider  # noqa: E402

from hmbc.compiler.pipeline import compile_source  # noqa: E402
from hmbc.dsl.source import Source  # noqa: E402


def main() -> None:
    """Draw, prove, hunt, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="so many, from --seed on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--worlds", type=int, default=3, help="for each scheme")
    parser.add_argument("--sequences", type=int, default=1_500, help="for each world, at most")
    parser.add_argument("--longer", type=int, default=20, help="of five or six claims, for each world")
    parser.add_argument("--stop", type=int, default=0, help="after so many schemes with what is broken")
    parser.add_argument("--wider", action="store_true", help="families, parameters, periods and the like, too")
    parser.add_argument("--shared", action="store_true", help="layers for kinds of claims that share limits")
    options = parser.parse_args()
    draw = (tiny_wider if options.wider else tiny_shared if options.shared else tiny_schemes).draw
    laws: Counter[str] = Counter()
    schemes = histories = 0
    broken: Counter[str] = Counter()
    bad = 0
    for seed in range(options.seed, options.seed + options.seeds):
        text = draw(seed)
        try:
            found = compile_source(Source("small.hmb", text))
            kernel = found.kernel
            if kernel is None:
                continue
            questions = small_proofs.proved(kernel)
            others, as_one = small_proofs.said_otherwise(kernel), small_proofs.drawn_as_one(kernel)
        except Exception as fault:
            print(f"CRASH: seed {seed}: {type(fault).__name__}: {fault}", flush=True)
            continue
        schemes += 1
        laws.update(one.law for one in questions)
        hunt = small_histories.Hunt(kernel, questions, Random(seed))
        told, last = False, kernel
        for number in range(options.worlds):
            hunt.run(options.sequences, 16 if number % 2 else 9, options.longer)
            last = kernel
            for name, other in others.items() if number < 2 else ():
                if other != last:
                    last = other
                    for letters in hunt.sums_with(other):
                        print(f"OTHERWISE: seed {seed}: {name}: {hunt.world.unit(letters)}", flush=True)
                        told = True
                        break
            for letters in hunt.sums_with(as_one, in_all=True) if as_one != last and number < 2 else ():
                print(f"OTHERWISE IN ALL: seed {seed}: {hunt.world.unit(letters)}", flush=True)
                told = True
                break
        histories += hunt.histories
        if schemes % 100 == 0:
            print(f"{schemes} schemes to seed {seed}, {process_time():.0f} s", file=sys.stderr, flush=True)
        for question, witness in hunt.confirmed():
            broken[question.law] += 1
            told = True
            print(f"BROKEN: seed {seed}: {question}: {witness.text.en}\n{witness.example}", flush=True)
        if told:
            bad += 1
            print("\n".join(text.splitlines()[4:-1]), flush=True)
        if options.stop and bad >= options.stop:
            break
    print(f"{schemes} schemes, {sum(laws.values())} laws, {histories:,} histories, {process_time():.0f} s")
    print(dict(laws), "broken:", dict(broken))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
