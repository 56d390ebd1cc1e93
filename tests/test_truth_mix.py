"""The mix model recovers what the sample plants, and finds no shift where none is planted."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from companies import AS_OF, SEEDS, built

from revwork.analysis.marketing import media, mix, mix_findings, mix_response, mix_weeks

SHARE = 12 / 15  # of 15 intervals of 90 % at least, so that chance alone fails one run in 50
NAMES = {
    "roas": "roas",
    "marginal_roas": "marginal_roas",
    "adstock": "carried_share",
    "half_saturation_week": "half_amount",
}


@cache
def given(seed: int, null: bool = False) -> mix_weeks.Weeks:
    made = built(seed, null)
    paid = media.paid(made.table("spend"), made.table("fx_rates"), "EUR")
    sold = mix_weeks.driven(made.lines(), made.table("touchpoints")).cache()
    moving = mix_weeks.controls(sold, made.table("promotions"), made.table("competitor_prices"))
    return mix_weeks.weekly(sold, paid, moving, AS_OF)


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
