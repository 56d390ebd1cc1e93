"""Geo tests: regions with and without a change, before and after; and how large one must be."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.trials import CONTROL, LEVEL, POWER
from revwork.findings import Unanswered

SPANS = (4, 6, 8, 13, 26)  # weeks a test may run
_BEFORE = 2  # weeks before the test for each week of it
_HISTORY = 104  # weeks that past noise is taken from


def differences(experiments: ibis.Table) -> pd.DataFrame:
    """Return each test by region: how much more revenue grew there than in the control regions.

    Difference in differences of logarithms: revenue over revenue before, treated regions against
    the control's, Student's t over regions with Welch's degrees of freedom, so interval and p
    agree. A unit counts as a region where it is called as one.

    Columns: experiment, variant, regions, control_regions, change_rate, low_change_rate,
    high_change_rate, p, money (revenue more than without, over the test). Needs two regions a
    side: else null. Raises Unanswered where no test is by region.

    Formula: difference_in_differences = (revenue ÷ revenue before) of treated regions ÷ that of
    control regions − 1; What a change did, if the regions would otherwise have moved alike.
    """
    rows = experiments.filter(experiments.unit_id == experiments.region)
    columns = ["experiment_id", "variant", "unit_id", "revenue", "revenue_before"]
    table = rows.select(*columns).order_by("experiment_id", "variant", "unit_id").execute()
    if table.empty:
        raise Unanswered(
            "No test by region is recorded: add rows to experiments whose unit is a region, with "
            "its sales in the test and before it."
        )
    table = table.astype({"revenue": float, "revenue_before": float})
    known = (table.revenue > 0) & (table.revenue_before > 0)
    grew = np.log(table.revenue.where(known) / table.revenue_before.where(known))
    found = []
    for name, group in table.assign(grew=grew).groupby("experiment_id", sort=False):
        still = group.grew[group.variant == CONTROL].dropna()
        for variant, treated in group[group.variant != CONTROL].groupby("variant", sort=False):
            read = _against(treated, still)
            found.append({"experiment": name, "variant": variant} | read)
    return pd.DataFrame(found).round(9)


def weekly(orders: ibis.Table, touchpoints: ibis.Table) -> pd.DataFrame:
    """Return net revenue by week (its Monday) and region where advertising can show.

    Orders of the channels in which journeys end, whole weeks alone; a week without a sale is 0.
    Columns: a region each, by name. Regions not recorded are left out.
    """
    reached = orders.semi_join(touchpoints, "order_id").select("channel").distinct()
    rows = orders.filter(orders.region.notnull()).semi_join(reached, "channel")
    rows = rows.mutate(week=rows.order_date.truncate("W"))
    found = rows.group_by(["week", "region"]).agg(net=rows.net.sum().cast("float64"))
    table = found.order_by("week", "region").execute()
    wide = table.pivot(index="week", columns="region", values="net").fillna(0.0).sort_index()
    return wide.iloc[1:-1]


def plan(sold: pd.DataFrame, effect: float) -> pd.DataFrame:
    """Return how large a geo test must be to see an effect, from how the regions moved so far.

    `effect` is the share of a region's revenue at stake. For each length the noise is measured,
    not assumed: the spread, over the last two years of weeks without the test, of one region's
    growth against all others' (that many weeks against twice as many before), so what weeks have
    in common is in it. Treated regions: half of them, noise falling with their number.

    Columns: weeks, regions (treated), smallest_effect (relative change found four times in five,
    at 95 %), enough (whether the effect is as large). Raises Unanswered with fewer than two
    regions or too short a past.
    """
    from scipy.stats import norm

    sold = sold[sold.columns[sold.sum() > 0]].iloc[-_HISTORY:]
    if sold.shape[1] < 2 or len(sold) < 3 * (1 + _BEFORE) * SPANS[0]:
        raise Unanswered("A geo test needs two regions or more, and 36 weeks of orders by region.")
    treated = max(sold.shape[1] // 2, 1)
    z = norm.ppf((1 + LEVEL) / 2) + norm.ppf(POWER)
    rows = []
    for weeks in SPANS:
        if len(sold) >= 2 * (1 + _BEFORE) * weeks:
            smallest = z * _noise(sold, weeks) / np.sqrt(treated)
            rows.append({"weeks": weeks, "regions": treated, "smallest_effect": smallest})
    return pd.DataFrame(rows).assign(enough=lambda frame: frame.smallest_effect <= abs(effect))


def size(sold: pd.DataFrame, effect: float) -> dict[str, float | None]:
    """Return weeks and regions of the shortest test that sees the effect; weeks None where none.

    Keys: weeks, regions, smallest (what the longest test would see).
    """
    rows = plan(sold, effect)
    enough = rows[rows.enough]
    return {
        "weeks": int(enough.weeks.iloc[0]) if len(enough) else None,
        "regions": int(rows.regions.iloc[0]),
        "smallest": float(rows.smallest_effect.iloc[-1]),
    }


def _against(treated: pd.DataFrame, still: pd.Series) -> dict:
    from scipy.stats import t

    moved = treated.grew.dropna()
    read = {"regions": len(treated), "control_regions": len(still)}
    empty = ("change_rate", "low_change_rate", "high_change_rate", "p", "money")
    if min(len(moved), len(still)) < 2 or moved.var() + still.var() == 0:
        return read | dict.fromkeys(empty, np.nan)
    va, vb = moved.var() / len(moved), still.var() / len(still)
    freedom = (va + vb) ** 2 / (va**2 / (len(moved) - 1) + vb**2 / (len(still) - 1))
    gap, error = moved.mean() - still.mean(), np.sqrt(va + vb)
    half = t.ppf((1 + LEVEL) / 2, freedom) * error
    ends = np.expm1([gap, gap - half, gap + half])
    p, money = 2 * t.sf(abs(gap) / error, freedom), treated.revenue.sum() * -np.expm1(-gap)
    return read | dict(zip(empty, [*ends, p, money], strict=True))


def _noise(sold: pd.DataFrame, weeks: int) -> float:
    """Spread of one region's growth against the others', over every stretch of past weeks."""
    logs = []
    for region in sold:
        pair = pd.DataFrame({"one": sold[region], "rest": sold.drop(columns=region).sum(axis=1)})
        now = pair.rolling(weeks).mean()
        before = pair.rolling(_BEFORE * weeks).mean().shift(weeks)
        grew = np.log((now / before).where((now > 0) & (before > 0)))
        logs.append((grew.one - grew.rest).dropna())
    return float(np.sqrt(np.mean([gap.var() for gap in logs])))
