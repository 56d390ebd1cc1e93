"""Price position map: what brands ask for the same products, beside how they are rated."""

from collections.abc import Sequence

import ibis
import pandas as pd

from revwork.analysis.market.price_index import index
from revwork.analysis.market.price_moves import US
from revwork.analysis.periods import between, year_to
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word

SHRUNK = 10  # reviews' weight of the mean of all brands in a brand's rating


def positions(
    offers: ibis.Table, weights: ibis.Table, reviews: ibis.Table, period: Period
) -> pd.DataFrame:
    """Return each brand's price against ours, and its rating in the year to the period's end.

    `offers` are those of one week and `weights` what `price_index.sold` returns. A rival's price
    level is over the products both sell, weighted by our revenue (each pair alike where it is not
    known). A rating is drawn towards the mean of all brands by 10 reviews, so few say little.

    Columns: competitor ("We" for us), price_level (ours is 100, above is dearer than we are),
    rating (stars), size (reviews), products (compared; null for us). A brand without one of both
    is left out.

    Formula: price_level = 100 × price ÷ our price, products both sell; What a brand asks for the
    same products where we ask 100.
    """
    prices = index(offers, weights, ["competitor"])
    level = prices.weighted_index.fillna(prices.unweighted_index)
    rated = _ratings(reviews, period)
    found = pd.DataFrame(
        {
            "brand": [*prices.competitor, ""],
            "price_level": [*(10_000 / level), 100.0],
            "products": [*prices.products, None],
        }
    ).merge(rated, on="brand")
    found.insert(0, "competitor", [name or US for name in found.brand])
    rows = found[["competitor", "price_level", "rating", "size", "products"]]
    return rows.dropna(subset=["price_level"]).reset_index(drop=True)


def known(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the positions; Unanswered where we or every rival lacks a price or a rating."""
    if len(rows) < 2 or not rows.competitor.eq(US).any():
        raise Unanswered(
            "The price position map needs prices and reviews of us and of one rival in the last "
            "year: add rows to competitor_prices and reviews."
        )
    return rows


def reading(rows: pd.DataFrame) -> Message:
    """Say how many rivals are dearer than we are and rated below us, the best place to be."""
    us = rows[rows.competitor.eq(US)].iloc[0]
    rivals = rows[~rows.competitor.eq(US)]
    worse = rivals[(rivals.price_level > 100) & (rivals.rating < us.rating)]
    better = rivals[(rivals.price_level < 100) & (rivals.rating > us.rating)]
    return Message(
        "Dearer than we are and rated lower: {worse:text}; cheaper and rated higher: {better:text}",
        {"worse": _listed(worse.competitor), "better": _listed(better.competitor)},
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) else Word("nobody")


def _ratings(reviews: ibis.Table, period: Period) -> pd.DataFrame:
    rows = between(reviews, year_to(period), "date")
    rows = rows.mutate(brand=rows.competitor.fill_null("")).filter(rows.rating.notnull())
    found = rows.group_by("brand").agg(size=rows.count(), total=rows.rating.sum())
    found = found.order_by("brand").execute().astype({"size": float, "total": float})
    mean = found.total.sum() / found["size"].sum() if len(found) else 0.0
    found["rating"] = (found.total + SHRUNK * mean) / (found["size"] + SHRUNK)
    return found[["brand", "rating", "size"]]
