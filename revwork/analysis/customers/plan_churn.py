"""Plan churn: how fast subscribers of each plan leave, and since when that is another pace."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.subscribed import held
from revwork.findings import Message, Unanswered

MONTH = 365.25 / 12  # days
SURE, SURE_PRICED = 20.0, 12.0  # twice the gain in log likelihood: of any day, of a price change
NEAR = 10.0  # a price change so little less likely than the likeliest day is taken for it
APART, LONGEST = 60, 1096  # days of data on either side of a step; days looked at
FEWEST = 5  # who left on a side
_Z95 = 1.96


def spells(subscriptions: ibis.Table, as_of: date) -> ibis.Table:
    """Return one row per run of a subscription on a plan: from when, until when, whether it left.

    A run is paid without a day between. Columns: subscription_id, customer_id, plan ("" where
    not recorded), start_date, end_date (first day no longer there; null while it runs at the end
    of `as_of`), gone (no plan of the subscription was paid that day), currency, monthly_amount
    (the last).
    """
    rows = _joined(subscriptions, as_of)
    day, over = ibis.date(as_of), rows.end_date
    return rows.filter(rows.is_last).select(
        "subscription_id",
        "customer_id",
        "plan",
        start_date="begun",
        end_date=(over <= day).ifelse(over, None),
        gone=((over <= day) & ~rows.goes_on).fill_null(False),
        currency="currency",
        monthly_amount="monthly_amount",
    )


def _joined(subscriptions: ibis.Table, as_of: date) -> ibis.Table:
    """Paid rows beside their neighbours: what a run is, `begun`, and what it cost `before`."""
    rows = held(subscriptions)
    rows = rows.filter(rows.start_date <= ibis.date(as_of))
    rows = rows.mutate(plan=rows["plan"].fill_null(""))
    each = ibis.window(group_by="subscription_id", order_by="start_date")
    came_on = (rows.end_date.lag().over(each) == rows.start_date).fill_null(False)
    goes_on = (rows.start_date.lead().over(each) == rows.end_date).fill_null(False)
    stays = (rows["plan"].lead().over(each) == rows["plan"]).fill_null(False)
    stayed = (rows["plan"].lag().over(each) == rows["plan"]).fill_null(False)
    is_first = ~(came_on & stayed)
    rows = rows.mutate(
        goes_on=goes_on,
        is_last=~(goes_on & stays),
        first_day=is_first.ifelse(rows.start_date, None),
        before=is_first.ifelse(None, rows.monthly_amount.lag().over(each)),
    )
    so_far = ibis.cumulative_window(group_by="subscription_id", order_by="start_date")
    return rows.mutate(begun=rows.first_day.max().over(so_far))


def daily(spells: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return one row per plan and day up to `as_of` with subscribers.

    Columns: plan, day, at_risk (there when the day begins), left. No row where none is paid.
    """
    starts = spells.select("plan", day="start_date", came=ibis.literal(1), went=0, left=0)
    ended = spells.filter(spells.end_date.notnull())
    ends = ended.select(
        "plan", day="end_date", came=ibis.literal(0), went=1, left=ended.gone.cast("int64")
    )
    both = starts.cast({"came": "int64", "went": "int64", "left": "int64"}).union(
        ends.cast({"came": "int64", "went": "int64", "left": "int64"})
    )
    rows = both.group_by("plan", "day").agg(
        came=both.came.sum(), went=both.went.sum(), left=both["left"].sum()
    )
    found = rows.order_by("plan", "day").execute()
    if found.empty:
        return pd.DataFrame({"plan": [], "day": pd.to_datetime([]), "at_risk": [], "left": []})
    found["day"] = pd.to_datetime(found.day)
    days = pd.date_range(found.day.min(), as_of)
    parts = []
    for plan, rows in found.groupby("plan"):
        counts = rows.set_index("day")[["came", "went", "left"]].reindex(days, fill_value=0)
        there = (counts.came - counts.went).cumsum() - counts.came + counts.went
        parts.append(
            pd.DataFrame({"plan": plan, "day": days, "at_risk": there, "left": counts["left"]})
        )
    return pd.concat(parts, ignore_index=True)


def pace(daily: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Return how fast subscribers of each plan left from `first` to `last`, both included.

    Columns: plan, subscribers (there on the last day), left, months (of subscribers together),
    monthly_churn_rate with low_monthly_churn_rate and high_monthly_churn_rate (95 %, Poisson).

    Formula: before_rate, since_rate = subscribers who left ÷ months of subscribers; How many leave
    in a month, of those who are there.
    """
    from scipy.stats import chi2

    if daily.empty:
        raise Unanswered("No subscription is paid: add the table subscriptions.")
    rows = daily[daily.day.between(pd.Timestamp(first), pd.Timestamp(last))]
    found = rows.groupby("plan").agg(
        subscribers=("at_risk", "last"),
        gone=("left", "last"),
        left=("left", "sum"),
        months=("at_risk", "sum"),
    )
    found["subscribers"] -= found.pop("gone")
    found["months"] /= MONTH
    months = found.months.where(found.months > 0)
    found["monthly_churn_rate"] = found["left"] / months
    found["low_monthly_churn_rate"] = chi2.ppf(0.025, 2 * found["left"]) / 2 / months
    found["high_monthly_churn_rate"] = chi2.ppf(0.975, 2 * found["left"] + 2) / 2 / months
    none = found["left"] == 0
    found.loc[none & months.notna(), "low_monthly_churn_rate"] = 0.0
    return found.reset_index()


def years(daily: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the pace of the last 365 days beside that of the 365 before, by plan.

    Columns: plan, current (share who leave in a month), low, high (95 %), base, subscribers.
    """
    year = timedelta(days=365)
    now = pace(daily, as_of - year + timedelta(days=1), as_of)
    before = pace(daily, as_of - 2 * year + timedelta(days=1), as_of - year)
    names = {"low_monthly_churn_rate": "low", "high_monthly_churn_rate": "high"}
    rows = now.rename(columns={"monthly_churn_rate": "current", **names})
    rows["base"] = rows["plan"].map(before.set_index("plan").monthly_churn_rate)
    rows["plan"] = rows["plan"].map(lambda plan: plan or None)
    return rows[["plan", "current", "low", "high", "base", "subscribers"]]


def reading(rows: pd.DataFrame) -> Message:
    """Name the plan whose subscribers leave fastest."""
    top = rows.loc[rows.current.idxmax()]
    return Message(
        "{plan:text}: {rate:percent} of subscribers leave in a month, {base:percent} a year before",
        {"plan": top["plan"], "rate": top.current, "base": top.base},
    )


def outcome(steps: pd.DataFrame) -> Message:
    """Say which plan's subscribers leave at another pace most clearly, or that none's do."""
    if steps.empty:
        return Message("No plan's subscribers leave at another pace than before", {})
    top = steps.loc[steps.ratio.map(lambda ratio: abs(np.log(ratio))).idxmax()]
    return Message(
        "{plan:text}: subscribers leave {times:multiple} as fast since {since:date}",
        {"plan": top["plan"] or None, "times": top.ratio, "since": top.since},
    )


def price_changes(subscriptions: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return the days on which subscriptions that went on had another price.

    Columns: plan, day, subscriptions, change_rate (median). Days with fewer than 3 are left out.
    """
    rows = _joined(subscriptions, as_of)
    moved = rows.filter(rows.before != rows.monthly_amount)
    change = moved.monthly_amount.cast("float64") / moved.before.cast("float64") - 1
    found = moved.group_by("plan", day=moved.start_date).agg(
        subscriptions=moved.count(), change_rate=change.mean().round(4)
    )
    found = found.filter(found.subscriptions >= 3).order_by("plan", "day").execute()
    return found.assign(day=pd.to_datetime(found.day))


def steps(daily: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the plans whose subscribers leave at another pace since a day, one row each.

    Two constant rates are held against one (Poisson), at every day with 60 days of data on
    either side, in the last three years; only what chance makes in one company of about 250 is
    called. Where a price change of the plan is about as likely as the likeliest day, it is the
    day. Columns: plan, since, left_before, left_since, before_rate and since_rate (a month), ratio
    with low_ratio and high_ratio (95 %), price_change_rate (null: none on that day), others_ratio
    (of the other plans, over the same days).
    """
    recent = daily[daily.day > daily.day.max() - pd.Timedelta(days=LONGEST)]
    found = []
    for plan, rows in recent.groupby("plan"):
        moved = _likeliest(rows, changes[changes["plan"] == plan])
        if moved is not None:
            since, change = moved
            one = _ratio(rows, since)
            others = recent[recent["plan"] != plan].groupby("day")[["at_risk", "left"]].sum()
            rest = _ratio(others.reset_index(), since)["ratio"]
            found.append(
                {
                    "plan": plan,
                    "since": since.date(),
                    **one,
                    "price_change_rate": change,
                    "others_ratio": rest,
                }
            )
    columns = ["plan", "since", *_NAMES, "price_change_rate", "others_ratio"]
    return pd.DataFrame(found, columns=columns)


_NAMES = [
    "left_before",
    "left_since",
    "before_rate",
    "since_rate",
    "ratio",
    "low_ratio",
    "high_ratio",
]


def _likeliest(
    rows: pd.DataFrame, changes: pd.DataFrame
) -> tuple[pd.Timestamp, float | None] | None:
    """The day since when the pace is another, and the price change it is; None where none is."""
    gain = _gain(rows)
    priced = changes[changes.day.isin(gain.index)].set_index("day").change_rate
    near = gain.reindex(priced.index)
    near = near[near >= max(gain.max() - NEAR, SURE_PRICED)]
    if len(near):
        largest = priced[near.index].abs().idxmax()
        return largest, float(priced[largest])
    return (gain.idxmax(), None) if gain.max() >= SURE else None


def _gain(rows: pd.DataFrame) -> pd.Series:
    """Twice what two rates, before a day and from it on, gain in log likelihood over one."""
    from scipy.special import xlogy

    rows = rows.set_index("day")
    left, risk = (
        rows["left"].cumsum().shift(fill_value=0),
        rows.at_risk.cumsum().shift(fill_value=0),
    )
    a, x = left.to_numpy(float), risk.to_numpy(float)
    b, y = rows["left"].sum() - a, rows.at_risk.sum() - x
    with np.errstate(divide="ignore", invalid="ignore"):
        two = xlogy(a, a / x) + xlogy(b, b / y)
        gain = 2 * (two - xlogy(a + b, (a + b) / (x + y)))
    known = (a + b > 0) & (a >= FEWEST) & (b >= FEWEST) & (x > 0) & (y > 0)
    known &= (np.arange(len(rows)) >= APART) & (np.arange(len(rows)) <= len(rows) - APART)
    return pd.Series(np.where(known, gain, np.nan), rows.index).dropna()


def _ratio(rows: pd.DataFrame, since: pd.Timestamp) -> dict[str, float]:
    """Who left before a day and since, a month of a subscriber, and the ratio of the two."""
    late = rows.day >= since
    a, b = (int(rows["left"][part].sum()) for part in (~late, late))
    before, after = (rows.at_risk[part].sum() / MONTH for part in (~late, late))
    if not a or not b:
        return dict(zip(_NAMES, [a, b, *[float("nan")] * 5], strict=True))
    ratio = (b / after) / (a / before)
    wide = np.exp(_Z95 * np.sqrt(1 / a + 1 / b))
    values = [a, b, a / before, b / after, ratio, ratio / wide, ratio * wide]
    return dict(zip(_NAMES, values, strict=True))
