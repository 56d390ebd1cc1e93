"""Cohorts: how many of those who first bought in a month still do, and what they bring."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import pandas as pd

from revwork.analysis import recurring
from revwork.analysis.subscribed import held
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

_READ = {
    "customer_share": "{n:number} months on, {value:percent} of a cohort are active",
    "revenue_share": "{n:number} months on, a cohort brings {value:percent} of its first month",
    "revenue_per_customer": "{n:number} months on, a customer has brought {value:money}",
}


def by_first_purchase(days: ibis.Table, months: Sequence[Period]) -> pd.DataFrame:
    """Return one row per cohort and month since, up to the last of `months`.

    `days` is what `purchases.by_day` returns, with every purchase there is, so that who bought
    before the first month is in no cohort; `months` are consecutive, oldest first. Month 0 is that
    of the first purchase. Columns: cohort (first day of its month), since (month 0, 1 …),
    cohort_size, customers (who bought), share, net (money, returns on their own day),
    revenue_share (of month 0's). Months that are not complete yet are rows with nulls, a month
    without a purchase is 0. Raises Unanswered where nobody first bought in these months.

    Formula: customer_share = customers of the cohort active in the month ÷ customers of the
    cohort; Who bought again, or still pays, so many months after the first.
    """
    dated = days.filter(days.day < ibis.date(months[-1].end))
    begun = dated.group_by("customer_id").agg(begun=dated.day.min(where=dated.is_purchase))
    begun = begun.filter(begun.begun >= ibis.date(months[0].start))
    number = _months(months)
    begun = begun.inner_join(number, begun.begun == number.of_day)
    begun = begun.select("customer_id", cohort="number")
    inside = dated.inner_join(begun, "customer_id")
    inside = inside.inner_join(number, inside.day == number.of_day).rename(at="number")
    monthly = inside.group_by("cohort", "at", "customer_id").agg(
        bought=inside.is_purchase.any(), net=inside.net.sum()
    )
    cells = monthly.group_by("cohort", "at").agg(
        customers=monthly.bought.cast("int64").sum(), net=monthly.net.sum()
    )
    return _triangle(cells.execute(), months)


def by_first_subscription(
    subscriptions: ibis.Table, fx_rates: ibis.Table, months: Sequence[Period], currency: str
) -> pd.DataFrame:
    """Return one row per cohort of first paid subscription and month since, as of its last day.

    Columns: cohort, since, cohort_size (customers paying at the end of their first month or gone
    within it), customers (paying on the last day), share, net (recurring revenue on that day, at
    its rates), revenue_share (of month 0's). Months not complete yet are rows with nulls.
    """
    paid = held(subscriptions)
    begun = paid.group_by("customer_id").agg(begun=paid.start_date.min())
    number = _months(months)
    begun = begun.inner_join(number, begun.begun == number.of_day)
    begun = begun.select("customer_id", cohort="number")
    paying = recurring.by_customer(subscriptions, fx_rates, months, currency)
    paying = paying.rename(at="number").inner_join(begun, "customer_id")
    cells = paying.group_by("cohort", "at").agg(
        customers=paying.is_paying.cast("int64").sum(), net=paying.end.sum()
    )
    size = begun.group_by("cohort").agg(cohort_size=begun.count()).execute()
    return _triangle(cells.execute(), months, size.set_index("cohort").cohort_size)


def shown(cells: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the cells that are known, from the month after the first on, to be drawn.

    `measure` is customer_share (active, of the cohort), revenue_share (of month 0's) or
    revenue_per_customer (money so far, month 0 included). Columns: cohort, since, the measure, n.
    """
    value = {
        "customer_share": cells.share,
        "revenue_share": cells.revenue_share,
        "revenue_per_customer": cells.groupby("cohort").net.cumsum() / cells.cohort_size,
    }[measure]
    rows = cells.assign(n=cells.cohort_size, **{measure: value})[["cohort", "since", measure, "n"]]
    return rows[(rows.since > 0) & rows[measure].notna()].reset_index(drop=True)


def reading(rows: pd.DataFrame) -> Message:
    """Say how it stands a year on, or as long as is known, over all cohorts old enough."""
    last, measure = int(min(12, rows.since.max())), rows.columns[2]
    old = rows[rows.since == last]
    value = (old[measure] * old.n).sum() / old.n.sum()
    return Message(_READ[measure], {"n": last, "value": value})


def _months(months: Sequence[Period]) -> ibis.Table:
    """Each day of the months with the place of its month."""
    days = [
        (place, month.start + timedelta(days=n))
        for place, month in enumerate(months)
        for n in range(month.days)
    ]
    return ibis.memtable({"number": [p for p, _ in days], "of_day": [day for _, day in days]})


def _triangle(
    cells: pd.DataFrame, months: Sequence[Period], size: pd.Series | None = None
) -> pd.DataFrame:
    """Every cohort × month since: 0 where nothing was, null where the month is not over."""
    if cells.empty:
        raise Unanswered("Nobody first bought in these months: choose an earlier first month.")
    found = cells.assign(since=cells["at"] - cells.cohort).drop(columns="at")
    found = found.set_index(["cohort", "since"]).astype(float)
    cohorts = sorted({*found.index.get_level_values("cohort")})
    every = pd.MultiIndex.from_product([cohorts, range(len(months))], names=["cohort", "since"])
    full = found.reindex(every).reset_index()
    complete = full.cohort + full.since < len(months)
    values = full[["customers", "net"]].fillna(0).where(complete)
    start = values.set_axis(pd.MultiIndex.from_frame(full[["cohort", "since"]])).xs(0, level=1)
    size = start.customers if size is None else size.astype(float)
    full["cohort_size"] = full.cohort.map(size).astype(int)
    full = full.assign(
        customers=values.customers,
        share=values.customers / full.cohort_size,
        net=values.net.round(2),
        revenue_share=values.net / full.cohort.map(start.net.where(start.net > 0)),
    )
    full["cohort"] = full.cohort.map(lambda place: months[place].start)
    columns = ["cohort", "since", "cohort_size", "customers", "share", "net", "revenue_share"]
    return full[columns]
