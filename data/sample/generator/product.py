"""Product: the catalogue, list prices as they changed, promotions, and what ran out when."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from generator import company as co
from generator.world import World

ELASTICITY = np.array([-1.7, -2.1, -2.4, -1.4, -1.9, -1.2])  # by category
SPREAD, BOUND = 0.065, 0.13  # of a price around its category's
LIST_LEVEL = pd.DataFrame(  # by year and category
    [
        [0.930, 0.940, 0.940, 0.910, 0.950, 0.940],
        [0.945, 0.955, 0.955, 0.925, 0.965, 0.955],
        [0.970, 0.975, 0.980, 0.970, 0.980, 0.975],
        [1.000, 1.000, 1.000, 1.000, 1.000, 1.000],
    ],
    [2023, 2024, 2025, 2026],
)
COST_LEVEL = pd.DataFrame(  # coffee became dear in 2025
    [
        [0.935, 0.935, 0.935, 0.860, 0.940, 0.940],
        [0.950, 0.950, 0.950, 0.885, 0.955, 0.955],
        [0.970, 0.970, 0.970, 0.985, 0.975, 0.975],
        [1.000, 1.000, 1.000, 1.000, 1.000, 1.000],
    ],
    [2023, 2024, 2025, 2026],
)
COST_SHARE = [0.55, 0.52, 0.50, 0.49, 0.45, 0.47]
FAMILIES = {  # category: unit, families with their price, variants with a factor, how many
    co.MACHINES: (
        "piece",
        "Piccola 259, Aria 399, Brio 549, Domus 749, Vento 990, Officina 1390, Barista 1990, "
        "Maestra 2690",
        "× 1, Plus 1.16, Steel 1.28, Duo 1.45",
        32,
    ),
    co.GRINDERS: (
        "piece",
        "Mola Hand 59, Mola 50 139, Filtra 179, Mola 60 229, Doser 349, Mola 75 590, Mola 83 790",
        "× 1, Silent 1.14, Flat 1.24, Pro 1.42",
        28,
    ),
    co.BREWERS: (
        "piece",
        "Nube 29, Clara 39, Goteo 59, Cascada 89, Sifón 129, Filtro 189",
        "× 1, Copper 1.2, Maxi 1.4, Pro 1.65",
        24,
    ),
    co.BEANS: (
        "kg",
        "House Blend 18.9, Espresso Classico 20.9, Crema Bar 19.9, Brazil Cerrado 22.5, "
        "Colombia Huila 24.5, Guatemala Antigua 25.5, Peru Cusco 24.9, Honduras Marcala 24.9, "
        "Costa Rica Tarrazú 27.9, Ethiopia Sidamo 28.5, Kenya Nyeri 33.9, Sumatra Lintong 26.9, "
        "Rwanda Kivu 29.5, Mexico Chiapas 25.9, Decaf House 21.9, Winter Roast 26.5",
        "× 1, Dark 1.03, Organic 1.16, Filter 1.06",
        60,
    ),
    co.ACCESSORIES: (
        "piece",
        "Tamper 24.9, Milk Jug 17.9, Knock Box 29.9, Scale 39.9, Espresso Cups 34.9, "
        "Cappuccino Cups 39.9, Travel Mug 22.9, Kettle 79",
        "× 1, Steel 1.25, Black 1.1, Oak 1.5, Maxi 1.7",
        36,
    ),
    co.CLEANING: (
        "piece",
        "Filter Papers 8.9, Cleaning Tabs 12.9, Descaler 9.9, Water Filter 16.9, Brush Set 14.9",
        "× 1, Family Pack 2.6, Eco 1.2, Bar Pack 4.8",
        20,
    ),
}
LAUNCHED, ENDED = 0.06, 0.05  # of the catalogue within the three years
OUT_OF_STOCK = 60


class Shelf(NamedTuple):
    """By product and day: list price as of the price list, and against its category, in logs."""

    listed: np.ndarray
    apart: np.ndarray
    on_sale: np.ndarray
    offered: np.ndarray


def products(world: World) -> pd.DataFrame:
    """Return the catalogue; `_popularity` is a weight, `_first` and `_last` its days on sale."""
    rows = [row for category in FAMILIES for row in _range(category)]
    columns = ["product_id", "product_name", "_base", "_category", "unit"]
    table, draws = pd.DataFrame(rows, columns=columns), world.draws("products")
    key = table.index.to_numpy()
    table["category"] = np.array(co.CATEGORIES)[table._category]
    share = np.array(COST_SHARE)[table._category] * np.exp(draws.normal("cost", key, 0.04))
    table["unit_cost"] = (table._base * share).round(2)
    table["_popularity"] = draws.gamma("popularity", key, 2.5)
    pair = [place(spot) for spot in (world.plan.pair.first, world.plan.pair.second)]
    busiest = table.groupby("_category")._popularity.quantile(0.97)
    table.loc[pair, "_popularity"] = busiest[table._category[pair]].to_numpy() * [3.5, 0.35]
    fate, day = draws.uniform("fate", key), draws.between("day", key, 60, co.LAST - 120)
    fate[pair] = 1
    table["_first"] = np.where(fate < LAUNCHED, day, -900)
    table["_last"] = np.where((fate >= LAUNCHED) & (fate < LAUNCHED + ENDED), day, co.LAST)
    table["launched_on"] = co.date(table._first)
    table["list_price"] = world.of(shelf_prices)[0][:, -1]
    return table


def place(spot: tuple[int, int]) -> int:
    """Return the row of a product by its category and rank of price in it."""
    category, rank = spot
    before = sum(FAMILIES[earlier][3] for earlier in range(category))
    prices = pd.Series([row[2] for row in _range(category)])
    return before + int(prices.sort_values(kind="stable").index[rank])


def shelf_prices(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Return list price and its distance from the category's, by product and day."""
    rows = [row for category in FAMILIES for row in _range(category)]
    base, category = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    draws, count = world.draws("prices"), 8
    key = np.arange(len(rows))[:, None] * count + np.arange(count)
    gaps = 90 + draws.exponential("gap", key.ravel()).reshape(key.shape) * 110
    changes = np.cumsum(gaps, 1) - 160
    apart = draws.normal("apart", key.ravel(), SPREAD).reshape(key.shape).clip(-BOUND, BOUND)
    which = (changes[:, :, None] <= np.arange(co.LAST)).sum(1) - 1
    apart = np.take_along_axis(apart, which.clip(0), 1)
    level = LIST_LEVEL.loc[co.DAYS.year].to_numpy()[:, category].T
    listed = np.round(base[:, None] * level * np.exp(apart), 1)
    return listed, np.log(listed / (base[:, None] * level))


def shelf(world: World) -> Shelf:
    """Return prices, what was on sale and what was on offer in the web shop, day by day."""
    table, (listed, apart) = world.of(products), world.of(shelf_prices)
    day = np.arange(co.LAST)
    on_sale = (day >= table._first.to_numpy()[:, None]) & (day <= table._last.to_numpy()[:, None])
    for row in world.of(stock_outs).itertuples():
        on_sale[row.product, row.first : row.last + 1] = False
    offered = np.zeros(listed.shape)
    for row in world.of(promotions).to_dict("records"):
        those = table._category == row["_category"]
        if row["product_id"]:
            those = table.product_id == row["product_id"]
        offered[those, row["_first"] : row["_last"] + 1] = row["discount_rate"]
    return Shelf(listed, apart, on_sale, offered)


def prices(world: World) -> pd.DataFrame:
    """Return list prices as they changed, in euros and pounds."""
    listed, table = world.of(shelf_prices)[0], world.of(products)
    product, day = np.nonzero(np.diff(listed, axis=1, prepend=0))
    changes = pd.DataFrame({"product_id": table.product_id.to_numpy()[product]})
    changes["valid_from"] = co.date(np.where(day == 0, -1, day))
    first = changes.valid_from < co.START
    changes.loc[first, "valid_from"] = pd.Timestamp("2023-01-02")
    parts = [
        changes.assign(list_price=(listed[product, day] * asked).round(2), currency=currency)
        for currency, asked in zip(co.CURRENCIES, co.ASKED, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def promotions(world: World) -> pd.DataFrame:
    """Return offers of the web shop: a category, now and then one product, for ten days."""
    draws, key = world.draws("promotions"), np.arange(40)
    table = pd.DataFrame({"promotion_id": [f"PR{n:03}" for n in key + 1]})
    table["_first"] = 12 + key * 27 + draws.between("day", key, 0, 14)
    table["_last"] = table._first + draws.between("length", key, 6, 12)
    table["_category"] = draws.pick("category", key, np.ones(len(co.CATEGORIES)))
    table["category"] = np.array(co.CATEGORIES)[table._category]
    table["discount_rate"] = draws.between("rate", key, 2, 4) * 0.05
    alone, catalogue = draws.uniform("alone", key) < 0.2, world.of(products)
    chosen = [
        catalogue[catalogue._category == c].product_id.iloc[n % 7]
        for n, c in enumerate(table._category)
    ]
    table["product_id"] = pd.Series(chosen).where(alone, None)
    what = np.where(alone, "Product of the month", table.category)
    table["name"] = [
        f"{rate:.0%} off {text}" for rate, text in zip(table.discount_rate, what, strict=True)
    ]
    table["channel"] = "Web shop"
    return table.assign(start_date=co.date(table._first), end_date=co.date(table._last))


def stock_outs(world: World) -> pd.DataFrame:
    """Return which product was out of stock from which day to which."""
    draws, key = world.draws("stock"), np.arange(OUT_OF_STOCK)
    first = draws.between("day", key, 0, co.LAST - 30)
    product = draws.between("product", key, 0, sum(f[3] for f in FAMILIES.values()) - 1)
    length = draws.between("length", key, 6, 24)
    return pd.DataFrame({"product": product, "first": first, "last": first + length})


def _range(category: int) -> list[tuple]:
    """A category's products: each family in each variant, as many as there are."""
    unit, families, variants, count = FAMILIES[category]
    found = []
    for text in variants.split(", "):
        variant, factor = text.rsplit(" ", 1)
        for family in families.split(", "):
            name, price = family.rsplit(" ", 1)
            label = name if variant == "×" else f"{name} {variant}"
            found.append((label, round(float(price) * float(factor), 1)))
    code = co.CATEGORIES[category][:2].upper()
    return [
        (f"{code}-{n:02}", name, price, category, unit)
        for n, (name, price) in enumerate(found[:count], start=1)
    ]
