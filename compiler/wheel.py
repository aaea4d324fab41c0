"""A scheme's wheel: its evaluator with the runtime beside it. It needs Python and nothing else.

    import hmbc_zaozhuang_2022 as scheme
    scheme.evaluator().adjudicate(claims, members, parameters)

The runtime lies in the wheel under `_hmbc/` and is used where no hmbc is installed. The wheel is for
the Python and the platform that built it, and the same kernel gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.plan import kernel_hash

_FRONT = '''"""The evaluator of a benefit scheme, made by hmbc. See `evaluator`."""

import os
import sys

try:
    import hmbc.runtime.evaluator
except ImportError:
    sys.path.append(os.path.join(os.path.dirname(__file__), "_hmbc"))

from hmbc.runtime.evaluator import Evaluator

from . import hmbc_scheme

KERNEL = {kernel!r}


def evaluator(kernel=KERNEL):
    """The scheme, ready to adjudicate: `.adjudicate(table, ...)`, `.open(member, ...)`. kernel: of the
    evaluator that another process pickled; ValueError where it is not the one in this wheel."""
    if kernel != KERNEL:
        raise ValueError(f"{{__name__}} is here with kernel {{KERNEL}}, not {{kernel}}")
    made = Evaluator(hmbc_scheme)
    made.again = (evaluator, (KERNEL,))
    return made
'''
_EPOCH = 315532800  # 1980-01-01, the first date that a zip can hold


def wheel_of(kernel: Kernel, so: Path, stem: str, version: str) -> tuple[str, bytes]:
    """The file name and the bytes of a scheme's wheel. so: its built evaluator; stem: what the
    package is named after; version: the compiler's."""
    package = package_name(stem, kernel)
    name, tag = package, _tag()
    info = f"{name}-{version}.dist-info"
    entries = dict(_entries(kernel, so, package))
    entries[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
        f"Summary: Evaluator of a benefit scheme, kernel {kernel_hash(kernel)[:16]}\n"
    ).encode()
    entries[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: hmbc {version}\nRoot-Is-Purelib: false\nTag: {tag}\n"
    ).encode()
    record = "".join(f"{place},{_digest(data)},{len(data)}\n" for place, data in entries.items())
    entries[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    return f"{name}-{version}-{tag}.whl", _zip(entries)


def package_name(stem: str, kernel: Kernel) -> str:
    """`hmbc_` and the stem where that is an ASCII name, else the beginning of the kernel's hash."""
    plain = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    return f"hmbc_{plain or kernel_hash(kernel)[:12]}"


def _entries(kernel: Kernel, so: Path, package: str) -> Iterator[tuple[str, bytes]]:
    yield f"{package}/__init__.py", _FRONT.format(kernel=kernel_hash(kernel)).encode()
    yield f"{package}/{so.name}", so.read_bytes()
    vendored = f"{package}/_hmbc/hmbc"
    yield f"{vendored}/__init__.py", b'"""The runtime of hmbc alone."""\n'
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    for item in sorted(files("hmbc.runtime").iterdir(), key=lambda item: item.name):
        if item.name.endswith((".py", suffix)):
            yield f"{vendored}/runtime/{item.name}", item.read_bytes()


def _tag() -> str:
    version = f"cp{sysconfig.get_config_var('py_version_nodot')}"
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    return f"{version}-{version}-{platform}"


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


def _zip(entries: dict[str, bytes]) -> bytes:
    moment = time.gmtime(max(_EPOCH, int(os.environ.get("SOURCE_DATE_EPOCH", _EPOCH))))[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, data in entries.items():
            entry = zipfile.ZipInfo(place, moment)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()
