"""Customers: who buys, where, how often and for how long."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.draws import calendar, channel, days, draw_by

COUNT = 900
REGION_SHARE = [0.30, 0.24, 0.21, 0.25]
SEGMENT_SHARE = [0.62, 0.23, 0.15]
JOINING = pd.date_range(co.START - pd.Timedelta(days=900), co.END, inclusive="left")
STAY = 900  # days, on average
ORDERS_A_YEAR = {"Household": 2.4, "Office": 4.0, "Hospitality": 4.6}
NAMES = {  # first names, family names, what an office and a bar are called
    "Spain": ("Lucía José Begoña Íñigo Marta", "Núñez García Peña Ibáñez Solà", "Gestoría", "Café"),
    "France": ("Chloé Rémi Anaïs Loïc Inès", "Lefèvre Bézard Garçon Moreau Noël", "Cabinet", "Bar"),
    "United Kingdom": ("Amy Owen Zoë Callum Isla", "Clarke Hughes Reid Walsh", "Studio", "The"),
    "Germany": ("Jörg Anke Käthe Björn Uwe", "Müller Schäfer Weiß Köhler", "Büro", "Gasthof"),
}


def customers(rng: np.random.Generator, _tables: dict) -> pd.DataFrame:
    """Return who buys; `_left` is the day they stop, `_rate` their orders a year."""
    table = pd.DataFrame({"region": rng.choice(co.REGIONS, COUNT, p=REGION_SHARE)})
    table["segment"] = rng.choice(co.SEGMENTS, COUNT, p=SEGMENT_SHARE)
    table["since"] = draw_by(rng, table.segment, calendar(JOINING))
    table = table.sort_values("since", kind="stable", ignore_index=True)
    table.insert(0, "customer_id", [f"C{n:04}" for n in range(1, COUNT + 1)])
    names = [_name(rng, *row) for row in table[["region", "segment"]].to_numpy()]
    table.insert(1, "customer_name", names)
    limit = rng.integers(2, 40, COUNT) * 250.5
    table["_left"] = table.since.clip(lower=co.START) + days(20 + rng.exponential(STAY, COUNT))
    table["_rate"] = table.segment.map(ORDERS_A_YEAR) * rng.gamma(5, 1 / 5, COUNT)
    table["_channel"] = channel(rng, table)
    big = table.since.searchsorted(co.BIG_CUSTOMER_JOINS)
    table.loc[big, list(co.BIG_CUSTOMER)] = list(co.BIG_CUSTOMER.values())
    table["Límite de crédito"] = np.where(table.segment == "Household", np.nan, limit)
    return table


def _name(rng: np.random.Generator, region: str, segment: str) -> str:
    """A person's name for a household, a firm's for the others."""
    first, family, office, bar = NAMES[region]
    person = rng.choice(first.split())
    before = {"Household": person, "Office": office, "Hospitality": bar}[segment]
    return f"{before} {rng.choice(family.split())}"
