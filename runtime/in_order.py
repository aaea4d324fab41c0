"""A function over many arguments, in one thread or several; results keep the arguments' order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Result = TypeVar("Result")


def each(
    function: Callable[..., Result], threads: int, *arguments: Iterable[object]
) -> Iterator[Result]:
    """As the built-in `map`. Whoever stops early gives up what has not begun."""
    if threads <= 1:
        yield from map(function, *arguments)
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(threads)
    try:
        yield from pool.map(function, *arguments)
    finally:
        pool.shutdown(cancel_futures=True)
