from collections.abc import Sequence

from hmbc.runtime.cell_reader import CellReader
from hmbc.runtime.claim_names import ClaimNames
from hmbc.runtime.scheme_call import Inputs

class PlainClaim:
    def __init__(
        self,
        names: ClaimNames,
        readers: Sequence[CellReader],
        optional: Sequence[bool],
        day: int,
        inputs: Inputs,
    ) -> None: ...
