from collections.abc import Iterable, Sequence

from hmbc.runtime.arrow_out import OutTable
from hmbc.runtime.columns import Values
from hmbc.runtime.intern import Intern
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.memory import Block
from hmbc.runtime.scheme_call import Entry, Inputs
from hmbc.runtime.totals import Totals
from hmbc.runtime.units import Unit

ABI: int
LATE: int
REFUND_UNKNOWN: int
REFUND_TWICE: int
REFUND_OF_REFUND: int
REFUND_OTHER_UNIT: int
REFUND_LATER: int
REFUND_REJECTED: int
REFUND_UNSETTLES: int

class Batch:
    row_member: Block
    def __init__(self, ids: Values, n_ids: int) -> None: ...
    def spoil(self, rows: Iterable[int]) -> None: ...
    def take_refunds(
        self, refunds: Values, texts: Intern, claim_ids: Values, claim_texts: Intern
    ) -> set[int]: ...
    def match(
        self, members: MemberRows | None, days: Values, unit: Values | None, n_unit_ids: int
    ) -> tuple[list[int], list[int], list[int]]: ...
    def arrange(self, n_first: int) -> None: ...
    def prepare(self, n_layers: int, refund_reason: int) -> list[tuple[int, int, int]]: ...
    def run(
        self,
        entry: Entry,
        inputs: Inputs,
        unit: Unit,
        first: int,
        end: int,
        before: Totals,
        after: Totals,
    ) -> None: ...
    def count_members(self) -> int: ...
    def statuses(self) -> list[tuple[int, int]]: ...
    def adjudicated(self) -> list[int]: ...
    def payments(
        self,
        claim_ids: Values,
        claim_texts: Intern,
        member_texts: Intern,
        layers: Sequence[str],
        reasons: Sequence[str],
        reason_ranks: Sequence[int],
        digits: int,
    ) -> tuple[OutTable, list[int], list[int]]: ...

def loads(totals: Totals, unit: Unit) -> int: ...
