"""What the runtime raises; each lists everything that is wrong, in the scheme's language."""

from __future__ import annotations

from collections.abc import Sequence

from hmbc.runtime.rejects import Reject


class BadTable(ValueError):
    """A table as a whole cannot be used: columns missing, twice, or of a type that is not exact."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class BadParameters(ValueError):
    """Parameters are missing, unknown, or not what the scheme declares."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class BadRow(ValueError):
    """One claim or member cannot be used; `rejects` are the records a batch would have written."""

    def __init__(self, rejects: Sequence[Reject]) -> None:
        super().__init__("\n".join(_line(reject) for reject in rejects))
        self.rejects = tuple(rejects)


def _line(reject: Reject) -> str:
    where = f"{reject.column}: " if reject.column else ""
    return f"{reject.code} {where}{reject.reason}"
