"""Result paths: what is booked and what is expected, with the costs that go with it."""

import numpy as np
import pytest
from outlooks import line, outlook, sold, spent

from revwork.analysis.forecast import result_paths
from revwork.calendar import Calendar


def result(*given, over="fiscal_year", metric="operating_result", **more):
    return outlook(*given, **more)[1].sums(metric, over)[0]


def test_a_year_ahead_is_its_months_less_what_they_take():
    _, found = outlook(sold(), spent())
    assert found.year.name == "2026" and found.months.next_twelve_months.sum() == 12
    for metric, left in (
        ("net_revenue", 1200),
        ("gross_margin", 480),
        ("contribution_margin", 360),
        ("operating_result", 120),
    ):
        assert found.sums(metric, "fiscal_year")[0] == pytest.approx(left)
        assert found.so_far(metric, "fiscal_year") == 0


def test_months_that_are_over_count_as_booked_and_the_rest_as_expected():
    _, found = outlook(sold(count=21), spent(count=21), as_of="2025-09-30", value=150.0)
    assert found.so_far("net_revenue", "fiscal_year") == 900
    assert found.sums("net_revenue", "fiscal_year")[0] == pytest.approx(900 + 3 * 150)
    assert found.so_far("operating_result", "fiscal_year") == pytest.approx(90)
    assert found.sums("operating_result", "fiscal_year")[0] == pytest.approx(90 + 3 * (60 - 30))


def test_a_running_month_brings_what_came_and_the_share_usually_still_to_come():
    orders = [*sold(count=20), *(line(f"2025-0{m}-25", order_id=f"late{m}") for m in range(1, 9))]
    orders += [line("2025-09-10", 130.0, 78.0, order_id="now")]
    _, found = outlook(orders, spent(count=20), as_of="2025-09-14", value=200.0)
    assert found.months.rest[8] == pytest.approx(16 / 30)
    rest = np.mean([0.0] * 4 + [0.5] * 8)  # of the last twelve months eight had a later half
    month = found.by_month("net_revenue")[:, 8]
    assert month[0] == pytest.approx(130 + 200 * rest)
    assert set(np.round(month[1:], 6)) == {130.0, 230.0}


def test_costs_booked_in_the_running_month_are_not_expected_again():
    early = [{"date": f"2025-{m:02}-01", "kind": "rent", "amount": 20} for m in range(1, 10)]
    first = spent("2024-01", 12, rent=20)
    _, found = outlook(sold(count=20), [*first, *early], as_of="2025-09-14")
    assert found.known.running[8] == 20
    assert found.ahead["running"][0, 8] == pytest.approx(20 * 4 / 12)  # four paid on the 25th
    _, late = outlook(sold(count=20), first, as_of="2025-09-14")
    assert late.known.running.sum() == 0 and late.sums("operating_result", "fiscal_year")[0] < 480


def test_expenses_that_lag_behind_are_expected_for_the_months_they_miss():
    _, found = outlook(sold(count=21), spent(count=19), as_of="2025-09-30")
    assert found.known.running.tolist()[6:9] == [20, 0, 0]
    assert found.ahead["running"][0, 7:10].tolist() == [20, 20, 20]
    assert found.sums("operating_result", "fiscal_year")[0] == pytest.approx(12 * 10)


def test_without_a_cost_there_is_revenue_and_a_sentence_why_there_is_no_margin():
    _, found = outlook([{**row, "cost_amount": None} for row in sold()], spent())
    assert [*found.ahead] == ["net_revenue", "marketing", "running"]
    assert "cost of goods" in found.lacking[0].template


def test_without_expenses_there_is_a_gross_margin_and_no_result():
    _, found = outlook(sold())
    assert found.sums("gross_margin", "fiscal_year")[0] == pytest.approx(480)
    assert "add the table expenses" in found.lacking[0].template and "running" not in found.ahead


def test_a_fiscal_year_may_begin_in_any_month():
    calendar = Calendar(fiscal_year_start=7)
    _, found = outlook(sold(count=21), spent(count=21), as_of="2025-09-30", calendar=calendar)
    assert found.year.name == "FY2026" and found.months.name[0] == "2025-07"
    assert found.months.fiscal_year.sum() == 12
    assert found.so_far("net_revenue", "fiscal_year") == 300
    assert found.sums("net_revenue", "fiscal_year")[0] == pytest.approx(1200)


def test_a_year_the_data_cover_in_part_has_no_total():
    _, found = outlook(sold("2024-03", 19), spent("2024-08", 14), as_of="2025-09-30")
    assert found.sums("net_revenue", "fiscal_year")[0] == pytest.approx(1200)
    _, short = outlook(sold("2024-03", 19), spent("2025-03", 7), as_of="2025-09-30")
    assert np.isnan(short.sums("operating_result", "fiscal_year")[0])
    assert np.isfinite(short.sums("operating_result", "next_twelve_months")[0])


def test_the_first_draw_is_expected_and_no_other_run_draws_others():
    one, found = outlook(sold(), spent(), spread=5.0)
    again = result_paths.result(one)
    assert found.ahead["net_revenue"].shape == (201, 13)
    for name, values in found.ahead.items():
        assert np.array_equal(values, again.ahead[name])
