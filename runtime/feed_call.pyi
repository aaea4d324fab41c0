from collections.abc import Sequence

from hmbc.runtime.claim_rows import ClaimRows
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.memory import Block
from hmbc.runtime.payments import Results
from hmbc.runtime.scheme_call import Inputs, Outputs
from hmbc.runtime.totals import Totals
from hmbc.runtime.units import Unit
from hmbc.runtime.values import Values

def width_of(kind: str, n_values: int) -> int: ...

class Feed:
    @property
    def makes_records(self) -> bool: ...
    def __init__(self, capsule: object) -> None: ...

class FeedCall:
    rejected: int
    together: bool
    def __init__(
        self,
        feed: Feed,
        rows: ClaimRows,
        attributes: list[Values],
        widths: list[int],
        day: int,
        inputs: Inputs,
        members: MemberRows | None,
        n_layers: int,
        is_wide: bool,
    ) -> None: ...
    def prepare(
        self,
        threads: int,
        by_layer: bool,
        member_columns: list[Values],
        member_widths: list[int],
        n_before: int,
    ) -> bool: ...
    def pack(self, before: Totals, unit: Unit) -> None: ...
    def parts(self) -> list[tuple[int, int]]: ...
    def run(self, first: int, end: int) -> None: ...
    def fetch(self) -> None: ...
    def odd_units(self) -> Block | None: ...
    def rejected_units(self, before: Totals) -> Block | None: ...
    def replace(self, outputs: Outputs, reason_ranks: Sequence[int]) -> None: ...
    def mark_after(self, before: Totals, unit: Unit) -> None: ...
    def totals(
        self, n_first: int, before: Totals, others: Totals, to: Totals, unit: Unit
    ) -> None: ...
    def results(self, results: Results) -> None: ...
