"""The hand-written scheme, compiled once, and tables to feed it."""

from __future__ import annotations

import datetime
import importlib.util
import subprocess
import sysconfig
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

import hmbc.runtime
from hmbc.runtime.plan import (
    FORMAT,
    AccumulatorPlan,
    AttributePlan,
    ListedPlan,
    ListPlan,
    ParameterPlan,
    Plan,
    RejectPlan,
)

HERE = Path(__file__).parent


def attribute(name, kind, **more):
    fields = {"label": None, "optional": False, "low": None, "high": None, **more}
    return AttributePlan(name=name, kind=kind, **fields)


def plan_of(language="en", member=True, date="date"):
    """The plan of hand_scheme.c."""
    members = (attribute("suspended", "periods", periods_index=0, label="中止", optional=True),)
    return Plan(
        format=FORMAT,
        scheme="hand",
        title=None,
        kernel_hash="k1",
        state_hash="k1",
        language=language,
        currency="CNY",
        minor_digits=2,
        date=date,
        unit=None,
        claim=(
            attribute("date", "date", label="日期"),
            attribute("event", "code"),
            attribute("amount", "money", label="金额", low=0, high=10_000_000_000_00),
            attribute(
                "kind", "enum", optional=True, values=("in", "out"), value_labels=("住院", "门诊")
            ),
            attribute("sure", "bool", optional=True),
            attribute("share", "ratio", optional=True, low=0, high=1_000_000),
            attribute("count", "int", optional=True, low=-5, high=5),
            attribute("drug", "code", optional=True),
        ),
        member=members if member else (),
        parameters=(
            ParameterPlan(name="threshold", label="起付线", kind="money", low=0, high=10**9),
            ParameterPlan(name="cap", label=None, kind="money", low=0, high=10**12),
        ),
        lists=(ListPlan(name="drugs", codes=None), ListPlan(name="fixed", codes=("F1",))),
        listed=(
            ListedPlan(owner="claim", attribute="drug", list_name="drugs"),
            ListedPlan(owner="claim", attribute="event", list_name="fixed"),
        ),
        layers=("base", "list"),
        layer_labels=(None, None),
        reasons=("paid", "below_threshold", "capped", "waiting:suspended", "not_covered"),
        reason_labels=("已赔付", "未达起付线", "封顶", "中止", "不保"),
        reason_ranks=(0, 3, 2, 1, 4),
        accumulators=(
            AccumulatorPlan(
                name="cost",
                key_kinds=("int",),
                keyed=False,
                word=0,
                bound=None,
                denominator=1,
                ceiling=100_000_000_000_000,
            ),
            AccumulatorPlan(
                name="per_event",
                key_kinds=("code:claim.event",),
                keyed=True,
                word=None,
                bound=100,
                denominator=1,
                ceiling=1000,
            ),
            AccumulatorPlan(
                name="claims",
                key_kinds=(),
                keyed=False,
                word=2,
                bound=None,
                denominator=1,
                ceiling=10**6,
            ),
            AccumulatorPlan(
                name="drugs",
                key_kinds=("int", "code:claim.drug"),
                keyed=True,
                word=None,
                bound=3,
                denominator=1,
                ceiling=1000,
            ),
        ),
        state_words=3,
        rejects=(RejectPlan(name="unsure", zh="未确认", en="not sure"),),
    )


@pytest.fixture(scope="session")
def hand_module(tmp_path_factory):
    """hand_scheme.c as a module."""
    folder = tmp_path_factory.mktemp("hand")
    target = folder / ("hand_scheme" + sysconfig.get_config_var("EXT_SUFFIX"))
    subprocess.run(
        [
            "gcc",
            "-O2",
            "-shared",
            "-fPIC",
            "-Wall",
            "-Werror",
            f"-I{sysconfig.get_path('include')}",
            f"-I{Path(hmbc.runtime.__path__[0])}",
            str(HERE / "hand_scheme.c"),
            "-o",
            str(target),
        ],
        check=True,
    )
    spec = importlib.util.spec_from_file_location("hand_scheme", target)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make_evaluator(hand_module):
    from hmbc.runtime.evaluator import Evaluator

    def make(plan=None, **more):
        plan = plan or plan_of(**more)
        return Evaluator(SimpleNamespace(PLAN=plan.to_json().encode(), entry=hand_module.entry))

    return make


@pytest.fixture(scope="session")
def evaluator(make_evaluator):
    return make_evaluator()


@pytest.fixture
def parameters():
    return {"threshold": Decimal(20_000), "cap": 1_500_000, "drugs": ["D1", "D2"]}


@pytest.fixture
def members():
    import pyarrow as pa

    return pa.table({"member_id": ["A", "B"], "suspended": [None, "2022-03-01..2022-04-15"]})


@pytest.fixture
def claims_of():
    """A table of claims as text, as CSV would give it: rows of dictionaries over good defaults."""
    import pyarrow as pa

    def make(*rows, **columns):
        names = dict.fromkeys(name for row in rows for name in row)
        base = {
            "claim_id": None,
            "member_id": "A",
            "date": "2022-01-01",
            "event": "E",
            "amount": "1",
        }
        table = {
            name: [
                row.get(name, f"c{place}" if name == "claim_id" else base.get(name))
                for place, row in enumerate(rows, 1)
            ]
            for name in dict.fromkeys([*base, *names])
        }
        return pa.table(
            {name: pa.array(values, pa.string()) for name, values in {**table, **columns}.items()}
        )

    return make


@pytest.fixture
def day():
    return datetime.date.fromisoformat
