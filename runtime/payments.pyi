from collections.abc import Container, Sequence

from hmbc.runtime.arrow_in import Column
from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.claim_rows import ClaimRows
from hmbc.runtime.scheme_call import Outputs

class Results:
    n_rows: int
    n_kept: int
    def __init__(self, n_rows: int) -> None: ...
    def keep(self, rows: ClaimRows) -> None: ...
    def kept(self) -> list[int]: ...
    def statuses(self, rows: ClaimRows) -> list[tuple[int, int]]: ...
    def take(self, outputs: Outputs) -> None: ...
    def decide(self, outputs: Outputs, reason_ranks: Sequence[int]) -> None: ...

def payments(
    rows: ClaimRows,
    results: Results,
    claim_ids: Column | None,
    member_ids: Column | None,
    layers: Sequence[str],
    reasons: Sequence[str],
    digits: int,
    minor_units: bool,
    columns: Container[str] | None = None,
) -> tuple[OutTable, dict[str, int], list[int]]: ...
