"""The one error for a file that cannot be used."""

from __future__ import annotations

import errno

_CHINESE = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件超出允许的大小",
    errno.EROFS: "磁盘是只读的",
    errno.ENAMETOOLONG: "文件名太长",
}


class UnreadableInput(ValueError):
    """A file cannot be read or written; the text says which, where and why, in one language."""


def unreadable(path: object, language: str, zh: str, en: str) -> UnreadableInput:
    """The error for a path, in the language asked for."""
    return UnreadableInput(f"{path}：{zh}" if language == "zh" else f"{path}: {en}")


def why_not(error: OSError, language: str) -> str:
    """What the system says of a file, in Chinese too where it is one of the usual things."""
    said = error.strerror or str(error)
    return _CHINESE.get(error.errno or 0, said) if language == "zh" else said
