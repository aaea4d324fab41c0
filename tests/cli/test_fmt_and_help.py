"""`hmbc fmt`, `hmbc help`, and what `hmbc` says of itself."""

from __future__ import annotations

import stat
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from hmbc.dsl.help_pages import page_codes

UNTIDY = 'scheme   tiny "Tiny" {'


@pytest.fixture
def untidy(folder: Path) -> Path:
    """A scheme that is right but not in the one style."""
    path = folder / "untidy.hmb"
    path.write_text((folder / "tiny.hmb").read_text().replace('scheme tiny "Tiny" {', UNTIDY))
    path.chmod(0o640)
    return path


def test_a_file_is_written_in_place_and_keeps_its_mode(call, untidy):
    assert call("fmt", "untidy.hmb").exit_code == 0
    assert stat.S_IMODE(untidy.stat().st_mode) == 0o640
    once = untidy.read_bytes()
    assert UNTIDY.encode() not in once
    before = untidy.stat().st_mtime_ns
    assert call("fmt", "untidy.hmb").exit_code == 0
    assert (untidy.read_bytes(), untidy.stat().st_mtime_ns) == (once, before)
    assert call("fmt", "--check", "untidy.hmb").exit_code == 0


def test_check_and_diff_change_nothing(call, untidy):
    before = untidy.read_bytes()
    checked = call("fmt", "--check", "untidy.hmb", "tiny.hmb")
    assert checked.exit_code == 1
    assert "untidy.hmb" in checked.stdout
    shown = call("fmt", "--diff", "untidy.hmb")
    assert shown.exit_code == 0
    assert f"-{UNTIDY}" in shown.stdout
    assert call("fmt", "--diff", "--check", "untidy.hmb").exit_code == 1
    assert untidy.read_bytes() == before


def test_standard_input_goes_to_standard_output(call, untidy):
    text = untidy.read_text()
    done = call("fmt", "-", stdin=text)
    call("fmt", "untidy.hmb")
    assert done.stdout == untidy.read_text()
    assert call("fmt", "--check", "-", stdin=text).exit_code == 1
    assert not Path("-").exists()


def test_a_broken_file_is_left_as_it_is(call, folder):
    path = folder / "broken.hmb"
    path.write_text('scheme x "y" { currency\n')
    done = call("fmt", "broken.hmb", "tiny.hmb")
    assert done.exit_code == 1
    assert "error[" in done.stderr
    assert path.read_text() == 'scheme x "y" { currency\n'


def test_there_and_back_is_the_same(call, folder):
    texts = []
    for language in ("en", "zh", "en", "zh"):
        assert call("fmt", "--to", language, "city.hmb").exit_code == 0
        assert call("test", "city.hmb").exit_code == 0
        texts.append((folder / "city.hmb").read_text(encoding="utf-8"))
    assert texts[0].startswith("scheme 某市_2024")
    assert texts[1].startswith("方案 某市_2024")
    assert texts[2:] == texts[:2]


def test_a_folder_that_cannot_be_written(call, untidy, monkeypatch):
    import hmbc.commands.fmt as command

    def refuse(path, data):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(command, "write_atomically", refuse)
    done = call("fmt", "untidy.hmb")
    assert done.exit_code == 2
    assert "没有权限" in done.stderr


@pytest.mark.parametrize("code", [page_codes()[0], page_codes()[-1], "hmb203"])
def test_the_page_of_a_code(call, code):
    done = call("help", code)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"# {code.upper()} ")
    assert "## English" not in call("help", code, "--lang", "zh").stdout


@pytest.mark.parametrize("code", ["HMB2O3", "203", "HBM203", "hmb 203", "MB203"])
def test_near_misses_are_told(call, code):
    done = call("help", code)
    assert done.exit_code == 2
    assert "HMB203" in done.stderr


def test_help_without_a_code_and_of_a_command(call):
    assert "Commands:" in call("help").stdout
    assert "--state-in" in call("help", "run").stdout


def test_every_command_has_help_in_both_languages(call):
    names = [
        line.split()[0] for line in call("--help").stdout.split("Commands:")[1].splitlines() if line
    ]
    assert {"check", "compile", "run", "test", "prove", "explain", "fmt", "help"} <= set(names)
    for name in names:
        text = call(name, "--help").stdout
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), name


def test_the_version(spawn):
    done = spawn("--version")
    assert done.stdout.startswith("hmbc 0.")
    header = files("hmbc.runtime").joinpath("evaluator.h").read_text("ascii")
    abi = header.partition("#define HMB_ABI ")[2].split()[0]
    assert done.stdout.endswith(f"(language 1, evaluator ABI {abi})\n")


def test_completion_by_the_shell(spawn):
    assert "hmbc" in spawn(_HMBC_COMPLETE="bash_source", program=("-c", COMPLETE)).stdout
    words = {"_HMBC_COMPLETE": "bash_complete", "COMP_WORDS": "hmbc ch", "COMP_CWORD": "1"}
    assert spawn(program=("-c", COMPLETE), **words).stdout == "plain,check\n"


COMPLETE = "import sys; sys.argv[0] = 'hmbc'; import hmbc.cli; hmbc.cli.main()"


@pytest.mark.parametrize("command", ["check", "test", "prove", "fmt"])
def test_what_is_not_needed_is_not_imported(spawn, command):
    script = (
        "import sys, hmbc.cli\n"
        "try: hmbc.cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pyarrow', 'Cython', 'setuptools', 'rich', 'numpy', 'z3'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    assert "HEAVY []" in spawn(command, "tiny.hmb", program=("-c", script)).stdout


def test_the_list_of_commands_says_what_each_says_of_itself():
    from importlib import import_module

    from hmbc.cli import COMMANDS

    own = {
        name: import_module(f"hmbc.commands.{name}").command.get_short_help_str(limit=100)
        for name in COMMANDS
    }
    assert own == COMMANDS


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["--help"], {"hmbc.dsl", "hmbc.compiler", "hmbc.runtime", "lark", "attrs"}),
        (["check", "tiny.hmb"], {"hmbc.runtime.engine", "hmbc.runtime.plan", "Cython", "pyarrow"}),
    ],
)
def test_a_command_imports_what_it_needs_and_no_more(folder, words, unwanted):
    code = (
        "import sys, hmbc.cli\n"
        f"sys.argv = ['hmbc', *{words!r}]\n"
        "try:\n    hmbc.cli.main()\nexcept SystemExit as done:\n    assert done.code == 0\n"
        f"assert not {unwanted!r} & set(sys.modules), {unwanted!r} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


TRUTHS = """方案 例 {
    依据 “例”，2023-01-01
    币种 人民币
    保障年度 公历年
    参数 加急：是否，外部
    参保人 { 退役：是否 可变  愿意：是 | 否 }
    费用 { 自付：金额  急诊：是否 }
    层 住院 据 “1” {
        适用 费用.急诊 且 参保人.退役 且 非 加急 且 参保人.愿意 是 否
        基数 费用.自付  无起付线  比例 80%  不封顶
    }
    示例 “是” {  # 是
        参数 { 加急：否 }
        参保人 { 退役：是，愿意：否 }
        费用 2024-03-01 { 自付：100，急诊：yes }  给付 80
        费用 2024-03-02 { 自付：100，急诊：否 }   给付 0
    }
}
"""


def test_yes_and_no_in_examples_are_translated_and_values_of_that_name_are_not(call, folder):
    path = folder / "truths.hmb"
    path.write_text(TRUTHS, encoding="utf-8")
    assert call("fmt", "truths.hmb").exit_code == 0
    assert "急诊：yes" in path.read_text(encoding="utf-8")  # as the author has it
    for language, (given, member, urgent, no) in {
        "en": ("{ 加急: no }", "{ 退役: yes, 愿意: 否 }", "急诊: yes }", "急诊: no }"),
        "zh": ("{ 加急：假 }", "{ 退役：真，愿意：否 }", "急诊：真 }", "急诊：假 }"),
    }.items():
        assert call("fmt", "--to", language, "truths.hmb").exit_code == 0
        text = path.read_text(encoding="utf-8")
        assert all(part in text for part in (given, member, urgent, no, "# 是", "愿意"))
        assert call("test", "truths.hmb").exit_code == 0
