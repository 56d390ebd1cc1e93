"""web_events: the steps of visits, from the first page to the purchase."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "web"


class WebEvents(pa.DataFrameModel):
    """One row per visit and step it reached.

    Answers at which step visits are lost, where and since when.
    """

    session_id: str = required("the visit, as sessions name it", refers_to="sessions")
    position: int = required("place of the step in the visit", ge=1)
    step: str = required("view, cart, checkout, payment, purchase …, in the shop's own words")
    date: Day = required("day of the step, in the company's time zone")
    device: str = optional("phone, desktop, tablet")
    region: str = optional("country or sales region")
    source: str = optional("where the visit came from")

    class Config:
        """A visit's steps are numbered."""

        unique = ["session_id", "position"]
