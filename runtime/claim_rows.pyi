from collections.abc import Iterable

from hmbc.runtime.intern import Intern
from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.memory import Block
from hmbc.runtime.values import Values

LATE: int
REFUND_UNKNOWN: int
REFUND_TWICE: int
REFUND_OF_REFUND: int
REFUND_OTHER_UNIT: int
REFUND_LATER: int
REFUND_REJECTED: int
REFUND_UNSETTLES: int

class ClaimRows:
    n_rows: int
    n_units: int
    def __init__(self, ids: Values, n_ids: int, days: Values) -> None: ...
    def spoil(self, rows: Iterable[int]) -> None: ...
    def take_refunds(
        self, refunds: Values, texts: Intern, claim_ids: Values, claim_texts: Intern
    ) -> set[int]: ...
    def match(
        self, members: MemberRows | None, unit: Values | None, n_unit_ids: int
    ) -> tuple[list[int], list[int], list[int]]: ...
    def n_arranged(self) -> int: ...
    def arranged(self) -> tuple[Block, Block]: ...
    def rank(self, n_first: int, chosen: Block | None = None) -> Block: ...
    def arrange(self, n_first: int, chosen: Block | None = None) -> None: ...
    def count_members(self) -> int: ...
