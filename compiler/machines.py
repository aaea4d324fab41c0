"""Quick machines of one kernel, one for each choice of what is external; they share the kernel's function."""

from __future__ import annotations

from attrs import define, field

from hmbc.compiler.kernel import Kernel
from hmbc.compiler.quick import Machine
from hmbc.compiler.tried_units import Setting


@define
class Machines:
    """Those that were asked for."""

    kernel: Kernel
    _made: dict[int, tuple[Setting, Machine]] = field(init=False, factory=dict)
    """By the identity of a setting, which lives as long as this."""

    def of(self, setting: Setting) -> Machine:
        """The machine for these parameters and lists."""
        if id(setting) not in self._made:
            external = setting.parameters, setting.lists
            _, known = next(iter(self._made.values()), (None, None))
            made = Machine(self.kernel, *external) if known is None else known.with_external(*external)
            self._made[id(setting)] = setting, made
        return self._made[id(setting)][1]
