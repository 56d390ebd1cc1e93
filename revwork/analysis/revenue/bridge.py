"""Price–volume–mix: why net revenue differs between two periods, in bars that add up.

Sales are held at the base period's average exchange rate of their currency, so that a rate that
moved is a bar of its own (`fx`) and neither price nor volume.
"""

from typing import Literal, get_args

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.money import in_cents, log_mean
from revwork.analysis.periods import is_within
from revwork.analysis.revenue.constant_currency import MONEY, at_base_rates, exact, fx_effect, money
from revwork.calendar import Comparison
from revwork.findings import Unanswered

Method = Literal["fpa", "textbook", "lmdi", "shapley"]


def bridge(lines: ibis.Table, comparison: Comparison, method: Method = "fpa") -> pd.DataFrame:
    """Return the bars that lead from the base period's net revenue to the current period's.

    Columns: bar, value (money, to the cent), kind ("total" or "change"). Bars: base; those of the
    method, over products sold in both periods, within their unit of measure; new_products and
    discontinued_products (sold in one period only); returns; fx; unpriced (no product or no
    quantity to take a price from, and under lmdi what was free in one period); current. Every
    bar is always there.

    fpa: price (p1 − p0)·q1, volume (Q1 − Q0)·p̄0, mix (s1 − s0)·Q1·p0. textbook: price
    (p1 − p0)·q0, volume (q1 − q0)·p0, joint. lmdi: price, activity, structure (log-mean Divisia).
    shapley: price, quantity. A currency not sold in the base period has no FX effect. Raises
    Unanswered without a base, ValueError for an unknown method. Source: definitions, Revenue.
    """
    if method not in get_args(Method):
        raise ValueError(f"method is one of {', '.join(get_args(Method))}, not {method!r}.")
    cells = _cells(lines, comparison)
    products = _products(cells)
    effects = _METHODS[method](products[products.status == "continuing"])
    changes = pd.Series(effects.sum().to_dict() | _other_changes(cells, products, effects))
    base, current = exact(cells.net0), exact(cells.net1)
    changes = in_cents(changes, [*effects], base, current)
    return pd.DataFrame(
        {
            "bar": ["base", *changes.index, "current"],
            "value": [round(base, 2), *changes, round(current, 2)],
            "kind": ["total", *["change"] * len(changes), "total"],
        }
    )


def by_product(lines: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """Return what each product did to the bars of the default bridge, price effect first.

    Columns: product_id, product_name, unit, status (continuing, new, discontinued, or unpriced:
    no pair of prices to compare), q0 and q1 (units), price0 and price1 (net of discounts), net0
    and net1 (money, all sales at the base period's exchange rates, returns apart),
    price_effect, volume_effect, mix_effect (money; null unless continuing), change.
    Effects add up to the bars of `bridge`. Raises Unanswered without a base.
    """
    products = _products(_cells(lines, comparison))
    effects = _fpa(products[products.status == "continuing"]).add_suffix("_effect")
    products = products[products.product_id.notna()].join(effects)
    products = products.assign(
        net0=products.value0 + products.other0,
        net1=products.value1 + products.other1,
        price0=products.value0 / products.q0.where(products.q0 > 0),
        price1=products.value1 / products.q1.where(products.q1 > 0),
        change=lambda p: p.net1 - p.net0,
        weight=products.price_effect.abs(),
    ).sort_values(["weight", "product_id", "unit"], ascending=[False, True, True])
    shown = ["product_id", "product_name", "unit", "status"]
    shown += ["q0", "q1", "price0", "price1", "net0", "net1", *effects.columns, "change"]
    return products[shown].reset_index(drop=True)


def _cells(lines: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """The sums of both periods, at the base period's exchange rates too."""
    if comparison.base is None:
        raise Unanswered("A bridge needs an earlier period with sales: nothing to compare with.")
    cells = _sums(lines, comparison).execute()
    if not cells.lines0.sum():
        raise Unanswered(
            "{period:period} has no sales: nothing to compare with.",
            period=comparison.base.name,
        )
    return at_base_rates(cells)


def _sums(lines: ibis.Table, comparison: Comparison) -> ibis.Table:
    """Both periods' sums by product, unit, currency, and whether sold at a price or returned."""
    periods = [is_within(lines.order_date, p) for p in (comparison.base, comparison.current)]
    known = lines.product_id.notnull() & lines.net.notnull()
    lines = lines.mutate(is_priced=(known & (lines.quantity > 0)).fill_null(False))
    keys = ["product_id", "unit", "currency", "is_return", "is_priced"]
    return (
        lines.filter(periods[0] | periods[1])
        .group_by(keys)
        .aggregate(
            product_name=lines.product_name.max(),
            **money(lines, comparison),
            **{
                f"q{i}": lines.quantity.sum(where=inside).fill_null(0)
                for i, inside in enumerate(periods)
            },
            **{f"lines{i}": inside.sum() for i, inside in enumerate(periods)},
        )
        .cast(MONEY | {"q0": "float64", "q1": "float64"})
        .order_by(keys)
    )


def _products(cells: pd.DataFrame) -> pd.DataFrame:
    """Sales by product and unit: priced ones (q, value), others (other), and the status."""
    sold = cells[~cells.is_return]
    parts = {"product_name": sold.product_name}
    for i in (0, 1):
        parts[f"q{i}"] = sold[f"q{i}"].where(sold.is_priced, 0.0)
        parts[f"value{i}"] = sold[f"value{i}"].where(sold.is_priced, 0.0)
        parts[f"other{i}"] = sold[f"value{i}"].where(~sold.is_priced, 0.0)
        parts[f"lines{i}"] = sold[f"lines{i}"]
    sums = dict.fromkeys(parts, "sum") | {"product_name": "first"}
    keys = [sold.product_id, sold.unit]
    products = pd.DataFrame(parts).groupby(keys, dropna=False).agg(sums).reset_index()
    return products.assign(status=_status(products))


def _status(products: pd.DataFrame) -> np.ndarray:
    before, now = products.q0 > 0, products.q1 > 0
    return np.select(
        [before & now, now & (products.lines0 == 0), before & (products.lines1 == 0)],
        ["continuing", "new", "discontinued"],
        "unpriced",
    )


def _other_changes(
    cells: pd.DataFrame, products: pd.DataFrame, effects: pd.DataFrame
) -> dict[str, float]:
    """The bars beside the method's own; what it could not split is unpriced."""
    returned = cells[cells.is_return]
    change = products.value1 - products.value0
    split = products.index.isin(effects.dropna().index)
    other = (products.other1 - products.other0).sum()
    unsplit = products.status.isin(["continuing", "unpriced"]) & ~split
    return {
        "new_products": change[products.status == "new"].sum(),
        "discontinued_products": change[products.status == "discontinued"].sum(),
        "returns": (returned.value1 - returned.value0).sum(),
        "fx": fx_effect(cells),
        "unpriced": other + change[unsplit].sum(),
    }


def _prices(products: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return products.value0 / products.q0, products.value1 / products.q1


def _units(products: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Units sold of all products in the same unit of measure, before and now."""
    by_unit = products.groupby("unit", dropna=False)
    return by_unit.q0.transform("sum"), by_unit.q1.transform("sum")


def _fpa(products: pd.DataFrame) -> pd.DataFrame:
    (p0, p1), (units0, units1) = _prices(products), _units(products)
    share0, share1 = products.q0 / units0, products.q1 / units1
    return pd.DataFrame(
        {
            "price": (p1 - p0) * products.q1,
            "volume": (units1 - units0) * share0 * p0,
            "mix": (share1 - share0) * units1 * p0,
        }
    )


def _textbook(products: pd.DataFrame) -> pd.DataFrame:
    p0, p1 = _prices(products)
    more = products.q1 - products.q0
    return pd.DataFrame(
        {"price": (p1 - p0) * products.q0, "volume": more * p0, "joint": (p1 - p0) * more}
    )


def _lmdi(products: pd.DataFrame) -> pd.DataFrame:
    """Null for a product without a positive price in both periods: it has no logarithm."""
    (p0, p1), (units0, units1) = _prices(products), _units(products)
    positive = (p0 > 0) & (p1 > 0)
    weight = log_mean(products.value1.where(positive), products.value0.where(positive))
    share0, share1 = products.q0 / units0, products.q1 / units1
    return pd.DataFrame(
        {
            "price": weight * np.log((p1 / p0).where(positive)),
            "activity": weight * np.log(units1 / units0),
            "structure": weight * np.log(share1 / share0),
        }
    )


def _shapley(products: pd.DataFrame) -> pd.DataFrame:
    p0, p1 = _prices(products)
    return pd.DataFrame(
        {
            "price": (p1 - p0) * (products.q0 + products.q1) / 2,
            "quantity": (products.q1 - products.q0) * (p0 + p1) / 2,
        }
    )


_METHODS = {"fpa": _fpa, "textbook": _textbook, "lmdi": _lmdi, "shapley": _shapley}
