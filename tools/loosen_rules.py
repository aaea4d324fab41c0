"""Rules of proofs with one condition forced: does any scheme notice?

    python tools/loosen_rules.py --modules structure_split,structure_drift > report
    python tools/loosen_rules.py --schemes 200 --most 200 > report

Each condition of the modules (of an `if`, an `and`, a guard, a result that is yes or no) is taken for true, and
for false. A rule that is loosened in this way must call a law proved that histories break, or make a plainer
kernel that pays otherwise: of a scheme made for it (tests/laws/test_small_laws_that_nearly_hold.py) or of small
random ones. A line for each condition says what came of it:

    noticed    a law is called proved that is broken, or a kernel pays otherwise
    more       laws are called proved that were not; no history that was tried breaks them
    fewer      only fewer laws are proved: the rule is stricter
    nothing    nothing changes in any scheme: the condition is not needed, or a scheme is missing
    fails      the rule ends with an error
    unreached  it is so in every scheme
"""

from __future__ import annotations

import argparse
import ast
import builtins
import signal
import sys
from collections import Counter
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "laws"))

SECONDS = 20
"""A rule that runs longer with a condition forced has failed."""
SITES: list[tuple[str, int, str]] = []
"""Module, line and text of each condition."""
forced: tuple[int, bool] | None = None
seen: set[tuple[int, bool]] = set()


def condition(site: int, value: Any) -> Any:
    """What stands in for a condition: its value, noted, or the one that is forced."""
    if forced is not None and forced[0] == site:
        return forced[1]
    seen.add((site, bool(value)))
    return value


class Marks(ast.NodeTransformer):
    """Puts `condition` around the conditions of a module."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source
        self.is_bool = False

    def marked(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.BoolOp):
            node.values = [self.marked(value) for value in node.values]
            return node
        if isinstance(node, ast.Constant):
            return node
        text = " ".join((ast.get_source_segment(self.source, node) or "").split())
        SITES.append((self.module, node.lineno, text))
        site = ast.Constant(len(SITES) - 1)
        self.generic_visit(node)
        return ast.copy_location(
            ast.Call(ast.Name("condition_of_rules", ast.Load()), [site, node], []), node
        )

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self.is_bool = (
            self.is_bool,
            isinstance(node.returns, ast.Name) and node.returns.id == "bool",
        )
        node.body = [self.visit(one) for one in node.body]
        self.is_bool = outer
        return node

    def visit_If(self, node: ast.If | ast.IfExp) -> ast.AST:
        node.test = self.marked(node.test)
        for name in ("body", "orelse"):
            part = getattr(node, name)
            setattr(
                node,
                name,
                [self.visit(one) for one in part] if isinstance(part, list) else self.visit(part),
            )
        return node

    visit_IfExp = visit_If

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.guard = None if node.guard is None else self.marked(node.guard)
        node.body = [self.visit(one) for one in node.body]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter, node.ifs = self.visit(node.iter), [self.marked(one) for one in node.ifs]
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        return self.marked(node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        if node.value is not None:
            node.value = self.marked(node.value) if self.is_bool else self.visit(node.value)
        return node


def mark(modules: set[str]) -> None:
    """Have the modules of compiler/ read with marks, when they are imported."""
    builtins.condition_of_rules = condition  # type: ignore[attr-defined]
    plain = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        package, _, name = fullname.rpartition(".")
        if package != "hmbc.compiler" or name not in modules:
            return plain(self, fullname)
        source = Path(self.path).read_text(encoding="utf-8")
        tree = Marks(name, source).visit(ast.parse(source))
        return compile(ast.fix_missing_locations(tree), self.path, "exec")

    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]


def main() -> None:
    """Force, prove, tell."""
    global forced
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--modules", help="of compiler/, with commas; else structure*.py and plainer.py"
    )
    parser.add_argument("--schemes", type=int, default=100, help="random ones, of each drawing")
    parser.add_argument("--most", type=int, default=100, help="schemes tried for one condition")
    options = parser.parse_args()
    every = [path.stem for path in sorted((ROOT / "compiler").glob("structure*.py"))]
    mark(set(options.modules.split(",")) if options.modules else {*every, "plainer"})

    import loosened  # tests/laws: only now, for it imports the rules

    cases = list(loosened.cases(options.schemes))
    reached: dict[tuple[int, bool], list[loosened.Case]] = {}
    for case in cases:
        seen.clear()
        case.begin()
        for one in seen:
            reached.setdefault(one, []).append(case)
    print(f"{len(SITES)} conditions, {len(cases)} schemes", flush=True)
    counts: Counter[str] = Counter()
    signal.signal(signal.SIGALRM, loosened.too_long)
    for site, (module, line, text) in enumerate(SITES):
        for value in (True, False):
            found = reached.get((site, not value), [])
            forced = (site, value)
            told = loosened.told(sorted(found, key=lambda one: -one.worth)[: options.most], SECONDS)
            forced = None
            counts[told] += 1
            print(f"{told:10}{module}:{line} {text[:100]!r} taken for {value}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
