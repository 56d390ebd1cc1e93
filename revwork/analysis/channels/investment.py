"""Investment: where the next euro of revenue leaves most, and what grows."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.channels.channel_scores import NO_COST
from revwork.analysis.channels.channel_sums import Z95, both, growth, rate, rate_error, sums, sure
from revwork.calendar import Comparison
from revwork.findings import Message, Unanswered, Word

YEAR = 365.25
ENOUGH = 90  # days of orders, for what a year brings
STEP = 0.1  # of a channel's revenue, more
_PLACES = [
    *(
        "net_revenue",
        "yearly_revenue",
        "contribution_rate",
        "low_contribution_rate",
        "high_contribution_rate",
    ),
    *("rest_rate", "rate_gap", "low_rate_gap", "high_rate_gap", "commission_rate"),
    *("rest_commission_rate", "base_revenue", "change_rate", "low_change_rate", "high_change_rate"),
    *("next_tenth", "low_next_tenth", "high_next_tenth", "standing"),
]
GROW, KEEP = Word("Leaves more and grows"), Word("Leaves more")
NEITHER, FIX = Word("Like the others"), Word("Leaves less")


def places(lines: ibis.Table, comparison: Comparison, by: str) -> pd.DataFrame:
    """Return where revenue leaves most after commission and how it grew, best first.

    Each value of a dimension against all others together: a difference of what it sells, to whom
    and on which terms; no promise of what more money there would bring. Differences and growth have
    intervals at 95 %, corrected for all values compared; a rate alone has its own.

    Columns: the dimension (null: not recorded); net_revenue, yearly_revenue (null below 90
    days of orders), base_revenue (null: nothing before),
    contribution_rate with low_ and high_contribution_rate, rest_rate, rate_gap, low_rate_gap,
    high_rate_gap; commission_rate, rest_commission_rate; change_rate with low_ and high_change_rate
    (null without a comparison); next_tenth, low_next_tenth, high_next_tenth (money a year: what a
    tenth more revenue would leave at the rate of now); standing (words, null for one alone). Empty
    where no cost is known.

    Formula: next_tenth = a tenth of the net revenue × contribution rate, for a year; What a tenth
    more revenue would leave if it left what revenue leaves now.
    Formula: rate_gap = contribution rate − that of all others together; What it leaves of net
    revenue more than all others together.
    """
    rows = sums(lines, both(comparison), [by])
    now = rows[(rows.period == 0)].reset_index(drop=True)
    if not now.known.gt(0).any():
        return pd.DataFrame(columns=[by, *_PLACES])
    base = now[[by]].merge(rows[rows.period == 1], "left", by)
    found = _rates(now, by).join(growth(now, base, sure(len(now))))
    found["base_revenue"] = base.net
    found["yearly_revenue"] = now.net * _a_year(lines, comparison)
    more = STEP * found.yearly_revenue.clip(lower=0)
    for end in ("", "low_", "high_"):
        found[f"{end}next_tenth"] = more * found[f"{end}contribution_rate"]
    found["standing"] = _standing(found)
    return found.sort_values(["contribution_rate", by], ascending=[False, True], ignore_index=True)


def shown(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return `places` as `chart.dots` draws them: the contribution rate, or the growth.

    Columns: the dimension, current, base (the others' rate; null for growth), low, high. Raises
    Unanswered where no cost is known, and for growth where there is nothing to compare with.
    """
    if rows.empty:
        raise Unanswered(NO_COST)
    base = rows.rest_rate if measure == "contribution_rate" else np.nan
    if rows[measure].isna().all():
        raise Unanswered("Growth needs sales in the period before, too: there are none.")
    return rows[[rows.columns[0]]].assign(
        current=rows[measure], base=base, low=rows[f"low_{measure}"], high=rows[f"high_{measure}"]
    )


def reading(rows: pd.DataFrame) -> Message:
    """Say where a unit of revenue leaves most and least."""
    known = rows.dropna(subset="contribution_rate")
    if known.empty:
        return Message(NO_COST, {})
    if len(known) == 1:
        return Message(
            "{first:text} leaves {rate:percent} of net revenue after commission",
            {"first": known.iloc[0, 0], "rate": known.contribution_rate.iloc[0]},
        )
    first, last = known.iloc[0], known.iloc[-1]
    return Message(
        "{first:text} leaves most of net revenue after commission ({most:percent}), {last:text} "
        "least ({least:percent})",
        {
            **{"first": first.iloc[0], "most": first.contribution_rate},
            **{"last": last.iloc[0], "least": last.contribution_rate},
        },
    )


def levels(rows: pd.DataFrame) -> Message:
    """The same of what `shown` draws as rates."""
    return reading(
        rows.rename(columns={"current": "contribution_rate"}).sort_values(
            "contribution_rate", ascending=False, kind="stable"
        )
    )


def pace(rows: pd.DataFrame) -> Message:
    """Say which grew beyond chance, of what `shown` draws as growth."""
    sure = rows[(rows.low > 0) | (rows.high < 0)]
    if sure.empty:
        return Message("No change of net revenue is beyond chance: every interval holds 0", {})
    most = sure.loc[sure.current.abs().idxmax()]
    return Message(
        "{first:text} changed most beyond chance: {change:change} (95 %: {low:change} to "
        "{high:change})",
        {"first": most.iloc[0], "change": most.current, "low": most.low, "high": most.high},
    )


def _rates(now: pd.DataFrame, by: str) -> pd.DataFrame:
    """Contribution rates with their interval, and the difference to all others together."""
    amounts = now.drop(columns=["period", by]).astype(float)
    rest = amounts.sum() - amounts
    own, others, error = rate(now), rate(rest), rate_error(now)
    gap, wide = own - others, sure(len(now)) * np.hypot(error, rate_error(rest))
    return pd.DataFrame(
        {
            by: now[by],
            "net_revenue": now.net,
            "contribution_rate": own,
            "low_contribution_rate": own - Z95 * error,
            "high_contribution_rate": own + Z95 * error,
            "rest_rate": others,
            "rate_gap": gap,
            "low_rate_gap": gap - wide,
            "high_rate_gap": gap + wide,
            "commission_rate": now.commission / now.priced.where(now.priced > 0),
            "rest_commission_rate": rest.commission / rest.priced.where(rest.priced > 0),
        }
    ).round(9)


def _a_year(lines: ibis.Table, comparison: Comparison) -> float:
    """What makes the period's money a year's, of the days that orders cover; null below 90."""
    first = pd.Timestamp(lines.order_date.min().execute()).date()
    days = (comparison.current.end - max(first, comparison.current.start)).days
    return YEAR / days if days >= ENOUGH else np.nan


def _standing(rows: pd.DataFrame) -> list[Word | None]:
    told = []
    for one in rows.itertuples():
        if pd.isna(one.rate_gap):
            told.append(None)
            continue
        better = one.low_rate_gap > 0
        grows = KEEP if not one.low_change_rate > 0 else GROW
        told.append(grows if better else FIX if one.high_rate_gap < 0 else NEITHER)
    return told
