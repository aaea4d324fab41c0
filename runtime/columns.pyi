from collections.abc import Sequence

from hmbc.runtime.arrow_in import Column
from hmbc.runtime.intern import Intern

KINDS: tuple[str, ...]

class Reader:
    kind: int
    texts: Intern
    def __init__(
        self,
        kind: str,
        *,
        digits: int = 2,
        low: int | None = None,
        high: int | None = None,
        values: Sequence[Sequence[str | None]] = (),
        minor_units: bool = False,
    ) -> None: ...
    def refuses(self, column: Column) -> str | None: ...
    def parse(self, text: str) -> tuple[int, int]: ...
    def parse_with_ranges(self, text: str) -> tuple[int, int, list[tuple[int, int]]]: ...
    def read(self, column: Column, optional: bool = False) -> Values: ...

class Values:
    length: int
    bad: list[tuple[int, int]]
    def word(self, row: int) -> int | None: ...
    def is_given(self, row: int) -> bool: ...
    def give_all(self) -> None: ...
    def ranges(self, row: int) -> list[tuple[int, int]]: ...

def absent(length: int, kind: str) -> Values: ...
def few_rows(
    words: Sequence[int],
    given: Sequence[bool],
    optional: bool,
    ranges: Sequence[Sequence[tuple[int, int]]],
) -> Values: ...
def repeated(ids: Values, n_ids: int) -> list[int]: ...
