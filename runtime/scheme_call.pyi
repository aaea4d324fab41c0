from collections.abc import Sequence, Set

from hmbc.runtime.intern import Intern
from hmbc.runtime.memory import Block
from hmbc.runtime.values import Values

class Entry:
    def __init__(self, capsule: object) -> None: ...

class Inputs:
    def __init__(
        self,
        member: list[Values],
        periods: list[Values],
        parameters: list[int],
        listed: Sequence[tuple[Intern, Set[str]]],
    ) -> None: ...
    def take_claims(self, claim: list[Values], row_member: Block, rows: Block | None = None) -> None: ...

class Outputs:
    n_layers: int
    def __init__(self, n_layers: int, n_rows: int, refund_reason: int = 0) -> None: ...
