from collections.abc import Mapping, Sequence

from hmbc.runtime.cell_reader import CellReader
from hmbc.runtime.values import Values

def plain_word(reader: CellReader, value: object) -> int | None: ...
def plain_columns(
    wanted: Sequence[tuple[str, str | None, CellReader, bool]], row: Mapping[str, object]
) -> list[Values | None]: ...
