"""0 clean, 1 findings, 2 usage or unreadable, 3 a bug of ours, 130 interrupted, 141 reader left."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCHEME_COMMANDS = ("check", "compile", "test", "prove", "fmt")
BROKEN = "import hmbc.compiler.pipeline as p, hmbc.cli as c\np.compile_file = {}\nc.main()"


@pytest.mark.parametrize("command", SCHEME_COMMANDS)
def test_a_good_scheme_is_clean(call, command):
    assert call(command, "tiny.hmb").exit_code == 0


@pytest.mark.parametrize("command", SCHEME_COMMANDS[:-1])
def test_errors_are_findings(call, command):
    assert call(command, "tiny.hmb", "tiny_bad.hmb").exit_code == 1


@pytest.mark.parametrize("command", [*SCHEME_COMMANDS, "run", "explain"])
@pytest.mark.parametrize("name", ["missing.hmb", "folder", "binary.hmb", ""])
def test_what_cannot_be_read_is_said(call, folder, command, name):
    Path(folder, "folder").mkdir()
    Path(folder, "binary.hmb").write_bytes(b"\x00\x01\xff\xfe")
    more = {"run": ["tiny.csv"], "explain": ["tiny.csv", "--claim", "A"]}.get(command, [])
    result = call(command, name, *more)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert "HMB902" in result.output or "HMB005" in result.output


def test_one_unreadable_file_does_not_hide_the_others(call):
    result = call("check", "missing.hmb", "bad.hmb", "tiny_bad.hmb")
    assert result.exit_code == 2
    assert "HMB902" in result.output
    assert result.output.count("HMB203]") == 2


def test_a_file_without_rights(call, folder):
    assert call("check", "tiny.hmb").exit_code == 0  # and imports all that it needs
    Path(folder).chmod(0o755)
    Path(folder, "tiny.hmb").chmod(0)
    who = os.geteuid()
    if who == 0:  # root may read everything
        os.seteuid(65534)
    try:
        done = call("check", "tiny.hmb")
    finally:
        os.seteuid(who)
    assert done.exit_code == 2 and "HMB902" in done.output


@pytest.mark.parametrize("command", ["check", "test", "prove", "fmt"])
def test_standard_input(call, folder, command):
    result = call(command, "-", stdin=Path("tiny.hmb").read_text())
    assert result.exit_code == 0
    assert not Path("-").exists()


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (["chekc", "x.hmb"], "Did you mean 'check'?", "没有命令 chekc，是 check 吗"),
        (["check"], "Missing argument", "缺少"),
        (["check", "--fomat", "json", "x.hmb"], "No such option", "没有选项 --fomat"),
        (["check", "--format"], "requires an argument", "选项 --format"),
        (["check", "--format", "xml", "x.hmb"], "'xml' is not one of", "'--format' 的值不能用"),
        (["run", "tiny.hmb", "tiny.csv", "--threads", "0"], "not in the range", "'--threads'"),
        (["explain", "tiny.hmb", "tiny.csv"], "Missing option '--claim'", "缺少 '--claim'"),
        (["help", "HMB999"], "there is no code HMB999", "没有代码 HMB999"),
    ],
)
def test_usage_errors_are_told_in_both_languages(monkeypatch, capsys, words, english, chinese):
    from hmbc.cli import main

    monkeypatch.setattr(sys, "argv", ["hmbc", *words])
    with pytest.raises(SystemExit) as done:
        main()
    said = capsys.readouterr()
    assert done.value.code == 2
    assert said.out == ""
    assert english in said.err
    assert chinese in said.err


def test_a_bug_of_ours_shows_its_traceback_only_on_request(spawn):
    script = ("-c", BROKEN.format("lambda *a: 1 / 0"))
    plain = spawn("check", "tiny.hmb", program=script)
    assert plain.returncode == 3
    assert "Traceback" not in plain.stderr
    assert "HMBC_DEBUG=1" in plain.stderr
    assert "内部错误" in plain.stderr
    debug = spawn("check", "tiny.hmb", program=script, HMBC_DEBUG="1")
    assert debug.returncode == 3
    assert "Traceback" in debug.stderr
    assert "1 / 0" not in plain.stderr


def test_an_interrupt(folder):
    script = BROKEN.format("lambda *a: (print('ready', flush=True), __import__('time').sleep(30))")
    with subprocess.Popen(
        [sys.executable, "-c", script, "check", "tiny.hmb"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # whoever runs the tests in the background has interrupts ignored, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert "Traceback" not in (said := process.stderr.read())
        assert "已中断" in said


def test_a_reader_that_leaves_is_no_finding(folder, tables):
    for words in (("help", "HMB203"), ("check", "bad.hmb"), ("run", "city.hmb", *tables, "-q")):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "hmbc", *words],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(writing)
        assert done.returncode == 141, done.stderr
        assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_no_bug_of_ours(folder, tables):
    for words in (("check", "bad.hmb"), ("run", "city.hmb", *tables, "-q")):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "hmbc", *words],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert done.returncode == 2
        assert "internal" not in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_stream_that_is_not_in_unicode(spawn, tables):
    done = spawn("run", "city.hmb", *tables, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "住院" in done.stdout
    assert "Error" not in done.stderr


def test_progress_only_on_a_terminal(spawn, folder, tables):
    words = [sys.executable, "-m", "hmbc", "run", "city.hmb", *tables, "-o", "out.csv"]
    for quiet, shown in (((), True), (("-q",), False)):
        parent, child = pty.openpty()
        done = subprocess.Popen([*words, *quiet], stderr=child, stdout=subprocess.PIPE)
        said = b""
        os.close(child)
        while True:
            try:
                data = os.read(parent, 4096)
            except OSError:
                break
            if not data:
                break
            said += data
        os.close(parent)
        assert done.wait(20) == 1
        assert ("(100%)" in said.decode()) == shown
    assert "(100%)" not in spawn("run", "city.hmb", *tables, "-o", "out.csv").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tiny.hmb", "--rules", "missing.md"], "missing.md：无法打开（没有这个文件或文件夹）"),
        (["missing.hmb", "--rules", "rules.md"], "missing.hmb：无法打开"),
        (["tiny.hmb", "--rules", "rules.md", "--tests", "nowhere.py"], "nowhere.py：无法打开"),
        (["tiny.hmb", "--rules", "tiny.csv"], "没有一条规定"),
        (["tiny.hmb", "--rules", "tiny.csv", "--lang", "en"], "there is no rule in it"),
    ],
)
def test_coverage_of_what_cannot_be_read(call, folder, words, said):
    rule = "| ID | rule | kind |\n|---|---|---|\n| AA-01 | x | benefit |\n"
    Path("rules.md").write_text(rule)
    done = call("coverage", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert call("coverage", "tiny.hmb", "--rules", "rules.md").exit_code == 1
