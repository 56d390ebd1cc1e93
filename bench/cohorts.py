"""RFM and cohorts on ten million lines, against SQL written by hand in the same process."""

import statistics
import sys
from collections.abc import Callable
from datetime import date
from time import perf_counter, process_time

import ibis
import pandas as pd

from revwork.analysis import purchases
from revwork.analysis.customers import cohorts, rfm
from revwork.calendar import Calendar

LINES, CUSTOMERS = 10_000_000, 1_000_000
FIRST, LAST, MONTHS = date(2024, 7, 1), date(2026, 6, 30), 24
SALES = f"""
CREATE TABLE sales AS SELECT
    'C' || (hash(i // 3) % {CUSTOMERS})::VARCHAR AS customer_id,
    DATE '2023-07-01' + ((hash(i // 3 + 7) % 1096))::INTEGER AS order_date,
    CASE WHEN hash(i + 1) % 20 = 0 THEN -1 ELSE 1 END
        * (100 + hash(i + 2) % 90000)::DECIMAL(18, 4) / 100 AS net,
    net * 0.6 AS cost, NULL::DECIMAL(18, 4) AS commission,
    NULL::DECIMAL(18, 4) AS payment_cost, NULL::DECIMAL(18, 4) AS shipping_cost,
    net < 0 AS is_return
FROM range({LINES}) t(i)
"""
SCORES = f"""
WITH days AS (
    SELECT customer_id, order_date, bool_and(is_return) AS is_return, sum(net) AS net
    FROM sales WHERE order_date > DATE '{LAST}' - 730 AND order_date <= DATE '{LAST}'
    GROUP BY ALL
), people AS (
    SELECT customer_id,
        DATE '{LAST}' - max(order_date) FILTER (NOT is_return) AS recency_days,
        count(*) FILTER (NOT is_return) AS frequency,
        round(sum(net)::DOUBLE, 2) AS net_revenue
    FROM days GROUP BY customer_id HAVING count(*) FILTER (NOT is_return) > 0
), scored AS (
    SELECT *,
        least(floor(percent_rank() OVER (ORDER BY -recency_days) * 5)::BIGINT + 1, 5) AS r,
        least(floor(percent_rank() OVER (ORDER BY frequency) * 5)::BIGINT + 1, 5) AS f,
        least(floor(percent_rank() OVER (ORDER BY net_revenue) * 5)::BIGINT + 1, 5) AS m
    FROM people
)
SELECT r, f, m, count(*) AS customers, round(sum(net_revenue), 2) AS net_revenue
FROM scored GROUP BY ALL ORDER BY ALL
"""
TRIANGLE = f"""
WITH begun AS (
    SELECT customer_id, min(order_date) FILTER (NOT is_return) AS begun
    FROM sales GROUP BY customer_id HAVING begun >= DATE '{FIRST}'
)
SELECT date_trunc('month', begun) AS cohort, date_trunc('month', order_date) AS month,
    count(DISTINCT customer_id) FILTER (NOT is_return) AS customers, sum(net)::DOUBLE AS net
FROM sales JOIN begun USING (customer_id)
WHERE order_date >= date_trunc('month', begun) GROUP BY ALL ORDER BY ALL
"""


def by_hand(connection: ibis.BaseBackend) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return customers and money by score, and by cohort and month, in SQL written by hand."""
    return connection.raw_sql(SCORES).df(), connection.raw_sql(TRIANGLE).df()


def ours(lines: ibis.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the same by the analyses that the notebook calls."""
    days = purchases.by_day(lines).cache()
    scored = rfm.scores(days, LAST)
    counts = scored.group_by("r", "f", "m").agg(
        customers=scored.count(), net_revenue=scored.net_revenue.sum().round(2)
    )
    months = Calendar().complete_months(LAST, MONTHS)
    return counts.order_by("r", "f", "m").execute(), cohorts.by_first_purchase(days, months)


def same(hand: tuple[pd.DataFrame, ...], found: tuple[pd.DataFrame, ...]) -> None:
    """Stop where a figure differs by more than a cent."""
    pd.testing.assert_frame_equal(hand[0], found[0], check_dtype=False, rtol=0, atol=0.01)
    cells = found[1][found[1].customers.notna()]
    months = [pd.Period(c, "M") + n for c, n in zip(cells.cohort, cells.since, strict=True)]
    keyed = [
        frame.assign(
            cohort=pd.to_datetime(frame.cohort).dt.strftime("%Y-%m"),
            month=[month.strftime("%Y-%m") for month in frame.month],
        )
        .set_index(["cohort", "month"])[["customers", "net"]]
        .astype(float)
        .sort_index()
        for frame in (hand[1], cells.assign(month=months))
    ]
    pd.testing.assert_frame_equal(*keyed, rtol=0, atol=0.01)


def measured(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return seconds by the clock, seconds of the processor, and what came of it."""
    begin, busy = perf_counter(), process_time()
    found = work()
    return perf_counter() - begin, process_time() - busy, found


def main(runs: int = 5) -> None:
    """Print the medians of alternating runs and their ratio."""
    connection = ibis.duckdb.connect()
    connection.raw_sql(SALES)
    times = []
    for run in range(runs):
        lines = connection.table("sales").filter(ibis.literal(run) >= 0)  # no run reuses a cache
        hand = measured(lambda: by_hand(connection))
        own = measured(lambda lines=lines: ours(lines))
        same(hand[2], own[2])
        times.append((*hand[:2], *own[:2]))
    clock, busy, own_clock, own_busy = (statistics.median(one) for one in zip(*times, strict=True))
    ratio = statistics.median(one[2] / one[0] for one in times)
    ratio_busy = statistics.median(one[3] / one[1] for one in times)
    sys.stdout.write(f"RFM and cohorts, {LINES:,} lines, same figures; medians of {runs} runs\n")
    sys.stdout.write(f"  by hand  {clock:.2f} s, {busy:.2f} s of processor\n")
    sys.stdout.write(f"  revwork  {own_clock:.2f} s, {own_busy:.2f} s of processor\n")
    sys.stdout.write(f"  ratio    {ratio:.2f}, of processor {ratio_busy:.2f} (bar 1.15)\n")


if __name__ == "__main__":
    main()
