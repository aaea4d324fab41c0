"""`prove ratio rises with amount`: the ratio of a layer is set by bands of an amount, none below the one
before, and not all the same.

What is stated of a claim to which the layer applies is

    ratio of band 1 <= ratio of band 2 and ratio of band 2 <= ratio of band 3 and …

whatever the parameters are; compiler/prove.py decides it. That a ratio is flat, or set otherwise, is an
error of the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import pairwise

from hmbc.dsl import codes
from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_declarations import texts
from hmbc.dsl.diagnostic import Bilingual, Related
from hmbc.dsl.environment import Environment
from hmbc.dsl.scheme import CheckedBands, CheckedLayer, Statement
from hmbc.dsl.source import Span
from hmbc.dsl.types import Money

_LAW = Bilingual("比例 随费用提高", "ratio rises with amount")
_HERE = Bilingual("比例在这里", "the ratio stands here")


def check_rising(
    item: n.ProveRising, layers: Sequence[CheckedLayer], env: Environment
) -> Statement | None:
    """What it states of each claim; None where the text alone tells that it is not so."""
    found = list(_of_layers(item.of, layers, env))
    if not found or None in found:
        return None
    holds = reduce(e.And, (one for one in found if one is not None))
    return Statement(holds, texts(item.cites), span=Span(item.span.start, item.of.span.end))


def _of_layers(
    written: n.Rising, layers: Sequence[CheckedLayer], env: Environment
) -> Iterator[e.Expr | None]:
    if written.layer is None:
        meant = [one for one in layers if one.ratio is not None and not one.by_others]
    else:
        meant = [one for one in layers if one.name == written.layer.text]
        if not meant:
            names = [one.name for one in layers]
            env.unknown(codes.UNKNOWN_NAME, written.layer.text, written.layer.span, names)
            return
    if not meant:
        how = Bilingual("没有一层按比例给付", "no layer pays a ratio")
        env.report(codes.STATED_BROKEN, written.span, law=_LAW, what=how)
    for layer in meant:
        wrong, shares = _shares(layer)
        if wrong is not None:
            zh, en = f"层 `{layer.name}` 的比例{wrong.zh}", f"the ratio of layer `{layer.name}` {wrong.en}"
            env.report(
                codes.STATED_BROKEN, written.span, Related(layer.ratio_at, _HERE),
                law=_LAW, what=Bilingual(zh, en),
            )  # fmt: skip
            yield None
        else:
            steps: list[e.Expr] = [e.Compare("<=", one, two) for one, two in pairwise(shares)]
            rises = reduce(e.And, steps)
            yield rises if layer.applies == e.TRUE else e.Or(e.Not(layer.applies), rises)


def _shares(layer: CheckedLayer) -> tuple[Bilingual | None, tuple[e.Expr, ...]]:
    """The ratios, band by band; what is wrong with them, if the text tells."""
    shares: tuple[e.Expr, ...]
    match layer.ratio:
        case None:
            return Bilingual("没有写", "is not stated"), ()
        case CheckedBands(bands=bands):
            shares = tuple(share for _, share in bands)
        case written:
            shares = tuple(_by_amount(written))
    if len(shares) < 2:
        return Bilingual("不按金额分段", "is not set by bands of an amount"), ()
    if len(set(shares)) == 1:
        return Bilingual("各段相同", "is the same in every band"), ()
    return None, shares


def _by_amount(ratio: e.Expr) -> Iterator[e.Expr]:
    """What `bands of claim.cost (up to 10_000: 60%, beyond: 70%)` has chosen from."""
    while isinstance(ratio, e.Choose) and _below_an_amount(ratio.when):
        yield ratio.then
        ratio = ratio.otherwise
    yield ratio


def _below_an_amount(when: e.Expr) -> bool:
    match when:
        case e.Compare(op="<" | "<=", right=e.Const(type=Money()) | e.Parameter(type=Money())):
            return True
        case _:
            return False
