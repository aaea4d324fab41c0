from hmbc.runtime.arrow_in import Column
from hmbc.runtime.cell_reader import CellReader
from hmbc.runtime.values import Values

class Reader(CellReader):
    def read(self, column: Column, optional: bool = False, *, by_cell: bool = False) -> Values: ...
