"""reviews: what people write about us and our rivals."""

import pandera.ibis as pa

from revwork.contracts import Day, optional, required

DEPARTMENT = "reputation"


class Reviews(pa.DataFrameModel):
    """One row per review.

    Answers how the company is rated, where and about what that changes, and how rivals fare.
    """

    review_id: str = required("the review")
    date: Day = required("day written")
    rating: int = optional("stars, 1 to 5", ge=1, le=5)
    title: str = optional("headline", comment=True)
    text: str = optional("in the reviewer's words", comment=True)
    language: str = optional("such as es, fr, en")
    competitor: str = optional("the rival reviewed; empty for our own", refers_to="competitors")
    product_id: str = optional("product reviewed", refers_to="products")
    category: str = optional("category reviewed")
    region: str = optional("country")
    source: str = optional("where it stands")
    order_id: str = optional("order it refers to", refers_to="orders")

    class Config:
        """A review occurs once."""

        unique = ["review_id"]
