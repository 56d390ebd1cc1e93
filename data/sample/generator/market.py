"""Market: rivals, their prices and moves, how large the market is and what is looked for."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.product import LIST_LEVEL, products, shelf_prices, stock_outs
from generator.world import World

RIVALS = [  # name, country, revenue a year, position, price against ours, products matched
    ("Brewsmith", "United Kingdom", 21_000_000, "Premium kit for home baristas", 1.05, 0.55),
    ("Kontor Nord", "Germany", 34_000_000, "Wide range at low prices, large warehouse", 0.96, 0.7),
    ("Molino Delta", "Spain", 12_000_000, "Own roastery, close to bars and hotels", 1.01, 0.5),
]
WANDER, UNSEEN, OUT = 0.025, 0.03, 0.05
QUARTER = np.array([9.4, 3.6, 1.3, 15.5, 1.7, 1.2]) * 1e6  # the market, by category
MARKET_GROWTH = np.array([0.02, 0.04, 0.08, 0.05, 0.03, 0.02])
SEARCHED = [
    "espresso machine",
    "quiet grinder",
    "decaf",
    "organic beans",
    "pour over",
    "descaler",
    "milk jug",
    "subscription",
    "gift",
    "spare parts",
    "water filter",
    "scale",
]
NOT_FOUND = ["cold brew maker", "moka pot", "capsules", "matcha", "chai", "repair kit"]
DECOYS = ["launch", "campaign", "opening", "price_rise", "campaign", "launch", "funding", "closing"]
SAID = {
    "launch": "New products in the range",
    "campaign": "Advertising on radio and social media",
    "opening": "A shop opens",
    "closing": "A shop closes",
    "funding": "New money from investors",
    "price_rise": "A few list prices go up",
}


def competitors(world: World) -> pd.DataFrame:
    """Return the rivals."""
    columns = ["competitor", "region", "annual_revenue", "positioning", "_level", "_matched"]
    return pd.DataFrame(RIVALS, columns=columns)


def competitor_prices(world: World) -> pd.DataFrame:
    """Return what rivals ask, every Monday, for the products that are matched with ours."""
    table, draws, rival = world.of(products), world.draws("competitor_prices"), world.plan.rival
    monday = np.arange(1, co.WEEKS) * 7 - co.FIRST_MONDAY
    shape = (len(RIVALS), len(table), len(monday))
    matched = draws.uniform("matched", np.arange(shape[0] * shape[1])).reshape(shape[:2])
    matched = matched < np.array([one[5] for one in RIVALS])[:, None]
    who, product, week = np.nonzero(np.broadcast_to(matched[:, :, None], shape))
    key = (who * shape[1] + product) * 1000 + week
    seen = draws.uniform("seen", key) >= UNSEEN
    seen &= (monday[week] >= table._first.to_numpy()[product]) & (
        monday[week] <= table._last.to_numpy()[product]
    )
    who, product, week, key = (part[seen] for part in (who, product, week, key))
    category, day = table._category.to_numpy()[product], monday[week]
    level = LIST_LEVEL.to_numpy()[co.year(day) - 2023, category]
    own = draws.normal("own", who * shape[1] + product, 0.05)
    apart = draws.normal("apart", key - week + week // 11, WANDER)
    cut = (who == rival.competitor) & (category == rival.category) & (day >= rival.since)
    price = table._base.to_numpy()[product] * level * np.array([one[4] for one in RIVALS])[who]
    price = price * np.exp(own + apart) * np.where(cut, 1 - rival.cut, 1)
    frame = pd.DataFrame({"date": co.date(day), "competitor": np.array(co.COMPETITORS)[who]})
    frame["product_id"] = table.product_id.to_numpy()[product]
    frame["price"], frame["our_price"] = price.round(1), world.of(shelf_prices)[0][product, day]
    frame["in_stock"] = np.where(draws.uniform("stock", key) < OUT, "no", "yes")
    return frame.sort_values(["date", "competitor", "product_id"], ignore_index=True)


def competitor_events(world: World) -> pd.DataFrame:
    """Return what became known of rivals: a price cut in earnest among much else."""
    draws, key, rival = world.draws("competitor_events"), np.arange(36), world.plan.rival
    table = pd.DataFrame({"_day": draws.between("day", key, 10, co.LAST - 5)})
    table["competitor"] = np.array(co.COMPETITORS)[draws.between("who", key, 0, 2)]
    table["kind"] = np.array(DECOYS)[draws.between("kind", key, 0, len(DECOYS) - 1)]
    table["category"] = np.array(co.CATEGORIES)[draws.between("category", key, 0, 5)]
    table["description"] = table.kind.map(SAID)
    if rival.cut:
        move = {
            "_day": rival.since,
            "kind": "price_cut",
            "description": "Prices cut across the range",
        }
        names = co.COMPETITORS[rival.competitor], co.CATEGORIES[rival.category]
        move |= {"competitor": names[0], "category": names[1]}
        table = pd.concat([table, pd.DataFrame([move])])
    table = table.sort_values("_day", kind="stable", ignore_index=True)
    home = {name: region for name, region, *_ in RIVALS}
    table["region"] = table.competitor.map(home).where(~table.kind.str.startswith("price"))
    table["source"] = np.array(["Newsletter", "Trade press", "Sales team"])[table._day % 3]
    table.insert(0, "event_id", [f"CE{n:03}" for n in range(1, len(table) + 1)])
    return table.assign(date=co.date(table._day))


def market_size(world: World) -> pd.DataFrame:
    """Return what all suppliers sell, by quarter, country and category: an institute's estimate."""
    quarters = pd.period_range("2023Q1", "2026Q2", freq="Q")
    place = np.indices((len(quarters), len(co.REGIONS), len(co.CATEGORIES))).reshape(3, -1)
    noise = world.draws("market_size").normal("estimate", np.arange(place.shape[1]), 0.015)
    season = np.array([0.95, 0.94, 0.93, 1.18])[(quarters.quarter - 1).to_numpy()[place[0]]]
    amount = QUARTER[place[2]] * np.array([0.22, 0.25, 0.23, 0.30])[place[1]] * season
    amount *= np.exp(MARKET_GROWTH[place[2]] * place[0] / 4 + noise)
    start = quarters.to_timestamp()[place[0]]
    frame = pd.DataFrame({"period_start": start, "period_end": start + pd.offsets.QuarterEnd(1)})
    frame["region"] = np.array(co.REGIONS)[place[1]]
    frame["category"] = np.array(co.CATEGORIES)[place[2]]
    return frame.assign(amount=(amount / 1000).round() * 1000, source="Institut Kaffee & Küche")


def demand(world: World) -> pd.DataFrame:
    """Return search interest by week, searches in the shop with and without result, stock-outs."""
    parts = [_interest(world), _searches(world, SEARCHED, "internal_search", 42)]
    parts += [_searches(world, NOT_FOUND, "no_result", 7), _stock_outs(world)]
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["date", "kind"], kind="stable", ignore_index=True)


def _interest(world: World) -> pd.DataFrame:
    shape = (co.WEEKS - 1, len(co.CATEGORIES), len(co.REGIONS))
    place = np.indices(shape).reshape(3, -1)
    monday = (place[0] + 1) * 7 - co.FIRST_MONDAY
    season = co.SEASON[0][co.month(monday)] ** 0.7
    growth = np.exp(MARKET_GROWTH[place[1]] * monday / 365.25)
    noise = np.exp(world.draws("demand").normal("interest", np.arange(place.shape[1]), 0.06))
    frame = pd.DataFrame({"date": co.date(monday), "kind": "search_interest"})
    frame["category"] = np.array(co.CATEGORIES)[place[1]]
    frame["term"], frame["region"] = frame.category.str.lower(), np.array(co.REGIONS)[place[2]]
    return frame.assign(value=(52 * season * growth * noise).round(1))


def _searches(world: World, terms: list[str], kind: str, usual: int) -> pd.DataFrame:
    place = np.indices((co.WEEKS - 1, len(terms))).reshape(2, -1)
    monday = (place[0] + 1) * 7 - co.FIRST_MONDAY
    liked = 0.5 + world.draws("demand").uniform(kind, place[1])
    mean = usual * liked * co.SEASON[0][co.month(monday)] * np.exp(0.12 * monday / 365.25)
    count = world.draws("demand").poisson(f"{kind} count", np.arange(len(mean)), mean)
    frame = pd.DataFrame({"date": co.date(monday), "kind": kind, "term": np.array(terms)[place[1]]})
    return frame.assign(value=count.astype(float))


def _stock_outs(world: World) -> pd.DataFrame:
    table, catalogue = world.of(stock_outs), world.of(products)
    rows = table.loc[table.index.repeat(table["last"] - table["first"] + 1)]
    day = rows["first"] + rows.groupby(level=0).cumcount()
    frame = pd.DataFrame({"date": co.date(day), "kind": "stock_out", "value": 1.0})
    frame["product_id"] = catalogue.product_id.to_numpy()[rows["product"]]
    frame["category"] = catalogue.category.to_numpy()[rows["product"]]
    return frame[frame.date < co.END]
