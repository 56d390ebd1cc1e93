"""Lifetime value with a contract: what subscribers will still pay, and was that foreseen."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.customers import beta_geometric
from revwork.analysis.customers.plan_churn import MONTH, spells
from revwork.analysis.money import converted
from revwork.findings import Message, Unanswered

GRACE = 3  # days by which a month may be shorter or longer than the mean one
_YEAR, _Z95 = 365, 1.96


def lives(spells: ibis.Table, steps: pd.DataFrame, as_of: date) -> ibis.Table:
    """Return how long subscribers of each plan have stayed, those alike counted.

    A plan whose subscribers leave at another pace since a day (`plan_churn.steps`) is observed
    from that day on. Columns: plan, entered and lasted (monthly renewals passed when first and
    last observed), left, n, amount (money a month of those who are still there).
    """
    since = [(spells["plan"] == one.plan, ibis.date(one.since)) for one in steps.itertuples()]
    begun = ibis.cases(*since, else_=spells.start_date) if since else spells.start_date
    ended = spells.end_date.coalesce(ibis.date(as_of + timedelta(days=1)))
    rows = spells.filter(ended > begun)
    rows = rows.mutate(
        entered=_passed(ibis.greatest(begun, rows.start_date), rows.start_date, GRACE),
        lasted=ibis.greatest(
            rows.gone.ifelse(
                _passed(rows.end_date, rows.start_date, -GRACE - 1),
                _passed(ended, rows.start_date, GRACE),
            ),
            0,
        ),
        left=rows.gone,
    )
    rows = rows.mutate(entered=ibis.least(rows.entered, rows.lasted))
    runs = rows.end_date.isnull()
    return rows.group_by("plan", "entered", "lasted", "left").agg(
        n=rows.count(), amount=rows.monthly_amount.sum(where=runs).cast("float64").fill_null(0)
    )


def by_plan(
    lives: ibis.Table, deliveries: ibis.Table, as_of: date, months: int, discount_rate: float
) -> pd.DataFrame:
    """Return what the subscribers of each plan are worth: their months to come × margin, today.

    `lives` with amounts in one currency. Margin is that of the plan's orders in the last year.
    Columns: plan, subscribers, recurring_revenue, stay_rate (share who stay another year),
    months_to_come (of one, mean, not discounted), margin_rate, customer_value (money; null where no
    order of the plan has a known cost; never negative), value_each. Raises Unanswered where nobody
    subscribes.

    Formula: stay_rate = subscribers expected in a year ÷ subscribers now; How many of today's will
    still pay in a year.
    Formula: months_to_come = sum of the chances to be there in each month of the horizon; How many
    months a subscriber will still pay.
    """
    rows = lives.order_by("plan", "entered", "lasted", "left").execute()
    if rows.empty or rows["left"].all():
        raise Unanswered("Nobody subscribes on the last day: there is no value to come.")
    kept = _margins(deliveries, as_of)
    found = []
    for plan, some in rows.groupby("plan"):
        model, now = beta_geometric.fit(some), some[~some["left"]]
        passed, n = now.lasted.to_numpy(float), now.n.to_numpy(float)
        today = beta_geometric.months_to_come(model, passed, months, discount_rate)
        plain = beta_geometric.months_to_come(model, passed, months, 0.0)
        stays = beta_geometric.survival(model, passed + 12) / beta_geometric.survival(model, passed)
        margin = kept.get(plan, float("nan"))
        found.append(
            {
                "plan": plan or None,
                "subscribers": int(n.sum()),
                "recurring_revenue": now.amount.sum(),
                "stay_rate": n @ stays / n.sum() if n.sum() else float("nan"),
                "months_to_come": n @ plain / n.sum() if n.sum() else float("nan"),
                "margin_rate": margin,
                "customer_value": float(np.maximum(margin, 0) * (now.amount @ today)),
            }
        )
    frame = pd.DataFrame(found).sort_values("customer_value", ascending=False, ignore_index=True)
    return frame.assign(
        value_each=frame.customer_value / frame.subscribers.where(frame.subscribers > 0)
    )


def in_currency(spells: ibis.Table, fx_rates: ibis.Table, currency: str, as_of: date) -> ibis.Table:
    """Return the spells with monthly amounts in the company's currency, at the last day's rate."""
    read = spells.mutate(read_on=ibis.date(as_of))
    return converted(read, ["monthly_amount"], "read_on", fx_rates, currency).drop("read_on")


def held_out(
    subscriptions: ibis.Table, steps: pd.DataFrame, as_of: date, months: int
) -> pd.DataFrame:
    """Return by plan how many subscribers were expected to stay the last months, and did.

    Fitted on what was known when the months began. Columns: plan, subscribers (then), current
    (share who stayed), low, high (95 %), base (share expected). A plan whose pace moved within the
    months (`steps`) is what no model of the past foresees.
    """
    cut = as_of - timedelta(days=round(months * MONTH))
    known = steps[steps.since.map(lambda day: day < cut)] if len(steps) else steps
    before, now = spells(subscriptions, cut), spells(subscriptions, as_of)
    rows = lives(before, known, cut).order_by("plan", "entered", "lasted", "left").execute()
    run = ["subscription_id", "plan", "start_date"]
    there = before.filter(before.end_date.isnull()).select(run)
    both = there.inner_join(now.select(*run, "gone"), run)
    stayed = both.group_by("plan").agg(stayed=(~both.gone).cast("int64").sum()).execute()
    found = []
    for plan, some in rows.groupby("plan"):
        model, left = beta_geometric.fit(some), some[~some["left"]]
        passed = left.lasted.to_numpy(float)
        stays = beta_geometric.survival(model, passed + months)
        stays = stays / beta_geometric.survival(model, passed)
        count = int(left.n.sum())
        if count:
            share = left.n.to_numpy(float) @ stays / count
            found.append({"plan": plan, "subscribers": count, "base": share})
    if not found:
        raise Unanswered("Nobody subscribed when the months of the check began.")
    frame = pd.DataFrame(found).merge(stayed, on="plan", how="left").fillna({"stayed": 0})
    share = frame.stayed / frame.subscribers
    half = _Z95 * np.sqrt(share * (1 - share) / frame.subscribers)
    frame = frame.assign(
        current=share, low=(share - half).clip(0), high=(share + half).clip(upper=1)
    )
    return frame[["plan", "subscribers", "current", "low", "high", "base"]]


def reading(rows: pd.DataFrame) -> Message:
    """Say what all subscribers are worth today, and which plan most of it."""
    if rows.customer_value.isna().all():
        return Message("What subscribers are worth needs the cost of goods", {})
    top = rows.loc[rows.customer_value.fillna(-1).idxmax()]
    return Message(
        "Subscribers we have are worth {value:money} today, {share:percent} of it {plan:text}",
        {
            "value": rows.customer_value.sum(),
            "share": top.customer_value / (rows.customer_value.sum() or 1),
            "plan": top["plan"],
        },
    )


def check_reading(rows: pd.DataFrame) -> Message:
    """Say how many subscribers stayed, and how many were expected to."""
    weight = rows.subscribers / rows.subscribers.sum()
    return Message(
        "{stayed:percent} of subscribers stayed, {expected:percent} were expected to",
        {"stayed": (rows.current * weight).sum(), "expected": (rows.base * weight).sum()},
    )


def _passed(until: ibis.Value, begun: ibis.Value, grace: int) -> ibis.Value:
    """Whole months between two days, a few days more or less."""
    days = until.delta(begun, unit="day") + grace
    return (days / MONTH).floor().cast("int64")


def _margins(deliveries: ibis.Table, as_of: date) -> dict[str, float]:
    """Contribution of a euro by plan, of the orders of the last 365 days whose cost is known."""
    first = as_of - timedelta(days=_YEAR)
    rows = deliveries.filter((deliveries.order_date > ibis.date(first)) & deliveries.left.notnull())
    sums = rows.group_by(plan=rows["plan"].fill_null("")).agg(
        left=rows.left.sum().cast("float64"), net=rows.net.sum().cast("float64")
    )
    return {one.plan: one.left / one.net for one in sums.execute().itertuples() if one.net > 0}
