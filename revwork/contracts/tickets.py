"""tickets: what customers ask and complain about."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "service"


class Tickets(pa.DataFrameModel):
    """One row per service ticket.

    Answers how fast service answers, what goes wrong where, and what customers cost to serve.
    """

    ticket_id: str = required("the ticket")
    created_on: Day = required("day it came in")
    first_response_on: Day = optional("day of the first answer", not_before="created_on")
    solved_on: Day = optional("day solved; empty while open", not_before="first_response_on")
    first_response_hours: float = optional("hours to the first answer", ge=0)
    resolution_hours: float = optional(
        "hours to the solution", not_before="first_response_hours", ge=0
    )
    status: str = required("open until solved", isin=["open", "pending", "solved"])
    priority: str = optional("how urgent", isin=["low", "normal", "high", "urgent"])
    topic: str = optional("what it is about")
    channel: str = optional("mail, phone, chat …")
    customer_id: str = optional("who asks, as orders name them", refers_to="customers")
    order_id: str = optional("order it is about", refers_to="orders")
    product_id: str = optional("product it is about", refers_to="products")
    region: str = optional("country or sales region")
    agent: str = optional(
        "person who works it, as people name them", refers_to="people", personal="Person"
    )
    cost: Money = optional("cost of handling it", ge=0)
    satisfaction: int = optional("customer's mark, 1 to 5", ge=1, le=5)

    class Config:
        """A ticket occurs once."""

        unique = ["ticket_id"]
