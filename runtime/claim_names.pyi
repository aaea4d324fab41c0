from collections.abc import Iterable

CLAIM_ID: int
MEMBER_ID: int
REFUNDS: int

class ClaimNames:
    places: dict[str, int]
    required: frozenset[int]
    def __init__(self, places: dict[str, int], required: Iterable[int]) -> None: ...
