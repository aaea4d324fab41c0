"""Building, caching and what the generated source holds."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from hmbc.compiler import build as builder
from hmbc.compiler.build import BuildError, ToolchainMissing, build, cache_folder, load
from hmbc.compiler.emit_cython import emit_cython
from hmbc.compiler.kernel import Kernel, ListInput, Reason
from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.plan import kernel_hash, plan_of
from hmbc.dsl.expr import TRUE, Compare, Const, Ref
from hmbc.dsl.types import Code
from hmbc.runtime.plan import Plan

TINY = "ANSWER = 42\n"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HMBC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_module_is_built_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    so = build(TINY, "tiny")
    assert load(so, "tiny").ANSWER == 42
    assert so.is_relative_to(own_cache)
    monkeypatch.setattr(builder, "translate", None)
    assert build(TINY, "tiny") == so
    assert [path.name for path in own_cache.iterdir()] == [so.parent.name]


def test_a_damaged_entry_is_built_again(own_cache: Path) -> None:
    so = build(TINY, "tiny")
    so.write_bytes(so.read_bytes()[:100])
    assert load(build(TINY, "tiny"), "tiny").ANSWER == 42
    so.with_name(so.name + ".sha256").unlink()
    assert load(build(TINY, "tiny"), "tiny").ANSWER == 42
    assert [path.name for path in own_cache.iterdir()] == [so.parent.name]


def test_two_processes_may_build_the_same(own_cache: Path) -> None:
    program = (
        "from hmbc.compiler.build import build, load;"
        f"print(load(build({TINY!r}, 'tiny'), 'tiny').ANSWER)"
    )
    path = str(Path(builder.__file__).parents[2])
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env={"HMBC_CACHE": str(own_cache), "PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    assert [run.communicate()[0] for run in runs] == [b"42\n"] * 3
    assert len(list(own_cache.iterdir())) == 1


def test_the_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HMBC_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert cache_folder() == Path("/x/hmbc")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "hmbc"


def test_a_missing_compiler_is_told_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(ToolchainMissing) as found:
        build(TINY, "tiny")
    assert "apt-get install gcc" in found.value.en and "编译器" in found.value.zh


def test_missing_headers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: "/nowhere")
    with pytest.raises(ToolchainMissing, match="python3-dev"):
        build(TINY, "tiny")


def test_source_that_does_not_compile_is_our_bug(own_cache: Path) -> None:
    with pytest.raises(BuildError, match="undeclared name"):
        build("x = nothing_of_this_name\n", "tiny")
    with pytest.raises(BuildError, match="failed"):
        build('cdef extern from *:\n    """\n#error no\n    """\n    int x\n', "tiny")
    with pytest.raises(KernelError):
        build(TINY, "../tiny")
    assert list(own_cache.iterdir()) == []


def nasty(make: SimpleNamespace) -> Kernel:
    """A kernel whose names and codes try to get out of their strings."""
    evil = "\"\"\"\n\\x22'+__import__('os').abort()+'#{}%s 名\u2028"
    drug = make.attribute("drug")
    kernel = make.kernel(
        make.define(evil, make.attribute("amount")),
        make.define("other", Compare("==", drug, Const(evil, Code("")))),
        make.accumulate(evil + "total", Ref(evil), drug, sequential=False),
        pays={evil: evil},
    )
    return evolve(
        kernel,
        name=evil,
        title=evil,
        lists=(*kernel.lists, ListInput(name=evil, codes=(evil,))),
        reasons=(*kernel.reasons, Reason(code=evil, label=evil, rank=4)),
        outcomes=tuple(evolve(outcome, reasons=((evil, TRUE),)) for outcome in kernel.outcomes),
    )


def test_no_text_of_a_scheme_reaches_the_source_unescaped(
    make: SimpleNamespace, host: Callable[[Plan, object], Any]
) -> None:
    kernel = nasty(make)
    source = emit_cython(kernel)
    assert source.isascii()
    assert source.count("__import__") == source[source.index("PLANS") :].count("__import__")
    module = load(build(source, "nasty"), "nasty")
    assert Plan.from_json(module.PLAN) == plan_of(kernel)
    claim = {"date": 19_000, "amount": 5, "refund": 0, "count": 0, "share": 0, "drug": kernel.name}
    claim |= {"care": "chronic", "accident": False}
    member = {"birth": 0, "poor": False, "suspended": ()}
    compiled = host(plan_of(kernel), module.entry())
    result = compiled.adjudicate([claim], member, {"line": 0, "top_up": 0}, {"outside": ()})
    assert (result.statuses, result.pays, result.reasons) == (["ok"], [[5]], [[kernel.name]])


def test_the_plan_tells_the_layout(make: SimpleNamespace) -> None:
    amount, drug, care = (make.attribute(name) for name in ("amount", "drug", "care"))
    kernel = make.kernel(
        make.accumulate("life", amount),
        make.accumulate("drugs", amount, drug, care, sequential=False, bound=9),
        make.accumulate("years", amount, make.year, make.attribute("date")),
    )
    plan = plan_of(kernel)
    assert [(one.word, one.bound, one.keyed) for one in plan.accumulators] == [
        (0, None, False),
        (None, 9, True),
        (1, None, False),
    ]
    assert plan.state_words == 4
    assert plan.accumulators[1].key_kinds == ("code:claim.drug", "enum")
    assert plan.accumulators[2].key_kinds == ("int", "date")
    assert [given.periods_index for given in plan.member] == [None, None, None, 0]
    assert Plan.from_json(plan.to_json()) == plan


def test_the_hash_tells_kernels_apart(make: SimpleNamespace) -> None:
    kernel = make.kernel(make.define("a", make.attribute("amount")))
    assert kernel_hash(kernel) == kernel_hash(make.kernel(make.define("a", kernel.items[0].expr)))
    assert kernel_hash(kernel) != kernel_hash(evolve(kernel, currency="HKD"))
