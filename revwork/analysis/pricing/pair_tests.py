"""Pair tests: which associations are more than chance, the size and kind of baskets allowed for."""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.pricing.associations import Baskets
from revwork.findings import Message, Unanswered

DISCOVERY = 0.05  # of the pairs called found, the share that chance may have brought
WHERE = ("segment", "channel")
_BLOCK = 100_000  # pairs at a time
_KIND = ["size_class", *WHERE]


def tested(pairs: pd.DataFrame, filled: Baskets) -> pd.DataFrame:
    """Return the pairs with how often chance brings them together, and which are found.

    `filled` are the baskets that `pairs` were counted in. Large baskets bring any
    two products together, and customers of one kind like the same: so products are held to be
    drawn freely among baskets of one size (2–3, 4–7, 8–15 …), segment and channel, and what comes
    together beyond that is tested (Poisson, one-sided). Of all pairs that could occur among
    products in enough baskets, q is the share of false ones were all down to this one called
    found (Benjamini and Hochberg).

    Columns added: by_chance (baskets with both), p, q, found (q ≤ .05).

    Formula: by_chance = baskets with the first × baskets with the second × pairs there are ÷ pairs
    there could be; What chance brings together in baskets of one size, segment and channel.
    Formula: q = share of false discoveries down to this pair (Benjamini–Hochberg); How many of the
    pairs called found would be chance.
    """
    from scipy.stats import poisson

    expected = _expected(pairs, filled)
    p = poisson.sf(pairs.both.to_numpy() - 1, expected)
    q = discovery_rate(p, pairs.tests.max() if len(pairs) else 0)
    table = pairs.assign(by_chance=expected.round(6), p=p, q=q)
    return table.assign(found=table.q <= DISCOVERY)


def discovery_rate(p: np.ndarray, tests: int) -> np.ndarray:
    """Return the q-value of each p among so many tests, those not given taken as p = 1."""
    order = np.argsort(p, kind="stable")
    raw = p[order] * max(tests, len(p)) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q


def shown(pairs: pd.DataFrame, names: pd.Series, most: int = 8) -> pd.DataFrame:
    """Return the pairs by name, those found first, then by how far from chance.

    `names` tells a product's name by its id. Columns: first_product, second_product,
    baskets_with_both, by_chance, support, confidence, lift, leverage, zhang, q. Raises Unanswered
    without a pair.
    """
    if pairs.empty:
        raise Unanswered(
            "No two products share 10 baskets: associations need orders with product_id and "
            "several lines."
        )
    order = pairs.sort_values(["found", "p", "first", "second"], ascending=[False, *[True] * 3])
    sides = {"first_product": order["first"].map(names)}
    sides |= {"second_product": order["second"].map(names)}
    measures = [
        "baskets_with_both",
        "by_chance",
        "support",
        "confidence",
        "lift",
        "leverage",
        "zhang",
        "q",
    ]
    order = order.rename(columns={"both": "baskets_with_both"})
    table = order.assign(**sides)[[*sides, *measures]]
    return table.head(most).reset_index(drop=True)


def reading(pairs: pd.DataFrame) -> Message:
    """Say how many pairs are found among how many that could be."""
    return Message(
        "Found beyond chance: {found:number} of {tests:number} pairs that could be",
        {"found": int(pairs.found.sum()), "tests": int(pairs.tests.max()) if len(pairs) else 0},
    )


def names(lines: ibis.Table) -> pd.Series:
    """Return each product's name by its id; the id where no name is recorded."""
    rows = lines.filter(lines.product_id.notnull()).group_by("product_id")
    found = rows.agg(name=lines.product_name.max()).order_by("product_id").execute()
    return found.set_index("product_id").name.fillna(
        found.set_index("product_id").index.to_series()
    )


def _expected(pairs: pd.DataFrame, filled: Baskets) -> np.ndarray:
    """First × second × pairs there are ÷ pairs there could be, summed over kinds of basket."""
    if pairs.empty:
        return np.zeros(0)
    place = filled.products.set_index("product_id").code
    first, second = (place.reindex(pairs[side]).to_numpy() for side in ("first", "second"))
    most = int(max(first.max(), second.max()))
    counts = _counts(filled, most)
    could = (counts.places**2 - counts.squares).where(lambda n: n > 0)
    weight = np.sqrt(counts.chances / could).fillna(0.0)
    kinds = counts.groupby(_KIND, sort=True).ngroup()
    grid = np.zeros((most + 1, kinds.max() + 1))
    grid[counts.code, kinds] = counts.n * weight
    blocks = (slice(at, at + _BLOCK) for at in range(0, len(pairs), _BLOCK))
    return np.concatenate([(grid[first[b]] * grid[second[b]]).sum(1) for b in blocks])


def _counts(filled: Baskets, most: int) -> pd.DataFrame:
    """Baskets of each kind that hold each product up to a code, beside sums over the kind.

    Kinds are of size, segment and channel; places is the sum of sizes, chances that of
    size × (size − 1), squares that of the baskets of each product, squared.
    """
    held = filled.held
    sizes = held.group_by(number="basket").agg(size=held.count())
    sizes = sizes.filter(sizes["size"] > 1)
    kind = (sizes["size"].cast("float64").log2() + 1e-9).floor().cast("int64")
    where = {name: filled.orders[name].fill_null("") for name in WHERE}
    orders = filled.orders.select("basket", **where)
    kinds = sizes.mutate(size_class=kind).inner_join(orders, sizes.number == orders.basket)
    inside = held.inner_join(kinds.drop("basket"), held.basket == kinds.number)
    each = inside.group_by([*_KIND, "code"]).agg(
        n=inside.count(), others=(inside["size"] - 1).sum()
    )
    each = each.cache()
    sums = each.group_by(_KIND).agg(
        places=each.n.sum(), chances=each.others.sum(), squares=(each.n * each.n).sum()
    )
    found = each.filter(each.code <= most).inner_join(sums, _KIND)
    return found.order_by([*_KIND, "code"]).execute().astype({"places": float})
