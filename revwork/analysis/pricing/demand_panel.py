"""Demand panel: units and price by product and week, with offers and rivals' prices beside."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

SELLS = 30  # lines of a product, for it to be counted
MOST = 150  # products of a category, those that sell most often
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Panel:
    """A category's products by week: arrays of product × week, `controls` one more deep.

    `price` is the logarithm of the list price; `on` says where a product was on sale, from its
    first sale to its last; `lines` counts the order lines.
    """

    category: str | None
    products: np.ndarray
    weeks: pd.DatetimeIndex
    units: np.ndarray
    price: np.ndarray
    controls: np.ndarray
    on: np.ndarray
    lines: int


def panels(
    regular: ibis.Table,
    prices: ibis.Table,
    promotions: ibis.Table,
    competitor_prices: ibis.Table,
    asked: tuple[str, date],
) -> list[Panel]:
    """Return a panel for each category, the one with most lines first.

    `regular` is what `list_prices.at_list` returns, `asked` the currency and the last day. The
    price is the list's in the company's currency, day by day; of a product without one, the week's
    mean price asked. Only products sold in 30 lines or more, in whole weeks; the 150
    of a category that sell most often. Controls: depth of offers (share of the week × share taken
    off), and rivals' mean price (in logarithms, each against its own mean; the last one seen).
    """
    currency, last = asked
    rows = _weekly(regular, currency, last)
    if rows.empty:
        return []
    weeks = pd.date_range(rows.week.min(), rows.week.max(), freq="7D")
    known = _by_day(prices, currency, weeks) if rows.quoted.sum() else {}
    rivals = _rivals(competitor_prices, currency, weeks)
    offers = promotions.execute()
    order = rows.groupby("category", dropna=False).lines.sum().sort_values(ascending=False)
    found = []
    for category in order.index:
        of = rows.category.isna() if pd.isna(category) else rows.category == category
        part = _panel(rows[of], weeks, known)
        if part:
            controls = np.array([_depth(part, offers), _beside(part, rivals)])
            found.append(Panel(**{**part, "controls": controls}))
    return found


def _weekly(regular: ibis.Table, currency: str, last: date) -> pd.DataFrame:
    """By product and whole week the units, lines and mean price asked."""
    rows = regular.filter(regular.product_id.notnull() & (regular.quantity > 0))
    rows = rows.mutate(week=rows.order_date.truncate("W"))
    rows = rows.filter(rows.week <= ibis.date(last - _WEEK + timedelta(days=1)))
    same = ibis.window(group_by="product_id")
    rows = rows.mutate(category=rows.category.max().over(same))
    price = rows.unit_price.cast("float64").coalesce(
        rows.listed.cast("float64") / rows.quantity.cast("float64").nullif(0)
    )
    found = rows.group_by(["product_id", "week"]).agg(
        category=rows.category.max(),
        units=rows.quantity.sum().cast("float64"),
        lines=rows.count(),
        quoted=rows.list_price.count(),
        asked=price.mean(where=(rows.currency == currency) & (price > 0)),
    )
    table = found.order_by("product_id", "week").execute()
    return table.assign(week=pd.to_datetime(table.week))


def _panel(rows: pd.DataFrame, weeks: pd.DatetimeIndex, known: dict) -> dict | None:
    """The arrays of one category's products that sell often and whose price is known."""
    often = rows.groupby("product_id").lines.sum().sort_values(ascending=False, kind="stable")
    names = sorted(often[often >= SELLS].index[:MOST])
    shape = {"index": "product_id", "columns": "week"}
    wide = rows[rows.product_id.isin(names)].pivot(**shape, values=["units", "asked", "lines"])
    if wide.empty:
        return None
    units = wide["units"].reindex(index=names, columns=weeks).fillna(0).to_numpy(float)
    asked = wide["asked"].reindex(index=names, columns=weeks).astype(float)
    asked = np.log(asked.ffill(axis=1).bfill(axis=1)).to_numpy()
    price = np.array([known.get(name, asked[at]) for at, name in enumerate(names)])
    on = _on_sale(units) & np.isfinite(price)
    kept = on.sum(1) > 1
    return kept.any() and {
        "category": None if pd.isna(rows.category.iloc[0]) else rows.category.iloc[0],
        "products": np.array(names, dtype=object)[kept],
        "weeks": weeks,
        "units": units[kept],
        "price": np.where(on, price, 0.0)[kept],
        "on": on[kept],
        "lines": int(wide["lines"].to_numpy(float)[~np.isnan(wide["lines"])].sum()),
    }


def _on_sale(units: np.ndarray) -> np.ndarray:
    sold = units > 0
    begun = np.maximum.accumulate(sold, axis=1)
    goes_on = np.maximum.accumulate(sold[:, ::-1], axis=1)[:, ::-1]
    return begun & goes_on


def _by_day(prices: ibis.Table, currency: str, weeks: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """Product → mean logarithm of the list price by week, of the price that holds everywhere."""
    held = prices.filter(
        prices.region.isnull()
        & prices.channel.isnull()
        & (prices.currency.fill_null(currency) == currency)
        & (prices.list_price > 0)
    )
    held = held.select("product_id", "valid_from", value=held.list_price.cast("float64").ln())
    table = held.order_by("product_id", "valid_from").execute()
    table["valid_from"] = pd.to_datetime(table.valid_from)
    days = pd.date_range(weeks[0], periods=7 * len(weeks), freq="D").to_numpy()
    found = {}
    for name, rows in table.groupby("product_id"):
        place = np.searchsorted(rows.valid_from.to_numpy(), days, "right") - 1
        values = rows.value.to_numpy()[place.clip(0)]
        found[name] = values.reshape(len(weeks), 7).mean(1)
    return found


def _rivals(competitor_prices: ibis.Table, currency: str, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """By product and week, how far rivals' prices lie from their own means, in logarithms."""
    seen = competitor_prices.filter(
        competitor_prices.in_stock.fill_null(True)
        & (competitor_prices.currency.fill_null(currency) == currency)
    )
    seen = seen.mutate(level=seen.price.cast("float64").ln(), week=seen.date.truncate("W"))
    pair = ibis.window(group_by=["product_id", "competitor"])
    seen = seen.mutate(away=seen.level - seen.level.mean().over(pair))
    rows = seen.group_by(["product_id", "week"]).agg(away=seen.away.mean())
    table = rows.order_by("product_id", "week").execute()
    table["week"] = pd.to_datetime(table.week)
    wide = table.pivot(index="product_id", columns="week", values="away").astype(float)
    wide = wide.reindex(columns=wide.columns.union(weeks)).ffill(axis=1).bfill(axis=1)
    return wide.reindex(columns=weeks)


def _beside(part: dict, rivals: pd.DataFrame) -> np.ndarray:
    return rivals.reindex(part["products"]).fillna(0.0).to_numpy(float)


def _depth(part: dict, offers: pd.DataFrame) -> np.ndarray:
    """Share taken off × share of the week, of all offers of a product together."""
    depth, weeks = np.zeros(part["units"].shape), part["weeks"]
    place = {name: at for at, name in enumerate(part["products"])}
    monday = np.arange(len(weeks)) * 7
    for one in offers.itertuples():
        if pd.notna(one.category) and one.category != part["category"]:
            continue
        if pd.notna(one.product_id) and one.product_id not in place:
            continue
        rows = slice(None) if pd.isna(one.product_id) else place[one.product_id]
        first, last = (
            (pd.Timestamp(day) - weeks[0]).days for day in (one.start_date, one.end_date)
        )
        days = np.minimum(monday + 7, last + 1) - np.maximum(monday, first)
        depth[rows] += np.clip(days, 0, 7) / 7 * one.discount_rate
    return depth
