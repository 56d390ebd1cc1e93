"""campaigns: what marketing runs."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "marketing"


class Campaigns(pa.DataFrameModel):
    """One row per campaign.

    Answers what each campaign was for, where and when.
    """

    campaign_id: str = required("the campaign")
    campaign_name: str = optional("what people call it")
    channel: str = required("search, social, email, display, affiliate, event …")
    objective: str = optional("awareness, leads, sales …")
    region: str = optional("country or sales region")
    segment: str = optional("whom it addresses")
    start_date: Day = optional("first day")
    end_date: Day = optional("last day", not_before="start_date")
    budget: Money = optional("planned spend", ge=0)

    class Config:
        """A campaign occurs once."""

        unique = ["campaign_id"]
