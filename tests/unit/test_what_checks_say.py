"""What the checks say of single mistakes that no golden file shows: the code, and where it points."""

from __future__ import annotations

import pytest
from small_schemes import HEAD, LAYER, MEMBER, QUIET, example, layer, said

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

# ---- the header


@pytest.mark.parametrize(
    "year",
    ["02-01 to 01-31", "03-01 to 02-28", "04-01 to 03-31", "05-01 to 04-30", "06-01 to 05-31",
     "07-01 to 06-30", "08-01 to 07-31", "09-01 to 08-31", "10-01 to 09-30", "11-01 to 10-31",
     "12-01 to 11-30", "01-01 to 12-31"],
)  # fmt: skip
def test_a_benefit_year_may_begin_with_any_month(year: str) -> None:
    assert said(LAYER, year) == []


def test_a_benefit_year_begins_on_a_date_of_the_member() -> None:
    assert said(LAYER, "from member.joined") == []
    assert said(LAYER, "from member.birth") == [("HMB101", "member.birth")]
    assert said(LAYER, "from member.status") == [("HMB201", "member.status")]


def test_the_header_rounds_once() -> None:
    rounding = "rounding half up to 0.01\n"
    assert [code for code, _ in said(rounding + rounding + LAYER)] == ["HMB107"]


def test_a_second_working_calendar_points_at_the_first() -> None:
    due = 'due d: 5 working days from claim.date  cite "2"\n'
    text = "working calendar CN\n"
    found = compile_source(
        Source("s.hmb", HEAD.format(year="calendar") + text * 2 + due + LAYER + "}\n")
    )
    (one,) = [x for x in found.diagnostics if x.code == "HMB107"]
    assert one.related[0].span < one.span


# ---- names


def test_two_layers_of_one_name_are_an_error() -> None:
    assert said(LAYER + LAYER) == [("HMB106", "a")]


@pytest.mark.parametrize("second", ['total p: claim.cost per year cite "1"', "let p: claim.cost"])
def test_a_name_that_a_parameter_has_is_taken(second: str) -> None:
    found = said("parameter p: money = 5\n" + second + "\n" + LAYER)
    assert ("HMB106", "p") in found


def test_a_value_that_stands_twice_in_an_enumeration_is_an_error() -> None:
    text = HEAD.format(year="calendar").replace("working | retired", "working | retired | working")
    found = compile_source(Source("s.hmb", text + LAYER + "}\n")).diagnostics
    assert "HMB210" in {one.code for one in found}


@pytest.mark.parametrize("unit", ["days", "months"])
def test_a_word_for_a_time_is_a_name_before_a_colon(unit: str) -> None:
    head = HEAD.replace("days: int 0 to 366", f"level: int 1 to 3  {unit} : int 0 to 9")
    found = compile_source(Source("s.hmb", head.format(year="calendar") + LAYER + "}\n"))
    assert {one.code for one in found.diagnostics} <= QUIET


def test_a_name_that_is_not_used_is_said_also_of_let() -> None:
    body = "let used: claim.cost\nlet idle: claim.cost\n" + layer(base="used")
    text = HEAD.format(year="calendar") + body + "}\n"
    found = compile_source(Source("s.hmb", text)).diagnostics
    unused = {text[one.span.start : one.span.end] for one in found if one.code == "HMB306"}
    assert "idle" in unused and "used" not in unused


@pytest.mark.parametrize(("owner", "shown"), [("claim", "claim"), ("member", "member")])
def test_an_unknown_attribute_is_said_with_its_owner(owner: str, shown: str) -> None:
    text = HEAD.format(year="calendar") + layer(base=f"{owner}.zzzz") + "}\n"
    (one,) = [x for x in compile_source(Source("s.hmb", text)).diagnostics if x.code == "HMB101"]
    assert getattr(one.values["owner"], "en", None) == shown


# ---- types


@pytest.mark.parametrize(
    ("condition", "code", "text"),
    [
        ("claim.date + claim.date = claim.date", "HMB202", "claim.date + claim.date"),
        ("claim.kind - claim.kind = claim.kind", "HMB202", "claim.kind - claim.kind"),
        ("claim.cost in 3 days, 5 days", "HMB202", None),
        ("claim.days in claim.kind, 2", "HMB202", None),
    ],
)
def test_what_does_not_go_together_is_an_error(condition: str, code: str, text: str | None) -> None:
    found = said(layer(when=f"when {condition}"))
    assert code in {one for one, _ in found}
    assert text is None or text in {where for _, where in found}


def test_cases_by_something_without_listed_values_are_an_error() -> None:
    body = layer().replace("ratio 50%", "ratio by claim.kind (working: 50%, retired: 60%)")
    assert "HMB201" in {code for code, _ in said(body)}


def test_a_second_condition_may_rely_on_the_first() -> None:
    when = "when claim.admitted given  when claim.date > claim.admitted"
    assert said(layer(when=when)) == []
    assert said(layer(when="when claim.date > claim.admitted")) == [("HMB208", "claim.admitted")]


def test_a_sum_is_rounded_to_a_step_of_whole_minor_units_above_zero() -> None:
    assert said(layer(base="rounded (claim.cost, down to 0.05)")) == []
    for step in ("0", "0.005"):
        found = said(layer(base=f"rounded (claim.cost, down to {step})"))
        assert [code for code, _ in found] == ["HMB205"], step


def test_a_fraction_without_a_wanted_type_is_money() -> None:
    assert said(layer(when="when 1.5 < claim.cost")) == []


def test_what_a_fraction_is_divided_by_may_be_a_number() -> None:
    assert said(layer(base="claim.cost / 4")) == []


# ---- shared amounts


def test_a_layer_that_shares_pro_rata_reads_no_total_that_comes_after_the_first() -> None:
    def body(before: str, between: str) -> str:
        first = 'layer a cite "1" { base claim.cost  no threshold  ratio 50%  cap shared c }\n'
        second = (
            'layer b cite "1" { when spent > 9  base claim.cost  no threshold  ratio 50%  '
            "cap shared c }\n"
        )
        shared = 'shared cap c: 100 per year pro rata cite "2"\n'
        return shared + before + first + between + second

    total = 'total spent: claim.cost per year cite "3"\n'
    idle = 'total idle: claim.cost per year cite "3"\n'
    assert [code for code, _ in said(body("", total))] == ["HMB322"]
    assert said(body(total, idle)) == []


# ---- examples


def test_an_example_gives_a_period_only_where_periods_are_declared() -> None:
    claim = "claim 2024-03-01 { cost: 2024-01-01 to 2024-02-01 } pay 0"
    assert "HMB201" in {code for code, _ in said(LAYER + example(MEMBER + claim))}


def test_an_example_does_not_give_the_date_of_a_claim_twice() -> None:
    claim = "claim 2024-03-01 { cost: 10, date: 2024-03-02 } pay 5"
    assert said(LAYER + example(MEMBER + claim)) == [("HMB101", "date")]


def test_an_example_fills_a_list_with_codes() -> None:
    body = "list special: external\n" + layer(when="when claim.kind in special")
    claim = 'claim 2024-03-01 { cost: 10, kind: "K" } pay 5'
    assert said(body + example(MEMBER + 'parameter { special: "K" }\n' + claim)) == []
    found = said(body + example(MEMBER + "parameter { special: 5 }\n" + claim))
    assert found == [("HMB201", "5")]


def test_a_member_has_a_period_for_a_year_of_their_own() -> None:
    head = HEAD.format(year="from member.joined")
    body = layer(when="when claim.admitted given and claim.admitted in benefit year") + example(
        MEMBER.replace("2020-01-01", "2020-03-15")
        + "claim 2024-03-16 { cost: 10, admitted: 2024-03-14 } pay 0\n"
        + "claim 2024-03-17 { cost: 10, admitted: 2024-03-15 } pay 5\n"
        + "claim 2024-03-18 { cost: 10, admitted: 2025-03-14 } pay 5\n"
        + "claim 2024-03-19 { cost: 10, admitted: 2025-03-15 } pay 0"
    )
    compiled = compile_source(Source("s.hmb", head + "month end last day\n" + body + "}\n"))
    assert compiled.kernel is not None and compiled.scheme is not None, [
        one.message("en") for one in compiled.diagnostics
    ]
    (result,) = run_examples(compiled.kernel, compiled.scheme)
    assert not result.diagnostics, [one.message("en") for one in result.diagnostics]


def test_a_choice_between_kinds_of_values_is_an_error() -> None:
    assert "HMB202" in {
        code for code, _ in said(layer(base="(claim.cost if claim.urgent else 5 days)"))
    }


def test_bands_are_of_values_that_have_an_order_and_end_at_fixed_limits() -> None:
    def bands(of: str, limit: str) -> set[str]:
        ratio = f"ratio by bands of {of} (below {limit}: 0%, beyond: 60%)"
        return {code for code, _ in said(layer().replace("ratio 50%", ratio))}

    assert bands("claim.days", "3") == set()
    assert bands("claim.kind", "3") == {"HMB201"}
    assert bands("claim.days", "claim.days") == {"HMB214"}


def test_the_enrolment_period_is_stated_in_the_header() -> None:
    assert [c for c, _ in said(layer(when="when member.joined in enrolment"))] == ["HMB301"]


def test_a_claim_has_a_date_without_declaring_it() -> None:
    text = HEAD.format(year="calendar").replace("cost: money", "cost: money  date: date")
    found = compile_source(Source("s.hmb", text + LAYER + "}\n")).diagnostics
    assert "HMB110" in {one.code for one in found}


def test_a_lifetime_amount_does_not_read_a_parameter_that_changes() -> None:
    dated = "parameter p: money { from 2020-01-01: 1  from 2024-01-01: 2 }\n"
    by_year = layer().replace("no threshold", "threshold p per year")
    for_life = layer().replace("no threshold", "threshold p per lifetime")
    assert said(dated + by_year) == []
    assert [code for code, _ in said(dated + for_life)] == ["HMB232"]


def test_a_fact_that_stands_twice_is_an_error_and_says_which() -> None:
    fact = "fact insurers: 8\n"
    text = HEAD.format(year="calendar") + fact + fact + LAYER + "}\n"
    (one,) = [x for x in compile_source(Source("s.hmb", text)).diagnostics if x.code == "HMB107"]
    assert "fact insurers" in one.message("en") and "fact" not in one.message("zh")


def test_two_deadlines_of_one_name_point_at_the_first() -> None:
    due = 'due d: 5 days from claim.date  cite "2"\n'
    text = HEAD.format(year="calendar") + due + due + LAYER + "}\n"
    (one,) = [x for x in compile_source(Source("s.hmb", text)).diagnostics if x.code == "HMB106"]
    assert one.related[0].span < one.span


def test_a_ratio_that_a_run_gives_is_inside_its_range() -> None:
    body = "parameter p: ratio 10% to 50%, external\n" + layer().replace("ratio 50%", "ratio p")
    claim = "claim 2024-03-01 { cost: 10 } pay 5"
    assert said(body + example(MEMBER + "parameter { p: 50% }\n" + claim)) == []
    found = said(body + example(MEMBER + "parameter { p: 51% }\n" + claim))
    assert [code for code, _ in found] == ["HMB414"]


def test_a_parameter_that_changes_is_found_in_cases_too() -> None:
    dated = "parameter p: money { from 2020-01-01: 1  from 2024-07-01: 2 }\n"
    cases = "threshold by member.status (working: p, retired: 5) per year"
    assert [code for code, _ in said(dated + layer().replace("no threshold", cases))] == ["HMB232"]


def test_two_values_from_one_day_overlap() -> None:
    dated = "parameter p: money { from 2024-01-01: 1  from 2024-01-01: 2 }\n"
    assert [code for code, _ in said(dated + LAYER)] == ["HMB310"]


def test_a_claim_has_a_date_in_chinese_too() -> None:
    def codes(owner: str) -> set[str]:
        text = (
            "方案 甲 {\n依据 “例”\n币种 人民币\n保障年度 公历年\n参保人 { 年份：整数 1 至 9 甲 }\n"
            "费用 { 自付：金额 乙 }\n层 全部 据 “1” { 基数 费用.自付 无起付线 比例 50% 不封顶 }\n}\n"
        )
        for place, key in (("甲 }", "member"), ("乙 }", "claim")):
            text = text.replace(place, "日期：日期 }" if key == owner else "}")
        return {one.code for one in compile_source(Source("s.hmb", text)).diagnostics}

    assert "HMB110" in codes("claim")
    assert "HMB110" not in codes("neither")


@pytest.mark.parametrize(
    ("base", "codes"),
    [
        ("claim.cost / 0", ["HMB235"]),
        ("claim.kind / 2", ["HMB201"]),
        ("claim.kind * 2", ["HMB202"]),
        ("claim.cost * 3 / 4", []),
    ],
)
def test_money_is_divided_by_numbers_above_zero(base: str, codes: list[str]) -> None:
    assert [code for code, _ in said(layer(base=base))] == codes


@pytest.mark.parametrize(("ratio", "codes"), [("3 / 4", []), ("5 / 4", ["HMB204"])])
def test_a_ratio_may_be_a_fraction_of_two_numbers(ratio: str, codes: list[str]) -> None:
    found = said(layer().replace("ratio 50%", f"ratio {ratio}"))
    assert [code for code, _ in found] == codes


def test_two_fractions_without_a_wanted_type_are_compared_as_money() -> None:
    assert [code for code, _ in said(layer(when="when 1.5 < 2.5"))] == ["HMB212"]


def test_a_yes_or_no_that_a_run_gives_is_no_or_yes() -> None:
    body = "parameter open: bool, external\n" + layer(when="when open")
    compiled = compile_source(Source("s.hmb", HEAD.format(year="calendar") + body + "}\n"))
    assert compiled.kernel is not None
    (given,) = compiled.kernel.parameters
    assert (given.low, given.high) == (0, 1)


def test_a_value_alone_is_no_condition() -> None:
    assert [code for code, _ in said(layer(when="when retired"))] == ["HMB201"]


def test_a_declared_ratio_may_be_divided() -> None:
    body = "parameter p: ratio = 50%\n" + layer().replace("ratio 50%", "ratio p / 2")
    assert said(body) == []


def test_what_follows_from_an_unknown_name_is_not_said() -> None:
    unknown = [("HMB101", "zzzz")]
    for base in (
        "claim.zzzz * 2",
        "claim.zzzz / 2",
        "by bands of claim.zzzz (below 3: 0, beyond: 60)",
    ):
        found = said(layer(base=base))
        assert [code for code, _ in found] == [code for code, _ in unknown], base


def test_a_code_is_looked_up_among_codes() -> None:
    assert said(layer(when='when claim.kind in "A", "B"')) == []
    body = 'list special: "A", "B"\n' + layer(when='when claim.kind in special, "C"')
    assert said(body) == []


def test_cases_name_values_of_their_attribute() -> None:
    cases = "ratio by member.status (working: 50%, idle: 60%, otherwise: 10%)"
    assert [code for code, _ in said(layer().replace("ratio 50%", cases))] == ["HMB103"]


def test_bands_that_descend_say_both_limits() -> None:
    ratio = "ratio by bands of claim.days (below 7: 0%, below 3: 10%, beyond: 60%)"
    text = HEAD.format(year="calendar") + layer().replace("ratio 50%", ratio) + "}\n"
    (one,) = [x for x in compile_source(Source("s.hmb", text)).diagnostics if x.code == "HMB213"]
    assert (one.values["limit"], one.values["before"]) == ("3", "7")


def test_a_step_that_is_too_fine_is_said_as_written() -> None:
    text = HEAD.format(year="calendar") + layer(base="rounded (claim.cost, down to 0.005)") + "}\n"
    (one,) = [x for x in compile_source(Source("s.hmb", text)).diagnostics if x.code == "HMB205"]
    assert one.values["text"] == "0.005"


def test_a_let_of_a_taken_name_points_at_the_first() -> None:
    text = HEAD.format(year="calendar") + "parameter p: money = 5\nlet p: 5\n" + LAYER + "}\n"
    (one,) = [x for x in compile_source(Source("s.hmb", text)).diagnostics if x.code == "HMB106"]
    assert one.related[0].span < one.span


def test_the_first_band_ends_above_zero() -> None:
    ratio = "ratio bands above threshold per year: up to 0: 60%, beyond: 70%"
    found = said(
        layer().replace("no threshold", "threshold 10 per year").replace("ratio 50%", ratio)
    )
    assert [code for code, _ in found] == ["HMB213"]


def test_the_date_of_a_claim_is_the_one_that_decides() -> None:
    head = HEAD.format(year="calendar").replace("cost: money", "cost: money  left: date")
    body = "decides claim.left\n" + layer(when="when claim.date > 2024-03-01")
    compiled = compile_source(Source("s.hmb", head + body + "}\n"))
    assert compiled.kernel is not None and compiled.kernel.date == "left"


@pytest.mark.parametrize(
    "amount",
    ["smaller of (1, claim.days)", "1 + claim.days", "(1 if claim.urgent else claim.days)"],
)
def test_a_total_of_a_bare_number_and_a_whole_number_is_whole(amount: str) -> None:
    body = f'total t: {amount} per year cite "3"\n' + layer(when="when t > 2")
    assert said(body) == []
    assert "HMB202" in {c for c, _ in said(body.replace("t > 2", "t > ¥2"))}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("varies", "this should be a date that does not vary, but it is a date that varies"),
        ("optional", "this should be a date, but it is a date that may be absent"),
    ],
)
def test_the_date_from_which_years_run_is_always_there_and_the_same(kind: str, told: str) -> None:
    text = f"""scheme s {{
    source "d", 2024-01-01
    currency CNY
    benefit year from member.joined
    member {{ joined: date {kind} }}
    claim {{ cost: money }}
    layer x cite "1" {{ base claim.cost  threshold 1 per year  ratio 50%  no cap }}
}}"""
    found = compile_source(Source("s.hmb", text)).diagnostics
    assert [x.message("en") for x in found if x.rule.severity == "error"] == [told]
