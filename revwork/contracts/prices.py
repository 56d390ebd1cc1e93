"""prices: list prices, as they changed."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "product"


class Prices(pa.DataFrameModel):
    """One row per product and price, from a day on.

    Answers what a price change did, and how far sales stray from the list.
    """

    product_id: str = required("the product", refers_to="products")
    valid_from: Day = required("first day of the price", scheduled=True)
    list_price: Money = required("price of one unit without tax", with_tax=True, ge=0)
    currency: str = optional("ISO code; the company's if absent")
    region: str = optional("empty where it holds everywhere")
    channel: str = optional("empty where it holds everywhere")

    class Config:
        """A product has one price a day, market and currency."""

        unique = ["product_id", "valid_from", "currency", "region", "channel"]
