"""`hmbc run`: tables in and out, state, rejects, and outputs that are whole or not there."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

MEMBERS = ("--members", "members.csv")
PARAMS = ("--params", "params.toml")


def payments(folder: Path, count: int) -> str:
    """A batch in no order, of many members."""
    lines = ["claim_id,member_id,date,cost"]
    for number in range(count):
        day = 1 + (number * 7) % 28
        lines.append(
            f"C{number},M{number % 97},2024-{1 + number % 12:02d}-{day:02d},{number % 500}.37"
        )
    Path(folder, "many.csv").write_text("\n".join(lines) + "\n")
    return "many.csv"


def test_standard_output_is_the_table_and_the_summary_is_not_on_it(call, tables):
    done = call("run", "city.hmb", *tables)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0].startswith("claim_id,member_id,date,住院_pay")
    assert len(done.stdout.splitlines()) == 6
    assert "已理算 5 笔" in done.stderr
    assert "HMB512 费用第 6 行" in done.stderr
    quiet = call("run", "city.hmb", *tables, "-q")
    assert quiet.stdout == done.stdout
    assert quiet.stderr == "  HMB512 费用第 6 行 `member_id` C6 M9: 没有参保人 `M9`\n"


def test_messages_in_the_language_asked_for(call, tables):
    english = call("run", "city.hmb", *tables, "--lang", "en")
    assert "there is no member `M9`" in english.stderr
    assert "赔付" not in english.stderr
    missing = call("run", "city.hmb", "claims.csv", *MEMBERS, "--lang", "en")
    assert missing.exit_code == 2
    assert "parameter `特药限额` is missing" in missing.stderr


def test_csv_and_parquet_come_to_the_same(call, folder, tables):
    assert call("run", "city.hmb", *tables, "-o", "one.csv").exit_code == 1
    assert call(
        "run", "city.hmb", *tables, "-o", "one.parquet", "--rejects", "bad.parquet"
    ).exit_code
    for name in ("claims", "members"):
        header = Path(f"{name}.csv").read_text(encoding="utf-8").split("\n")[0].split(",")
        text = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
        pq.write_table(pyarrow.csv.read_csv(f"{name}.csv", convert_options=text), f"{name}.parquet")
    done = call("run", "city.hmb", "claims.parquet", "--members", "members.parquet", *PARAMS, "-q")
    assert done.stdout == Path("one.csv").read_text(encoding="utf-8")
    assert pq.read_table("one.parquet")["total_pay"].to_pylist()[1] == Decimal("7500.00")
    assert pq.read_table("bad.parquet")["code"].to_pylist() == ["HMB512"]


def test_standard_input_in_gb18030_with_names_in_any_order(call, folder):
    rows = Path("claims.csv").read_text(encoding="utf-8").splitlines()
    turned = "\r\n".join([rows[0], *reversed(rows[1:])]).encode("gb18030")
    done = call("run", "city.hmb", "-", *MEMBERS, *PARAMS, "-q", stdin=turned)
    assert done.exit_code == 1
    assert [line.split(",")[0] for line in done.stdout.splitlines()[1:]] == [
        "C5",
        "C4",
        "C3",
        "C2",
        "C1",
    ]
    assert "C2,M1,2024-08-01,7500.00,paid" in done.stdout


def test_rejects_go_beside_the_output_or_where_they_are_sent(call, folder, tables):
    call("run", "city.hmb", *tables, "-q", "-o", "pay.csv")
    assert "HMB512" in Path("pay.rejects.csv").read_text(encoding="utf-8")
    call("run", "city.hmb", *tables, "-q", "-o", "pay.csv", "--rejects", "other.csv")
    assert "HMB512" in Path("other.csv").read_text(encoding="utf-8")
    done = call("run", "city.hmb", *tables, "-q", "-o", "pay.csv", "--rejects", "-")
    assert done.stdout.splitlines()[1].endswith("没有参保人 `M9`")
    call("run", "tiny.hmb", "tiny.csv", "-q", "-o", "clean.csv")
    assert not Path("clean.rejects.csv").exists()
    nothing = call("run", "city.hmb", *tables, "-q", "-o", "/dev/null")
    assert "HMB512" in nothing.stderr


def test_a_state_carries_on(call, folder):
    rows = Path(payments(folder, 300)).read_text().splitlines()
    head, days = rows[0], sorted(rows[1:], key=lambda row: row.split(",")[2])
    for name, part in (("all", days), ("a", days[:150]), ("b", days[150:])):
        Path(f"{name}.csv").write_text("\n".join([head, *part]) + "\n")
    whole = call("run", "tiny.hmb", "all.csv", "-q").stdout
    for kind in ("csv", "parquet"):
        first = call("run", "tiny.hmb", "a.csv", "-q", "--state-out", f"s.{kind}")
        second = call(
            "run", "tiny.hmb", "b.csv", "-q", "--state-in", f"s.{kind}", "--state-out", f"s.{kind}"
        )
        assert (first.exit_code, second.exit_code) == (0, 0), second.output
        assert first.stdout + second.stdout.partition("\n")[2] == whole


def test_a_state_outlives_a_change_of_words_and_no_other(call, folder):
    assert call("run", "tiny.hmb", "tiny.csv", "-q", "--state-out", "s.csv").exit_code == 0
    Path("later.csv").write_text("claim_id,member_id,date,cost\nB,M,2024-02-01,10\n")
    scheme = Path("tiny.hmb").read_text()
    Path("zh.hmb").write_text(scheme)
    assert call("fmt", "--to", "zh", "zh.hmb").exit_code == 0
    assert "起付线" in Path("zh.hmb").read_text()
    Path("words.hmb").write_text(
        scheme.replace('cite "1"', 'cite "Benefit 1"').replace('all cite', 'all "All costs" cite')
        .replace('"Tiny"', '"A title"').replace("cost: money", 'cost "Cost": money')
    )  # fmt: skip
    for name in ("zh.hmb", "words.hmb"):
        done = call("run", name, "later.csv", "-q", "--state-in", "s.csv")
        assert done.exit_code == 0, done.output
        assert done.stdout.splitlines()[1].startswith("B,M,2024-02-01,5.00,paid,5.00")
    changed = {"50%": "51%", "threshold 100": "threshold 101", "benefit year  calendar": "benefit year  02-01 to 01-31"}
    for old, new in changed.items():
        Path("other.hmb").write_text(scheme.replace(old, new))
        done = call("run", "other.hmb", "later.csv", "-q", "--state-in", "s.csv")
        assert done.exit_code == 2 and "claims again with this" in done.stderr, (new, done.output)


def test_threads_change_no_byte(call, folder):
    name = payments(folder, 5000)
    outputs = []
    for threads in ("1", "2"):
        done = call(
            "run", "tiny.hmb", name, "-q", "--threads", threads,
            "-o", f"p{threads}.csv", "--state-out", f"s{threads}.csv",
        )  # fmt: skip
        assert done.exit_code == 0
        outputs.append((Path(f"p{threads}.csv").read_bytes(), Path(f"s{threads}.csv").read_bytes()))
    assert outputs[0] == outputs[1]


def test_whole_numbers_in_parquet_need_their_unit_said(call, folder):
    table = pa.table(
        {"claim_id": ["A"], "member_id": ["M"], "date": ["2024-01-01"], "cost": [30000]}
    )
    pq.write_table(table, "minor.parquet")
    refused = call("run", "tiny.hmb", "minor.parquet")
    assert refused.exit_code == 2
    assert "--minor-units" in refused.stderr
    done = call("run", "tiny.hmb", "minor.parquet", "-q", "--minor-units")
    assert "A,M,2024-01-01,100.00,paid" in done.stdout
    pq.write_table(table.set_column(3, "cost", pa.array([300.0])), "float.parquet")
    assert call("run", "tiny.hmb", "float.parquet", "--minor-units").exit_code == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.toml", '"特药限额" = "20000"\n', "代码表 `特药目录` 没有给出"),
        ("p.toml", '"特药限额" = "9"\n"特药目录" = []\n', "9 不在 10000.00 到 1000000.00 之间"),
        ("p.toml", '"特药限额" = "x"\n"特药目录" = []\n', "`x` 不是"),
        ("p.json", '{"特药限额": 20000, "特药目": [], "特药目录": []}', "没有参数 `特药目`"),
        ("p.json", '{"特药限额": 20000.5, "特药目录": []}', "20000.5 是浮点数"),
        ("p.json", '{"特药限额": ', "无法解析"),
        ("p.toml", "特药限额 = 1\n", "中文名称要加引号"),
        ("p.yaml", "a: 1\n", "应为 .toml 或 .json"),
    ],
)
def test_parameters_that_will_not_do(call, folder, name, text, said):
    Path(name).write_text(text, encoding="utf-8")
    done = call("run", "city.hmb", "claims.csv", *MEMBERS, "--params", name)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_parameters_in_json(call, folder, tables):
    Path("p.json").write_text('{"特药限额": 20000, "特药目录": ["K1", "K2"]}', encoding="utf-8")
    done = call("run", "city.hmb", "claims.csv", *MEMBERS, "--params", "p.json", "-q")
    assert done.stdout == call("run", "city.hmb", *tables, "-q").stdout


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"claim_id,member_id,date\nA,M,2024-01-01\n", "no column `cost`"),
        (b"claim_id,member_id,date,cost,cost\nA,M,2024-01-01,1,2\n", "more than one column"),
        (b'claim_id,member_id,date,cost\nA,M,2024-01-01,"1\n', "never closed"),
        ("claim_id,member_id,date,cost\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_table_that_cannot_be_used_as_a_whole(call, folder, data, said):
    Path("claims2.csv").write_bytes(data)
    Path("out.csv").write_text("old")
    done = call("run", "tiny.hmb", "claims2.csv", "-o", "out.csv")
    assert done.exit_code == 2
    assert said in done.stderr
    assert Path("out.csv").read_text() == "old"


def test_tables_are_called_in_chinese_what_people_call_them(call, folder, tables):
    members = Path("members.csv").read_text(encoding="utf-8")
    Path("members.csv").write_text(members.replace("健康状况", "状况", 1), encoding="utf-8")
    done = call("run", "city.hmb", *tables)
    assert done.exit_code == 2
    assert done.stderr == "参保人表缺少列 `健康状况`\n参保人表中没有用上的列：`状况`\n"


def test_no_claims_are_no_fault(call, folder):
    for text in ("claim_id,member_id,date,cost", "claim_id,member_id,date,cost\r\n\r\n"):
        Path("none.csv").write_text(text)
        done = call("run", "tiny.hmb", "none.csv", "--state-out", "s.csv")
        assert done.exit_code == 0
        assert len(done.stdout.splitlines()) == 1
        assert "0 claims" in done.stderr


def test_parquet_that_was_cut(call, folder, tables):
    call("run", "city.hmb", *tables, "-q", "-o", "whole.parquet")
    Path("cut.parquet").write_bytes(Path("whole.parquet").read_bytes()[:-20])
    done = call("run", "city.hmb", "cut.parquet", *MEMBERS, *PARAMS)
    assert done.exit_code == 2
    assert "不是完整的 Parquet 文件" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-o", "nowhere/out.csv"], "没有文件夹"),
        (["-o", "claims.csv"], "既是输入又是输出"),
        (["-o", "./members.csv"], "既是输入又是输出"),
        (["-o", "x.csv", "--state-out", "city.hmb"], "应为 .csv 或 .parquet"),
        (["-o", "x.csv", "--rejects", "claims.csv"], "既是输入又是输出"),
        (["-o", "x.csv", "--state-out", "./x.csv"], "被用于两个输出"),
        (["--rejects", "-"], "被用于两个输出"),
        (["-o", "out.txt"], "应为 .csv 或 .parquet"),
        (["-o", "folder.csv"], "是文件夹"),
        (["--state-in", "-", "--params", "-"], "标准输入只能用于一个输入"),
    ],
)
def test_outputs_are_looked_at_before_anything_is_done(call, folder, tables, options, said):
    Path("folder.csv").mkdir()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    done = call("run", "city.hmb", *tables, *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_disk_that_is_full_leaves_what_was_there(folder):
    name = payments(folder, 4000)
    Path("out.csv").write_text("old")
    done = subprocess.run(
        [sys.executable, "-m", "hmbc", "run", "tiny.hmb", name, "-q", "-o", "out.csv"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
        capture_output=True, text=True, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "out.csv: cannot be written" in done.stderr
    assert Path("out.csv").read_text() == "old"
    assert not list(folder.glob(".out*"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_what_was_there(folder, how):
    name = payments(folder, 20_000)
    Path("out.csv").write_text("old")
    slow = (
        "import os, sys, time, hmbc.cli, hmbc.runtime.files as files\n"
        "fsync = os.fsync\n"
        "def wait(number): print('writing', flush=True); time.sleep(30)\n"
        "os.fsync = wait\n"
        "hmbc.cli.main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", slow, "run", "tiny.hmb", name, "-q", "-o", "out.csv"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # whoever runs the tests in the background has interrupts ignored, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        time.sleep(0.1)
        process.send_signal(how)
        assert process.wait(20) == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert Path("out.csv").read_text() == "old"
    if how == signal.SIGINT:
        assert not list(folder.glob(".out*"))


def test_a_table_out_of_a_spreadsheet(call, folder):
    rows = (
        'claim_id,member_id,date,cost\r\n1,3.71402E+17,2024/3/1,300\r\n2,M,2024/3/1,"1,000.00"\r\n'
    )
    Path("sheet.csv").write_bytes(rows.encode("gbk"))
    done = call("run", "tiny.hmb", "sheet.csv", "-q", "-o", "out.csv", "--bom", "--lang", "zh")
    assert done.exit_code == 1
    assert "1 个编号像 3.71402E+17" in done.stderr
    assert Path("out.csv").read_bytes().startswith(b"\xef\xbb\xbfclaim_id,")
    assert "不要千分位逗号" in Path("out.rejects.csv").read_text(encoding="utf-8-sig")
    assert call("run", "tiny.hmb", "sheet.csv", "--bom", "-q").stdout.startswith("claim_id")
    sheet = call("run", "tiny.hmb", "sheet.xlsx")
    assert sheet.exit_code == 2
    assert "save it as CSV" in sheet.stderr
