"""Companies of a seed, made in memory by the sample's generator: their tables and their truth."""

import os
import sys
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import ibis
import pandas as pd

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
sys.path.insert(0, str(SAMPLE))

from generate import company  # noqa: E402
from generator import orders as export  # noqa: E402
from generator import truth  # noqa: E402
from generator.parameters import parameters  # noqa: E402
from generator.tables import TABLES  # noqa: E402

from revwork.analysis import sales  # noqa: E402
from revwork.contracts import contract  # noqa: E402

SEEDS = tuple(map(int, os.environ.get("TRUTH_SEEDS", "1 2 3").split()))
FIRST, LAST = pd.Timestamp("2023-09-01"), pd.Timestamp("2026-09-15")
AS_OF = date(2026, 9, 14)  # the last day: LAST is the one after
OWN = {"orders": ["owner", "partner_id"]}  # columns the company has beyond the contract
OUTCOMES = {"Closed Won": "won", "Closed Lost": "lost"}


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

    @cache  # noqa: B019
    def table(self, name: str) -> ibis.Table:
        """A table with every column of its contract in its type, as a load would have it."""
        kinds = {key: field.dtype.type for key, field in contract(name).to_schema().columns.items()}
        own = OWN.get(name, [])
        frame = getattr(self, name)
        frame = frame.drop(columns=[key for key in frame if key not in kinds and key not in own])
        frame = _read(frame.reindex(columns=[*kinds, *own]), kinds)
        return ibis.memtable(frame).cast(kinds).cache()

    @cache  # noqa: B019
    def lines(self) -> ibis.Table:
        """Order lines that count, in EUR, as `sales.lines` tells them."""
        names = ("orders", "products", "customers", "fx_rates")
        return sales.lines(*(self.table(name) for name in names), "EUR").cache()

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


def _read(frame: pd.DataFrame, kinds: dict) -> pd.DataFrame:
    """What the sample's toml says of its exports: dates, yes and no, stages that end a deal."""
    for column, kind in kinds.items():
        if kind.is_date():
            frame[column] = pd.to_datetime(frame[column]).dt.date
        elif kind.is_boolean():
            frame[column] = frame[column].map({"yes": True, "no": False})
    if "outcome" in kinds and frame.outcome.isna().all():
        frame["outcome"] = frame.stage.map(OUTCOMES).fillna("open")
    return frame


def once(lines: pd.DataFrame) -> pd.DataFrame:
    """One line of each order."""
    return lines.drop_duplicates("order_id")
