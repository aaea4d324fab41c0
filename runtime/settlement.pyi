import datetime
from collections.abc import Callable
from decimal import Decimal

from hmbc.runtime.arrow_out import OutTable

class Terms:
    layers: tuple[str, ...]
    reasons: tuple[str, ...]
    ranks: tuple[int, ...]
    deadlines: tuple[str, ...]
    digits: int
    def __init__(
        self,
        layers: tuple[str, ...],
        reasons: tuple[str, ...],
        ranks: tuple[int, ...],
        deadlines: tuple[str, ...],
        digits: int,
        make_state: Callable[[bytes], OutTable],
    ) -> None: ...

class Settlement:
    @property
    def total_minor(self) -> int: ...
    @property
    def total_pay(self) -> Decimal: ...
    @property
    def reason(self) -> str: ...
    @property
    def layers(self) -> dict[str, tuple[Decimal, str]]: ...
    @property
    def layers_minor(self) -> dict[str, tuple[int, str]]: ...
    @property
    def after_reject(self) -> bool: ...
    @property
    def due(self) -> dict[str, datetime.date | None]: ...
    @property
    def state(self) -> OutTable: ...
    def __hash__(self) -> int: ...
