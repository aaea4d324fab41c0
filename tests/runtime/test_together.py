"""Tables in which each member's claims stand together go through a feed that makes records as they come:
the same payments, rejects, counts and totals as one member after the other."""

import datetime
from decimal import Decimal
from random import Random

import pytest

from hmbc.compiler.pipeline import compile_source, module_of
from hmbc.dsl.source import Source
from hmbc.runtime import by_feed
from hmbc.runtime.evaluator import Evaluator

pa = pytest.importorskip("pyarrow")

SCHEME = """
scheme together "Totals of a year and of a month" {
    source        "a document", 2021-11-05
    currency      CNY
    benefit year  calendar
    valid         2022-01-01 to 2022-11-30      cite "0"
    member {
        ill: bool
        tier: low | high
        covered: date
        stopped: date optional
    }
    claim {
        kind: hospital | drugs
        amount: money 0 to 10_000_000
        abroad: bool
    }
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
        when       claim.kind is drugs
        base       claim.amount
        LIMIT
        ratio      (60% if member.stopped given else 50%)
    }
}
"""


LIMITS = {
    "year": "threshold  1_000 per year\n        cap        3_000 per year",
    "month": "threshold  1_000 per month\n        no cap",
    "claims": "threshold  1_000 per claim\n        cap        3_000 per month",
}


@pytest.fixture(scope="module", params=LIMITS)
def limit(request):
    return request.param


@pytest.fixture(scope="module")
def both(limit):
    """The scheme with its feed and without."""
    compiled = compile_source(Source("together.hmb", SCHEME.replace("LIMIT", LIMITS[limit])))
    assert compiled.kernel is not None, compiled.diagnostics
    module = module_of(compiled.kernel)
    return Evaluator(module), Evaluator(module, by_feed=False)


@pytest.fixture
def ways(monkeypatch):
    """Of each call of a feed, whether it made the records."""
    found = []

    class Watched(by_feed.FeedCall):
        def run(self, first, end):
            found.append(self.together)
            super().run(first, end)

    monkeypatch.setattr(by_feed, "FeedCall", Watched)
    return found


def claims_of(random, members, most, amounts, year=2022):
    """Up to `most` claims of each member, who come in any order; some have none."""
    rows = []
    for member in random.sample(range(members), members):
        days = sorted(random.randrange(365) for _ in range(random.randrange(most + 1)))
        for day in days:
            rows.append((member, datetime.date(year, 1, 1) + datetime.timedelta(day)))
    n = len(rows)
    return pa.table({
        "claim_id": [f"{year}-{row}" for row in range(n)],
        "member_id": [member for member, _ in rows],
        "date": [day for _, day in rows],
        "kind": [random.choice(["hospital", "drugs"]) for _ in rows],
        "amount": pa.array([Decimal(random.choice(amounts)) / 100 for _ in rows], pa.decimal128(18, 2)),
        "abroad": [random.random() < 0.1 for _ in rows],
    })  # fmt: skip


def members_of(random, members):
    start, day = datetime.date(2021, 11, 1), datetime.timedelta
    return pa.table({
        "member_id": random.sample(range(members), members),
        "ill": [random.random() < 0.5 for _ in range(members)],
        "tier": [random.choice(["low", "high"]) for _ in range(members)],
        "covered": [start + day(random.choice([-30_000, 0, 100, 20_000])) for _ in range(members)],
        "stopped": pa.array([random.choice([None, start]) for _ in range(members)], pa.date32()),
    })  # fmt: skip


def said(evaluator, claims, members, state=None, **options):
    done = evaluator.adjudicate(claims, members, state=state, **options)
    return (
        pa.table(done.payments).to_pylist(), done.reject_records, done.counts,
        pa.table(done.state).to_pylist(),
    ), done  # fmt: skip


SMALL, LARGE = [0, 3, 150_000, 250_000, 700_001], [0, 3, 250_000, 999_999_999]


@pytest.mark.parametrize(
    "members, most, amounts",
    [(1, 9, SMALL), (3, 400, SMALL), (40, 33, SMALL), (900, 3, SMALL), (40, 33, LARGE), (900, 3, LARGE)],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_records_made_as_rows_come_say_what_units_by_themselves_say(
    both, ways, members, most, amounts, threads
):
    random = Random(members + most)
    people, fed, plain = members_of(random, members), *both
    claims = claims_of(random, members, most, amounts)
    first, done = said(fed, claims, people, threads=threads)
    assert first == said(plain, claims, people)[0]
    in_order = claims["date"].to_pylist() == sorted(claims["date"].to_pylist())
    assert all(ways) or in_order
    assert members == 1 or not in_order
    # totals of before are packed: nothing is made as rows come
    ways.clear()
    more = claims_of(random, members, most, amounts, 2023)
    assert said(fed, more, people, done.state)[0] == said(plain, more, people, done.state)[0]
    assert not any(ways)


def test_more_units_than_are_told_by_name_outgrow_their_records(both, ways, limit):
    random = Random(3)
    people, fed, plain = members_of(random, 300), *both
    claims = claims_of(random, 300, 9, [999_999_999])
    got, done = said(fed, claims, people)
    assert got == said(plain, claims, people)[0]
    assert all(ways)
    assert done.by_feed == (claims.num_rows if limit == "year" else 0)


def test_a_bad_row_is_no_bodys_and_records_are_packed(both, ways):
    random = Random(4)
    people, fed, plain = members_of(random, 30), *both
    claims = claims_of(random, 30, 20, SMALL)
    ids = claims["member_id"].to_pylist()
    ids[len(ids) // 2] = 10**6
    claims = claims.set_column(1, "member_id", pa.array(ids))
    assert said(fed, claims, people)[0] == said(plain, claims, people)[0]
    assert ways and not any(ways)
