"""Finance: expenses and exchange rates."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.draws import days

MONTHLY = [  # kind, text, region, channel, currency, amount, day it is booked (0: the last)
    ("people", "Salaries, management and office", None, None, "EUR", 5800, 0),
    ("people", "Salaries, sales team", None, "Sales team", "EUR", 4700, 0),
    ("people", "Salaries, web shop", None, "Web shop", "EUR", 2200, 0),
    ("rent", "Office Madrid", "Spain", None, "EUR", 1200, 1),
    ("rent", "Showroom London", "United Kingdom", None, "GBP", 600, 1),
    ("technology", "Shop platform", None, "Web shop", "EUR", 640, 5),
    ("technology", "Accounting and telephones", None, None, "EUR", 420, 5),
    ("logistics", "Warehouse Zaragoza", None, None, "EUR", 1300, 3),
    ("administration", "Tax adviser and insurance", None, None, "EUR", 780, 0),
    ("other", "Travel and bank charges", None, None, "EUR", 460, 0),
    ("marketing", "Coffee magazine", None, None, "EUR", 350, 10),
    *(
        ("marketing", text, region, channel, "EUR", amount, 10)
        for region in co.REGIONS
        for text, channel, amount in (
            ("Search and social adverts", "Web shop", 560),
            ("Sponsored listings", "Marketplace", 190),
            ("Trade fairs and tastings", "Sales team", 160),
        )
    ),
]
RISE = 1.035  # a year
CHRISTMAS_ADVERTS = 1.5  # in November and December


def expenses(rng: np.random.Generator, _tables: dict) -> pd.DataFrame:
    """Return the expenses posted month by month, and one refund of adverts never shown."""
    columns = ["kind", "description", "region", "channel", "currency", "amount", "_day"]
    month = pd.DataFrame({"_month": pd.date_range(co.START, co.END, freq="MS")})
    table = month.merge(pd.DataFrame(MONTHLY, columns=columns), how="cross")
    last = table._month.dt.days_in_month
    table.insert(0, "date", table._month + days(table._day.where(table._day > 0, last) - 1))
    table["amount"] *= RISE ** (table._month.dt.year - co.START.year)
    christmas = (table.kind == "marketing") & table._month.dt.month.isin([11, 12])
    agreed = table.kind.isin(["people", "rent"])
    table["amount"] *= np.where(christmas, CHRISTMAS_ADVERTS, 1)
    table["amount"] *= np.where(agreed, 1, rng.normal(1, 0.08, len(table)))
    refund = table[(table.kind == "marketing") & (table.channel == "Marketplace")].iloc[[40]]
    refund = refund.assign(description="Refund, listings not shown", amount=-0.5 * refund.amount)
    table = pd.concat([table, refund]).sort_values("date", kind="stable", ignore_index=True)
    return table[table.date < co.END].round({"amount": 2})


def fx_rates(rng: np.random.Generator, _tables: dict) -> pd.DataFrame:
    """Return the pound, weekly from before the first order and the first subscription."""
    weeks = pd.date_range(co.START - pd.Timedelta(weeks=129), co.END, freq="7D", inclusive="left")
    path = np.interp(weeks.year + weeks.dayofyear / 365, list(co.POUND), list(co.POUND.values()))
    noise = pd.Series(rng.normal(0, 0.008, len(weeks))).ewm(alpha=0.3).mean().to_numpy()
    return pd.DataFrame({"date": weeks, "currency": "GBP", "rate": (path + noise).round(4)})
