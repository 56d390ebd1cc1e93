"""fx_rates: what a foreign amount is worth."""

import pandera.ibis as pa

from revwork.contracts import Day, Rate, required

DEPARTMENT = "finance"


class FxRates(pa.DataFrameModel):
    """One row per currency and day of quotation; a rate holds until the next one.

    Answers what sales in other currencies are worth, and what exchange rates did to revenue.
    """

    date: Day = required("day of quotation")
    currency: str = required("ISO code of the foreign currency")
    rate: Rate = required("company currency for one unit of the foreign one", gt=0)

    class Config:
        """A currency has one rate a day."""

        unique = ["date", "currency"]
