"""Price index, red zone and coverage on five million competitor prices, against SQL by hand."""

import statistics
import sys
from collections.abc import Callable
from datetime import date
from time import perf_counter, process_time

import ibis
import pandas as pd

from revwork.analysis.market import price_index
from revwork.calendar import Period

SEEN, PRODUCTS, RIVALS, WEEKS = 5_000_000, 8_000, 5, 125
PERIOD = Period("2026-H1", date(2026, 1, 1), date(2026, 7, 1))
TABLES = f"""
CREATE TABLE competitor_prices AS SELECT
    DATE '2024-01-01' + 7 * (i // {PRODUCTS * RIVALS})::INTEGER AS date,
    'R' || (i // {PRODUCTS}) % {RIVALS} AS competitor, 'P' || i % {PRODUCTS} AS product_id,
    (8 + (hash(i) % 4000) / 1000.0)::DECIMAL(18, 4) AS price,
    CASE WHEN hash(i + 1) % 2 = 0 THEN 10::DECIMAL(18, 4) END AS our_price,
    'EUR' AS currency, NULL::VARCHAR AS region, hash(i + 2) % 20 > 0 AS in_stock
FROM range({SEEN}) t(i);
CREATE TABLE prices AS SELECT 'P' || i % {PRODUCTS} AS product_id,
    DATE '2023-12-01' + 180 * (i // {PRODUCTS})::INTEGER AS valid_from,
    (9 + (hash(i) % 2000) / 1000.0)::DECIMAL(18, 4) AS list_price, 'EUR' AS currency,
    NULL::VARCHAR AS region, NULL::VARCHAR AS channel
FROM range({5 * PRODUCTS}) t(i);
CREATE TABLE products AS SELECT 'P' || i AS product_id, 'Product ' || i AS product_name,
    'C' || i % 20 AS category FROM range({PRODUCTS}) t(i);
CREATE TABLE sold AS SELECT 'P' || i AS product_id, 'C' || i % 20 AS category,
    (1000 + hash(i) % 9000)::DOUBLE AS revenue FROM range({PRODUCTS}) t(i);
"""
BY_HAND = """
WITH listed AS (
    SELECT *, lead(valid_from, 1, DATE '9999-12-31')
        OVER (PARTITION BY product_id ORDER BY valid_from) AS until
    FROM prices
), seen AS (
    SELECT date_trunc('week', c.date) AS week, c.competitor, p.category, c.product_id,
        max(coalesce(c.our_price, l.list_price)::DOUBLE / c.price::DOUBLE) AS ratio
    FROM competitor_prices c LEFT JOIN listed l ON l.product_id = c.product_id
        AND c.date >= l.valid_from AND c.date < l.until
    LEFT JOIN products p ON p.product_id = c.product_id
    WHERE c.in_stock GROUP BY ALL
)
SELECT seen.week, competitor, seen.category, count(*) AS pairs,
    100 * exp(avg(ln(ratio))) AS unweighted_index,
    100 * exp(sum(revenue * ln(ratio)) / sum(revenue)) AS weighted_index
FROM seen LEFT JOIN sold ON sold.product_id = seen.product_id
WHERE ratio IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


def timed(work: Callable[[], object], runs: int = 3) -> tuple[object, float, float]:
    """Return what the work returned, and the medians of its wall and processor seconds."""
    spans = []
    for _ in range(runs):
        wall, busy = perf_counter(), process_time()
        found = work()
        spans.append((perf_counter() - wall, process_time() - busy))
    return found, *map(statistics.median, zip(*spans, strict=True))


def main() -> int:
    """Print the seconds of the index by week, rival and category, and of all the page asks."""
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET threads = 2")
    for statement in TABLES.split(";")[:-1]:
        connection.raw_sql(statement)
    table = connection.table
    offers = price_index.offers(
        table("competitor_prices"), table("prices"), table("products"), "EUR"
    )
    by = ["week", "competitor", "category"]
    found, wall, busy = timed(lambda: price_index.index(offers, table("sold"), by))
    hand, hand_wall, hand_busy = timed(lambda: connection.con.execute(BY_HAND).df())
    sys.stdout.write(
        f"index, {SEEN:,} prices: {wall:.2f} s ({busy:.2f} s busy), by hand {hand_wall:.2f} s\n"
    )
    sys.stdout.write(f"  ratio {wall / hand_wall:.2f} (busy {busy / hand_busy:.2f})\n")
    pd.testing.assert_frame_equal(
        found[["pairs", "unweighted_index", "weighted_index"]],
        hand[["pairs", "unweighted_index", "weighted_index"]],
        check_dtype=False,
        rtol=1e-9,
    )
    cached, wall, busy = timed(offers.cache, 1)
    sys.stdout.write(f"  offers kept for a whole page: {wall:.2f} s ({busy:.2f} s busy)\n")
    _, wall, busy = timed(lambda: price_index.index(cached, table("sold"), by))
    sys.stdout.write(f"  index of the offers kept: {wall:.2f} s ({busy:.2f} s busy)\n")
    week = price_index.latest(cached, PERIOD)
    for name, work in {
        "red zone by category": lambda: price_index.red_zone(week, ["category"]),
        "red zone by week": lambda: price_index.red_zone(cached, ["week"]),
        "coverage": lambda: price_index.coverage(week, table("sold"), ["category"]),
    }.items():
        _, wall, busy = timed(work)
        sys.stdout.write(f"  {name}: {wall:.2f} s ({busy:.2f} s busy)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
