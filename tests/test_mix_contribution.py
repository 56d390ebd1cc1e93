"""Contribution of advertising to sales over time."""

import numpy as np
import pytest
from mixes import mix_of

from revwork.analysis.marketing import mix_contribution
from revwork.report.words import Reader


def model(weeks=60):
    spend = {"A": np.full(weeks, 10.0), "B": np.full(weeks, 20.0)}
    return mix_of(spend, greatest=[[100, 20], [200, 20]], half=[[10, 20]] * 2)


def test_stretches_of_thirteen_weeks_end_with_the_last_week():
    rows = mix_contribution.over_time(model())
    a = rows[rows.medium == "A"]
    assert len(a) == 4 and a.start.iloc[0].isoformat() == "2024-02-26"  # 60 = 8 + 4 × 13
    assert a.value.tolist() == pytest.approx([13 * 75] * 4)
    assert {"low", "high"}.isdisjoint(rows.columns)


def test_with_and_without_advertising_have_intervals():
    rows = mix_contribution.together(model()).set_index("medium")
    last = rows.loc["By advertising"].iloc[-1]
    assert last.low < last.value < last.high
    assert rows.value["Without advertising"].tolist() == pytest.approx([13 * 500] * 4)


def test_the_table_adds_up_to_the_whole():
    rows = mix_contribution.wide(model())
    parts = rows[["Without advertising", "A", "B"]].sum(axis=1)
    assert rows.net.to_numpy() == pytest.approx(parts) and rows.net[0] == pytest.approx(13 * 585)
    assert rows.media_share[0] == pytest.approx(85 / 585)


def test_the_share_of_advertising_has_an_interval_and_a_sentence():
    middle, low, high = mix_contribution.share(model())
    assert low < middle < high and low == pytest.approx(60 / 560, rel=0.05)
    said = Reader().say(mix_contribution.reading(model()))
    assert said.startswith("Advertising brought 14.4% of this revenue in the last 52 weeks (90 %: ")


def test_whole_stretches_begin_with_the_first_week():
    assert mix_contribution.over_time(model(52)).start.iloc[0].isoformat() == "2024-01-01"
