"""demand: how much is looked for."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "market"


class Demand(pa.DataFrameModel):
    """One row per day or week, term and region.

    Answers whether demand grows, and what is wanted and not found.
    """

    date: Day = required("first day counted")
    kind: str = required(
        "search interest, searches in the shop, searches without a result, or stock-outs",
        isin=["search_interest", "internal_search", "no_result", "stock_out"],
    )
    term: str = optional("what was looked for")
    product_id: str = optional("product concerned", refers_to="products")
    category: str = optional("category concerned")
    region: str = optional("market")
    value: float = required("count, or an index where only that is known", ge=0)
