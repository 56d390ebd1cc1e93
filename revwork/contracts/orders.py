"""orders: what customers bought and sent back, as shop, till or billing system export it."""

import ibis
import pandera.ibis as pa

from revwork.contracts import Day, Money, Quantity, optional, required

DEPARTMENT = "sales"


class Orders(pa.DataFrameModel):
    """One row per order line; a credit note's lines are negative, on their own date.

    Answers what was sold, to whom, where, at what price and margin, and how that moved.
    """

    order_id: str = required("order, invoice or credit note number")
    line: int = required("line of the order; numbered in file order if absent", ge=1)
    order_date: Day = required("day of the order in the company's time zone")
    net_amount: Money = required(
        "line value without tax, negative for a credit; else quantity × unit_price − discount",
        with_tax=True,
    )
    customer_id: str = optional("who bought; empty if unknown", refers_to="customers")
    product_id: str = optional("what was bought", refers_to="products")
    quantity: Quantity = optional("units, negative if returned")
    unit_price: Money = optional("price of one unit", with_tax=True)
    discount: Money = optional("amount taken off the line", with_tax=True)
    tax_amount: Money = optional("tax inside the line's value")
    currency: str = optional("ISO code; the company's if absent")
    status: str = optional(
        "cancelled means before shipment: no revenue",
        isin=["open", "shipped", "completed", "cancelled"],
    )
    region: str = optional("sales region; else the customer's")
    channel: str = optional("shop, marketplace, sales team …")
    category: str = optional("else the product's")
    segment: str = optional("else the customer's")
    cost_amount: Money = optional("cost of goods of the line; else quantity × product unit_cost")
    commission: Money = optional("channel commission, line total")
    payment_cost: Money = optional("payment fee, line total")
    shipping_cost: Money = optional("freight paid, line total")

    class Config:
        """An order's line number occurs once."""

        unique = ["order_id", "line"]


def complete(table: ibis.Table) -> ibis.Table:
    """Number the lines in file order, and work out the net amount from price and quantity."""
    if "line" not in table.columns:
        order = ["order_id"] if "order_id" in table.columns else []
        number = ibis.row_number().over(group_by=order, order_by="_row")
        table = table.mutate(line=number.cast("int64") + 1)
    if "net_amount" not in table.columns and {"quantity", "unit_price"} <= set(table.columns):
        off = table.discount.fill_null(0) if "discount" in table.columns else 0
        value = table.quantity.cast("decimal(38, 4)") * table.unit_price
        table = table.mutate(net_amount=value - off)
    return table
