"""Promotion totals: what offers brought together, and by kind."""

import numpy as np
import pandas as pd

from revwork.analysis.pricing.promotion_effect import rate_of
from revwork.findings import Message

_Z95 = 1.959964
_SUMS = [
    *[
        "sold_count",
        "expected_count",
        "expected_variance",
        "pull_forward_count",
        "cannibalised_count",
    ],
    *["discount_amount", "net_effect", "variance"],
]


def total(rows: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return what offers brought together, of all or by a column; the parts add up.

    Columns: `by` if any, offers (measured), sold_count, expected_count, uplift_rate with low_ and
    high_, pull_forward_count, cannibalised_count (lines), discount_amount, net_effect with low_ and
    high_ (money).
    """
    known = rows[rows.net_effect.notna()]
    keys = known[by] if by else pd.Series(0, index=known.index)
    sums = known.groupby(keys, dropna=False)[_SUMS].sum()
    sums = sums.assign(offers=known.groupby(keys, dropna=False).size())
    rate, half = rate_of(sums.sold_count, sums.expected_count, sums.expected_variance)
    wide = _Z95 * np.sqrt(sums.variance)
    table = sums.assign(
        uplift_rate=rate,
        low_uplift_rate=rate - half,
        high_uplift_rate=rate + half,
        low_net_effect=sums.net_effect - wide,
        high_net_effect=sums.net_effect + wide,
    )
    kept = [
        *[
            "offers",
            "sold_count",
            "expected_count",
            "uplift_rate",
            "low_uplift_rate",
            "high_uplift_rate",
        ],
        *["pull_forward_count", "cannibalised_count", "discount_amount"],
        *["net_effect", "low_net_effect", "high_net_effect"],
    ]
    table = table[kept].rename_axis(by or "all").reset_index().round(6)
    order = ["net_effect", table.columns[0]]
    table = table.sort_values(order, ascending=[False, True], ignore_index=True)
    return table if by else table.drop(columns="all")


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return uplift by `total`'s parts as `chart.dots` draws it."""
    return pd.DataFrame(
        {
            rows.columns[0]: rows.iloc[:, 0],
            "current": rows.uplift_rate,
            "low": rows.low_uplift_rate,
            "high": rows.high_uplift_rate,
            "base": np.nan,
            "sold_count": rows.sold_count,
            "expected_count": rows.expected_count,
        }
    )


def reading(rows: pd.DataFrame) -> Message:
    """Say what the offers measured left together."""
    known = rows[rows.net_effect.notna()]
    if known.empty:
        return Message("None of {offers:number} offers can be measured", {"offers": len(rows)})
    (row,) = total(rows).itertuples()
    return Message(
        "{offers:number} offers left {net:signed} beyond what would have been without them "
        "(95 %: {low:signed} to {high:signed})",
        {
            **{"offers": row.offers, "net": row.net_effect},
            **{"low": row.low_net_effect, "high": row.high_net_effect},
        },
    )


def uplifts(rows: pd.DataFrame) -> Message:
    """Say how much more all offers sold; `rows` is what `drawn` returns."""
    more = rows.sold_count.sum() / rows.expected_count.sum() - 1
    return Message("Offers sold {uplift:change} against usual days", {"uplift": more})
