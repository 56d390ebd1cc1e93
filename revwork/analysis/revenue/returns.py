"""Returns: orders reported as sent back that no credit note has taken out of revenue."""

import ibis
import pandas as pd

from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.metrics import ratio


def unbooked(lines: ibis.Table, returns: ibis.Table, period: Period) -> pd.DataFrame:
    """Return what the orders of a period that came back without a credit note were worth.

    One row: returned_orders, net (money their lines sold for), share (of the period's net
    revenue). Shown, not subtracted: a return without a day belongs to no period. Raises
    Unanswered where no return is reported apart from the orders.
    """
    if not returns.count().execute():
        raise Unanswered(
            "No returns are reported apart from the orders, which book them as credits."
        )
    sold = between(lines, period)
    came_back = sold.order_id.isin(returns.order_id)
    found = sold.aggregate(
        returned_orders=sold.order_id.nunique(where=came_back),
        net=sold.net.sum(where=came_back).cast("float64"),
        share=ratio(sold.net.sum(where=came_back), sold.net.sum()),
    )
    return found.execute()
