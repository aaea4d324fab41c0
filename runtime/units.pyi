from __future__ import annotations

from collections.abc import Sequence

class Unit:
    def __init__(
        self,
        n_words: int,
        accumulators: Sequence[tuple[int, int | None, int | None]],
        like: Unit | None = None,
    ) -> None: ...
    def another(self) -> Unit: ...
