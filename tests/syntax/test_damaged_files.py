"""Whatever is in a file, the answer is diagnostics, well placed, readable in both languages."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hmbc.dsl.check import check_source
from hmbc.dsl.format import format_source
from hmbc.dsl.parse import parse
from hmbc.dsl.source import Source

HERE = Path(__file__).parent
SCHEMES = tuple(
    path.read_text(encoding="utf-8") for path in sorted((HERE / "layouts").glob("crowded.??"))
)
HEADS = ("方案 甲 {\n", "scheme a {\n")
ODD = "{}()（）：:，、,|“”\"'`「」.。-+*%¥￥０9_\\/#"
ODD += "\0\r\n\t\u3000\u200b\u202e\ufeff²½ⅣАеｆ层是至元万日\U0001f600"
fast = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def answers(text: str) -> list[str]:
    """The codes found; every diagnostic is fit to be shown."""
    source = Source("x.hmb", text)
    parsed = parse(source)
    assert (parsed.tree is None) == bool(parsed.diagnostics)
    found = check_source(source).diagnostics
    if parsed.tree is None:
        assert found == parsed.diagnostics
        assert format_source(source).diagnostics == found
    for diagnostic in found:
        spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
        assert all(0 <= span.start <= span.end <= len(text) for span in spans)
        for language in ("zh", "en"):
            message = diagnostic.message(language)
            assert message and ("{" not in message or "{" in text or "`{`" in message)
            diagnostic.advice(language)
            assert all(a.get(language) and b.get(language) for a, b in diagnostic.extra)
            assert all(related.note.get(language) for related in diagnostic.related)
    return [diagnostic.code for diagnostic in found]


def damage(rng: random.Random, parts: list[str]) -> None:
    """Delete, double, swap or replace some."""
    for _ in range(rng.choice((1, 1, 2, 5))):
        if not parts:
            return
        here, there = rng.randrange(len(parts)), rng.randrange(len(parts))
        match rng.randrange(4):
            case 0:
                del parts[here : here + rng.choice((1, 1, 3))]
            case 1:
                parts.insert(there, parts[here])
            case 2:
                parts[here], parts[there] = parts[there], parts[here]
            case _:
                parts[here] = rng.choice(ODD)


@fast
@given(st.integers(0, 2**32), st.sampled_from(SCHEMES))
def test_schemes_with_damaged_characters(seed: int, text: str) -> None:
    characters = list(text)
    damage(random.Random(seed), characters)
    answers("".join(characters))


@fast
@given(st.integers(0, 2**32), st.sampled_from(SCHEMES))
def test_schemes_with_damaged_tokens(seed: int, text: str) -> None:
    pieces, end = [], 0
    for lexeme in parse(Source("x.hmb", text)).lexemes:
        pieces += [text[end : lexeme.span.start], lexeme.text]
        end = lexeme.span.end
    damage(random.Random(seed), pieces)
    answers("".join(pieces))


def test_random_schemes_with_damage(scheme_strategy: st.SearchStrategy) -> None:
    @fast
    @given(scheme_strategy, st.integers(0, 2**32))
    def holds(scheme, seed: int) -> None:  # type: ignore[no-untyped-def]
        characters = list(scheme.text)
        damage(random.Random(seed), characters)
        answers("".join(characters))

    holds()


@fast
@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    answers(data.decode("utf-8", "replace"))
    answers(HEADS[0] + data.decode("latin-1"))


@fast
@given(st.text(alphabet=ODD + "起付线封顶cap 2", max_size=120), st.sampled_from(HEADS))
@example("\ud800", HEADS[0])
@example("层 x { 基数 " + "1 + " * 3000 + "1 } }", HEADS[0])
@example("layer x { base " + "- " * 3000 + "1 } }", HEADS[1])
def test_odd_characters(text: str, head: str) -> None:
    answers(head + text)


def test_several_errors_are_all_reported() -> None:
    text = """方案 甲 {
    币种 人民 币
    保障年度 1月1日 12月31日
    费用 {
        金额1 金额
        类别：住院 | 门诊
    }
    层 住院 {
        基数 费用.金额1
        起付线 2万元 每年 每年每
        比例 75％％
        封顶 10万元 每年
    }
    层 门诊 {
        基数 费用。金额1
        无起付线
        比率 75%
        不封顶
    }
}
"""
    source = Source("x", text)
    lines = [source.position(d.span.start)[0] for d in parse(source).diagnostics]
    assert sorted(set(lines)) == [2, 3, 5, 10, 11, 15, 17]


@pytest.mark.parametrize("head", HEADS)
def test_many_errors_end_in_a_note(head: str) -> None:
    codes = answers(head + "?\n" * 500)
    assert codes == ["HMB001"] * 20 + ["HMB015"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "HMB012"), (" \n", "HMB012"),
        ("#", "HMB012"), ("方案", "HMB011"), ("方案 a {", "HMB011"),
        ("\0", "HMB012"), ("Scheme a {}", "HMB012"),
        ("方案甲 {}", "HMB012"), ("{" * 10_000_000, "HMB003"),
        ("方案 a {" + "(" * 100, "HMB004"),
        ("#" * 1_048_577, "HMB003"), ("方案 a { “" + "层" * 99, "HMB002"),
        ("方案 a { 层 x { 基数 " + "（" * 65 + "1" + "）" * 65 + "} }", "HMB004"),
    ],
)  # fmt: skip
def test_a_broken_file_has_its_code(text: str, code: str) -> None:
    assert code in answers(text)


def test_64_brackets_are_not_too_many() -> None:
    # two braces are open already
    text = "方案 a { 层 x { 基数 " + "（" * 62 + "1" + "）" * 62 + "} }"
    assert "HMB004" not in answers(text)


HOSTILE = (
    "'; --", '"', "”", "\\", "*/", '"""', "\0", "a\u202eb", "\u200b", "\r", "раура", "{x}", "%s",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("head", HEADS)
def test_a_hostile_string_is_only_a_string(head: str, text: str) -> None:
    opening, closing = ("“", "”") if "”" not in text else ('"', '"')
    scheme = parse(Source("x", f"{head.strip()[:-1]} {opening}{text}{closing} {{}}")).scheme
    assert scheme is not None and scheme.title == text
    laid_out = format_source(Source("x", f"{head.strip()[:-1]} {opening}{text}{closing} {{}}"))
    assert laid_out.text is not None and text in laid_out.text


NO_NAMES = ("a\u202eb", "a\u200b", "раура", "a-b", "1a", "a\0", "`a b`", "`a", "ａｂ")


@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
def test_a_name_is_made_of_letters_we_know(name: str) -> None:
    assert answers(f"方案 {name} {{}}")


@pytest.mark.parametrize("size", [5_000])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "@" * n, lambda n: "@\n" * n, lambda n: "foo " * n, lambda n: "foo\n" * n,
        lambda n: "}" * n, lambda n: "层 x { 基数 " + "1+" * n,
        lambda n: '"' * n, lambda n: '"\n' * n,
        lambda n: "`" * n, lambda n: "参数 x：整数 = " + "1_" * n, lambda n: "起付线" * n,
        lambda n: "层 x { 起付线 9999-99-99 }" * (n // 10),
    ],
)  # fmt: skip
def test_long_broken_files_are_answered(make: Callable[[int], str], size: int) -> None:
    assert answers(HEADS[0] + make(size))
