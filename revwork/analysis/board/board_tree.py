"""What makes revenue: its drivers by the department that answers for each, with their targets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from revwork.analysis.money import in_cents, log_mean
from revwork.findings import Message, Unanswered

Row = Mapping[str, Any]
_COLUMNS = ["leaf", "parent", "department", "unit", "base", "current"]
_SHOP = ("visits", "site_conversion", "visit_order_value")


def buyers(kpis: Sequence[Row]) -> pd.DataFrame:
    """Return the change of net revenue by customers × orders of each × order value.

    Columns: leaf, parent, department, unit, base and current (levels), effect (money, to the
    cent, adding up to the change; LMDI). Raises Unanswered where the run does not know the three,
    or has nothing to compare with. Source: definitions, Revenue.
    """
    rows = _of_the_whole(kpis, ("net_revenue", "customers", "orders", "order_value"))
    levels = {name: _ends(row) for name, row in rows.items()}
    each = levels["orders"] / levels["customers"]
    factors = {
        "customers": ("customers", "count", levels["customers"]),
        "orders_per_customer": ("sales", "rate", each),
        "order_value": ("product", "money", levels["net_revenue"] / levels["orders"]),
    }
    return _tree("net_revenue", factors, {}, rows)


def visits(kpis: Sequence[Row]) -> pd.DataFrame:
    """Return the change of net revenue by visits × conversion × order value of the shop, and rest.

    The rest is all that no visit of the shop ended in, and returns. Columns and errors as `buyers`.
    """
    rows = _of_the_whole(kpis, ("net_revenue", *_SHOP))
    levels = {name: _ends(row) for name, row in rows.items()}
    shop = np.prod([levels[name] for name in _SHOP], axis=0)
    units = dict(zip(_SHOP, ("count", "percent", "money"), strict=True))
    factors = {name: (rows[name]["department"], units[name], levels[name]) for name in _SHOP}
    rest = {"other_revenue": ("sales", "money", levels["net_revenue"] - shop)}
    return _tree("web_shop", factors, rest, rows)


def targets(kpis: Sequence[Row]) -> dict[str, float]:
    """Return what each number of the whole company is to be, where a target is set."""
    rows = (row for row in reversed(kpis) if not row["segment"])
    return {row["metric"]: row["target"] for row in rows if row["target"] is not None}


def reading(tree: pd.DataFrame) -> Message:
    """Return which driver moved revenue most, and whose it is."""
    most = tree.loc[tree.effect.abs().idxmax()]
    return Message(
        "{leaf:label} ({department:label}) moved net revenue most: {effect:signed}",
        {"leaf": most.leaf, "department": most.department, "effect": float(most.effect)},
    )


def _of_the_whole(kpis: Sequence[Row], names: Sequence[str]) -> dict[str, Row]:
    """The rows of these metrics; Unanswered where one has no value or nothing to compare with."""
    rows = {row["metric"]: row for row in reversed(kpis) if not row["segment"]}
    lacking = [name for name in names if name not in rows or not rows[name]["value"]]
    if lacking:
        raise Unanswered(
            "This tree of drivers needs {metric:label}, which the run does not know.",
            metric=lacking[0],
        )
    if any(not rows[name]["comparison"] for name in names):
        raise Unanswered("Drivers of change need an earlier period: nothing to compare with.")
    return {name: rows[name] for name in names}


def _ends(row: Row) -> np.ndarray:
    return np.array([row["comparison"], row["value"]], dtype=float)


def _tree(
    parent: str, factors: Mapping[str, tuple], rest: Mapping[str, tuple], rows: Mapping[str, Row]
) -> pd.DataFrame:
    """Factors of the parent with their effects, and what stands beside it under net revenue."""
    product = np.prod([level for *_, level in factors.values()], axis=0)
    weight = log_mean(pd.Series([product[1]]), pd.Series([product[0]]))[0]
    effects = [weight * np.log(now / before) for *_, (before, now) in factors.values()]
    effects += [now - before for *_, (before, now) in rest.values()]
    names = [*factors, *rest]
    whole = _ends(rows["net_revenue"])
    cents = in_cents(pd.Series(effects, names), [*factors], whole[0], whole[1])
    frame = pd.DataFrame(
        [
            (name, parent if name in factors else "net_revenue", owner, unit, *level)
            for name, (owner, unit, level) in {**factors, **rest}.items()
        ],
        columns=_COLUMNS,
    )
    return frame.assign(effect=cents.to_numpy())
