"""Rows that a spreadsheet leaves behind are told once each, in the words of the scheme's language."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hmbc.cli import hmbc

SCHEME = """方案 例 {
    依据 “例”
    币种 人民币
    保障年度 公历年
    费用 { 自付：金额  天数：整数 可缺 }
    层 全部 据 “1” { 基数 费用.自付 无起付线 比例 50% 不封顶 }
}
"""
CLAIMS = """claim_id,member_id,date,自付,天数,备注
1,m,2024-01-01,1000,,
,,,,,
 , ,,,,
,,,,3,
,,,,,说明
"""


def test_a_blank_row_is_one_reject(tmp_path: Path) -> None:
    (tmp_path / "s.hmb").write_text(SCHEME, encoding="utf-8")
    (tmp_path / "c.csv").write_text(CLAIMS, encoding="utf-8")
    rejects = tmp_path / "r.csv"
    done = CliRunner().invoke(
        hmbc,
        ["run", str(tmp_path / "s.hmb"), str(tmp_path / "c.csv"), "--rejects", str(rejects)],
    )
    assert done.exit_code == 1
    rows = rejects.read_text(encoding="utf-8").splitlines()[1:]
    assert rows[:2] == ["claims,2,,,,HMB501,整行是空的", "claims,3,,,,HMB501,整行是空的"]
    assert [row.split(",")[1] for row in rows[2:6]] == ["4"] * 4  # one value: told by columns
    assert "HMB501 费用第 2 行" in done.output and "HMB501 claims" not in done.output
