"""Shuozhou: the payments of a year sum to what a few lines of plain Python say, with the figures of
the illustration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmbc.compiler.interpret import Interpreter
from hmbc.compiler.kernel import Kernel
from hmbc.runtime.parameter_file import read_parameters

Claim = dict[str, Any]
EPOCH = date(1970, 1, 1)
FIRST = date(2024, 1, 1)
CODES = ["ZL-1", "CL-1", "SZ1-05", "SZ2-08", "SZ2-11", "SZ3-01", "SZ5-21", "TS-0002"]
CODES += [f"SZ4-{number:02d}" for number in range(1, 12)] + ["YP-0001", "YP-0003", "YP-9"]
PLACES = ["内地", "香港", "澳门", "台湾", "国外"]


def owed(claims: Sequence[Claim], figures: Mapping[str, Any]) -> dict[int, int]:
    """What each year pays, in fen. Amounts of claims are in fen."""
    left: dict[int, int] = defaultdict(int)
    for claim in claims:
        code, drug = claim["项目编码"], claim["收费类别"] == "药品"
        maximum = claim["最高限价"]
        listed = code[:4] in ("SZ1-", "SZ2-", "SZ3-", "SZ4-", "SZ5-") and code != "SZ2-11"
        listed = listed and code not in [f"SZ4-0{number}" for number in range(3, 10)]
        off = drug and code not in figures["基本医保药品目录"]
        dear = maximum is not None and claim["单价"] > maximum
        special = code in figures["特殊医疗服务项目"]
        if listed or off or dear or special or claim["就医地"] != "内地" or not claim["定点"]:
            continue
        parts = claim["规定自付"] + claim["第三人负担"] + claim["基本医保支付"]
        left[claim["发生日期"].year] += max(0, claim["金额"] - parts)
    percent = int(figures["支付比例"].rstrip("%"))
    threshold, limit = (int(figures[name]) * 100 for name in ("起付标准", "最高支付限额"))
    return {
        y: min(limit, (max(0, cost - threshold) * percent + 50) // 100) for y, cost in left.items()
    }


@st.composite
def items(draw: st.DrawFn) -> Claim:
    seldom = st.sampled_from([False] * 7 + [True])
    amount = draw(st.one_of(st.integers(0, 10_000), st.integers(0, 30_000_000)))
    price = draw(st.integers(0, 1000))
    return {
        "发生日期": FIRST + timedelta(draw(st.integers(0, 730))),
        "结算号": draw(st.sampled_from([None, "J1", "J2"])),
        "项目编码": draw(st.one_of(st.just("ZL-1"), st.sampled_from(CODES))),
        "收费类别": draw(st.sampled_from(["药品", "材料", "诊疗服务", "诊疗服务"])),
        "金额": amount,
        "基本医保支付": draw(st.integers(0, amount)) if draw(st.booleans()) else 0,
        "规定自付": draw(st.integers(0, amount)) if draw(seldom) else 0,
        "第三人负担": draw(st.integers(0, amount)) if draw(seldom) else 0,
        "单价": price,
        "最高限价": price + draw(st.integers(-1, 2)) if price and draw(st.booleans()) else None,
        "就医地": draw(st.sampled_from(PLACES)) if draw(seldom) else "内地",
        "定点": not draw(seldom),
    }


@pytest.fixture(scope="module")
def figures(schemes_folder: Path) -> dict[str, Any]:
    return read_parameters(schemes_folder / "shuozhou_critical_illness.illustration.toml")


@pytest.fixture(scope="module")
def kernel(read_scheme: Callable[[str], str], compile_text: Any) -> Kernel:
    kernel: Kernel = compile_text(read_scheme("shuozhou_critical_illness")).kernel
    return kernel


@settings(max_examples=150, deadline=None)
@given(claims=st.lists(items(), max_size=14))
def test_a_year_pays_what_plain_python_says(
    claims: list[Claim], kernel: Kernel, figures: dict[str, Any]
) -> None:
    claims.sort(key=lambda claim: claim["发生日期"])
    values = {
        "起付标准": int(figures["起付标准"]) * 100,
        "最高支付限额": int(figures["最高支付限额"]) * 100,
        "支付比例": Fraction(int(figures["支付比例"].rstrip("%")), 100),
    }
    rows = [{**claim, "发生日期": (claim["发生日期"] - EPOCH).days} for claim in claims]
    steps = Interpreter(kernel, values, figures).run(rows, {"险种": "居民"})
    paid: dict[int, int] = defaultdict(int)
    for claim, step in zip(claims, steps, strict=True):
        assert step.status == "ok"
        paid[claim["发生日期"].year] += step.total_pay
    expected = owed(claims, figures)
    assert {year: pay for year, pay in paid.items() if pay} == {
        year: pay for year, pay in expected.items() if pay
    }


def random_item(random: Random) -> Claim:
    """As `items`, from a random generator, for many members at once."""
    amount = random.choice((random.randint(0, 10_000), random.randint(0, 30_000_000)))
    price = random.randint(1, 1000)
    return {
        "发生日期": FIRST + timedelta(random.randint(0, 730)),
        "结算号": random.choice((None, "J1", "J2")),
        "项目编码": random.choice(("ZL-1", random.choice(CODES))),
        "收费类别": random.choice(("药品", "材料", "诊疗服务", "诊疗服务")),
        "金额": amount,
        "基本医保支付": random.choice((0, random.randint(0, amount))),
        "规定自付": random.choice((0, 0, 0, 0, random.randint(0, amount))),
        "第三人负担": random.choice((0, 0, 0, 0, random.randint(0, amount))),
        "单价": price,
        "最高限价": random.choice((None, price + random.randint(-1, 2))),
        "就医地": random.choice((*["内地"] * 20, *PLACES)),
        "定点": random.random() < 0.9,
    }


@pytest.fixture(scope="module")
def evaluator(kernel: Kernel) -> Any:
    pytest.importorskip("hmbc.runtime.engine")
    from hmbc.compiler.pipeline import module_of
    from hmbc.runtime.evaluator import Evaluator

    return Evaluator(module_of(kernel))


def test_an_item_without_its_code_or_price_is_not_guessed_at(
    evaluator: Any, figures: dict[str, Any]
) -> None:
    from hmbc.runtime.errors import BadRow

    amounts = ("金额", "基本医保支付", "规定自付", "第三人负担", "单价")
    whole = dict.fromkeys(amounts, "0") | {
        "发生日期": "2024-05-01",
        "项目编码": "ZL-1",
        "收费类别": "诊疗服务",
        "金额": "20000",
        "就医地": "内地",
        "定点": True,
    }
    settled = evaluator.open({"险种": "居民"}, figures).settle(whole)
    assert settled.total_pay == Decimal(4800)  # (20,000 - 12,000) x 60%
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        with pytest.raises(BadRow):
            evaluator.open({"险种": "居民"}, figures).settle(rest)


def test_many_members_at_once_on_the_compiled_evaluator(
    evaluator: Any, figures: dict[str, Any]
) -> None:
    pa = pytest.importorskip("pyarrow")
    random = Random(20240501)
    members = {
        f"M{n}": [random_item(random) for _ in range(random.randint(0, 20))] for n in range(300)
    }
    rows = [(member, claim) for member, claims in members.items() for claim in claims]
    random.shuffle(rows)  # rows need not be sorted

    def column(name: str) -> Any:
        values = [claim[name] for _, claim in rows]
        if name in ("金额", "基本医保支付", "规定自付", "第三人负担", "单价", "最高限价"):
            yuan = [None if fen is None else Decimal(fen) / 100 for fen in values]
            return pa.array(yuan, pa.decimal128(18, 2))
        return pa.array(values)

    table = {name: column(name) for name in rows[0][1]}
    table["claim_id"] = pa.array([str(number) for number in range(len(rows))])
    table["member_id"] = pa.array([member for member, _ in rows])
    insured = pa.table({"member_id": list(members), "险种": ["居民"] * len(members)})
    done = evaluator.adjudicate(pa.table(table), insured, figures)
    assert done.counts.rejected == 0
    paid: dict[tuple[str, int], int] = defaultdict(int)
    for row in done.payments.rows():
        paid[row["member_id"], row["date"].year] += int(row["total_pay"] * 100)
    expected = {
        (member, year): pay
        for member, claims in members.items()
        for year, pay in owed(claims, figures).items()
    }
    assert {key: pay for key, pay in paid.items() if pay} == {
        key: pay for key, pay in expected.items() if pay
    }
    assert int(figures["最高支付限额"]) * 100 in expected.values()  # some reach it
