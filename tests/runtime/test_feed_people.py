"""Members whose attributes vary, families, columns of another width: by a scheme's feed and one unit
after the other the same comes out."""

from random import Random

import pytest

pa = pytest.importorskip("pyarrow")

from fed_tables import (  # noqa: E402
    FAMILIES,
    ORDERS,
    SCHEME,
    VARYING,
    claims_of,
    families_of,
    members_of,
    people_who_vary,
    said,
    with_and_without,
)


@pytest.fixture(scope="module")
def varying():
    return with_and_without(VARYING)


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


@pytest.fixture(scope="module")
def families():
    return with_and_without(FAMILIES)


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
    by_feed, by_units = with_and_without(text)
    random = Random(values)
    claims = claims_of(random, 60, 600, False)
    people = members_of(random, 60, False, False).to_pylist()
    for place, row in enumerate(people):
        row["tier"] = random.choice(["t0", f"t{values - 1}", "t99", "unknown" if place % 9 == 0 else "t1"])
    days = {"covered": pa.date32()}
    sheet = pa.table({name: pa.array([row[name] for row in people], days.get(name)) for name in people[0]})
    done, fed = said(by_feed, claims, sheet)
    assert fed.by_feed > 0 and fed.counts.adjudicated > 0
    assert done == said(by_units, claims, sheet)[0]
