"""Lever estimates: what the company's own tables and other pages tell of each lever."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import recurring
from revwork.analysis.forecast.levers import (
    Answer,
    Budget,
    Churn,
    Conversion,
    Currency,
    Heads,
    Lever,
    Price,
    RivalPrice,
)
from revwork.analysis.periods import between, in_periods
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

TIMES = (0.0, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 2.0)  # of the media's spend
_Z90, _Z95, _FEWEST = 1.644854, 1.959964, 3


class Seller(Protocol):
    """One more seller: bookings a month since starting, shares of quota reached, a year's cost."""

    bookings: Sequence[float]
    attained: Sequence[float]
    yearly_cost: float


def known(
    asks: Mapping[str, Callable[[], Lever]],
) -> tuple[dict[str, Lever], dict[str, Message]]:
    """Return the levers that can be told, and for each other one the sentence that says why not."""
    levers, missing = {}, {}
    for name, ask in asks.items():
        try:
            levers[name] = ask()
        except Unanswered as reason:
            missing[name] = reason.message
    return levers, missing


def price(sold: pd.DataFrame, elasticity: pd.DataFrame) -> Price:
    """Return the lever of our prices from elasticities by category, with 95 % ends.

    `sold` has category, net_revenue and cost (money); `elasticity` category, elasticity,
    low_elasticity, high_elasticity. A category without an estimate answers as the others do in
    the mean. Raises Unanswered where none of those sold has one.
    """
    rows = sold.merge(elasticity, on="category", how="left")
    error = (rows.high_elasticity - rows.low_elasticity) / 2 / _Z95
    known = rows.elasticity.notna()
    if not known.any() or not rows.net_revenue.sum() > 0:
        raise Unanswered("No category that sells has an elasticity: list prices have not moved.")
    mean = np.average(rows.elasticity[known], weights=rows.net_revenue[known])
    spread = np.average(error[known], weights=rows.net_revenue[known])
    answers = zip(rows.elasticity.fillna(mean), error.fillna(spread), strict=True)
    return Price(*_weights(rows), tuple(Answer(*each) for each in answers))


def rival_price(sold: pd.DataFrame, felt: pd.DataFrame) -> RivalPrice:
    """Return the lever of rivals' prices from cross elasticities by rival and category.

    `felt` has category, cross_elasticity, low_ and high_cross_elasticity (95 %); rivals of one
    category add up. Raises Unanswered where no estimate of a category that sells is known.
    """
    known = felt.dropna(subset="cross_elasticity")
    ends = (known.high_cross_elasticity - known.low_cross_elasticity) / 2 / _Z95
    summed = known.assign(square=ends**2).groupby("category")[["cross_elasticity", "square"]].sum()
    whole = sold[["net_revenue", "cost"]].sum()
    rows = sold.merge(summed.reset_index(), on="category")
    if rows.empty or not whole.net_revenue > 0:
        raise Unanswered("How orders follow rivals' prices is not known: no rival has moved yet.")
    answers = zip(rows.cross_elasticity, np.sqrt(rows.square), strict=True)
    weights = _weights(rows, whole)
    return RivalPrice(*weights, tuple(Answer(*each) for each in answers))


def budget(curve: pd.DataFrame, expenses: ibis.Table, lines: ibis.Table, year: Period) -> Budget:
    """Return the lever of advertising from the response of all media together.

    `curve` has times (of a year's spend, 1 among them), media_cost, revenue_change (money a year
    against 1), low and high (90 %). Revenue, and the share of marketing that media take, are those
    of `year`; `expenses` are in the company's currency. Raises Unanswered where nothing was spent
    or sold.
    """
    spend = float(curve.media_cost[curve.times == 1].iloc[0])
    spent = between(expenses.filter(expenses.kind == "marketing"), year, "date")
    sums = [spent.amount.sum(), between(lines, year).net.sum()]
    marketing, revenue = (float(one.cast("float64").execute() or 0) for one in sums)
    if not (spend > 0 and revenue > 0):
        raise Unanswered("What a budget brings is not known: nothing was spent, or nothing sold.")
    share = curve.revenue_change / revenue
    error = (curve.high - curve.low) / 2 / _Z90 / revenue
    answers = tuple(Answer(*each) for each in zip(share, error, strict=True))
    of_marketing = min(spend / marketing, 1.0) if marketing > 0 else 1.0
    return Budget(tuple(curve.times), answers, of_marketing)


def heads(seller: Seller) -> Heads:
    """Return the lever of people who sell: what one more books and costs.

    How far people differ in the share of quota they reached is what one more may. Raises Unanswered
    with fewer than three people.
    """
    rates = pd.Series(seller.attained, dtype=float).dropna()
    if len(rates) < _FEWEST or not rates.mean() > 0:
        raise Unanswered("What one more seller books is not known: three with a quota tell it.")
    spread = float(rates.std() / rates.mean())
    return Heads(tuple(map(float, seller.bookings)), spread, seller.yearly_cost / 12)


def churn(
    subscriptions: ibis.Table, fx_rates: ibis.Table, months: Sequence[Period], currency: str
) -> Churn:
    """Return the lever of subscribers who leave: recurring revenue now, and the share lost a month.

    Of some complete months; the error is that of their mean. Raises Unanswered without
    subscriptions, or where none was paid in one of the months.
    """
    moved = recurring.movements(subscriptions, fx_rates, months, currency)
    start = moved.start + moved.fx
    if not (start > 0).all():
        raise Unanswered("Churn needs subscriptions that are paid in each of the last months.")
    lost = moved.churn / start
    error = float(lost.std() / np.sqrt(len(lost))) if len(lost) > 1 else 0.0
    return Churn(float(moved.end.iloc[-1]), Answer(float(lost.mean()), error))


def conversion(orders: ibis.Table, sessions: ibis.Table, months: Sequence[Period]) -> Conversion:
    """Return the lever of visits that buy: which share of revenue comes in orders of a visit.

    `orders` is what `sales.by_order` returns. Of some complete months; the error is that of their
    mean. Raises Unanswered where no visit names its order.
    """
    named = sessions.filter(sessions.order_id.notnull()).select("order_id").distinct()
    marked = orders.left_join(named, "order_id")
    rows = in_periods(marked, months)
    sums = rows.group_by("period").agg(
        whole=rows.net.sum().cast("float64"),
        visited=rows.net.sum(where=rows.order_id_right.notnull()).cast("float64"),
    )
    found = sums.execute().fillna(0.0).sort_values("period")
    if not found.visited.sum() > 0:
        raise Unanswered("What conversion brings is not known: fill order_id in sessions.")
    return Conversion(_share(found.visited, found.whole))


def currency(
    lines: ibis.Table, expenses: ibis.Table, months: Sequence[Period], home: str
) -> Currency:
    """Return the lever of exchange rates: the share of sales and of costs in other currencies.

    `expenses` as they stand in their table, each amount in its own currency; the shares of costs
    count them as they are booked. Of some complete months. Raises Unanswered where nothing is sold
    in another currency.
    """
    rows = in_periods(lines, months)
    sums = rows.group_by("period").agg(
        whole=rows.net.sum().cast("float64"),
        foreign=rows.net.sum(where=rows.currency != home).cast("float64"),
    )
    found = sums.execute().fillna(0.0).sort_values("period")
    if not found.foreign.sum() > 0:
        raise Unanswered("All sales are in {currency:text}: rates change none.", currency=home)
    return Currency(_share(found.foreign, found.whole), _foreign_costs(expenses, months, home))


def by_category(lines: ibis.Table, period: Period) -> pd.DataFrame:
    """Return what each category sold in a period and what its goods cost.

    Columns: category, net_revenue, cost (money; 0 where not known), largest first.
    """
    rows = between(lines, period)
    sums = rows.group_by("category").agg(
        net_revenue=rows.net.sum().cast("float64"),
        cost=rows.cost.sum().cast("float64"),
    )
    found = sums.execute().fillna({"net_revenue": 0.0, "cost": 0.0}).round(9)
    return found.sort_values(["net_revenue", "category"], ascending=[False, True])


def _weights(rows: pd.DataFrame, whole: pd.Series | None = None) -> tuple[tuple, tuple]:
    """Each category's share of net revenue, and of the cost of goods."""
    whole = rows[["net_revenue", "cost"]].sum() if whole is None else whole
    net = rows.net_revenue / whole.net_revenue
    goods = rows.cost / whole.cost if whole.cost > 0 else net
    return tuple(net), tuple(goods)


def _share(part: pd.Series, whole: pd.Series) -> Answer:
    """The share of all months together, and the error of their mean."""
    each = (part / whole.where(whole > 0)).dropna()
    error = float(each.std() / np.sqrt(len(each))) if len(each) > 1 else 0.0
    return Answer(float(part.sum() / whole.sum()), error)


def _foreign_costs(
    expenses: ibis.Table, months: Sequence[Period], home: str
) -> Mapping[str, float]:
    rows = in_periods(expenses, months, "date")
    rows = rows.mutate(
        item=(rows.kind == "marketing").ifelse("marketing", "running"),
        abroad=rows.currency.fill_null(home) != home,
    )
    sums = rows.group_by("item").agg(
        whole=rows.amount.sum().cast("float64"),
        foreign=rows.amount.sum(where=rows.abroad).cast("float64"),
    )
    found = sums.execute().fillna(0.0)
    return {row["item"]: row.foreign / row.whole for _, row in found.iterrows() if row.whole > 0}
