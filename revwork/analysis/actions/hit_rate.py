"""Hit rate: how often what past recommendations promised came, counted where it can be told."""

from collections.abc import Sequence

import pandas as pd

from revwork.actions import Action
from revwork.analysis.actions.measured import Effect
from revwork.metrics import wilson

_LEVEL = 0.95


def outcomes(measured: Sequence[tuple[Action, Effect]]) -> pd.DataFrame:
    """Return one row for each action that was begun, with what was expected and what came.

    Columns: id, expected, low_expected, high_expected, measured, low_measured, high_measured (money
    a year, null where not known), verdict, method, weeks, told_from_date, p (of parallel trends),
    has_sign (the effect has the sign that was expected), is_within (the two intervals meet); both
    null where one of the two is not known.
    """
    return pd.DataFrame([_row(*pair) for pair in measured], columns=_COLUMNS)


def rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how often the sign and the size were right, with intervals (95 %, Wilson).

    Columns: which (sign, size), hit_count, n (effects that can be told), hit_share, low_hit_share,
    high_hit_share; shares are null where nothing can be told yet.

    Formula: hit_rate = effects with the sign expected ÷ effects that can be told; How far past
    recommendations could be trusted.
    """
    known = rows[rows.has_sign.notna()]
    hits = [int(known[name].astype(bool).sum()) for name in ("has_sign", "is_within")]
    told = pd.DataFrame({"which": ["sign", "size"], "hit_count": hits, "n": len(known)})
    shares = wilson(told.hit_count, told.n, _LEVEL)
    shares.columns = ["hit_share", "low_hit_share", "high_hit_share"]
    return told.join(shares)


_COLUMNS = [
    *("id", "expected", "low_expected", "high_expected"),
    *("measured", "low_measured", "high_measured", "verdict", "method", "weeks"),
    *("told_from_date", "p", "has_sign", "is_within"),
]


def _row(action: Action, effect: Effect) -> dict:
    hoped = action.expected
    row = {"id": action.id, "verdict": effect.verdict, "method": effect.method}
    row |= {"weeks": effect.weeks, "told_from_date": effect.told_from, "p": effect.p_parallel}
    row |= {"measured": effect.value, "low_measured": effect.low, "high_measured": effect.high}
    if hoped:
        row |= {"expected": hoped.value, "low_expected": hoped.low, "high_expected": hoped.high}
    if hoped and effect.value is not None:
        row["has_sign"] = effect.value * hoped.value > 0
        row["is_within"] = effect.low <= hoped.high and hoped.low <= effect.high
    return row
