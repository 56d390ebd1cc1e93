"""Elasticity: how units answer our own price, by category and by product."""

from collections.abc import Sequence
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.pricing import demand_fit, demand_panel, list_prices
from revwork.analysis.pricing.demand_panel import Panel
from revwork.findings import Message, Unanswered

LEVEL = 0.95
FEWEST = 3  # products of a category whose price moved
DEARER = 0.1  # of the price, in what is said to readers


def measured(
    lines: ibis.Table,
    prices: ibis.Table,
    promotions: ibis.Table,
    competitor_prices: ibis.Table,
    asked: tuple[str, date],
) -> pd.DataFrame:
    """Return what `by_category` tells of sales lines; `asked` is currency and last day."""
    sold = list_prices.at_list(list_prices.beside_list(lines, prices, promotions, asked[0]))
    panels = demand_panel.panels(sold.cache(), prices, promotions, competitor_prices, asked)
    return by_category(by_product(panels))


def by_product(panels: Sequence[Panel]) -> pd.DataFrame:
    """Return each product's own-price elasticity, shrunk towards its category's.

    Units change by so many per cent when the list price is 1 % higher; product and week effects of
    the category are taken out, so it is the answer to a price that moves apart from the
    category's. Offers and rivals' prices are controls. Prices were not set at random: who raised
    a price where demand was rising reads as bought in spite of it. Interval 95 %, Student's t.

    Columns: category, product_id, elasticity, low_elasticity, high_elasticity, own_elasticity
    (before shrinkage, null where its price never moved), lines are of the category:
    category_elasticity with low_ and high_, products, category_lines. Raises Unanswered where no
    category has three products whose price moved.

    Formula: elasticity = % change of units ÷ % change of the price; Units change by so many per
    cent when the price is 1 % higher: −2 means two per cent fewer.
    """
    found = [rows for panel in panels if (rows := _of_category(panel)) is not None]
    if not found:
        raise Unanswered(
            "Elasticity needs three products of a category that sold 30 times or more and whose "
            "price moved: map list prices, or unit_price in orders."
        )
    return pd.concat(found, ignore_index=True)


def by_category(products: pd.DataFrame) -> pd.DataFrame:
    """Return the elasticity of each category, the one that answers most first.

    `products` is what `by_product` returns. Columns: category, elasticity, low_elasticity,
    high_elasticity, units_change_rate with low_ and high_ (if the price were 10 % higher),
    products, lines.

    Formula: units_change_rate = 1.1 to the power of the elasticity − 1; Change of units when the
    price is 10 % higher.
    """
    rows = products.drop_duplicates("category", ignore_index=True)
    ends = {f"{end}elasticity": rows[f"{end}category_elasticity"] for end in ("", "low_", "high_")}
    table = pd.DataFrame({"category": rows.category, **ends})
    for end in ("", "low_", "high_"):
        table[f"{end}units_change_rate"] = (1 + DEARER) ** table[f"{end}elasticity"] - 1
    table = table.assign(products=rows.products, lines=rows.category_lines)
    return table.sort_values(["elasticity", "category"], ignore_index=True).round(6)


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the elasticities of `by_category` as `chart.dots` draws them: 10 % dearer."""
    names = {"current": "", "low": "low_", "high": "high_"}
    ends = {name: rows[f"{end}units_change_rate"] for name, end in names.items()}
    return pd.DataFrame({"category": rows.category, **ends, "base": np.nan})


def reading(rows: pd.DataFrame) -> Message:
    """Say in which category of `drawn` units answer the price most, and least."""
    first, last = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return Message(
            "With prices 10 % higher, units of {first:text} change by {most:change}",
            {"first": first.category, "most": first.current},
        )
    return Message(
        "With prices 10 % higher, units of {first:text} change by {most:change}, "
        "of {last:text} by {least:change}",
        {
            **{"first": first.category, "most": first.current},
            **{"last": last.category, "least": last.current},
        },
    )


def _of_category(panel: Panel) -> pd.DataFrame | None:
    from scipy.stats import t

    if len(panel.products) < FEWEST:
        return None
    one = demand_fit.slopes(panel.units, panel.price, panel.controls, panel.on)
    if np.isfinite(one.variance).sum() < FEWEST:
        return None
    all_ = demand_fit.pooled(one)
    wide = t.ppf((1 + LEVEL) / 2, all_.products - 1)
    own = np.where(np.isfinite(one.variance), one.estimate, np.nan)
    told = {"category": panel.category, "product_id": panel.products, "elasticity": all_.shrunk}
    told |= {"low_elasticity": all_.shrunk - wide * all_.shrunk_error}
    told |= {"high_elasticity": all_.shrunk + wide * all_.shrunk_error}
    told |= {"own_elasticity": own, "category_elasticity": all_.mean}
    told |= {"low_category_elasticity": all_.mean - wide * all_.error}
    told |= {"high_category_elasticity": all_.mean + wide * all_.error}
    told |= {"products": all_.products, "category_lines": panel.lines}
    return pd.DataFrame(told).round(6)
