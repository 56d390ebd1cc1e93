"""mentions: how often the company and its rivals are talked about."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "reputation"


class Mentions(pa.DataFrameModel):
    """One row per day, brand and source.

    Answers whose voice is heard, and whether that changes.
    """

    date: Day = required("day or first day of the week")
    competitor: str = optional("the rival; empty for our own", refers_to="competitors")
    source: str = optional("press, social, forum …")
    region: str = optional("country")
    mentions: int = required("times mentioned", ge=0)
    positive: int = optional("of them in favour", ge=0)
    negative: int = optional("of them against", ge=0)

    class Config:
        """A brand is counted once a day and source."""

        unique = ["date", "competitor", "source", "region"]
