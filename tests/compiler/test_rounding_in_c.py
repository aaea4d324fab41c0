"""Rounding in C without a branch (`hmb_half_up_above_0` …) gives what rounding of exact fractions does."""

import ctypes
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hmbc.runtime
from hmbc.compiler.rounding import rounded

MODES = ("half_up", "half_even", "up", "down")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    source = tmp_path_factory.mktemp("exact") / "exact.c"
    calls = [
        f"uint64_t {mode}(uint64_t amount, uint64_t unit) {{ return hmb_{mode}_above_0(amount, unit); }}"
        for mode in MODES
    ]
    source.write_text("\n".join(["#include <stdint.h>", '#include "evaluator.h"', '#include "exact.h"', *calls]))
    built, headers = source.with_suffix(".so"), Path(hmbc.runtime.__file__).parent
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", f"-I{headers}", str(source), "-o", str(built)], check=True)
    return ctypes.CDLL(str(built))


@given(unit=st.integers(2, 10**6), steps=st.integers(0, 10**12), data=st.data())
@pytest.mark.parametrize("mode", MODES)
def test_as_exact_fractions(library: ctypes.CDLL, mode: str, unit: int, steps: int, data: st.DataObject) -> None:
    near = st.sampled_from([0, 1, (unit - 1) // 2, unit // 2, (unit + 1) // 2, unit - 1])
    amount = steps * unit + data.draw(st.one_of(near, st.integers(0, unit - 1)))
    call = getattr(library, mode)
    call.restype, call.argtypes = ctypes.c_uint64, [ctypes.c_uint64] * 2
    assert call(amount, unit) == rounded(Fraction(amount, unit), mode)
