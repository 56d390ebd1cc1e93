"""Constant currency: both periods' money at the base period's exchange rates.

A rate that moved is an effect of its own (`fx_effect`), never a movement of price, volume or
segment.
"""

import ibis
import pandas as pd

from revwork.analysis.periods import is_within
from revwork.calendar import Comparison

MONEY = dict.fromkeys(("net0", "local0", "net1", "local1"), "float64")


def money(lines: ibis.Table, comparison: Comparison) -> dict[str, ibis.Value]:
    """Return the sums `at_base_rates` needs, to be cast to MONEY; unknown rates are left out.

    net0 and local0 are those of the base period, net1 and local1 those of the current one.
    """
    known = lines.net.notnull()
    return {
        f"{name}{i}": column.sum(where=known & is_within(lines.order_date, period)).fill_null(0)
        for name, column in (("net", lines.net), ("local", lines.net_local))
        for i, period in enumerate((comparison.base, comparison.current))
    }


def at_base_rates(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with `value0` and `value1`: money at the base period's exchange rates.

    Cells: currency, is_return, net0, net1 (company currency), local0, local1 (the order's).
    Both periods take their currency's average rate of the base period's sales, Σ net / Σ local,
    so a price unchanged in the customer's currency is unchanged; without it, their own rates.
    """
    sold = cells[["net0", "local0"]].where(~cells.is_return, 0.0)
    net, local = (sold[c].groupby(cells.currency, dropna=False).transform("sum") for c in sold)
    rate = net / local.where(local != 0)
    value0, value1 = ((rate * cells[f"local{i}"]).fillna(cells[f"net{i}"]) for i in (0, 1))
    return cells.assign(value0=value0, value1=value1)


def fx_effect(cells: pd.DataFrame) -> float:
    """Return the part of the change that only exchange rates made: actual − at base rates."""
    return float((cells.net1 - cells.net0 - cells.value1 + cells.value0).sum())


def exact(amounts: pd.Series) -> float:
    """Return the sum of amounts of four decimals, freed from binary noise."""
    return round(float(amounts.sum()), 4)
