"""promotions: price cuts and offers for a time."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "product"


class Promotions(pa.DataFrameModel):
    """One row per promotion and product, or per promotion where it covers all.

    Answers whether an offer sold more than it cost.
    """

    promotion_id: str = required("the promotion")
    name: str = optional("what people call it")
    product_id: str = optional("product on offer; empty for all", refers_to="products")
    category: str = optional("category on offer; empty for all")
    start_date: Day = required("first day", scheduled=True)
    end_date: Day = required("last day", not_before="start_date")
    discount_rate: float = required("share taken off, 0 to 1", ge=0, le=1)
    channel: str = optional("empty where it holds everywhere")
    region: str = optional("empty where it holds everywhere")

    class Config:
        """A promotion names a product once."""

        unique = ["promotion_id", "product_id"]
