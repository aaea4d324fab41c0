"""Refunds on the reference: a unit's history in which rows take earlier rows back.

A refund pays what brings the payments so far to what they would be had the claim never been; from
then on the state is that of the history without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from hmbc.compiler.interpret import Inputs, Interpreter, State, Step


@frozen(kw_only=True)
class Row:
    """A claim, or with `refunds` a row that takes back the claim with that id."""

    id: str
    claim: Inputs
    member: Inputs
    refunds: str | None = None


@frozen(kw_only=True)
class Settled:
    """What became of a row. status: of its step, or for a refund `ok` or why it is rejected, as
    runtime/rejects.py names it; step: None of a refund."""

    id: str
    status: str
    pays: Mapping[str, int]
    step: Step | None = None


def settle(
    interpreter: Interpreter, rows: Iterable[Row], state: State | None = None
) -> tuple[list[Settled], State]:
    """Adjudicate a unit's rows in the order given: what became of each, and the state at the end."""
    start = state = state or State()
    done: dict[str, Settled] = {}
    kept: list[Row] = []
    """The claims that count: neither rejected nor taken back."""
    for row in rows:
        if row.refunds is None:
            step = interpreter.step(state, row.claim, row.member)
            state = step.state
            done[row.id] = Settled(id=row.id, status=step.status, pays=step.pays, step=step)
            if step.status == "ok":
                kept.append(row)
            continue
        layers = {outcome.layer: 0 for outcome in interpreter.kernel.outcomes}
        if why := _refusal(row, done, kept):
            done[row.id] = Settled(id=row.id, status=why, pays=layers)
            continue
        rest = [one for one in kept if one.id != row.refunds]
        steps = _replay(interpreter, rest, start)
        if any(step.status != "ok" for step in steps):
            done[row.id] = Settled(id=row.id, status="refund_unsettles", pays=layers)
            continue
        pays = {
            layer: sum(step.pays[layer] for step in steps)
            - sum(one.pays[layer] for one in done.values())
            for layer in layers
        }
        done[row.id] = Settled(id=row.id, status="ok", pays=pays)
        kept = rest
        state = steps[-1].state if steps else start
    return list(done.values()), state


def _refusal(row: Row, done: Mapping[str, Settled], kept: Iterable[Row]) -> str | None:
    """Why a refund is rejected, as far as the unit's own rows say."""
    taken = done.get(row.refunds or "")
    if taken is None:
        return "refund_unknown"
    if taken.step is None:
        return "refund_of_refund"
    if taken.status != "ok":
        return "refund_rejected"
    return None if any(one.id == row.refunds for one in kept) else "refund_twice"


def _replay(interpreter: Interpreter, rows: Iterable[Row], state: State) -> list[Step]:
    steps: list[Step] = []
    for row in rows:
        steps.append(interpreter.step(state, row.claim, row.member))
        state = steps[-1].state
    return steps
