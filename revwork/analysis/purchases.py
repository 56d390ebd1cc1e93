"""Purchases: the days on which a known customer bought, apart from what a subscription invoices."""

import ibis

from revwork.analysis.margins import contribution
from revwork.analysis.subscribed import held


def by_day(lines: ibis.Table) -> ibis.Table:
    """Return one row per known customer and day with a line, sold or sent back.

    Orders of one day are one purchase; a day on which things only came back is none.
    Columns: customer_id, day, is_purchase, net (money with returns; null where none is known).
    """
    known = lines.filter(lines.customer_id.notnull())
    return known.group_by("customer_id", day=known.order_date).agg(**_told(known))


def worth_by_day(lines: ibis.Table) -> ibis.Table:
    """Return the rows of `by_day` with what the purchase was worth, and left.

    Columns: those, bought (money of the lines sold, null where none is known), left
    (contribution before marketing, over the lines whose cost is known).
    """
    known = lines.filter(lines.customer_id.notnull()).mutate(left=contribution(lines))
    return known.group_by("customer_id", day=known.order_date).agg(
        **_told(known), bought=known.net.sum(where=~known.is_return), left=known.left.sum()
    )


def purchased(days: ibis.Table) -> ibis.Table:
    """Return the days on which something was bought, whether or not its money is known."""
    return days.filter(days.is_purchase)


def deliveries(lines: ibis.Table, subscriptions: ibis.Table) -> ibis.Table:
    """Return the orders that invoice a subscription: what came to exactly its monthly amount.

    In the subscription's currency (the order's where none is named), while it ran. Columns:
    order_id, subscription_id, plan, order_date, net and left (contribution before marketing).
    """
    sold = lines.mutate(left=contribution(lines)).filter(lines.customer_id.notnull())
    orders = sold.group_by("order_id", "customer_id", "currency").agg(
        order_date=sold.order_date.min(),
        amount=sold.net_local.sum(),
        net=sold.net.sum(),
        left=sold.left.sum(),
    )
    terms = held(subscriptions).select(
        "subscription_id",
        "plan",
        "start_date",
        "end_date",
        "monthly_amount",
        payer="customer_id",
        asked="currency",
    )
    found = orders.inner_join(
        terms,
        [
            orders.customer_id == terms.payer,
            orders.currency == terms.asked.coalesce(orders.currency),
            orders.amount == terms.monthly_amount,
            orders.amount > 0,
            orders.order_date >= terms.start_date,
            terms.end_date.isnull() | (orders.order_date < terms.end_date),
        ],
    )
    return found.group_by("order_id").agg(
        subscription_id=found.subscription_id.min(),
        plan=found["plan"].min(),
        order_date=found.order_date.min(),
        net=found.net.min(),
        left=found.left.min(),
    )


def of_choice(lines: ibis.Table, delivered: ibis.Table) -> ibis.Table:
    """Return the lines that no subscription invoiced: those a customer chose to order."""
    return lines.anti_join(delivered, "order_id")


def _told(lines: ibis.Table) -> dict[str, ibis.Value]:
    return {"is_purchase": (~lines.is_return).any(), "net": lines.net.sum()}
