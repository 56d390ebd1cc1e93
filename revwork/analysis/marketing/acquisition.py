"""Acquisition: what a new customer costs, in all and by medium, and when that is earned back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import sales
from revwork.analysis.margins import contribution
from revwork.analysis.marketing import attribution, journeys, media
from revwork.analysis.periods import between, covers, in_periods
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered

LAGS = (0, 7, 14, 30, 60, 90)
MONTH = 30.4375  # days
MONTHS = 24


def blended(
    orders: ibis.Table, paid: ibis.Table, periods: Sequence[Period], lag: int = 0
) -> pd.DataFrame:
    """Return acquisition cost over all new customers, one row a period, in order.

    `orders` is what `sales.by_order` returns, new customers what `sales.new_customers` counts;
    spend is taken `lag` days earlier. Columns: start, media_cost (null where spend does not cover
    the days), customers (new ones), cac (money, null without one of the two or a new customer).

    Formula: cac = advertising spend ÷ new customers; What it cost to win a customer (CAC),
    advertising alone.
    """
    earlier = [_earlier(period, lag) for period in periods]
    rows = in_periods(paid, earlier, "date")
    cost = rows.group_by("period").agg(cost=rows.cost.sum().cast("float64")).execute()
    spent = cost.set_index("period").cost.reindex(range(len(periods))).fillna(0.0)
    frame = pd.DataFrame({"start": [period.start for period in periods]})
    frame["media_cost"] = spent.where(covers(paid, earlier, "date"))
    frame["customers"] = sales.new_customers(orders, periods)
    return frame.assign(cac=frame.media_cost / frame.customers.where(frame.customers > 0))


def months(
    orders: ibis.Table, paid: ibis.Table, comparison: Comparison, calendar: Calendar, lag: int = 0
) -> pd.DataFrame:
    """Return what a new customer cost in the last thirteen complete months, as `chart.line` draws.

    Columns: name, start, value (CAC), base (a year before).
    """
    shown = calendar.complete_months(comparison.current.last_day, 25)
    found = _with_cost(blended(orders, paid, shown, lag))
    rows = pd.DataFrame({"name": [month.name for month in shown], "start": found.start})
    rows = rows.assign(value=found.cac, base=found.cac.shift(12))
    return rows.iloc[-13:].reset_index(drop=True)


def by_lag(orders: ibis.Table, paid: ibis.Table, period: Period) -> pd.DataFrame:
    """Return the blended cost of a new customer with spend taken so many days earlier.

    Columns: lag_days, media_cost, customers, cac. Where it hardly moves the lag does not matter.
    Raises Unanswered where no cost is known.
    """
    found = [blended(orders, paid, [period], lag).assign(lag_days=lag) for lag in LAGS]
    rows = pd.concat(found, ignore_index=True)[["lag_days", "media_cost", "customers", "cac"]]
    return _with_cost(rows)


def by_medium(
    contacts: ibis.Table, paid: ibis.Table, period: Period, model: str, lag: int = 0
) -> pd.DataFrame:
    """Return what a new customer costs by medium, dearest first, by a model of attribution.

    Over new customers whose first order had a journey, so it is no part of the blended cost.
    Columns: unit, media_cost, customers (credited), current (CAC), low and high (95 %; no upper end
    where none is certain), base (none). Media without spend are left out.
    """
    judged = journeys.tell_apart(between(contacts, period, "ended"), "medium")
    credited = attribution.credits(judged, model).set_index("unit")
    spent = media.cost(paid, _earlier(period, lag), "medium")
    rows = credited.join(spent[spent > 0], how="inner").rename_axis("unit").reset_index()
    if rows.empty:
        raise Unanswered(
            "A cost by medium needs spend and journeys that call a medium by the same name."
        )
    whole = {"current": rows.customers, "low": rows.high_customers, "high": rows.low_customers}
    ends = {name: rows.media_cost / count.where(count > 0) for name, count in whole.items()}
    rows = rows[["unit", "media_cost", "customers"]].assign(**ends, base=np.nan)
    return rows.sort_values(["current", "unit"], ascending=[False, True], ignore_index=True)


def earned(lines: ibis.Table, orders: ibis.Table, period: Period, as_of: date) -> pd.DataFrame:
    """Return what a new customer has left after so many months, on average, up to 24.

    Contribution before marketing of the customers won in the period, returns included; a month
    counts those alone whom the data hold for all of it, so the curve never falls for want of time.

    Columns: months (30.4 days each, from 1), value (money, cumulative), customers. Raises
    Unanswered where nobody was won, or nobody a month ago, or no cost is known.
    """
    won = between(sales.first_orders(orders), period, "first_order")
    bought = lines.mutate(left=contribution(lines).cast("float64"))
    rows = bought.inner_join(won, "customer_id")
    rows = rows.mutate(month=_months(rows.order_date, rows.first_order))
    sold = rows.filter((rows.month >= 0) & (rows.month < MONTHS))
    sums = sold.group_by(["customer_id", "month"]).agg(left=sold.left.sum())
    seen = won.mutate(held=_months(ibis.date(as_of + timedelta(days=1)), won.first_order))
    paired = sums.inner_join(seen.select("customer_id", "held"), "customer_id")
    whole = paired.filter(paired.month < paired.held)
    by_month = whole.group_by("month").agg(left=whole.left.sum()).execute()
    held = seen.group_by("held").agg(n=seen.count()).execute()
    return _curve(by_month.set_index("month").left, held.set_index("held").n, period)


def payback(curve: pd.DataFrame, cac: float | None) -> float | None:
    """Return the months after which a new customer has paid back what it cost; None: not yet.

    Formula: payback = first month in which the margin a new customer has left reaches the CAC; How
    long the money for a new customer is out.
    """
    reached = curve[curve.value >= cac] if cac is not None and pd.notna(cac) else curve[:0]
    return float(reached.months.iloc[0]) if len(reached) else None


def marked(curve: pd.DataFrame, cac: float | None) -> pd.DataFrame:
    """Return the curve as `chart.response` draws it: where the customer is paid back is marked."""
    at = payback(curve, cac)
    names = {"months": "months_after_first_order", "value": "margin_earned"}
    shown = curve.rename(columns=names)
    mark = [("payback" if months == at else None) for months in curve.months]
    return shown[["months_after_first_order", "margin_earned"]].assign(mark=mark)


def reading(cac: float | None) -> Callable[[pd.DataFrame], Message]:
    """Return what the curve of a new customer says: when it has paid back what it cost."""

    def says(rows: pd.DataFrame) -> Message:
        told = {"cac": cac, "months": len(rows), "value": rows.margin_earned.iloc[-1]}
        if pd.isna(cac):
            return Message("A new customer earned {value:cents} in {months:number} months", told)
        paid = rows[rows["mark"].notna()]
        if paid.empty:
            return Message(
                "Not paid back in {months:number} months: {value:cents} earned of {cac:cents}", told
            )
        told |= {"at": paid.months_after_first_order.iloc[0]}
        return Message("A new customer costs {cac:cents}: paid back in month {at:number}", told)

    return says


def _with_cost(found: pd.DataFrame) -> pd.DataFrame:
    if found.cac.isna().all():
        raise Unanswered(
            "What a new customer costs needs spend and orders with customers in the same month."
        )
    return found


def _earlier(period: Period, lag: int) -> Period:
    days = timedelta(days=lag)
    return replace(period, start=period.start - days, end=period.end - days)


def _months(day: ibis.Value, since: ibis.Value) -> ibis.Value:
    return (day.delta(since, unit="day").cast("float64") / MONTH).floor().cast("int64")


def _curve(left: pd.Series, held: pd.Series, period: Period) -> pd.DataFrame:
    """Mean of each month over the customers held for all of it, added up."""
    there = [int(held[held.index > month].sum()) for month in range(MONTHS)]
    months = [month for month in range(MONTHS) if there[month]]
    if not months or left.reindex(months).isna().all():
        raise Unanswered(
            "Payback needs customers won in {period:period}, a month ago or more, and the cost "
            "of what they bought.",
            period=period.name,
        )
    mean = left.reindex(months).fillna(0.0).to_numpy(float) / np.array(there)[: len(months)]
    value = np.round(mean.cumsum(), 6)
    return pd.DataFrame(
        {
            "months": [month + 1 for month in months],
            "value": value,
            "customers": there[: len(months)],
        }
    )
