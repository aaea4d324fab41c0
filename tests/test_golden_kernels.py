"""Golden kernels and results: a scheme beside its kernel and what its examples' claims are paid.

`pytest tests/test_golden_kernels.py --update` rewrites them; then read the difference line by line.
A `.pyx` beside a case is the Cython that we write for it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hmbc.compiler.interpret import Interpreter, State
from hmbc.compiler.pipeline import Compiled, compile_file, pyx_of
from hmbc.compiler.print_kernel import print_kernel
from hmbc.compiler.run_examples import defaults, run_examples
from hmbc.dsl.names import amount_text

FOLDER = Path(__file__).parent / "golden" / "kernels"
CASES = sorted(FOLDER.glob("*.hmb"))


def _compiled(case: Path) -> Compiled:
    compiled = compile_file(case)
    assert compiled.kernel is not None, [d.message("en") for d in compiled.diagnostics]
    return compiled


def _results(compiled: Compiled) -> str:
    """One line a claim: date, each layer's pay and reason, the total and its reason."""
    kernel, scheme = compiled.kernel, compiled.scheme
    assert kernel is not None and scheme is not None
    lines = []
    for example in scheme.examples:
        lines.append(f"# {example.title}")
        state = State()
        member = {**defaults("member", kernel), **example.members.get("", {})}
        interpreter = Interpreter(kernel, example.parameters, example.lists)
        for claim in example.claims:
            step = interpreter.step(state, {**defaults("claim", kernel), **claim.values}, member)
            state = step.state
            parts = [
                f"{layer} {amount_text(pay, kernel.minor_digits, fixed=True)} {step.reasons[layer]}"
                for layer, pay in step.pays.items()
            ]
            total = amount_text(step.total_pay, kernel.minor_digits, fixed=True)
            lines.append(f"{'; '.join(parts)}; total {total} {step.reason}")
        lines.append("state")
        lines += [
            f"  {row.accumulator} {list(row.key)} {row.total}/{row.denominator}"
            for row in state.rows(kernel)
        ]
    return "\n".join(lines) + "\n"


def _compare(path: Path, text: str, update: bool) -> None:
    if update:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_its_kernel_is_as_recorded(case: Path, update: bool) -> None:
    compiled = _compiled(case)
    _compare(case.with_suffix(".kernel"), print_kernel(compiled.kernel), update)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_its_claims_are_paid_as_recorded_and_as_its_author_worked_out(
    case: Path, update: bool
) -> None:
    compiled = _compiled(case)
    wrong = [d for x in run_examples(compiled.kernel, compiled.scheme) for d in x.diagnostics]
    assert not wrong, [d.message("en") for d in wrong]
    _compare(case.with_suffix(".results"), _results(compiled), update)


@pytest.mark.parametrize("case", sorted(FOLDER.glob("*.pyx")), ids=lambda case: case.stem)
def test_its_cython_is_as_recorded(case: Path, update: bool) -> None:
    compiled = _compiled(case.with_suffix(".hmb"))
    _compare(case, pyx_of(compiled.kernel), update)
