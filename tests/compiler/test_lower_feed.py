"""What a feed keeps and what it works out: totals that follow from others, dates that rejects leave.

That feeds pay what the interpreter pays is tested in test_feed.py; here it is asked that they do so in
the way that makes them fast.
"""

from __future__ import annotations

from datetime import date

import pytest

from hmbc.compiler.feed import Feed
from hmbc.compiler.lower_feed import lower_feed
from hmbc.compiler.nodes import reachable
from hmbc.compiler.optimise import PLAIN
from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.plan import plan_of
from hmbc.dsl.source import Source

SCHEME = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    member { share: ratio 0% to 100% }
    claim { a: money 0 to 1_000_000  b: money 0 to 1_000_000  rate: ratio 0% to 100% }
    BODY
}
"""


def feed(body: str) -> Feed | None:
    compiled = compile_source(Source("s.hmb", SCHEME.replace("BODY", body)))
    assert compiled.kernel is not None, compiled.diagnostics
    return lower_feed(compiled.kernel, plan_of(compiled.kernel), PLAIN)


LAYER = 'layer l cite "1" {{ base claim.a threshold 100 per year ratio {} cap 1000 per {} }}'


@pytest.mark.parametrize(
    ("ratio", "scope", "follows"),
    [
        ("50%", "year", True),
        ("member.share", "year", True),  # one for all rows of a member
        ("claim.rate", "year", False),  # another one for each row
        ("50%", "month", False),  # of another key than the total that it would follow from
        ("50%", "lifetime", False),
        ("(60% if claim.a > 5 else 50%)", "year", False),
    ],
)
def test_what_is_due_follows_from_what_was_claimed(ratio: str, scope: str, follows: bool) -> None:
    made = feed(LAYER.format(ratio, scope))
    assert made is not None
    claimed, due = made.totals
    assert claimed.made_of is None
    assert (due.made_of is not None) == follows


@pytest.mark.parametrize(
    ("values", "first", "last"),
    [
        ("from 2024-01-01: 10", date(2024, 1, 1), date(2199, 12, 31)),
        ("from 2024-01-01 to 2024-12-31: 10", date(2024, 1, 1), date(2024, 12, 31)),
        ("from 2024-01-01 to 2024-12-31: 10 from 2025-01-01 to 2025-12-31: 20",
         date(2024, 1, 1), date(2025, 12, 31)),
    ],
)  # fmt: skip
def test_the_dates_that_are_not_rejected_are_known(values: str, first: date, last: date) -> None:
    made = feed(
        f"parameter p: money {{ {values} }}\n"
        'layer l cite "1" { base claim.a threshold p per year ratio 50% no cap }\n'
        'layer m cite "1" { when claim.date < 2024-07-01 base claim.a no threshold '
        "ratio 50% no cap }"
    )
    assert made is not None
    days = {
        (one.low, one.high)
        for one in reachable(made.outputs())
        if one.op == "claim" and one.data == made.date
    }
    epoch = date(1970, 1, 1)
    assert days == {((first - epoch).days, (last - epoch).days)}
