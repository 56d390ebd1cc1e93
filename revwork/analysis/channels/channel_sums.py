"""Channel sums: what orders of any part brought and cost by period, with what intervals need."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import ORDER_COSTS, contribution
from revwork.analysis.money import product
from revwork.analysis.periods import in_periods
from revwork.analysis.sales import by_order, first_orders
from revwork.calendar import Comparison, Period

KNOWN = timedelta(days=90)  # of orders, before a first one tells a new customer
Z95 = 1.959964


def with_first(lines: ibis.Table) -> ibis.Table:
    """Return lines with `first_order`, the day of their customer's first of all; null if unknown.

    To be asked of all lines, before a part is taken: who is new is new to the company.
    """
    first = first_orders(by_order(lines)).select(who="customer_id", first_order="first_order")
    return lines.left_join(first, lines.customer_id == first.who).drop("who")


def sums(lines: ibis.Table, periods: Sequence[Period], by: Sequence[str] = ()) -> pd.DataFrame:
    """Return one row per period and part that has a line in it, from lines of `with_first`.

    Columns: period (place in the list), `by`; orders, customers, new_customers (null in the first
    90 days of orders); net (returns taken off), sold, returned, off (discount) and listed (before
    discount) of what was sold; commission and priced (net whose commission is recorded); left
    (contribution before marketing) over known (net with a cost), with its parts goods and the order
    costs; and over orders the sums of squares net_square, left_square, known_square, cross
    (left × known). Money; a sum of nothing known is 0.
    """
    by = list(by)
    rows = _money(lines, periods, by).execute()
    people = _people(lines, periods, by).execute()
    both = [_plain(one, by).set_index(["period", *by]) for one in (rows, people)]
    found = both[0].join(both[1]).reset_index()
    counts = ["orders", "customers", "new_customers"]
    found[counts] = found[counts].astype(float)
    money = [name for name in found.columns if name not in ["period", *by, *counts]]
    found[money] = found[money].astype(float).fillna(0.0).round(6)
    found["new_customers"] = found.new_customers.where(_told(lines, periods, found.period))
    return found.sort_values(["period", *by], ignore_index=True)


def both(comparison: Comparison) -> list[Period]:
    """Return the current period and its comparison, if there is one."""
    return [comparison.current, *([comparison.base] if comparison.base else [])]


def rate(rows: pd.DataFrame) -> pd.Series:
    """Return contribution per unit of net revenue whose cost is known; null where there is none."""
    return rows.left / rows.known.where(rows.known > 0)


def rate_error(rows: pd.DataFrame) -> pd.Series:
    """Return the standard error of `rate`, orders arriving at random (delta method)."""
    share = rate(rows)
    square = rows.left_square - 2 * share * rows.cross + share**2 * rows.known_square
    return np.sqrt(square.clip(lower=0)) / rows.known


def growth(now: pd.DataFrame, base: pd.DataFrame, errors: float = Z95) -> pd.DataFrame:
    """Return how net revenue changed, row by row: null without a positive base.

    Columns: change_rate, low_change_rate, high_change_rate (so many standard errors, 95 % by
    default, orders arriving at random; log scale, null where nothing positive is sold now).
    """
    before = base.net.where(base.net > 0)
    grew = now.net / before
    error = np.sqrt(now.net_square / now.net**2 + base.net_square / before**2)
    told = grew.where(grew > 0)
    return pd.DataFrame(
        {
            "change_rate": grew - 1,
            "low_change_rate": told * np.exp(-errors * error) - 1,
            "high_change_rate": told * np.exp(errors * error) - 1,
        }
    ).round(9)


def sure(values: int) -> float:
    """Return how many standard errors 95 % are where so many values are compared (Bonferroni)."""
    from scipy.stats import norm

    return float(norm.isf(0.025 / max(values, 1)))


def _money(lines: ibis.Table, periods: Sequence[Period], by: list[str]) -> ibis.Table:
    rows = lines.mutate(left=contribution(lines), off=product(lines.discount, lines.rate))
    sold = in_periods(rows, periods)
    known, kept = sold.left.notnull(), ~sold.is_return
    listed = sold.net + sold.off
    amounts = {
        "net": sold.net.sum(),
        "sold": sold.net.sum(where=kept),
        "returned": -sold.net.sum(where=~kept),
        "off": sold.off.sum(where=kept),
        "listed": listed.sum(where=kept & sold.off.notnull()),
        "commission": sold.commission.sum(),
        "priced": sold.net.sum(where=sold.commission.notnull()),
        "left": sold.left.sum(),
        "known": sold.net.sum(where=known),
        "goods": sold.cost.sum(where=known),
        **{f"known_{name}": sold[name].sum(where=known) for name in ORDER_COSTS},
    }
    each = {name: value.cast("float64").fill_null(0) for name, value in amounts.items()}
    orders = sold.group_by(["period", *by, "order_id"]).agg(**each)
    squares = {
        "net_square": orders.net * orders.net,
        "left_square": orders.left * orders.left,
        "known_square": orders.known * orders.known,
        "cross": orders.left * orders.known,
    }
    total = {name: orders[name].sum() for name in amounts}
    total |= {name: value.sum() for name, value in squares.items()}
    return orders.group_by(["period", *by]).agg(**total)


def _people(lines: ibis.Table, periods: Sequence[Period], by: list[str]) -> ibis.Table:
    """Orders and customers; new are those whose first day of all is the order's."""
    sold = in_periods(lines.filter(~lines.is_return), periods)
    is_first = sold.order_date == sold.first_order
    return sold.group_by(["period", *by]).agg(
        orders=sold.order_id.nunique(),
        customers=sold.customer_id.nunique(),
        new_customers=sold.customer_id.nunique(where=is_first),
    )


def _plain(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Names as objects, so that what is not recorded is None and stays a row."""
    return rows.assign(
        **{name: rows[name].astype(object).where(rows[name].notna(), None) for name in by}
    )


def _told(lines: ibis.Table, periods: Sequence[Period], place: pd.Series) -> list[bool]:
    """Of each row whether its period begins when a first order tells a new customer."""
    first = lines.order_date.min().execute()
    if pd.isna(first):
        return [False for _ in place]
    begins = pd.Timestamp(first).date() + KNOWN
    return [periods[int(at)].start >= begins for at in place]
