"""What spreadsheet programs do to cells, for those who wonder why a cell was refused."""

from __future__ import annotations

import re

_SERIAL = re.compile(r"[2-9][0-9]{4}")
_THOUSANDS = re.compile(r"[^,，]*[0-9][,，][0-9]{3}\b.*")
_SIGNS = re.compile(r"[¥￥$€]|元|圆|RMB|CNY")
SCIENTIFIC = r"^[0-9](\.[0-9]+)?E\+[0-9]{2}$"
"""An id of which a spreadsheet has made a number: `3.71402E+17`."""


def spreadsheet_hint(text: str, kind: str, language: str) -> str:
    """A few words to put after the reason why a cell was refused, or nothing."""
    zh = language == "zh"
    if text != text.strip():
        return "；前后有空格" if zh else "; there are blanks around it"
    if kind == "date" and _SERIAL.fullmatch(text):
        return (
            "；像是电子表格的日期序号"
            if zh
            else "; it looks like a spreadsheet's number for a date"
        )
    if kind == "money" and _THOUSANDS.fullmatch(text):
        return "；不要千分位逗号" if zh else "; write it without commas"
    if kind == "money" and _SIGNS.search(text):
        return "；不要货币符号和单位" if zh else "; write it without currency"
    return ""
