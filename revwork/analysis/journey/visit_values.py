"""Visit values: what a visit's order brought, and what those lost at each step would have."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.journey.journey_steps import Step, required
from revwork.analysis.periods import between
from revwork.calendar import Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

LEVEL = 0.95


def priced(reached: ibis.Table, sessions: ibis.Table, orders: ibis.Table) -> ibis.Table:
    """Return the visits of `reached` with what the order they ended in brought.

    `orders` is what `sales.by_order` returns: one cancelled before shipment brings nothing. An
    order that several visits claim counts in equal parts. Columns: those of `reached`, orders
    (0 to 1), net and contribution (money, before marketing; null without an order).
    """
    named = sessions.filter(sessions.order_id.notnull())
    named = named.select("order_id", visit="session_id").distinct()
    claimed = named.mutate(part=1 / named.count().over(group_by="order_id").cast("float64"))
    sold = orders.select("order_id", "net", "contribution")
    worth = claimed.inner_join(sold, "order_id")
    worth = worth.group_by("visit").agg(
        orders=worth.part.sum(),
        net=(worth.net.cast("float64") * worth.part).sum(),
        contribution=(worth.contribution.cast("float64") * worth.part).sum(),
    )
    rows = reached.left_join(worth, reached.unit == worth.visit)
    return rows.mutate(orders=rows.orders.fill_null(0.0)).drop("visit")


def drops(
    priced: ibis.Table, steps: Sequence[Step], period: Period, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return what is lost at each step: visits, and the revenue they would have brought.

    Lost visits × share of those a step further that came through × value of an order, all of the
    same segment and period. It supposes that who is lost would have gone on like those who
    stayed: a ceiling, and steps do not add up. Columns: `by`, step (the last they reached),
    reached, lost, lost_share with low_ and high_lost_share (95 %, Wilson), downstream_rate,
    order_value, lost_revenue; value and downstream null where nobody came through. Largest first.
    Raises Unanswered where no visit of the period names an order.

    Formula: lost_revenue = lost visits × downstream conversion × order value; What visits that
    broke off at the step would have brought, had they gone on like the others.
    """
    way = required(steps)
    rows = between(priced, period, "begun")
    sums = {f"n_{k}": (rows.depth >= k).cast("int64").sum() for k in range(1, len(way) + 1)}
    sums |= {"sold": rows.orders.sum(), "net": rows.net.sum()}
    wide = (rows.group_by(by) if by else rows).agg(**sums).execute()
    if not (wide.sold > 0).any():
        raise Unanswered(
            "What a lost visit is worth needs the orders that visits ended in: fill order_id in "
            "sessions."
        )
    value = (wide.net / wide.sold.where(wide.sold > 0)).astype(float).round(6)
    found = []
    for k, step in enumerate(way[:-1], 1):
        here, further, done = (wide[f"n_{n}"].astype(float) for n in (k, k + 1, len(way)))
        told = wilson(here - further, here, LEVEL)
        told.columns = ["lost_share", "low_lost_share", "high_lost_share"]
        downstream = done / further.where(further > 0)
        one = wide[[*by]].assign(
            step=step.name, reached=here, lost=here - further, **told, downstream_rate=downstream
        )
        lost = (one.lost * downstream * value).round(2)
        found.append(one.assign(order_value=value, lost_revenue=lost))
    table = pd.concat(found, ignore_index=True)
    order = ["lost_revenue", *by, "step"]
    return table.sort_values(order, ascending=[False] + [True] * (len(by) + 1), ignore_index=True)


def before(
    priced: ibis.Table, steps: Sequence[Step], comparison: Comparison, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return `drops` of the comparison period; no rows where there is none, or it has no order."""
    if comparison.base is None:
        return pd.DataFrame(columns=[*by, "step", "lost_revenue"])
    try:
        return drops(priced, steps, comparison.base, by)
    except Unanswered:
        return pd.DataFrame(columns=[*by, "step", "lost_revenue"])


def drawn(rows: pd.DataFrame, before: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return what is lost by segment or step beside another period, as `chart.bars` draws it.

    Columns: `by`, current, base (null where the other period has none), change_rate.
    """
    base = before.set_index(before[by].fillna("")).lost_revenue if len(before) else {}
    now = rows[[by]].assign(current=rows.lost_revenue)
    now["base"] = rows[by].fillna("").map(base).astype(float) if len(before) else np.nan
    return now.assign(change_rate=now.current / now.base.where(now.base > 0) - 1)


def reading(rows: pd.DataFrame) -> Message:
    """Say after which step most revenue is lost, and how many visits."""
    top = rows.iloc[0]
    return Message(
        "Most is lost after “{step:text}”: {lost:number} visits, worth {money:money} at most",
        {"step": top.step, "lost": top.lost, "money": top.lost_revenue},
    )
