"""Layers and declared totals in written order, and what several layers share between them."""

from __future__ import annotations

from collections.abc import Generator

from attrs import define, field

from hmbc.compiler.kernel import Accumulator, Definition, Outcome
from hmbc.compiler.lower_layer import LayerLowering
from hmbc.compiler.lower_pools import PoolDraw, PoolLowering
from hmbc.compiler.lower_total import lower_total
from hmbc.dsl import expr as e
from hmbc.dsl.inside import inside
from hmbc.dsl.scheme import CheckedLayer, CheckedScheme, Stop

STOP_CODE = {"eligible": "not_eligible", "wait": "waiting", "exclude": "excluded"}
Items = list[Definition | Accumulator]


def stop_name(stop: Stop) -> str:
    """The definition that tells whether a stop holds for this row."""
    return f"{stop.kind}.{stop.name}"


def lower_body(scheme: CheckedScheme) -> tuple[Items, list[Outcome]]:
    """All that follows the stops; outcomes of the layers that the scheme itself pays."""
    body = _Body(scheme)
    for place, layer in enumerate(scheme.layers):
        body.add_totals(place)
        body.finish(layer.name)
    body.add_totals(len(scheme.layers))
    return body.items, [body.outcomes[layer.name] for layer in scheme.paying]


@define
class _Layer:
    """A layer under way: its steps, the draw it waits for, what it may then take."""

    lowering: LayerLowering
    steps: Generator[PoolDraw, e.Ref, Outcome]
    waits: PoolDraw | None = None
    answer: e.Expr | None = None
    moved: int = 0


@define
class _Body:
    scheme: CheckedScheme
    items: Items = field(factory=list)
    outcomes: dict[str, Outcome] = field(factory=dict)
    layers: dict[str, _Layer] = field(factory=dict)
    pools: dict[str, PoolLowering] = field(factory=dict)

    read: dict[str, frozenset[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.read = workings_read(self.scheme)
        for pool in self.scheme.pools:
            names = tuple(x.name for x in self.scheme.layers if pool.name in x.draws_on)
            self.pools[pool.name] = PoolLowering(pool, names, self.scheme)

    def add_totals(self, place: int) -> None:
        """The declared totals that stand before the layer at `place`."""
        blocked = [e.Ref(stop_name(stop)) for stop in self.scheme.stops if stop.layers is None]
        for total in self.scheme.totals:
            if total.position == place:
                self.items += lower_total(total, blocked, self.scheme)

    def finish(self, name: str) -> None:
        """Lower a layer to its end."""
        layer = self._start(name)
        while name not in self.outcomes:
            assert layer.waits is not None
            pool = self.pools[layer.waits.pool]
            self._answer(name, layer, pool)
            self._advance(name, layer)

    def _answer(self, name: str, layer: _Layer, pool: PoolLowering) -> None:
        """What a waiting layer is left of `pool`; layers before it draw first, and those that share
        pro rata all at once."""
        if layer.answer is not None:
            return
        assert layer.waits is not None
        if pool.pool.draws == "pro_rata":
            amounts = {one: self._to_draw(one, pool) for one in pool.layers}
            for one, part in pool.pro_rata(amounts, self.items).items():
                self.layers[one].answer = part
            return
        for earlier in pool.layers[: pool.layers.index(name)]:
            if earlier not in pool.drawn:
                self._to_draw(earlier, pool)
                self._answer(earlier, self.layers[earlier], pool)
        layer.answer = pool.in_order(name, layer.waits.amount, self.items)

    def _to_draw(self, name: str, pool: PoolLowering) -> e.Ref:
        """Bring a layer to where it draws on `pool`: the amount with which it does."""
        layer = self._start(name)
        assert layer.waits is not None
        while layer.waits.pool != pool.pool.name:
            self._answer(name, layer, self.pools[layer.waits.pool])
            self._advance(name, layer)
            assert layer.waits is not None
        return layer.waits.amount

    def _start(self, name: str) -> _Layer:
        if name in self.layers:
            return self.layers[name]
        source = next(x for x in self.scheme.layers if x.name == name)
        lowering = LayerLowering(source, self.scheme, self.read.get(name, frozenset()))
        layer = _Layer(lowering, lowering.lower(self._stops(source)))
        self.layers[name] = layer
        self._advance(name, layer)
        return layer

    def _advance(self, name: str, layer: _Layer) -> None:
        answer, layer.answer = layer.answer, None
        try:
            layer.waits = layer.steps.send(answer)  # type: ignore[arg-type]
        except StopIteration as done:
            layer.waits = None
            self.outcomes[name] = done.value
        self.items += layer.lowering.items[layer.moved :]
        layer.moved = len(layer.lowering.items)

    def _stops(self, layer: CheckedLayer) -> tuple[tuple[str, e.Expr, bool], ...]:
        """(reason, condition, whether it is for all layers)."""
        return tuple(
            (f"{STOP_CODE[stop.kind]}:{stop.name}", e.Ref(stop_name(stop)), stop.layers is None)
            for stop in self.scheme.stops
            if stop.layers is None or layer.name in stop.layers
        )


def workings_read(scheme: CheckedScheme) -> dict[str, frozenset[str]]:
    """Which amounts of each layer's working the scheme reads anywhere."""
    found: dict[str, set[str]] = {}
    written = scheme.stops, scheme.parts, scheme.layers, scheme.totals, scheme.pools, scheme.statements
    for part in inside(written):
        if isinstance(part, e.LayerPay) and part.which != "pay":
            found.setdefault(part.layer, set()).add(part.which)
    return {name: frozenset(amounts) for name, amounts in found.items()}
