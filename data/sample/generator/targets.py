"""Sales: the plan."""

import numpy as np
import pandas as pd
from generator import company as co

GROWTH = 1.12  # planned, a year
MARGINS = {"gross_margin": 0.42, "contribution_margin": 0.29, "operating_result": 0.04}


def targets(rng: np.random.Generator, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the plan: the first year's sales with season and growth; margins company-wide."""
    orders = tables["orders"]
    year = orders[orders.order_date < co.START + pd.DateOffset(years=1)]
    year = year[year.status != "cancelled"].assign(_net=year.net_amount * year._rate)
    cells = year.groupby(["region", "channel"], as_index=False)._net.sum()
    month = pd.period_range(co.START, "2026-12", freq="M").to_timestamp()
    season = co.SEASON.mean()[month.month].to_numpy() / co.SEASON.mean().sum()
    grown = GROWTH ** (np.arange(len(month)) // 12)
    plan = pd.DataFrame({"month": month, "metric": "net_revenue", "_share": season * grown})
    plan = plan.merge(cells, how="cross")
    plan["amount"] = (plan._share * plan._net * rng.normal(1, 0.02, len(plan))).round(-2)
    total = plan.groupby("month", as_index=False).amount.sum()
    return pd.concat([plan, *(_margin(total, *margin) for margin in MARGINS.items())])


def _margin(total: pd.DataFrame, metric: str, share: float) -> pd.DataFrame:
    return total.assign(metric=metric, amount=(total.amount * share).round(-2))
