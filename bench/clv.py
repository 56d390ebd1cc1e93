"""Lifetime value of a million customers: fitted and scored, against pymc-marketing (MAP).

pymc-marketing is no dependency: the bench makes a virtual environment of its own under /tmp.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

CUSTOMERS = 1_000_000
OTHER = Path("/tmp/revwork_bench_pymc_marketing")
OURS = """
import resource, sys
import ibis
from revwork.analysis.customers import customer_value
table = ibis.duckdb.connect().read_parquet(sys.argv[1])
from time import perf_counter, process_time
begin, busy = perf_counter(), process_time()
models = customer_value.models(table)
scored = customer_value.scores(table, models, 36, 0.10)
took, used = perf_counter() - begin, process_time() - busy
assert len(scored) == table.count().execute() and scored.customer_value.notna().all()
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(took, used, most, *models.loc[0, ["r", "alpha", "a", "b", "p", "q", "v"]])
"""
THEIRS = """
import sys
from time import perf_counter, process_time
import pandas as pd
from pymc_marketing import clv
rows = pd.read_parquet(sys.argv[1])
rows = rows.rename(columns={"purchases": "frequency", "age": "T", "mean_value": "monetary_value"})
rows = rows[["customer_id", "frequency", "recency", "T", "monetary_value", "value_days"]]
begin, busy = perf_counter(), process_time()
buying = clv.BetaGeoModel(data=rows[["customer_id", "frequency", "recency", "T"]])
buying.fit(method="map", progressbar=False)
orders = rows.assign(frequency=rows.value_days)
again = orders[orders.frequency > 1][["customer_id", "monetary_value", "frequency"]]
spending = clv.GammaGammaModel(data=again)
spending.fit(method="map", progressbar=False)
fitted = perf_counter() - begin
rows["future_spend"] = spending.expected_customer_spend(orders).mean(("chain", "draw")).values
clv.utils.customer_lifetime_value(
    buying, rows, future_t=36, discount_rate=0.1 / 12, time_unit="W"
)
took, used = perf_counter() - begin, process_time() - busy
found = {**buying.fit_result.mean().data_vars, **spending.fit_result.mean().data_vars}
print(took, used, fitted, *(float(found[name]) for name in ("r", "alpha", "a", "b", "p", "q", "v")))
"""


def histories(count: int) -> pd.DataFrame:
    """Return customers of up to three years as `customer_value.histories` has them, simulated."""
    rng = np.random.default_rng(1)
    rate, leaves = rng.gamma(0.9, 1 / 18, count) / 7, rng.beta(0.9, 3, count)
    age = rng.integers(7, 1096, count)
    lasts = rng.geometric(np.clip(leaves, 1e-6, 1))  # purchases until the customer stops
    wanted = rng.poisson(rate * age)
    purchases = np.minimum(wanted, lasts)
    span = np.where(wanted > 0, purchases / (wanted + 1), 0) * age
    recency = np.where(purchases > 0, np.clip(span.round(), 1, age), 0)
    days = purchases + 1
    level = rng.gamma(4 * days) / (rng.gamma(5, size=count) / 150) / days
    return pd.DataFrame(
        {
            "customer_id": [f"C{n:07}" for n in range(count)],
            "segment": "All",
            "purchases": np.minimum(purchases, recency).astype(int),
            "value_days": days,
            "mean_value": level.round(2) + 0.01,
            "recency": recency / 7,
            "age": age / 7,
            "margin_rate": np.clip(rng.normal(0.4, 0.2, count), -1, 1),
            "whole": True,
        }
    )


def told(python: Path | str, code: str, file: Path) -> list[float]:
    """Return the numbers a program prints last: seconds, of processor, MB, parameters."""
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", code, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return [float(one) for one in done.stdout.split("\n")[-2].split()]


def other() -> Path:
    """Return the Python of the environment with pymc-marketing, made where it is missing."""
    python = OTHER / "bin" / "python"
    if not (OTHER / ".ready").exists():
        venv.create(OTHER, with_pip=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "pymc-marketing", "pyarrow"],
            check=True,
        )
        (OTHER / ".ready").touch()
    return python


def main() -> None:
    """Print seconds, memory and parameters of both."""
    say = sys.stdout.write
    file = Path("/tmp") / f"revwork_bench_clv_{os.getpid()}.parquet"
    histories(CUSTOMERS).to_parquet(file)
    try:
        say(f"CLV of {CUSTOMERS:,} customers\n")
        rows = [told(sys.executable, OURS, file) for _ in range(3)]
        own = sorted(rows)[1]
        say(f"  revwork, fit and score      {own[0]:.1f} s, {own[1]:.1f} s of processor, ")
        say(f"{own[2]:,.0f} MB at most (bars 5 s, 1,024 MB)\n")
        begin = perf_counter()
        theirs = told(other(), THEIRS, file)
        say(f"  pymc-marketing, MAP, score  {theirs[0]:.1f} s (fit {theirs[2]:.1f} s), ")
        say(f"{theirs[1]:.1f} s of processor ")
        say(f"({perf_counter() - begin:.0f} s with its start)\n")
        say(f"  {theirs[0] / own[0]:.0f} times as fast, of processor {theirs[1] / own[1]:.0f}\n")
        say("  r, alpha, a, b, p, q, v: ")
        say(f"{np.round(own[3:], 3)} and {np.round(theirs[3:], 3)}\n")
    finally:
        file.unlink()


if __name__ == "__main__":
    main()
