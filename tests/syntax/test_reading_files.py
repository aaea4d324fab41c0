"""Files that cannot be schemes, and code lists that lie where they must not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hmbc.dsl.check import check_source
from hmbc.dsl.read_source import read_source
from hmbc.dsl.source import Source

LIST_ERRORS = {"HMB311", "HMB312"}


def codes_of(path: str | os.PathLike[str]) -> list[str]:
    read = read_source(path)
    for diagnostic in read.diagnostics:
        assert diagnostic.message("zh") and diagnostic.message("en")
        assert (diagnostic.span.start, diagnostic.span.end) == (0, 0)
    return [diagnostic.code for diagnostic in read.diagnostics]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "a.hmb"
    file.write_bytes("\ufeff方案 a {}".encode())
    assert read_source(file).source.text == "方案 a {}"


NOT_UTF8 = (b"\xff", "方案 a {}".encode("gb18030"), "方案".encode("utf-16"), b"\xed\xa0\x80")


@pytest.mark.parametrize("data", NOT_UTF8)
def test_what_is_not_utf8_is_said_to_be_so(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.hmb"
    file.write_bytes(data)
    assert codes_of(file) == ["HMB005"]


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.hmb"
    with file.open("wb") as out:
        out.truncate(1 << 40)  # a hole: reading it all would never end
    assert codes_of(file) == ["HMB003"]


def test_what_is_no_file_is_unreadable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("none", "pipe", "loop", "", "a" * 300, "a\0b"):
        assert codes_of(tmp_path / name if name else tmp_path) == ["HMB902"], name
    assert codes_of("/dev/zero") == ["HMB902"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of schemes with good and bad lists, and a list beside it."""
    (tmp_path / "outside.csv").write_text("code\nX1\n")
    inner = tmp_path / "schemes"
    (inner / "sub").mkdir(parents=True)
    (inner / "good.csv").write_text("\ufeff编码,名称\nX1,甲\n X2 ,乙\n", encoding="utf-8")
    (inner / "sub" / "good.csv").write_text("code\nX1\n")
    (inner / "inside.csv").symlink_to("good.csv")
    (inner / "link.csv").symlink_to(tmp_path / "outside.csv")
    (inner / "sub" / "up").symlink_to(tmp_path)
    (inner / "loop.csv").symlink_to("loop.csv")
    (inner / "folder.csv").mkdir()
    os.mkfifo(inner / "pipe.csv")
    (inner / "device.csv").symlink_to("/dev/zero")
    (inner / "gbk.csv").write_bytes("编码\n甲\n".encode("gb18030"))
    (inner / "headless.csv").write_text("X1\nX2\n")
    (inner / "empty.csv").write_text("")
    (inner / "nul.csv").write_bytes(b"code\n\0\n")
    with (inner / "large.csv").open("wb") as out:
        out.truncate(1 << 40)
    return inner


def list_codes(folder: Path, name: str) -> set[str]:
    text = f"方案 a {{\n名单 b：自 “{name}”\n}}"
    return {d.code for d in check_source(Source("x", text), folder).diagnostics}


@pytest.mark.parametrize("name", ["good.csv", "sub/good.csv", "inside.csv", "./sub/../good.csv"])
def test_a_list_inside_the_folder_is_read(folder: Path, name: str) -> None:
    assert not list_codes(folder, name) & {"HMB311", "HMB312"}


@pytest.mark.parametrize(
    "name",
    [
        "../outside.csv", "sub/../../outside.csv", "/etc/passwd", "link.csv", "sub/up/outside.csv",
        "loop.csv", "folder.csv", "pipe.csv", "device.csv", "gbk.csv", "headless.csv", "empty.csv",
        "large.csv", "none.csv", "", ".", "..",
        "a" * 5000, "good.csv/x", "a\0b", "~/x.csv", "\ud800",
    ],
    ids=lambda name: ascii(name)[:20],
)  # fmt: skip
def test_any_other_list_is_an_error(folder: Path, name: str) -> None:
    assert list_codes(folder, name) & LIST_ERRORS


def test_a_scheme_without_a_folder_has_no_lists() -> None:
    found = check_source(Source("x", "方案 a {\n名单 b：自 “good.csv”\n}")).diagnostics
    assert {d.code for d in found} & LIST_ERRORS
