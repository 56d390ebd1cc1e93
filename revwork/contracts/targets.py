"""targets: what was promised."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required
from revwork.metrics import OVER_MONTHS

DEPARTMENT = "sales"


class Targets(pa.DataFrameModel):
    """One row per month, metric and segment; money and counts add up, so no totals beside parts.

    A rate, score or level is of exactly the segment it names, of the company where it names none.
    Further ones may stand under [targets] in revwork.toml.

    Answers whether the company is where it said it would be.
    """

    month: Day = required("first day of the calendar's month", scheduled=True)
    metric: str = required("what is targeted, as cards call it", isin=[*OVER_MONTHS])
    amount: Money = required("target of the month: money in company currency, a share such as 0.3")
    region: str = optional("empty for the whole company")
    channel: str = optional("empty for the whole company")
    category: str = optional("empty for the whole company")
    segment: str = optional("empty for the whole company")

    class Config:
        """A segment has one target a month."""

        unique = ["month", "metric", "region", "channel", "category", "segment"]
