"""Abandoned baskets: how many are filled and left, where, and what they held at most."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.journey.journey_steps import Step, required
from revwork.analysis.periods import in_periods
from revwork.calendar import Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

LEVEL = 0.95


def by(
    priced: ibis.Table, steps: Sequence[Step], basket: str, comparison: Comparison, name: str
) -> pd.DataFrame:
    """Return the baskets left by segment, largest share first.

    `priced` is what `visit_values.priced` returns. A basket is abandoned where the visit did not
    come through to the last step: one who buys in a later visit counts here as well. What a basket
    held is not recorded: abandoned_amount is their number at the value of an order of the segment.

    Columns: `name`, baskets, abandoned, abandoned_share with low_ and high_abandoned_share (95 %,
    Wilson), share_before (comparison period, null without), order_value, abandoned_amount. Raises
    Unanswered where no basket was filled in the period.

    Formula: abandoned_share = visits that filled a basket and did not buy ÷ visits that filled
    one; One who buys in a later visit is among them.
    Formula: abandoned_amount = abandoned baskets × order value; The most they can have held.
    """
    now = _counted(priced, steps, basket, [comparison.current], [name])
    if now.empty:
        raise Unanswered(
            "No basket was filled in {period:period}: choose another period.",
            period=comparison.current.name,
        )
    rows = now.drop(columns="period").assign(**_told(now), share_before=np.nan)
    if comparison.base:
        past = _counted(priced, steps, basket, [comparison.base], [name])
        known = _told(past)["abandoned_share"].set_axis(past[name].fillna(""))
        rows["share_before"] = rows[name].fillna("").map(known).astype(float)
    rows["order_value"] = (rows.net / rows.sold.where(rows.sold > 0)).round(6)
    rows["abandoned_amount"] = (rows.abandoned * rows.order_value).round(2)
    shown = [*("baskets", "abandoned", "abandoned_share", "low_abandoned_share")]
    shown += ["high_abandoned_share", "share_before", "order_value", "abandoned_amount"]
    rows = rows.sort_values(["abandoned_share", name], ascending=[False, True])
    return rows[[name, *shown]].reset_index(drop=True)


def months(
    priced: ibis.Table, steps: Sequence[Step], basket: str, months: Sequence[Period]
) -> pd.DataFrame:
    """Return the share of baskets left by month, as `chart.line` draws it.

    Columns: start, name, value with low and high (95 %, Wilson), n (baskets).
    """
    rows = _counted(priced, steps, basket, months, []).set_index("period")
    rows = rows.reindex(range(len(months))).fillna(0.0)
    told = _told(rows)
    frame = pd.DataFrame({"start": [m.start for m in months], "name": [m.name for m in months]})
    names = {
        "abandoned_share": "value",
        "low_abandoned_share": "low",
        "high_abandoned_share": "high",
    }
    shares = pd.DataFrame({new: told[old].to_numpy() for old, new in names.items()})
    return frame.join(shares).assign(n=rows.baskets.to_numpy())


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the shares by segment as `chart.dots` draws them: current, base, low, high."""
    names = {"abandoned_share": "current", "share_before": "base"}
    names |= {"low_abandoned_share": "low", "high_abandoned_share": "high"}
    return rows.rename(columns=names)[[rows.columns[0], "current", "base", "low", "high"]]


def reading(rows: pd.DataFrame) -> Message:
    """Say how many baskets are left in all, and what they held at most."""
    total, amount = rows.baskets.sum(), rows.abandoned_amount.sum(min_count=1)
    if pd.isna(amount):
        return Message(
            "{share:percent} of {baskets:number} baskets are left",
            {"share": rows.abandoned.sum() / total, "baskets": total},
        )
    return Message(
        "{share:percent} of {baskets:number} baskets are left, {amount:money} at the value of an "
        "order",
        {
            "share": rows.abandoned.sum() / total,
            "baskets": total,
            "amount": amount,
        },
    )


def where(rows: pd.DataFrame) -> Message:
    """Say who leaves baskets most often and least."""
    first, last = rows.iloc[0], rows.iloc[-1]
    if first.current == last.current:
        return Message("{share:percent} of baskets are left", {"share": first.current})
    return Message(
        "{first:text} leaves most baskets ({most:percent}), {last:text} fewest ({least:percent})",
        {
            **{"first": first.iloc[0], "most": first.current},
            **{"last": last.iloc[0], "least": last.current},
        },
    )


def _counted(
    priced: ibis.Table,
    steps: Sequence[Step],
    basket: str,
    periods: Sequence[Period],
    by: Sequence[str],
) -> pd.DataFrame:
    """Baskets and those left, with the orders of the others, by period and segment."""
    names = [step.name for step in required(steps)]
    rows = in_periods(priced.filter(priced.depth > names.index(basket)), periods, "begun")
    bought = rows.depth == len(names)
    keys = ["period", *by]
    sums = rows.group_by(keys).agg(
        baskets=rows.count(),
        abandoned=(~bought).cast("int64").sum(),
        sold=rows.orders.sum(),
        net=rows.net.cast("float64").sum(),
    )
    return sums.order_by(keys).execute()


def _told(rows: pd.DataFrame) -> dict[str, pd.Series]:
    told = wilson(rows.abandoned, rows.baskets, LEVEL)
    names = ["abandoned_share", "low_abandoned_share", "high_abandoned_share"]
    return dict(zip(names, (told[name] for name in told), strict=True))
