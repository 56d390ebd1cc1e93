"""Media: what advertising costs, whom it reaches, and what the platforms claim for it."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.money import converted
from revwork.analysis.periods import between, is_within
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered
from revwork.metrics import ratio, wilson

LEVEL = 0.95
FORMATS = {  # how a table writes what `reach` returns
    **dict.fromkeys(("impressions", "clicks", "claimed"), "number"),
    **dict.fromkeys(("cost_per_thousand", "cost_per_click", "cost_per_claimed"), "cents"),
}
_COUNTED = ("impressions", "clicks", "conversions", "conversion_value")


def paid(spend: ibis.Table, fx_rates: ibis.Table, currency: str) -> ibis.Table:
    """Return spend in the company's currency, its channel called `medium`.

    Channel is the place of sale in orders; here it is the medium. Columns: date, medium,
    campaign_id, region, cost, impressions, clicks, conversions and conversion_value (claimed).
    """
    at_home = converted(spend, ["cost", "conversion_value"], "date", fx_rates, currency)
    return at_home.rename(medium="channel").select(
        "date", "medium", "campaign_id", "region", "cost", *_COUNTED
    )


def reach(paid: ibis.Table, period: Period, by: Sequence[str] = ("medium",)) -> pd.DataFrame:
    """Return what was spent in a period and whom it reached, dearest first.

    Columns: `by`; media_cost (money), share (of it), impressions, clicks, claimed (conversions
    the platforms claim); click_rate with low_share and high_share (Wilson, 95 %), cost per
    thousand impressions, per click and per claimed conversion (money with cents); a count that no
    row tells is null. Raises Unanswered where nothing was spent.

    Formula: click_rate = clicks ÷ impressions; Share of the times shown that led to a click.
    Formula: cost_per_click = cost ÷ clicks; What a click costs.
    Formula: cost_per_thousand = 1,000 × cost ÷ impressions; What a thousand times shown cost.
    Formula: cost_per_claimed = cost ÷ conversions the platforms claim; What a conversion costs by
    the platforms' own count, in which several may claim one order.
    """
    rows = between(paid, period, "date")
    found = rows.group_by(list(by)).agg(media_cost=rows.cost.sum().cast("float64"), **_counts(rows))
    known = found.order_by(list(by)).execute().astype(dict.fromkeys(_COUNTED, float))
    if not known.media_cost.sum() > 0:
        raise Unanswered(
            "Nothing was spent in {period:period}: add rows to spend, or choose another period.",
            period=period.name,
        )
    known.insert(len(by) + 1, "share", known.media_cost / known.media_cost.sum())
    rate = wilson(known.clicks, known.impressions, LEVEL).set_axis(
        ["click_rate", "low_click_rate", "high_click_rate"], axis=1
    )
    prices = {
        "cost_per_thousand": 1000
        * known.media_cost
        / known.impressions.where(known.impressions > 0),
        "cost_per_click": known.media_cost / known.clicks.where(known.clicks > 0),
        "cost_per_claimed": known.media_cost / known.conversions.where(known.conversions > 0),
    }
    known = known.rename(columns={"conversions": "claimed"}).join(rate).assign(**prices)
    return known.sort_values(
        ["media_cost", *by], ascending=[False, *[True] * len(by)], ignore_index=True
    )


def spent(paid: ibis.Table, comparison: Comparison, by: str = "medium") -> pd.DataFrame:
    """Return cost now and before, largest first: what `chart.bars` draws.

    Columns: `by`, current, base, change_rate (null without a base), target (none).
    """
    now, base = is_within(paid.date, comparison.current), is_within(paid.date, comparison.base)
    found = paid.group_by(by).agg(
        current=paid.cost.sum(where=now).cast("float64").fill_null(0.0),
        base=paid.cost.sum(where=base).cast("float64"),
    )
    rows = found.filter((found.current > 0) | (found.base > 0)).order_by(by).execute()
    if rows.empty:
        raise Unanswered("Nothing was spent in these periods: add rows to spend.")
    change = rows.current / rows.base.where(rows.base > 0) - 1
    rows = rows.assign(change_rate=change, target=np.nan)
    return rows.sort_values(["current", by], ascending=[False, True], ignore_index=True)


def cost(paid: ibis.Table, period: Period, by: str) -> pd.Series:
    """Return the cost of a period by unit: medium, or campaign (the medium where none is named)."""
    named = paid.medium if by == "medium" else paid.campaign_id.coalesce(paid.medium)
    rows = between(paid.mutate(unit=named), period, "date")
    found = rows.group_by("unit").agg(media_cost=rows.cost.sum().cast("float64")).order_by("unit")
    return found.execute().set_index("unit").media_cost


def click_rate(paid: ibis.Table) -> ibis.Value:
    """Return clicks a time shown, over the rows that tell both."""
    both = paid.clicks.notnull() & paid.impressions.notnull()
    return ratio(paid.clicks.sum(where=both), paid.impressions.sum(where=both))


def _counts(rows: ibis.Table) -> dict[str, ibis.Value]:
    return {name: rows[name].sum().cast("float64") for name in _COUNTED}
