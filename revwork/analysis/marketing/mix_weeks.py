"""Weekly figures for the mix model: revenue, spend by medium, and what else moves demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.findings import Unanswered, Word

LEAST = 52  # complete weeks, to tell a season from a change
MOST_MEDIA, MOST_MARKETS = 8, 8
ALL, OTHERS = Word("All"), Word("Other media")
_NOTHING = "The mix model needs orders, and rows in spend by day or week."
_AROUND = 53  # weeks whose mean order value stands for a week's own


@dataclass(frozen=True)
class Weeks:
    """Complete weeks, by their Mondays, side by side for each market.

    `revenue` is weeks × markets, `spend` media × weeks × markets, both money; `controls` (by
    name) are controls × weeks × markets.
    """

    weeks: pd.DatetimeIndex
    markets: tuple[str, ...]
    media: tuple[str, ...]
    control_names: tuple[str, ...]
    revenue: np.ndarray
    spend: np.ndarray
    controls: np.ndarray


def driven(lines: ibis.Table, touchpoints: ibis.Table) -> ibis.Table:
    """Return the lines of orders that a recorded contact led to; all where none is recorded.

    Orders no contact led to, such as renewals and a sales team's deals, are not what weekly
    advertising moves. Where contacts are lost (no consent, other devices), their orders are
    missing, and so is what advertising brought of them: the model then says too little.
    """
    known = touchpoints.filter(touchpoints.order_id.notnull()).select("order_id").distinct()
    found = lines.semi_join(known, "order_id")
    return found if found.count().execute() else lines


def weekly(
    sold: ibis.Table, paid: ibis.Table, controls: Mapping[str, pd.Series], as_of: date
) -> Weeks:
    """Return complete ISO weeks of revenue and spend by market, from the first that has both.

    A market is a region where something is spent; where spend is not told by region, one of them
    sold nothing, or there are more than eight, all are one. A week's orders count at the mean
    value of the year around it in their market: advertising moves how many orders come, and few
    large ones hide that. The smallest media beyond the eighth are one. Controls are by Monday;
    gaps hold the last value, and one that never moves is left out. Raises Unanswered below 52
    weeks.
    """
    orders, cost = _orders(sold), _cost(paid)
    weeks = _complete(orders, paid, as_of)
    orders, cost = (rows[rows.week.isin(weeks)] for rows in (orders, cost))
    if not (orders.net.sum() > 0 and cost.cost.sum() > 0):
        raise Unanswered(_NOTHING)
    markets = _markets(orders, cost)
    if markets == [ALL]:
        orders, cost = orders.assign(region=ALL), cost.assign(region=ALL)
    media = cost.groupby("medium").cost.sum().sort_values(ascending=False)
    media = [*media.index[media > 0]]
    cost = cost.assign(medium=cost.medium.where(cost.medium.isin(media[:MOST_MEDIA]), OTHERS))
    media = sorted(media[:MOST_MEDIA]) + [OTHERS] * (len(media) > MOST_MEDIA)
    spend = [_table(cost[cost.medium == one], "cost", weeks, markets) for one in media]
    told = {name: _filled(values, weeks) for name, values in controls.items()}
    told = {name: values for name, values in told.items() if np.ptp(values) > 0}
    across = np.ones(len(markets))
    return Weeks(
        weeks,
        tuple(markets),
        tuple(media),
        tuple(told),
        _steady(*(_table(orders, name, weeks, markets) for name in ("net", "orders"))),
        np.array([one.to_numpy() for one in spend]).round(2),
        np.array([values[:, None] * across for values in told.values()]).reshape(
            len(told), len(weeks), len(markets)
        ),
    )


def controls(
    sold: ibis.Table, promotions: ibis.Table, competitor_prices: ibis.Table
) -> dict[str, pd.Series]:
    """Return what else moves demand, week by week: price paid, offers, rivals' prices."""
    return {
        "price": price_level(sold),
        "promotions": promoted(promotions),
        "rivals": rivals_level(competitor_prices),
    }


def price_level(lines: ibis.Table) -> pd.Series:
    """Return how dear a week was, by Monday: mean log of price paid over its product's own mean."""
    sold = lines.filter((lines.net > 0) & (lines.quantity > 0) & lines.product_id.notnull())
    price = (sold.net.cast("float64") / sold.quantity.cast("float64")).ln()
    sold = sold.mutate(price=price, week=sold.order_date.truncate("W"))
    usual = sold.group_by("product_id").agg(usual=sold.price.mean())
    rows = sold.inner_join(usual, "product_id").select("week", "price", "usual")
    found = rows.group_by("week").agg(value=(rows.price - rows.usual).mean())
    return _by_week(found)


def rivals_level(competitor_prices: ibis.Table) -> pd.Series:
    """Return how dear rivals were, by Monday: mean log of a price over that offer's own mean."""
    seen = competitor_prices.mutate(
        level=competitor_prices.price.cast("float64").ln(),
        week=competitor_prices.date.truncate("W"),
    )
    keys = ["competitor", "product_id"]
    usual = seen.group_by(keys).agg(usual=seen.level.mean())
    rows = seen.inner_join(usual, keys).select("week", "level", "usual")
    return _by_week(rows.group_by("week").agg(value=(rows.level - rows.usual).mean()))


def promoted(promotions: ibis.Table) -> pd.Series:
    """Return how much was on offer in a week, by Monday: discount rates × share of its days."""
    rows = promotions.group_by(["promotion_id", "start_date", "end_date"]).agg(
        rate=promotions.discount_rate.max()
    )
    found = rows.order_by("promotion_id", "start_date", "end_date").execute()
    if found.empty:
        return pd.Series(dtype=float)
    days = [
        pd.Series(row.rate / 7, pd.date_range(row.start_date, row.end_date))
        for row in found.itertuples()
    ]
    daily = pd.concat(days)
    return daily.groupby(_monday(daily.index)).sum().asfreq("7D", fill_value=0.0)


def _orders(sold: ibis.Table) -> pd.DataFrame:
    rows = sold.group_by(week=sold.order_date.truncate("W"), region=sold.region).agg(
        net=sold.net.sum().cast("float64"), orders=sold.order_id.nunique(where=~sold.is_return)
    )
    found = rows.order_by("week", "region").execute()
    return found.assign(week=pd.to_datetime(found.week), orders=found.orders.astype(float))


def _cost(paid: ibis.Table) -> pd.DataFrame:
    keys = {"week": paid.date.truncate("W"), "medium": paid.medium, "region": paid.region}
    rows = paid.group_by(**keys).agg(cost=paid.cost.sum().cast("float64"))
    found = rows.order_by("week", "medium", "region").execute()
    return found.assign(week=pd.to_datetime(found.week))


def _complete(orders: pd.DataFrame, paid: ibis.Table, as_of: date) -> pd.DatetimeIndex:
    """Mondays of the weeks that are whole on both sides."""
    first, last = paid.aggregate(first=paid.date.min(), last=paid.date.max()).execute().iloc[0]
    if pd.isna(first) or orders.empty:
        raise Unanswered(_NOTHING)
    begin = max(pd.Timestamp(first), orders.week.min())
    over = min(pd.Timestamp(last), pd.Timestamp(as_of)) + timedelta(days=1)
    weeks = pd.date_range(
        _monday(pd.DatetimeIndex([begin + timedelta(days=6)]))[0],
        _monday(pd.DatetimeIndex([over]))[0] - timedelta(days=7),
        freq="7D",
    )
    if len(weeks) < LEAST:
        raise Unanswered(
            "The mix model needs {least:number} complete weeks with orders and spend; there are "
            "{weeks:number}.",
            least=LEAST,
            weeks=len(weeks),
        )
    return weeks


def _markets(orders: pd.DataFrame, cost: pd.DataFrame) -> list[str]:
    spent, earned = cost[cost.cost > 0].region, orders.groupby("region").net.sum()
    told = spent.notna().all() and set(spent) <= set(earned.index[earned > 0])
    return sorted(set(spent)) if told and spent.nunique() <= MOST_MARKETS else [ALL]


def _table(
    rows: pd.DataFrame, value: str, weeks: pd.DatetimeIndex, markets: list[str]
) -> pd.DataFrame:
    """A value by week and market; none is 0."""
    wide = rows.groupby(["week", "region"])[value].sum().unstack()
    return wide.reindex(index=weeks, columns=markets).fillna(0.0)


def _steady(net: pd.DataFrame, orders: pd.DataFrame) -> np.ndarray:
    """Orders at the mean value of the year around them."""
    around = {"window": _AROUND, "center": True, "min_periods": 1}
    value = net.rolling(**around).sum() / orders.rolling(**around).sum()
    return (orders * value).fillna(0.0).clip(lower=0.0).round(2).to_numpy()


def _filled(values: pd.Series, weeks: pd.DatetimeIndex) -> np.ndarray:
    return values.reindex(weeks).ffill().bfill().fillna(0.0).round(9).to_numpy()


def _by_week(found: ibis.Table) -> pd.Series:
    rows = found.order_by("week").execute()
    return pd.Series(rows.value.to_numpy(float), pd.DatetimeIndex(rows.week))


def _monday(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return days.normalize() - pd.to_timedelta(days.dayofweek, unit="D")
