"""Days, years, numbers and signs of currencies as people write them from habit."""

from __future__ import annotations

import re

import pytest
from advice import advice
from habits import ALL, REST, SCHEMES

from hmbc.compiler.pipeline import compile_source
from hmbc.dsl.chinese_numbers import in_digits
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("5 November 2023", "2023-11-05"), ("November 5, 2023", "2023-11-05"),
        ("01.03.2024", "2024-03-01"), ("1-3-2024", "2024-03-01"), ("05/11/2023", "2023-11-05 or 2023-05-11"),
        ("5th Nov 2023", "2023-11-05"), ("1st of March 2024", "2024-03-01"), ("November 22nd, 2023", "2023-11-22"),
        ("the 3rd of May 2024", "2024-05-03"), ("May the 3rd, 2024", "2024-05-03"), ("31st June 2024", None),
        ("5Nov2023", "2023-11-05"), ("5-Nov-2023", "2023-11-05"),
        ("25/11/2023", "2023-11-25"), ("12.31.2023", "2023-12-31"), ("31 February 2023", None),
        ("5 November", None), ("5 Brumaire 1799", None), ("40.40.2023", None),
    ],
)  # fmt: skip
def test_days_as_people_write_them(day: str, said: str | None) -> None:
    found = advice(SCHEMES["en"].replace('source "e"', f'source "e", {day}'), "en")
    expected = [] if said is None else [f"the year comes first: write {said}"]
    assert [one for one in found if one.startswith("the year comes first")] == expected


@pytest.mark.parametrize("date", ["2024/3/1", "2024.03.01", "2024年3月1日"])
def test_dates_as_people_write_them(date: str) -> None:
    text = SCHEMES["zh"].replace("CLAUSES", REST).replace("2024-03-01", date)
    assert compile_source(Source("t.hmb", text)).kernel is not None


@pytest.mark.parametrize(
    ("language", "year", "said"),
    [
        ("zh", "自然年度", "写“公历年”"),
        ("zh", "2024年1月1日 至 2024年12月31日", "每年如此，只写月日：1月1日 至 12月31日"),
        ("zh", "1月1日-12月31日", "起止之间写“至”"),
        ("zh", "：公历年", "“保障年度”后面不用冒号"),
        ("en", "1 January to 31 December", "write the day 01-01"),
        ("en", "January 1 to December 31", "write the day 01-01"),
        ("en", "2024-01-01 to 2024-12-31", "month and day alone"),
    ],
)
def test_the_benefit_year_as_people_write_it(language: Language, year: str, said: str) -> None:
    text = SCHEMES[language].replace("CLAUSES", {"zh": REST, "en": f"{ALL} no cap"}[language])
    word = {"zh": "保障年度", "en": "benefit year"}[language]
    found = advice(re.sub(f"{word} .*", f"{word} {year}", text), language)
    assert found and found[0].startswith(said), found


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("两万元", "2万元"), ("一百零五元", "105元"), ("十五万", "150000"), ("三亿五千万元", "35000万元"),
        ("一千二百元", "1200元"), ("百分之七十五", "75%"), ("百分之0.3", "0.3%"), ("八成", "80%"),
        ("三十天", "30天"), ("三个月", "3个月"), ("十个工作日", "10个工作日"), ("六十周岁", "60"),
        ("1.5万元", "1.5万元"), ("万元", None), ("住院", None), ("百分之", None), ("1.2.3元", None),
        ("一.元", None), ("1.2.3十元", None), ("1..2万元", None),
    ],
)  # fmt: skip
def test_numbers_in_words(text: str, digits: str | None) -> None:
    assert in_digits(text) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "codes"),
    [
        ("¥10", "EUR", ["HMB217"]), ("10元", "USD", ["HMB217"]), ("€10", "EUR", []),
        ("$10", "USD", []), ("€10", "CNY", ["HMB217"]), ("10元", "HKD", []), ("¥10", "JPY", []),
    ],
)  # fmt: skip
def test_a_sign_is_that_of_the_currency(amount: str, currency: str, codes: list[str]) -> None:
    text = SCHEMES["en"].replace("CLAUSES", f"pays {amount} * claim.days no cap")
    compiled = compile_source(Source("t.hmb", text.replace("CNY", currency)))
    found = [d.code for d in compiled.diagnostics if d.code not in ("HMB306", "HMB416")]
    assert found == codes
