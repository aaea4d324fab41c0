"""What a guideline demands of amounts, in the words of one scheme: `must keep special_drugs.pay <= 5_000
per year when claim.care is clinic`.

A guideline is written once for many schemes, which name things as they like. A layer is found by its name,
its title or what it covers (several layers that cover it pay together); an attribute and a value by name or
label, an attribute by what it means, too. What a scheme lacks is told, never passed over. Where an optional
attribute is not given, nothing is demanded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

from attrs import evolve, fields, frozen, has

from hmbc.dsl import expr as e
from hmbc.dsl import nodes as n
from hmbc.dsl.check_added_up import check_adding_up, check_limit, paid_by, varies
from hmbc.dsl.check_expressions import check_as
from hmbc.dsl.checked_guideline import DemandedAmount
from hmbc.dsl.concepts import OF_ATTRIBUTE, OF_LAYER, concept
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment
from hmbc.dsl.inside import attributes_in, inside
from hmbc.dsl.scheme import AttributeInfo, CheckedScheme, PaidWithin
from hmbc.dsl.source import NOWHERE
from hmbc.dsl.types import Bool, Enum, Money

Key = tuple[str, str]


@frozen
class Lacking:
    """Why nothing can be asked of a scheme: it has nothing that the demand is about (`vacuous`), or says it
    in words that are not the guideline's."""

    why: Bilingual
    vacuous: bool = False


def check_demanded(
    written: DemandedAmount, scheme: CheckedScheme, covers: Callable[[str], frozenset[str]]
) -> PaidWithin | Lacking:
    """The demand in the scheme's words. covers: the concepts that a layer of this name covers."""
    try:
        return _Words(scheme, covers).demanded(written)
    except _NotSaid as error:
        return error.lacking


_PAY_ALONE = Bilingual(
    "要求里能读各层的给付，不能读层的基数、超出部分、封顶前的数",
    "a demand can read what a layer pays, not its base, its excess or what it would pay before its cap",
)


class _NotSaid(Exception):
    def __init__(self, why: Bilingual, vacuous: bool = False) -> None:
        super().__init__(why.en)
        self.lacking = Lacking(why, vacuous)


@frozen
class _Words:
    scheme: CheckedScheme
    covers: Callable[[str], frozenset[str]]

    def demanded(self, written: DemandedAmount) -> PaidWithin:
        for part in inside(written.expressions):
            if isinstance(part, n.LayerPayRef) and part.which != "pay":
                raise _NotSaid(_PAY_ALONE)
        paid = self._layers(written.layer)
        env = self._environment()
        attributes = dict(self._attributes(written.expressions))
        read = [env.attributes[key] for key in attributes.values() if key in env.attributes]
        optional = [info for info in read if info.optional]
        facts = frozenset((info.owner, info.name) for info in optional)

        def own(expression: Any) -> Any:
            return _renamed(expression, attributes, dict(self._values(read)))

        limit = check_as(own(written.right), Money(), env, facts)
        conditions: list[e.Expr] = [e.Given(info.owner, info.name) for info in optional]
        if written.condition is not None:
            conditions.append(check_as(own(written.condition), Bool(), env, facts))
        scope = None if written.scope is None else check_adding_up(own(written.scope), env)
        if scope is not None:
            check_limit(written.op, written.right, varies(limit, scope, env), NOWHERE, env)
        self._refuse(env)
        when = reduce(e.And, conditions) if conditions else e.TRUE
        return PaidWithin(paid_by(paid), written.op, limit, when, scope)

    def _layers(self, name: str | None) -> tuple[str, ...]:
        layers = self.scheme.paying
        if name is None:
            return tuple(layer.name for layer in layers)
        wanted = concept(name, OF_LAYER)
        found = tuple(
            layer.name
            for layer in layers
            if name in (layer.name, layer.label) or wanted in self.covers(layer.name)
        )
        if not found:
            zh, en = f"没有一层叫“{name}”或保障“{name}”", f"no layer is called `{name}`, or covers it"
            raise _NotSaid(Bilingual(zh, en), vacuous=True)
        return found

    def _environment(self) -> Environment:
        """What a demand can read of the scheme: its attributes and what its header says."""
        scheme = self.scheme
        env = Environment(scheme.language, minor_digits=scheme.minor_digits, currency=scheme.currency)
        env.year_start, env.anniversary = scheme.year_start, scheme.anniversary
        env.date, env.event, env.unit, env.month_end = scheme.date, scheme.event, scheme.unit, scheme.month_end
        env.attributes = {(info.owner, info.name): info for info in scheme.attributes}
        env.layers = {layer.name: NOWHERE for layer in scheme.paying}
        return env

    def _attributes(self, written: Sequence[Any]) -> Iterator[tuple[Key, Key]]:
        """Each attribute that is read, and the scheme's own."""
        for ref in attributes_in(written):
            owner, name = ref.owner, ref.name.text
            is_date = (owner, name) == ("claim", "date")
            yield (owner, name), (owner, self.scheme.date if is_date else self._attribute(owner, name).name)

    def _attribute(self, owner: str, name: str) -> AttributeInfo:
        mine = [info for info in self.scheme.attributes if info.owner == owner]
        wanted = concept(name, OF_ATTRIBUTE)
        tests: tuple[Callable[[AttributeInfo], bool], ...] = (
            lambda info: info.name == name,
            lambda info: info.label == name,
            lambda info: wanted in info.means,
        )
        for test in tests:
            found = [info for info in mine if test(info)]
            if len(found) == 1:
                return found[0]
        zh = f"{'费用' if owner == 'claim' else '参保人'}没有一个属性叫“{name}”（名称、标签或“即”）"
        en = f"no attribute of the {owner} is called `{name}`, by its name, label or `means`"
        raise _NotSaid(Bilingual(zh, en))

    def _values(self, read: Sequence[AttributeInfo]) -> Iterator[tuple[str, str]]:
        """Labels of the values of attributes that are read, and the values; a value's own name is none."""
        values = {value for info in read if isinstance(info.type, Enum) for value in info.type.values}
        for info in read:
            if isinstance(info.type, Enum):
                for value, label in zip(info.type.values, info.value_labels, strict=False):
                    if label is not None and label not in values:
                        yield label, value

    def _refuse(self, env: Environment) -> None:
        """What the scheme's types, its currency and its header do not let be asked."""
        for one in env.diagnostics:
            if one.rule.severity != "note":
                raise _NotSaid(Bilingual(one.message("zh"), one.message("en")))


def _renamed(written: Any, attributes: dict[Key, Key], values: dict[str, str]) -> Any:
    """A syntax tree in the scheme's words."""
    match written:
        case n.AttributeRef(owner=owner, name=name):
            return evolve(written, name=evolve(name, text=attributes[owner, name.text][1]))
        case n.NameRef(name=text):
            return evolve(written, name=values.get(text, text))
        case n.Case(value=n.Name(text=text) as value):
            case_of = evolve(value, text=values.get(text, text))
            return evolve(written, value=case_of, result=_renamed(written.result, attributes, values))
        case tuple():
            return tuple(_renamed(one, attributes, values) for one in written)
        case _ if has(type(written)) and not isinstance(written, n.Name):
            changed = {
                part.name: _renamed(getattr(written, part.name), attributes, values)
                for part in fields(type(written))
                if part.name != "span"
            }
            return evolve(written, **changed)
        case _:
            return written
