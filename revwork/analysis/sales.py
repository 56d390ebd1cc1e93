"""Sales lines: orders with what products, customers and exchange rates know about them."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from revwork.contracts import Money
from revwork.findings import Unanswered, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    joined = with_rate(_with_names(sold, products, customers), fx_rates, currency)
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


def between(lines: ibis.Table, period: "Period") -> ibis.Table:
    """Return the lines of a period: its start included, its end not."""
    return lines.filter(is_within(lines.order_date, period))


def is_within(day: ibis.Value, period: "Period | None") -> ibis.Value:
    """Return whether a day belongs to the period: its start does, its end not; None has none."""
    if period is None:
        return ibis.literal(False)
    return (day >= ibis.date(period.start)) & (day < ibis.date(period.end))


def of_segment(lines: ibis.Table, segment: "Mapping[str, str | None]") -> ibis.Table:
    """Return the lines of a segment; None asks for lines where the dimension is not recorded."""
    for name, value in segment.items():
        lines = lines.filter(lines[name].isnull() if value is None else lines[name] == value)
    return lines


def recorded(lines: ibis.Table, dimensions: "Sequence[str]") -> list[str]:
    """Return the dimensions that at least one line tells; the first where none does."""
    known = lines.aggregate(**{name: lines[name].count() for name in dimensions}).execute()
    return [name for name in dimensions if known[name][0]] or [*dimensions][:1]


def choices(
    lines: ibis.Table, dimensions: "Sequence[str]", most: int
) -> "Mapping[str, Mapping[str, str]]":
    """Return segments to choose from by name: All, then the `most` largest by net revenue.

    A dimension of the company's own counts like any other; a value that two dimensions share, or
    that is called All, bears its dimension's name behind it.
    """
    sums = [
        lines.filter(lines[dimension].notnull())
        .group_by(value=lines[dimension])
        .agg(net=lines.net.sum().cast("float64"))
        .mutate(dimension=ibis.literal(dimension))
        for dimension in dimensions
    ]
    largest = ibis.union(*sums).order_by(ibis.desc("net"), "dimension", "value").limit(most)
    found = largest.execute()
    shared = {"All", *found.value[found.value.duplicated()]}
    return {Word("All"): {}} | {
        f"{row.value} ({row.dimension})" if row.value in shared else row.value: {
            row.dimension: row.value
        }
        for row in found.itertuples()
    }


def segments(
    lines: ibis.Table, dimensions: "Sequence[str]", most: int = 40
) -> "dict[str, list[str | None]]":
    """Return the values of each dimension that is recorded, the `most` largest by net revenue."""
    found = {}
    for name in recorded(lines, dimensions):
        sums = lines.group_by(name).agg(net=lines.net.sum().cast("float64"))
        values = sums.order_by(ibis.desc("net"), name).limit(most).execute()[name]
        found[name] = [value if isinstance(value, str) else None for value in values]
    return found


def only(table: ibis.Table, wanted: "Sequence[str]") -> ibis.Table:
    """Return the rows of the segments wanted, such as region=Spain and channel=Shop.

    Of two values of one dimension either will do; `region=` is where none is recorded. A table
    that does not know one of the dimensions has no such row.
    """
    for name in dict.fromkeys(one.partition("=")[0] for one in wanted):
        if name not in table.columns:
            return table.limit(0)
        values = [one.partition("=")[2] for one in wanted if one.partition("=")[0] == name]
        table = table.filter(table[name].fill_null("").isin(values))
    return table


def part(lines: ibis.Table, wanted: "Sequence[str]") -> ibis.Table:
    """Return the lines of the segments wanted, as `only` does; Unanswered where there is none."""
    found = only(lines, wanted)
    if wanted and not found.count().execute():
        raise Unanswered("No sale of {wanted:text}: choose another part.", wanted=", ".join(wanted))
    return found


def year_to(period: "Period") -> "Period":
    """Return the 365 days that end with the period's last."""
    return replace(
        period, name=f"year to {period.last_day}", start=period.end - timedelta(days=365)
    )


def in_periods(
    table: ibis.Table, periods: "Sequence[Period]", day: str = "order_date"
) -> ibis.Table:
    """Return the rows that fall in each period, with its place in the list as `period`.

    A row in two periods that overlap is there twice; a period may hold none.
    """
    spine = ibis.memtable(
        {
            "period": range(len(periods)),
            "first_day": [p.start for p in periods],
            "next_day": [p.end for p in periods],
        }
    )
    inside = [table[day] >= spine.first_day, table[day] < spine.next_day]
    return table.inner_join(spine, inside).drop("first_day", "next_day")


def product(amount: ibis.Value, factor: ibis.Value) -> ibis.Value:
    """Return money as amount × factor, with room for the digits in between."""
    return (amount.cast("decimal(38, 4)") * factor.cast("decimal(38, 8)")).round(4).cast(Money)


def _with_names(orders: ibis.Table, products: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """Orders with product and customer columns; a row stays one row, known or not."""
    product = products.select(
        product_key="product_id",
        product_name="product_name",
        product_category="category",
        unit="unit",
        unit_cost="unit_cost",
    )
    customer = customers.select(
        customer_key="customer_id", customer_region="region", customer_segment="segment"
    )
    joined = orders.left_join(product, orders.product_id == product.product_key)
    joined = joined.left_join(customer, joined.customer_id == customer.customer_key)
    return joined.mutate(
        category=joined.category.coalesce(joined.product_category),
        region=joined.region.coalesce(joined.customer_region),
        segment=joined.segment.coalesce(joined.customer_segment),
        unit=joined.unit.coalesce("piece"),
    ).drop("product_key", "product_category", "customer_key", "customer_region", "customer_segment")


def with_rate(orders: ibis.Table, fx_rates: ibis.Table, currency: str) -> ibis.Table:
    """Return orders with the `rate` of their day: 1 at home, else the last quoted, or null."""
    window = ibis.window(group_by="currency", order_by="date")
    quoted = fx_rates.select(
        fx_currency="currency",
        fx_rate="rate",
        holds_from="date",
        holds_until=fx_rates.date.lead().over(window),
    )
    orders = orders.mutate(currency=orders.currency.fill_null(currency))
    joined = orders.left_join(
        quoted,
        [
            orders.currency == quoted.fx_currency,
            orders.order_date >= quoted.holds_from,
            quoted.holds_until.isnull() | (orders.order_date < quoted.holds_until),
        ],
    )
    home = ibis.literal(1).cast("decimal(18, 8)")
    rate = ibis.cases((joined.currency == currency, home), else_=joined.fx_rate)
    return joined.mutate(rate=rate).drop("fx_currency", "fx_rate", "holds_from", "holds_until")
