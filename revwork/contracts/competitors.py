"""competitors: rivals."""

import pandera.ibis as pa

from revwork.contracts import Money, optional, required

DEPARTMENT = "market"


class Competitors(pa.DataFrameModel):
    """One row per competitor.

    Answers whom the company meets, and how large they are.
    """

    competitor: str = required("the name used elsewhere")
    region: str = optional("where they compete")
    annual_revenue: Money = optional("their revenue a year, where known", ge=0)
    positioning: str = optional("in one sentence")

    class Config:
        """A competitor occurs once."""

        unique = ["competitor"]
