"""Growth–share matrix: which markets grow, and in which of them we are large."""

import numpy as np
import pandas as pd

from revwork.analysis.market.market_size import known, market
from revwork.findings import Message, Unanswered, Word

LEADS, FEEDS = Word("Star"), Word("Cash cow")
ASKS, RESTS = Word("Question mark"), Word("Dog")


def matrix(places: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the growth–share matrix: our share of each market, and how fast that market grows.

    A star grows faster than the whole market and is more ours than the whole is; a cash cow only
    the second, a question mark only the first, a dog neither. Share of the whole market, not
    against the largest rival: what rivals sell by category is not known.

    Columns: `by`, market_share, market_growth_rate, size (our revenue), group (its name).
    """
    rows = market(known(places), [by]).dropna(subset=["market_share", "market_growth_rate"])
    if rows.empty:
        raise Unanswered(
            "The growth–share matrix needs two years of market_size, and orders in the last one."
        )
    whole = market(places).iloc[0]
    large = rows.market_share >= whole["market_share"]
    fast = rows.market_growth_rate >= whole["market_growth_rate"]
    group = np.select([large & fast, large, fast], [LEADS, FEEDS, ASKS], RESTS)
    names = {str(word): word for word in (LEADS, FEEDS, ASKS, RESTS)}
    return pd.DataFrame(
        {
            by: rows[by],
            "market_share": rows.market_share,
            "market_growth_rate": rows.market_growth_rate,
            "size": rows.our_revenue,
            "group": [names[str(name)] for name in group],
        }
    ).reset_index(drop=True)


def standing(rows: pd.DataFrame) -> Message:
    """Name the market of which most is ours; `rows` is what `matrix` returns."""
    most = rows.loc[rows.market_share.idxmax()]
    return Message(
        "Most is ours in {name:text}: {share:percent} of a market that moves by {growth:change}",
        {
            **{"name": most.iloc[0], "share": most.market_share},
            "growth": most.market_growth_rate,
        },
    )
