"""Demand signals: what is looked for, what is looked for in vain, and what could not be sold."""

from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.periods import between, covers, in_periods, year_to
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

LEVEL = 0.95
WEEKS = timedelta(weeks=52)  # weekly counts: as many of them in both years
FEWEST = 3  # series held against a year before, for an interval
INTEREST, SEARCHED, VAIN, OUT = "search_interest", "internal_search", "no_result", "stock_out"


def interest(demand: ibis.Table, period: Period, by: str) -> pd.DataFrame:
    """Return how search interest moved in the 52 weeks to the period's end, against the 52 before.

    An index says nothing across terms, so each term and region is held against itself (its mean
    in both years, the weeks it was counted in), and the movements are averaged in logarithms.
    Only where the year before is covered.

    Columns: `by` (category or region), current (the mean movement), base (null), low and high
    (95 %, Student's t over terms and regions; null below 3), n (of them). Empty without counts.

    Formula: search_interest = mean index of the last year ÷ mean of the year before − 1, same terms
    and regions; Whether more people look for what we sell.
    """
    found = _yearly(demand.filter(demand.kind == INTEREST), [by, "term", "region"], period)
    grew = np.log(found.now / found.before).where((found.now > 0) & (found.before > 0))
    rows = found.assign(grew=grew).dropna(subset=["grew"]).groupby(by, dropna=False).grew
    return _means(rows.agg(["mean", "std", "count"]).reset_index())


def signals(demand: ibis.Table, period: Period) -> pd.DataFrame:
    """Return each kind of demand in the 52 weeks to the period's end and the 52 before.

    Columns: kind, current and base (search interest: mean of its index; else the sum counted, a
    stock-out being one product and day), change_rate (null where the year before is not covered).
    """
    found = _yearly(demand, ["kind"], period)
    rows = found.assign(
        current=np.where(found.kind == INTEREST, found.now, found.total_now),
        base=np.where(found.kind == INTEREST, found.before, found.total_before),
    )
    change = rows.current / rows.base.where(rows.base > 0) - 1
    return rows.assign(change_rate=change)[["kind", "current", "base", "change_rate"]]


def unmet(demand: ibis.Table, period: Period) -> pd.DataFrame:
    """Return what was looked for in the shop without a result in 52 weeks, most often first.

    Columns: search_term, search_count, search_base (the year before), change_rate. Empty where
    nothing was counted.
    """
    rows = demand.filter((demand.kind == VAIN) & demand.term.notnull())
    found = _yearly(rows, ["term"], period)
    found = found[found.total_now > 0]
    change = found.total_now / found.total_before.where(found.total_before > 0) - 1
    found = found.assign(
        search_term=found.term,
        search_count=found.total_now,
        search_base=found.total_before,
        change_rate=change,
    )
    columns = ["search_term", "search_count", "search_base", "change_rate"]
    order = found.sort_values(["search_count", "search_term"], ascending=[False, True])
    return order[columns].reset_index(drop=True)


def missed(demand: ibis.Table, lines: ibis.Table, period: Period) -> pd.DataFrame:
    """Return what stock-outs may have cost in the year to the period's end, by category.

    A product's net revenue and margin a day while it could be sold (since its first order of the
    year), times the days it could not. At most: who waits or takes something else is not lost.

    Columns: category, products (that were out), out_days (products × days), missed_revenue and
    missed_margin (contribution before marketing; null where no cost is known). Most first.

    Formula: missed_revenue = days out of stock × net revenue a day in stock; What could not be sold
    at most, because it was not there.
    """
    year = year_to(period)
    out = demand.filter((demand.kind == OUT) & demand.product_id.notnull() & (demand.value > 0))
    out = between(out, year, "date").group_by("product_id").agg(out_days=out.date.nunique())
    sold = between(lines, year).filter(lambda row: row.product_id.notnull())
    sold = sold.mutate(left=contribution(sold))
    each = sold.group_by("product_id").agg(
        category=sold.category.max(),
        net=sold.net.sum().cast("float64"),
        left=sold.left.sum().cast("float64"),
        since=sold.order_date.min(),
    )
    rows = out.left_join(each, "product_id").execute()
    there = (pd.Timestamp(year.end) - pd.to_datetime(rows.since)).dt.days - rows.out_days
    there = there.where(there > 0).astype(float)
    rows = rows.assign(
        missed_revenue=(rows.net * rows.out_days / there).astype(float).round(2),
        missed_margin=(rows.left * rows.out_days / there).astype(float).round(2),
    )
    found = rows.groupby("category", dropna=False).agg(
        products=("product_id", "count"),
        out_days=("out_days", "sum"),
        missed_revenue=("missed_revenue", lambda each: each.sum(min_count=1)),
        missed_margin=("missed_margin", lambda each: each.sum(min_count=1)),
    )
    order = found.reset_index().sort_values(["missed_revenue", "category"], ascending=[False, True])
    return order.reset_index(drop=True)


def known(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows; Unanswered where nothing of the kind was counted."""
    if rows.empty:
        raise Unanswered(
            "What is looked for is not known in these days: add rows to demand, two years of "
            "search interest, searches without a result or stock-outs."
        )
    return rows


def looked_for(rows: pd.DataFrame) -> Message:
    """Say where search interest grows most; `rows` is what `interest` returns."""
    most = known(rows).loc[rows.current.idxmax()]
    return Message(
        "Search interest grows most for {name:text}: {rate:change} in a year",
        {"name": most.iloc[0], "rate": most.current},
    )


def in_vain(rows: pd.DataFrame) -> Message:
    """Name what is looked for most without a result; `rows` is what `unmet` returns."""
    most = known(rows).iloc[0]
    return Message(
        "Most looked for and not found: {term:text}, searches in a year: {count:number}",
        {"term": most.search_term, "count": most.search_count},
    )


def out_of_stock(rows: pd.DataFrame) -> Message:
    """Say what stock-outs cost at most; `rows` is what `missed` returns."""
    return Message(
        "Out of stock for {days:number} product days: {net:money} of revenue missed at most",
        {"days": known(rows).out_days.sum(), "net": rows.missed_revenue.sum(min_count=1)},
    )


def _yearly(rows: ibis.Table, by: list[str], period: Period) -> pd.DataFrame:
    """Mean and sum of a value by group in the last 52 weeks and the 52 before; null: no data."""
    middle, first = period.end - WEEKS, period.end - 2 * WEEKS
    year, before = Period("now", middle, period.end), Period("before", first, middle)
    spans = [year, before] if all(covers(rows, [before], "date")) else [year]
    by = list(dict.fromkeys(by))
    sums = in_periods(rows, spans, "date")
    sums = sums.group_by([*by, "period"]).agg(mean=sums.value.mean(), total=sums.value.sum())
    found = sums.order_by([*by, "period"]).execute().astype(dict.fromkeys(by, object))
    wide = found.set_index([*by, "period"])[["mean", "total"]].unstack("period")
    names = {("mean", 0): "now", ("mean", 1): "before"}
    names |= {("total", 0): "total_now", ("total", 1): "total_before"}
    wide = wide.reindex(columns=pd.MultiIndex.from_tuples(names)).astype(float).round(6)
    wide.columns = list(names.values())
    return wide.reset_index()


def _means(rows: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import t

    n = rows["count"].where(rows["count"] >= FEWEST).astype(float)
    half = t.ppf((1 + LEVEL) / 2, n - 1) * rows["std"] / np.sqrt(n)
    return pd.DataFrame(
        {
            rows.columns[0]: rows.iloc[:, 0],
            "current": np.expm1(rows["mean"]),
            "base": np.nan,
            "low": np.expm1(rows["mean"] - half),
            "high": np.expm1(rows["mean"] + half),
            "n": rows["count"],
        }
    )
