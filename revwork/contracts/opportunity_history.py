"""opportunity_history: what happened to deals, so that a past pipeline reads as it was."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "sales"


class OpportunityHistory(pa.DataFrameModel):
    """One row per change of a deal: its stage, amount or close date from that day on.

    Answers how deals move from stage to stage, slip and grow, and what the pipeline was on any day.
    """

    opportunity_id: str = required("the deal", refers_to="opportunities")
    changed_on: Day = required("day of the change")
    sequence: int = required("order of changes of a deal; numbered in file order if absent", ge=1)
    stage: str = required("stage from that day on")
    outcome: str = required("outcome from that day on", isin=["open", "won", "lost"])
    amount: Money = optional("amount from that day on", with_tax=True, ge=0)
    close_date: Day = optional("close date expected from that day on")
    forecast_category: str = optional("category from that day on")

    class Config:
        """A deal"s changes are numbered."""

        unique = ["opportunity_id", "sequence"]
