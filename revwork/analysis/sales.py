"""Sales lines: orders with what products, customers and exchange rates know about them."""

from collections.abc import Sequence

import ibis
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.money import product, with_rate
from revwork.analysis.periods import covers, in_periods
from revwork.calendar import Period

DIMENSIONS = ("region", "channel", "category", "segment")


def lines(
    orders: ibis.Table,
    products: ibis.Table,
    customers: ibis.Table,
    fx_rates: ibis.Table,
    currency: str,
) -> ibis.Table:
    """Return one row per order line that counts as revenue, money in `currency`.

    Lines cancelled before shipment are left out. Columns: those of orders (region, segment
    and category completed from customer and product), product_name, unit, rate,
    `net_local` in the order's currency, `net`, `cost`, `commission`, `payment_cost`,
    `shipping_cost` in `currency` (decimal, null where unknown), and `is_return`.
    """
    sold = orders.filter(orders.status.fill_null("open") != "cancelled")
    joined = with_rate(_with_names(sold, products, customers), "order_date", fx_rates, currency)
    money = {
        name: product(joined[source], joined.rate)
        for name, source in (
            ("net", "net_amount"),
            ("known_cost", "cost_amount"),
            ("commission", "commission"),
            ("payment_cost", "payment_cost"),
            ("shipping_cost", "shipping_cost"),
        )
    }
    cost = money.pop("known_cost").coalesce(product(joined.quantity, joined.unit_cost))
    return joined.mutate(
        **money,
        net_local=joined.net_amount,
        cost=cost,
        is_return=(joined.net_amount < 0) | (joined.quantity.fill_null(0) < 0),
    ).drop("net_amount", "cost_amount", "unit_cost")


def with_customer(rows: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """Return rows with region and segment: their own, else their customer's; a row stays one."""
    known = customers.select(
        customer_key="customer_id", customer_region="region", customer_segment="segment"
    )
    joined = rows.left_join(known, rows.customer_id == known.customer_key)
    own = {name: joined[name] for name in ("region", "segment") if name in rows.columns}
    told = {
        name: own[name].coalesce(joined[f"customer_{name}"])
        if name in own
        else joined[f"customer_{name}"]
        for name in ("region", "segment")
    }
    return joined.mutate(**told).drop("customer_key", "customer_region", "customer_segment")


def by_order(lines: ibis.Table) -> ibis.Table:
    """Return one row per order with a line sold; what came back under its number is taken off.

    Columns: order_id, customer_id, order_date (first day sold), region, channel, segment, net,
    contribution (before marketing; over the lines whose cost is known, null where none is).
    """
    rows = lines.mutate(left=contribution(lines))
    orders = rows.group_by("order_id").agg(
        customer_id=rows.customer_id.max(),
        order_date=rows.order_date.min(where=~rows.is_return),
        region=rows.region.max(),
        channel=rows.channel.max(),
        segment=rows.segment.max(),
        net=rows.net.sum(),
        contribution=rows.left.sum(),
    )
    return orders.filter(orders.order_date.notnull())


def first_orders(orders: ibis.Table) -> ibis.Table:
    """Return one row per known customer of `by_order`: customer_id, first_order (its day)."""
    known = orders.filter(orders.customer_id.notnull())
    return known.group_by("customer_id").agg(first_order=known.order_date.min())


def new_customers(orders: ibis.Table, periods: Sequence[Period]) -> pd.Series:
    """Return how many customers are new in each period, in order; null where it is not known.

    `orders` is what `by_order` returns. New is a known customer whose first order the data hold
    lies in the period. Not known before the orders begin (who is new is unknown then), nor where
    no order of the period names its customer.
    """
    first = in_periods(first_orders(orders), periods, "first_order")
    new = first.group_by("period").agg(n=first.count()).execute().set_index("period").n
    sold = in_periods(orders, periods)
    named = sold.group_by("period").agg(n=sold.customer_id.count()).execute().set_index("period").n
    places = pd.RangeIndex(len(periods))
    is_known = pd.Series(covers(orders, periods)) & ~places.isin(named.index[named == 0])
    return new.reindex(places).fillna(0).astype(float).where(is_known)


def _with_names(orders: ibis.Table, products: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """Orders with product and customer columns; a row stays one row, known or not."""
    product = products.select(
        product_key="product_id",
        product_name="product_name",
        product_category="category",
        unit="unit",
        unit_cost="unit_cost",
    )
    joined = orders.left_join(product, orders.product_id == product.product_key)
    joined = joined.mutate(
        category=joined.category.coalesce(joined.product_category),
        unit=joined.unit.coalesce("piece"),
    ).drop("product_key", "product_category")
    return with_customer(joined, customers)
