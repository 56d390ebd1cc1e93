"""Response: what a medium brought, what more would, and what the data cannot tell."""

import numpy as np
import pytest
from mixes import mix_of

from revwork.analysis.marketing import mix_response
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say


def model(**change):
    """Two media of 10 and 20 a week; A brings 50 of at most 100, B about 6.7."""
    spend = {"A": np.full(104, 10.0), "B": np.full(104, 20.0)} | change
    return mix_of(spend, greatest=[[100, 20]] * 3, half=[[10, 40]] * 3)


def test_average_and_next_euro_are_those_of_the_curve():
    rows = mix_response.returns(model()).set_index("medium")
    assert rows.media_cost.to_dict() == {"A": 520, "B": 1040}
    assert rows.roas["A"] == pytest.approx(5) and rows.roas["B"] == pytest.approx(1 / 3)
    assert rows.marginal_roas["A"] == pytest.approx(2.5, rel=0.01)  # 100·10 / (10 + 10)²
    assert (rows.marginal_roas < rows.roas).all()
    assert rows.half_amount.to_dict() == pytest.approx({"A": 10, "B": 40})
    assert rows.revenue_share["A"] == pytest.approx(50 / 1000)


def test_known_media_come_first_by_their_next_euro_and_others_have_no_rank():
    wide = mix_of(
        {"A": np.full(60, 10.0), "B": np.full(60, 10.0), "C": np.full(60, 10.0)},
        greatest=[[20, 10, 1000], [20, 10, 1]],
        half=[[10, 10, 10]] * 2,
    )
    rows = mix_response.returns(wide)
    assert rows.medium.tolist() == ["A", "B", "C"] and rows.known.tolist() == [True, True, False]
    assert mix_response.drawn(rows, "roas").medium.tolist() == ["A", "B"]
    with pytest.raises(Unanswered, match="no medium"):
        mix_response.drawn(rows[2:], "roas")


def test_a_medium_without_spend_in_the_last_year_has_no_return():
    over = np.where(np.arange(104) < 40, 10.0, 0.0)
    rows = mix_response.returns(model(B=over)).set_index("medium")
    assert np.isnan(rows.roas["B"]) and not rows.known["B"] and rows.known["A"]


def test_the_curve_starts_at_nothing_and_marks_now_and_plan():
    rows = mix_response.curve(model(), "A", planned=1040)
    assert rows.weekly_revenue.iloc[0] == pytest.approx(0, abs=1e-3)
    marked = rows.dropna(subset="mark").set_index("mark")
    assert marked.weekly_spend.to_dict() == pytest.approx({"now": 10, "plan": 20})
    assert marked.weekly_revenue["now"] == pytest.approx(50)
    assert marked.weekly_revenue["plan"] == pytest.approx(100 * 20 / 30)
    assert rows.weekly_revenue.is_monotonic_increasing


def test_all_media_together_bring_what_each_brings_more():
    rows = mix_response.together(model(), [0.0, 1.0, 2.0]).set_index("times")
    a, b = 100 * 20 / 30 - 50, 20 * 40 / 80 - 20 * 20 / 60  # a week, at twice the spend
    assert rows.revenue_change[2] == pytest.approx(52 * (a + b))
    assert rows.revenue_change[0] == pytest.approx(-52 * (50 + 20 / 3), abs=0.1)
    assert rows.loc[1].tolist() == [1560, 0, 0, 0] and (rows.low <= rows.high).all()


def test_the_curve_ends_at_the_strongest_quarter():
    spend = np.full(104, 10.0)
    spend[:13] = 40.0
    rows = mix_response.curve(model(A=spend), "A")
    assert rows.weekly_spend.iloc[-1] == pytest.approx(40)
    assert mix_response.most_seen(model(A=spend))[0] == pytest.approx(40 * 52)


def test_the_readings_name_best_and_worst_or_that_too_few_are_told():
    rows = mix_response.returns(model())
    assert SAY(mix_response.reading(rows)).startswith("The next euro brings €2.49 in A, €0.22 in B")
    assert SAY(mix_response.average(rows)) == "The average euro brought €5.00 in A, €0.33 in B"
    few = "The data tell too few media apart: n = 1"
    assert SAY(mix_response.reading(rows[:1])) == SAY(mix_response.average(rows[:1])) == few
    said = SAY(mix_response.curve_reading(mix_response.curve(model(), "A")))
    assert said == "€10 a week brings €50; €15 would bring €60"


def test_the_table_shows_a_verdict_beside_each_medium():
    shown = mix_response.shown(mix_response.returns(model()))
    assert [*shown.columns[:3]] == ["medium", "verdict", "media_cost"]
    assert shown.verdict.tolist() == ["Told by the data"] * 2
