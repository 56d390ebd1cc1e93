"""Plan findings: whose subscribers leave at another pace since a day, and what it costs a year."""

from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import worth
from revwork.analysis.customers.plan_churn import MONTH
from revwork.analysis.money import converted
from revwork.calendar import Calendar, Period
from revwork.findings import Finding, Impact, Message

_YEAR, _Z95 = 365, 1.96
_SEEN = (
    "Left a month: {before:percent} before, {now:percent} since; {ratio:multiple} as fast, "
    "95 %: {low:multiple} to {high:multiple}, other plans {others:multiple}. {priced:text}. Before "
    "and after, not proof: the old price for half of those due, chosen at random, would prove it"
)


def moved(
    steps: pd.DataFrame,
    spells: ibis.Table,
    deliveries: ibis.Table,
    rates: tuple[ibis.Table, str],
    time: tuple[Calendar, date],
) -> list[Finding]:
    """Return a finding for each plan whose subscribers leave at another pace since a day.

    `steps` and `spells` are what `plan_churn` returns, `deliveries` what `purchases` does; `rates`
    are exchange rates and the company's currency, `time` its calendar and the last day.
    """
    return [_finding(one, spells, deliveries, rates, time) for one in steps.itertuples()]


def impact(
    step: tuple,
    spells: ibis.Table,
    deliveries: ibis.Table,
    rates: tuple[ibis.Table, str],
    months: list[Period],
) -> Impact:
    """Return what those who left would have left a year, had they gone at the pace before.

    Who left so many days after the step would have stayed ratio × as many. What falls into the
    last three complete months, times the margin of the plan's own orders in them (money as it
    was charged, named so, where none is found), for a year. The interval holds the ratio's and
    that who left is a matter of chance.
    """
    fx_rates, currency = rates
    window = Period("last", months[0].start, months[-1].end)
    left = _leavers(step, spells, fx_rates, currency)
    basis, kept = _kept(deliveries, step.plan, window)
    scale = kept * _YEAR / window.days / MONTH
    value, low, high = (
        -scale * _missing(left, window, ratio)
        for ratio in (step.ratio, step.low_ratio, step.high_ratio)
    )
    spread = np.hypot((high - low) / 2, _Z95 * value / np.sqrt(max(step.left_since, 1)))
    return Impact(value, value - spread, value + spread, currency, basis)


def _leavers(step: tuple, spells: ibis.Table, fx_rates: ibis.Table, currency: str) -> pd.DataFrame:
    """Who left the plan since: from when the new pace held for them, until when, at what price."""
    gone = spells.filter(
        spells.gone & (spells["plan"] == step.plan) & (spells.end_date >= ibis.date(step.since))
    )
    home = converted(gone, ["monthly_amount"], "end_date", fx_rates, currency)
    keys = ["subscription_id", "start_date", "end_date", "monthly_amount"]
    rows = home.select(keys).order_by(keys[0]).execute()
    days = rows[["start_date", "end_date"]].apply(pd.to_datetime)
    return pd.DataFrame(
        {
            "begin": days.start_date.clip(lower=pd.Timestamp(step.since)),
            "end": days.end_date,
            "amount": rows.monthly_amount.astype(float),
        }
    )


def _missing(left: pd.DataFrame, window: Period, ratio: float) -> float:
    """Money × days that they would have paid for in the window, less than nothing if slower."""
    first, last = pd.Timestamp(window.start), pd.Timestamp(window.end)
    until = left.begin + (left.end - left.begin) * float(ratio)
    days = until.clip(first, last) - left.end.clip(first, last)
    return float((days.dt.days * left.amount).sum())


def _kept(deliveries: ibis.Table, plan: str, window: Period) -> tuple[str, float]:
    """Contribution of a euro that the plan's orders brought in the window; 1 if not known."""
    rows = deliveries.filter(
        (deliveries["plan"].fill_null("") == plan)
        & (deliveries.order_date >= ibis.date(window.start))
        & (deliveries.order_date < ibis.date(window.end))
        & deliveries.left.notnull()
    )
    sums = rows.aggregate(left=rows.left.sum(), net=rows.net.sum()).execute().astype(float)
    if not sums.net[0] > 0:
        return "net_revenue", 1.0
    return "contribution_margin", float(sums.left[0] / sums.net[0])


def _finding(
    step: tuple,
    spells: ibis.Table,
    deliveries: ibis.Table,
    rates: tuple[ibis.Table, str],
    time: tuple[Calendar, date],
) -> Finding:
    calendar, as_of = time
    found = impact(step, spells, deliveries, rates, calendar.complete_months(as_of, 3))
    faster = step.ratio > 1
    values = {"plan": step.plan or None, "times": step.ratio, "since": step.since}
    return Finding(
        metric="plan_churn",
        segment={"plan": step.plan},
        direction="threat" if faster else "strength",
        kind="change",
        department="subscriptions",
        period=calendar.holding(step.since, "month").name,
        claim=Message(
            "{plan:text}: subscribers leave {times:multiple} as fast since {since:date}", values
        ),
        evidence=Message(
            _SEEN,
            {
                **{"before": step.before_rate, "now": step.since_rate, "ratio": step.ratio},
                **{"low": step.low_ratio, "high": step.high_ratio, "others": step.others_ratio},
                "priced": _priced(step.price_change_rate),
            },
        ),
        next_step=Message(
            "Offer those who are left the old price or a smaller plan before they renew, and ask "
            "who left why"
            if faster
            else "Find out what was done for them, and do it for the other plans",
            {},
        ),
        impact=found,
        confidence=worth.confidence(found),
    )


def _priced(change: float | None) -> Message:
    if change is None or pd.isna(change):
        return Message("No price of the plan changed then", {})
    return Message("Its price changed by {change:change} that day", {"change": change})
