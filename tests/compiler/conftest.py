"""Shared by the compiler's tests: what kernels are built from, and a build cache."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hmbc.compiler.ceilings import with_ceilings
from hmbc.compiler.kernel import (
    Accumulator,
    Definition,
    Input,
    Kernel,
    ListInput,
    Outcome,
    ParameterInput,
    Reason,
)
from hmbc.dsl.expr import (
    TRUE,
    Attribute,
    Compare,
    Expr,
    Increase,
    Max,
    Min,
    Ref,
    Round,
    Scale,
    Subtract,
    Total,
    YearOf,
    money,
    ratio,
)
from hmbc.dsl.types import Bool, Code, Date, Enum, Int, Money, Periods, Ratio
from hmbc.runtime.plan import Plan
from hmbc.runtime.ratio import RATIO_DENOMINATOR

# Attributes that test kernels may read.

CARE = Enum("claim.care", ("inpatient", "outpatient", "chronic"))

DECLARED = (
    Input(owner="claim", name="date", type=Date(), low=18_000, high=21_000),
    Input(owner="claim", name="amount", type=Money(), low=0, high=10**12),
    Input(owner="claim", name="refund", type=Money(), low=-(10**9), high=10**9),
    Input(owner="claim", name="count", type=Int(), low=-3, high=20),
    Input(owner="claim", name="share", type=Ratio(), low=0, high=RATIO_DENOMINATOR),
    Input(owner="claim", name="care", type=CARE),
    Input(owner="claim", name="drug", type=Code("claim.drug")),
    Input(owner="claim", name="accident", type=Bool()),
    Input(owner="claim", name="paid_before", type=Money(), optional=True, low=100, high=10**9),
    Input(owner="claim", name="referral", type=Code("claim.referral"), optional=True),
    Input(owner="member", name="birth", type=Date(), low=-20_000, high=20_000),
    Input(owner="member", name="poor", type=Bool()),
    Input(owner="member", name="enrolled", type=Date(), optional=True, low=15_000, high=20_000),
    Input(owner="member", name="suspended", type=Periods()),
)
PARAMETERS = (
    ParameterInput(name="line", type=Money(), low=0, high=10**8),
    ParameterInput(name="top_up", type=Ratio(), low=0, high=RATIO_DENOMINATOR),
)
LISTS = (
    ListInput(name="special", codes=("D1", "D3")),
    ListInput(name="outside", codes=None),
)
REASONS = (
    Reason(code="paid", label="paid", rank=1),
    Reason(code="below_threshold", label="below", rank=2),
    Reason(code="excluded:care", label="excluded", rank=3),
)


def attribute(name: str) -> Attribute:
    """The attribute with this name, which is one owner's only."""
    given = next(i for i in DECLARED if i.name == name)
    return Attribute(given.owner, name, given.type)


def make_kernel(
    *items: Definition | Accumulator, pays: Mapping[str, str] | None = None, **more: Any
) -> Kernel:
    """A kernel over the declared attributes; each layer pays a definition."""
    outcomes = tuple(
        Outcome(
            layer=layer,
            pay=pay,
            reasons=(
                ("paid", Compare(">", Ref(pay), money(0))),
                ("below_threshold", TRUE),
            ),
        )
        for layer, pay in (pays or {}).items()
    )
    fields: dict[str, Any] = {
        "name": "test",
        "language": "en",
        "currency": "CNY",
        "minor_digits": 2,
        "inputs": DECLARED,
        "parameters": PARAMETERS,
        "lists": LISTS,
        "items": items,
        "outcomes": outcomes,
        "reasons": REASONS,
    }
    return with_ceilings(Kernel(**(fields | more)))


def define(name: str, expr: Expr, role: str = "value") -> Definition:
    return Definition(name=name, expr=expr, role=role)


def accumulate(name: str, adds: Expr, *keys: Expr, **more: Any) -> Accumulator:
    fields: dict[str, Any] = {"sequential": True, "ceiling": 0} | more
    return Accumulator(name=name, adds=adds, keys=keys, **fields)


YEAR = YearOf(attribute("date"), 1, 1)


def layer(name: str, base: Expr, threshold: int, share: Fraction, cap: int) -> tuple[Any, ...]:
    """The everyday layer: yearly threshold and cap in minor units."""
    spent, claimed = f"{name}.spent", f"{name}.claimed"
    excess = Increase(Max(money(0), Subtract(Total(spent), money(threshold))))
    due = Increase(Min(money(cap), Round(Total(claimed), "half_up", 1)))
    return (
        define(f"{name}.base", base, "base"),
        accumulate(spent, Ref(f"{name}.base"), YEAR),
        define(f"{name}.excess", excess, "excess"),
        accumulate(claimed, Scale(Ref(f"{name}.excess"), ratio(share)), YEAR),
        define(f"{name}.pay", due, "pay"),
    )


@pytest.fixture(scope="session", autouse=True)
def build_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tests build into a cache of their own, kept for the whole run."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HMBC_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """What tests build kernels from."""
    return SimpleNamespace(
        kernel=make_kernel,
        define=define,
        accumulate=accumulate,
        attribute=attribute,
        layer=layer,
        year=YEAR,
        care=CARE,
        declared=DECLARED,
        parameters=PARAMETERS,
        lists=LISTS,
        reasons=REASONS,
    )


@pytest.fixture(scope="session")
def host() -> Callable[[Plan, object], Any]:
    """Host(plan, capsule).adjudicate(...) of host.py"""
    return beside("host").Host  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def random_kernels() -> ModuleType:
    """kernels.py"""
    return beside("kernels")


@pytest.fixture(scope="session")
def feed_schemes() -> ModuleType:
    """feed_schemes.py"""
    return beside("feed_schemes")


@pytest.fixture(scope="session")
def feed_host() -> Callable[[Plan, object], Any]:
    """FeedHost(plan, capsule).run(...) of feed_host.py"""
    return beside("feed_host").FeedHost  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def faults() -> ModuleType:
    """faults.py"""
    return beside("faults")


def beside(name: str) -> ModuleType:
    """A helper module of this folder; pytest's importlib mode does not import siblings."""
    spec = spec_from_file_location(f"compiler_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
