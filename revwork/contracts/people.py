"""people: who sells, serves and manages."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "people"


class People(pa.DataFrameModel):
    """One row per person and position held.

    Answers who reaches their quota, how fast newcomers grow, and whether a team is large enough.
    """

    person_id: str = required("the person; owner and agent elsewhere name it", personal="Person")
    name: str = optional("name to print", personal="Person")
    team: str = required("sales, service, marketing …")
    role: str = optional("what they do")
    level: str = optional("seniority", isin=["junior", "confirmed", "expert"])
    region: str = optional("country or sales region")
    manager: str = optional("who leads them", refers_to="people", personal="Person")
    start_date: Day = required("first day", scheduled=True)
    end_date: Day = optional(
        "first day no longer there; empty while employed", not_before="start_date"
    )
    annual_quota: Money = optional("bookings expected a year", ge=0)
    annual_cost: Money = optional("salary band's middle with charges", ge=0)

    class Config:
        """A person holds one position from a day on."""

        unique = ["person_id", "start_date"]
