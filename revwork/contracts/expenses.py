"""expenses: what running the company costs, cost of goods apart."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "finance"


class Expenses(pa.DataFrameModel):
    """One row per expense posted; cost of goods and order-level costs are not among them.

    Answers what is left of the gross margin: contribution margin and operating result.
    """

    date: Day = required("day it is booked to")
    kind: str = required(
        "marketing lowers the contribution margin, the others the operating result",
        isin=["marketing", "people", "rent", "technology", "logistics", "administration", "other"],
    )
    amount: Money = required("without tax; negative for a refund", with_tax=True)
    currency: str = optional("ISO code; the company's if absent")
    region: str = optional("empty where it serves all")
    channel: str = optional("empty where it serves all")
    description: str = optional("what for", comment=True)
