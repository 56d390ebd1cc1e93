"""Build Aroma & Grain, the sample company, file by file as its departments send them.

    python data/sample/generate.py [--seed N] [--scale F] [--out DIR] [--null] [--tables T,…]

Every draw belongs to a table and an entity (generator/draws.py), so neither a new table nor an
effect left out changes any other draw. Tables are made in the contracts' words; revwork.toml,
read backwards, turns them into the departments'. Columns that begin with `_` stay here.
What is planted is drawn too (generator/plan.py), worked into prices, chances and words, and
written to truth.toml with what it is worth. `--null`: the same company, nothing planted.
"""

import tomllib
from argparse import ArgumentParser
from pathlib import Path

import pandas as pd
from generator.export import send, send_zipped
from generator.plan import drawn
from generator.shopify import shopify
from generator.tables import TABLES
from generator.truth import truth
from generator.world import World

HERE = Path(__file__).parent
SEED = 18
SHOPIFY = "sales/shopify_web_orders_2026-06.zip"


def company(seed: int = SEED, scale: float = 1.0, null: bool = False) -> World:
    """Return the company of a seed, ready to be asked for its tables."""
    plan = drawn(seed)
    return World(seed, plan.null() if null else plan, scale)


def write(world: World, asked: list[str], out: Path) -> None:
    """Write the tables asked for, and the revwork.toml that explains them all."""
    out.mkdir(parents=True, exist_ok=True)
    declared = (HERE / "revwork.toml").read_bytes()
    (out / "revwork.toml").write_bytes(declared)
    sources = tomllib.loads(declared.decode())["tables"]
    for name in asked:
        made = TABLES[name](world) if name == "orders" else world.of(TABLES[name])
        send(name, [made] if isinstance(made, pd.DataFrame) else made, sources[name], out)


def main() -> None:
    """Write the company's files; truth.toml and the Shopify export with the whole company only."""
    parser = ArgumentParser(description="Build the sample company Aroma & Grain.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scale", type=float, default=1.0, help="times as many customers")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--null", action="store_true", help="nothing planted")
    parser.add_argument("--tables", default="", help="only these, such as orders,products")
    asked = parser.parse_args()
    names = asked.tables.split(",") if asked.tables else sorted(TABLES)
    if unknown := sorted(set(names) - set(TABLES)):
        parser.error(f"no table {', '.join(unknown)}; there is {', '.join(sorted(TABLES))}")
    world = company(asked.seed, asked.scale, asked.null)
    write(world, names, asked.out)
    if not asked.tables:
        send_zipped("orders_export.csv", world.of(shopify), asked.out / SHOPIFY)
        (asked.out / "truth.toml").write_text(truth(world), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
