"""Customer lifetime value without a contract: purchases to come × order value × margin, today.

BG/NBD says how many purchases are to come, Gamma–Gamma what one is worth; of that the customer's
margin is kept, drawn towards the segment's. A model for each segment.
"""

from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis import sales
from revwork.analysis.customers import bg_nbd, gamma_gamma
from revwork.findings import Message, Unanswered

WEEK, MONTH = 7, 365.25 / 12 / 7  # days; weeks in a month
FEWEST = 50  # repeat customers for a model of their own
FITTED = ["segment", "customers", "repeat_customers", "r", "alpha", "a", "b", "p", "q", "v"]
_ALIKE = ["purchases", "recency", "age"]


def histories(days: ibis.Table, customers: ibis.Table, as_of: date) -> ibis.Table:
    """Return one row per customer who bought by `as_of`: all that the models need to know.

    `days` is what `purchases.worth_by_day` returns, of orders of choice. Columns: customer_id,
    segment, purchases (days with one, after the first), recency (weeks from first to last), age
    (weeks from first to `as_of`), value_days, mean_value (money, of days worth more than 0),
    margin_rate (contribution, returns taken off, of what was bought; null where no cost is known),
    whole (false where the customer is older than the data: the first purchase is not in it).
    """
    rows = days.filter(days.day <= ibis.date(as_of))
    is_sale = rows.bought > 0
    known = rows.left.notnull()
    people = rows.group_by("customer_id").agg(
        first=rows.day.min(where=rows.is_purchase),
        last=rows.day.max(where=rows.is_purchase),
        purchases=rows.is_purchase.cast("int64").sum() - 1,
        value_days=is_sale.fill_null(False).cast("int64").sum(),
        sold=rows.bought.sum(where=is_sale),
        left=rows.left.sum(),
        spent=rows.bought.sum(where=known),
    )
    people = people.filter(people["first"].notnull())
    people = sales.with_customer(people, customers)
    since = customers.select(joined="customer_id", since="since")
    people = people.left_join(since, people.customer_id == since.joined)
    begins = rows.aggregate(day=rows.day.min()).day.as_scalar()
    rate = people.left.cast("float64") / people.spent.cast("float64").nullif(0)
    return people.select(
        "customer_id",
        "segment",
        "purchases",
        "value_days",
        mean_value=(people.sold.cast("float64") / people.value_days.nullif(0)).round(6),
        recency=people["last"].delta(people["first"], unit="day") / WEEK,
        age=ibis.date(as_of).delta(people["first"], unit="day") / WEEK,
        margin_rate=ibis.cases((rate > 1, 1.0), (rate < -1, -1.0), else_=rate).round(9),
        whole=(people.since >= begins).fill_null(True),
    )


def models(histories: ibis.Table) -> pd.DataFrame:
    """Return one row per segment with what was fitted for it.

    A segment with fewer than 50 repeat customers has the model of all. Columns: segment (null: not
    recorded), customers, repeat_customers; r, alpha (weeks), a, b, log_likelihood of BG/NBD; p, q,
    v (money) of Gamma–Gamma; margin_rate (mean), own_weight (customers' own margin counts as
    n ÷ (n + own_weight), n their purchases). Raises Unanswered with fewer than 50 repeat customers.
    """
    again = histories.purchases > 0
    names = histories.group_by("segment").agg(
        customers=histories.count(),
        repeat_customers=again.cast("int64").sum(),
        known=(again & histories.whole).cast("int64").sum(),
    )
    found = names.order_by(ibis.desc("customers"), "segment").execute()
    if found.repeat_customers.sum() < FEWEST:
        raise _too_few()
    is_own = (found.pop("known") >= FEWEST) & found.segment.notna()
    found["part"] = found.segment.where(is_own, "")
    own = histories.segment.isin([*found.segment[is_own]]).fill_null(False)
    parted = histories.mutate(part=own.ifelse(histories.segment, ""))
    if not is_own.all():
        parted = parted.filter(own).union(histories.mutate(part=ibis.literal("")))
    buying, spending, margins = _buying(parted), _spending(parted), _margins(parted)
    fitted = buying.join(spending).join(margins)
    return found.join(fitted, on="part").drop(columns="part")


def valued(
    histories: ibis.Table, months: int, discount_rate: float
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return `models` and `scores`; None where too few customers bought again."""
    try:
        fitted = models(histories)
    except Unanswered:
        return None
    return fitted, scores(histories, fitted, months, discount_rate)


def known(values: tuple[pd.DataFrame, pd.DataFrame] | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what `valued` found; Unanswered where it found nothing."""
    if values is None:
        raise _too_few()
    return values


def scores(
    histories: ibis.Table, models: pd.DataFrame, months: int, discount_rate: float
) -> pd.DataFrame:
    """Return one row per customer: what is to come in so many months, and what it is worth today.

    Each month's purchases are discounted by (1 + discount_rate) to the power of years to its end.
    Columns: customer_id, segment, purchases (after the first), alive_rate (1 for every one-time
    buyer, by construction of the model), expected_purchases (not discounted), order_value (of the
    next), margin_rate (null where no cost is known), customer_value (never negative: who costs
    money is worth nothing here, and is named where profit is).

    Formula: customer_value = expected purchases × order value × margin rate, discounted by
    month; What a customer will leave within the horizon, as worth today.
    Formula: alive_rate = chance that the customer still buys; 1 for every one-time buyer, by
    construction of the model.
    """
    keys = ["customer_id", "segment", *_ALIKE, "value_days", "mean_value", "margin_rate"]
    people = histories.select(keys).execute()
    parts = []
    for model in models.itertuples():
        is_one = (
            people.segment.isna() if pd.isna(model.segment) else people.segment.eq(model.segment)
        )
        parts.append(_scored(people[is_one], model, months, discount_rate))
    return pd.concat(parts, ignore_index=True)


def largest(scored: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the customers of `scores` with the most value, largest first.

    Raises Unanswered, as `by_segment` and `ranked` do, where nobody's value is known.
    """
    top = _with_value(scored).nlargest(most, "customer_value", keep="all")
    order = {"by": ["customer_value", "customer_id"], "ascending": [False, True]}
    return top.sort_values(**order).head(most)


def by_segment(scored: pd.DataFrame) -> pd.DataFrame:
    """Return per segment what its customers are worth: parts add up to the whole.

    Columns: segment, customers, still_buying (expected number), expected_purchases, order_value and
    margin_rate (of what is expected), customer_value, value_each.
    """
    worth = scored.expected_purchases * scored.order_value
    rows = _with_value(scored).assign(worth=worth, kept=worth * scored.margin_rate)
    found = rows.groupby("segment", dropna=False, sort=False).agg(
        customers=("customer_value", "size"),
        still_buying=("alive_rate", "sum"),
        expected_purchases=("expected_purchases", "sum"),
        worth=("worth", "sum"),
        kept=("kept", "sum"),
        customer_value=("customer_value", "sum"),
    )
    found = found.sort_values("customer_value", ascending=False).reset_index()
    return found.assign(
        order_value=found.worth / found.expected_purchases,
        margin_rate=found.kept / found.worth,
        value_each=found.customer_value / found.customers,
        segment=found.segment.astype(object).where(found.segment.notna(), None),
    ).drop(columns=["worth", "kept"])


def ranked(scored: pd.DataFrame) -> pd.DataFrame:
    """Return customers by value, largest first: customer_id, share and cumulative_share of all."""
    rows = _with_value(scored).sort_values("customer_value", ascending=False, kind="stable")
    share = rows.customer_value / rows.customer_value.sum()
    columns = {"customer_id": rows.customer_id, "share": share, "cumulative_share": share.cumsum()}
    return pd.DataFrame(columns).reset_index(drop=True)


def concentration(rows: pd.DataFrame) -> Message:
    """Say what share of all value the most valuable tenth of customers holds."""
    few = max(1, round(len(rows) / 10))
    return Message(
        "{few:number} of {all:number} customers hold {share:percent} of the value to come",
        {"few": few, "all": len(rows), "share": rows.cumulative_share[few - 1]},
    )


def basis(months: int, discount_rate: float) -> Message:
    """Say what a value stands for: how far ahead, and how money to come is discounted."""
    return Message(
        "Contribution of the next {months:number} months, discounted at {rate:percent} a year",
        {"months": months, "rate": discount_rate},
    )


def reading(rows: pd.DataFrame) -> Message:
    """Say what all customers are worth today, and which segment most of it."""
    top = rows.loc[rows.customer_value.idxmax()]
    return Message(
        "Customers we have are worth {value:money} today, {share:percent} of it {segment:text}",
        {
            "value": rows.customer_value.sum(),
            "share": top.customer_value / rows.customer_value.sum(),
            "segment": top.segment,
        },
    )


def _with_value(scored: pd.DataFrame) -> pd.DataFrame:
    if scored.customer_value.isna().all():
        raise Unanswered(
            "Customer value needs the cost of goods: map cost_amount in orders, or unit_cost in "
            "products."
        )
    return scored


def _too_few() -> Unanswered:
    return Unanswered(
        "Customer value needs {fewest:number} customers who bought again: load more orders.",
        fewest=FEWEST,
    )


def _buying(parted: ibis.Table) -> pd.DataFrame:
    """BG/NBD by part, of customers whose first purchase is in the data, those alike counted."""
    whole = parted.filter(parted.whole)
    alike = whole.group_by("part", *_ALIKE).agg(n=whole.count())
    rows = alike.order_by("part", *_ALIKE).execute()
    fitted = {part: bg_nbd.fit(some)._asdict() for part, some in rows.groupby("part")}
    return pd.DataFrame.from_dict(fitted, "index")


def _spending(parted: ibis.Table) -> pd.DataFrame:
    """Gamma–Gamma by part, of customers with two days of purchase or more."""
    again = parted.filter((parted.value_days > 1) & (parted.mean_value > 0))
    rows = again.select("part", "mean_value", purchases="value_days")
    rows = rows.order_by("part", "purchases", "mean_value").execute().assign(n=1)
    fitted = {part: gamma_gamma.fit(some)._asdict() for part, some in rows.groupby("part")}
    return pd.DataFrame.from_dict(fitted, "index").drop(columns="log_likelihood")


def _margins(histories: ibis.Table) -> pd.DataFrame:
    """Mean margin by part, and how many purchases a customer's own must rest on to count half.

    Moments: a customer's margin varies about the mean by what customers differ and by what their
    purchases do; the mean square and the one weighted by purchases tell the two apart.
    """
    known = histories.filter(histories.margin_rate.notnull() & (histories.value_days > 0))
    n, rate = known.value_days.cast("float64"), known.margin_rate
    means = known.group_by("part").agg(margin_rate=(n * rate).sum() / n.sum())
    joined = known.inner_join(means.select(of="part", mean="margin_rate"), known.part == means.part)
    n, gap = joined.value_days.cast("float64"), (joined.margin_rate - joined.mean) ** 2
    sums = joined.group_by("part").agg(
        margin_rate=joined["mean"].max(),
        plain=gap.mean(),
        weighted=(n * gap).sum() / n.sum(),
        inverse=(1 / n).mean(),
        few=joined.count() / n.sum(),
    )
    found = sums.order_by("part").execute().set_index("part").round(12)
    noise = (found.plain - found.weighted) / (found.inverse - found.few).where(lambda g: g > 1e-9)
    noise = noise.clip(lower=0).fillna(0)
    differ = (found.weighted - noise * found.few).clip(lower=1e-9)
    return found.assign(own_weight=noise / differ)[["margin_rate", "own_weight"]]


def _scored(rows: pd.DataFrame, model: tuple, months: int, discount_rate: float) -> pd.DataFrame:
    """Customers of one segment with what is expected of them."""
    buying = bg_nbd.Buying(model.r, model.alpha, model.a, model.b)
    spending = gamma_gamma.Spending(model.p, model.q, model.v)
    ages = rows.groupby(["purchases", "age"], sort=False)
    pairs = ages.size().reset_index()[["purchases", "age"]].to_numpy(float)
    plain, today = _to_come(buying, pairs, months, discount_rate)
    place, alive = ages.ngroup().to_numpy(), bg_nbd.alive(buying, rows.assign(n=1))
    value = gamma_gamma.expected(spending, rows.value_days, rows.mean_value)
    own = rows.value_days / (rows.value_days + model.own_weight)
    known = rows.margin_rate.fillna(model.margin_rate)
    margin = model.margin_rate + own * (known - model.margin_rate)
    worth = alive * today[place] * value * np.maximum(margin, 0)
    return rows[["customer_id", "segment", "purchases"]].assign(
        alive_rate=alive,
        expected_purchases=alive * plain[place],
        order_value=value,
        margin_rate=margin,
        customer_value=worth,
    )


def _to_come(
    buying: bg_nbd.Buying, pairs: np.ndarray, months: int, discount_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Purchases while alive in all months, and the same discounted month by month."""
    x, age = pairs.T
    before, today = np.zeros(len(x)), np.zeros(len(x))
    for month in range(1, months + 1):
        so_far = bg_nbd.while_alive(buying, x, age, month * MONTH)
        today += (so_far - before) / (1 + discount_rate) ** (month / 12)
        before = so_far
    return before, today
