"""Companies of a seed, made in memory by the sample's generator: their tables and their truth."""

import os
import sys
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
sys.path.insert(0, str(SAMPLE))

from generate import company  # noqa: E402
from generator import orders as export  # noqa: E402
from generator import truth  # noqa: E402
from generator.parameters import parameters  # noqa: E402
from generator.tables import TABLES  # noqa: E402

SEEDS = tuple(map(int, os.environ.get("TRUTH_SEEDS", "1 2 3").split()))
FIRST, LAST = pd.Timestamp("2023-09-01"), pd.Timestamp("2026-09-15")


class Company:
    """A company's tables, and what a seed plants in it (or would, were it not left out)."""

    def __init__(self, seed: int, null: bool = False, scale: float = 1.0):
        self.world, self._seed, self._null = company(seed, scale, null), seed, null

    @cached_property
    def planted(self) -> dict[str, dict]:
        if self._null:
            return built(self._seed, scale=self.world.scale).planted
        return {one["id"]: one for one in truth.effects(self.world)}

    @cache  # noqa: B019
    def __getattr__(self, table: str) -> pd.DataFrame:
        if table not in TABLES:
            raise AttributeError(table)
        if table == "orders":
            return pd.concat(export.orders(self.world))
        return self.world.of(TABLES[table])

    def effect(self, name: str) -> tuple[dict, pd.Timestamp]:
        one = self.planted[name]
        return one["segment"], pd.Timestamp(one["since"])

    @cache  # noqa: B019
    def parameters(self) -> list[dict]:
        return list(parameters(self.world))

    @cache  # noqa: B019
    def sold(self) -> pd.DataFrame:
        """Lines that count, credit notes apart, without what subscriptions and deals brought."""
        lines = self.orders.merge(self.products[["product_id", "category"]], on="product_id")
        lines = lines.merge(
            self.customers[["customer_id", "segment"]], on="customer_id", how="left"
        )
        inside = self.world.of(export.lines)
        own = inside.number[(inside.order >= 0) & ~inside.credit]
        return lines[lines._number.isin(own) & (lines.status != "cancelled")]


@cache
def built(seed: int, null: bool = False, scale: float = 1.0) -> Company:
    return Company(seed, null, scale)


def once(lines: pd.DataFrame) -> pd.DataFrame:
    """One line of each order."""
    return lines.drop_duplicates("order_id")
