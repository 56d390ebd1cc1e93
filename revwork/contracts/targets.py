"""targets: what was promised."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "sales"


class Targets(pa.DataFrameModel):
    """One row per month, metric and segment; rows of a metric add up, so no totals beside parts.

    Answers whether the company is where it said it would be.
    """

    month: Day = required("first day of the calendar's month", scheduled=True)
    metric: str = required(
        "what is targeted",
        isin=["net_revenue", "gross_margin", "contribution_margin", "operating_result"],
    )
    amount: Money = required("target of the month, company currency")
    region: str = optional("empty for the whole company")
    channel: str = optional("empty for the whole company")
    category: str = optional("empty for the whole company")
    segment: str = optional("empty for the whole company")

    class Config:
        """A segment has one target a month."""

        unique = ["month", "metric", "region", "channel", "category", "segment"]
