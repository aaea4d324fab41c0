"""Writing a file so that it appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside the place, flush, rename. Raises OSError, after which the old file stands."""
    place = Path(os.path.realpath(path))
    with tempfile.NamedTemporaryFile(
        dir=place.parent, prefix=f".{place.name}.", suffix=".tmp", delete=False
    ) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            mode = place.stat().st_mode & 0o777 if place.exists() else 0o644
            os.chmod(file.name, mode)
            os.replace(file.name, place)
        except BaseException:
            with suppress(OSError):
                os.unlink(file.name)
            raise
