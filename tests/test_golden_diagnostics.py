"""What an author reads: each scheme of tests/golden/diagnostics beside what `check` says of it, in
the file's language, then in the other. `pytest tests/test_golden_diagnostics.py --update` rewrites
them; read the difference line by line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hmbc.dsl import codes
from hmbc.dsl.check import check_source
from hmbc.dsl.codes import RULES
from hmbc.dsl.lexer import first_word
from hmbc.dsl.report_human import render_human
from hmbc.dsl.source import Source
from hmbc.grammar.keywords import Language, language_of

FOLDER = Path(__file__).parent / "golden" / "diagnostics"
DSL = Path(codes.__file__).parent
CASES = sorted(FOLDER.glob("*.hmb"))

WITHOUT_A_CASE = {
    "HMB003": "needs a file of more than a megabyte (tests/unit/test_reports.py)",
    "HMB005": "is found when a file is read, before it is text",
    "HMB240": "comes from the ranges of the compiled scheme",
    "HMB331": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB332": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB333": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB334": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB335": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB336": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB337": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB338": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB339": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB341": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB342": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB343": "comes from holding a scheme against a guideline (tests/golden/guidelines)",
    "HMB344": "comes from commands that need a scheme (tests/rules/test_guidelines.py)",
    "HMB353": "takes two editions (tests/unit/test_editions.py)",
    "HMB354": "takes two editions (tests/unit/test_editions.py)",
    "HMB401": "comes from `hmbc prove`",
    "HMB402": "comes from `hmbc prove` (tests/cli/test_prove.py)",
    "HMB404": "comes from `hmbc prove` (tests/cli/test_prove.py)",
    "HMB405": "comes from `hmbc prove` (tests/cli/test_prove.py)",
    "HMB406": "comes from `hmbc prove` (tests/cli/test_prove.py)",
    "HMB407": "comes from `hmbc prove` (tests/cli/test_statements.py)",
    "HMB410": "comes from `hmbc test`",
    "HMB412": "comes from `hmbc test`",
    "HMB415": "comes from `hmbc test`",
    "HMB901": "comes from the C tool chain",
    "HMB902": "comes from a file that cannot be read",
}


def rendered(path: Path) -> tuple[str, set[str]]:
    """Both renderings, and the codes in them."""
    source = Source(path.name, path.read_text(encoding="utf-8"))
    checked = check_source(source, path.parent)
    source, diagnostics = checked.source or source, checked.diagnostics
    own: Language = language_of(first_word(source.text)) or "zh"
    other: Language = "en" if own == "zh" else "zh"
    files = [(source, diagnostics)]
    text = f"{render_human(files, own)}\n{'~' * 78}\n\n{render_human(files, other)}"
    return text, {diagnostic.code for diagnostic in diagnostics}


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_case_reads_as_recorded(path: Path, update: bool) -> None:
    text, found = rendered(path)
    beside = path.with_suffix(".diag")
    if update:
        beside.write_text(text, encoding="utf-8")
    assert text == beside.read_text(encoding="utf-8")
    code = path.name[:6]
    if not (path.stem.endswith("_accepted") and not found):
        assert code in found, f"{path.name} should show {code}"


def test_every_code_has_a_case() -> None:
    covered = {path.name[:6] for path in CASES}
    assert sorted(set(RULES) - covered - set(WITHOUT_A_CASE)) == []
    assert sorted(set(WITHOUT_A_CASE) & covered) == []
    assert sorted(set(WITHOUT_A_CASE) - set(RULES)) == []


def test_what_nothing_reports_is_really_not_reported() -> None:
    names = {getattr(codes, name): name for name in dir(codes) if name.isupper()
             and isinstance(getattr(codes, name), str)}  # fmt: skip
    text = "".join(path.read_text(encoding="utf-8") for path in DSL.glob("check*.py"))
    for code, why in WITHOUT_A_CASE.items():
        if why == "nothing reports it yet":
            assert f"codes.{names[code]}" not in text, f"{code} needs a case now"


def test_no_rendering_is_without_its_scheme() -> None:
    assert {path.stem for path in FOLDER.glob("*.diag")} == {path.stem for path in CASES}


def test_both_languages_have_cases() -> None:
    chinese = sum(
        language_of(first_word(path.read_text(encoding="utf-8"))) == "zh" for path in CASES
    )
    assert len(CASES) / 3 < chinese < len(CASES) * 2 / 3


def test_no_template_is_left_unfilled() -> None:
    for path in CASES:
        text = path.with_suffix(".diag").read_text(encoding="utf-8")
        said = [line for line in text.splitlines() if re.match(r"\S+\[HMB|\s+= ", line)]
        assert not [line for line in said if re.search(r"\{[a-z_]+\}|Bilingual|None", line)], path
