"""Instructions of a claim, counted by callgrind: `make instructions` holds them against
instructions.json, `make instructions UPDATE=--update` writes it anew. Noise cannot move them.

Each way is a process that makes its data, once with the call that is counted and once without it; the
difference is the call's. Valgrind has no AVX-512, so feeds run as on older processors. Counts depend on
the C compiler and on Python: those of other versions are shown and not compared. Without valgrind
nothing is done, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
KNOWN = HERE / "instructions.json"
SCHEME = HERE / "w2.hmb"
TOLERANCE = 0.03
CLAIMS, MEMBERS = 10_000, 1_000
FLAGS = ("undesignated", "third_party", "work_injury", "public_health", "abroad", "cosmetic")
KINDS = ("policy", "drugs", "special", "rare")
SESSIONS = 1_000
YEAR = 18993        # 2022
WAYS = {
    "adjudicate, feed, whole-number ids": "a claim",
    "adjudicate, feed, text ids": "a claim",
    "adjudicate, unit by unit": "a claim",
    "settle in keywords": "a claim",
    "settle by a settler": "a claim",
    "settle, a Python function of the same keywords that does nothing": "a claim",
    "settle, a session opened": "a session",
    "hmbc check w2.hmb, cached": "in all",
}


def tables(texts: bool) -> tuple[Any, Any]:
    """W2's claims in order of date, and members; made without pyarrow, which takes long to start."""
    from hmbc.runtime.arrow_out import OutTable
    from hmbc.runtime.out_columns import date_column, int_column, text_column

    random = Random(1)

    def ids(letter: str, numbers: list[int]) -> Any:
        name = {"C": "claim_id", "M": "member_id"}[letter]
        return text_column(name, [f"{letter}{n}" for n in numbers]) if texts else int_column(name, numbers)

    claims = OutTable([
        ids("C", random.sample(range(10 * CLAIMS), CLAIMS)),
        ids("M", [random.randrange(MEMBERS) for _ in range(CLAIMS)]),
        date_column("date", sorted(YEAR + random.randrange(365) for _ in range(CLAIMS))),
        text_column("kind", random.choices(KINDS, (60, 20, 15, 5), k=CLAIMS)),
        int_column("amount", [int(random.lognormvariate(14.2, 1.5)) for _ in range(CLAIMS)]),
        *(int_column(name, [random.random() < 0.02 for _ in range(CLAIMS)]) for name in FLAGS),
    ])  # fmt: skip
    every = range(MEMBERS)
    members = OutTable([
        ids("M", list(every)),
        int_column("preexisting", [random.random() < 0.2 for _ in every]),
        date_column("covered_from", [YEAR + random.choice((0, 0, 90)) for _ in every]),
        date_column("covered_to", [YEAR + 364 for _ in every]),
        date_column("suspended_from", [YEAR + random.choice((100, 400, 400)) for _ in every]),
        date_column("suspended_to", [YEAR + 160 for _ in every]),
    ])  # fmt: skip
    return claims, members


def evaluator(module: str, by_feed: bool) -> Any:
    from importlib.util import module_from_spec, spec_from_file_location

    from hmbc.runtime.evaluator import Evaluator

    spec = spec_from_file_location("hmbc_scheme", module)
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return Evaluator(made, by_feed=by_feed)  # type: ignore[arg-type]


def child(way: str, module: str, with_call: bool) -> None:
    """What is counted."""
    if way.startswith("hmbc check"):
        if with_call:
            from hmbc.cli import main

            sys.argv = ["hmbc", "check", str(SCHEME)]
            main()
        return
    ours = evaluator(module, by_feed="unit by unit" not in way)
    claims, members = tables("text ids" in way)
    if way.startswith("settle"):
        one_at_a_time(way, ours, claims, members, with_call)
    elif with_call:
        done = ours.adjudicate(claims, members, minor_units=True)
        assert done.counts.claims == CLAIMS and sum(done.counts.paid.values()) > 0


def one_at_a_time(way: str, ours: Any, claims: Any, members: Any, with_call: bool) -> None:
    """A loop over all claims, as those of one member."""
    rows = [
        (row["date"], row["kind"], row["amount"], *(bool(row[name]) for name in FLAGS))
        for row in claims.rows()
    ]
    member = next(members.rows())
    session = ours.open(member, minor_units=True)
    settle = session.settler("date", "kind", "amount", *FLAGS)
    if not with_call:
        return
    match way:
        case "settle by a settler":
            for date, kind, amount, undesignated, third, injury, public, abroad, cosmetic in rows:
                settle(date, kind, amount, undesignated, third, injury, public, abroad, cosmetic)
        case "settle, a session opened":
            for _ in range(SESSIONS):
                ours.open(member, minor_units=True)
        case _:
            one = session if way == "settle in keywords" else Nothing()
            for date, kind, amount, undesignated, third, injury, public, abroad, cosmetic in rows:
                one.settle(
                    date=date, kind=kind, amount=amount, undesignated=undesignated, third_party=third,
                    work_injury=injury, public_health=public, abroad=abroad, cosmetic=cosmetic,
                )  # fmt: skip


class Nothing:
    """What a call costs in Python by itself."""

    def settle(
        self, *, date: Any, kind: Any, amount: Any, undesignated: Any, third_party: Any,
        work_injury: Any, public_health: Any, abroad: Any, cosmetic: Any,
    ) -> None:  # fmt: skip
        pass


def count(way: str, module: str, with_call: bool) -> int:
    environment = {**os.environ, "PYTHONHASHSEED": "0", "HMBC_COUNTED": "1"}
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, __file__]
    done = subprocess.run(
        [*command, "--child", way, module, str(int(with_call))],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1])


def versions() -> dict[str, str]:
    gcc = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True)
    return {"python": platform.python_version(), "gcc": gcc.stdout.strip(), "machine": platform.machine()}


def main() -> int:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--update", action="store_true", help="write instructions.json")
    read.add_argument("--only", default="", help="ways that have this in their name")
    read.add_argument("--child", nargs=3)
    taken = read.parse_args()
    if taken.child:
        child(taken.child[0], taken.child[1], taken.child[2] == "1")
        return 0
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: no instructions counted (Debian: apt-get install valgrind)")
        return 0
    from hmbc.compiler.pipeline import compile_file, module_of

    kernel = compile_file(str(SCHEME)).kernel
    assert kernel is not None
    module = str(module_of(kernel).__file__)  # type: ignore[attr-defined]
    # so that the grammar's table and Python's own files are cached
    subprocess.run([sys.executable, "-m", "hmbc", "check", str(SCHEME)], capture_output=True, check=True)
    counts = {}
    for way, unit in WAYS.items():
        if taken.only not in way:
            continue
        of = {"a claim": CLAIMS, "a session": SESSIONS}.get(unit, 1)
        counts[way] = round((count(way, module, True) - count(way, module, False)) / of)
        print(f"{way}: {counts[way]:,} instructions {unit}", flush=True)
    known = json.loads(KNOWN.read_text("utf-8")) if KNOWN.is_file() else {"counts": {}}
    if taken.update:
        kept = known["counts"] if known.get("versions") == versions() else {}
        written = {"versions": versions(), "counts": kept | counts}
        KNOWN.write_text(json.dumps(written, indent=2) + "\n", "utf-8")
        return 0
    if known.get("versions") != versions():
        print(f"not compared: instructions.json is of {known.get('versions')}, this is {versions()}")
        return 0
    return compared(counts, known["counts"])


def compared(counts: dict[str, int], known: dict[str, int]) -> int:
    """Says what moved beyond the tolerance; 1 if anything costs more, else 0."""
    worse = 0
    for way, now in counts.items():
        before = known.get(way)
        if before is None:
            print(f"{way}: new, not in instructions.json")
        elif now > before * (1 + TOLERANCE):
            worse = 1
            print(f"MORE: {way}: {before:,} before, {now:,} now ({now / before - 1:+.1%})")
        elif now < before * (1 - TOLERANCE):
            print(f"fewer: {way}: {before:,} before, {now:,} now ({now / before - 1:+.1%}); --update keeps it")
    return worse


if __name__ == "__main__":
    sys.exit(main())
