"""Every stage can be emitted; what is emitted appears whole; a machine that lacks something says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

NASTY = """方案 坏名 “引号" ' */ // ??/ 反斜杠\\\\n {0} %s \U0001f600” {
    依据      “x" */ 'y”，2023-11-05
    币种      人民币
    保障年度  公历年
    费用 { 类别 “*/ "q" // '”：住 | 门  自付：金额 }
    除外 乱 “*/ int main(){} /* '''”：费用.类别 是 门  据 “"" */”
    层 甲 “'''"" */ \\\\”  据 “1 */” { 基数 费用.自付  无起付线  比例 50%  不封顶 }
    示例 “a */ b” { 费用 2024-01-01 { 类别：住，自付：3 } 给付 1.5 }
}
"""


@pytest.mark.parametrize(
    ("stage", "name"), [("kernel", "tiny.kernel"), ("pyx", "tiny.pyx"), ("c", "tiny.c")]
)
def test_text_goes_to_standard_output_or_into_a_folder(call, folder, stage, name):
    printed = call("compile", "--emit", stage, "tiny.hmb")
    assert printed.exit_code == 0
    done = call("compile", "--emit", stage, "-o", "deep/out", "tiny.hmb")
    assert (done.exit_code, done.stdout) == (0, "")
    assert os.listdir("deep/out") == [name]
    if stage != "c":  # Cython writes its own paths into the C
        assert Path("deep/out", name).read_bytes().strip() == printed.stdout_bytes.strip()


def test_a_built_module_is_put_where_it_is_wanted(call, folder):
    done = call("compile", "-o", "out", "tiny.hmb")
    assert done.exit_code == 0
    (name,) = os.listdir("out")
    assert done.stdout == f"tiny.hmb: compiled out/{name}\n"
    assert name.startswith("tiny.") and name.endswith(".so")


def test_a_scheme_with_errors_stops_only_itself(call, folder):
    done = call("compile", "--emit", "kernel", "-o", "out", "bad.hmb", "tiny.hmb")
    assert done.exit_code == 1
    assert os.listdir("out") == ["tiny.kernel"]


def test_two_files_of_one_name_do_not_overwrite_each_other(call, folder):
    Path("a").mkdir()
    Path("a/tiny.hmb").write_text(Path("tiny.hmb").read_text())
    done = call("compile", "--emit", "kernel", "-o", "out", "tiny.hmb", "a/tiny.hmb")
    assert done.exit_code == 2
    assert "would overwrite each other" in done.stderr


def test_a_folder_that_cannot_be_made(call, folder):
    Path("file").write_text("")
    done = call("compile", "--emit", "kernel", "-o", "file/out", "tiny.hmb")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("command", [["compile"], ["run", "-q"], ["explain", "--claim", "C6"]])
def test_a_machine_without_a_compiler_is_told_what_to_install(call, monkeypatch, tables, command):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CC", "")
    words = [command[0], "city.hmb", *(tables if command[0] != "compile" else ()), *command[1:]]
    for language, word in (("zh", "请安装：apt-get install gcc"), ("en", "apt-get install gcc")):
        done = call(*words, "--lang", language)
        assert done.exit_code == 2
        assert done.stderr.count("HMB901]") == 1
        assert word in done.stderr


def test_a_compiler_that_does_not_work_is_no_bug_of_ours(call, folder, monkeypatch):
    compiler = Path("gcc")
    compiler.write_text('#!/bin/sh\n[ "$1" = --version ] && exit 0\necho no stdio.h >&2\nexit 1\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler.resolve()))
    monkeypatch.setenv("HMBC_CACHE", "cache")
    done = call("compile", "tiny.hmb")
    assert done.exit_code == 2
    assert "does not work: no stdio.h" in done.stderr


def test_a_cache_that_cannot_be_written(call, folder, monkeypatch, tables):
    Path("file").write_text("")
    monkeypatch.setenv("HMBC_CACHE", "file/cache")
    for words in (("compile", "city.hmb"), ("run", "city.hmb", *tables)):
        done = call(*words)
        assert done.exit_code == 2
        assert "HMBC_CACHE" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_two_processes_and_a_damaged_entry(folder):
    env = os.environ | {"HMBC_CACHE": str(folder / "cache")}
    words = [sys.executable, "-m", "hmbc", "run", "tiny.hmb", "tiny.csv", "-q"]
    two = [subprocess.Popen(words, env=env, stdout=subprocess.PIPE) for _ in range(2)]
    said = [one.communicate(timeout=60)[0] for one in two]
    assert [one.returncode for one in two] == [0, 0]
    assert said[0] == said[1]
    (module,) = Path("cache").glob("*/*.so")
    module.write_bytes(b"\x7fELF" + bytes(100))
    assert subprocess.run(words, env=env, capture_output=True).stdout == said[0]
    assert [path for path in Path("cache").iterdir() if path.is_dir()] == [module.parent]


def test_what_a_scheme_is_called_never_becomes_code(call, folder):
    Path("nasty.hmb").write_text(NASTY, encoding="utf-8")
    assert call("check", "nasty.hmb").exit_code == 0, call("check", "nasty.hmb").output
    emitted = call("compile", "--emit", "pyx", "nasty.hmb").stdout_bytes
    assert emitted.isascii()
    code = [line for line in emitted.splitlines() if not line.startswith(b"    b'{")]  # the plan
    assert not [line for line in code if b"int main" in line or b"??/" in line or b'"""*' in line]
    Path("claims2.csv").write_text(
        'claim_id,member_id,date,"*/ ""q"" // \'",自付\n'
        '1,M,2024-01-01,住,3\n"2\n,""",M,2024-01-02,门,3\n',
        encoding="utf-8",
    )
    done = call("run", "nasty.hmb", "claims2.csv")
    assert done.exit_code == 0, done.output
    assert "1,M,2024-01-01,1.50,paid" in done.stdout.replace('"', "")
    assert "引号" in done.stderr
    assert call("explain", "nasty.hmb", "claims2.csv", "--claim", '2\n,"').exit_code == 0


def test_a_wrong_evaluator_is_a_bug_of_ours_and_nothing_is_written(spawn, folder):
    wrong = """
import sys
from hmbc.compiler import emit_cython
right = emit_cython.emit_run
emit_cython.emit_run = lambda *given: right(*given).replace("pay[0][r] = ", "pay[0][r] = 1 + ")
sys.argv = ["hmbc", "compile", "-o", "out", "tiny.hmb"]
from hmbc.cli import main
main()
"""
    Path("wrong.py").write_text(wrong)
    done = spawn(program=("wrong.py",), HMBC_CACHE=str(folder / "cache"))
    assert done.returncode == 3
    assert not Path("out").exists()
    assert "the evaluator of tiny is wrong" in done.stderr and "c1 {" in done.stderr
    assert not [*Path("cache").rglob("*.so")]


def test_it_says_how_tables_are_adjudicated_where_that_is_asked(call, folder):
    assert call("compile", "--emit", "kernel", "tiny.hmb").stderr == ""
    told = call("compile", "--emit", "kernel", "-v", "tiny.hmb", "--lang", "zh").stderr
    assert told == "tiny.hmb: 一批费用一遍算完\n"
    Path("wide.hmb").write_text(
        """scheme wide {
    source "x", 2024-01-01  currency CNY  benefit year calendar
    claim { drug: code  ward: code  doctor: code  cost: money }
    layer one cite "1" {
        base claim.cost
        threshold 100 per claim.drug per claim.ward per claim.doctor
        ratio 50%
        no cap
    }
}
"""
    )
    for language, why in (("zh", "累计的键太宽"), ("en", "a key that fits no word")):
        result = call("compile", "--emit", "kernel", "-v", "wide.hmb", "--lang", language)
        assert result.stderr.endswith(f"{why}\n"), result.stderr
