"""Build Aroma & Grain, the sample company, file by file as its departments send them.

    python data/sample/generate.py [--seed N] [--out DIR]

A table is one function with draws of its own, so a new table never changes another. Tables are
made in the contracts' words; revwork.toml, read backwards, turns them into the departments'.
Columns that begin with `_` stay here. What is planted (README.md) prices or thins what was drawn
anyway, so (one big customer apart) the same draws also make the company without it.
"""

import tomllib
from argparse import ArgumentParser
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
from generator.customers import customers
from generator.export import send
from generator.finance import expenses, fx_rates
from generator.orders import orders
from generator.product import products
from generator.subscriptions import subscriptions
from generator.targets import targets
from generator.web import sessions

HERE = Path(__file__).parent
SEED = 25
TABLES = (products, customers, fx_rates, subscriptions, orders, targets, expenses, sessions)


def company(seed: int) -> dict[str, pd.DataFrame]:
    """Return every table by name; one may read those before it."""
    tables = {}
    for table in TABLES:
        name = table.__name__
        draws = np.random.default_rng([seed, crc32(name.encode())])
        tables[name] = table(draws, tables)
    return tables


def main() -> None:
    """Write the company's files, and the revwork.toml that explains them."""
    parser = ArgumentParser(description="Build the sample company Aroma & Grain.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    declared = (HERE / "revwork.toml").read_bytes()
    (asked.out / "revwork.toml").write_bytes(declared)
    sources = tomllib.loads(declared.decode())["tables"]
    for name, frame in company(asked.seed).items():
        send(name, frame, sources[name], asked.out)


if __name__ == "__main__":
    main()
