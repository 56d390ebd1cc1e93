"""Outlook of the result: sums with intervals, bars that add up, and what is not known."""

import numpy as np
import pytest
from outlooks import outlook, sold, spent

from revwork.analysis.forecast import result_outlook
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say


@pytest.fixture(scope="module")
def found():
    return outlook(sold(count=21), spent(count=21), as_of="2025-09-30", spread=10.0)[1]


def test_intervals_widen_with_the_level_and_hold_what_is_expected(found):
    rows = result_outlook.totals(found, "fiscal_year").set_index("metric")
    assert [*rows.index] == [*result_outlook.LEFT]
    assert (rows.low_95 < rows.low).all() and (rows.low < rows.value).all()
    assert (rows.value < rows.high).all() and (rows.high < rows.high_95).all()
    assert rows.value["net_revenue"] == 1200 and rows.so_far["net_revenue"] == 900


def test_what_is_booked_has_no_interval(found):
    assert found.by_month("operating_result")[:, :9].std(axis=0).max() == 0
    assert found.by_month("net_revenue")[1:, 9:].std(axis=0).min() > 0


@pytest.mark.parametrize("over", result_outlook.OVER)
def test_bars_add_up_to_the_cent_and_end_at_what_the_totals_say(found, over):
    bars = result_outlook.ladder(found, over)
    totals = result_outlook.totals(found, over).set_index("metric").value
    changes = bars.value[bars.kind == "change"].sum()
    assert round(bars.value.iloc[0] + changes, 2) == bars.value.iloc[-1]
    for row in bars[bars.kind == "total"].itertuples():
        assert row.value == totals[row.bar]


def test_the_reading_says_what_is_left_of_it(found):
    said = SAY(result_outlook.reading(result_outlook.ladder(found, "fiscal_year")))
    assert said == "Of €1,200 expected, €120 (10%) is left as operating result"


def test_costs_are_told_as_they_are_carried_on(found):
    shares = result_outlook.shares(found).set_index("item")
    assert shares.revenue_share.to_dict() == pytest.approx({"cost": 0.6})
    monthly = result_outlook.monthly_costs(found).set_index("item")
    assert monthly.monthly_cost.to_dict() == {"marketing": 10, "rent": 20}


def test_without_expenses_the_ladder_ends_before_and_the_result_says_what_is_missing():
    _, found = outlook(sold())
    assert result_outlook.known_metrics(found) == ["net_revenue", "gross_margin"]
    assert result_outlook.ladder(found, "fiscal_year").bar.iloc[-1] == "margin_after_order_costs"
    with pytest.raises(Unanswered, match="add the table expenses"):
        result_outlook.monthly_costs(found)
    with pytest.raises(Unanswered, match="operating_result ahead is not known"):
        found.sums("operating_result", "fiscal_year")


def test_without_a_cost_there_is_no_ladder_but_a_sentence():
    _, found = outlook([{**row, "cost_amount": None} for row in sold()])
    assert result_outlook.known_metrics(found) == ["net_revenue"]
    for ask in (lambda: result_outlook.ladder(found, "fiscal_year"),
                lambda: result_outlook.shares(found)):  # fmt: skip
        with pytest.raises(Unanswered, match="cost of goods"):
            ask()


def test_days_left_run_to_the_end_of_the_year(found):
    assert (found.left.days, found.left.end) == (92, found.year.end)
    assert np.isclose(found.months.rest.sum(), 13)
