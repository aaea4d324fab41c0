from collections.abc import Sequence

from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.intern import Intern
from hmbc.runtime.values import Values

LAST: str
REJECTED: str

class Totals:
    accumulators: list[tuple[str, tuple[Intern | None, ...], int, int, int]]
    def __init__(
        self, accumulators: Sequence[tuple[str, tuple[Intern | None, ...], int, int, int]]
    ) -> None: ...
    def __len__(self) -> int: ...
    def extend(self, others: Totals) -> None: ...
    def take(
        self,
        units: Values,
        names: Values,
        name_texts: Intern,
        keys: Values,
        key_texts: Intern,
        totals: Values,
        denominators: Values,
        n_units: int,
    ) -> list[tuple[int, str]]: ...
    def table(self, members: Intern, state_hash: str) -> OutTable: ...
