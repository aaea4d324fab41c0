"""CSV and Parquet, parameters from files, and outputs that appear whole or not at all."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hmbc.runtime import files
from hmbc.runtime.errors import BadTable
from hmbc.runtime.files import (
    UnreadableInput,
    read_parameters,
    read_table,
    write_table,
    write_tables,
)

CSV = 'claim_id,member_id,日期,event,金额,备注\n00123,A,2022-01-01,感冒,30000.02,"a\nb"\n'


def rows(table):
    return table.table.to_pylist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_in_every_encoding(tmp_path, evaluator, parameters, members, encoding, newline):
    path = tmp_path / "claims.csv"
    path.write_bytes(CSV.replace("\n", newline).encode(encoding))
    table = read_table(path)
    assert rows(table)[0] | {"备注": ""} == {
        "claim_id": "00123",
        "member_id": "A",
        "日期": "2022-01-01",
        "event": "感冒",
        "金额": "30000.02",
        "备注": "",
    }
    done = evaluator.adjudicate(table, members, parameters)
    assert done.counts.paid["base"] == 750002
    assert done.ignored_columns["claims"] == ["备注"]
    assert [row["claim_id"] for row in done.payments.rows()] == ["00123"]


def test_ragged_rows_are_rejects_with_their_numbers(tmp_path, evaluator, parameters, members):
    path = tmp_path / "claims.CSV"
    path.write_text(
        "claim_id,member_id,date,event,amount\n"
        "1,A,2022-01-01,E,1\n"
        "2,A,2022-01-01,E\n"
        '"3\n3",A,2022-01-01,E,x\n'
        "\n"
        "4,A,2022-01-01,E,1,1,1\n"
        "5,A,2022-01-01,E,y\n"
    )
    done = evaluator.adjudicate(read_table(path), members, parameters)
    assert [(row["row"], row["claim_id"], row["code"]) for row in done.rejects.rows()] == [
        (2, "", "HMB516"),
        (3, "3\n3", "HMB502"),
        (4, "", "HMB516"),
        (5, "5", "HMB502"),
    ]
    assert [row["reason"] for row in done.rejects.rows()][0] == (
        "the row has 4 cells, the header has 5"
    )
    assert (done.counts.claims, done.counts.rejected, done.counts.adjudicated) == (5, 4, 1)


def test_row_numbers_over_many_blocks(tmp_path, monkeypatch, evaluator, parameters, members):
    monkeypatch.setattr(files, "_BLOCK", 1000)
    path = tmp_path / "claims.csv"
    lines = [f"{n},A,2022-01-01,E,{'x' if n == 900 else 1}" for n in range(1, 1001)]
    lines[499] += ",more"
    lines[500] += ",more"
    path.write_text("claim_id,member_id,date,event,amount\n" + "\n".join(lines))
    done = evaluator.adjudicate(read_table(path), members, parameters)
    assert [(row["row"], row["code"]) for row in done.rejects.rows()] == [
        (500, "HMB516"),
        (501, "HMB516"),
        (900, "HMB502"),
    ]
    path.write_text(f"a,b\n1,{'x' * 5000}\n2,3\n")
    assert [len(row["b"]) for row in rows(read_table(path))] == [5000, 1]


def test_a_header_without_rows(tmp_path, evaluator, parameters, members):
    path = tmp_path / "claims.csv"
    path.write_text("claim_id,member_id,date,event,amount")
    done = evaluator.adjudicate(read_table(path), members, parameters)
    assert done.counts.claims == 0


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "is empty: there is no header"),
        (b"\n\n", "is empty: there is no header"),
        (b"a,b\n\x81\x20\xff\n", "is neither UTF-8 \\(byte 4\\) nor GB18030 \\(byte 4\\)"),
        ("a,b\n".encode("utf-16"), "is UTF-16"),
        (b"a,b\x00\n", "is UTF-16 or no text"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "quotation mark in line 3 is never closed"),
    ],
)
def test_csv_that_cannot_be_read(tmp_path, data, text):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(UnreadableInput, match=text):
        read_table(path)
    with pytest.raises(UnreadableInput, match="[\u4e00-\u9fff]"):
        read_table(path, language="zh")


def test_a_lone_quote_inside_a_cell_is_no_harm(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('a,b\n5" pipe,"x""y"\n')
    assert rows(read_table(path)) == [{"a": '5" pipe', "b": 'x"y'}]


def test_standard_input_and_output(monkeypatch, capfdbinary):
    import io

    class Stdin:
        buffer = io.BytesIO(b"a,b\n1,2\n")

    monkeypatch.setattr(sys, "stdin", Stdin)
    table = read_table("-")
    write_table(table, "-")
    assert capfdbinary.readouterr().out == b"a,b\n1,2\n"


def test_files_that_are_not_there_or_of_no_kind(tmp_path):
    for name in ("x.csv", "x.parquet", "x.txt"):
        with pytest.raises(UnreadableInput):
            read_table(tmp_path / name)
    (tmp_path / "d.parquet").mkdir()
    with pytest.raises(UnreadableInput):
        read_table(tmp_path / "d.parquet")


def test_parquet_keeps_types_and_says_when_it_is_cut(
    tmp_path, evaluator, parameters, members, claims_of
):
    path = tmp_path / "claims.parquet"
    claims = claims_of({"amount": "30000.02"})
    at = claims.column_names.index("amount")
    amounts = pa.array([Decimal("30000.02")], pa.decimal128(18, 2))
    pq.write_table(claims.set_column(at, "amount", amounts), path)
    done = evaluator.adjudicate(read_table(path), members, parameters)
    assert done.counts.paid["base"] == 750002
    data = path.read_bytes()
    for cut in (0, 3, 100, len(data) - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(UnreadableInput, match="not a whole Parquet file"):
            read_table(path)


def test_results_written_and_read_again(tmp_path, evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of({"amount": "30000.02"}, {"amount": "a,b"}), members, parameters
    )
    outputs = {
        tmp_path / "pay.csv": done.payments,
        tmp_path / "pay.parquet": done.payments,
        tmp_path / "rejects.csv": done.rejects,
        tmp_path / "state.csv": done.state,
        tmp_path / "state.parquet": done.state,
    }
    write_tables(outputs)
    assert (tmp_path / "pay.csv").read_text() == (
        "claim_id,member_id,date,base_pay,base_reason,list_pay,list_reason,total_pay,reason,"
        "after_reject\nc1,A,2022-01-01,7500.02,paid,0.00,not_covered,7500.02,paid,false\n"
    )
    assert pq.read_table(tmp_path / "pay.parquet").to_pylist() == list(done.payments.rows())
    assert "`a,b` is not an amount" in (tmp_path / "rejects.csv").read_text()
    for name in ("state.csv", "state.parquet"):
        again = evaluator.adjudicate(
            claims_of({}).slice(0, 0), members, parameters, read_table(tmp_path / name)
        )
        assert list(again.state.rows()) == list(done.state.rows())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in outputs)


def test_a_state_with_a_ragged_row_is_refused(tmp_path, evaluator, parameters, members, claims_of):
    path = tmp_path / "state.csv"
    path.write_text("member_id,accumulator,key,total,denominator,kernel\nA,cost,[2022],5,1\n")
    with pytest.raises(BadTable, match="state 1: the row has 5 cells, the header has 6"):
        evaluator.adjudicate(claims_of({}), members, parameters, read_table(path))


TABLE = pa.table({"a": ["x"]})


def test_a_failed_rename_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UnreadableInput, match="out.csv: cannot be written: No space left"):
        write_table(TABLE, path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_one_bad_output_leaves_all_as_they_were(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(UnreadableInput, match="none/rejects.csv: cannot be written"):
        write_tables({path: TABLE, tmp_path / "none" / "rejects.csv": TABLE})
    with pytest.raises(UnreadableInput, match="should be"):
        write_tables({path: TABLE, tmp_path / "rejects.txt": TABLE})
    with pytest.raises(UnreadableInput, match="two outputs"):
        write_tables({path: TABLE, str(path): TABLE})
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_an_output_keeps_links_and_modes(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    write_table(TABLE, link)
    assert link.is_symlink() and real.read_text() == "a\nx\n"
    assert real.stat().st_mode & 0o777 == 0o600
    write_table(TABLE, "/dev/null")
    assert not os.path.isfile("/dev/null")


def run_python(code, **more):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        **more,
    )


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_disk_that_is_full_leaves_the_old_file(tmp_path, suffix):
    path = tmp_path / f"out.{suffix}"
    path.write_text("old")
    code = f"""
        import resource, signal
        import pyarrow as pa
        from hmbc.runtime.files import UnreadableInput, write_table
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        table = pa.table({{"a": [f"{{n * 7919}}" for n in range(100_000)]}})
        try:
            write_table(table, {str(path)!r})
        except UnreadableInput as error:
            assert "cannot be written" in str(error), error
            raise SystemExit(7)
    """
    assert run_python(code).wait() == 7
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == [path.name]


def test_a_killed_run_leaves_the_old_file(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    code = f"""
        import os, time
        import pyarrow as pa
        from hmbc.runtime import files
        def wait(number):
            open({str(tmp_path / "ready")!r}, "w").close()
            time.sleep(60)
        os.fsync = wait
        files.write_table(pa.table({{"a": ["x"]}}), {str(path)!r})
    """
    child = run_python(code)
    while not (tmp_path / "ready").exists() and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert path.read_text() == "old"


def test_parameters_from_files(tmp_path, evaluator):
    (tmp_path / "codes.csv").write_text("code,name\nD1,x\n D2 ,y\n\n")
    toml = tmp_path / "p.toml"
    toml.write_text('threshold = "20000.50"\ncap = 5\ndrugs = { file = "codes.csv" }\n')
    assert read_parameters(toml) == {"threshold": "20000.50", "cap": 5, "drugs": ["D1", "D2"]}
    json = tmp_path / "p.json"
    json.write_text('{"threshold": "20000.50", "cap": 5, "drugs": ["D1"]}')
    assert read_parameters(json)["drugs"] == ["D1"]
    evaluator.open({}, read_parameters(toml))


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("p.toml", "a = 1.5", "1.5 is a float"),
        ("p.json", '{"a": 1.5}', "1.5 is a float"),
        ("p.json", '{"a": 1e3}', "1e3 is a float"),
        ("p.json", '{"a": NaN}', "NaN is a float"),
        ("p.json", '{"a": 1, "a": 2}', "a name stands twice"),
        ("p.json", "[1]", "should hold names and values"),
        ("p.json", "{", "cannot be parsed"),
        ("p.json", "[" * 100_000, "cannot be parsed"),
        ("p.toml", "a = ", "cannot be parsed"),
        ("p.toml", "a = 1\na = 2", "cannot be parsed"),
        ("p.yaml", "a: 1", "should be a .toml or .json file"),
        ("p.toml", 'a = { file = "../x.csv" }', "outside the folder"),
        ("p.toml", 'a = { file = "/etc/passwd" }', "outside the folder"),
        ("p.toml", 'a = { file = "link.csv" }', "outside the folder"),
        ("p.toml", 'a = { file = "none.csv" }', "there is no file `none.csv`"),
        ("p.toml", 'a = { file = "bad.csv" }', "first column should be called code"),
        ("p.toml", 'a = { files = "x.csv" }', "should be a value, an array of codes"),
    ],
)
def test_parameter_files_that_are_refused(tmp_path, name, text, why):
    (tmp_path / "outside.csv").write_text("code\n1\n")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "bad.csv").write_text("D1\nD2\n")
    (folder / name).write_text(text)
    with pytest.raises(UnreadableInput, match=why):
        read_parameters(folder / name)
    with pytest.raises(UnreadableInput, match="[\u4e00-\u9fff]"):
        read_parameters(folder / name, language="zh")
    with pytest.raises(UnreadableInput):
        read_parameters(folder / "nothing.toml")


def test_only_columns_that_are_asked_for_are_read(tmp_path):
    table = pa.table({"claim_id": ["a"], "a.b": [1], "odd": [[1, 2]], "金额": ["2"]})
    pq.write_table(table, tmp_path / "wide.parquet")
    some = read_table(tmp_path / "wide.parquet", asked={"a.b", "金额", "nobody"}, threads=1)
    assert some.table.equals(table.select(["a.b", "金额"])) and some.left_out == ["claim_id", "odd"]
    every = read_table(tmp_path / "wide.parquet")
    assert every.table.equals(table) and every.left_out == []
