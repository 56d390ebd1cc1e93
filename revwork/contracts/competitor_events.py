"""competitor_events: what rivals did."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "market"


class CompetitorEvents(pa.DataFrameModel):
    """One row per event.

    Answers what a rival's move may have to do with ours.
    """

    event_id: str = required("the event")
    date: Day = required("day it became known")
    competitor: str = required("the rival", refers_to="competitors")
    kind: str = required(
        "what it was",
        isin=[
            "price_cut",
            "price_rise",
            "launch",
            "campaign",
            "opening",
            "closing",
            "funding",
            "other",
        ],
    )
    category: str = optional("category concerned")
    region: str = optional("market concerned")
    description: str = optional("in one sentence")
    source: str = optional("where it was read")

    class Config:
        """A event occurs once."""

        unique = ["event_id"]
