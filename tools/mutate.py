"""Mutation testing of the checks and the lowering: small faults, one at a time, and whether a test
notices.

    python tools/mutate.py --seed 1 --sample 300

A mutant lives in memory alone. It is imported in a process of its own, in place of its module, and
tried on the golden files (diagnostics, kernels, results, guidelines), on the worked examples of
`schemes/`, and, where all of those pass, on the tests named in SUITES. A line for each survivor says
where it stands and what was changed: an equivalent program, or a test that is missing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import attrs

HERE = Path(__file__).resolve().parent.parent
TARGETS = ("dsl/check*.py", "compiler/lower*.py", "compiler/scopes.py")
SUITES = ("tests/unit/test_what_checks_say.py", "tests/unit", "tests/rules/test_guidelines.py")
LEFT_OUT = ("--ignore=tests/unit/test_reports.py",)
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@attrs.frozen
class Mutant:
    """One fault: where it stands, and what it is. `place`, `choice`: which node, which change."""

    path: str
    line: int
    change: str
    place: int
    choice: int

    @property
    def module(self) -> str:
        """The module that it stands in for."""
        return "hmbc." + self.path.removesuffix(".py").replace("/", ".")

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.change}"

    def tree(self) -> ast.Module:
        """The whole module with the fault."""
        tree = ast.parse((HERE / self.path).read_text(encoding="utf-8"))
        node = list(sites(tree))[self.place]
        _, new = list(changes(node))[self.choice]
        changed: ast.Module = ast.fix_missing_locations(_Replace(node, new).visit(tree))
        return changed


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """(operator, what stands in place of the node); None: a statement that is left out."""
    match node:
        case ast.Compare(ops=[operator, *_]):
            new = copy.copy(node)
            new.ops = [COMPARED[type(operator)](), *node.ops[1:]]
            yield "comparison", new
        case ast.BoolOp(op=operator, values=values):
            yield (
                "and/or",
                ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values),
            )
        case ast.Constant(value=bool() as value):
            yield "constant", ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield "constant", ast.Constant(value + 1)
            yield "constant", ast.Constant(value - 1)
        case ast.If(test=test) | ast.IfExp(test=test):
            new_if = copy.copy(node)
            new_if.test = ast.UnaryOp(ast.Not(), test)
            yield "condition", new_if
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "condition", operand
        case ast.match_case(guard=ast.expr() as guard):
            new_case = copy.copy(node)
            new_case.guard = ast.UnaryOp(ast.Not(), guard)
            yield "condition", new_case
        case ast.Return(value=ast.expr() as value) if not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield "return", ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue():
            yield "statement", None
        case ast.Call(args=[first, second, *rest]) if not any(
            isinstance(argument, ast.Starred) for argument in (first, second)
        ):
            new_call = copy.copy(node)
            new_call.args = [second, first, *rest]
            yield "arguments", new_call
        case _:
            pass


def sites(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be mutated: no annotations, no assertions, no texts."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.Assert | ast.Raise | ast.Import | ast.ImportFrom):
                continue
            if isinstance(child, ast.AST):
                yield child
                yield from sites(child)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self.old:
            return super().generic_visit(node)
        return ast.copy_location(self.new or ast.Pass(), node)


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of one module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for place, node in enumerate(sites(tree)):
        for choice, (kind, new) in enumerate(changes(node)):
            before = ast.unparse(_header(node))
            after = "pass" if new is None else ast.unparse(_header(new))
            change = f"{kind}: {_short(before)}  ->  {_short(after)}"
            line = getattr(node, "lineno", None) or getattr(node, "pattern", node).lineno
            yield Mutant(str(path.relative_to(HERE)), line, change, place, choice)


def _header(node: ast.AST) -> ast.AST:
    """An `if` without what it guards."""
    if isinstance(node, ast.If):
        return node.test
    if isinstance(node, ast.match_case):
        assert node.guard is not None
        return node.guard
    return node


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:87] + "..."


# ---- one mutant, in its own process


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutant where its module is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(
            name, HERE / "src" / "hmbc" / self.mutant.path, loader=self
        )

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.tree(), self.mutant.path, "exec"), module.__dict__)


def _tests(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / "tests" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kernels() -> None:
    """Golden kernels and what their examples' claims are paid."""
    from hmbc.compiler.print_kernel import print_kernel

    golden = _tests("test_golden_kernels")
    for case in golden.CASES:
        compiled = golden._compiled(case)
        assert print_kernel(compiled.kernel) == case.with_suffix(".kernel").read_text("utf-8"), case
        assert golden._results(compiled) == case.with_suffix(".results").read_text("utf-8"), case


def diagnostics() -> None:
    """Golden diagnostics, in both languages."""
    golden = _tests("test_golden_diagnostics")
    for case in golden.CASES:
        assert golden.rendered(case)[0] == case.with_suffix(".diag").read_text("utf-8"), case


def examples() -> None:
    """The schemes of the repository: no errors, and paid as their examples say."""
    from hmbc.compiler.pipeline import compile_file
    from hmbc.compiler.run_examples import run_examples

    for path in sorted((HERE / "schemes").glob("**/*.hmb")):
        compiled = compile_file(path)
        if compiled.guideline is None:
            assert compiled.kernel is not None and compiled.scheme is not None, path
            for result in run_examples(compiled.kernel, compiled.scheme):
                assert not result.diagnostics, path


def suites(names: Sequence[str]) -> Callable[[], None]:
    """The tests themselves, as a stage."""

    def tests() -> None:
        import pytest

        options = ["-x", "-q", "-p", "no:cacheprovider", f"--rootdir={HERE}", *LEFT_OUT]
        assert pytest.main([*options, *(str(HERE / name) for name in names)]) == 0

    return tests


STAGES: tuple[Callable[[], None], ...] = (kernels, diagnostics, examples)


def _try(mutant: Mutant | None, stages: Sequence[Callable[[], None]], report: int) -> None:
    """In a child: run the stages until one fails, and say which."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    if mutant is not None:
        sys.meta_path.insert(0, _Mutated(mutant))
    verdict = "survived"
    for stage in stages:
        try:
            stage()
        except BaseException as error:
            verdict = f"{stage.__name__}: {type(error).__name__} {str(error)[:200]}"
            break
    os.write(report, verdict.encode())
    os._exit(0)


def _prepare() -> None:
    """Import what no mutant touches, and keep every syntax tree: the children share them."""
    import click  # noqa: F401
    import hypothesis  # noqa: F401
    import pytest  # noqa: F401

    from hmbc.dsl import parse
    from hmbc.dsl.source import Source

    parse.parse = cache(parse.parse)
    folder = HERE / "tests" / "golden"
    files = [*folder.glob("kernels/*.hmb"), *folder.glob("diagnostics/*.hmb")]
    for path in [*files, *(HERE / "schemes").glob("**/*.hmb")]:
        named = path.name if path.parent.name == "diagnostics" else str(path)
        parse.parse(Source(named, path.read_text(encoding="utf-8")))
    touched = [name for name in sys.modules if name.startswith(("hmbc.dsl.check", "hmbc.compiler"))]
    assert not touched, touched


def run(
    chosen: Sequence[Mutant | None], stages: Sequence[Callable[[], None]], jobs: int, limit: float
) -> Iterator[tuple[Mutant | None, str]]:
    """Each with its verdict, as they end."""
    waiting = list(chosen)
    running: dict[int, tuple[Mutant | None, int, float]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop(0)
            out, into = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(out)
                _try(mutant, stages, into)
            os.close(into)
            running[child] = (mutant, out, time.monotonic())
        ended, _ = os.waitpid(-1, os.WNOHANG)
        if ended:
            mutant, out, _ = running.pop(ended)
            yield mutant, os.read(out, 4096).decode() or "crashed"
            os.close(out)
            continue
        for child, (_, _, began) in running.items():
            if time.monotonic() - began > limit:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.02)


def main() -> None:
    """Sample, try, report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=300, help="0: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=300, help="seconds for one mutant")
    parser.add_argument("--suites", nargs="*", help="the tests to run, instead of SUITES")
    parser.add_argument("--quick", action="store_true", help="without the tests of SUITES")
    parser.add_argument("--survivors", help="only those that a former report calls survivors")
    given = parser.parse_args()
    sys.dont_write_bytecode = True
    paths = sorted(path for pattern in TARGETS for path in HERE.glob(pattern))
    found = [mutant for path in paths for mutant in mutants(path)]
    if given.survivors:
        report = Path(given.survivors).read_text(encoding="utf-8").splitlines()
        again = [line for line in report if " SURVIVED " in line]
        found = [one for one in found if any(f" {one} |" in line for line in again)]
        chosen = found
    elif given.sample:
        random.Random(given.seed).shuffle(found)
        chosen = found[: given.sample]
    else:
        chosen = found
    stages = STAGES if given.quick else (*STAGES, suites(given.suites or SUITES))
    _prepare()
    for _, verdict in run([None], stages, 1, given.limit):
        if verdict != "survived":
            sys.exit(f"without a mutant: {verdict}")
    survivors = 0
    for number, (mutant, verdict) in enumerate(run(chosen, stages, given.jobs, given.limit), 1):
        assert mutant is not None
        survivors += verdict == "survived"
        mark = "SURVIVED" if verdict == "survived" else "killed  "
        print(number, mark, mutant, "|", verdict, flush=True)
    print(f"{len(found)} mutants, {len(chosen)} tried, {survivors} survivors")


if __name__ == "__main__":
    main()
