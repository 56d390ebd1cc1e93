"""Revenue, on orders small enough to check by hand."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis import margins, targets
from revwork.analysis.revenue import figures
from revwork.calendar import Calendar, Comparison
from revwork.findings import Unanswered
from revwork.metrics import Kpi

CALENDAR = Calendar()
ORDER = {"net_amount": 100, "cost_amount": 60, "customer_id": "anna"}
RENT = {"date": "2026-06-01", "kind": "rent", "amount": 8}


def compared(period="2026-06", as_of="2026-12-31", against="year ago"):
    as_of = date.fromisoformat(as_of)
    return CALENDAR.compare(CALENDAR.period(period, as_of), against, as_of)


def on(day, net=100, **row):
    return {"order_id": f"{day}-{net}", "order_date": day, "net_amount": net, **row}


def planned(month, amount, metric="net_revenue", **row):
    return {"month": month, "metric": metric, "amount": amount, **row}


def headline(rows, comparison=None, expenses=(), aims=()):
    now, plan = comparison or compared(), targets.promised(typed("targets", aims))
    found = figures.headline(sales_lines(rows), typed("expenses", expenses), now, CALENDAR)
    found = targets.beside(found, plan, now, CALENDAR)
    return {kpi.metric: kpi for kpi in found}


def evolution(rows, comparison=None, aims=()):
    lines, plan = sales_lines(rows), typed("targets", aims)
    found = figures.evolution(lines, plan, comparison or compared(), CALENDAR)
    return found.set_index("name")


def breakdown(rows, comparison=None, aims=(), by="region"):
    lines, plan = sales_lines(rows), typed("targets", aims)
    return figures.breakdown(lines, plan, comparison or compared(), CALENDAR, by)


def every_day(first, last, net=1):
    days = pd.date_range(first, last).strftime("%Y-%m-%d")
    return [on(day, net) for day in days]


# headline


def test_a_number_stands_beside_its_comparison_and_its_target():
    rows = [on("2025-06-01", 80), on("2026-06-30", 100)]
    kpi = headline(rows, aims=[planned("2026-06-01", 120)])["net_revenue"]
    assert (kpi.value, kpi.comparison, kpi.change, kpi.target) == (100, 80, 0.25, 120)
    assert (kpi.unit, kpi.period) == ("money", "2026-06")


def test_without_a_cost_the_headline_leaves_margins_out():
    assert list(headline([on("2026-06-01")], expenses=[RENT])) == [
        "net_revenue",
        "orders",
        "order_value",
        "customers",
    ]


def test_without_expenses_the_headline_ends_with_the_gross_margin():
    found = headline([ORDER | on("2026-06-01")])
    assert "gross_margin" in found
    assert not {"contribution_margin", "operating_result"} & found.keys()


def test_the_headline_says_the_same_as_the_ladder():
    rows = [ORDER | on("2026-06-01", 33.3333, commission=1.005), on("2026-06-02", 11.1111)]
    expenses = [RENT, RENT | {"kind": "marketing", "amount": 2.225}]
    bars = margins.ladder(sales_lines(rows), typed("expenses", expenses), compared().current)
    ladder = bars[bars.kind == "total"].set_index("bar").value.to_dict()
    found = headline(rows, expenses=expenses)
    assert ladder == {name: round(found[name].value, 2) for name in ladder}


def test_a_number_without_a_target_has_none():
    found = headline([on("2026-06-01")], aims=[planned("2026-06-01", 5, "gross_margin")])
    assert {kpi.target for kpi in found.values()} == {None}


def test_a_credit_note_alone_is_no_order_and_no_buyer():
    found = headline([on("2026-06-01", -30, customer_id="anna")])
    assert (found["net_revenue"].value, found["orders"].value) == (-30, 0)
    assert found["customers"].value == 0
    assert "order_value" not in found


def test_a_period_of_no_sale_among_others_earned_nothing():
    found = headline([on("2026-05-01"), on("2026-07-01")])
    assert (found["net_revenue"].value, found["orders"].value) == (0, 0)


def test_a_company_without_lines_has_no_headline():
    assert headline([]) == {}


def test_a_period_before_the_data_has_no_headline():
    assert headline([on("2026-06-01")], compared("2025-06")) == {}


def test_a_base_of_nothing_sold_is_a_comparison_and_no_change():
    found = headline([on("2025-01-01"), on("2026-06-01")])
    assert (found["net_revenue"].comparison, found["net_revenue"].change) == (0, None)
    assert found["order_value"].comparison is None


def test_a_comparison_that_does_not_exist_gives_no_change():
    june = compared().current
    alone = Comparison(june, june, None, "year ago", False)
    kpi = headline([on("2025-06-01"), on("2026-06-01")], alone)["net_revenue"]
    assert (kpi.value, kpi.comparison, kpi.change) == (100, None, None)


@pytest.mark.parametrize(("first", "before"), [("2025-06-08", 100), ("2025-06-09", None)])
def test_a_base_that_began_over_a_week_before_the_data_gives_no_change(first, before):
    kpi = headline([on(first), on("2026-06-01", 150)])["net_revenue"]
    assert (kpi.comparison, kpi.change) == (before, before and 0.5)


def test_a_partial_month_of_28_days_is_held_against_28_days():
    rows = every_day("2025-06-01", "2025-06-30") + every_day("2026-06-01", "2026-06-28")
    found = headline(rows, compared(as_of="2026-06-28"), aims=[planned("2026-06-01", 60)])
    kpi = found["net_revenue"]
    assert (kpi.value, kpi.comparison, kpi.target) == (28, 28, 56)
    assert (found["orders"].value, found["orders"].comparison) == (28, 28)


def test_twenty_eight_days_by_name_are_28_rows_in_both_years():
    rows = every_day("2025-05-01", "2025-07-31") + every_day("2026-05-01", "2026-07-31")
    kpi = headline(rows, compared("2026-06-03..2026-06-30"))["net_revenue"]
    assert (kpi.value, kpi.comparison) == (28, 28)


def test_lines_after_the_last_day_counted_stay_out():
    rows = [on("2026-06-28"), on("2026-06-29")]
    assert headline(rows, compared(as_of="2026-06-28"))["net_revenue"].value == 100


def test_the_path_is_twelve_complete_months_oldest_first():
    rows = [on("2025-07-01", 1), on("2026-05-31", 2), on("2026-06-30", 3), on("2026-07-01", 4)]
    series = headline(rows)["net_revenue"].series
    assert series == (1, *[0] * 9, 2, 3)


def test_the_path_of_a_partial_month_ends_with_the_month_before():
    rows = [on("2025-05-01", 9), on("2026-05-31", 2), on("2026-06-15", 3)]
    assert headline(rows, compared(as_of="2026-06-15"))["net_revenue"].series[-1] == 2


def test_months_before_the_data_are_null_in_the_path_and_not_nothing():
    rows = [on("2026-02-20"), on("2026-04-02"), on("2026-06-01")]
    series = headline(rows)["net_revenue"].series
    assert series == (*[None] * 8, 0, 100, 0, 100)


def test_a_path_has_no_order_value_where_there_was_no_order():
    series = headline([on("2025-07-01"), on("2026-06-01")])["order_value"].series
    assert series == (100, *[None] * 10, 100)


@pytest.mark.parametrize(
    ("unit", "value", "comparison", "change"),
    [
        ("money", 15, 10, 0.5),
        ("money", 10, -10, 2),
        ("money", -15, -10, -0.5),
        ("count", 0, 10, -1),
        ("money", 10, 0, None),
        ("money", 10, None, None),
        ("money", None, 10, None),
        ("percent", 0.25, 0.5, -0.25),
        ("percent", 0.25, 0, 0.25),
    ],
)
def test_a_change_is_relative_for_money_and_a_difference_for_shares(
    unit, value, comparison, change
):
    assert Kpi("any", value, unit, "sales", "2026", comparison=comparison).change == change


# evolution


def test_thirteen_months_lead_to_the_end_of_the_period():
    found = evolution([on("2025-06-01")])
    assert (found.index[0], found.index[-1], len(found)) == ("2025-06", "2026-06", 13)
    assert not found.partial.any()


def test_a_month_stands_beside_the_one_a_year_earlier_and_its_target():
    rows = [on("2024-06-01", 1), on("2025-06-30", 80), on("2026-06-01", 100)]
    last = evolution(rows, aims=[planned("2026-06-01", 120)]).iloc[-1]
    assert (last.value, last.base, last.target) == (100, 80, 120)


def test_a_covered_month_without_a_sale_is_nothing_and_one_before_the_data_null():
    found = evolution([on("2025-12-01"), on("2026-02-01"), on("2026-06-01")])
    assert found.value["2025-06":"2025-11"].isna().all()
    assert list(found.value["2025-12":"2026-03"]) == [100, 0, 100, 0]
    assert found.base.isna().all()


def test_a_month_the_data_begin_late_in_is_null():
    first = [on("2026-05-08"), on("2026-06-01")]
    assert evolution(first).value["2026-05"] == 100
    late = [on("2026-05-09"), on("2026-06-01")]
    assert evolution(late).isna().value["2026-05"]


def test_a_partial_month_has_as_many_days_before_and_in_its_target():
    rows = every_day("2024-06-01", "2024-06-02") + every_day("2025-06-01", "2025-06-30")
    rows += every_day("2026-06-01", "2026-06-28")
    plan = [planned("2026-06-01", 60), planned("2025-06-01", 30)]
    found = evolution(rows, compared(as_of="2026-06-28"), plan)
    last = found.iloc[-1]
    assert (last.value, last.base, last.target, last.partial) == (28, 28, 56, True)
    assert (found.value.iloc[0], found.target.iloc[0]) == (30, 30)
    assert found.partial.sum() == 1


def test_months_add_up_to_the_year():
    rows = every_day("2025-07-01", "2026-06-30", 3)
    year = headline(rows, compared("2025-07-01..2026-06-30"))["net_revenue"].value
    assert evolution(rows).value[1:].sum() == year == 3 * 365


def test_a_month_without_a_target_has_none():
    assert evolution([on("2026-06-01")], aims=[planned("2026-05-01", 5)]).target.notna().sum() == 1


def test_a_company_without_lines_has_empty_months():
    assert evolution([]).value.isna().all()


# breakdown


def test_segments_add_up_and_one_that_is_not_recorded_survives():
    rows = [on("2026-06-01", 60, region="North"), on("2026-06-02", 30), on("2025-06-01", 45)]
    found = breakdown(rows)
    assert list(found.region) == ["North", None]
    assert list(found.current) == [60, 30]
    assert found.base.isna()[0] and found.base[1] == 45
    assert list(found.change) == [60, -15]
    assert found.change_rate.isna()[0] and found.change_rate[1] == pytest.approx(-1 / 3)
    assert list(found.share) == pytest.approx([2 / 3, 1 / 3])
    assert list(found.contribution) == pytest.approx([60 / 45, -15 / 45])


def test_rows_add_up_to_the_headline_in_both_periods():
    nets = (0.3333, 99.9999, -12.3456, 7.1)
    days = ("2026-06-01", "2026-06-30", "2025-06-01", "2025-06-30")
    rows = [
        on(day, net * k, channel=name)
        for day in days
        for net, name, k in zip(nets, ("Web", "Shop", None, "Web"), (1, 2, 3, 4), strict=True)
    ]
    found, kpi = breakdown(rows, by="channel"), headline(rows)["net_revenue"]
    assert found.current.sum() == pytest.approx(kpi.value, abs=0.005)
    assert found.base.sum() == pytest.approx(kpi.comparison, abs=0.005)
    assert found.change.sum() == pytest.approx(kpi.value - kpi.comparison, abs=0.005)
    assert found.share.sum() == pytest.approx(1)


def test_only_days_of_the_two_periods_count():
    days = ["2025-05-31", "2025-06-01", "2025-06-30", "2025-07-01"]
    days += ["2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01"]
    found = breakdown([on(day, 1) for day in days])
    assert (found.current[0], found.base[0]) == (2, 2)


def test_a_segment_that_vanished_is_there_with_nothing():
    found = breakdown([on("2025-06-01", 40, region="North"), on("2026-06-01", 5, region="South")])
    lost = found[found.region == "North"].iloc[0]
    assert (lost.current, lost.change, lost.change_rate, lost.share) == (0, -40, -1, 0)


def test_segments_have_their_targets_and_the_others_none():
    rows = [on("2026-06-01", 60, region="North"), on("2026-06-02", 30, region="South")]
    plan = [planned("2026-06-01", 50, region="North"), planned("2026-06-01", 9)]
    found = breakdown([*rows, on("2026-06-03", 1)], aims=plan).set_index("region")
    assert found.target["North"] == 50
    assert found.target[["South", None]].isna().all()


@pytest.mark.parametrize("has_base", [True, False])
def test_without_a_comparison_there_is_no_change(has_base):
    comparison = compared()
    if not has_base:
        comparison = Comparison(comparison.period, comparison.current, None, "year ago", False)
    rows = [on("2026-06-01", 60, region="North"), on("2026-06-01", 40)]
    found = breakdown(rows, comparison)
    assert list(found.share) == [0.6, 0.4]
    assert found[["base", "change", "change_rate", "contribution"]].isna().all(axis=None)


def test_a_change_of_nothing_has_no_contributions():
    days = [("2025-06-01", "North", 5), ("2025-06-01", "South", 7)]
    days += [("2026-06-01", "North", 7), ("2026-06-01", "South", 5)]
    found = breakdown([on(day, net, region=region) for day, region, net in days])
    assert list(found.change) == [2, -2]
    assert found.contribution.isna().all()


def test_a_total_of_nothing_has_no_shares():
    found = breakdown([on("2026-06-01", 5, region="North"), on("2026-06-01", -5)])
    assert found.share.isna().all()


def test_a_base_of_credit_notes_alone_gives_a_rate_with_the_right_sign():
    found = breakdown([on("2025-06-01", -10), on("2026-06-01", 10)])
    assert (found.change[0], found.change_rate[0]) == (20, 2)


def test_a_period_without_a_sale_breaks_down_into_nothing():
    assert breakdown([]).empty
    assert breakdown([on("2024-01-01")]).empty


def test_equal_segments_stand_in_order_of_name():
    rows = [on("2026-06-01", 5, region=name) for name in ("West", "East")]
    assert list(breakdown(rows).region) == ["East", "West"]


def test_a_partial_period_is_broken_down_by_as_many_days():
    rows = every_day("2025-06-01", "2025-06-30") + every_day("2026-06-01", "2026-06-28")
    found = breakdown(rows, compared(as_of="2026-06-28"))
    assert (found.current[0], found.base[0], found.change[0]) == (28, 28, 0)


# need_sales


def test_no_line_that_counts_and_a_period_before_the_first_are_told():
    with pytest.raises(Unanswered, match="No order counts as a sale"):
        figures.need_sales(sales_lines([]), compared().current)
    with pytest.raises(Unanswered, match="orders begin on 2027-01-01"):
        figures.need_sales(sales_lines([on("2027-01-01")]), compared().current)
    figures.need_sales(sales_lines([on("2020-01-01")]), compared().current)


def test_what_revenue_asks_compiles_elsewhere(elsewhere):
    rows = [ORDER | on("2026-06-01", region="North")]
    assert headline(rows, expenses=[RENT], aims=[planned("2026-06-01", 5)])
    assert len(evolution(rows)) == 13
    assert len(breakdown(rows)) == 1
