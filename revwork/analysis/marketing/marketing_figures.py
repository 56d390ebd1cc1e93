"""Marketing figures: the numbers the page opens with, each with the model it rests on."""

from dataclasses import replace
from math import isnan

import ibis

from revwork.analysis.headlines import QUOTED, Headline, cards
from revwork.analysis.marketing import acquisition, attribution, media, roi
from revwork.analysis.periods import between, covers
from revwork.calendar import Calendar, Comparison, Period
from revwork.metrics import Kpi

_SHOWN = {
    "advertising_spend": Headline("money", "marketing", "neither"),
    "impressions": Headline("count", "marketing"),
    "click_rate": Headline("percent", "marketing"),
    "new_customers": QUOTED["new_customers"],
    "cac": Headline("cents", "marketing", "lower"),
    "roas": Headline("multiple", "marketing"),
    "roi": Headline("percent", "marketing"),
}
_BY_MODEL = ("roas", "roi")


def headline(  # noqa: PLR0913
    orders: ibis.Table,
    paid: ibis.Table,
    contacts: ibis.Table,
    comparison: Comparison,
    calendar: Calendar,
    *,
    model: str,
    lag: int = 0,
) -> list[Kpi]:
    """Return spend, reach, new customers, their cost, ROAS and ROI; what is unknown is left out.

    ROAS and ROI name the model they rest on.

    Formula: advertising_spend = Σ cost of spend; What the media were paid, without tax.
    """
    numbers = cards(
        lambda period: (
            _acquired(orders, paid, period, lag)
            | _reached(paid, period)
            | _returns(contacts, paid, period, model)
        ),
        _SHOWN,
        comparison,
        calendar,
    )
    named = {"model": attribution.CALLED[model]}
    return [replace(kpi, segment=named) if kpi.metric in _BY_MODEL else kpi for kpi in numbers]


def _acquired(orders: ibis.Table, paid: ibis.Table, period: Period, lag: int) -> dict:
    won = acquisition.blended(orders, paid, [period], lag).iloc[0]
    return {"new_customers": (won.customers, None), "cac": (won.cac, _n(won.customers))}


def _reached(paid: ibis.Table, period: Period) -> dict:
    if not covers(paid, [period], "date")[0]:
        return {}
    rows = between(paid, period, "date")
    sums = rows.aggregate(
        advertising_spend=rows.cost.sum().cast("float64"),
        impressions=rows.impressions.sum(),
        click_rate=media.click_rate(rows),
    )
    return {name: (value, None) for name, value in sums.execute().iloc[0].items()}


def _returns(contacts: ibis.Table, paid: ibis.Table, period: Period, model: str) -> dict:
    """ROAS and ROI of a period with the orders they rest on; nothing where there are none."""
    rows = roi.known(contacts, paid, period, "medium", model)
    if rows.empty:
        return {}
    n = _n(rows.conversions[rows.media_cost > 0].sum())
    return {name: (value, n) for name, value in roi.total(rows).items()}


def _n(count: float) -> int | None:
    return None if isnan(count) else round(count)
