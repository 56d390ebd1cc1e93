"""Was it right? Customer value fitted on what was known then, held against what came since."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.customers import customer_value
from revwork.analysis.purchases import purchased
from revwork.findings import Message, Unanswered, Word

_MOST = 8  # purchases after the first; more are one group
_Z95 = 1.96


def held_out(days: ibis.Table, customers: ibis.Table, as_of: date, months: int) -> pd.DataFrame:
    """Return one row per customer known when the last months began: what was expected, what came.

    Models and order values are fitted on the days before alone. Columns: customer_id, segment,
    purchases (after the first, until then), expected and bought (days with a purchase in the
    months), same_pace (what the customer's rate until then would bring), expected_amount and
    bought_amount (money, returns not taken off). Raises Unanswered where the data do not begin
    half a year before the months.
    """
    cut = as_of - timedelta(weeks=months * customer_value.MONTH)
    first = days.aggregate(day=days.day.min()).execute().day[0]
    if pd.isna(first) or pd.Timestamp(first).date() > cut - timedelta(weeks=26):
        raise Unanswered(
            "The check of customer value needs orders of half a year before {cut:date}.", cut=cut
        )
    known = customer_value.histories(days, customers, cut).cache()
    rows = customer_value.scores(known, customer_value.models(known), months, 0.0)
    ages = known.select("customer_id", "age").execute()
    later = purchased(days).filter(lambda t: (t.day > ibis.date(cut)) & (t.day <= ibis.date(as_of)))
    came = later.group_by("customer_id").agg(
        bought=later.count(), bought_amount=later.bought.sum().cast("float64")
    )
    rows = rows.merge(ages, on="customer_id").merge(came.execute(), "left", on="customer_id")
    rows = rows.fillna({"bought": 0, "bought_amount": 0.0})
    pace = rows.purchases / rows.age.clip(lower=1) * months * customer_value.MONTH
    rows = rows.assign(
        expected=rows.expected_purchases,
        expected_amount=rows.expected_purchases * rows.order_value,
        same_pace=pace,
    )
    columns = ["customer_id", "segment", "purchases", "expected", "bought", "same_pace"]
    return rows[[*columns, "expected_amount", "bought_amount"]]


def by_purchases(rows: pd.DataFrame) -> pd.DataFrame:
    """Return per number of purchases until then how many were expected of one customer, and came.

    Columns: purchases_before (a number, the last with all above), customers, current (bought,
    mean), low, high (95 % of that mean), base (expected, mean).
    """
    group = rows.purchases.clip(upper=_MOST)
    found = rows.groupby(group).agg(
        customers=("bought", "size"),
        current=("bought", "mean"),
        spread=("bought", "std"),
        base=("expected", "mean"),
    )
    half = _Z95 * found.pop("spread") / np.sqrt(found.customers)
    names = [Message("{n:number} or more", {"n": n}) if n == _MOST else str(n) for n in found.index]
    found.insert(0, "purchases_before", names)
    return found.assign(low=found.current - half, high=found.current + half).reset_index(drop=True)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what was expected beside what came, by the model and at the pace until then.

    Columns: forecast, purchases and expected (sums), gap_change_rate (expected against what came),
    typical_error (mean distance, in purchases of a customer), money and expected_amount.
    """
    found = [("Model", rows.expected, rows.expected_amount.sum())]
    found.append(("Same pace as before", rows.same_pace, float("nan")))
    return pd.DataFrame(
        {
            "forecast": [Word(name) for name, _, _ in found],
            "expected_count": [float(values.sum()) for _, values, _ in found],
            "bought_count": float(rows.bought.sum()),
            "gap_change_rate": [values.sum() / rows.bought.sum() - 1 for _, values, _ in found],
            "typical_error": [(values - rows.bought).abs().mean() for _, values, _ in found],
            "expected_amount": [amount for _, _, amount in found],
            "bought_amount": rows.bought_amount.sum(),
        }
    )


def reading(rows: pd.DataFrame) -> Message:
    """Say how far the model was from what came."""
    came = (rows.current * rows.customers).sum()
    gap = (rows.base * rows.customers).sum() / came - 1
    return Message("Expected against what came: {gap:change} purchases", {"gap": gap})
