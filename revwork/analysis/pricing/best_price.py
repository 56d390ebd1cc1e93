"""Best price: where a product's margin is largest, within what its prices have been."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import ORDER_COSTS
from revwork.analysis.periods import between, year_to
from revwork.analysis.pricing.demand_panel import Panel
from revwork.calendar import Period
from revwork.findings import Message, Unanswered

BEYOND = 0.10  # how far past the prices seen the best one may lie
MOVES = 0.01  # a best price nearer than that is the price there is
POINTS = 41


def economics(regular: ibis.Table, period: Period) -> pd.DataFrame:
    """Return what a unit of each product brings and costs, in the 365 days to the period's end.

    Sales at a known cost; `regular` is what `list_prices.at_list` returns.

    Columns: product_id, product_name, units, kept_share (net after commission and payment fees, of
    revenue at list), unit_cost (goods and shipping, money), listed_each (money: list price paid on
    average). Products without a list price, units or a cost are left out.
    """
    rows = between(regular, year_to(period))
    rows = rows.filter(rows.product_id.notnull() & rows.cost.notnull() & (rows.quantity > 0))
    variable = rows.net - rows.commission.fill_null(0) - rows.payment_cost.fill_null(0)
    found = rows.group_by("product_id").agg(
        product_name=rows.product_name.max(),
        units=rows.quantity.sum().cast("float64"),
        listed=rows.listed.sum().cast("float64"),
        kept=variable.sum().cast("float64"),
        cost=(rows.cost + rows[ORDER_COSTS[2]].fill_null(0)).sum().cast("float64"),
    )
    table = found.filter((found.units > 0) & (found.listed > 0)).order_by("product_id").execute()
    return pd.DataFrame(
        {
            "product_id": table.product_id,
            "product_name": table.product_name,
            "units": table.units,
            "kept_share": (table.kept / table.listed).round(6),
            "unit_cost": (table.cost / table.units).round(6),
            "listed_each": (table.listed / table.units).round(6),
        }
    )


def best(
    elasticities: pd.DataFrame, panels: list[Panel], each: pd.DataFrame, beyond: float = BEYOND
) -> pd.DataFrame:
    """Return the list price at which a product's margin is largest, most margin to win first.

    With elasticity e and what a unit costs, p* = c × e ÷ (1 + e) for e below −1, c with commission,
    payment fees and the discount usually given; else as dear as the bounds allow: prices seen, and
    `beyond` past them either way. No price where e is not negative. The interval is that of the
    elasticity: units are last year's, the answer that of one product moved apart from its category,
    and prices were not set at random.

    Columns: category, product_id, product_name, elasticity, price_now, price_best (per unit),
    price_change_rate, unit_cost, from_price and to_price (the bounds), past_data (whether it lies
    past the prices seen), extra_margin with low_ and high_ (money a year, 95 %). Raises Unanswered
    where no product has a cost.

    Formula: price_best = cost ÷ (share kept of the list price) × elasticity ÷ (1 + elasticity),
    within 10 % of the prices seen; The list price at which a product leaves the largest margin.
    Formula: extra_margin = margin a year at the best price − at today's price; Contribution before
    marketing that the best price would add, if units answer as they did.
    """
    rows = elasticities.merge(_seen(panels, beyond), on="product_id").merge(each, on="product_id")
    if rows.empty:
        raise Unanswered(
            "A best price needs the cost of goods: map cost_amount in orders, or unit_cost in "
            "products."
        )
    cost = rows.unit_cost / rows.kept_share.where(rows.kept_share > 0)
    ideal = np.where(rows.elasticity < -1, cost * rows.elasticity / (1 + rows.elasticity), np.inf)
    price = np.clip(ideal, rows.from_price, rows.to_price)
    price = price.where((rows.elasticity < 0) & cost.notna())
    still = (price / rows.price_now - 1).abs() < MOVES
    price = price.where(~still, rows.price_now)
    rows = rows.assign(price_best=price, price_change_rate=price / rows.price_now - 1)
    past = (price > rows.most_price * 1.0001) | (price < rows.least_price * 0.9999)
    rows = rows.assign(past_data=past).join(_gains(rows, price))
    kept = [
        *["category", "product_id", "product_name", "elasticity", "price_now", "price_best"],
        *["price_change_rate", "unit_cost", "from_price", "to_price", "past_data"],
        *["extra_margin", "low_extra_margin", "high_extra_margin", "units", "kept_share"],
        *["low_elasticity", "high_elasticity", "low_shared_margin", "high_shared_margin"],
    ]
    order = ["extra_margin", "product_id"]
    rows = rows.sort_values(order, ascending=[False, True], ignore_index=True)
    return rows[kept].round(6)


def by_category(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what best prices would add by category, most first; the parts add up.

    Columns: category, products (with a best price), dearer, cheaper (how many of them), past_data
    (how many lie past prices seen), price_change_rate (mean), extra_margin with low_ and high_ (the
    error of the category's elasticity moves all its products; their own errors even out).
    """
    known = rows[rows.price_best.notna()]
    parts = known.assign(
        dearer=known.price_change_rate > 0, cheaper=known.price_change_rate < 0
    ).groupby("category", dropna=False)
    found = parts.agg(
        products=("product_id", "size"),
        dearer=("dearer", "sum"),
        cheaper=("cheaper", "sum"),
        past_data=("past_data", "sum"),
        price_change_rate=("price_change_rate", "mean"),
        extra_margin=("extra_margin", "sum"),
        low_extra_margin=("low_shared_margin", "sum"),
        high_extra_margin=("high_shared_margin", "sum"),
    )
    order = ["extra_margin", "category"]
    return found.reset_index().sort_values(order, ascending=[False, True], ignore_index=True)


def curve(rows: pd.DataFrame, category: str | None) -> pd.DataFrame:
    """Return margin a year by list price of the category's product with most to win, as drawn.

    Columns: list_price, margin_a_year, low, high (95 % of the elasticity), mark (now or best),
    product_name; within the bounds. Raises Unanswered where no product has a best price.
    """
    of = rows.category.isna() if category is None else rows.category == category
    known = rows[of & rows.price_best.notna()]
    if known.empty:
        raise Unanswered("No product of {category:text} has a best price.", category=category)
    row = known.iloc[0]
    marks = {row.price_now: "now", row.price_best: "best"}
    price = np.unique(np.append(np.linspace(row.from_price, row.to_price, POINTS), [*marks]))
    ends = [_margin(row, price, row[f"{end}elasticity"]) for end in ("", "low_", "high_")]
    return pd.DataFrame(
        {
            "list_price": price,
            "margin_a_year": ends[0],
            "low": np.minimum(*ends[1:]),
            "high": np.maximum(*ends[1:]),
            "mark": [marks.get(one) for one in price],
            "product_name": row.product_name or row.product_id,
        }
    )


def reading(rows: pd.DataFrame) -> Message:
    """Say how many products are cheaper or dearer than pays best."""
    sure = rows[rows.low_extra_margin > 0]
    return Message(
        "Products that a dearer price would serve: {dearer:number}, a cheaper one: "
        "{cheaper:number}, of {products:number} looked at",
        {
            "dearer": int((sure.price_change_rate > 0).sum()),
            "cheaper": int((sure.price_change_rate < 0).sum()),
            "products": int(rows.price_best.notna().sum()),
        },
    )


def shape(rows: pd.DataFrame) -> Message:
    """Say what a product's price is and where its margin is largest."""
    price = rows.dropna(subset="mark").set_index("mark").list_price
    told = {"product": rows.product_name.iloc[0], "best": float(price["best"])}
    if "now" not in price.index:
        return Message("{product:text}: margin is largest at today's {best:cents}", told)
    return Message(
        "{product:text}: margin is largest at {best:cents}, today's price is {now:cents}",
        told | {"now": float(price["now"])},
    )


def _seen(panels: list[Panel], beyond: float) -> pd.DataFrame:
    """By product the last price and the bounds around those seen."""
    found = []
    for one in panels:
        price = np.where(one.on, one.price, np.nan)
        for at, name in enumerate(one.products):
            known = np.exp(price[at][one.on[at]])
            found.append((name, known[-1], known.min(), known.max()))
    names = ["product_id", "price_now", "least_price", "most_price"]
    rows = pd.DataFrame(found, columns=names)
    return rows.assign(
        from_price=rows.least_price * (1 - beyond), to_price=rows.most_price * (1 + beyond)
    )


def _margin(row: pd.Series | pd.DataFrame, price: object, elasticity: object) -> object:
    """Margin a year at a price: units as they answer it × what one leaves."""
    units = row.units * (price / row.price_now) ** elasticity
    return units * (price * row.kept_share - row.unit_cost)


def _gains(rows: pd.DataFrame, price: pd.Series) -> pd.DataFrame:
    """Margin won at the best price; ends by the product's own error and by its category's."""

    def gain(elasticity: pd.Series) -> pd.Series:
        return _margin(rows, price, elasticity) - _margin(rows, rows.price_now, elasticity)

    shared = [
        rows.elasticity + rows[f"{end}_category_elasticity"] - rows.category_elasticity
        for end in ("low", "high")
    ]
    own, common = (
        [gain(one) for one in ends]
        for ends in ([rows.low_elasticity, rows.high_elasticity], shared)
    )
    return pd.DataFrame(
        {
            "extra_margin": gain(rows.elasticity),
            "low_extra_margin": np.minimum(*own),
            "high_extra_margin": np.maximum(*own),
            "low_shared_margin": np.minimum(*common),
            "high_shared_margin": np.maximum(*common),
        }
    )
