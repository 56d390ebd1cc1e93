"""spend: what marketing paid and what the platforms report for it."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "marketing"


class Spend(pa.DataFrameModel):
    """One row per day and campaign, or per day and channel where campaigns are not told apart.

    Answers what reach, clicks and conversions cost, day by day.
    """

    date: Day = required("day of the spend")
    channel: str = required("search, social, email, display, affiliate, event …")
    campaign_id: str = optional(
        "the campaign; empty for the channel as a whole", refers_to="campaigns"
    )
    cost: Money = required("paid, without tax", ge=0)
    currency: str = optional("ISO code; the company's if absent")
    impressions: int = optional("times shown", ge=0)
    clicks: int = optional("clicks", ge=0)
    conversions: float = optional("conversions the platform claims", ge=0)
    conversion_value: Money = optional("revenue the platform claims")
    region: str = optional("country or sales region")

    class Config:
        """A campaign has one row a day and region."""

        unique = ["date", "channel", "campaign_id", "region"]
