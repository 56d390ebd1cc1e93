"""surveys: what customers say when asked."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "service"


class Surveys(pa.DataFrameModel):
    """One row per survey sent, answered or not.

    Answers how satisfied customers are, with interval, and what it has to do with staying.
    """

    survey_id: str = required("the survey")
    sent_on: Day = required("day sent")
    kind: str = required(
        "nps: 0 to 10, would recommend; csat: 1 to 5, satisfied", isin=["nps", "csat"]
    )
    score: int = optional("the mark; empty if not answered", ge=0, le=10)
    comment: str = optional("in the customer's words", comment=True)
    customer_id: str = optional("who was asked", refers_to="customers")
    order_id: str = optional("order it is about", refers_to="orders")
    ticket_id: str = optional("ticket it is about", refers_to="tickets")
    region: str = optional("country or sales region")
    language: str = optional("language of the comment, such as es")

    class Config:
        """A survey occurs once."""

        unique = ["survey_id"]
