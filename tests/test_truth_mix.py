"""The mix model recovers what the sample plants, and finds no shift where none is planted."""

from functools import cache

import ibis
import numpy as np
import pandas as pd
import pytest
from companies import LAST, SEEDS, built

from revwork.analysis import sales
from revwork.analysis.marketing import media, mix, mix_findings, mix_response, mix_weeks
from revwork.contracts import contract

SHARE = 12 / 15  # of 15 intervals of 90 % at least, so that chance alone fails one run in 50
NAMES = {
    "roas": "roas",
    "marginal_roas": "marginal_roas",
    "adstock": "carried_share",
    "half_saturation_week": "half_amount",
}


def table(made, name: str) -> ibis.Table:
    """A table of a company made in memory, in the types of its contract."""
    frame = getattr(made, name)
    if name == "orders":
        frame = frame.assign(line=frame.groupby("order_id").cumcount() + 1)
    kinds = {key: column.dtype.type for key, column in contract(name).to_schema().columns.items()}
    rows = ibis.memtable(frame[[key for key in frame if key in kinds and key != "in_stock"]])
    rows = rows.mutate(**{key: ibis.null(kind) for key, kind in kinds.items() if key not in rows})
    return rows.mutate(**{key: rows[key].cast(kind) for key, kind in kinds.items()})


@cache
def given(seed: int, null: bool = False) -> mix_weeks.Weeks:
    made = built(seed, null)
    names = ("orders", "products", "customers", "fx_rates")
    lines = sales.lines(*(table(made, name) for name in names), "EUR").cache()
    paid = media.paid(table(made, "spend"), table(made, "fx_rates"), "EUR")
    sold = mix_weeks.driven(lines, table(made, "touchpoints")).cache()
    moving = mix_weeks.controls(sold, table(made, "promotions"), table(made, "competitor_prices"))
    return mix_weeks.weekly(sold, paid, moving, (LAST - pd.Timedelta(days=1)).date())


@cache
def fitted(seed: int) -> mix.Mix:
    return mix.fit(given(seed), draws=120)


@pytest.mark.parametrize("parameter", NAMES)
def test_the_planted_truth_lies_within_its_interval_for_most_media(parameter):
    held = []
    for seed in SEEDS:
        rows = mix_response.returns(fitted(seed)).set_index("medium")
        name = NAMES[parameter]
        for one in built(seed).parameters():
            if one["id"] == parameter:
                row = rows.loc[one["segment"]["channel"]]
                held.append(row[f"low_{name}"] <= one["value"] <= row[f"high_{name}"])
    assert len(held) == 5 * len(SEEDS) and np.mean(held) >= SHARE


@pytest.mark.parametrize("seed", SEEDS)
def test_the_shift_is_found_with_both_media_its_day_and_its_gain(seed):
    where, since = built(seed).effect("shift")
    (move,) = mix_findings.shifts(given(seed))
    assert [move.full, move.starved] == where["channel"]
    assert abs(pd.Timestamp(move.since) - since) <= pd.Timedelta(days=14)
    terms = mix_findings.Terms(0.4, "contribution_margin", "EUR", pd.DataFrame())
    (one,) = mix_findings.shifted(fitted(seed), terms, "2026-Q2")
    assert [*one.segment.values()] == where["channel"]
    assert one.impact.low < one.impact.value < one.impact.high and one.impact.value > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_no_shift_is_found_where_none_is_planted(seed):
    assert mix_findings.shifts(given(seed, null=True)) == []
