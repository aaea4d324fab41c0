from collections.abc import Sequence

from hmbc.runtime.cell_reader import CellReader
from hmbc.runtime.claim_names import ClaimNames
from hmbc.runtime.scheme_call import Inputs

class ClaimFields:
    def __init__(
        self,
        names: ClaimNames,
        readers: Sequence[CellReader],
        optional: Sequence[bool],
        day: int,
    ) -> None: ...

class PlainClaim:
    def __init__(self, of: ClaimFields, inputs: Inputs) -> None: ...
