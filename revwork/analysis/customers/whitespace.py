"""Whitespace: what customers do not buy that others like them do, and what to offer next."""

import ibis
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.periods import between, covers, year_to
from revwork.calendar import Calendar, Period
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import ratio, wilson

BAND, BANDS = 30, 5  # look-alikes in a band at least, bands of a segment at most
LEVEL = 0.95
BEST, ANY = Word("Best offer"), Word("Any never bought")


def gaps(lines: ibis.Table, period: Period) -> pd.DataFrame:
    """Return what look-alikes of each customer spend in each category, and the customer does not.

    In the year that ends with the period; rows of earlier days tell what was bought before it.
    Look-alikes are customers of the same segment who spend
    about as much on everything else (fifths, or bands of 30 customers); nobody is their own.

    Columns: customer_id, segment, category, look_alikes, buyer_share (of them, who buy it),
    bought_before (before the year), own_amount, look_alike_amount (mean of theirs),
    whitespace_amount (theirs − own; money), whitespace_margin (what that would leave before
    marketing, at the category's rate; null where no cost is known). What was only sent back counts
    as 0. No row with fewer than two categories.

    Formula: look_alike_amount = mean spend of look-alike customers in the category; What customers
    like this one spend there in a year.
    Formula: whitespace_amount = spend of look-alikes − own spend; What customers like this one
    spend more.
    """
    sold = between(lines, year_to(period))
    sold = sold.filter(sold.customer_id.notnull() & sold.category.notnull())
    rates = _margin_rates(sold)
    columns = ["customer_id", "segment", "category", "look_alikes", "buyer_share", "bought_before"]
    columns = [*columns, "own_amount", "look_alike_amount"]
    columns = [*columns, "whitespace_amount", "whitespace_margin"]
    if len(rates) < 2:
        return pd.DataFrame(columns=columns)
    grid, segment = _grid(sold)
    bought = grid.sum(axis=1)
    parts = [_category(grid[name], bought - grid[name], segment) for name in grid]
    rows = pd.concat(parts, keys=grid.columns, names=["category"]).reset_index()
    rows = rows.merge(_before(lines, year_to(period)), "left", ["customer_id", "category"])
    rows["bought_before"] = rows.bought_before.notna()
    rows["whitespace_amount"] = rows.look_alike_amount - rows.own_amount
    rows["whitespace_margin"] = rows.whitespace_amount * rows.category.map(rates)
    return rows[columns]


def offers(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return for each customer the next best offer: the category never bought with most to gain.

    By what it would leave (by spend where no cost is known); what was bought before is no news.
    Columns: those of `gaps` that tell them apart, the largest first; one row a customer at most.

    Formula: next_best_offer = category never bought with the largest expected margin; What to
    propose to the customer next.
    """
    open_ones = gaps[_never(gaps) & (gaps.look_alike_amount > 0)]
    order = open_ones.assign(size=open_ones.whitespace_margin.fillna(open_ones.whitespace_amount))
    order = order.sort_values(["size", "customer_id", "category"], ascending=[False, True, True])
    first = order.drop_duplicates("customer_id").reset_index(drop=True)
    return first.drop(columns=["size", "bought_before", "own_amount"])


def came_true(lines: ibis.Table, period: Period, calendar: Calendar) -> pd.DataFrame:
    """Return how often customers bought what would have been their next best offer a year ago.

    Nobody offered it to them: this says whether look-alikes point the right way, not what an offer
    gains. Columns, one row for the best offer and one for any category never bought (choice: best,
    any, as words): pairs, share who bought it in the year after (low_share and
    high_share, Wilson, 95 %), look_alike_amount (expected) and own_amount (mean spend in the year
    after, money) with low_own_amount and high_own_amount (95 %). Raises Unanswered where two years
    are not covered.
    """
    year = year_to(period)
    past = calendar.year_ago(year)
    then = gaps(lines, past) if past and all(covers(lines, [past])) else gaps(lines.limit(0), year)
    if then.empty:
        raise Unanswered(
            "To check offers against what was bought needs two years of orders with customers and "
            "two categories."
        )
    sold = between(lines, year).filter(lambda row: row.customer_id.notnull())
    later = sold.group_by(["customer_id", "category"]).agg(after=sold.net.sum().cast("float64"))
    later = later.execute()
    choices = {BEST: offers(then), ANY: then[_never(then)]}
    rows = [_followed(rows, later).assign(choice=name) for name, rows in choices.items()]
    found = pd.concat(rows, ignore_index=True)
    return found[["choice", *found.columns.drop("choice")]]


def by_category(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return where whitespace lies: a row for each category and segment.

    Columns: category, segment, value (money: the gaps of those who buy less than their look-alikes;
    more than anybody will win), n (of them). Raises Unanswered without two categories.
    """
    if gaps.empty:
        raise Unanswered(
            "Whitespace needs customers and two categories: fill customer_id and category in "
            "orders."
        )
    keys = ["category", "segment"]
    short = gaps.assign(
        value=gaps.whitespace_amount.clip(lower=0), n=(gaps.whitespace_amount > 0).astype(int)
    )
    return short.groupby(keys, dropna=False)[["value", "n"]].sum().reset_index()


def where(rows: pd.DataFrame) -> Message:
    """Name segment and category with most whitespace."""
    top = rows.loc[rows.value.idxmax()]
    return Message(
        "Most is missing in {category:text} with {segment:text}: {missing:money} a year below "
        "look-alikes",
        {"category": top.category, "segment": top.segment, "missing": top.value},
    )


def checked(rows: pd.DataFrame) -> Message:
    """Say what customers spent unasked on what would have been their best offer."""
    best, other = (rows[rows.choice == name].iloc[0] for name in (BEST, ANY))
    return Message(
        "On what would have been the best offer customers then spent {best:money} unasked, on any "
        "category they had never bought {other:money}",
        {"best": best.own_amount, "other": other.own_amount},
    )


def _never(gaps: pd.DataFrame) -> pd.Series:
    return (gaps.own_amount <= 0) & ~gaps.bought_before


def _before(lines: ibis.Table, year: Period) -> pd.DataFrame:
    """Customer and category of every line sold before the year."""
    past = lines.filter((lines.order_date < ibis.date(year.start)) & ~lines.is_return)
    pairs = past.select("customer_id", "category").distinct()
    return pairs.mutate(bought_before=ibis.literal(True)).execute()


def _margin_rates(sold: ibis.Table) -> pd.Series:
    left = contribution(sold)
    kept = ratio(left.sum(), sold.net.sum(where=left.notnull()))
    rows = sold.group_by("category").agg(rate=kept, net=sold.net.sum()).order_by("category")
    return rows.execute().set_index("category").rate.clip(lower=0)


def _grid(sold: ibis.Table) -> tuple[pd.DataFrame, pd.Series]:
    """Spend by customer and category, and each customer's segment."""
    amount = sold.net.sum().cast("float64")
    keys = ["customer_id", "category"]
    rows = sold.group_by(keys).agg(net=amount, segment=sold.segment.max()).order_by(keys).execute()
    grid = rows.pivot(index="customer_id", columns="category", values="net")
    segment = rows.groupby("customer_id").segment.first()
    return grid.fillna(0.0).clip(lower=0), segment


def _category(actual: pd.Series, other: pd.Series, segment: pd.Series) -> pd.DataFrame:
    """One category: each customer beside the mean of the others in its band."""
    rows = pd.DataFrame({"own_amount": actual, "other": other, "segment": segment})
    known = segment.fillna("")
    size = known.groupby(known).transform("size")
    bands = (size // BAND).clip(1, BANDS)
    place = rows.other.groupby(known).rank(method="average", pct=True)
    band = [known, (place * bands).clip(upper=bands - 1e-9).astype(int)]
    n = rows.own_amount.groupby(band).transform("size")
    others = (n - 1).where(n > 1)
    mean = (rows.own_amount.groupby(band).transform("sum") - rows.own_amount) / others
    buys = (rows.own_amount > 0).astype(float)
    share = (buys.groupby(band).transform("sum") - buys) / others
    rows = rows.assign(look_alikes=n - 1, buyer_share=share, look_alike_amount=mean.round(6))
    return rows.drop(columns="other").rename_axis("customer_id")


def _followed(rows: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    both = rows.merge(later, "left", ["customer_id", "category"])
    bought = pd.Series([(both.after > 0).sum()], dtype=float)
    shares = wilson(bought, pd.Series([len(both)]), LEVEL)
    spent = both.after.fillna(0.0)
    half = 1.959964 * spent.sem()
    means = {"look_alike_amount": both.look_alike_amount.mean(), "own_amount": spent.mean()}
    ends = {"low_own_amount": spent.mean() - half, "high_own_amount": spent.mean() + half}
    return shares.assign(pairs=len(both), **means, **ends)
