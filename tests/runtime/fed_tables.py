"""Schemes that have feeds, random tables of claims and members for them, and what is compared."""

import datetime
from decimal import Decimal

import pyarrow as pa

from hmbc.compiler.pipeline import compile_source, module_of
from hmbc.dsl.source import Source
from hmbc.runtime.evaluator import Evaluator

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

VARYING = KEYED.replace("tier: low | high", "tier: low | high\n        years: int 0 to 50 optional varies").replace(
    "60%", "(70% if member.years given and member.years >= 3 else 60%)"
)

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


def with_and_without(text):
    """The scheme's evaluator with its feed and without."""
    compiled = compile_source(Source("fed.hmb", text))
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
