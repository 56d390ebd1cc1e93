"""returns: orders sent back, where the orders table does not book them as credits."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "sales"


class Returns(pa.DataFrameModel):
    """One row per order sent back that has no credit note among the orders.

    Answers how much of revenue came back without a booking; it is shown, never subtracted.
    """

    order_id: str = required("the order sent back, as orders name it", refers_to="orders")
    returned_on: Day = optional("day it came back; empty if not known")
    reason: str = optional("why")

    class Config:
        """An order is sent back once."""

        unique = ["order_id"]
