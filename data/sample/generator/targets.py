"""Sales: the plan, and the partners who sell beside us."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.names import PARTNERS
from generator.orders import lines
from generator.world import World

GROWTH = 1.11  # planned, a year
MARGINS = {"gross_margin": 0.445, "contribution_margin": 0.305, "operating_result": 0.045}
HELD = {  # levels to be kept: in 2023, and what every further year adds
    "win_rate": (0.19, 0.01),
    "cycle_days": (60, -2),
    "cac": (270, -10),
    "net_yearly_retention": (0.74, 0.02),
    "gross_yearly_retention": (0.71, 0.02),
    "discount_rate": (0.06, 0),
    "contribution_rate": (0.37, 0.005),
    "commission_rate": (0.022, 0),
    "site_conversion": (0.07, 0.002),
    "price_index_by_revenue": (100, 0),
    "market_share": (0.03, 0.001),
}


def targets(world: World) -> pd.DataFrame:
    """Return the plan: the first year's sales with season and growth; all else company-wide."""
    table = world.of(lines)
    year = table[(table.day < 366) & ~table.cancelled]
    net = (
        (year.net * year.rate)
        .groupby([year.region, year.channel])
        .sum()
        .rename("_net")
        .reset_index()
    )
    month = pd.period_range(co.START, "2026-12", freq="M").to_timestamp()
    season = co.SEASON[:3].mean(0)[month.month - 1] / co.SEASON[:3].mean(0).sum()
    grown = GROWTH ** (np.arange(len(month)) // 12)
    plan = pd.DataFrame({"month": month, "metric": "net_revenue", "_share": season * grown})
    plan = plan.merge(net, how="cross")
    noise = world.draws("targets").normal("plan", plan.index, 0.02)
    plan["amount"] = (plan._share * plan._net * (1 + noise)).round(-2)
    plan["region"] = np.array(co.REGIONS)[plan.region]
    plan["channel"] = np.array(co.CHANNELS)[plan.channel]
    total = plan.groupby("month", as_index=False).amount.sum()
    margins = [_margin(total, *margin) for margin in MARGINS.items()]
    return pd.concat([plan, *margins, *(_held(month, *aim) for aim in HELD.items())])


def partners(world: World) -> pd.DataFrame:
    """Return who resells."""
    table = pd.DataFrame(PARTNERS).drop(columns=["currency", "weight"])
    table = table.rename(columns={"name": "partner_name", "commission": "commission_rate"})
    table["region"] = np.array(co.REGIONS)[table.region]
    table["since"] = pd.to_datetime(table.since)
    return table.assign(kind="reseller", channel="Resellers")


def _margin(total: pd.DataFrame, metric: str, share: float) -> pd.DataFrame:
    return total.assign(metric=metric, amount=(total.amount * share).round(-2))


def _held(month: pd.DatetimeIndex, metric: str, aim: tuple[float, float]) -> pd.DataFrame:
    amount = (aim[0] + aim[1] * (month.year - month.year[0])).round(4)
    return pd.DataFrame({"month": month, "metric": metric, "amount": amount})
