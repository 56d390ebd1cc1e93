"""One company that might be: a seed, a size and a plan; everything is made once, when asked for."""

from collections.abc import Callable
from typing import TypeVar

from generator.draws import Draws
from generator.plan import Plan

Made = TypeVar("Made")


class World:
    """What departments' functions are given: `world.of(products)` is the catalogue."""

    def __init__(self, seed: int, plan: Plan, scale: float = 1.0):
        """Nothing is made yet."""
        self.seed, self.plan, self.scale = seed, plan, scale
        self._made: dict[Callable, object] = {}

    def of(self, make: "Callable[[World], Made]") -> Made:
        """Return what `make` makes of this world, the same each time."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def draws(self, table: str) -> Draws:
        """Return the draws of a table."""
        return Draws(self.seed, table)
