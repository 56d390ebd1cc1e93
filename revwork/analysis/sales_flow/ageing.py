"""Ageing: how long open deals have been waiting, and which of them are stale."""

from datetime import date

import ibis
import pandas as pd

OLD = 0.8  # quantile of the won deals' cycle beyond which a deal is stale


def open_deals(deals: ibis.Table, spells: ibis.Table, day: date) -> ibis.Table:
    """Return the open deals of `standing` with their age, and whether they are stale.

    Stale: older than the 80th percentile of the cycle of deals won so far (no deal won: not by
    age), or with a close date that has passed. Columns: those of deals, age_days, stage_days (null
    where the history does not tell it), is_overdue, is_old, is_stale.
    """
    limit = longest_cycle(deals)
    there = spells.filter(spells.left_on.isnull()).group_by("opportunity_id")
    since = there.agg(stage_since=spells.entered_on.max()).rename(deal="opportunity_id")
    waiting = deals.filter(deals.outcome == "open")
    joined = waiting.left_join(since, waiting.opportunity_id == since.deal).drop("deal")
    today = ibis.date(day)
    age = today.delta(joined.created_on, unit="day")
    old = age > limit if limit is not None else ibis.literal(False)
    overdue = (joined.close_date < today).fill_null(False)
    return joined.mutate(
        age_days=age,
        stage_days=today.delta(joined.stage_since, unit="day"),
        is_overdue=overdue,
        is_old=old,
        is_stale=old | overdue,
    ).drop("stage_since")


def longest_cycle(deals: ibis.Table) -> float | None:
    """Return the days within which 80 % of the deals won so far were won; None without one.

    Formula: stale = age above the 80th percentile of won cycles, or close date past; Older than
    four of five deals were when they were won, or due in the past.
    """
    days = longest_cycles(deals.mutate(period=ibis.literal(0))).execute().limit_days
    return None if days.empty or pd.isna(days[0]) else float(days[0])


def longest_cycles(standings: ibis.Table) -> ibis.Table:
    """Return that of each period of `deals.standings`: period, limit_days; no row without a win."""
    won = standings.filter((standings.outcome == "won") & standings.closed_on.notnull())
    days = won.closed_on.delta(won.created_on, unit="day")
    return won.group_by("period").agg(limit_days=days.quantile(OLD).cast("float64"))


def by(open_deals: ibis.Table, dimension: str) -> pd.DataFrame:
    """Return open pipeline and what of it is stale, by one dimension, most stale money first.

    Columns: the dimension, deals, open_amount, stale_deals, stale_amount (money; null where no
    amount is known), stale_share (of the amount), median_age_days.

    Formula: stale_share = amount of stale deals ÷ amount of open deals; How much of the pipeline is
    older than four of five deals were when won, or due in the past.
    """
    amount = open_deals.amount.cast("float64")
    stale = open_deals.is_stale
    rows = open_deals.group_by(dimension).agg(
        deals=open_deals.count(),
        open_amount=amount.sum(),
        stale_deals=stale.cast("int64").sum(),
        stale_amount=amount.sum(where=stale),
        median_age_days=open_deals.age_days.median().cast("float64"),
    )
    found = rows.order_by(dimension).execute()
    stale_amount = found.stale_amount.fillna(0.0).where(found.open_amount.notna())
    found = found.assign(stale_amount=stale_amount, stale_deals=found.stale_deals.astype(int))
    whole = found.open_amount.where(found.open_amount > 0)
    found = found.assign(stale_share=found.stale_amount / whole)
    order = ["stale_amount", dimension]
    found = found.sort_values(order, ascending=[False, True], ignore_index=True)
    kept = ("deals", "open_amount", "stale_deals", "stale_amount", "stale_share", "median_age_days")
    return found[[dimension, *kept]]


def oldest(open_deals: ibis.Table, most: int = 12) -> pd.DataFrame:
    """Return the stale deals with the most money in them.

    Columns: opportunity_id, owner, segment, stage, amount, age_days, stage_days, close_date,
    is_overdue.
    """
    stale = open_deals.filter(open_deals.is_stale)
    kept = stale.select(
        *("opportunity_id", "owner", "segment", "stage", "amount"),
        *("age_days", "stage_days", "close_date", "is_overdue"),
    )
    order = [ibis.desc("amount"), ibis.desc("age_days"), "opportunity_id"]
    rows = kept.order_by(order).limit(most).execute()
    return rows.astype({"amount": float})
