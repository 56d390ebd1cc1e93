"""Journey figures: the numbers the page opens with."""

from collections.abc import Callable, Sequence

import ibis
import pandas as pd

from revwork.analysis.headlines import Headline, cards
from revwork.analysis.journey.journey_steps import Step, basket, required
from revwork.analysis.periods import covers, in_periods
from revwork.calendar import Calendar, Comparison
from revwork.findings import Unanswered
from revwork.metrics import Kpi

_SHOWN = {
    "visits": Headline("count", "marketing"),
    "site_conversion": Headline("percent", "web"),
    "basket_share": Headline("percent", "web"),
    "abandoned_baskets": Headline("percent", "web", "lower"),
    "revenue_per_visit": Headline("cents", "web"),
    "visit_order_value": Headline("money", "product"),
}


def headline(
    priced: Callable[[], ibis.Table],
    way: Callable[[], Sequence[Step]],
    filled: str,
    comparison: Comparison,
    calendar: Calendar,
) -> list[Kpi]:
    """Return visits, how many come through and fill a basket, and what a visit brings.

    `priced` and `way` tell what `visit_values.priced` and `journey_steps.asked` return; no card
    where they cannot. `filled` names the step that fills a basket, or nothing: its cards are left
    out where none is found, money where no visit names its order.

    Formula: visits = visits that took the first step; Counted on the day of that step.
    Formula: site_conversion = visits that came through to the last step ÷ visits; In its order,
    step by step.
    Formula: basket_share = visits that filled a basket ÷ visits; After all the steps before it.
    Formula: abandoned_baskets = visits that filled a basket and did not buy ÷ visits that filled
    one; One who buys in a later visit is among them.
    Formula: revenue_per_visit = net revenue of the orders that visits ended in ÷ visits; What a
    visit brings, whether it buys or not.
    Formula: visit_order_value = net revenue of the orders that visits ended in ÷ orders; Those
    cancelled before shipment are none.
    """
    months = calendar.complete_months(comparison.current.last_day, 12)
    asked = [p for p in (comparison.current, comparison.base, *months) if p is not None]
    asked = list({(p.start, p.end): p for p in asked}.values())
    try:
        names, rows = [step.name for step in required(way())], priced()
    except Unanswered:
        return []
    at, known = _place(way(), filled), covers(rows, asked, "begun")
    rows = in_periods(rows, asked, "begun")
    depth = rows.depth
    sums = rows.group_by("period").agg(
        visits=rows.count(),
        done=(depth == len(names)).cast("int64").sum(),
        baskets=(depth >= (at or len(names))).cast("int64").sum(),
        sold=rows.orders.sum(),
        net=rows.net.cast("float64").sum(),
    )
    table = sums.execute().set_index("period").astype(float)
    found = {
        (period.start, period.end): _figures(table.loc[n], at is not None)
        if n in table.index and known[n]
        else {}
        for n, period in enumerate(asked)
    }
    return cards(lambda p: found[p.start, p.end], _SHOWN, comparison, calendar)


def _place(steps: Sequence[Step], filled: str) -> int | None:
    """Of the step that fills a basket, 1 for the first; None where none does."""
    try:
        return [step.name for step in required(steps)].index(basket(steps, filled)) + 1
    except Unanswered:
        return None


def _figures(row: pd.Series, has_basket: bool) -> dict[str, tuple[float | None, int | None]]:
    n = int(row.visits)
    told = {"visits": (n, None), "site_conversion": (row.done / n, n)}
    if has_basket:
        told["basket_share"] = (row.baskets / n, n)
        if row.baskets:
            told["abandoned_baskets"] = (1 - row.done / row.baskets, int(row.baskets))
    if row.sold > 0 and pd.notna(row.net):
        told["revenue_per_visit"] = (round(row.net / n, 6), n)
        told["visit_order_value"] = (round(row.net / row.sold, 6), round(row.sold))
    return told
