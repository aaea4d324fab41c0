"""Progress of a run, on standard error, where that is a terminal."""

from __future__ import annotations

import sys

from hmbc.grammar.keywords import Language


class Progress:
    """Called with (rows done, rows in all)."""

    def __init__(self, language: Language, quiet: bool) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._word = "已理算" if language == "zh" else "adjudicated"
        self._open = False
        self._total = 0

    def __call__(self, done: int, total: int) -> None:
        self._total = total
        if self._shown and total:
            share = done * 100 // total
            sys.stderr.write(f"\r{self._word} {done:,} / {total:,} ({share}%)")
            sys.stderr.flush()
            self._open = True

    def finish(self) -> None:
        """All rows are done, the rejected ones too."""
        self(self._total, self._total)
        self.close()

    def close(self) -> None:
        """End the line."""
        if self._open:
            sys.stderr.write("\n")
            self._open = False
