"""Figures of the sales flow: the cards a page opens with, months and parts."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.headlines import Headline, cards
from revwork.analysis.periods import in_periods, is_within
from revwork.analysis.sales_flow import velocity, win_rates
from revwork.analysis.sales_flow.ageing import longest_cycles
from revwork.analysis.sales_flow.deals import standings
from revwork.analysis.sales_flow.win_rates import LEVEL
from revwork.calendar import Calendar, Comparison, Period
from revwork.metrics import Kpi, wilson

_SHOWN = {
    "won_amount": Headline("money", "sales"),
    "deals_won": Headline("count", "sales"),
    "win_rate": Headline("percent", "sales"),
    "win_rate_by_value": Headline("percent", "sales"),
    "cycle_days": Headline("days", "sales", "lower"),
    "sales_velocity": Headline("money", "sales", "neither"),
    "open_pipeline": Headline("money", "sales", "neither"),
    "stale_share": Headline("percent", "sales", "lower"),
}


def headline(
    moves: ibis.Table, opportunities: ibis.Table, comparison: Comparison, calendar: Calendar
) -> list[Kpi]:
    """Return what was won, how often and how fast, and what is open, as known on each last day.

    Formula: won_amount = sum of the amounts of deals won; Signed value of the deals won in the
    period, in the company's currency.
    Formula: deals_won = number of deals won; Deals won in the period.
    Formula: open_pipeline = sum of the amounts of open deals; What is neither won nor lost on the
    last day, as it stood then.
    """
    months = calendar.complete_months(comparison.current.last_day, 12)
    asked = [one for one in (comparison.current, comparison.base, *months) if one]
    found = figures(moves, opportunities, asked)
    return cards(lambda period: found[asked.index(period)], _SHOWN, comparison, calendar)


def figures(
    moves: ibis.Table, opportunities: ibis.Table, periods: Sequence[Period]
) -> list[dict[str, tuple[float | None, int | None]]]:
    """Return metric → (value, n) of each period, deals as they stood on its last day.

    Nothing for a period that ends before the first deal.
    """
    deals = standings(moves, opportunities, periods).cache()
    rates, paces = (one.by_period(deals).set_index("period") for one in (win_rates, velocity))
    waits = _waiting(deals)
    return [
        _told(rates.loc[place], paces.loc[place], waits.loc[place]) if place in rates.index else {}
        for place in range(len(periods))
    ]


def months(
    deals: ibis.Table, comparison: Comparison, calendar: Calendar, count: int = 12
) -> pd.DataFrame:
    """Return win rate by month with the year before, as `chart.line` draws it.

    Columns: start, name, value, base, low, high (Wilson, 95 %), won_amount, partial.
    """
    now = calendar.complete_months(comparison.current.last_day, count)
    before = {one.name: calendar.year_ago(one) for one in now}
    asked = [*now, *(one for one in before.values() if one)]
    inside = in_periods(deals.filter(deals.outcome != "open"), asked, "closed_on")
    sums = inside.group_by("period").agg(
        won=(inside.outcome == "won").cast("int64").sum(),
        closed=inside.count(),
        won_amount=inside.amount.cast("float64").sum(where=inside.outcome == "won"),
    )
    found = sums.execute().set_index("period").reindex(range(len(asked))).fillna(0.0)
    shares = wilson(found.won, found.closed, LEVEL).assign(name=[one.name for one in asked])
    by_name = shares.set_index("name").share
    rows = shares.join(found.won_amount).iloc[: len(now)]
    rows = rows.rename(columns={"share": "value", "low_share": "low", "high_share": "high"})
    past = [before[name].name if before[name] else None for name in rows["name"]]
    return rows.assign(
        start=[one.start for one in now],
        base=[by_name.get(name, np.nan) for name in past],
        partial=False,
    )


def won_by(deals: ibis.Table, comparison: Comparison, by: str) -> pd.DataFrame:
    """Return the money won by one dimension beside the comparison's, as `chart.bars` draws it.

    Columns: the dimension, current, base (money; null without a comparison), target, change_rate.
    """
    periods = {"current": comparison.current, "base": comparison.base}
    won = deals.filter(deals.outcome == "won")
    amount = won.amount.cast("float64")
    sums = {
        name: amount.sum(where=is_within(won.closed_on, period).fill_null(False))
        for name, period in periods.items()
    }
    rows = won.group_by(by).agg(**sums).order_by(by).execute()
    rows = rows[rows[["current", "base"]].notna().any(axis=1)].fillna({"current": 0.0})
    if comparison.base:
        rows = rows.fillna({"base": 0.0})
    change = rows.current / rows.base.where(rows.base > 0) - 1
    rows = rows.assign(target=None, change_rate=change)
    return rows.sort_values(["current", by], ascending=[False, True], ignore_index=True)


def funnel(now: pd.DataFrame, base: pd.DataFrame | None, stages: Sequence[str]) -> pd.DataFrame:
    """Return visits by stage with the share that goes on, as `chart.funnel` draws them.

    `now` and `base` are what `stages.conversion` returns. Columns: stage, value, base, rate and
    rate_base (share of the visits to the stage above that went on; null for the first).
    """
    table = now.set_index("stage").reindex([*stages])
    before = (base.set_index("stage") if base is not None else table.iloc[:0]).reindex([*stages])
    return pd.DataFrame(
        {
            "stage": [*stages],
            "value": table.visits.fillna(0).to_numpy(),
            "base": before.visits.to_numpy(),
            "rate": table.onward_rate.shift().to_numpy(),
            "rate_base": before.onward_rate.shift().to_numpy(),
        }
    )


def _waiting(standings: ibis.Table) -> pd.DataFrame:
    """Per period the money of open deals, and of those that are stale."""
    limits = longest_cycles(standings).rename(place="period")
    joined = standings.left_join(limits, standings.period == limits.place)
    age = joined.last_day.delta(joined.created_on, unit="day")
    old = (age > joined.limit_days) | (joined.close_date < joined.last_day)
    is_open, amount = joined.outcome == "open", joined.amount.cast("float64")
    rows = joined.group_by("period").agg(
        waits=amount.sum(where=is_open), stale=amount.sum(where=is_open & old.fill_null(False))
    )
    found = rows.execute().set_index("period").astype(float)
    return found.fillna({"stale": 0.0}).round(4)


def _told(rate: pd.Series, pace: pd.Series, wait: pd.Series) -> dict[str, tuple]:
    return {
        "won_amount": (rate.won_amount, None),
        "deals_won": (rate.won, None),
        "win_rate": (rate.win_rate, int(rate.closed)),
        "win_rate_by_value": (rate.win_rate_by_value, int(rate.closed)),
        "cycle_days": (pace.cycle_days, int(pace.won)),
        "sales_velocity": (pace.velocity_amount, None),
        "open_pipeline": (wait.waits if pace.open_deals else 0.0, int(pace.open_deals)),
        "stale_share": (wait.stale / wait.waits if wait.waits > 0 else None, None),
    }
