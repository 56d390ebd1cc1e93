"""Rival findings: against whom we win deals less often, and who cannot deliver what we can."""

import pandas as pd

from revwork.analysis.market.rival_wins import NOBODY
from revwork.findings import Finding, Message

SURE = 0.05  # chance that any of the rivals stands out without a reason
APART = 0.02  # of the times looked, from which a difference in stock matters
LEVEL = 0.95


def deals(rows: pd.DataFrame, period: str) -> list[Finding]:
    """Return a finding for each rival against whom we win more or less often than elsewhere.

    `rows` is what `rival_wins.rates` returns. Fisher's exact test against all other deals decided,
    Bonferroni's correction over the rivals. A difference, not its cause: no impact.
    """
    named = rows[(rows.competitor != NOBODY) & (rows.n > 0)]
    won, decided = rows.won.sum(), rows.n.sum()
    found = []
    for row in named.itertuples():
        rest = (won - row.won, decided - row.n)
        if rest[1] and _p(row, rest) * len(named) < SURE:
            found.append(_deal(row, rest, period))
    return found


def stock(rows: pd.DataFrame, period: str) -> list[Finding]:
    """Return a finding for the rival from whom we differ most in what can be delivered.

    `rows` is what `availability.rates` returns by competitor; from 2 points on, where the interval
    leaves 0 out. What it is worth no table tells: no impact.
    """
    clear = rows[(rows.low_difference > 0) | (rows.high_difference < 0)]
    far = clear[clear.difference.abs() >= APART]
    if far.empty:
        return []
    return [_stock(far.loc[far.difference.abs().idxmax()], period)]


def _p(row: tuple, rest: tuple[int, int]) -> float:
    from scipy.stats import fisher_exact

    won, decided = rest
    table = [[row.won, row.lost], [won, decided - won]]
    return float(fisher_exact(table).pvalue)


def _deal(row: tuple, rest: tuple[int, int], period: str) -> Finding:
    behind = row.difference < 0
    return Finding(
        metric="win_rate_against",
        segment={"competitor": row.competitor},
        direction="weakness" if behind else "strength",
        kind="level",
        department="sales",
        period=period,
        claim=Message(
            "Against {rival:text} we won {rate:percent} of the deals decided, of all others "
            "{rest:percent}",
            {"rival": row.competitor, "rate": row.win_rate, "rest": rest[0] / rest[1]},
        ),
        evidence=Message(
            "{won:number} won and {lost:number} lost in 365 days; difference, 95 %: {low:points} "
            "to {high:points}. A difference, not its cause.",
            {
                **{"won": row.won, "lost": row.lost},
                **{"low": row.low_difference, "high": row.high_difference},
            },
        ),
        next_step=Message(
            "Ask why in the last ten deals lost to it, before prices are touched"
            if behind
            else "Find what wins against it, and say it earlier where others are named",
            {},
        ),
        impact=None,
        confidence=LEVEL,
    )


def _stock(row: pd.Series, period: str) -> Finding:
    ahead = row.difference > 0
    return Finding(
        metric="in_stock_rate",
        segment={"competitor": row.competitor},
        direction="strength" if ahead else "weakness",
        kind="level",
        department="product",
        period=period,
        claim=Message(
            "{rival:text} had {theirs:percent} of the products looked at, we {ours:percent}",
            {
                **{"rival": row.competitor, "theirs": row.in_stock_rate},
                **{"ours": row.our_in_stock_rate},
            },
        ),
        evidence=Message(
            "{n:number} looks at {products:number} products in 365 days; difference, 95 %: "
            "{low:points} to {high:points}",
            {
                **{"n": row["n"], "products": row["products"]},
                **{"low": row.low_difference, "high": row.high_difference},
            },
        ),
        next_step=Message(
            "Say that it can be delivered now, where the rival cannot"
            if ahead
            else "Reorder first what rivals have and we do not",
            {},
        ),
        impact=None,
        confidence=LEVEL,
    )
