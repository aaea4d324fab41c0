"""The one error for a file that cannot be used."""

from __future__ import annotations


class UnreadableInput(ValueError):
    """A file cannot be read or written; the text says which, where and why, in one language."""


def unreadable(path: object, language: str, zh: str, en: str) -> UnreadableInput:
    """The error for a path, in the language asked for."""
    return UnreadableInput(f"{path}：{zh}" if language == "zh" else f"{path}: {en}")
