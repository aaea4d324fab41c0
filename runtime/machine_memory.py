"""How much memory this process may use: the machine's, or less where a container or a limit says so."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

LIMITS = ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")
"""What a container may use, in bytes or `max`: control groups of version 2, of version 1."""


def machine_memory(root: Path = Path("/")) -> int | None:
    """Bytes of memory that there are for this process; None where the system does not say.

    root: where the container's limits are looked for.
    """
    found = []
    with suppress(ValueError, OSError, AttributeError):  # Windows has no sysconf
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for name in LIMITS:
        with suppress(OSError, ValueError):
            found.append(int((root / name).read_text("ascii")))
    with suppress(ImportError):
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            found.append(limit)
    return min((size for size in found if size > 0), default=None)
