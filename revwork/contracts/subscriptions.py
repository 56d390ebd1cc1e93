"""subscriptions: contracts that renew."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "subscriptions"


class Subscriptions(pa.DataFrameModel):
    """One row per subscription and price: a change of price or plan starts a new row.

    Answers how recurring revenue grows, shrinks and leaves.
    """

    subscription_id: str = required("the contract")
    customer_id: str = required("who pays", refers_to="customers")
    start_date: Day = required("first day at this price")
    end_date: Day = optional(
        "first day no longer at this price; empty while running", not_before="start_date"
    )
    monthly_amount: Money = required("recurring revenue a month, without tax", with_tax=True, ge=0)
    plan: str = optional("what is subscribed")
    currency: str = optional("ISO code; the company's if absent")

    class Config:
        """A subscription has one price from a day on."""

        unique = ["subscription_id", "start_date"]
