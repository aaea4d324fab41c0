"""Results of parts of a benchmark, kept in files: one that was broken off goes on where it stood."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "out" / "bench"


def commit() -> str:
    """The state of the code: the commit, and what is changed since."""
    here = Path(__file__).parent
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True)
    changes = subprocess.run(
        ["git", "diff", "HEAD", "--", "..", ":!../docs"], cwd=here, capture_output=True, text=True
    )
    return f"{head.stdout.strip()} {hash_of(changes.stdout)}"


def hash_of(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()[:12]


def part(name: str, sizes: Any, make: Callable[[], Any]) -> Any:
    """What `make` gives, as JSON does: of now, or of an earlier run of the same code and sizes."""
    place = FOLDER / f"{name}.json"
    like = json.loads(json.dumps({"code": commit(), "sizes": sizes}))
    if place.is_file():
        found = json.loads(place.read_text("utf-8"))
        if found["like"] == like:
            print(f"{name}: as measured before ({place})", flush=True)
            return found["result"]
    print(f"{name} …", flush=True)
    result = json.loads(json.dumps(make()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".tmp")
    beside.write_text(json.dumps({"like": like, "result": result}), "utf-8")
    beside.replace(place)
    return result
