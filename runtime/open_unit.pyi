from collections.abc import Sequence

from hmbc.runtime.memory import Block
from hmbc.runtime.scheme_call import Entry, Inputs
from hmbc.runtime.totals import Totals
from hmbc.runtime.units import Unit

class Open:
    def __init__(
        self,
        entry: Entry,
        inputs: Inputs,
        unit: Unit,
        n_layers: int,
        reason_ranks: Sequence[int],
        before: Totals,
        id: int,
    ) -> None: ...
    @property
    def after_reject(self) -> bool: ...
    def settle(
        self, day: int, member: int, words: Sequence[int], given: Sequence[bool]
    ) -> tuple[int, Sequence[int], Sequence[int], int]: ...
    def refund(self, day: int, place: int) -> tuple[int, Sequence[int]]: ...
    def totals(self, to: Totals, id: int) -> None: ...

def one_place() -> Block: ...
