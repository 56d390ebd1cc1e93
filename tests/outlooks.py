"""A small company by hand: two years of equal months, and what is expected of the next."""

from dataclasses import fields
from datetime import date

import numpy as np
import pandas as pd
from conftest import sales_lines, typed

from revwork.analysis import margins
from revwork.analysis.forecast import result_paths, series
from revwork.analysis.forecast.outlook import Forecast
from revwork.calendar import Calendar

CALENDAR = Calendar()
DRAWS = 200


def months(first, count=1, calendar=CALENDAR):
    found = [calendar.holding(date.fromisoformat(first), "month")]
    while len(found) < count:
        found.append(calendar.holding(found[-1].end, "month"))
    return found


def line(day, net=100.0, cost=60.0, **more):
    place = {"region": "Spain", "channel": "Shop", "category": "Beans"}
    return {"order_date": day, "net_amount": net, "cost_amount": cost, **place, **more}


def sold(first="2024-01", count=24, **more):
    """One sale on the fifth of each month, an order each."""
    days = [f"{one.start:%Y-%m}-05" for one in months(f"{first}-01", count)]
    return [line(day, order_id=day, **more) for day in days]


def spent(first="2024-01", count=24, **kinds):
    """What each month is spent on its 25th: marketing 10 and rent 20 unless said."""
    kinds = kinds or {"marketing": 10, "rent": 20}
    return [
        {"date": f"{one.start:%Y-%m}-25", "kind": kind, "amount": amount}
        for one in months(f"{first}-01", count)
        for kind, amount in kinds.items()
    ]


def expected(sold, coming, value=100.0, spread=0.0):
    """A forecast of the same amount for each series and month, each total drawn around its own."""
    parts = sold[["region", "channel", "category"]].drop_duplicates()
    levels = {"series": parts}
    for name in parts:
        levels[name] = parts[[name]].drop_duplicates()
    count = len(parts)
    rows = [{"level": "total", "value": value * count}]
    for level, one in levels.items():
        each = one.to_dict("records")
        rows += [{"level": level, **row, "value": value * count / len(each)} for row in each]
    nodes = (
        pd.DataFrame(rows)
        .reindex(columns=["level", *parts, "value"])
        .fillna({n: "" for n in parts})
    )
    values = nodes.loc[nodes.index.repeat(len(coming))].reset_index(drop=True)
    values["period_start"] = [*coming] * len(nodes)
    sums = values.assign(periods=np.tile(np.arange(len(coming)) + 1, len(nodes)))
    sums["value"] = sums.value * sums.periods
    for one in (values, sums):
        for end in ("low_80", "high_80", "low_95", "high_95"):
            one[end] = one.value + (1 if "high" in end else -1) * spread
    drawn = np.random.default_rng(1).normal(value * count, spread, (DRAWS, len(coming)))
    given = {"values": values, "sums": sums, "paths": drawn, "worth": pd.DataFrame()}
    return Forecast(**{one.name: given.get(one.name) for one in fields(Forecast)})


def seen(orders, expenses=(), as_of="2025-12-31", calendar=CALENDAR, **more):
    """What an outlook is made of."""
    lines, last = sales_lines(orders), date.fromisoformat(as_of)
    booked = margins.booked(typed("expenses", list(expenses)), typed("fx_rates", []), "EUR")
    past = series.monthly(lines, calendar, last)
    found = expected(past, series.coming(calendar, last, "month", 13), **more)
    return result_paths.Seen(lines, booked, past, found, calendar, last)


def outlook(*given, **more):
    one = seen(*given, **more)
    return one, result_paths.result(one)
