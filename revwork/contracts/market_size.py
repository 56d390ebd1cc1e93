"""market_size: how large the market is."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "market"


class MarketSize(pa.DataFrameModel):
    """One row per period, region and category.

    Answers how fast the market grows and what share of it is ours.
    """

    period_start: Day = required("first day of the period")
    period_end: Day = required("last day of the period", not_before="period_start")
    region: str = optional("empty for all markets")
    category: str = optional("empty for all categories")
    amount: Money = required("sales of all suppliers without tax, company currency", ge=0)
    source: str = optional("who estimated it")

    class Config:
        """A market has one size a period."""

        unique = ["period_start", "region", "category"]
