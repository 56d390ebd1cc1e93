"""products: the catalogue."""

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "product"


class Products(pa.DataFrameModel):
    """One row per product sold or once sold.

    Answers what category a sale belongs to, in which unit it counts and what it cost.
    """

    product_id: str = required("the identifier orders use")
    product_name: str = optional("what people call it")
    category: str = optional("range it belongs to")
    unit: str = optional("unit of measure, such as piece or kg; piece if absent")
    unit_cost: Money = optional("cost of goods of one unit, company currency", ge=0)
    list_price: Money = optional("price before discount", with_tax=True, ge=0)
    launched_on: Day = optional("first day on sale")

    class Config:
        """A product occurs once."""

        unique = ["product_id"]
