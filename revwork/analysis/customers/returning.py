"""New and returning customers: how many, what they bring, and which of it moved revenue."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import recurring, sales
from revwork.analysis.headlines import QUOTED, Headline, cards
from revwork.analysis.money import in_cents
from revwork.analysis.periods import in_periods, year_to
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import Kpi, customer_count, order_count

_SHOWN = {
    "customers": QUOTED["customers"],
    "new_customers": QUOTED["new_customers"],
    "returning_revenue_share": Headline("percent", "customers", "neither"),
    "subscribers": Headline("count", "subscriptions"),
    "recurring_revenue": Headline("money", "subscriptions"),
    "net_yearly_retention": Headline("percent", "subscriptions"),
    "gross_yearly_retention": Headline("percent", "subscriptions"),
}
_LEAVES = {  # with who answers for it, and its unit
    "new": {
        "new_customers": ("marketing", "count"),
        "new_orders_per_customer": ("sales", "rate"),
        "new_order_value": ("product", "money"),
    },
    "returning": {
        "returning_customers": ("customers", "count"),
        "returning_orders_per_customer": ("sales", "rate"),
        "returning_order_value": ("product", "money"),
    },
}
_PARENTS = {"new": "new_customers_sales", "returning": "returning_customers_sales"}
_MOVES = [*recurring.GAINS, *recurring.LOSSES, "fx"]


def by_period(lines: ibis.Table, periods: Sequence[Period]) -> pd.DataFrame:
    """Return one row per period and kind of buyer: new, returning, unknown.

    New is who placed their first order there is in the period. Columns: month (the period's
    name), start, kind, customers (null of unknown), orders, sold (money before returns), returned
    (money, negative), net. A customer is of one kind in a period; parts add up to the whole.
    """
    first = sales.first_orders(sales.by_order(lines)).rename(buyer="customer_id")
    inside = in_periods(lines, periods)
    spine = ibis.memtable({"period": range(len(periods)), "begins": [p.start for p in periods]})
    rows = inside.left_join(first, inside.customer_id == first.buyer)
    rows = rows.inner_join(spine, "period")
    kind = ibis.cases(
        (rows.customer_id.isnull(), "unknown"),
        (rows.first_order >= rows.begins, "new"),
        else_="returning",
    )
    rows = rows.mutate(kind=kind)
    found = rows.group_by("period", "kind").agg(
        customers=customer_count(rows),
        orders=order_count(rows),
        sold=rows.net.sum(where=~rows.is_return).cast("float64"),
        returned=rows.net.sum(where=rows.is_return).cast("float64"),
    )
    every = pd.MultiIndex.from_product([range(len(periods)), ["new", "returning", "unknown"]])
    full = found.execute().set_index(["period", "kind"]).reindex(every).fillna(0.0).round(4)
    full = full.rename_axis(["period", "kind"]).reset_index()
    place = full.pop("period")
    full.insert(0, "month", [periods[n].name for n in place])
    full.insert(1, "start", [periods[n].start for n in place])
    counted = full.customers.where(full.kind != "unknown")
    return full.assign(customers=counted, net=full.sold + full.returned)


def drivers(lines: ibis.Table, comparison: Comparison) -> pd.DataFrame:
    """Return the change of net revenue by new and returning customers, orders of each, and value.

    Customers × orders per customer × order value for each kind, split by log-mean Divisia without
    a residual; sales without a known customer and returns beside them. Columns: leaf, parent,
    department, unit, base, current (levels), effect (money, to the cent, adding up to the change).
    Exchange rates are in the order value. Raises Unanswered where a kind is missing in a period.
    Source: definitions, Revenue, driver tree.
    """
    if comparison.base is None:
        raise Unanswered("Drivers of change need an earlier period: nothing to compare with.")
    rows = by_period(lines, [comparison.base, comparison.current]).set_index(["kind"])
    leaves = []
    for kind in ("new", "returning"):
        one = rows.loc[kind]
        if not (one[["customers", "orders", "sold"]] > 0).to_numpy().all():
            raise Unanswered(
                "A period has no new or no returning customers: choose periods further apart, "
                "or load earlier orders."
            )
        leaves += _factors(kind, one)
    unknown = rows.loc["unknown"].sold.to_numpy()
    returned = rows.groupby("month", sort=False).returned.sum().to_numpy()
    leaves.append(("unknown_customers", "net_revenue", "sales", "money", *unknown))
    leaves.append(("returns", "net_revenue", "service", "money", *returned))
    names = ["leaf", "parent", "department", "unit", "base", "current", "effect"]
    whole = [(*one, one[-1] - one[-2]) if len(one) == 6 else one for one in leaves]
    frame = pd.DataFrame(whole, columns=names)
    base, current = rows.groupby("month", sort=False).net.sum()
    split = [*frame.leaf[:6]]
    effects = frame.set_index("leaf").effect
    return frame.assign(effect=in_cents(effects, split, base, current).to_numpy())


def headline(
    lines: ibis.Table,
    subscriptions: ibis.Table,
    rates: tuple[ibis.Table, str],
    comparison: Comparison,
    calendar: Calendar,
) -> list[Kpi]:
    """Return customers, new ones, returning revenue's share, and what subscriptions keep in a year.

    `rates` are exchange rates and the company's currency. Net and gross retention run over the 365
    days to the period's end; without subscriptions their cards are left out.

    Formula: new_customers = customers whose first order is in the period; Who bought for the first
    time that the data know of.
    Formula: returning_revenue_share = net revenue of customers who had bought before ÷ that of all
    known customers; What those who come back bring.
    Formula: recurring_revenue = monthly amounts of the subscriptions that run on the last day; What
    subscribers pay in a month.
    Formula: net_yearly_retention = (start + expansion − contraction − churn) ÷ start, over 365
    days; Recurring revenue kept in a year, with the growth of those who stayed.
    Formula: gross_yearly_retention = 1 − (contraction + churn) ÷ start, over 365 days; Recurring
    revenue kept in a year, without any growth.
    """
    months = calendar.complete_months(comparison.current.last_day, 12)
    asked = [p for p in (comparison.current, comparison.base, *months) if p is not None]
    asked = list({(p.start, p.end): p for p in asked}.values())
    found = _bought(lines, asked)
    for period, figures in _subscribed(subscriptions, rates, asked).items():
        found[period] |= figures
    return cards(lambda p: found[p.start, p.end], _SHOWN, comparison, calendar)


def recurring_bridge(
    subscriptions: ibis.Table, fx_rates: ibis.Table, period: Period, currency: str
) -> pd.DataFrame:
    """Return how recurring revenue came from the period's start to its end, as bars.

    Each customer makes one movement in the whole period. Columns: bar, value (money, losses
    negative), kind (total or change); the bars add up to the cent. Raises Unanswered without
    subscriptions.
    """
    row = recurring.movements(subscriptions, fx_rates, [period], currency).iloc[0]
    changes = {name: -row[name] if name in recurring.LOSSES else row[name] for name in _MOVES}
    changes = in_cents(pd.Series(changes, dtype=float), [*_MOVES], row.start, row.end)
    values = [row.start.round(2), *changes, row.end.round(2)]
    kinds = ["total", *["change"] * len(_MOVES), "total"]
    bars = ["recurring_start", *_MOVES, "recurring_end"]
    return pd.DataFrame({"bar": bars, "value": values, "kind": kinds})


def kept(rows: pd.DataFrame) -> Message:
    """Say how recurring revenue moved, and what left of it."""
    value = rows.set_index("bar").value
    return Message(
        "Recurring revenue went from {start:money} to {end:money}; {gone:money} was lost",
        {
            **{"start": value.recurring_start, "end": value.recurring_end},
            "gone": -(value.get("churn", 0.0) + value.get("contraction", 0.0)),
        },
    )


def reading(rows: pd.DataFrame) -> Message:
    """Say which leaf moved revenue most."""
    top = rows.loc[rows.effect.abs().idxmax()]
    return Message(
        "{leaf:label} moved net revenue most: {effect:signed}",
        {"leaf": top.leaf, "effect": top.effect},
    )


def _factors(kind: str, rows: pd.DataFrame) -> list[tuple]:
    """Customers × orders per customer × order value of a kind, each with its effect."""
    levels = np.array(
        [rows.customers, rows.orders / rows.customers, rows.sold / rows.orders], float
    )
    before, now = levels.prod(axis=0)
    weight = (
        before if np.isclose(before, now, rtol=1e-12) else (now - before) / np.log(now / before)
    )
    effects = weight * np.log(levels[:, 1] / levels[:, 0])
    return [
        (name, _PARENTS[kind], *owner, *level, effect)
        for (name, owner), level, effect in zip(_LEAVES[kind].items(), levels, effects, strict=True)
    ]


def _bought(lines: ibis.Table, periods: list[Period]) -> dict[tuple, dict]:
    """Customers, new ones and the share of those who had bought before, by period."""
    rows, first = by_period(lines, periods), lines.order_date.min().execute()
    new = sales.new_customers(sales.by_order(lines), periods)
    first, found = None if pd.isna(first) else pd.Timestamp(first).date(), {}
    for number, period in enumerate(periods):
        one = rows[3 * number : 3 * number + 3].set_index("kind")
        nameless = one.orders["unknown"] > 0 and not one.customers.sum()
        unknown = nameless or not (first and period.last_day >= first)
        customers = None if unknown else int(one.customers.sum())
        known = one.net["new"] + one.net["returning"]
        share = one.net["returning"] / known if known > 0 else None
        found[period.start, period.end] = {
            "customers": (customers, None),
            "new_customers": (new[number], None),
            "returning_revenue_share": (share, customers),
        }
    return found


def _subscribed(
    subscriptions: ibis.Table, rates: tuple[ibis.Table, str], periods: list[Period]
) -> dict[tuple, dict]:
    """Recurring revenue on the last day, and what was kept of it within a year; none without."""
    try:
        years = [year_to(period) for period in periods]
        rows = recurring.movements(subscriptions, rates[0], years, rates[1])
    except Unanswered:
        return {}
    kept = recurring.rates(rows)
    return {
        (period.start, period.end): {
            "subscribers": (rows.end_customers[n], None),
            "recurring_revenue": (rows.end[n], None),
            "net_yearly_retention": (kept.nrr[n], int(rows.start_customers[n])),
            "gross_yearly_retention": (kept.grr[n], int(rows.start_customers[n])),
        }
        for n, period in enumerate(periods)
    }
