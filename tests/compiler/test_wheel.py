"""A scheme's wheel runs where there is Python and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from hmbc.compiler.pipeline import compile_source, so_of
from hmbc.compiler.wheel import package_name, wheel_of
from hmbc.dsl.source import Source

SCHEME = """scheme lump "A ward layer" {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim { cost: money }
    layer ward cite "1" { base claim.cost  threshold 100 per year  ratio 50%  no cap }
}
"""
USE = """
import sys
sys.path.insert(0, sys.argv[1])
import hmbc_my_scheme_2024 as scheme
session = scheme.evaluator().open({})
print(session.settle({"date": "2024-01-01", "cost": "150.01"}).total_pay)
print(session.settle({"date": "2024-01-02", "cost": "0.01"}).total_pay)
print(sorted(name for name in sys.modules if name.split(".")[0] in ("attr", "lark", "pyarrow")))
print("_hmbc" in sys.modules["hmbc.runtime"].__file__)
import pickle
packed = pickle.dumps(scheme.evaluator())
session = pickle.loads(packed).open({})
print(session.settle({"date": "2024-01-01", "cost": "150.01"}).total_pay)
try:
    pickle.loads(packed.replace(scheme.KERNEL.encode(), b"0" * len(scheme.KERNEL)))
except ValueError as error:
    print("refused" if scheme.KERNEL in str(error) else error)
"""


def _kernel(text: str = SCHEME):  # type: ignore[no-untyped-def]
    compiled = compile_source(Source("s.hmb", text))
    assert compiled.kernel is not None
    return compiled.kernel


def test_it_runs_in_a_python_that_has_nothing_installed(tmp_path: Path) -> None:
    kernel = _kernel()
    name, data = wheel_of(kernel, so_of(kernel), "My-Scheme 2024", "0.1.0")
    (tmp_path / name).write_bytes(data)
    with zipfile.ZipFile(tmp_path / name) as archive:
        archive.extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", USE, str(tmp_path / "installed")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["25.01", "0.00", "[]", "True", "25.01", "refused"]


def test_pip_takes_it(tmp_path: Path) -> None:
    kernel = _kernel()
    name, data = wheel_of(kernel, so_of(kernel), "my_scheme_2024", "0.1.0")
    (tmp_path / name).write_bytes(data)
    target = tmp_path / "target"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet",
         "--target", str(target), str(tmp_path / name)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (target / "hmbc_my_scheme_2024" / "__init__.py").is_file()


def test_the_same_kernel_gives_the_same_bytes() -> None:
    kernel = _kernel()
    so = so_of(kernel)
    assert wheel_of(kernel, so, "s", "0.1.0") == wheel_of(_kernel(), so, "s", "0.1.0")


def test_a_name_that_is_no_python_name_gives_way_to_the_kernels_hash() -> None:
    kernel = _kernel()
    assert package_name("枣庄", kernel).startswith("hmbc_")
    assert package_name("枣庄", kernel).isascii()
    assert package_name("../x'\";import os", kernel) == "hmbc_x_import_os"
