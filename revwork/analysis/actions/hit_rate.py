"""Hit rate: how often what past recommendations promised came, counted where it can be told."""

import pandas as pd

from revwork.findings import Message
from revwork.metrics import wilson

_LEVEL = 0.95
_ASKED = {"expected_sign": "has_sign", "beyond_chance": "is_clear", "expected_size": "is_within"}


def rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how often sign and size were right, with intervals (95 %, Wilson).

    `rows` is what `outcomes.rows` returns. Columns: hit (expected_sign: by chance alone half of
    them have it; beyond_chance: and the interval is on that side of 0; expected_size: the intervals
    meet), hit_count, n (effects that can be told), hit_share, low_hit_share, high_hit_share (null
    where none can be told yet).

    Formula: hit_share = effects as expected ÷ effects that can be told; How far past
    recommendations could be trusted.
    """
    known = rows[rows.has_sign.notna()]
    hits = [int(known[name].astype(bool).sum()) for name in _ASKED.values()]
    told = pd.DataFrame({"hit": [*_ASKED], "hit_count": hits, "n": len(known)})
    shares = wilson(told.hit_count, told.n, _LEVEL)
    shares.columns = ["hit_share", "low_hit_share", "high_hit_share"]
    return told.join(shares)


def reading(rates: pd.DataFrame) -> Message:
    """Say how many effects can be told, and what share had the sign expected."""
    first = rates.iloc[0]
    if not first.n:
        return Message("No effect can be told yet", {})
    return Message(
        "Effects that can be told: {n:number}; {share:percent} have the sign expected (95 %: "
        "{low:percent} to {high:percent})",
        {"n": int(first.n), "share": first.hit_share, "low": first.low_hit_share,
         "high": first.high_hit_share},
    )  # fmt: skip
