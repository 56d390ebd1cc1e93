"""Associations: which products customers buy together, and how much more often than apart."""

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import between
from revwork.calendar import Period

SUPPORT, FEWEST = 0.0005, 10  # a pair counts from this share of baskets, and from so many
_AT_ONCE = 2_000_000  # pairs that may occur, counted in one go: bounds the memory


@dataclass(frozen=True)
class Baskets:
    """What lies in which basket, numbered: a product counts once in a basket.

    held: basket, code; orders: order_id, basket, segment, channel; products: product_id, code,
    count (baskets with it), the most frequent first.
    """

    held: ibis.Table
    orders: ibis.Table
    products: pd.DataFrame
    total: int


def chosen(lines: ibis.Table, opportunities: ibis.Table, period: Period) -> ibis.Table:
    """Return the sales lines of a period that customers put into their baskets themselves.

    Columns: those of lines. Left out: what was sent back, lines without a product, and what a
    customer ordered on the day a deal of theirs was won: a quote put that together, not a choice.
    """
    sold = between(lines, period)
    sold = sold.filter(~sold.is_return & sold.product_id.notnull())
    won = opportunities.filter(opportunities.outcome == "won")
    signed = won.select(signer="customer_id", signed_on="close_date").distinct()
    same = [sold.customer_id == signed.signer, sold.order_date == signed.signed_on]
    return sold.anti_join(signed, same)


def baskets(rows: ibis.Table) -> Baskets:
    """Return the baskets of lines with order_id, product_id, segment and channel.

    Numbers in place of texts: what follows then counts ten million lines within memory.
    """
    orders = rows.group_by("order_id").agg(segment=rows.segment.max(), channel=rows.channel.max())
    number = ibis.row_number().over(order_by="order_id").cast("int32")
    orders = orders.mutate(basket=number).cache()
    lines = rows.group_by("product_id").agg(lines=rows.count())
    products = lines.order_by(ibis.desc("lines"), "product_id").execute()[["product_id"]]
    products["code"] = np.arange(len(products), dtype=np.int32)
    codes = ibis.memtable(products, schema={"product_id": "string", "code": "int32"})
    numbered = rows.select("order_id", "product_id").inner_join(codes, "product_id")
    numbered = numbered.inner_join(orders.select("order_id", "basket"), "order_id")
    held = numbered.select("basket", "code").distinct().cache()
    counts = held.group_by("code").agg(count=held.count()).execute().set_index("code")["count"]
    products["count"] = counts.reindex(products.code).to_numpy()
    return Baskets(held, orders, products, int(orders.count().execute()))


def pairs(filled: Baskets, least: int | None = None) -> pd.DataFrame:
    """Return the pairs of products found together in at least so many baskets, and how often.

    Unless told, `least` is .05 % of the baskets and 10 at least. Counted exactly in the engine, a
    slice of the products at a time: a basket of thousands of lines takes time, not memory.

    Columns: first (the product in more baskets), second, both, first_count, second_count (baskets
    with it), baskets (all), tests (pairs there could be of products in enough baskets), then the
    measures: support (share of baskets with both), confidence (share of the first's baskets with
    the second), lift, leverage (share of baskets beyond chance), zhang (−1 to 1). Sorted by both.

    Formula: support = baskets with both ÷ all baskets; How often two products are bought together.
    Formula: confidence = baskets with both ÷ baskets with the first; Of those who buy the first
    product, who add the second.
    Formula: lift = confidence ÷ share of baskets with the second; How many times as often as if
    neither product knew of the other.
    Formula: leverage = support − share with the first × share with the second; Baskets with both
    beyond what chance brings, as a share of all.
    Formula: zhang = (confidence − confidence without the first) ÷ the larger of the two; 1 is
    always together, −1 never, 0 chance.
    """
    least = least or max(FEWEST, int(np.ceil(SUPPORT * filled.total)))
    often = filled.products["count"] >= least
    known = filled.products[: int(often[::-1].idxmax()) + 1 if often.any() else 0]
    held = filled.held.filter(filled.held.code < len(known))
    parts = [_counted(held, part, least) for part in _slices(len(known))]
    tests = int(often.sum() * (often.sum() - 1) // 2)
    found = _named(pd.concat(parts, ignore_index=True), filled.products)
    measured = measures(found.assign(baskets=filled.total, tests=tests))
    order = ["both", "first", "second"]
    return measured.sort_values(order, ascending=[False, True, True], ignore_index=True)


def measures(counts: pd.DataFrame) -> pd.DataFrame:
    """Return counts with support, confidence, lift, leverage and Zhang's measure of each pair.

    Counts need both, first_count, second_count and baskets. Zhang is null where either product is
    in every basket. Sources: Agrawal 1993, Piatetsky-Shapiro 1991, Zhang 2000.
    """
    n, both = counts.baskets.astype(float), counts.both.astype(float)
    first, second = counts.first_count / n, counts.second_count / n
    confidence, leverage = both / counts.first_count, both / n - first * second
    most = np.maximum(both / n * (1 - first), first * (second - both / n))
    return counts.assign(
        support=both / n,
        confidence=confidence,
        lift=confidence / second,
        leverage=leverage,
        zhang=leverage / most.where(most > 0),
    )


def _named(found: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The pairs by their products' names, the one in more baskets first."""
    name, count = items.product_id.to_numpy(), items["count"].to_numpy()
    swap = (count[found.x] > count[found.y]) | (
        (count[found.x] == count[found.y]) & (name[found.x] < name[found.y])
    )
    first, second = np.where(swap, found.x, found.y), np.where(swap, found.y, found.x)
    sides = {"first": name[first], "second": name[second], "both": found.both}
    return pd.DataFrame(sides | {"first_count": count[first], "second_count": count[second]})


def _slices(products: int) -> list[tuple[int, int]]:
    """How many slices, and each one's number: as many as keep the pairs of one within bounds."""
    many = max(1, -(-products * products // 2 // _AT_ONCE))
    return [(many, number) for number in range(many)]


def _counted(held: ibis.Table, part: tuple[int, int], least: int) -> pd.DataFrame:
    """Baskets of each pair whose rarer product (x) lies in the slice, where they are enough."""
    many, number = part
    rarer = held.filter(held.code % many == number) if many > 1 else held
    rarer = rarer.select("basket", x="code")
    other = held.view().select(same="basket", y="code")
    both = rarer.inner_join(other, [rarer.basket == other.same, rarer.x > other.y])
    found = both.group_by(["x", "y"]).agg(both=both.count())
    return found.filter(found.both >= least).order_by("x", "y").execute()
