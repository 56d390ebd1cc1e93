"""sessions: visits to the web shop."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "web"


class Sessions(pa.DataFrameModel):
    """One row per visit to the web shop.

    Answers whether revenue moved by visits, by conversion or by order value.
    """

    session_id: str = required("the visit")
    date: Day = required("day it began, in the company's time zone")
    order_id: str = optional("the order it ended in, if any", refers_to="orders")
    customer_id: str = optional("who, where known", refers_to="customers")
    source: str = optional("where the visit came from")
    device: str = optional("phone, desktop, tablet")
    region: str = optional("country or sales region")

    class Config:
        """A visit occurs once."""

        unique = ["session_id"]
