from collections.abc import Callable, Mapping, Sequence
from typing import overload

from hmbc.runtime.member_rows import MemberRows
from hmbc.runtime.plain_claim import PlainClaim
from hmbc.runtime.scheme_call import Entry, Inputs
from hmbc.runtime.settlement import Settlement, Terms
from hmbc.runtime.totals import Totals
from hmbc.runtime.units import Unit

class Open:
    attempts: int
    def __init__(
        self,
        entry: Entry,
        inputs: Inputs,
        unit: Unit,
        before: Totals,
        id: int,
        claim: PlainClaim,
        rows: MemberRows,
        people: dict[str, int],
        sole: str | None,
        any_name: bool,
        deadlines: Callable[[Sequence[int | None]], tuple[int | None, ...] | None] | None,
        terms: Terms,
        is_plain: bool,
    ) -> None: ...
    @overload
    def settle(self, claim: Mapping[str, object], /) -> Settlement: ...
    @overload
    def settle(self, **attributes: object) -> Settlement: ...
    def _enter(self) -> None: ...
    def _leave(self) -> None: ...
    def _place_of(self, claim_id: str) -> tuple[int, str] | tuple[()] | None: ...
    def _settle(
        self,
        day: int,
        row: int,
        words: Sequence[int],
        given: Sequence[bool],
        claim_id: str,
        name: str,
        days: tuple[int | None, ...] | None,
    ) -> tuple[int, Settlement | None]: ...
    def _refund(self, day: int, place: int, refund_id: str) -> tuple[int, Settlement | None]: ...
    def _totals_to(self, to: Totals) -> None: ...

def in_order(session: Open, names: tuple[str, ...]) -> Callable[..., Settlement]: ...
def totals_in(unit: Unit, totals: bytes, id: int, to: Totals) -> None: ...
