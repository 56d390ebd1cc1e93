"""Associations in 1,000,000 baskets × 5,000 products, beside mlxtend's fpgrowth.

    python bench/associations.py

Baskets hold 10 lines on average, a product's popularity falls with its rank plus 20 (the first is
in one basket of twelve), five baskets hold 500 lines, thirty pairs keep together. Both begin with
the same file of lines: ours numbers what is in it and counts pairs in the engine, theirs makes the
sparse table of ones and zeros that fpgrowth asks for, and looks no further than pairs. The first
ratio is from the lines on, the second of the counting alone. Each runs in a process of its own, in
turns; imports apart; memory is the process's peak. mlxtend is installed into an environment under
the temporary folder, never here.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import duckdb

BASKETS, PRODUCTS, SUPPORT, RUNS, SEED = 1_000_000, 5_000, 0.001, 3, 11
FOLDER = Path(tempfile.gettempdir()) / "revwork-bench-associations"
LINES = """
    COPY (
        WITH basket AS (
            SELECT i, CASE WHEN i % ({baskets} // 5) = 7 THEN 500
                ELSE 1 + least(60, floor(-9.5 * ln(1 - (hash(i, {seed}) % 1000000) / 1000000)))::INT
                END AS n
            FROM range({baskets}) t(i)
        ), line AS (
            SELECT i, unnest(range(n)) AS place FROM basket
        ), drawn AS (
            SELECT i, place,
                (hash(i, place, {seed}) % 1000000) / 1000000 AS luck,
                floor({products} / 250 * (pow(251, luck) - 1))::INT AS p
            FROM line
        ), joined AS (
            SELECT i, p FROM drawn UNION ALL
            SELECT i, p + 1 FROM drawn
            WHERE p BETWEEN 1 AND 3000 AND p % 100 = 1 AND hash(i, p, {seed}) % 10 < 4
        )
        SELECT 'SO-' || lpad(i::TEXT, 8, '0') AS order_id,
            'P-' || lpad(p::TEXT, 4, '0') AS product_id
        FROM joined
    ) TO '{folder}/lines.parquet'
"""
OURS = """
import json, resource, sys, time
import ibis, numpy, pandas, scipy.stats
from revwork.analysis.pricing import associations, pair_tests
rows = ibis.duckdb.connect().read_parquet("lines.parquet")
rows = rows.mutate(segment=ibis.null("string"), channel=ibis.null("string"))
begun, busy = time.perf_counter(), time.process_time()
filled = associations.baskets(rows)
numbered = time.perf_counter()
found = associations.pairs(filled, {least})
counted, busy = time.perf_counter(), time.process_time() - busy
judged = pair_tests.tested(found, filled)
ended = time.perf_counter()
pairs = sorted([*sorted([a, b]), n] for a, b, n in zip(found["first"], found["second"], found.both))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
json.dump({{"seconds": counted - begun, "counting": counted - numbered, "processor": busy,
            "tests": ended - counted, "peak": peak, "pairs": pairs,
            "found": int(judged.found.sum())}}, sys.stdout)
"""
THEIRS = """
import json, resource, sys, time
import numpy as np
import pandas as pd
from mlxtend.frequent_patterns import fpgrowth
from scipy.sparse import csr_matrix
begun, busy = time.perf_counter(), time.process_time()
lines = pd.read_parquet("lines.parquet").drop_duplicates()
basket, _ = pd.factorize(lines.order_id)
product, names = pd.factorize(lines.product_id, sort=True)
ones = csr_matrix((np.ones(len(lines), bool), (basket, product)))
table = pd.DataFrame.sparse.from_spmatrix(ones, columns=names).astype(pd.SparseDtype(bool, False))
encoded = time.perf_counter()
found = fpgrowth(table, min_support={support}, max_len=2, use_colnames=True)
ended, busy = time.perf_counter(), time.process_time() - busy
found = found[found.itemsets.map(len) == 2]
pairs = sorted([*sorted(s), round(n * len(table))] for s, n in zip(found.itemsets, found.support))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
json.dump({{"seconds": ended - begun, "counting": ended - encoded, "processor": busy, "peak": peak,
            "pairs": pairs}}, sys.stdout)
"""


def prepare() -> int:
    """Write the lines, install what they are held against, and return how many lines there are."""
    FOLDER.mkdir(exist_ok=True)
    connection = duckdb.connect()
    made = {"baskets": BASKETS, "products": PRODUCTS, "seed": SEED, "folder": FOLDER}
    connection.execute(LINES.format(**made))
    if not (FOLDER / "venv").exists():
        venv.create(FOLDER / "venv", with_pip=True)
        packages = ["mlxtend", "pandas", "pyarrow", "scipy"]
        subprocess.run([FOLDER / "venv/bin/pip", "install", "-q", *packages], check=True)
    return connection.execute(f"SELECT count(*) FROM '{FOLDER}/lines.parquet'").fetchone()[0]


def measured(python: Path | str, script: str) -> dict:
    """Run a script in a process of its own and return what it tells."""
    script = script.format(least=round(SUPPORT * BASKETS), support=SUPPORT)
    done = subprocess.run(
        [python, "-c", script], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout[done.stdout.index("{") :])  # what stands before is progress


def middle(runs: list[dict], name: str) -> float:
    """Return the median of a figure over the runs."""
    return statistics.median(run[name] for run in runs)


if __name__ == "__main__":
    lines, say = prepare(), sys.stdout.write
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(measured(sys.executable, OURS))
        theirs.append(measured(FOLDER / "venv/bin/python", THEIRS))
    same = all(run["pairs"] == theirs[0]["pairs"] for run in [*ours, *theirs])
    pairs = len(ours[0]["pairs"])
    alone = middle(theirs, "counting") / middle(ours, "counting")
    whole = middle(theirs, "seconds") / middle(ours, "seconds")
    say(f"{BASKETS:,} baskets, {PRODUCTS:,} products, {lines:,} lines, support {SUPPORT:.2%}, ")
    say(f"{os.cpu_count()} cores; medians of {RUNS} runs\n")
    for name, runs in (("revwork", ours), ("fpgrowth", theirs)):
        say(f"  {name:8}  {middle(runs, 'seconds'):.2f} s, of it counting ")
        say(f"{middle(runs, 'counting'):.2f} s; of processor ")
        say(f"{middle(runs, 'processor'):.2f} s; peak {middle(runs, 'peak'):.0f} MB\n")
    say(f"  ratio     {whole:.1f} from the lines, {alone:.1f} counting (bar 15); {pairs} pairs, ")
    say(f"{'the same, counts included' if same else 'NOT THE SAME'}\n")
    say(f"  tests     {middle(ours, 'tests'):.2f} s more; beyond chance {ours[0]['found']}\n")
