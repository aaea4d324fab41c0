from collections.abc import Sequence

from hmbc.runtime.arrow_in import Column
from hmbc.runtime.intern import Intern

KINDS: tuple[str, ...]

class CellReader:
    kind: int
    texts: Intern
    def share(self, other: CellReader) -> None: ...
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
