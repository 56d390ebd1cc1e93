"""Costs ahead: what goods and orders will take of revenue, and how far that was ever off."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import ORDER_COSTS
from revwork.analysis.periods import in_periods
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.metrics import gross_margin, net_revenue

GOODS = ("cost_not_known", "cost")
TAKEN = (*GOODS, *ORDER_COSTS)
WINDOW, LEAST = 3, 6  # months whose shares are carried on; months it takes to know how well


@dataclass(frozen=True)
class Shares:
    """What each item takes of net revenue in the months ahead, and how past guesses were off.

    `expected` is items × months, shares of net revenue in the order of `TAKEN`; `misses` is
    origins × items × months: by how much the share that came differed from the one expected.
    """

    expected: np.ndarray
    misses: np.ndarray


def sold(lines: ibis.Table, months: Sequence[Period], by: Sequence[str]) -> pd.DataFrame:
    """Return one row per month and cut with sales: what they brought and what they took.

    Columns: period (place of the month), `by` ("" where not recorded), net_revenue,
    cost_not_known (net of lines without a cost), cost, commission, payment_cost, shipping_cost
    (money). Raises Unanswered where no line of the last three months has a cost.
    """
    rows = in_periods(lines, months)
    rows = rows.mutate(**{name: rows[name].fill_null("") for name in by})
    known = rows.cost.notnull() & rows.net.notnull()
    found = rows.group_by(["period", *by]).agg(
        net_revenue=net_revenue(rows).cast("float64"),
        left=gross_margin(rows).cast("float64"),
        cost_not_known=rows.net.sum(where=rows.cost.isnull()).cast("float64"),
        with_cost=known.cast("int64").sum(),
        **{name: rows[name].sum().cast("float64") for name in ORDER_COSTS},
    )
    table = found.order_by(["period", *by]).execute()
    recent = table[table.period >= len(months) - WINDOW]
    if not recent.with_cost.sum():
        raise Unanswered(
            "Margins ahead need the cost of goods: map cost_amount in orders, or unit_cost in "
            "products."
        )
    table = table.fillna(dict.fromkeys(["net_revenue", "left", *TAKEN[:1], *ORDER_COSTS], 0.0))
    table["cost"] = table.net_revenue - table.cost_not_known - table.left
    return table[["period", *by, "net_revenue", *TAKEN]].round(9)


def shares(sold: pd.DataFrame, ahead: pd.DataFrame, by: Sequence[str]) -> Shares:
    """Return what each item will take of revenue, at each cut's shares of the last three months.

    `sold` is what `sold` returns, `ahead` has month (place, from 0), `by` and value (net revenue
    expected). The mix ahead weighs the cuts; one without sales in those months has the company's
    shares. How far off this way was, from every past origin, is `misses`: a guess for a month
    that has not come yet misses by as much as the last one that has. Raises Unanswered with less
    than six complete months.
    """
    count = int(sold.period.max()) + 1
    if count < LEAST:
        raise Unanswered("Margins ahead need six complete months of sales with their costs.")
    cuts = [*ahead[[*by]].fillna("").drop_duplicates().itertuples(index=False, name=None)]
    seen = [*sold[[*by]].drop_duplicates().itertuples(index=False, name=None)]
    cuts = {cut: place for place, cut in enumerate(dict.fromkeys([*seen, *cuts]))}
    net, taken = _arrays(sold, by, cuts, count)
    coming = _weights(ahead, by, cuts)
    now = _rates(net[-WINDOW:].sum(0), taken[-WINDOW:].sum(0))
    return Shares(_mixed(coming, now).T, _misses(net, taken, len(coming)))


def _arrays(
    sold: pd.DataFrame, by: Sequence[str], cuts: dict[tuple, int], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Net revenue as months × cuts, and what was taken as months × cuts × items."""
    at = [cuts[cut] for cut in sold[[*by]].itertuples(index=False, name=None)]
    net, taken = np.zeros((count, len(cuts))), np.zeros((count, len(cuts), len(TAKEN)))
    net[sold.period, at] = sold.net_revenue
    taken[sold.period, at] = sold[[*TAKEN]]
    return net, taken


def _weights(ahead: pd.DataFrame, by: Sequence[str], cuts: dict[tuple, int]) -> np.ndarray:
    """Net revenue expected, as months × cuts."""
    coming = np.zeros((int(ahead.month.max()) + 1, len(cuts)))
    at = [cuts[cut] for cut in ahead[[*by]].fillna("").itertuples(index=False, name=None)]
    np.add.at(coming, (ahead.month.to_numpy(), at), ahead.value.to_numpy(float))
    return coming


def _rates(net: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Shares by cut and item; the company's where a cut sold nothing to speak of."""
    whole = taken.sum(0) / net.sum() if net.sum() > 0 else np.zeros(taken.shape[1])
    sells = net > 0
    return np.where(sells[:, None], taken / np.where(sells, net, 1)[:, None], whole)


def _mixed(net: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Shares of each month's revenue, months × items; those of equal cuts where none is sold."""
    whole = net.sum(1, keepdims=True)
    return np.where(whole > 0, net @ rates / np.where(whole > 0, whole, 1), rates.mean(0))


def _misses(net: np.ndarray, taken: np.ndarray, horizon: int) -> np.ndarray:
    """By origin, item and month ahead what came less what was expected."""
    whole = net.sum(1)
    came = np.where(whole[:, None] > 0, taken.sum(1) / np.where(whole > 0, whole, 1)[:, None], 0)
    found = []
    for origin in range(WINDOW, len(net)):
        window = slice(origin - WINDOW, origin)
        rates = _rates(net[window].sum(0), taken[window].sum(0))
        later = slice(origin, origin + horizon)
        off = came[later] - np.where(whole[later, None] > 0, _mixed(net[later], rates), 0)
        found.append(np.pad(off, ((0, horizon - len(off)), (0, 0)), "edge"))
    return np.array(found).transpose(0, 2, 1)
