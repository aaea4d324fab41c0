"""Rarer mistakes, each in a scheme that is right otherwise: which code tells it, and at which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.dsl.check import check_source
from hmbc.dsl.source import Source

HEAD = """scheme s {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    event claim.stay
    member { born: date  level: low | high }
    claim { cost: money  stay: code  drug: code  kind: a | b  rate: ratio  days: int 0 to 366 }
"""
USES = """layer uses cite "0" {
        when claim.drug is "K" and claim.kind is a and member.level is low and claim.days > 0
        when member.born < claim.date and claim.rate > 0%
        base claim.cost  threshold 1 per event  ratio 50%  no cap
    }
"""
LAYER = 'layer x cite "1" {{ {} }}\n'
QUIET = {"HMB305", "HMB306", "HMB416"}
"""Of what is not cited or not used, and of examples that are not there."""


def told(body: str, folder: Path | None = None) -> list[tuple[str, str]]:
    """Every finding but those of QUIET: its code and the text at which it points."""
    text = HEAD + USES + body + "}\n"
    found = check_source(Source("s.hmb", text), folder).diagnostics
    for one in found:
        for language in ("zh", "en"):
            assert one.message(language)
    return [
        (one.code, text[one.span.start : one.span.end]) for one in found if one.code not in QUIET
    ]


def layer(base: str = "claim.cost", rest: str = "no threshold ratio 50% no cap") -> str:
    return LAYER.format(f"base {base} {rest}")


PAYS = "when claim.days > 1 base claim.cost pays 5 {} no cap"
RATIO = "claim.cost no threshold ratio {} no cap"
CASES = [
    # names that nothing has, where a kind of thing is asked for
    (layer("by bands of claim.nothing (up to 1: 1, beyond: 2)"), [("HMB101", "nothing")]),
    (layer("by bands of claim.cost (up to nowhere: 1, beyond: 2)"), [("HMB102", "nowhere")]),
    (layer("by bands of claim.cost (up to 5: nowhere, beyond: 2)"), [("HMB102", "nowhere")]),
    (layer("by claim.nothing (a: 1, b: 2)"), [("HMB101", "nothing")]),
    (LAYER.format("base " + RATIO.format("silver: 50%, gold: 60%")), [("HMB102", "silver")]),
    (LAYER.format("when claim.nothing given base claim.cost no threshold ratio 5% no cap"),
     [("HMB101", "nothing")]),
    (LAYER.format("base " + RATIO.format(
        "bands of cost per year: up to nowhere: 5%, up to 3: 6%, beyond: 7%")),
     [("HMB102", "nowhere")]),
    (layer(rest="threshold 1 per claim.nothing ratio 50% no cap"), [("HMB101", "nothing")]),
    ("exclude e from nowhere: claim.kind is b\n", [("HMB104", "nowhere")]),
    ("due d: 3 days from claim.nothing\n", [("HMB101", "nothing")]),
    # of another type than the place asks for
    (layer(rest="threshold 1 per claim.rate ratio 50% no cap"), [("HMB201", "claim.rate")]),
    ("due d: 3 days from claim.cost\n", [("HMB201", "claim.cost")]),
    ('due d: 3 days from claim.date when claim.drug is "K"\n', [("HMB327", 'claim.drug is "K"')]),
    ("due d: 3 days from claim.date when member.level is low\n",
     [("HMB327", "member.level is low")]),
    ("parameter p: money = 5\n" + LAYER.format(
        "when claim.kind is p base claim.cost no threshold ratio 5% no cap"),
     [("HMB202", "claim.kind is p")]),
    (LAYER.format('when "K" in "K" base claim.cost no threshold ratio 5% no cap'),
     [("HMB201", '"K"')]),
    (LAYER.format('when "K" is claim.drug base claim.cost no threshold ratio 5% no cap'),
     [("HMB201", '"K"')]),
    ("total t: claims ordinal per year\n", [("HMB102", "claims ordinal")]),
    ("count n: claims per year  total t: n ordinal per year\n", [("HMB113", "n ordinal")]),
    ("total t: claim.cost per claim per year\n", [("HMB325", "per claim per year")]),
    ("total t: claim.cost per year if claim.kind is a else per claim\n",
     [("HMB325", "per year if claim.kind is a else per claim")]),
    # said twice
    ("shared cap s: 5 per year in order  shared cap s: 6 per year in order\n", [("HMB106", "s")]),
    ("currency USD\n", [("HMB107", "currency USD")]),
    ("rounding half up  rounding down\n", [("HMB107", "rounding down")]),
    (layer(rest="no threshold ratio 50% no cap no cap"), [("HMB107", "no cap")]),
    # what does not go together
    (LAYER.format(PAYS.format("tops up to 50%")), [("HMB323", "tops up to 50%")]),
    (LAYER.format(PAYS.format("cost cap 5 per year")), [("HMB323", "cost cap 5 per year")]),
    (LAYER.format(PAYS.format("threshold 5 per year")), [("HMB323", "threshold 5 per year")]),
    (LAYER.format(PAYS.format("ratio 5%")), [("HMB323", "ratio 5%")]),
    ("total t: claim.cost per year\n"
     + layer("increase of (smaller of (t, increase of (t)))"),
     [("HMB236", "increase of (smaller of (t, increase of (t)))")]),
    ("total t: claim.cost per year\n"
     + layer(rest="threshold t + increase of (t) per year ratio 50% no cap"),
     [("HMB236", "t + increase of (t)")]),
    # an ordinal is one value of a claim, which grows by nothing
    ("count t: events per year\n" + LAYER.format("base claim.cost pays increase of (5 * t ordinal) no cap"),
     [("HMB201", "5 * t ordinal")]),
    ("count t: events per year\n" + layer("increase of (by t ordinal (1: 5, otherwise: 6))"),
     [("HMB201", "by t ordinal (1: 5, otherwise: 6)")]),
    ("count t: events per year\n" + LAYER.format("base claim.cost pays increase of (5 * t + 5 * t ordinal) no cap"), []),
    # numbers that cannot be
    ("rounding half up to 0.001\n", [("HMB205", "rounding half up to 0.001")]),
    ("claim { z: money 1 to 0.001 }\n", [("HMB205", "0.001")]),
    ("member { z: date 2024-01-02 to 2024-01-01 }\n", [("HMB206", "2024-01-02 to 2024-01-01")]),
    ("member { z: int 5 to high }\n", [("HMB010", "high")]),
    # said of an attribute that is not there
    ("prove pay does not depend on claim.kindd\n", [("HMB101", "kindd")]),
    ("prove pay does not depend on member.lvel\n", [("HMB101", "lvel")]),
    ("example { claim 2024-01-01 { csot: 5 } pay 0 }\n", [("HMB101", "csot")]),
    ("example { claim 2024-01-01 { date: 2024-01-02 } pay 0 }\n", [("HMB101", "date")]),
    ("example { member { boorn: 2000-01-01 } claim 2024-01-01 { cost: 5 } pay 0 }\n",
     [("HMB101", "boorn")]),
    ("example { claim 2024-01-01 { kind: 5, cost: a } pay 0 }\n",
     [("HMB201", "5"), ("HMB201", "a")]),
    # one mistake is told once
    (layer("by bands of claim.cost (up to 5: 1, up to nowhere: 2, beyond: 3)"),
     [("HMB102", "nowhere")]),
    ("parameter p: money = yes\n" + layer(rest="threshold p per year ratio 5% no cap"),
     [("HMB201", "yes")]),
    # two of a kind are needed
    (layer("share (claim.cost, claim.rate, claim.days)"),
     [("HMB202", "share (claim.cost, claim.rate, claim.days)")]),
    ("total t: 5% per year\n", [("HMB201", "5%")]),
    ("let a: claim.days\n" + LAYER.format("when a given base " + RATIO.format("5%")),
     [("HMB215", "a given")]),
    ("due d: 5.5 working days from claim.date\n", [("HMB013", "5.5 working days")]),
    # where it is named that an amount varies
    (layer(rest="threshold 1 + by claim.kind (a: 5, b: 6) per year ratio 50% no cap"),
     [("HMB231", "claim.kind")]),
    (layer(rest="threshold (1 if claim.days > 5 else 2) per year ratio 50% no cap"),
     [("HMB231", "claim.days")]),
    ("let k: by claim.kind (a: 5, b: 6)\n" + layer(rest="threshold 1 + k per year ratio 50% no cap"),
     [("HMB231", "1 + k")]),
    ("member { cost: money varies }\n"
     + layer(rest="threshold member.cost + claim.cost per year ratio 50% no cap"),
     [("HMB231", "member.cost"), ("HMB231", "claim.cost")]),
    ("member { drug: code varies }\n"
     + layer(rest='threshold by member.drug ("A": 1, otherwise: 2) per claim.drug ratio 50% no cap'),
     [("HMB231", "member.drug")]),
    # always, or never
    (LAYER.format("when claim.kind is a or claim.kind is b or member.level is low base "
                  + RATIO.format("5%")),
     [("HMB212", "claim.kind is a or claim.kind is b or member.level is low")]),
    (LAYER.format("when claim.kind is a or member.level is low base " + RATIO.format("5%")), []),
    (LAYER.format("when no base " + RATIO.format("5%")), [("HMB212", "no")]),
    ("parameter p: int { from 2024-01-01: 5  from 2025-01-01: 6 }\n"
     + LAYER.format("when p > 6 base " + RATIO.format("5%")), [("HMB212", "p > 6")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "findings"), CASES, ids=[body[:60] for body, _ in CASES])
def test_a_mistake_is_told_where_it_stands(body: str, findings: list[tuple[str, str]]) -> None:
    assert told(body) == findings


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("claim.date < claim.date + 99999999 days", "99999999 days"),
        ("claim.date < claim.date + 9999999 months", "9999999 months"),
        ("claim.date < claim.date + 1.5 months", "1.5 months"),
    ],
)
def test_a_span_of_time_that_no_date_bears_is_told(text: str, number: str) -> None:
    rest = f"when {text} base claim.cost no threshold ratio 5% no cap"
    code, where = told("month end last day\n" + LAYER.format(rest))[0]
    assert (code, where) == ("HMB013", number)


def test_without_a_mistake_nothing_is_told() -> None:
    assert told(layer()) == []


def test_several_guidelines_are_named_once_each(tmp_path: Path) -> None:
    (tmp_path / "g.hmb").write_text('guideline g { source "d", 2024-01-01 }', encoding="utf-8")
    assert told("conforms to g\n", tmp_path) == []
    assert told("conforms to g, g\n", tmp_path) == [("HMB106", "g")]


def test_a_list_that_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text('code\n"never closed\n', encoding="utf-8")
    (tmp_path / "d.csv").mkdir()
    for name in ("l.csv", "d.csv"):
        assert told(f'list l: from "{name}"\n', tmp_path) == [("HMB311", f'"{name}"')]


def texts(body: str, folder: Path | None = None) -> list[str]:
    """The errors in English, each with its advice."""
    source = Source("s.hmb", HEAD + USES + body + "}\n")
    found = check_source(source, folder).diagnostics
    return [
        f"{one.message('en')} | {one.advice('en')}" for one in found if one.rule.severity == "error"
    ]


def test_the_header_suggests_the_attribute_that_was_meant() -> None:
    text = (HEAD + USES + "}").replace("event claim.stay", "event claim.sty")
    found = [x for x in check_source(Source("s.hmb", text)).diagnostics if x.code == "HMB101"]
    assert [x.advice("en") for x in found] == ["did you mean `stay`?"]


def test_a_value_of_two_attributes_asks_which_is_meant() -> None:
    body = "member { kind: a | b }\n" + LAYER.format("base " + RATIO.format("a: 50%, b: 60%"))
    assert texts(body) == [
        "`a` is a value of several attributes: claim.kind, member.kind"
        " | say which of them: by claim.kind (a: …)"
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'guideline g { source "d" demnads }', "the file ends here, but something is missing"),
        (b"x", "a file begins with scheme or guideline (English), or with 方案 or 指导意见 (Chinese)"),
        (b"\xff\xfe", "the file is not UTF-8 (byte 0)"),
    ],
)
def test_a_guideline_that_cannot_be_read_says_why(
    content: bytes, why: str, tmp_path: Path
) -> None:
    (tmp_path / "g.hmb").write_bytes(content)
    assert texts("conforms to g\n", tmp_path) == [
        f"cannot read the guideline `g`: it has an error: {why} | it is g.hmb, beside the scheme"
    ]


def unused(body: str) -> list[str]:
    text = HEAD + USES + body + "}\n"
    found = check_source(Source("s.hmb", text)).diagnostics
    return [text[x.span.start : x.span.end] for x in found if x.code == "HMB306"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("total t: claim.cost per year\n", "t"),
        ("shared cap c: 5 per year in order\n", "c"),
        ("working calendar CN\n", "working calendar CN"),
        ('list l: "A"\n', "l"),
    ],
)
def test_what_nothing_uses_is_told(body: str, where: str) -> None:
    assert unused(body) == [where]


def test_an_attribute_of_a_law_is_looked_for_among_those_of_its_owner() -> None:
    assert texts("prove pay does not depend on member.lvel, member.cost\n") == [
        "`member` has no attribute `lvel` | did you mean `level`?",
        "`member` has no attribute `cost` | None",
    ]


@pytest.mark.parametrize(
    ("body", "code", "also"),
    [
        (layer("by claim.cost (a: 1, b: 2)"), "HMB201", ["cost"]),
        ("decides claim.rate\n", "HMB201", ["rate"]),
        ("member { since: date varies }  benefit year from member.since\n", "HMB201", ["since"]),
        (layer(rest="no threshold threshold 5 per year ratio 5% no cap"), "HMB314",
         ["threshold 5 per year"]),
        (layer(rest="no threshold ratio 5% no cap no cap"), "HMB107", ["no cap"]),
        (layer(rest="no threshold ratio 5% no cap cap 5 per year cap 6 per month"), "HMB314",
         ["cap 5 per year"]),
    ],
)  # fmt: skip
def test_what_a_mistake_goes_against_is_shown(body: str, code: str, also: list[str]) -> None:
    text = HEAD.replace("benefit year calendar\n", "") if "benefit year" in body else HEAD
    text += USES + body + "}\n"
    (found,) = [x for x in check_source(Source("s.hmb", text)).diagnostics if x.code == code]
    assert [text[x.span.start : x.span.end] for x in found.related] == also


@pytest.mark.parametrize(
    ("scope", "zh", "en"),
    [("day", "按日累计", "over the day"), ("month", "按月累计", "over the month"),
     ("quarter", "按季累计", "over the quarter"), ("lifetime", "终身累计", "over the lifetime")],
)  # fmt: skip
def test_an_amount_that_varies_says_over_what_it_runs(scope: str, zh: str, en: str) -> None:
    rest = f"threshold by claim.kind (a: 5, b: 6) per {scope} ratio 50% no cap"
    source = Source("s.hmb", HEAD + USES + layer(rest=rest) + "}\n")
    (found,) = [x for x in check_source(source).diagnostics if x.code == "HMB231"]
    assert zh in found.message("zh") and en in found.message("en")


READERS = [
    "base claim.cost threshold shared t ratio 50% cap second.pay per claim",
    "base claim.cost threshold shared t threshold second.pay per claim ratio 50% no cap",
    "base claim.cost threshold shared t ratio bands above threshold per year: up to 5: "
    "(5% if second.pay > 0 else 6%), beyond: 7% no cap",
    "base claim.cost tops up to 50% after second.pay cap shared c",
    "base claim.cost pays second.pay cap shared c",
]


@pytest.mark.parametrize("clauses", READERS)
def test_of_layers_that_share_pro_rata_none_reads_what_another_pays(clauses: str) -> None:
    """Wherever the third of them reads what the second pays."""
    pools = "shared threshold t: 5 per year pro rata\nshared cap c: 5 per year pro rata\n"
    plain = "base claim.cost threshold shared t ratio 50% cap shared c"
    layers = f'layer second cite "2" {{ {plain} }}\nlayer third cite "3" {{ {clauses} }}\n'
    assert {code for code, _ in told(pools + layers) if code != "HMB231"} == {"HMB322"}
    without = told(pools + layers.replace("second.pay", "claim.cost"))
    assert "HMB322" not in {code for code, _ in without}


def test_a_layer_that_draws_on_the_threshold_of_one_that_shares_pro_rata_comes_before_the_first() -> None:
    """The second of three, which shares no cap with the others."""
    pools = "shared threshold t: 5 per year in order\nshared cap c: 5 per year pro rata\n"
    first = 'layer one cite "1" { base claim.cost no threshold ratio 50% cap shared c }\n'
    third = 'layer three cite "3" { base claim.cost threshold shared t ratio 50% cap shared c }\n'

    def second(base: str) -> str:
        return f'layer two cite "2" {{ base {base} threshold shared t ratio 50% no cap }}\n'

    assert [code for code, _ in told(pools + first + second("one.pay") + third)] == ["HMB322"]
    assert told(pools + first + second("claim.cost") + third) == []


def test_an_enrolment_window_within_the_year_and_one_over_its_end() -> None:
    for window in ("02-01 to 03-01", "11-01 to 02-01", "previous 11-01 to 12-31"):
        text = f"enrolment {window}\n" + LAYER.format(
            "when claim.date in enrolment base claim.cost no threshold ratio 5% no cap"
        )
        assert told(text) == []


def test_a_list_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes("code\n安宫牛黄丸\n".encode("gb18030"))
    assert texts('list l: from "l.csv"\n', tmp_path) == [
        "cannot read the list file `l.csv`: it is not UTF-8"
        " | a list is a CSV file beside the scheme whose first column is called code"
    ]


def test_of_two_that_say_no_the_first_goes_against_a_cap() -> None:
    rest = "no threshold ratio 5% no cap no cap cap 5 per year"
    found = dict(reversed(told(layer(rest=rest))))
    assert found == {"HMB314": "no cap", "HMB107": "no cap"}
    text = HEAD + USES + layer(rest=rest) + "}\n"
    spans = {x.code: x.span.start for x in check_source(Source("s.hmb", text)).diagnostics}
    assert spans["HMB314"] == text.index("no cap no cap") < spans["HMB107"]
