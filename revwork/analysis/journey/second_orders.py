"""Second orders: how many who bought once buy again, how soon, and which cohorts are too young."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import pandas as pd

from revwork.analysis.journey import waiting
from revwork.analysis.periods import in_periods
from revwork.calendar import Period
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

WITHIN = (30, 90, 180, 365)  # days after the first order
LEVEL = 0.95


def firsts(orders: ibis.Table, as_of: date) -> ibis.Table:
    """Return one row per known customer: first_order, and days to the second order.

    `orders` is what `sales.by_order` returns; orders of one day are one purchase. Columns:
    customer_id, first_order, days (to the second purchase, else to the last day), happened.
    Raises Unanswered where no order names a customer.
    """
    known = orders.filter(orders.customer_id.notnull()).select("customer_id", "order_date")
    if not known.count().execute():
        raise Unanswered("Second orders need to know who bought: fill customer_id in orders.")
    days = known.distinct()
    order = ibis.window(group_by="customer_id", order_by="order_date")
    rows = days.mutate(nth=ibis.row_number().over(order), again=days.order_date.lead().over(order))
    rows = rows.filter(rows.nth == 0)
    end = rows.again.coalesce(ibis.date(as_of))
    return rows.select(
        "customer_id",
        first_order="order_date",
        days=end.delta(rows.order_date, unit="day").cast("int64"),
        happened=rows.again.notnull(),
    )


def cohorts(firsts: ibis.Table, periods: Sequence[Period], as_of: date) -> pd.DataFrame:
    """Return by cohort of first orders the share that bought again within 30 to 365 days.

    A cohort is asked only once its last customer has had so many days: before, it is immature and
    has no value. Columns: cohort (the period's name), within_days, value with low and high (95 %,
    Wilson), n (customers). Periods without a first order are left out.

    Formula: second_order_rate = customers with a second order within so many days ÷ customers of
    the cohort; Only of cohorts that have all had so many days.
    """
    rows = in_periods(firsts, periods, "first_order")
    sums = {
        f"by_{days}": (rows.happened & (rows.days <= days)).cast("int64").sum() for days in WITHIN
    }
    table = rows.group_by("period").agg(n=rows.count(), **sums).order_by("period").execute()
    found = []
    for days in WITHIN:
        ripe = [periods[p].last_day + timedelta(days=days) <= as_of for p in table.period]
        told = wilson(table[f"by_{days}"], table.n, LEVEL).set_axis(
            ["value", "low", "high"], axis=1
        )
        names = [periods[p].name for p in table.period]
        one = pd.DataFrame({"cohort": names, "within_days": days})
        found.append(one.join(told.where(pd.Series(ripe, dtype=bool))).assign(n=table.n))
    return pd.concat(found, ignore_index=True)


def reading(rows: pd.DataFrame) -> Message:
    """Say what share buys again within 90 days and a year."""
    quarter, year = waiting.by_day(rows, 90), waiting.by_day(rows, 365)
    if quarter is None or year is None:
        last = rows.iloc[-1]
        return Message(
            "{share:percent} have bought again within {days:days}",
            {"share": last.share, "days": last.days},
        )
    return Message(
        "{quarter:percent} buy again within 90 days of their first order, {year:percent} within "
        "a year",
        {"quarter": quarter, "year": year},
    )


def by_cohort(rows: pd.DataFrame) -> Message:
    """Say what the last ripe cohort did within 90 days, and how the one before it had done."""
    ripe = rows[(rows.within_days == 90) & rows.value.notna()]
    if ripe.empty:
        return Message("No cohort is 90 days old yet", {})
    last = ripe.iloc[-1]
    if len(ripe) == 1:
        return Message(
            "{cohort:period}: {rate:percent} bought again within 90 days",
            {"cohort": last.cohort, "rate": last.value},
        )
    return Message(
        "{cohort:period}: {rate:percent} bought again within 90 days, {before:percent} of "
        "{earlier:period}",
        {
            **{"cohort": last.cohort, "rate": last.value},
            **{"earlier": ripe.cohort.iloc[-2], "before": ripe.value.iloc[-2]},
        },
    )
