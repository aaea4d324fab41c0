"""Nodes of a graph -> lines of C: one local for each value, in the narrowest type that holds it.

Nothing but numbers reaches the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import define, field

from hmbc.compiler.kernel_error import KernelError
from hmbc.compiler.nodes import Node

BOOL, WIDE = "_Bool", "hmb_wide"
SCALAR = frozenset({"listed", "round", "share", "month", "date_in", "add_months", "age"})
"""Operations that no vector instruction does."""
EASY_DAYS = -700_000, 10_000_000
"""Days of which the benefit year takes 32 bits and no division."""

_TYPES = (
    (0, 1, BOOL),
    (0, 2**8 - 1, "uint8_t"),
    (0, 2**16 - 1, "uint16_t"),
    (-(2**31), 2**31 - 1, "int32_t"),
    (0, 2**32 - 1, "uint32_t"),
    (-(2**63), 2**63 - 1, "int64_t"),
    (-(2**126), 2**126, WIDE),
)
SMALL = ("uint8_t", "uint16_t")


def type_for(low: int, high: int) -> str:
    """The narrowest type of C for a range."""
    for least, most, name in _TYPES:
        if least <= low and high <= most:
            return name
    raise KernelError(f"no type holds {low} .. {high}")


def type_of(node: Node) -> str:
    return type_for(node.low, node.high)


def stored(node: Node) -> str:
    """The type of an array of the node's values."""
    kind = type_of(node)
    return "uint8_t" if kind == BOOL else kind


def literal(number: int) -> str:
    """A constant; the most negative one has no literal of its own."""
    if -(2**31) < number < 2**31:
        return str(number)
    if -(2**63) < number < 2**63:
        return f"{number}LL"
    size = abs(number)
    text = f"((hmb_wide){size >> 64} << 64 | {size & (2**64 - 1)}ULL)"
    return f"(-{text})" if number < 0 else text


def is_scalar(node: Node) -> bool:
    """Whether only a scalar loop can compute the node."""
    wide = any(type_of(one) == WIDE for one in (node, *node.args))
    return node.op in SCALAR or wide or (node.op == "year" and not is_easy_year(node))


def rounds_above_0(node: Node) -> bool:
    """Whether an amount is rounded that is never below zero, and far from filling 64 bits: no branch is to
    be guessed then."""
    assert isinstance(node.data, tuple)
    (_, unit), amount = node.data, node.args[0]
    return amount.low >= 0 and amount.high + int(unit) < 2**63


def is_easy_year(node: Node) -> bool:
    """Whether a benefit year is found by products alone."""
    day = node.args[0]
    return EASY_DAYS[0] <= day.low and day.high <= EASY_DAYS[1]


def year_begins(month: int, first: int) -> str:
    """When a benefit year begins, as `hmb_year_after_0` is told."""
    return f"{(153 * ((month + 9) % 12) + 2) // 5 + first - 1}, {int(month <= 2)}"


def common(nodes: Iterable[Node]) -> str:
    """The type in which nodes are computed with: of C's own integers."""
    nodes = list(nodes)
    kind = type_for(min(n.low for n in nodes), max(n.high for n in nodes))
    return "int32_t" if kind in (BOOL, *SMALL) else kind


@define
class Body:
    """The lines of one loop. given: the text of a value that is there already, or None; lanes: how many
    bits wide all numbers are (32, which hold them all; 64), so that a vector holds as many of one as
    of another; 0: as wide as they need to be. ternary: no vectors are wanted of choices between amounts."""

    given: Callable[[Node], str | None]
    lanes: int = 0
    ternary: bool = False
    lines: list[str] = field(factory=list)
    names: dict[Node, str] = field(factory=dict)
    masks: dict[tuple[Node, str], str] = field(factory=dict)

    def value(self, node: Node) -> str:
        """A name or a literal that stands for the node."""
        if node.const is not None:
            return literal(node.low)
        if (name := self.names.get(node)) is None:
            text = self.given(node) or self.text(node)
            name = self.names[node] = f"v{node.number}"
            self.lines.append(f"const {self.type_of(node)} {name} = {text};")
        return name

    def type_of(self, node: Node) -> str:
        kind = type_of(node)
        if self.lanes == 64 and kind not in (BOOL, WIDE):
            return "int64_t"
        if self.lanes == 32 and kind != BOOL:
            return "int32_t" if node.low < 0 else "uint32_t"
        return kind

    def common(self, nodes: Iterable[Node]) -> str:
        nodes = list(nodes)
        if self.lanes == 32:
            return "int32_t" if min(node.low for node in nodes) < 0 else "uint32_t"
        kind = common(nodes)
        return "int64_t" if self.lanes == 64 and kind != WIDE else kind

    def mask(self, when: Node, kind: str) -> str:
        """All bits where a condition holds, else none."""
        if (when, kind) not in self.masks:
            name = self.masks[when, kind] = f"m{when.number}_{kind}"
            self.lines.append(f"const {kind} {name} = -({kind}){self.value(when)};")
        return self.masks[when, kind]

    def text(self, node: Node) -> str:
        """The node's own operation."""
        args = [self.value(arg) for arg in node.args]
        kind = self.type_of(node)
        match node.op, node.data:
            case "add" | "subtract" | "multiply", _:
                sign = {"add": "+", "subtract": "-", "multiply": "*"}[node.op]
                of = self.common([node, *node.args])
                return f"({kind})(({of}){args[0]} {sign} ({of}){args[1]})"
            case "min" | "max", _:
                sign = "<" if node.op == "min" else ">"
                of = self.common(node.args)
                one, two = (f"({of}){arg}" for arg in args)
                return f"({kind})({one} {sign} {two} ? {one} : {two})"
            case "select", _ if self.ternary and kind in SMALL:
                # codes of reasons: a guess would be wrong too often, and compilers make jumps of choices
                one, two = (f"({kind}){arg}" for arg in args[1:])
                return f"({kind})({two} ^ (({one} ^ {two}) & -(int32_t){args[0]}))"
            case "select", _ if self.ternary or kind in (BOOL, WIDE, *SMALL):
                return f"{args[0]} ? ({kind}){args[1]} : ({kind}){args[2]}"
            case "select", _:
                mask = self.mask(node.args[0], kind)
                # by masks: of many choices by the same conditions compilers make jumps, not vectors
                one, two = (f"({kind}){arg}" for arg in args[1:])
                if node.args[2].const == 0:
                    return f"({one} & {mask})"
                return f"({two} ^ (({one} ^ {two}) & {mask}))"
            case "less" | "equal", _:
                of = self.common(node.args)
                return f"({of}){args[0]} {'<' if node.op == 'less' else '=='} ({of}){args[1]}"
            case "all", _:
                return " & ".join(args)
            case "not", _:
                return f"!{args[0]}"
            case "shift", by:
                held, factor, plus = args
                # of 32 bits where they fit: that is one multiplication of vectors
                narrow = [f"(uint64_t){'(uint32_t)' if n.high < 2**32 else ''}" for n in node.args]
                product = f"{narrow[0]}{held} * {narrow[1]}{factor}"
                return f"({kind})(({product} + {narrow[2]}{plus}) >> {by})"
            case "listed", place:
                code, given = args
                # no branch: half of all claims have a code
                return f"{given} & ({code} >= 0) & (l{place}[{code} > 0 ? {code} : 0] != 0)"
            case "in_periods", place:
                return f"hmb_in_periods(&in->periods[{place}], m, {args[0]})"
            case "low_byte", _:
                return f"({kind})({args[0]} & 255)"
            case "round", (mode, unit):
                of = self.common(node.args)
                which = "above_0" if rounds_above_0(node) else 128 if of == WIDE else 64
                return f"({kind})hmb_{mode}_{which}({args[0]}, {literal(int(unit))})"
            case "share", (mode, parts):
                return f"({kind})hmb_share_{mode}({args[0]}, {literal(int(parts))}, {args[1]}, {args[2]})"
            case "year", (month, first) if is_easy_year(node):
                begins = year_begins(int(month), int(first))
                return f"({kind})hmb_year_after_0((int32_t){args[0]}, {begins})"
            case "year" | "date_in", (month, first):
                return f"({kind})hmb_{node.op}({args[0]}, {month}, {first})"
            case "month", _:
                return f"({kind})hmb_month({args[0]})"
            case "add_months", mode:
                return f"({kind})hmb_add_months({args[0]}, {args[1]}, {int(mode == 'next_day')})"
            case "age", _:
                return f"({kind})hmb_age({args[0]}, {args[1]})"
            case _:
                raise KernelError(f"{node} has no operation")
