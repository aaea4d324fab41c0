from hmbc.runtime.claim_rows import ClaimRows
from hmbc.runtime.scheme_call import Entry, Inputs, Outputs
from hmbc.runtime.totals import Totals
from hmbc.runtime.units import Unit

ABI: int

def parts_of(rows: ClaimRows) -> list[tuple[int, int, int]]: ...
def run_units(
    rows: ClaimRows,
    outputs: Outputs,
    entry: Entry,
    inputs: Inputs,
    unit: Unit,
    first: int,
    end: int,
    before: Totals,
    after: Totals,
) -> None: ...
def loads(totals: Totals, unit: Unit) -> int: ...
