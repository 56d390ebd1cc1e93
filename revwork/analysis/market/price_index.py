"""Price index: our prices against rivals' for the same product, and where we are dear."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.headlines import Headline, cards
from revwork.analysis.periods import between, is_within, year_to
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered
from revwork.metrics import Kpi, wilson

DEAR = 110  # a product is in the red zone above so many percent of the cheapest rival's price
LEVEL = 0.95  # of every interval
_SHOWN = {
    "price_index_by_revenue": Headline("index", "product", "neither"),
    "price_index_unweighted": Headline("index", "product", "neither"),
    "red_zone": Headline("percent", "product", "lower"),
    "products_compared": Headline("percent", "product"),
    "revenue_compared": Headline("percent", "product"),
}
_MARKET = ["product_id", "currency", "region"]
_NEVER = ibis.date(9999, 12, 31)  # no price ends to hold after it


def offers(
    competitor_prices: ibis.Table, prices: ibis.Table, products: ibis.Table, currency: str
) -> ibis.Table:
    """Return one row per rival's price seen, beside our price of that day for the same product.

    Ours is what was seen beside theirs (`our_price`), else the list price of the day in the same
    currency and market (a market's own before the one that holds everywhere; no channel's); never
    what was paid, which offers and terms move. Prices are compared in the currency the rival
    quotes, so no exchange rate comes in. What the rival could not deliver is left out; freight
    is in neither price. Nothing is carried forward: a day without a price has no row.

    Columns: those of competitor_prices, category and product_name (null unknown), week (its
    Monday), ours (null where not known), ratio (ours / theirs), dear (above 1.1 of theirs).
    """
    seen = competitor_prices.filter(competitor_prices.in_stock.fill_null(True))
    seen = seen.mutate(currency=seen.currency.fill_null(currency), week=seen.date.truncate("W"))
    listed = _listed(prices, currency)
    seen = _beside(seen, listed.filter(listed.region.notnull()), "own_market", _MARKET)
    seen = _beside(seen, listed.filter(listed.region.isnull()), "everywhere", _MARKET[:2])
    named = products.select("product_id", "product_name", "category")
    seen = seen.left_join(named, "product_id").drop("product_id_right")
    ours = seen.our_price.coalesce(seen.own_market, seen.everywhere)
    seen = seen.mutate(ours=ours).drop("own_market", "everywhere")
    return seen.mutate(
        ratio=seen.ours.cast("float64") / seen.price.cast("float64"),
        dear=seen.ours.cast("decimal(38, 4)") * 100 > seen.price.cast("decimal(38, 4)") * DEAR,
    )


def sold(lines: ibis.Table, period: Period) -> ibis.Table:
    """Return what each product brought in the 365 days to the period's end: the index's weights.

    Columns: product_id, category, revenue (float, above 0: what only came back has no weight).
    """
    rows = between(lines, year_to(period)).filter(lines.product_id.notnull())
    found = rows.group_by("product_id").agg(
        category=rows.category.max(), revenue=rows.net.sum().cast("float64")
    )
    return found.filter(found.revenue > 0)


def index(offers: ibis.Table, weights: ibis.Table, by: Sequence[str]) -> pd.DataFrame:
    """Return our price as a share of theirs, ours / theirs × 100: below 100 we are cheaper.

    The geometric mean over pairs of a product and a rival that has it that week, at the rival's
    cheapest offer; a swap of the two sides gives the exact inverse. `weights` is what `sold`
    returns; without it the weighted index is null. Parts add up to the whole: in logarithms, by
    pairs or by weight.

    Columns: `by`, any of week, competitor, category; products, pairs; unweighted_index and
    weighted_index, each with its interval (…_from, …_to) at 95 % over products (delta method,
    Student's t; null for one product alone).

    Formula: price_index_by_revenue, weighted_index = 100 × geometric mean of ours ÷ theirs,
    weighted by revenue; Our prices against rivals' for the same products: below 100 we are cheaper.
    Formula: price_index_unweighted, unweighted_index = 100 × geometric mean of ours ÷ theirs; Our
    prices against rivals', each product and rival alike: below 100 we are cheaper.
    """
    pairs = _pairs(offers).mutate(level=lambda pair: pair.ratio.ln())
    if {"week", "competitor"} <= {*by}:  # a product is one pair there
        sums = pairs.mutate(pairs=1, unweighted=pairs.level)
    else:
        sums = pairs.group_by([*by, "product_id"]).agg(
            pairs=pairs.count(), unweighted=pairs.level.sum()
        )
    joined = sums.left_join(weights.select("product_id", "revenue"), "product_id")
    weight = joined.revenue.fill_null(0.0)
    product = joined.mutate(weight=weight * joined.pairs, weighted=weight * joined.unweighted)
    found = product.group_by(list(by)).agg(
        products=product.count(),
        pairs=product.pairs.sum(),
        **_moments(product, "unweighted", product.unweighted, product.pairs.cast("float64")),
        **_moments(product, "weighted", product.weighted, product.weight),
    )
    rows = found.order_by(list(by)).execute()
    kept = [*by, "products", "pairs"]
    return rows[kept].join(_index(rows, "unweighted")).join(_index(rows, "weighted"))


def red_zone(offers: ibis.Table, by: Sequence[str]) -> pd.DataFrame:
    """Return the share of products dearer than 1.1 × the cheapest rival that week.

    Columns: `by`, week or category; products (matched), dear, share, low_share and high_share
    (Wilson, 95 %). Exactly 1.1 is not in the zone.

    Formula: red_zone = products above 1.1 × the cheapest rival ÷ products compared; Share of
    products that are clearly dearer than at the cheapest rival.
    """
    known = offers.filter(offers.ratio.notnull())
    keys = dict.fromkeys([*by, "week", "product_id"])
    product = known.group_by(list(keys)).agg(dear=known.dear.cast("int64").max())
    found = product.group_by(list(by)).agg(products=product.count(), dear=product.dear.sum())
    rows = found.order_by(list(by)).execute()
    return rows.join(wilson(rows.dear, rows.products, LEVEL))


def dearest(offers: ibis.Table) -> pd.DataFrame:
    """Return each product beside the cheapest offer of the weeks given, the dearest of ours first.

    Columns: product, category, competitor, ours, theirs, currency (theirs), index.
    """
    known = offers.filter(offers.ratio.notnull())
    order = [ibis.desc("ratio"), "competitor", "currency", "region", "date"]
    place = ibis.row_number().over(ibis.window(group_by="product_id", order_by=order))
    first = known.mutate(place=place).filter(lambda table: table.place == 0)
    rows = first.order_by([ibis.desc("ratio"), "product_id"]).select(
        product=first.product_name.coalesce(first.product_id),
        category="category",
        competitor="competitor",
        ours=first.ours.cast("float64"),
        theirs=first.price.cast("float64"),
        currency="currency",
        index=100 * first.ratio,
    )
    return rows.execute()


def coverage(offers: ibis.Table, weights: ibis.Table, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return how much of what we sell has a rival's price to compare with, by category or in all.

    Columns: `by`, products (with revenue in the weights' year), matched, share (of products),
    revenue, matched_revenue, revenue_share. Without revenue there is nothing to be a share of.

    Formula: products_compared = products with a rival's price ÷ products sold; How much of the
    range can be compared with a rival.
    Formula: revenue_compared = revenue of products with a rival's price ÷ revenue; How much of the
    revenue can be compared with a rival.
    """
    known = offers.filter(offers.ratio.notnull()).select("product_id").distinct()
    every = weights.left_join(known, "product_id")
    has = every.product_id_right.notnull()
    amounts = {
        "products": every.count(),
        "matched": has.cast("int64").sum(),
        "revenue": every.revenue.sum(),
        "matched_revenue": every.revenue.sum(where=has),
    }
    grouped = every.group_by(list(by)).agg(**amounts) if by else every.aggregate(**amounts)
    rows = (grouped.order_by(list(by)) if by else grouped).execute().fillna({"matched_revenue": 0})
    share = rows.matched / rows.products.where(rows.products > 0)
    return rows.assign(share=share, revenue_share=rows.matched_revenue / rows.revenue)


def latest(offers: ibis.Table, period: Period) -> ibis.Table:
    """Return the offers of the last week of the period in which a rival's price was seen.

    Raises Unanswered where none was seen in the period beside a price of ours.
    """
    known = offers.filter(is_within(offers.date, period) & offers.ratio.notnull())
    week = known.week.max().execute()
    if pd.isna(week):
        raise Unanswered(
            "No rival's price was seen in {period:period} beside a price of ours: add rows to "
            "competitor_prices, with our_price, or list prices in the same currency.",
            period=period.name,
        )
    return known.filter(known.week == ibis.date(pd.Timestamp(week).date()))


def headline(
    offers: ibis.Table, lines: ibis.Table, comparison: Comparison, calendar: Calendar
) -> list[Kpi]:
    """Return price index (weighted where revenue is known), red zone and coverage.

    Each at the last week of the period, of the comparison, and of the last twelve months; the
    index keeps one basket: what is sold in the year to the period's end.
    """
    basket = sold(lines, comparison.current)
    return cards(
        lambda period: _standing(offers, lines, basket, period), _SHOWN, comparison, calendar
    )


def weighed(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return what `index` returns as a picture draws it: value with low and high, n (products).

    `by` is weighted (by our revenue) or unweighted (each pair alike).
    """
    ends = {"value": "index", "low": "from", "high": "to"}
    return rows.assign(n=rows.products, **{k: rows[f"{by}_{end}"] for k, end in ends.items()})


def _listed(prices: ibis.Table, currency: str) -> ibis.Table:
    """List prices of no particular channel with the day each ends to hold."""
    every = prices.filter(prices.channel.isnull())
    every = every.mutate(currency=every.currency.fill_null(currency))
    window = ibis.window(group_by=_MARKET, order_by="valid_from")
    until = every.valid_from.lead().over(window).coalesce(_NEVER)
    return every.select(*_MARKET, "valid_from", "list_price", valid_to=until)


def _beside(seen: ibis.Table, listed: ibis.Table, name: str, keys: list[str]) -> ibis.Table:
    """The rows seen with the list price that held on their day as `name`; a row stays one row.

    Only comparisons join: an "or" among them would make an engine try every pair.
    """
    quoted = listed.select(
        **{f"own_{key}": key for key in keys},
        **{"holds_from": "valid_from", "holds_until": "valid_to", name: "list_price"},
    )
    same = [seen[key] == quoted[f"own_{key}"] for key in keys]
    holds = [seen.date >= quoted.holds_from, seen.date < quoted.holds_until]
    joined = seen.left_join(quoted, [*same, *holds])
    return joined.drop(*(f"own_{key}" for key in keys), "holds_from", "holds_until")


def _pairs(offers: ibis.Table) -> ibis.Table:
    """A product and a rival that has it in a week, at the cheapest of the rival's offers."""
    known = offers.filter(offers.ratio.notnull())
    keys = ["week", "competitor", "product_id"]
    return known.group_by(keys).agg(ratio=known.ratio.max(), category=known.category.max())


def _moments(table: ibis.Table, name: str, a: ibis.Value, b: ibis.Value) -> dict:
    """The sums from which Σa / Σb and its variance over products follow."""
    sums = {"a": a, "b": b, "aa": a * a, "ab": a * b, "bb": b * b}
    return {f"{name}_{key}": value.sum() for key, value in sums.items()}


def _index(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Index and interval of a mean that is a ratio of sums: linearised, products independent."""
    from scipy.stats import t

    a, b, aa, ab, bb = (rows[f"{name}_{key}"].astype(float) for key in ("a", "b", "aa", "ab", "bb"))
    b = b.where(b > 0)
    n = rows.products.where(rows.products > 1).astype(float)
    mean = a / b
    spread = (aa - 2 * mean * ab + mean**2 * bb).clip(lower=0) * n / (n - 1)
    half = t.ppf((1 + LEVEL) / 2, n - 1) * np.sqrt(spread) / b
    ends = {"index": mean, "from": mean - half, "to": mean + half}
    found = pd.DataFrame({f"{name}_{end}": 100 * np.exp(x) for end, x in ends.items()})
    return found.round(9)  # an engine adds floats in no fixed order


def _standing(
    offers: ibis.Table, lines: ibis.Table, basket: ibis.Table, period: Period
) -> dict[str, tuple]:
    """The headline at a period's last week with its n; nothing where no price was seen in it."""
    try:
        week = latest(offers, period)
    except Unanswered:
        return {}
    row = index(week, basket, ["week"]).iloc[0]
    cover = coverage(week, sold(lines, period)).iloc[0]
    found = {
        "price_index_by_revenue": (row.weighted_index, row.products),
        "price_index_unweighted": (row.unweighted_index, row.products),
        "red_zone": (red_zone(week, ["week"]).share[0], row.products),
        "products_compared": (cover.share, cover.products),
        "revenue_compared": (cover.revenue_share, cover.products),
    }
    return {
        metric: (None if pd.isna(value) else round(float(value), 7), int(n))
        for metric, (value, n) in found.items()
    }
