"""customers: who buys."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "customers"


class Customers(pa.DataFrameModel):
    """One row per customer, person or account.

    Answers in which region and segment a sale falls, and who is behind it.
    """

    customer_id: str = required("the identifier orders use")
    customer_name: str = optional("name to print", personal="Customer")
    region: str = optional("country or sales region")
    segment: str = optional("kind of customer")
    since: Day = optional("day the relationship began")

    class Config:
        """A customer occurs once."""

        unique = ["customer_id"]
