"""partners: who sells for us."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "partners"


class Partners(pa.DataFrameModel):
    """One row per partner.

    Answers which partners bring revenue and margin, and which lose it.
    """

    partner_id: str = required("the partner")
    partner_name: str = optional("name to print")
    kind: str = optional("reseller, marketplace, referral, integrator …")
    tier: str = optional("standing, in the company's own words")
    region: str = optional("country or sales region")
    channel: str = optional("the channel that orders name")
    since: Day = optional("day the partnership began")
    commission_rate: float = optional("share of revenue agreed, 0 to 1", ge=0, le=1)

    class Config:
        """A partner occurs once."""

        unique = ["partner_id"]
