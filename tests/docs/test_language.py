"""Every example of the documentation is run, and what the page says came out must come out.

A page is a session in an empty folder. A fence that begins with ```` ```hmb name.hmb ```` (or
csv, toml, python) writes that file; ```` ```diff name.hmb ```` changes it: each line with `-`
stands once in the file and gives way to the lines with `+` that follow it. A ```` ```text ````
fence that begins with `$ hmbc …` or `$ python …` states what the command writes, both streams
together. A file that the repository has under this name is shown as it is, and what a tutorial
ends with lies in docs/example.

    pytest tests/docs --update      rewrites what the pages say came out
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from hmbc.cli import hmbc

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md", "docs/tutorial.md", "docs/tutorial.zh.md", "docs/language.md",
    "docs/language.zh.md", "docs/recipes.md", "docs/data.md", "docs/python.md",
)  # fmt: skip
_FENCE = re.compile(r"^```(?P<kind>\w+)(?: (?P<name>\S+))?\n(?P<body>.*?)^```$", re.M | re.S)
_FILES = {"hmb", "csv", "toml", "python"}
_WIDTH = "100"
_BUG = "internal error:"


def _fences(page: str) -> list[re.Match[str]]:
    return list(_FENCE.finditer((ROOT / page).read_text(encoding="utf-8")))


def _is_command(fence: re.Match[str]) -> bool:
    return fence["kind"] == "text" and fence["body"].startswith("$ ")


def _commands() -> list[tuple[str, int]]:
    return [
        (page, place)
        for page in PAGES
        if (ROOT / page).exists()
        for place, fence in enumerate(_fences(page))
        if _is_command(fence)
    ]


def _id(case: tuple[str, int]) -> str:
    page, place = case
    fence = _fences(page)[place]
    line = fence.string.count("\n", 0, fence.start()) + 1
    return f"{page}:{line}"


@cache
def _session(page: str) -> dict[int, str]:
    """What each command fence of a page really writes, in the order of the page."""
    with TemporaryDirectory(prefix="docs") as folder:
        return _outputs(page, Path(folder))


def _outputs(page: str, folder: Path) -> dict[int, str]:
    outputs: dict[int, str] = {}
    for place, fence in enumerate(_fences(page)):
        name = fence["name"]
        if fence["kind"] in _FILES and name:
            _put(folder / name, fence["body"])
        elif fence["kind"] == "diff" and name:
            before = (folder / name).read_text(encoding="utf-8")
            _put(folder / name, _changed(before, fence["body"]))
        elif _is_command(fence):
            command = fence["body"].partition("\n")[0]
            outputs[place] = f"{command}\n{_run(command[2:], folder)}"
    return outputs


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _changed(text: str, diff: str) -> str:
    lines = text.split("\n")
    place = -1
    for change in diff.rstrip("\n").split("\n"):
        if change.startswith("-"):
            places = [n for n, line in enumerate(lines) if line.strip() == change[1:].strip()]
            assert len(places) == 1, f"{len(places)} lines say {change!r}"
            place = places[0]
            del lines[place]
        elif change.startswith("+"):
            assert place >= 0, f"nothing is taken out before {change!r}"
            lines.insert(place, change[1:])
            place += 1
    return "\n".join(lines)


def _run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    if words[0] == "python":
        done = subprocess.run(
            [sys.executable, *words[1:]], cwd=folder, encoding="utf-8", check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.stdout
    assert words[0] == "hmbc", command
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(hmbc, words[1:], env={"COLUMNS": _WIDTH, "NO_COLOR": "1"})
    finally:
        os.chdir(before)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return f"{_BUG} {result.exception!r}\n"
    return "".join(f"{line.rstrip()}\n" for line in result.output.splitlines())


@pytest.mark.parametrize("case", _commands(), ids=_id)
def test_what_a_page_says_came_out_comes_out(case: tuple[str, int], update: bool) -> None:
    page, place = case
    real = _session(page)[place]
    assert _BUG not in real, real
    if update:
        text = (ROOT / page).read_text(encoding="utf-8")
        fence = _fences(page)[place]
        (ROOT / page).write_text(
            text[: fence.start("body")] + real + text[fence.end("body") :], encoding="utf-8"
        )
    else:
        assert _fences(page)[place]["body"] == real


@pytest.mark.parametrize("page", PAGES)
def test_every_scheme_of_a_page_is_run(page: str) -> None:
    """A scheme, or a change of one, is followed by a command that names it, or by a script."""
    waiting: list[str] = []
    for fence in _fences(page):
        if fence["kind"] == "python":
            waiting = [name for name in waiting if name not in fence["body"]]
        elif fence["kind"] in ("hmb", "diff"):
            assert fence["name"], f"a scheme without a name in {page}: {fence['body'][:60]}"
            waiting.append(fence["name"])
        elif _is_command(fence):
            waiting = [name for name in waiting if name not in fence["body"].partition("\n")[0]]
    assert waiting == []


@pytest.mark.parametrize("page", PAGES)
def test_every_whole_scheme_of_a_page_keeps_its_examples(page: str, tmp_path: Path) -> None:
    """What is not shown for its mistake is free of errors and warnings, and pays what it says."""
    wrong = []
    fences = _fences(page)
    files = [fence for fence in fences if fence["kind"] in ("csv", "hmb") and fence["name"]]
    for number, fence in enumerate(fences):
        if fence["kind"] == "hmb":
            folder = tmp_path / str(number)
            for beside in files:  # lists, and schemes that it may revise
                _put(folder / beside["name"], beside["body"])
            _put(folder / fence["name"], fence["body"])
            for command in ("check --error-on-warning", "test"):
                output = _run_in(f"hmbc {command} {fence['name']}", folder)
                if output is not None:
                    wrong.append(f"{page}: {fence['name']}: {output}")
    assert wrong == []


def _run_in(command: str, folder: Path) -> str | None:
    """What a command that fails writes."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(hmbc, shlex.split(command)[1:])
    finally:
        os.chdir(before)
    return None if result.exit_code == 0 else result.output


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_the_repository_has_is_shown_as_it_is(page: str) -> None:
    for fence in _fences(page):
        if fence["kind"] in _FILES and fence["name"] and (ROOT / fence["name"]).exists():
            assert fence["body"] == (ROOT / fence["name"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["docs/tutorial.md", "docs/tutorial.zh.md"])
def test_what_a_tutorial_ends_with_lies_in_the_examples(page: str, tmp_path: Path) -> None:
    names = set()
    for fence in _fences(page):
        if fence["name"]:
            place = tmp_path / fence["name"]
            is_change = fence["kind"] == "diff"
            body = fence["body"]
            _put(place, _changed(place.read_text("utf-8"), body) if is_change else body)
            names.add(fence["name"])
    for name in names:
        example = ROOT / "docs/example" / name
        assert (tmp_path / name).read_text("utf-8") == example.read_text("utf-8")


def test_both_references_tell_the_same_constructs() -> None:
    """In the same order, each with the same examples and mistakes."""
    english, chinese = (
        re.findall(r"^###? |^```(?:hmb|diff) \S+$", (ROOT / page).read_text("utf-8"), re.M)
        for page in ("docs/language.md", "docs/language.zh.md")
    )
    assert chinese == english
