"""Formatter laws on random schemes, and how it lays out chosen ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmbc.dsl.check import check_source
from hmbc.dsl.format import FormatterBug, format_source
from hmbc.dsl.lexer import Comment
from hmbc.dsl.parse import parse
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LAYOUTS = sorted((HERE / "layouts").glob("*.hmb"))
REAL = sorted((ROOT / "schemes").glob("**/*.hmb"))


def lay_out(text: str, to: Language | None = None) -> str:
    done = format_source(Source("x.hmb", text), to)
    assert done.text is not None, [d.message("en") for d in done.diagnostics]
    return done.text


def comments(text: str) -> list[str]:
    found: tuple[Comment, ...] = parse(Source("x.hmb", text)).comments
    return [comment.text for comment in found]


def obeys_the_laws(text: str) -> None:
    source = Source("x.hmb", text)
    tree = parse(source).tree
    assert tree is not None, text
    once = lay_out(text)
    assert lay_out(once) == once
    english = lay_out(text, "en")
    chinese = lay_out(english, "zh")
    assert lay_out(chinese, "en") == english
    assert lay_out(lay_out(text, "zh"), "zh") == lay_out(text, "zh")
    for shown in (once, english, chinese):
        assert parse(Source("x.hmb", shown)).tree == tree
        assert comments(shown) == comments(text)
        assert "\n\n\n" not in shown and not any(x != x.rstrip(" \t") for x in shown.split("\n"))


def test_random_schemes_parse_build_and_obey_the_laws(scheme_strategy: st.SearchStrategy) -> None:
    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(scheme_strategy)
    def holds(scheme) -> None:  # type: ignore[no-untyped-def]
        parsed = parse(Source("x.hmb", scheme.text))
        assert parsed.diagnostics == ()
        assert len(parsed.lexemes) == len(scheme.terminals)
        check_source(Source("x.hmb", scheme.text))
        obeys_the_laws(scheme.text)

    holds()


@pytest.mark.parametrize("path", LAYOUTS + REAL, ids=lambda path: path.stem)
def test_written_schemes_obey_the_laws(path: Path) -> None:
    obeys_the_laws(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_schemes_of_the_project_are_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert lay_out(text) == text, f"run: hmbc fmt {path.relative_to(ROOT)}"


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_a_layout_is_as_recorded(path: Path, update: bool) -> None:
    text = path.read_text(encoding="utf-8")
    for language in ("zh", "en"):
        beside = path.with_suffix(f".{language}")
        shown = lay_out(text, language)  # type: ignore[arg-type]
        if update:
            beside.write_text(shown, encoding="utf-8")
        assert shown == beside.read_text(encoding="utf-8")



@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("2万元", "¥20_000"), ("1.5万元", "¥15_000"), ("300元", "¥300"), ("3亿元", "¥300_000_000"),
        ("87万", "870_000"), ("870000", "870000"), ("870000元", "¥870000"), ("1.5亿", "150_000_000"),
        ("€10", "€10"), ("$10_000.50", "$10_000.50"),
        ("1234567", "1234567"), ("1_234", "1_234"), ("20000.10", "20000.10"), ("75.5%", "75.5%"), ("60天", "60 days"), ("1天", "1 day"),
        ("真", "yes"), ("2022-03-01", "2022-03-01"), ("“甲”", '"甲"'), ("-5", "-5"),
        ("`真`", "真"), ("yes", "`yes`"), ("no", "`no`"), ("费用.date", "claim.date"),
        ("费用.日期", "claim.date"), ("费用.`日期`", "claim.日期"), ("1 + 2 * -3", "1 + 2 * -3"),
        ("较小（1，2）", "smaller of (1, 2)"), ("2 * （1 + x）", "2 * (1 + x)"),
        ("增量（x）", "increase of (x)"), ("取整（x，舍去 至 1）", "rounded (x, down to 1)"),
        ("月序（x）", "month of (x)"), ("年份（x）", "year of (x)"),
        ("按 费用.甲（一级：1，其余：2）", "by claim.甲 (一级: 1, otherwise: 2)"),
    ],
)  # fmt: skip
def test_a_value_in_both_languages(zh: str, en: str) -> None:
    chinese = f"方案 a {{\n    参保条件 b：1 < {zh}\n}}\n"
    english = f"scheme a {{\n    eligible b: 1 < {en}\n}}\n"
    assert lay_out(chinese, "en") == english
    if zh != "费用.date":
        assert lay_out(english, "zh") == chinese


@pytest.mark.parametrize(
    ("written", "laid_out"),
    [
        ("20_000", "20_000"), ("２００００", "20000"), ("2万", "2万"), ("¥20000", "2万元"),
        ("15000元", "15000元"), ("￥300", "300元"), ("2024年2月29日", "2024-02-29"),
        ("60日", "60天"), ("７５％", "75%"),
        ("007", "7"), ("费用.date", "费用.日期"), ("`甲`", "甲"),
        ('"a”b"', "「a”b」"), ('"a“b”c"', "“a“b”c”"), ("「a「b」」", "“a「b」”"), ("“a“b”", "「a“b」"),
        ("首日 ( 保障年度)", "首日（保障年度）"), ("末日（参保期）", "末日（参保期）"),
    ],
)  # fmt: skip
def test_a_value_in_a_chinese_file(written: str, laid_out: str) -> None:
    text = f"方案 a {{\n    参保条件 b：1 < {written}\n}}\n"
    assert lay_out(text) == f"方案 a {{\n    参保条件 b：1 < {laid_out}\n}}\n"


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("1.23456万元", "¥12_345.6"), ("0.5万元", "¥5_000"), ("0.00001万元", "¥0.1"),
        ("0.5万", "5_000"), ("1.00005亿", "100_005_000"),
        ("1" * 38 + ".12万元", f"{'1' * 38}.12万元"),  # as many digits as may be written, and more
    ],
)  # fmt: skip
def test_ten_thousands_in_an_english_file(zh: str, en: str) -> None:
    text = lay_out(f"方案 a {{\n    参保条件 b：1 < {zh}\n}}\n", "en")
    assert text == f"scheme a {{\n    eligible b: 1 < {en}\n}}\n"


@pytest.mark.parametrize(
    ("clause", "laid_out"),
    [("工作日历 CN", "工作日历 中国"), ("币种 CNY", "币种 人民币"),
     ("以此日期为准 费用.date", "以此日期为准 费用.日期")],
)  # fmt: skip
def test_names_that_mean_a_keyword_become_it(clause: str, laid_out: str) -> None:
    assert laid_out in lay_out(f"方案 a {{ {clause} }}")


def test_a_text_with_every_closing_quote_stays_in_its_own() -> None:
    text = "方案 a {\n    理解 ＂甲”乙」丙\"＂\n}\n"
    assert lay_out(text) == text


@pytest.mark.parametrize(
    ("spoiled", "why"), [("币种 美元x", "change what it says"), ("", "lose a comment")]
)
def test_a_file_that_would_come_out_otherwise_is_not_written(
    spoiled: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "方案 a {\n    币种  USD  # 美元\n}\n"
    wrong = text.replace("币种  USD", spoiled) if spoiled else text.replace("  # 美元", "")
    monkeypatch.setattr("hmbc.dsl.format.set_in_columns", lambda lines: wrong)
    with pytest.raises(FormatterBug, match=why):
        format_source(Source("x.hmb", text))


def test_a_file_with_errors_is_left_alone() -> None:
    done = format_source(Source("x.hmb", "方案 a { 币种 }"))
    assert done.text is None and done.diagnostics
