"""Web: visits to the shop."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.draws import calendar, draw_by

VISITS_A_DAY, GROWTH = 42, 1.16  # on an ordinary day of the first year, and a year
REGION_SHARE = [0.30, 0.24, 0.21, 0.25]
SOURCES = pd.DataFrame(
    [[0.36, 0.22, 0.18, 0.07, 0.17], [0.30, 0.21, 0.27, 0.16, 0.06]],
    ["looked", "bought"],
    ["Organic search", "Paid search", "Direct", "Newsletter", "Social"],
)
DEVICES = pd.DataFrame(
    [[0.61, 0.33, 0.06], [0.42, 0.52, 0.06]], ["looked", "bought"], ["phone", "desktop", "tablet"]
)


def sessions(rng: np.random.Generator, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the visits: one for every web order that is no renewal, and those without an order."""
    orders = tables["orders"]
    bought = orders[(orders.channel == "Web shop") & ~orders._renewal & ~orders._credit]
    bought = bought.drop_duplicates("order_id").rename(columns={"order_date": "date"})
    busy = calendar(co.DAYS, GROWTH).loc["Household"]
    looked = pd.DataFrame({"date": co.DAYS.repeat(rng.poisson(VISITS_A_DAY * busy))})
    looked["region"] = rng.choice(co.REGIONS, len(looked), p=REGION_SHARE)
    table = pd.concat([bought[["date", "order_id", "customer_id", "region"]], looked])
    table = table.sort_values("date", kind="stable", ignore_index=True)
    table.insert(0, "session_id", [f"V{n:06}" for n in range(1, len(table) + 1)])
    ended = pd.Series(np.where(table.order_id.isna(), "looked", "bought"))
    table["source"] = draw_by(rng, ended, SOURCES)
    table["device"] = draw_by(rng, ended, DEVICES)
    return table
