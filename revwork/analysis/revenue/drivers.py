"""Driver tree: which team moved net revenue, by how often and by how much customers buy.

A product of drivers is split by LMDI (log-mean Divisia), which leaves no residual. Money is at the
base period's exchange rates (see `constant_currency`); what rates did is a leaf of its own.
"""

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.headlines import QUOTED
from revwork.analysis.money import in_cents, log_mean
from revwork.analysis.periods import between, is_within
from revwork.analysis.revenue.constant_currency import MONEY, at_base_rates, exact, fx_effect, money
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered
from revwork.metrics import customer_count, order_count

_BUYERS = {
    "customers": ("known_customers", QUOTED["customers"].department, "count"),
    "orders_per_customer": ("known_customers", "sales", "rate"),
    "value_per_known_order": ("known_customers", "product", "money"),
    "unknown_customers": ("net_revenue", "sales", "money"),
    "returns": ("net_revenue", "service", "money"),
    "fx": ("net_revenue", "finance", "money"),
}
_VISITS = {
    "sessions": ("web_shop", "marketing", "count"),
    "conversion": ("web_shop", "web", "rate"),
    "value_per_web_order": ("web_shop", "product", "money"),
    "other_orders": ("net_revenue", "sales", "money"),
    "returns": ("net_revenue", "service", "money"),
    "fx": ("net_revenue", "finance", "money"),
}


def buyers(lines: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """Return the change of net revenue by customers × orders per customer × order value.

    Beside them stand sales without a known customer, returns, and fx. An order value is gross of
    returns. Columns: leaf, parent (known_customers or net_revenue), department, unit (count, rate
    or money), base and current (the level in each period, money at base rates; null for fx),
    effect (money, to the cent, adding up to the change). Raises Unanswered where a period has no
    sales to known customers. Source: definitions, Revenue.
    """
    _need_base(comparison)
    inside = lines.mutate(is_inside=lines.customer_id.notnull())
    counts = [_buyers(inside, period) for period in (comparison.base, comparison.current)]
    if any(customers == 0 for customers, _ in counts):
        raise Unanswered("A period has no sale with a known customer: fill customer_id in orders.")
    return _tree(_BUYERS, counts, _parts(inside, comparison))


def visits(lines: ibis.Table, sessions: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """Return the change of net revenue by sessions × conversion × order value of the web shop.

    Conversion: orders of the period that any session ended in, each once, per session of the
    period. Beside them stand other orders, returns, and fx. Columns as in `buyers`, parent web_shop
    or net_revenue. Raises Unanswered where a period has no session or no order from one.
    """
    _need_base(comparison)
    inside = _with_sessions(lines, sessions)
    counts = [_visits(inside, sessions, p) for p in (comparison.base, comparison.current)]
    if any(visited == 0 for visited, _ in counts):
        raise Unanswered("A period has no session: load the web shop's sessions of both periods.")
    if any(orders == 0 for _, orders in counts):
        raise Unanswered(
            "A period has no order that a session ended in: fill order_id in sessions."
        )
    return _tree(_VISITS, counts, _parts(inside, comparison))


def _need_base(comparison: Comparison) -> None:
    if comparison.base is None:
        raise Unanswered("Drivers of change need an earlier period: nothing to compare with.")


def _buyers(lines: ibis.Table, period: Period) -> tuple[int, int]:
    """Known customers and their orders."""
    known = between(lines, period).filter("is_inside")
    row = known.aggregate(customers=customer_count(known), orders=order_count(known)).execute()
    return int(row.customers[0]), int(row.orders[0])


def _visits(lines: ibis.Table, sessions: ibis.Table, period: Period) -> tuple[int, int]:
    """Sessions, and the orders that sessions ended in."""
    shop = between(lines, period).filter("is_inside")
    begun = sessions.filter(is_within(sessions["date"], period))
    return int(begun.count().execute()), int(order_count(shop).execute())


def _with_sessions(lines: ibis.Table, sessions: ibis.Table) -> ibis.Table:
    """Lines with `is_inside`: a session ended in their order; no line is doubled by two."""
    named = sessions.filter(sessions.order_id.notnull())
    named = named.select(session_order="order_id").distinct()
    joined = lines.left_join(named, lines.order_id == named.session_order)
    return joined.mutate(is_inside=joined.session_order.notnull()).drop("session_order")


def _parts(lines: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """Money of both periods by is_inside, is_return and currency, at base rates too."""
    return at_base_rates(_sums(lines, comparison).execute())


def _sums(lines: ibis.Table, comparison: Comparison) -> ibis.Table:
    keys = ["is_inside", "is_return", "currency"]
    day = lines.order_date
    both = lines.filter(is_within(day, comparison.base) | is_within(day, comparison.current))
    return both.group_by(keys).aggregate(**money(both, comparison)).cast(MONEY).order_by(keys)


def _tree(
    leaves: dict[str, tuple[str, str, str]], counts: list[tuple[int, int]], parts: pd.DataFrame
) -> pd.DataFrame:
    """The leaves with levels and effects: three factors, what is outside them, returns, fx."""
    levels = np.array([_levels(*counts[i], parts, parts[f"value{i}"]) for i in (0, 1)]).T
    if not (levels[2] > 0).all():
        raise Unanswered("A period's orders are worth nothing: there is no order value to compare.")
    effects = np.append(levels[:, 1] - levels[:, 0], fx_effect(parts))
    before, now = levels[:3].prod(axis=0)
    weight = log_mean(pd.Series([now]), pd.Series([before]))[0]
    effects[:3] = weight * np.log(levels[:3, 1] / levels[:3, 0])
    base, current = exact(parts.net0), exact(parts.net1)
    effects = in_cents(pd.Series(effects, [*leaves]), [*leaves][:3], base, current)
    frame = pd.DataFrame.from_dict(leaves, "index", columns=["parent", "department", "unit"])
    frame[["base", "current"]] = np.vstack([levels, [np.nan, np.nan]])
    return frame.assign(effect=effects).rename_axis("leaf").reset_index()


def _levels(head: int, orders: int, parts: pd.DataFrame, value: pd.Series) -> list[float]:
    """A period's factors (the third is order value), money outside them, and returns."""
    sold = ~parts.is_return
    inside = exact(value[sold & parts.is_inside])
    return [
        head,
        orders / head,
        inside / orders,
        exact(value[sold & ~parts.is_inside]),
        exact(value[~sold]),
    ]
