"""touchpoints: contacts on the way to an order."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "marketing"


class Touchpoints(pa.DataFrameModel):
    """One row per contact of a person with a channel.

    Answers which channels prepare a sale and which close it.
    """

    path_id: str = required("person or journey the contact belongs to")
    touched_at: Day = required("day of the contact")
    position: int = required("place in the journey; numbered in file order if absent", ge=1)
    channel: str = required("channel of the contact")
    campaign_id: str = optional("campaign of the contact", refers_to="campaigns")
    customer_id: str = optional("who, where known", refers_to="customers")
    order_id: str = optional("order the journey ended in, if any", refers_to="orders")

    class Config:
        """A journey"s contacts are numbered."""

        unique = ["path_id", "position"]
