"""experiments: tests of one version against another."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "marketing"


class Experiments(pa.DataFrameModel):
    """One row per experiment, variant and unit observed.

    Answers which version is better, by how much and how sure that is.
    """

    experiment_id: str = required("the experiment")
    variant: str = required("version seen; the control is called control")
    unit_id: str = required("customer, session or region observed")
    assigned_on: Day = optional("day of assignment")
    converted: bool = optional("whether it did what was hoped for")
    revenue: Money = optional("revenue of the unit in the experiment")
    revenue_before: Money = optional("revenue of the unit before it")
    region: str = optional("region, for tests by region")

    class Config:
        """A unit sees one variant of an experiment."""

        unique = ["experiment_id", "unit_id"]
