"""Reports of diagnostics, and the pages behind them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from attrs import evolve

from hmbc.dsl.check import check_source
from hmbc.dsl.codes import RULES
from hmbc.dsl.diagnostic import Bilingual, Diagnostic, Related
from hmbc.dsl.display import visible, width
from hmbc.dsl.help_pages import codes_like, page_codes, read_page
from hmbc.dsl.parse import parse
from hmbc.dsl.report_github import render_github
from hmbc.dsl.report_human import render_human
from hmbc.dsl.report_json import render_json
from hmbc.dsl.report_sarif import artifact_uri, render_sarif
from hmbc.dsl.source import Source, Span
from hmbc.runtime.rejects import GROUNDS

GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics"
NOTE = Bilingual("在这里声明", "declared here")


def checked(name: str) -> tuple[Source, tuple[Diagnostic, ...]]:
    path = GOLDEN / f"{name}.hmb"
    source = Source(path.name, path.read_text(encoding="utf-8"))
    return source, check_source(source, path.parent).diagnostics


def all_checked() -> list[tuple[Source, tuple[Diagnostic, ...]]]:
    return [checked(path.stem) for path in sorted(GOLDEN.glob("*.hmb"))]


def at(
    start: int, end: int, *related: tuple[int, int], code: str = "HMB014", text: str = "x"
) -> Diagnostic:
    places = tuple(Related(Span(*one), NOTE) for one in related)
    return Diagnostic(code, Span(start, end), {"text": text}, places)


def human(source: Source, *diagnostics: Diagnostic) -> str:
    return render_human([(source, diagnostics)], "zh")


# ---- for a reader


def test_an_underline_stands_under_its_words_in_columns() -> None:
    source = Source("甲.hmb", "层 甲（x）费用.类别\n")
    start = source.text.index("类别")
    line, marks = human(source, at(start, start + 2)).splitlines()[3:5]
    assert width(marks[: marks.index("^")]) == width(line[: line.index("类别")])
    assert marks.count("^") == 4


def test_marks_on_one_line_do_not_overlap() -> None:
    source = Source("a.hmb", "base claim.a + claim.b\n")
    rows = human(source, at(5, 22, (5, 12), (15, 22))).splitlines()[4:7]
    assert rows[0].endswith("^" * 17)
    assert rows[1].endswith("─" * 7 + " 在这里声明")
    assert rows[2].index("─") < rows[1].index("─")


def test_distant_lines_are_set_apart_and_near_ones_are_not() -> None:
    source = Source("a.hmb", "one\ntwo\nthree\nfour\n")
    assert "┆" in human(source, at(14, 18, (0, 3)))
    assert "┆" not in human(source, at(14, 18, (8, 13)))


def test_what_could_act_on_a_terminal_is_shown_instead() -> None:
    source = Source("a\x1b.hmb", "\tbase \x1b[31m\u202eabc\u200b\n")
    text = human(source, at(0, 4, text="\x07"))
    assert not set("\x1b\u202e\u200b\t\x07") & set(text)
    assert "<U+202E>" in text


def test_a_span_over_lines_is_marked_on_its_first_one() -> None:
    source = Source("a.hmb", "layer x {\n  base y\n}\n")
    text = human(source, at(0, len(source.text)))
    assert "^" * 9 in text and "^" * 10 not in text
    assert "base" not in text


def test_of_a_long_line_the_part_at_the_mark_is_shown() -> None:
    source = Source("a.hmb", "x" * 5000 + "HERE" + "费" * 5000)
    text = human(source, at(5000, 5004))
    assert "HERE" in text and "^^^^" in text
    assert max(width(line) for line in text.splitlines()) < 200


@pytest.mark.parametrize("start, end", [(0, 0), (3, 3), (4, 4), (90, 99)])
def test_a_span_without_characters_is_marked_all_the_same(start: int, end: int) -> None:
    assert "^" in human(Source("a.hmb", "abc\n"), at(start, end))


def test_an_empty_source_is_named_alone() -> None:
    assert "┌─ a.hmb\n" in human(Source("a.hmb", ""), at(0, 0))


def test_a_file_that_is_too_large_is_refused_and_shown_in_short() -> None:
    source = Source("a.hmb", "方案 某 {" + "#" * (1 << 20))
    (found,) = check_source(source).diagnostics
    assert found.code == "HMB003"
    assert len(human(source, found)) < 1000


def test_colour_only_if_asked_and_never_changes_the_text() -> None:
    files = [checked("HMB231_threshold_by_hospital")]
    plain, coloured = render_human(files, "zh"), render_human(files, "zh", colour=True)
    assert "\x1b" not in plain
    assert coloured != plain and click.unstyle(coloured) == plain


def test_the_last_line_counts() -> None:
    files = [checked("HMB202_two_declarations"), checked("HMB211_otherwise")]
    assert render_human(files, "zh").endswith("1 个错误，1 个警告\n")
    assert render_human(files, "en").endswith("1 error, 1 warning\n")
    assert render_human([], "en") == "nothing to report\n"


def test_wide_characters_are_two_columns() -> None:
    assert [width(text) for text in ("a", "费", "（", "Ａ", "e\u0301")] == [1, 2, 2, 2, 1]
    assert visible("费\u2066用") == "费<U+2066>用"


def test_an_example_stands_under_its_diagnostic_and_the_same_claims_once() -> None:
    source = Source("甲.hmb", "层 甲\n")
    claims = "    费用 2024-01-01 { 金额：1 } 给付 1"
    one = evolve(at(0, 1), example=f"示例 “反例：一” {{\n{claims}\n}}")
    two = evolve(at(2, 3), example=f"示例 “反例：二” {{\n{claims}\n}}")
    told = human(source, one, two)
    assert f"   = 反例，可粘贴到方案里：\n       示例 “反例：一” {{\n       {claims}\n       }}\n   = " in told
    assert told.count(claims) == 1 and told.count("   = 反例：与上面的相同\n") == 1
    assert "反例：二" not in told and "反例：二" in render_json([(source, [two])], "zh")


# ---- for programs


def test_json_has_places_in_characters() -> None:
    document = json.loads(render_json([checked("HMB101_misspelt")], "zh"))
    assert document["schema_version"] == 1
    assert document["summary"] == {"errors": 1, "warnings": 0, "notes": 0}
    (found,) = document["diagnostics"]
    assert (found["code"], found["severity"]) == ("HMB101", "error")
    assert (found["start"]["line"], found["start"]["column"]) == (16, 18)
    assert (found["end"]["line"], found["end"]["column"]) == (16, 23)
    assert found["end"]["offset"] - found["start"]["offset"] == 5
    assert found["hints"] == [{"heading": "建议", "text": "是不是 `政策内自付`？"}]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_json_of_every_case(language: Any) -> None:
    files = all_checked()
    document = json.loads(render_json(files, language))
    assert len(document["diagnostics"]) == sum(len(found) for _, found in files)
    for found in document["diagnostics"]:
        assert found["message"]
        assert found["start"]["line"] <= found["end"]["line"]


def test_text_that_no_file_holds_does_not_break_a_report() -> None:
    files = [(Source("a\udcff.hmb", "scheme \udcff\n"), [at(7, 8, text="\udcff")])]
    for render in (render_json, render_sarif, render_github, render_human):
        render(files, "zh").encode("utf-8")


def _object(properties: dict[str, Any], required: str = "") -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


def _list(items: dict[str, Any], unique: bool = False) -> dict[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": unique}


_STRING = {"type": "string"}
_TEXT = _object({"text": _STRING, "markdown": _STRING}, "text")
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_FROM_0, _FROM_1 = {"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 1}
_REGION = _object(
    {
        **dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), _FROM_1),
        **dict.fromkeys(("charOffset", "charLength"), _FROM_0),
    }
)
_URI = _object({"uri": {"type": "string", "pattern": "^[!-~]+$"}}, "uri")
_PHYSICAL = _object({"artifactLocation": _URI, "region": _REGION}, "artifactLocation region")
_LOCATION = _object({"id": _FROM_0, "message": _TEXT, "physicalLocation": _PHYSICAL})
_RESULT = _object(
    {
        "ruleId": _STRING,
        "ruleIndex": _FROM_0,
        "level": _LEVEL,
        "message": _TEXT,
        "locations": _list(_LOCATION),
        "relatedLocations": _list(_LOCATION, unique=True),
    },
    "ruleId ruleIndex level message locations",
)
_RULE = _object(
    {
        "id": _STRING,
        "shortDescription": _TEXT,
        "help": _TEXT,
        "helpUri": {"type": "string", "pattern": "^[a-z]+:"},
        "defaultConfiguration": _object({"level": _LEVEL}),
    },
    "id shortDescription help helpUri",
)
_DRIVER = _object(
    {"name": _STRING, "version": _STRING, "rules": _list(_RULE, unique=True)}, "name version rules"
)
_RUN = _object(
    {
        "tool": _object({"driver": _DRIVER}, "driver"),
        "language": {"type": "string", "pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": _list(_RESULT),
    },
    "tool columnKind results",
)
SARIF = _object(
    {"$schema": _STRING, "version": {"const": "2.1.0"}, "runs": _list(_RUN)}, "version runs"
)
"""The part of the OASIS schema that we use, closed, so that a misspelt property would be found."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sarif_has_the_shape_of_its_schema(language: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(render_sarif(all_checked(), language, "https://example.org/codes"))
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert run["columnKind"] == "unicodeCodePoints"


def test_sarif_names_files_relative_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert artifact_uri(str(tmp_path / "方案" / "a b.hmb")) == "%E6%96%B9%E6%A1%88/a%20b.hmb"
    assert artifact_uri("/elsewhere/a.hmb") == "file:///elsewhere/a.hmb"


def test_github_commands_stay_on_one_line_and_cannot_be_forged() -> None:
    source = Source("a,b:c%\n::error::x.hmb", "scheme\n")
    text = render_github([(source, [at(0, 6, text="x\n::warning::100%")])], "en")
    assert text.count("\n") == 1
    place = "file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax.hmb,line=1,endLine=1,col=1,title=HMB014"
    assert text.startswith(f"::error {place}::")
    assert "x%0A::warning::100%25" in text


def test_github_knows_three_severities() -> None:
    names = ["HMB101_misspelt", "HMB211_otherwise", "HMB416_no_examples"]
    lines = render_github([checked(name) for name in names], "zh").splitlines()
    assert [line.split()[0] for line in lines] == ["::error", "::warning", "::notice"]


# ---- pages


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert set(page_codes()) == set(RULES) | {ground.code for ground in GROUNDS}


@pytest.mark.parametrize("code", page_codes())
def test_a_page_says_it_in_both_languages(code: str) -> None:
    page = read_page(code)
    assert page is not None and page.startswith(f"# {code} ")
    chinese, english = page.split("## 中文")[1].split("## English")
    for heading in ("为什么要紧", "错的写法", "对的写法"):
        assert f"**{heading}**" in chinese
    for heading in ("Why it matters", "Wrong", "Right"):
        assert f"**{heading}**" in english
    assert "## English" not in (read_page(code, "zh") or "")
    assert "## 中文" not in (read_page(code, "en") or "")


FRAMES = {
    "zh": (
        "%s", "方案 某 {\n%s\n}", "方案 某 {\n层 某层 {\n%s\n}\n}", "方案 某 {\n费用 {\n%s\n}\n}",
        "方案 某 {\n示例 {\n%s\n}\n}",
    ),
    "en": (
        "%s", "scheme s {\n%s\n}", "scheme s {\nlayer l {\n%s\n}\n}",
        "scheme s {\nclaim {\n%s\n}\n}", "scheme s {\nexample {\n%s\n}\n}",
    ),
}  # fmt: skip
"""The places of a scheme that a page's snippet may be of."""


@pytest.mark.parametrize("code", page_codes())
@pytest.mark.parametrize("language, heading", [("zh", "**对的写法**"), ("en", "**Right**")])
def test_what_a_page_calls_right_can_be_read(code: str, language: Any, heading: str) -> None:
    part = (read_page(code, language) or "").split(heading)[1]
    for block in part.split("```hmb\n")[1:]:
        snippet = block.split("```")[0]
        read = [parse(Source("", frame % snippet)).diagnostics for frame in FRAMES[language]]
        assert () in read, snippet


def test_pages_are_found_whatever_the_case_and_nothing_else_is() -> None:
    assert read_page(" hmb101 ") == read_page("HMB101")
    assert read_page("HMB999") is None
    assert read_page("../codes") is None
    assert "HMB101" in codes_like("hmb1011")
