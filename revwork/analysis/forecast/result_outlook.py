"""Outlook of the result: what revenue ahead leaves as margins and as operating result."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from revwork.analysis import margins
from revwork.analysis.forecast.cost_ahead import GOODS, TAKEN
from revwork.analysis.margins import ORDER_COSTS
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

LEVEL, WIDE = 0.8, 0.95
COSTS = (*TAKEN, "marketing", "running")
LEFT = {  # what is left of net revenue once these are taken
    "net_revenue": (),
    "gross_margin": GOODS,
    "contribution_margin": (*GOODS, *ORDER_COSTS, "marketing"),
    "operating_result": COSTS,
}
OVER = ("fiscal_year", "next_twelve_months")


@dataclass(frozen=True)
class Result:
    """Months of a fiscal year and those ahead: what is booked, and what is still expected.

    `months`, oldest first: name, start, rest (share of its days to come), and one column for each
    of `OVER` (bool). `known` has a row a month: net_revenue and each of `COSTS` as booked so far,
    null where that is not known. `ahead` tells the same of what is still to come, as draws ×
    months: the first row is what is expected. `assumed` says how each cost is carried on,
    `lacking` why margins or the result are not known.
    """

    year: Period
    as_of: date
    months: pd.DataFrame
    known: pd.DataFrame
    ahead: Mapping[str, np.ndarray]
    assumed: pd.DataFrame
    lacking: tuple[Message, ...] = ()

    @property
    def left(self) -> Period:
        """The days of the fiscal year still to come."""
        first = self.as_of + timedelta(days=1)
        return Period(f"{first}..{self.year.last_day}", first, self.year.end)

    def sums(self, metric: str, over: str) -> np.ndarray:
        """Return a metric over some months together: what is expected, then its draws.

        Raises Unanswered where one of its costs is not known.
        """
        return self.by_month(metric)[:, self.months[over].to_numpy()].sum(axis=1)

    def by_month(self, metric: str) -> np.ndarray:
        """Return a metric as draws × months, what is expected first; costs count as losses."""
        items = ("net_revenue", *LEFT[metric])
        if absent := [name for name in items if name not in self.ahead]:
            raise Unanswered(
                "{metric:label} ahead is not known: {cost:label} is missing.",
                **{"metric": metric, "cost": absent[0]},
            )
        signs = {name: -1.0 for name in LEFT[metric]} | {"net_revenue": 1.0}
        whole = sum(signs[name] * self.ahead[name] for name in items)
        return whole + sum(signs[name] * self.known[name].to_numpy() for name in items)

    def so_far(self, metric: str, over: str) -> float:
        """Return what of a metric is booked in these months."""
        booked = self.known[self.months[over].to_numpy()].sum(skipna=False)
        return float(booked.net_revenue - booked[[*LEFT[metric]]].sum(skipna=False))

    def moved(self, ahead: Mapping[str, np.ndarray]) -> "Result":
        """Return the same with other months ahead; what is booked stays."""
        return replace(self, ahead=ahead)


def known_metrics(found: Result, over: str = "fiscal_year") -> list[str]:
    """Return the metrics that can be told over these months, in the order of the ladder."""
    each = (name for name, costs in LEFT.items() if {*costs} <= found.ahead.keys())
    return [name for name in each if np.isfinite(found.sums(name, over)[0])]


def told(draws: np.ndarray) -> dict[str, float]:
    """Return what is expected of draws whose first is that, with its 80 and 95 % intervals."""
    ends = {}
    for level, name in ((LEVEL, ""), (WIDE, "_95")):
        low, high = np.quantile(draws[1:], [(1 - level) / 2, (1 + level) / 2])
        ends |= {f"low{name}": round(float(low), 2), f"high{name}": round(float(high), 2)}
    return {"value": round(float(draws[0]), 2), **ends}


def totals(found: Result, over: str) -> pd.DataFrame:
    """Return each metric over the fiscal year or the twelve months ahead.

    Columns: metric, so_far (booked; money), value (booked and expected), low, high (80 %), low_95,
    high_95. What is not known has no row.
    """
    names = known_metrics(found, over)
    rows = [{"metric": name, "so_far": found.so_far(name, over)} for name in names]
    rows = [row | told(found.sums(row["metric"], over)) for row in rows]
    columns = ["metric", "so_far", "value", "low", "high", "low_95", "high_95"]
    return pd.DataFrame(rows, columns=columns).round({"so_far": 2})


def ladder(found: Result, over: str) -> pd.DataFrame:
    """Return the way from net revenue to operating result, as bars that add up to the cent.

    Columns: bar, value (money, costs negative), kind (total or change), as `margins.ladder` has
    them; it ends where the costs are not known. Raises Unanswered where no cost is.
    """
    if found.lacking and len(known_metrics(found, over)) < 2:
        raise Unanswered(found.lacking[0].template, **found.lacking[0].values)
    place = found.months[over].to_numpy()
    whole = {
        name: found.known[name][place].sum() + found.ahead[name][0, place].sum()
        for name in ("net_revenue", *COSTS)
        if name in found.ahead
    }
    return margins.descent(pd.Series(whole).reindex(["net_revenue", *COSTS]))


def shares(found: Result) -> pd.DataFrame:
    """Return what goods and orders are assumed to take of revenue in twelve months.

    Columns: item, revenue_share with low_ and high_ (80 %), method. Raises Unanswered where no
    cost is known.
    """
    return _assumed(found, "revenue_share")


def monthly_costs(found: Result) -> pd.DataFrame:
    """Return what running the company is assumed to cost a month, by kind; as `shares`."""
    return _assumed(found, "monthly_cost")


def _assumed(found: Result, name: str) -> pd.DataFrame:
    rows = found.assumed.dropna(subset=name)
    if rows.empty:
        raise Unanswered(found.lacking[0].template, **found.lacking[0].values)
    columns = ["item", name, f"low_{name}", f"high_{name}", "method"]
    return rows[columns].reset_index(drop=True)


def reading(bars: pd.DataFrame) -> Message:
    """Say what of revenue is left at the end of `ladder`."""
    first, last = bars.iloc[0], bars.iloc[-1]
    return Message(
        "Of {revenue:money} expected, {left:money} ({share:percent}) is left as {name:lower}",
        {
            **{"revenue": first.value, "left": last.value, "name": last.bar},
            "share": last.value / first.value if first.value > 0 else None,
        },
    )
