"""Product: the catalogue."""

import numpy as np
import pandas as pd
from generator import company as co

CATALOGUE = {  # unit, cost as a share of the list price, names with the prices of 2026
    "Espresso machines": (
        "piece",
        0.57,
        "Piccola 259, Piccola Plus 329, Aria 399, Aria Steel 479, Brio 549, Brio Duo 649, "
        "Domus 749, Domus Pro 890, Vento 990, Vento Duo 1190, Officina 1390, Officina Due 1690, "
        "Barista 1990, Barista Tre 2390",
    ),
    "Grinders": (
        "piece",
        0.54,
        "Mola Hand 59, Mola Hand Steel 89, Mola 50 139, Mola 55 179, Mola 60 229, "
        "Mola 64 Flat 289, Filtra 129, Filtra Pro 219, Doser 349, Doser Silent 429, "
        "Mola 75 590, Mola 83 790",
    ),
    "Beans": (
        "kg",
        0.49,
        "House Blend 18.9, Breakfast Roast 19.5, Espresso Classico 20.9, Espresso Scuro 21.5, "
        "Crema Bar 19.9, Brazil Cerrado 22.5, Colombia Huila 24.5, Guatemala Antigua 25.5, "
        "Peru Organic 25.9, Honduras Marcala 24.9, Costa Rica Honey 27.9, Ethiopia Sidamo 28.5, "
        "Ethiopia Guji 30.9, Kenya Nyeri 33.9, Rwanda Kivu 29.5, Sumatra Lintong 26.9, "
        "Decaf Mexico 25.9, Decaf House 21.9, Winter Roast 26.5, Cold Brew Blend 23.9",
    ),
    "Accessories": (
        "piece",
        0.45,
        "Tamper 58 mm 24.9, Milk Jug 500 ml 17.9, Milk Jug 1 l 23.9, Knock Box 29.9, Scale 39.9, "
        "Scale Pro 119, Filter Papers 8.9, Cleaning Tabs 12.9, Descaler 9.9, Espresso Cups 34.9, "
        "Cappuccino Cups 39.9, Water Filter 16.9, Pour-over Set 44.9, Travel Mug 22.9",
    ),
}
LAUNCHED = {
    "Aria Steel": "2024-09-16",
    "Mola 64 Flat": "2025-03-03",
    "Cold Brew Blend": "2025-05-05",
    "Brio Duo": "2025-10-06",
    "Ethiopia Guji": "2025-11-10",
    "Scale Pro": "2026-02-09",
}
ENDED = {
    "Mola Hand": "2024-12-30",
    "Rwanda Kivu": "2025-06-30",
    "Domus": "2025-10-31",
    "Pour-over Set": "2026-01-31",
}


def products(rng: np.random.Generator, _tables: dict) -> pd.DataFrame:
    """Return the catalogue; `_ended` is the last day on sale, `_popularity` a weight."""
    rows = [
        (f"{category[:2].upper()}-{number:02}", *text.rsplit(" ", 1), category, unit, share)
        for category, (unit, share, names) in CATALOGUE.items()
        for number, text in enumerate(names.split(", "), start=1)
    ]
    columns = ["product_id", "product_name", "list_price", "category", "unit", "unit_cost"]
    table = pd.DataFrame(rows, columns=columns).astype({"list_price": float})
    table["unit_cost"] *= table.list_price * rng.normal(1, 0.04, len(table))
    table["unit_cost"] = table.unit_cost.round(2)
    table["launched_on"] = pd.to_datetime(table.product_name.map(LAUNCHED).fillna("2021-03-01"))
    table["_ended"] = pd.to_datetime(table.product_name.map(ENDED)).fillna(co.END)
    table["_popularity"] = rng.gamma(3, 1, len(table))
    return table
