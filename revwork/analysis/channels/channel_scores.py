"""Channel scores: what each channel brought, what it leaves after commission, and who is new."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.channels.channel_sums import Z95, both, growth, rate, rate_error, sums
from revwork.analysis.headlines import Headline, cards
from revwork.analysis.periods import covers
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Message, Unanswered
from revwork.metrics import Kpi, wilson

LEVEL = 0.95
NO_COST = (
    "What a channel leaves needs the cost of goods: map cost_amount in orders, or unit_cost in "
    "products."
)
_SHOWN = {
    "net_revenue": Headline("money", "finance"),
    "contribution_after_commission": Headline("money", "finance"),
    "contribution_rate": Headline("percent", "finance"),
    "commission_rate": Headline("percent", "partners", "lower"),
    "new_customer_share": Headline("percent", "marketing"),
    "returned_share": Headline("percent", "product", "lower"),
    "channel_dependence": Headline("rate", "sales", "lower"),
}


def scores(lines: ibis.Table, comparison: Comparison, by: str) -> pd.DataFrame:
    """Return one row per value of a dimension sold in either period, largest net revenue first.

    Columns: the dimension (null: not recorded); net_revenue, base_revenue (money), share;
    change_rate with low_ and high_change_rate; contribution_after_commission,
    base_contribution (money, null where no cost is known); contribution_rate with low_ and
    high_contribution_rate, base_contribution_rate; commission_rate, discount_rate,
    base_discount_rate; returned_share; orders, customers, new_customers, new_customer_share with
    low_ and high_new_customer_share. Intervals 95 %: money takes orders as arriving at random.
    Net revenue adds up to the company's. Empty where nothing was sold.

    Formula: contribution_after_commission = net revenue − cost of goods − commission − payment
    fees − shipping; What a channel or partner leaves, before marketing, over lines whose cost is
    known.
    Formula: contribution_rate = contribution after commission ÷ net revenue; What each unit of
    net revenue leaves after commission, over lines whose cost is known.
    Formula: commission_rate = commission ÷ net revenue; What a channel takes of net revenue, where
    commission is recorded.
    Formula: new_customer_share = customers whose first order it was ÷ customers who ordered; Share
    of a channel's customers who were new to the company with an order there.
    """
    rows = sums(lines, both(comparison), [by])
    now, base = _aligned(rows, by)
    found = pd.concat([now[[by]], _figures(now)], axis=1)
    found = found.join(growth(now, base)).join(_people(now))
    before = _figures(base) if comparison.base else _figures(base) * np.nan
    found = found.assign(
        share=(now.net / now.net.sum()) if now.net.sum() > 0 else np.nan,
        base_revenue=before.net_revenue,
        base_contribution=before.contribution_after_commission,
        base_contribution_rate=before.contribution_rate,
        base_discount_rate=before.discount_rate,
    )
    return found.sort_values(["net_revenue", by], ascending=[False, True], ignore_index=True)


def headline(lines: ibis.Table, comparison: Comparison, calendar: Calendar) -> list[Kpi]:
    """Return the numbers the page opens with; what the data cannot tell is left out.

    Net revenue, contribution after commission, its rate, commission and returns, the share of
    customers who were new, and how much depends on few channels.

    Formula: channel_dependence = Σ channel's share²; Herfindahl index of net revenue by channel:
    1 is one channel alone, 1 ÷ the index as many channels of equal size.
    """
    months = calendar.complete_months(comparison.current.last_day, 12)
    periods = [*both(comparison), *months]
    rows = sums(lines, periods, ["channel"])
    people = sums(lines, periods)
    told = dict(zip(periods, covers(lines, periods), strict=True))
    told[comparison.current] = True
    figures = {
        period: _of_period(rows[rows.period == at], people[people.period == at])
        for at, period in enumerate(periods)
    }
    return cards(
        lambda period: figures[period] if told[period] else {}, _SHOWN, comparison, calendar
    )


def by_month(lines: ibis.Table, calendar: Calendar, last: Period) -> pd.DataFrame:
    """Return contribution after commission by channel and month, the last twelve complete ones.

    Columns: channel (largest net revenue of the year first), start, name, value, base (a year
    before; null where not covered), money. Raises Unanswered where no cost is known.
    """
    months = calendar.complete_months(last.last_day, 12)
    past = [calendar.year_ago(month) for month in months]
    asked = [*months, *(p or m for p, m in zip(past, months, strict=True))]
    rows = sums(lines, asked, ["channel"])
    if not rows.known.any():
        raise Unanswered(NO_COST)
    told = _covered(lines, asked, past)
    parts = [
        _months(rows_of, name, months, told)
        for name, rows_of in rows.groupby("channel", dropna=False)
    ]
    parts.sort(key=lambda part: -part.attrs["size"])
    return pd.concat(parts, ignore_index=True)


def breakdown(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return `scores` as `chart.bars` draws them: net revenue or contribution by channel.

    Columns: the dimension, current, base (money), target (null), change_rate. Raises Unanswered
    for a contribution where no cost is known.
    """
    before = {"net_revenue": "base_revenue", "contribution_after_commission": "base_contribution"}
    if rows.empty:
        raise Unanswered("No sale in the period, nor before: choose a later period.")
    shown = rows[[rows.columns[0], measure, before[measure]]].set_axis(
        [rows.columns[0], "current", "base"], axis=1
    )
    if shown.current.isna().all():
        raise Unanswered(NO_COST)
    base = shown.base.where(shown.base > 0)
    return shown.assign(
        current=shown.current.fillna(0.0), target=np.nan, change_rate=shown.current / base - 1
    )


def reading(rows: pd.DataFrame) -> Message:
    """Name the part that brings most, and what it leaves of each unit of net revenue."""
    if rows.empty:
        return Message("No sale in the period, nor before: choose a later period.", {})
    top = rows.iloc[0]
    if pd.isna(top.contribution_rate):
        return Message(
            "{first:text} brings most: {share:percent} of net revenue",
            {"first": top.iloc[0], "share": top.share},
        )
    return Message(
        "{first:text} brings {share:percent} of net revenue and leaves {rate:percent} of it after "
        "commission",
        {"first": top.iloc[0], "share": top.share, "rate": top.contribution_rate},
    )


def moved(rows: pd.DataFrame) -> Message:
    """Name the part whose amount changed most."""
    change = (rows.current - rows.base).to_numpy()
    if np.isnan(change).all():
        return Message("Nothing to compare with", {})
    most = int(np.nanargmax(np.abs(change)))
    return Message(
        "{segment:text} moved most: {change:signed} ({rate:change})",
        {
            "segment": rows.iloc[most, 0],
            "change": change[most],
            "rate": rows.change_rate.iloc[most],
        },
    )


def path(rows: pd.DataFrame) -> Message:
    """Say which channel left most in the last complete month."""
    last = rows[rows.start == rows.start.max()].reset_index(drop=True)
    top = last.loc[last.value.idxmax()]
    return Message(
        "{month:period}: {first:text} leaves most, {value:money}",
        {"month": top["name"], "first": top.channel, "value": top.value},
    )


def _aligned(rows: pd.DataFrame, by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sums now and before, one row a value in both; one of them may hold nothing."""
    names = rows[[by]].drop_duplicates().reset_index(drop=True)
    found = []
    for place in (0, 1):
        part = names.merge(rows[rows.period == place], "left", by)
        shown = [c for c in part.columns if c not in (by, "new_customers")]
        part[shown] = part[shown].astype(float).fillna(0.0)
        found.append(part)
    told = rows[rows.period == 0].new_customers.notna().any()
    found[0]["new_customers"] = found[0].new_customers.fillna(0.0 if told else np.nan)
    return found[0], found[1]


def _figures(rows: pd.DataFrame) -> pd.DataFrame:
    """What each row brought and left, with the interval of the rate."""
    share, half = rate(rows), Z95 * rate_error(rows)
    figures = {
        "net_revenue": rows.net,
        "contribution_after_commission": rows.left.where(_costed(rows)),
        "contribution_rate": share,
        "low_contribution_rate": share - half,
        "high_contribution_rate": share + half,
        "commission_rate": rows.commission / rows.priced.where(rows.priced > 0),
        "discount_rate": rows.off / rows.listed.where(rows.listed > 0),
        "returned_share": rows.returned / rows.sold.where(rows.sold > 0),
    }
    return pd.DataFrame(figures).round(9)


def _people(rows: pd.DataFrame) -> pd.DataFrame:
    told = wilson(rows.new_customers, rows.customers, LEVEL).round(9)
    told.columns = [f"{name[:-5]}new_customer_share" for name in told.columns]
    return rows[["orders", "customers", "new_customers"]].join(told)


def _costed(rows: pd.DataFrame) -> pd.Series:
    """Whether the cost of any line is known; who sold nothing left 0 where others have one."""
    return (rows.known_square > 0) | ((rows.net_square == 0) & (rows.known_square > 0).any())


def _of_period(rows: pd.DataFrame, people: pd.DataFrame) -> dict[str, tuple]:
    """Metric → value and number of cases of one period."""
    if people.empty:
        return dict.fromkeys(_SHOWN, (None, None)) | {"net_revenue": (0.0, None)}
    one = _figures(people).iloc[0].to_dict()
    new, customers = people.new_customers.iloc[0], people.customers.iloc[0]
    sizes = rows.net[rows.channel.notna() & (rows.net > 0)]
    told = {name: (one[name], None) for name in _SHOWN if name in one}
    share = new / customers if customers > 0 else None
    told["new_customer_share"] = (share, int(customers) if customers > 0 else None)
    dependence = ((sizes / sizes.sum()) ** 2).sum() if len(sizes) else None
    return told | {"channel_dependence": (dependence, None)}


def _covered(
    lines: ibis.Table, asked: Sequence[Period], past: Sequence[Period | None]
) -> np.ndarray:
    """Which of the months, then of those a year before, the lines reach."""
    begun = covers(lines, asked)
    there = [True] * (len(asked) - len(past)) + [one is not None for one in past]
    return np.array(begun) & np.array(there)


def _months(rows: pd.DataFrame, name: str | None, months: list[Period], told: np.ndarray):
    """A channel's months: a month without a sale is 0, one before the orders begin is null."""
    left = rows.set_index("period").left.reindex(range(len(told)), fill_value=0.0)
    left = left.where(told)
    part = pd.DataFrame(
        {
            "channel": [None if pd.isna(name) else name] * len(months),
            "start": [month.start for month in months],
            "name": [month.name for month in months],
            "value": left[: len(months)].to_numpy(),
            "base": left[len(months) :].to_numpy(),
        }
    )
    part.attrs["size"] = rows[rows.period < len(months)].net.sum()
    return part
