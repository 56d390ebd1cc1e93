"""opportunities: deals the sales team works, in their latest state."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "sales"


class Opportunities(pa.DataFrameModel):
    """One row per deal, as the CRM shows it today.

    Answers who wins what against whom, how long it takes and what is still open.
    """

    opportunity_id: str = required("the deal")
    name: str = optional("what the deal is called", personal="Deal")
    customer_id: str = optional("the account, as orders name it", refers_to="customers")
    owner: str = optional(
        "person who works it, as people name it", refers_to="people", personal="Person"
    )
    stage: str = required("where it stands, in the company's own words")
    outcome: str = required("open until it is won or lost", isin=["open", "won", "lost"])
    amount: Money = optional("expected or signed value without tax", with_tax=True, ge=0)
    currency: str = optional("ISO code; the company's if absent")
    created_on: Day = required("day it entered the pipeline")
    close_date: Day = optional("day won or lost, else the day expected", not_before="created_on")
    probability: float = optional("the owner's estimate, 0 to 1", ge=0, le=1)
    forecast_category: str = optional(
        "how sure the owner is",
        isin=["pipeline", "best_case", "most_likely", "commit", "closed", "omitted"],
    )
    source: str = optional("where it came from")
    segment: str = optional("kind of customer")
    region: str = optional("country or sales region")
    competitor: str = optional("rival named in it", refers_to="competitors")
    loss_reason: str = optional("why it was lost")
    product_id: str = optional("main product", refers_to="products")
    partner_id: str = optional("partner who brought it", refers_to="partners")

    class Config:
        """A deal occurs once."""

        unique = ["opportunity_id"]
