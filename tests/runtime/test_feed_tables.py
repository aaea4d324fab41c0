"""Tables adjudicated by a scheme's feed and one unit after the other come out the same: payments,
rejects, counts, totals; in any order of rows, with bad rows, in two batches, in several threads."""

import datetime
import subprocess
import sys
from decimal import Decimal
from random import Random

import pytest

from hmbc.compiler.pipeline import compile_source, module_of
from hmbc.dsl.source import Source
from hmbc.runtime.evaluator import Evaluator

pa = pytest.importorskip("pyarrow")

from fed_tables import KEYED, ORDERS, SCHEME, claims_of, members_of, said, with_and_without  # noqa: E402


@pytest.fixture(scope="module", params=[SCHEME, KEYED], ids=["sequential", "keyed"])
def both(request):
    """The same scheme with its feed and without."""
    return with_and_without(request.param)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(6))
def test_the_feed_says_what_units_by_themselves_say(both, order, seed):
    random = Random(seed)
    text_ids, shuffled, threads = seed % 2 == 1, seed % 3 == 1, 1 + seed % 2
    size, members = random.choice([(0, 3), (1, 1), (300, 12), (900, 400)])
    claims = ORDERS[order](claims_of(random, members, size, text_ids))
    people = members_of(random, members, text_ids, shuffled)
    fed, plain = both
    first, done = said(fed, claims, people, threads=threads)
    assert first == said(plain, claims, people)[0]
    # a second batch, some of it late
    more = ORDERS[order](claims_of(random, members, size, text_ids))
    second, _ = said(fed, more, people, done.state, threads=threads)
    assert second == said(plain, more, people, done.state)[0]


def test_many_rows_in_threads(both):
    """Enough rows that they are cut, in each order; the table is the same for any number of threads."""
    random = Random(7)
    claims = pa.concat_tables([claims_of(random, 500, 2000, False)] * 140)
    ids = pa.array(range(claims.num_rows))
    claims = claims.set_column(0, "claim_id", ids)
    people = members_of(random, 500, False, True)
    fed, plain = both
    for order in ORDERS.values():
        table = order(claims)
        wanted = pa.table(plain.adjudicate(table, people).payments)
        for threads in range(1, 9):
            done = fed.adjudicate(table, people, threads=threads)
            assert pa.table(done.payments).equals(wanted)


def test_few_members_whose_totals_a_record_cannot_hold(both):
    """They are adjudicated by themselves, in the same table."""
    random = Random(11)
    claims = claims_of(random, 300, 4000, True)
    large = pa.array([
        Decimal("9000000.01") if member == "7" and amount is not None else amount
        for member, amount in zip(claims["member_id"].to_pylist(), claims["amount"].to_pylist(), strict=True)
    ], pa.decimal128(18, 2))  # fmt: skip
    claims = claims.set_column(claims.column_names.index("amount"), "amount", large)
    people = members_of(random, 300, True, True)
    fed, plain = both
    assert said(fed, claims, people)[0] == said(plain, claims, people)[0]


@pytest.fixture(scope="module")
def unbounded():
    """A scheme whose amounts are of any size, with its feed and without."""
    text = SCHEME.replace("money 0 to 10_000_000", "money").replace("2022-01-01 to", "2021-01-01 to")
    return with_and_without(text)


@pytest.mark.parametrize("order", ORDERS)
def test_members_whose_totals_outgrow_their_records_stay_in_the_feed(unbounded, order):
    random = Random(order)
    fed, plain = unbounded
    state, people = None, members_of(random, 5, True, True)
    large = [0, 1, 199_999, 10**8, 5 * 10**8, 10**9 + 7, 10**12]
    for batch in range(3):
        claims = claims_of(random, 5, 600, True)
        amounts = pa.array([Decimal(random.choice(large)) / 100 for _ in range(600)], pa.decimal128(18, 2))
        claims = claims.set_column(claims.column_names.index("amount"), "amount", amounts)
        days = pa.array([datetime.date(2021, 6, 1) + datetime.timedelta(150 * batch + row // 9)
                         for row in range(600)])  # fmt: skip
        claims = ORDERS[order](claims.set_column(claims.column_names.index("date"), "date", days))
        got, done = said(fed, claims, people, state)
        assert got == said(plain, claims, people, state)[0]
        assert done.by_feed == 600
        state = done.state
    assert max(row["total"] for row in pa.table(state).to_pylist()) > 2**33


def test_only_the_columns_that_are_wanted_are_worked_out(both):
    random = Random(8)
    claims, people = claims_of(random, 20, 400, True), members_of(random, 20, True, False)
    fed, plain = both
    names = ("claim_id", "total_pay", "reason")
    done = fed.adjudicate(claims, people, columns=names, minor_payments=True)
    wanted = plain.adjudicate(claims, people, columns=names, minor_payments=True)
    assert pa.table(done.payments).equals(pa.table(wanted.payments))
    assert pa.table(done.state).equals(pa.table(wanted.state))
    assert done.counts.paid == {} and done.counts.reasons == wanted.counts.reasons


@pytest.mark.parametrize("year", ["9000", "-7"])
def test_totals_under_keys_that_a_record_cannot_hold(both, year):
    """Their units are adjudicated by themselves, and nothing is lost."""
    random = Random(10)
    claims, people = claims_of(random, 30, 400, True), members_of(random, 30, True, False)
    fed, plain = both
    _, done = said(fed, claims, people)
    state = pa.table(done.state)
    keys = [key.replace("2022", year) if random.random() < 0.2 else key for key in state["key"].to_pylist()]
    assert keys != state["key"].to_pylist()
    state = state.set_column(state.column_names.index("key"), "key", pa.array(keys))
    more = claims_of(random, 30, 400, True)
    second, after = said(fed, more, people, state)
    assert second == said(plain, more, people, state)[0]
    assert after.by_feed < 400
    keyed = {key for key in keys if year in key and '"' in key}
    assert keyed <= set(pa.table(after.state)["key"].to_pylist())


def test_keyed_totals_stand_by_their_keys(both):
    random = Random(13)
    claims, people = claims_of(random, 9, 500, True), members_of(random, 9, True, False)
    rows = pa.table(both[0].adjudicate(claims, people).state).to_pylist()
    names = [item.name for item in both[0].plan.accumulators]
    keyed = {item.name for item in both[0].plan.accumulators if item.keyed}
    of_unit = {}
    for row in rows:
        if row["accumulator"][0] != "@":
            of_unit.setdefault(row["member_id"], []).append(row["accumulator"])
    for found in of_unit.values():
        assert found == sorted(found, key=lambda name: (name in keyed, names.index(name)))


SHORT_OF_MEMORY = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from hmbc.compiler.pipeline import compile_source, module_of
from hmbc.dsl.source import Source
from hmbc.runtime.evaluator import Evaluator
from hmbc.runtime.memory import keep_memory

fed = Evaluator(module_of(compile_source(Source("fed.hmb", Path(sys.argv[1]).read_text())).kernel))
n = 100_000
claims = pa.table({
    "claim_id": range(n), "member_id": [i % 5_000 for i in range(n)],
    "date": pa.array([19_000 + i // 1_000 for i in range(n)], pa.int32()).cast(pa.date32()),
    "kind": ["hospital", "drugs"] * (n // 2), "amount": range(n), "abroad": [False] * n,
    "drug": ["K1"] * n, "stay": [str(i % 50) for i in range(n)], "share": pa.nulls(n, pa.decimal128(7, 6)),
})
people = pa.table({
    "member_id": range(5_000), "ill": [False] * 5_000, "tier": ["low"] * 5_000,
    "covered": pa.array([18_000] * 5_000, pa.int32()).cast(pa.date32()),
})
keep_memory(0)
wanted = pa.table(fed.adjudicate(claims, people, minor_units=True, threads=1).payments)
pages = int(Path("/proc/self/statm").read_text().split()[0])
done = []
for extra in (0, 1, 2, 4, 6, 8, 11, 16, 512):
    resource.setrlimit(resource.RLIMIT_AS, ((pages << 12) + (extra << 20), resource.RLIM_INFINITY))
    try:
        got = fed.adjudicate(claims, people, minor_units=True, threads=1).payments
        done.append("done")
    except MemoryError:
        done.append("MemoryError")
        continue
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert pa.table(got).equals(wanted)
print(*done)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits memory as Linux does")
def test_a_batch_for_which_there_is_no_memory_fails_and_the_next_one_does_not(tmp_path):
    """Wherever it comes to an end: in columns, in the room for keyed totals, in results."""
    scheme = tmp_path / "scheme.hmb"
    scheme.write_text(KEYED)
    found = subprocess.run(
        [sys.executable, "-c", SHORT_OF_MEMORY, str(scheme)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert set(found.stdout.split()) == {"MemoryError", "done"}
    assert found.stdout.split()[-1] == "done"


def test_progress_is_told_to_the_end(both):
    random = Random(9)
    claims, people = claims_of(random, 5, 50, True), members_of(random, 5, True, False)
    for threads in (1, 2):
        seen = []

        def tell(*done, seen=seen):
            seen.append(done)

        both[0].adjudicate(claims, people, progress=tell, threads=threads)
        assert seen[-1] == (50, 50)


def test_a_scheme_without_totals_has_no_unit_that_is_adjudicated_by_itself(monkeypatch):
    """Its records are empty: nothing is read from them, whatever stands in memory there."""
    from hmbc.runtime import by_feed

    compiled = compile_source(Source("alone.hmb", """
        scheme alone "A scheme of single claims" {
            source        "a document", 2021-11-05
            currency      CNY
            benefit year  calendar
            claim { amount: money }
            layer all  cite "1" { base claim.amount  threshold 10 per claim  ratio 50%  no cap }
            example { claim 2022-03-01 { amount: 30 } pay 10 }
        }
    """))  # fmt: skip
    assert compiled.kernel is not None, compiled.diagnostics
    module = module_of(compiled.kernel)
    claims = claims_of(Random(12), 20, 400, True)
    wanted = said(Evaluator(module, by_feed=False), claims, None)[0]
    monkeypatch.setattr(by_feed, "run_by_units", None)
    for _ in range(50):
        assert said(Evaluator(module), claims, None)[0] == wanted
