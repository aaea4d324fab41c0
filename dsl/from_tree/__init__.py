"""Lark's tree to the nodes of dsl/nodes/: one method a rule of the grammar, named after it."""

from __future__ import annotations

from typing import Any

from lark import Token, Tree, v_args
from lark.tree import Meta

from hmbc.dsl import nodes as n
from hmbc.dsl.from_tree.data import DataRules
from hmbc.dsl.from_tree.examples import ExampleRules
from hmbc.dsl.from_tree.expressions import ExpressionRules
from hmbc.dsl.from_tree.guideline import GuidelineRules
from hmbc.dsl.from_tree.header import HeaderRules
from hmbc.dsl.from_tree.layers import LayerRules
from hmbc.dsl.from_tree.parts import Read, name_of, span_of
from hmbc.dsl.from_tree.rules import StatementRules
from hmbc.grammar.keywords import Language


def build_file(tree: Tree[Token], language: Language) -> n.Scheme | n.Guideline:
    """The scheme, or the guideline, of a complete, correct parse."""
    return _Builder(language).transform(tree)  # type: ignore[no-any-return]


@v_args(meta=True)
class _Builder(
    HeaderRules,
    DataRules,
    StatementRules,
    LayerRules,
    ExpressionRules,
    ExampleRules,
    GuidelineRules,
):
    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language

    def start(self, meta: Meta, c: list[Any]) -> n.Scheme | n.Guideline:
        return c[0]  # type: ignore[no-any-return]

    def scheme(self, meta: Meta, c: list[Any]) -> n.Scheme:
        r = Read(c)
        name, title, revised = name_of(r.token("NAME")), r.label(), r.token("NAME")
        base = None if revised is None else name_of(revised)
        return n.Scheme(name, title, r.nodes(), self.language, base, span=span_of(meta))

    def guideline(self, meta: Meta, c: list[Any]) -> n.Guideline:
        r = Read(c)
        name, title = name_of(r.token("NAME")), r.label()
        return n.Guideline(name, title, r.nodes(), self.language, span=span_of(meta))
