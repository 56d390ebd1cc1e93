"""Finance: expenses and exchange rates."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.media import weekly
from generator.names import SPEND_CHANNELS
from generator.people import people
from generator.world import World

MONTHLY = [  # kind, text, region, channel, currency, amount, day it is booked (0: the last)
    ("rent", "Office and showroom Madrid", "Spain", None, "EUR", 4200, 1),
    ("rent", "Showroom London", "United Kingdom", None, "GBP", 2300, 1),
    ("rent", "Desk in Zürich", "Germany", None, "CHF", 900, 1),
    ("technology", "Shop platform and payments set-up", None, "Web shop", "EUR", 2600, 5),
    ("technology", "Accounting, CRM and telephones", None, None, "EUR", 1900, 5),
    ("logistics", "Warehouse Zaragoza", "Spain", None, "EUR", 6200, 3),
    ("administration", "Tax adviser, lawyers and insurance", None, None, "EUR", 3300, 0),
    ("other", "Travel and bank charges", None, None, "EUR", 2600, 0),
    ("marketing", "Trade fairs and tastings", None, "Sales team", "EUR", 2100, 20),
    ("marketing", "Sponsored listings", None, "Marketplace", "EUR", 1700, 20),
]
RISE = 1.03  # a year
POUND = {2019.0: 1.16, 2023.6: 1.16, 2025.0: 1.195, 2026.0: 1.18, 2026.7: 1.10}  # EUR, by time
FRANC = {2019.0: 0.96, 2023.6: 1.03, 2025.0: 1.06, 2026.7: 1.09}


def fx_rates(world: World) -> pd.DataFrame:
    """Return pound and franc, weekly from before the first order and the first subscription."""
    weeks = co.PAST[co.PAST.dayofweek == 0]
    parts = []
    for code, path in (("GBP", POUND), ("CHF", FRANC)):
        level = np.interp(weeks.year + weeks.dayofyear / 365, list(path), list(path.values()))
        draws = world.draws("fx_rates").normal(code, np.arange(len(weeks)), 0.009)
        noise = pd.Series(draws).ewm(alpha=0.3).mean().to_numpy()
        parts.append(
            pd.DataFrame({"date": weeks, "currency": code, "rate": (level + noise).round(4)})
        )
    return pd.concat(parts, ignore_index=True)


def fx(world: World) -> np.ndarray:
    """Return euros for one unit, by currency and day from BEFORE: the last rate quoted."""
    table = world.of(fx_rates).pivot(index="date", columns="currency", values="rate")
    daily = table.reindex(co.PAST).ffill().bfill()
    return np.array([np.ones(len(co.PAST)), *(daily[code] for code in co.CURRENCIES[1:])])


def expenses(world: World) -> pd.DataFrame:
    """Return the expenses booked: salaries, advertising as spent, and what comes every month."""
    parts = [_every_month(world), _salaries(world), _advertising(world)]
    table = pd.concat(parts, ignore_index=True).sort_values(["date", "kind"], kind="stable")
    refund = table[(table.kind == "marketing") & (table.channel == "Marketplace")].iloc[[17]]
    refund = refund.assign(description="Refund, listings not shown", amount=-0.5 * refund.amount)
    table = pd.concat([table, refund]).sort_values("date", kind="stable", ignore_index=True)
    return table[table.date < co.END].round({"amount": 2})


def _every_month(world: World) -> pd.DataFrame:
    columns = ["kind", "description", "region", "channel", "currency", "amount", "_day"]
    month = pd.DataFrame({"_month": _months()})
    table = month.merge(pd.DataFrame(MONTHLY, columns=columns), how="cross")
    table["date"] = _booked(table._month, table._day)
    table["amount"] *= RISE ** (table._month.dt.year - co.START.year)
    noise = np.exp(world.draws("expenses").normal("month", table.index, 0.06))
    table["amount"] *= np.where(table.kind == "rent", 1, noise)
    return table


def _salaries(world: World) -> pd.DataFrame:
    """What people cost in each month, by team and country, for the days they were there."""
    month = pd.DataFrame({"_month": _months()})
    table = month.merge(world.of(people), how="cross")
    over = table._month + pd.offsets.MonthEnd(1) + pd.Timedelta(days=1)
    there = (
        table.end_date.fillna(co.END).clip(upper=over) - table.start_date.clip(lower=table._month)
    ).dt.days
    full = (over - table._month).dt.days
    table["amount"] = table.annual_cost / 12 * (there / full).clip(0, 1)
    table["amount"] *= RISE ** (table._month.dt.year - 2026.0)
    table["channel"] = table.team.map({"sales": "Sales team", "web": "Web shop"})
    table["description"] = "Salaries, " + table.team
    keys = ["_month", "description", "region", "channel"]
    table = table.groupby(keys, as_index=False, dropna=False, sort=True).amount.sum()
    return table.assign(kind="people", currency="EUR", date=_booked(table._month, 0))


def _advertising(world: World) -> pd.DataFrame:
    """The agencies' invoices: what was spent in the month, by advertising channel and country."""
    spent = world.of(weekly) / 7
    month, day = co.DAYS.to_period("M"), np.arange(co.LAST)
    rows = []
    for channel, name in enumerate(SPEND_CHANNELS):
        for region, country in enumerate(co.REGIONS):
            total = pd.Series(spent[channel, region, co.week(day)]).groupby(month).sum()
            rows.append(
                pd.DataFrame(
                    {
                        "_month": total.index.to_timestamp(),
                        "amount": total.to_numpy(),
                        "region": country,
                        "description": f"Advertising, {name}",
                    }
                )
            )
    table = pd.concat(rows, ignore_index=True)
    plain = {"kind": "marketing", "channel": "Web shop", "currency": "EUR"}
    return table.assign(**plain, date=_booked(table._month, 0))


def _months() -> pd.DatetimeIndex:
    return pd.date_range(co.START, co.END, freq="MS")


def _booked(month: pd.Series, day: "pd.Series | int") -> pd.Series:
    """The day of the month, 0 being its last."""
    last = month.dt.days_in_month
    return month + pd.to_timedelta(np.where(np.equal(day, 0), last, day) - 1, unit="D")
