"""Worked examples: what may be written, and what a failed one tells."""

from __future__ import annotations

import pytest

from hmbc.compiler.pipeline import compile_source
from hmbc.compiler.run_examples import run_examples
from hmbc.dsl.source import Source

SCHEME = """方案 例 {{
    依据 “例”
    币种 人民币
    保障年度 公历年
    费用 {{ 住院：是否  自付：金额 }}
    层 住院 据 “一” {{
        适用 费用.住院
        基数 费用.自付
        无起付线
        比例 50%
        不封顶
    }}
    示例 {{ 费用 2024-01-01 {{ 住院：{written}，自付：100 }} 给付 {paid} }}
}}
"""


@pytest.mark.parametrize(("written", "paid"), [("是", 50), ("真", 50), ("否", 0), ("假", 0)])
def test_yes_and_no_are_written_as_people_do(written: str, paid: int) -> None:
    compiled = compile_source(Source("例.hmb", SCHEME.format(written=written, paid=paid)))
    assert compiled.kernel is not None and compiled.scheme is not None
    (result,) = run_examples(compiled.kernel, compiled.scheme)
    assert result.diagnostics == ()


def test_a_failed_example_tells_what_each_layer_paid_in_the_language_of_the_scheme() -> None:
    compiled = compile_source(Source("例.hmb", SCHEME.format(written="否", paid=1)))
    assert compiled.kernel is not None and compiled.scheme is not None
    (result,) = run_examples(compiled.kernel, compiled.scheme)
    (diagnostic,) = result.diagnostics
    assert [text.zh for _, text in diagnostic.extra] == ["住院：0（不适用）"]
    assert [text.en for _, text in diagnostic.extra] == ["住院: 0 (not_covered)"]
