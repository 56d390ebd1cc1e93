"""Rival wins: of the deals in which a rival was named, how many we won."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Message, Unanswered, Word
from revwork.metrics import wilson

LEVEL = 0.95
NOBODY = Word("No rival named")


def rates(opportunities: ibis.Table, period: Period, no_decision: Sequence[str]) -> pd.DataFrame:
    """Return deals won and lost by the rival named in them, closed in the period.

    A deal lost for a reason in `no_decision` (the company's own words, any case) was won by
    nobody: it is counted apart and not in the rate. An open deal does not count. What a rival's
    deals have in common besides the rival is in the rate.

    Columns: competitor (the last row: no rival named), won, lost, undecided (deals), n (won +
    lost), win_rate with low_win_rate and high_win_rate (Wilson, 95 %; null where nothing was
    decided), difference (the rate less that of all other deals decided) with low_ and high_
    (Newcombe). Empty where no rival is named in a deal that was closed.

    Formula: win_rate_against = won ÷ (won + lost) where that rival was named; Share of the deals
    decided against a rival that we won; those nobody won are counted apart.
    """
    words = [word.strip().casefold() for word in no_decision if word.strip()]
    closed = between(opportunities, period, "close_date")
    reason = closed.loss_reason.fill_null("").lower().strip()
    undecided = (closed.outcome == "lost") & reason.isin(words or [" "])
    counts = closed.group_by("competitor").agg(
        won=(closed.outcome == "won").cast("int64").sum(),
        lost=((closed.outcome == "lost") & ~undecided).cast("int64").sum(),
        undecided=undecided.cast("int64").sum(),
    )
    rows = counts.order_by("competitor").execute().fillna({"won": 0, "lost": 0, "undecided": 0})
    rows = rows[rows.won + rows.lost + rows.undecided > 0]
    if rows.competitor.isna().all():
        rows = rows.iloc[:0]
    rows = rows.sort_values("competitor", na_position="last", ignore_index=True)
    return _with_rates(rows).assign(competitor=rows.competitor.astype(object).fillna(NOBODY))


def known(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `rates`; raises Unanswered where there are none."""
    if rows.empty:
        raise Unanswered(
            "No rival is named in a deal closed in these days: map competitor in opportunities."
        )
    return rows


def reading(rows: pd.DataFrame) -> Message:
    """Name the rival against whom we win least, where that is beyond chance."""
    named = rows[rows.competitor != NOBODY].dropna(subset="win_rate")
    clear = named[(named.high_difference < 0) | (named.low_difference > 0)]
    if clear.empty:
        return Message("Against no rival do we win more or less often than elsewhere", {})
    one = clear.loc[clear.difference.abs().idxmax()]
    return Message(
        "Against {rival:text} we won {rate:percent} of {n:number} deals",
        {"rival": one.competitor, "rate": one.win_rate, "n": one.n},
    )


def _with_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """The counts with win rates, and the difference to all others (Newcombe 1998, method 10)."""
    n = rows.won + rows.lost
    rest_won, rest = rows.won.sum() - rows.won, n.sum() - n
    own, other = (wilson(*pair, LEVEL) for pair in ((rows.won, n), (rest_won, rest)))
    gap = own.share - other.share
    below = np.hypot(own.share - own.low_share, other.high_share - other.share)
    above = np.hypot(own.high_share - own.share, other.share - other.low_share)
    told = {"win_rate": own.share, "low_win_rate": own.low_share, "high_win_rate": own.high_share}
    told |= {"difference": gap, "low_difference": gap - below, "high_difference": gap + above}
    return rows.assign(n=n, **{name: value.round(9) for name, value in told.items()})
