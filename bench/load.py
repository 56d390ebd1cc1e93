"""A CSV of 2 million lines, from file to validated table, beside DuckDB's own CSV → Parquet.

Each measurement is a process of its own; the ratios are of one run, the processor's time too,
since it tells more than the clock where other work shares the machine.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

LINES = 2_000_000
TOML = 'currency = "EUR"\n[tables.orders]\nfile = "orders.csv"\n'
ORDERS = """
    SELECT 'A' || (100000 + i // 3) AS order_id, i % 3 + 1 AS line,
    DATE '2023-01-01' + (i % 1090)::INTEGER AS order_date,
    'C' || (hash(i) % 80000) AS customer_id, 'P' || (hash(i + 7) % 200) AS product_id,
    hash(i) % 5 + 1 AS quantity, ((hash(i + 1) % 100000) / 100)::DECIMAL(10, 2) AS unit_price,
    ((hash(i + 2) % 500000) / 100)::DECIMAL(10, 2) AS net_amount,
    ['ES', 'FR', 'UK', 'DE'][(hash(i + 3) % 4)::INTEGER + 1] AS region,
    ['web', 'b2b'][(hash(i + 5) % 2)::INTEGER + 1] AS channel, 'completed' AS status,
    'EUR' AS currency FROM range({lines}) AS t(i)
"""
DUCKDB = """
import duckdb
duckdb.execute("SET enable_progress_bar = false")
duckdb.execute("COPY (FROM read_csv('orders.csv')) TO 'reference.parquet'")
"""
REVWORK = """
from datetime import date
import revwork
revwork.open_company(".").tables(needs=["orders"], today=date(2026, 11, 21))
"""
IMPORTS = "import duckdb, ibis, pandera.ibis, revwork.data.loading"


def measured(code: str, folder: Path) -> tuple[float, float, float]:
    """Return seconds by the clock, seconds of the processor and megabytes of a Python process."""
    begin, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    child = subprocess.Popen([sys.executable, "-c", code], cwd=folder)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"failed:\n{code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return perf_counter() - begin, busy, usage.ru_maxrss / 1024


def median(runs: Sequence[tuple[float, float, float]]) -> list[float]:
    """Return the median of each measure."""
    return [statistics.median(one) for one in zip(*runs, strict=True)]


def compare(folder: Path, leave_out: Sequence[str] = (), runs: int = 3) -> list[str]:
    """Return what it takes to load the orders without some of their columns, in words."""
    import duckdb

    excluded = f"EXCLUDE ({', '.join(leave_out)})" if leave_out else ""
    file = folder / "orders.csv"
    rows = duckdb.sql(f"SELECT * {excluded} FROM ({ORDERS.format(lines=LINES)})")
    rows.write_csv(str(file))
    (folder / "revwork.toml").write_text(TOML)
    cold, warm, reference, imports = [], [], [], []
    for _ in range(runs):
        for kept in (folder / ".revwork" / "cache").glob("*.parquet"):
            kept.unlink()
        reference.append(measured(DUCKDB, folder))
        imports.append(measured(IMPORTS, folder))
        cold.append(measured(REVWORK, folder))
        warm.append(measured(REVWORK, folder))
    base, start, first, again = map(median, (reference, imports, cold, warm))
    size = file.stat().st_size / 1e6
    return [
        f"{LINES:,} lines, {size:.0f} MB, without {', '.join(leave_out) or 'nothing'}",
        f"  DuckDB read_csv → Parquet   {base[0]:.1f} s, {base[1]:.1f} s of processor",
        f"  revwork, validated          {first[0]:.1f} s, {first[1]:.1f} s of processor, "
        f"of which {start[0]:.1f} s, {start[1]:.1f} s to import; {first[2]:,.0f} MB at most",
        f"  ratio without imports       {(first[0] - start[0]) / base[0]:.2f} by the clock, "
        f"{(first[1] - start[1]) / base[1]:.2f} by the processor",
        f"  again, from what is kept    {again[0] - start[0]:.1f} s",
    ]


if __name__ == "__main__":
    for columns in ((), ("line",)):
        with tempfile.TemporaryDirectory() as place:
            sys.stdout.write("\n".join(compare(Path(place), columns)) + "\n")
