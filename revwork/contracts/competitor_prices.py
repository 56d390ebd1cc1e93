"""competitor_prices: what rivals ask for what we sell."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "market"


class CompetitorPrices(pa.DataFrameModel):
    """One row per day of observation, competitor and own product matched.

    Answers whether we are cheap or dear, where, and who moved first.
    """

    date: Day = required("day observed")
    competitor: str = required("the rival", refers_to="competitors")
    product_id: str = required("own product it was matched with", refers_to="products")
    price: Money = required("their price of one unit, taxes as in our list prices", gt=0)
    our_price: Money = optional("our price seen that day; else the list price", gt=0)
    currency: str = optional("ISO code; the company's if absent")
    region: str = optional("market observed")
    in_stock: bool = optional("whether they could deliver")

    class Config:
        """A rival has one price a day, product and market."""

        unique = ["date", "competitor", "product_id", "region"]
