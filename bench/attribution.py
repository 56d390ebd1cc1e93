"""Exact Markov attribution of 1,000,000 journeys × 12 channels, beside ChannelAttribution.

    python bench/attribution.py

Both get the same journeys in memory and in order: here a row per contact that knows the next one
(`journeys.contacts` asks the engine once for all models), there one text per journey. What that
takes is told apart. Each runs in a process of its own, in turns, on as many cores; ours with its
intervals, imports apart. ChannelAttribution simulates until its folds agree to 5 % (its default)
and to 1 %; it is installed into an environment under the temporary folder, never here. The error
is the largest gap of a removal effect to a dense solve of the chain without the channel.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from time import perf_counter

import duckdb

JOURNEYS, CHANNELS, RUNS, SEED = 1_000_000, 12, 3, 11
AGREE = (0.05, 0.01)
FOLDER = Path(tempfile.gettempdir()) / "revwork-bench-attribution"
CONTACTS = """
    CREATE TABLE contacts AS
    WITH journey AS (
        SELECT i, 1 + least(7, floor(-2.2 * ln(1 - (hash(i, {seed}) % 100000) / 100000)))::INT AS n
        FROM range({journeys}) AS t(i)
    ), contact AS (
        SELECT i, n, unnest(range(n)) AS place FROM journey
    ), named AS (
        SELECT *, floor({channels} * pow((hash(i, place, {seed}) % 100000) / 100000, 1.6))::INT AS c
        FROM contact
    ), won AS (
        SELECT i, 1 - exp(sum(ln(1 - .02 - .015 * (c % 5)))) AS chance FROM named GROUP BY i
    )
    SELECT 'J' || lpad(i::TEXT, 7, '0') AS path_id, place, n AS steps, 'channel ' || c AS unit,
        CASE WHEN (hash(i, {seed} + 1) % 100000) / 100000 < chance THEN 'converted' ELSE 'lost' END
        AS outcome, 1.0::DOUBLE AS weight, (hash(i, {seed} + 2) % 40)::INT AS part,
        CASE WHEN outcome = 'converted' THEN 1.0::DOUBLE ELSE 0 END AS conversions,
        conversions AS customers, 60 * conversions AS revenue, 25 * conversions AS margin
    FROM named JOIN won USING (i)
"""
NEXT = """
    CREATE TABLE prepared AS
    SELECT *, lead(unit) OVER (PARTITION BY path_id ORDER BY place) AS "to" FROM contacts
"""
PATHS = """
    SELECT string_agg(unit, ' > ' ORDER BY place) AS path,
    max(conversions)::INT AS won, 1 - max(conversions)::INT AS lost FROM contacts GROUP BY path_id
"""
OURS = """
import json, sys, time
import ibis, pandas, scipy.stats
from revwork.analysis.marketing import attribution
contacts = ibis.duckdb.connect()
contacts = contacts.read_parquet("contacts.parquet").cache()
begun = time.perf_counter()
rows = attribution.credits(contacts, "markov_with_lost")
told = time.perf_counter() - begun
sums = dict(zip(rows.unit, rows.conversions))
json.dump({"seconds": told, "credit": sums}, sys.stdout)
"""
THEIRS = """
import json, sys, time
import pandas as pd
said, sys.stdout = sys.stdout, sys.stderr
import ChannelAttribution
paths = pd.read_csv("paths.csv")
begun = time.perf_counter()
rows = ChannelAttribution.markov_model(
    paths, "path", "won", var_null="lost", ncore={cores}, conv_par={agree}, verbose=False,
    flg_pro=False,
)
told = time.perf_counter() - begun
rows = rows["result"] if isinstance(rows, dict) else rows
sums = dict(zip(rows.iloc[:, 0], map(float, rows.iloc[:, 1])))
json.dump({{"seconds": told, "credit": sums}}, said)
"""


def prepare() -> tuple[float, float]:
    """Write the journeys both ways, and install what they are held against; seconds of each way."""
    FOLDER.mkdir(exist_ok=True)
    connection = duckdb.connect()
    connection.execute(CONTACTS.format(journeys=JOURNEYS, channels=CHANNELS, seed=SEED))
    begun = perf_counter()
    connection.execute(NEXT)
    ordered = perf_counter()
    connection.execute(f"CREATE TABLE paths AS {PATHS}")
    joined = perf_counter()
    connection.execute(f"COPY prepared TO '{FOLDER}/contacts.parquet'")
    connection.execute(f"COPY paths TO '{FOLDER}/paths.csv' (HEADER)")
    if not (FOLDER / "venv").exists():
        venv.create(FOLDER / "venv", with_pip=True)
        packages = ["ChannelAttribution", "pandas", "numpy", "matplotlib"]
        subprocess.run([FOLDER / "venv/bin/pip", "install", "-q", *packages], check=True)
    return ordered - begun, joined - ordered


def measured(python: Path | str, script: str) -> dict:
    """Run a script in a process of its own: seconds, processor seconds, credit by channel."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [python, "-c", script], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout[done.stdout.index("{") :]) | {"processor": spent}


def largest_error() -> float:
    """Return the largest gap between our removal effects and the chain solved without each."""
    import ibis
    import numpy as np

    from revwork.analysis.marketing import attribution
    from revwork.analysis.marketing.chain import removal_effects

    contacts = ibis.duckdb.connect().read_parquet(FOLDER / "contacts.parquet")
    units, counts = attribution.transitions(contacts)
    counts = counts.sum(0)
    start, inside = counts[0, :-2], counts[1:]
    between, won, lost = inside[:, :-2], inside[:, -2], inside[:, -1]
    success, effects = removal_effects(start, between, won, lost)
    out = between.sum(1) + won + lost
    begins, moves, wins = start / start.sum(), between / out[:, None], won / out
    gaps = []
    for state in range(len(units)):
        kept, first = moves.copy(), begins.copy()
        kept[:, state], first[state] = 0, 0
        solved = first @ np.linalg.solve(np.eye(len(units)) - kept, wins)
        gaps.append(abs(1 - solved / success - effects[state]))
    return max(gaps)


def off(simulated: dict, exact: dict) -> float:
    """Return the largest relative gap of a channel's credit."""
    return max(abs(simulated[name] / exact[name] - 1) for name in exact)


if __name__ == "__main__":
    ordered, joined = prepare()
    say = sys.stdout.write
    say(f"{JOURNEYS:,} journeys, {CHANNELS} channels, {RUNS} runs, {os.cpu_count()} cores\n")
    say(f"in order: next contact {ordered:.2f} s; text per journey {joined:.2f} s\n")
    runs = {"exact": [], **{agree: [] for agree in AGREE}}
    for _ in range(RUNS):
        runs["exact"].append(measured(sys.executable, OURS))
        for agree in AGREE:
            script = THEIRS.format(cores=os.cpu_count(), agree=agree)
            runs[agree].append(measured(FOLDER / "venv/bin/python", script))
    seconds = {name: statistics.median(r["seconds"] for r in many) for name, many in runs.items()}
    exact = runs["exact"][0]["credit"]
    say(f"exact, with intervals: {seconds['exact']:.2f} s, against a dense solve ")
    say(f"{largest_error():.1e}\n")
    for agree in AGREE:
        times, gap = seconds[agree] / seconds["exact"], off(runs[agree][0]["credit"], exact)
        say(f"ChannelAttribution to {agree:.0%}: {seconds[agree]:.2f} s, {times:.1f} times; ")
        say(f"credit off by up to {gap:.2%}\n")
