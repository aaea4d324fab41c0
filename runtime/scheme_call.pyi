from collections.abc import Sequence, Set

from hmbc.runtime.columns import Values
from hmbc.runtime.intern import Intern
from hmbc.runtime.memory import Block

class Entry:
    def __init__(self, capsule: object) -> None: ...

class Inputs:
    def __init__(
        self,
        claim: list[Values],
        member: list[Values],
        periods: list[Values],
        parameters: list[int],
        listed: Sequence[tuple[Intern, Set[str]]],
        row_member: Block,
    ) -> None: ...
    def relist(self) -> None: ...
