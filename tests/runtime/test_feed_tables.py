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

SCHEME = """
scheme fed "A scheme with a feed" {
    source        "a document", 2021-11-05
    currency      CNY
    benefit year  calendar
    valid         2022-01-01 to 2022-12-31      cite "0"
    member {
        ill: bool
        covered: date
        tier: low | high
    }
    claim {
        kind: hospital | drugs
        amount: money 0 to 10_000_000
        abroad: bool
        drug: code optional
        share: ratio optional
    }
    list special: "K1", "K2"
    wait early: claim.date < member.covered      cite "1"
    exclude abroad: claim.abroad                cite "2"
    layer hospital                              cite "3" {
        when       claim.kind is hospital
        base       claim.amount
        threshold  (2_000 if member.tier is low else 5_000) per year
        ratio      (30% if member.ill else 75%)
        cap        20_000 per year
    }
    layer drugs                                 cite "4" {
        when       claim.kind is drugs and claim.drug in special
        base       claim.amount
        threshold  1_000 per year
        ratio      60%
        cap        3_000 per year
    }
}
"""


KEYED = """
scheme keyed "Totals by stay, by drug and by year"  {
    source        "a document", 2021-11-05
    currency      CNY
    benefit year  07-01 to 06-30
    event         claim.stay
    member {
        ill: bool
        covered: date
        tier: low | high
    }
    claim {
        kind: hospital | drugs
        amount: money 0 to 10_000_000
        abroad: bool
        drug: code optional
        stay: code
        share: ratio optional
    }
    wait early: claim.date < member.covered      cite "1"
    layer hospital                              cite "3" {
        when       claim.kind is hospital
        base       claim.amount
        threshold  2_000 per year if claim.abroad else per event
        ratio      (30% if member.ill else 75%)
        cap        20_000 per year
    }
    layer drugs                                 cite "4" {
        when       claim.kind is drugs
        base       claim.amount
        threshold  1_000 per claim.drug per year
        ratio      60%
        cap        3_000 per event
        cap        9_000 per lifetime
    }
}
"""


@pytest.fixture(scope="module", params=[SCHEME, KEYED], ids=["sequential", "keyed"])
def both(request):
    """The same scheme with its feed and without."""
    compiled = compile_source(Source("fed.hmb", request.param))
    assert compiled.kernel is not None, compiled.diagnostics
    module = module_of(compiled.kernel)
    assert module.feed() is not None
    return Evaluator(module), Evaluator(module, by_feed=False)


def claims_of(random, members, size, text_ids):
    """Claims in no order, some of them bad in one way or another."""
    rows = []
    for number in range(size):
        odd = random.random()
        day = datetime.date(2022, 1, 1) + datetime.timedelta(random.randrange(365 if odd < 0.8 else 500))
        rows.append(
            {
                "claim_id": number if odd > 0.02 else 0,
                "member_id": random.randrange(members + (odd < 0.05)),
                "date": day if odd < 0.94 else random.choice([None, datetime.date(2021, 5, 5)]),
                "kind": random.choice(["hospital", "drugs"]),
                "amount": Decimal(random.choice([0, 3, 250_000, 700_001])) / 100 if odd < 0.97 else None,
                "abroad": random.random() < 0.1,
                "drug": random.choice(["K1", "K2", "X", None]),
                "stay": f"S{random.choice([1, 2, 3, number // 9, random.randrange(2000)])}",
                "share": random.choice([None, Decimal("0.5")]),
            }
        )
    ids = pa.string() if text_ids else pa.int64()
    types = {
        "claim_id": ids, "member_id": ids, "date": pa.date32(), "kind": pa.string(),
        "amount": pa.decimal128(18, 2), "abroad": pa.bool_(), "drug": pa.string(), "stay": pa.string(),
        "share": pa.decimal128(7, 6),
    }  # fmt: skip

    def cell(name, value):
        return str(value) if text_ids and name.endswith("_id") else value

    return pa.table({
        name: pa.array([cell(name, row[name]) for row in rows], type_) for name, type_ in types.items()
    })  # fmt: skip


def members_of(random, members, text_ids, shuffled):
    ids = list(range(members))
    if shuffled:
        random.shuffle(ids)
    return pa.table({
        "member_id": [str(id) for id in ids] if text_ids else ids,
        "ill": [random.random() < 0.5 for _ in ids],
        "covered": [datetime.date(2021, 11, 1) + datetime.timedelta(random.randrange(90)) for _ in ids],
        "tier": pa.array([random.choice(["low", "high", "odd" if odd < 2 else "low"]) for odd in ids]),
    })  # fmt: skip


def said(evaluator, claims, members, state=None, **options):
    done = evaluator.adjudicate(claims, members, state=state, **options)
    return (
        pa.table(done.payments).to_pylist(), pa.table(done.payments).schema, done.reject_records,
        done.counts, pa.table(done.state).to_pylist(),
    ), done  # fmt: skip


ORDERS = {
    "none": lambda table: table,
    "date": lambda table: table.sort_by("date"),
    "member": lambda table: table.sort_by([("member_id", "ascending"), ("date", "ascending")]),
    "member only": lambda table: table.sort_by("member_id"),
}


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
    compiled = compile_source(Source("unbounded.hmb", text))
    assert compiled.kernel is not None, compiled.diagnostics
    module = module_of(compiled.kernel)
    return Evaluator(module), Evaluator(module, by_feed=False)


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


VARYING = KEYED.replace("tier: low | high", "tier: low | high\n        years: int 0 to 50 optional varies").replace(
    "60%", "(70% if member.years given and member.years >= 3 else 60%)"
)


def people_who_vary(random, members, text_ids, shuffled):
    """One to four rows of each member, some with a hole between, some that differ in what may not."""
    rows = []
    for row in members_of(random, members, text_ids, False).to_pylist():
        days = sorted(random.sample(range(0, 400, 2), random.choice([0, 1, 1, 2, 3])))
        borders = [datetime.date(2022, 1, 1) + datetime.timedelta(day) for day in days]
        ends = [day - datetime.timedelta(random.choice([1, 1, 1, 2])) for day in borders]
        pairs = list(zip([None, *borders], [*ends, None], strict=True))
        for place, (first, last) in enumerate(pairs):
            years = random.choice([None, 2, 3 + place])
            rows.append(row | {"years": years, "valid_from": first, "valid_to": last})
            if random.random() < 0.02:
                rows[-1]["ill"] = not rows[-1]["ill"]
    if shuffled:
        random.shuffle(rows)
    names = list(rows[0]) if rows else []
    days = {name: pa.date32() for name in ("covered", "valid_from", "valid_to")} | {"years": pa.int64()}
    return pa.table({name: pa.array([row[name] for row in rows], days.get(name)) for name in names})


@pytest.fixture(scope="module")
def varying():
    compiled = compile_source(Source("vary.hmb", VARYING))
    assert compiled.kernel is not None, compiled.diagnostics
    module = module_of(compiled.kernel)
    assert module.feed() is not None
    return Evaluator(module), Evaluator(module, by_feed=False)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(4))
def test_attributes_that_vary_are_those_of_the_claims_day(varying, order, seed):
    random = Random(seed)
    text_ids, shuffled, threads = seed % 2 == 1, seed % 3 == 1, 1 + seed % 2
    size, members = random.choice([(300, 12), (900, 400)])
    fed, plain = varying
    claims = ORDERS[order](claims_of(random, members, size, text_ids))
    people = people_who_vary(random, members, text_ids, shuffled)
    first, done = said(fed, claims, people, threads=threads)
    assert first == said(plain, claims, people)[0]
    assert done.counts.adjudicated > size // 2
    more = ORDERS[order](claims_of(random, members, size, text_ids))
    second, _ = said(fed, more, people, done.state, threads=threads)
    assert second == said(plain, more, people, done.state)[0]


FAMILIES = """
scheme families "What members and their families come to" {
    source        "a document", 2021-11-05
    currency      CNY
    benefit year  calendar
    unit          member.family
    event         claim.stay
    list grave: "I1", "I2"
    member {
        family: code
        illness: code optional
        stopped: periods
        income: money same per family
        covered: date
        years: int 0 to 50 optional varies
    }
    claim {
        kind: hospital | drugs
        amount: money 0 to 10_000_000
        abroad: bool
        stay: code
    }
    wait early: claim.date < member.covered      cite "1"
    wait stopped: claim.date in member.stopped   cite "2"
    layer hospital                              cite "3" {
        when       claim.kind is hospital
        base       claim.amount
        threshold  2_000 per event
        ratio      (90% if member.illness in grave else 70%)
        cap        20_000 per year
    }
    layer drugs                                 cite "4" {
        when       claim.kind is drugs
        base       claim.amount
        threshold  1_000 per year within (1_500 + member.income * 1%) per year per family
        ratio      (70% if member.years given and member.years >= 3 else 60%)
        cap        30_000 per year per family
    }
}
"""


@pytest.fixture(scope="module")
def families():
    compiled = compile_source(Source("families.hmb", FAMILIES))
    assert compiled.kernel is not None, compiled.diagnostics
    module = module_of(compiled.kernel)
    assert module.feed() is not None
    return Evaluator(module), Evaluator(module, by_feed=False)


def families_of(random, members, text_ids, shuffled):
    """Members of families of one to five; a few families are not of one mind about their income, a few
    members have none."""
    people = people_who_vary(random, members, text_ids, False).to_pylist()
    incomes, own = {}, {}
    for number, row in enumerate(people):
        family, first = f"F{number // random.choice([1, 3, 5])}", datetime.date(2022, random.randint(1, 9), 9)
        usual = incomes.setdefault(family, random.choice([0, 5_000_000]))
        row |= own.setdefault(row["member_id"], {
            "family": family if random.random() > 0.01 else None,
            "illness": random.choice(["I1", "I2", "other", None]),
            "stopped": random.choice([[], [], [(first, first + datetime.timedelta(random.randrange(90)))]]),
            "income": Decimal(usual if random.random() > 0.02 else 1) / 100,
        })  # fmt: skip
    if shuffled:
        random.shuffle(people)
    period = pa.list_(pa.struct([("from", pa.date32()), ("to", pa.date32())]))
    types = {
        "family": pa.string(), "illness": pa.string(), "income": pa.decimal128(18, 2), "years": pa.int64(),
        "covered": pa.date32(), "valid_from": pa.date32(), "valid_to": pa.date32(),
    }  # fmt: skip
    columns = {name: pa.array([row[name] for row in people], kind) for name, kind in types.items()}
    stopped = [[{"from": a, "to": b} for a, b in row["stopped"]] for row in people]
    ids = [row["member_id"] for row in people]
    return pa.table(
        {"member_id": pa.array(ids, pa.string() if text_ids else pa.int64())}
        | columns
        | {"stopped": pa.array(stopped, period)}
    )


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(4))
def test_families_go_through_the_feed(families, order, seed):
    random = Random(100 + seed)
    text_ids, threads = seed % 2 == 1, 1 + seed % 2
    size, members = random.choice([(60, 4), (900, 300), (900, 40)])
    claims = ORDERS[order](claims_of(random, members, size, text_ids))
    people = families_of(random, members, text_ids, seed > 1)
    fed, plain = families
    first, done = said(fed, claims, people, threads=threads)
    assert first == said(plain, claims, people)[0]
    assert done.by_feed > 0
    more = ORDERS[order](claims_of(random, members, size, text_ids))
    second, _ = said(fed, more, people, done.state, threads=threads)
    assert second == said(plain, more, people, done.state)[0]


@pytest.mark.parametrize("values", [255, 256, 257])
def test_columns_of_members_that_are_read_in_another_width(values):
    """An enum whose cells have one byte in a feed and four where they are read, and a code without a
    column, which takes eight there."""
    tiers = " | ".join(f"t{at}" for at in range(values))
    text = SCHEME.replace("tier: low | high", f"tier: {tiers}\n        illness: code optional")
    text = text.replace("member.tier is low", f"member.tier is t{values - 1} or member.illness in special")
    compiled = compile_source(Source("wide.hmb", text))
    assert compiled.kernel is not None, compiled.diagnostics
    module = module_of(compiled.kernel)
    random = Random(values)
    claims = claims_of(random, 60, 600, False)
    people = members_of(random, 60, False, False).to_pylist()
    for place, row in enumerate(people):
        row["tier"] = random.choice(["t0", f"t{values - 1}", "t99", "unknown" if place % 9 == 0 else "t1"])
    days = {"covered": pa.date32()}
    sheet = pa.table({name: pa.array([row[name] for row in people], days.get(name)) for name in people[0]})
    done, fed = said(Evaluator(module), claims, sheet)
    assert fed.by_feed > 0 and fed.counts.adjudicated > 0
    assert done == said(Evaluator(module, by_feed=False), claims, sheet)[0]
