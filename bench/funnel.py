"""The funnel on twenty million events, against SQL written by hand in the same process."""

import statistics
import sys
from collections.abc import Callable
from time import perf_counter, process_time

import ibis
import pandas as pd

from revwork.analysis.journey import funnel
from revwork.analysis.journey.journey_steps import Step

EVENTS = 20_000_000
STEPS = ("visit", "list", "product", "cart", "checkout", "payment", "purchase")
COLUMNS = ["device", "region", "source"]
AT = "least(p, 7)"
ASTRAY = "CASE WHEN hash(i * 16 + p) % 8 = 0 THEN 1 + hash(i * 16 + p + 5) % 7 ELSE least(p, 7) END"
MADE = """
CREATE OR REPLACE TABLE events AS
WITH visits AS (SELECT i, (1 + hash(i + 11) % 7)::BIGINT AS n FROM range({visits}) t(i)),
rows AS (SELECT i, unnest(range(1, n + 1)) AS p FROM visits)
SELECT 'V' || i::VARCHAR AS session_id, p AS position,
    {steps}[({at})::INTEGER] AS step, DATE '2025-01-01' + (hash(i) % 365)::INTEGER AS date,
    ['phone', 'desktop', 'tablet'][1 + (hash(i + 3) % 3)::INTEGER] AS device,
    ['Spain', 'France', 'Germany', 'UK'][1 + (hash(i + 4) % 4)::INTEGER] AS region,
    ['Search', 'Social', 'Direct', 'Mail', 'Display'][1 + (hash(i + 5) % 5)::INTEGER] AS source
FROM rows
"""
_PLACES = ", ".join(
    f"min(position) FILTER (step = '{step}') AS p{k}" for k, step in enumerate(STEPS, 1)
)
_SEGMENT = ", ".join(
    f"any_value({name}) FILTER (step = '{STEPS[0]}') AS {name}" for name in COLUMNS
)
_CAME = [" AND ".join(f"p{k} > p{k - 1}" for k in range(2, last + 1)) for last in range(2, 8)]
IN_ORDER = f"""
WITH visits AS (SELECT session_id, {_SEGMENT}, {_PLACES} FROM events GROUP BY session_id)
SELECT device, region, source, count(p1) AS n1,
    {", ".join(f"count(*) FILTER ({came}) AS n{k}" for k, came in enumerate(_CAME, 2))}
FROM visits WHERE p1 IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_CHAIN = ", ".join(
    f"""s{k} AS MATERIALIZED (
    SELECT session_id, min(position) AS p, any_value(device) AS device,
        any_value(region) AS region, any_value(source) AS source
    FROM (SELECT e.session_id, e.position, s.device, s.region, s.source FROM events e
        JOIN s{k - 1} s ON e.session_id = s.session_id AND e.position > s.p
        WHERE e.step = '{step}') GROUP BY session_id)"""
    for k, step in list(enumerate(STEPS, 1))[1:]
)
WITH_LOOPS = f"""
WITH s1 AS MATERIALIZED (
    SELECT session_id, min(position) AS p, any_value(device) AS device,
        any_value(region) AS region, any_value(source) AS source
    FROM events WHERE step = '{STEPS[0]}' GROUP BY session_id), {_CHAIN},
every AS ({" UNION ALL ".join(f"SELECT {k} AS k, * FROM s{k}" for k in range(1, 8))})
SELECT device, region, source,
    {", ".join(f"count(*) FILTER (k = {k}) AS n{k}" for k in range(1, 8))}
FROM every GROUP BY ALL ORDER BY ALL
"""


def ours(events: ibis.Table) -> pd.DataFrame:
    """Return the counts by the analysis that the notebook calls."""
    steps = tuple(map(Step, STEPS))
    rows = funnel.reached(funnel.visits(events), steps)
    counts = {f"n{k}": (rows.depth >= k).cast("int64").sum() for k in range(1, 8)}
    return rows.group_by(COLUMNS).agg(**counts).order_by(COLUMNS).execute()


def measured(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return seconds by the clock, seconds of the processor, and what came of it."""
    begin, busy = perf_counter(), process_time()
    found = work()
    return perf_counter() - begin, process_time() - busy, found


def compared(name: str, at: str, query: str, runs: int) -> None:
    """Print the medians of alternating runs on one kind of events, and their ratio."""
    connection = ibis.duckdb.connect()
    made = MADE.format(visits=EVENTS // 4, steps=list(STEPS), at=at)
    connection.raw_sql(made)
    events, times = connection.table("events"), []
    for _ in range(runs):
        hand = measured(lambda: connection.raw_sql(query).df())
        own = measured(lambda: ours(events))
        pd.testing.assert_frame_equal(hand[2], own[2], check_dtype=False)
        times.append((*hand[:2], *own[:2]))
    clock, busy, own_clock, own_busy = (statistics.median(one) for one in zip(*times, strict=True))
    ratio = statistics.median(one[2] / one[0] for one in times)
    ratio_busy = statistics.median(one[3] / one[1] for one in times)
    count = events.count().execute()
    sys.stdout.write(f"{name}: {count:,} events, same figures; medians of {runs} runs\n")
    sys.stdout.write(f"  by hand  {clock:.2f} s, {busy:.2f} s of processor\n")
    sys.stdout.write(f"  revwork  {own_clock:.2f} s, {own_busy:.2f} s of processor\n")
    sys.stdout.write(f"  ratio    {ratio:.2f}, of processor {ratio_busy:.2f} (bar 1.25)\n")


def main(runs: int = 3) -> None:
    """Compare on visits that take steps in order, and on visits that go to and fro."""
    compared("Steps in order", AT, IN_ORDER, runs)
    compared("To and fro", ASTRAY, WITH_LOOPS, runs)


if __name__ == "__main__":
    main()
