"""Targets, on plans small enough to check by hand."""

from datetime import date

import pytest
from conftest import typed

from revwork.analysis import targets
from revwork.calendar import Calendar, Period
from revwork.metrics import Kpi

CALENDAR = Calendar()
PLAN = [
    {"month": "2026-01-01", "metric": "net_revenue", "amount": 310},
    {"month": "2026-02-01", "metric": "net_revenue", "amount": 280},
    {"month": "2026-02-01", "metric": "gross_margin", "amount": 99},
]


def target(period, rows=PLAN, metric="net_revenue", calendar=CALENDAR):
    if isinstance(period, str):
        period = calendar.period(period, date(2026, 12, 31))
    return targets.target(targets.promised(typed("targets", rows)), metric, period, calendar)


def by(dimension, rows, period="2026-01", calendar=CALENDAR, metric="net_revenue"):
    period = calendar.period(period, date(2026, 12, 31))
    return targets.by_segment(typed("targets", rows), metric, period, dimension, calendar)


def planned(amount, month="2026-01-01", **row):
    return {"month": month, "metric": "net_revenue", "amount": amount, **row}


@pytest.mark.parametrize(
    ("period", "amount"),
    [
        ("2026-01", 310),
        ("2026-01-01", 10),
        ("2026-01-31", 10),
        ("2026-02-28", 10),
        ("2026-01-01..2026-02-28", 590),
        ("2026-01-31..2026-02-01", 20),
        ("2026-W05", 6 * 10 + 10),
    ],
)
def test_a_part_of_a_month_has_its_share_of_days(period, amount):
    assert target(period) == amount


def test_a_period_with_a_month_that_has_no_target_has_none():
    assert target("2026-Q1") is None
    assert target("2025-12-31..2026-01-01") is None


def test_the_days_of_a_leap_february_are_29():
    rows = [planned(290, "2028-02-01")]
    assert target(Period("day", date(2028, 2, 29), date(2028, 3, 1)), rows) == 10


def test_segments_of_a_metric_add_up_and_metrics_do_not():
    rows = [planned(100, region="North"), planned(50, region="South"), *PLAN[2:]]
    assert target("2026-01", rows) == 150
    assert target("2026-02", rows, "gross_margin") == 99


def test_without_targets_there_is_none():
    assert target("2026-01", []) is None
    assert target("2026-01", metric="operating_result") is None
    assert by("region", []) == {}


def test_a_target_of_nothing_is_nothing_rather_than_none():
    assert target("2026-01", [planned(0)]) == 0


def test_a_loss_may_be_planned():
    rows = [{"month": "2026-01-01", "metric": "operating_result", "amount": -310}]
    assert target("2026-01-01", rows, "operating_result") == -10


def test_a_retail_month_takes_the_target_of_the_month_it_begins_with():
    retail = Calendar(retail="4-4-5")
    first = retail.period("FY2026-P01", date(2026, 12, 31))
    rows = [planned(2800, str(first.start))]
    day = Period("day", first.start, first.start.replace(day=first.start.day + 1))
    assert (target(first, rows, calendar=retail), target(day, rows, calendar=retail)) == (2800, 100)


def test_segments_have_their_own_targets_and_those_of_the_company_are_nobodys():
    rows = [planned(100, region="North"), planned(50, region="South"), planned(7)]
    assert by("region", rows) == {"North": 100, "South": 50}


def test_a_segments_targets_by_another_dimension_add_up():
    rows = [planned(n, region="North", channel=channel) for n, channel in ((1, "Web"), (2, "Shop"))]
    assert by("region", rows) == {"North": 3}
    assert by("channel", rows) == {"Web": 1, "Shop": 2}


def test_a_segment_without_a_target_for_one_month_is_left_out():
    rows = [planned(100, region="North"), planned(50, region="South")]
    rows.append(planned(100, "2026-02-01", region="North"))
    assert by("region", rows, "2026-01-01..2026-02-28") == {"North": 200}


def test_each_metric_has_its_own_targets_by_segment():
    rows = [{"month": "2026-01-01", "metric": "gross_margin", "amount": 9, "region": "North"}]
    assert by("region", rows) == {}
    assert by("region", rows, metric="gross_margin") == {"North": 9}


def test_a_dimension_the_plan_does_not_know_has_no_targets():
    assert by("sales_rep", [planned(100)]) == {}


def rated(amount, month="2026-01-01", metric="win_rate", **row):
    return {"month": month, "metric": metric, "amount": amount, **row}


RATES = [rated(0.2), rated(0.2, "2026-02-01"), rated(0.3, "2026-03-01")]


@pytest.mark.parametrize(
    ("period", "amount"),
    [
        ("2026-01", 0.2),
        ("2026-01-05..2026-01-08", 0.2),
        ("2026-01-01..2026-02-28", 0.2),
        ("2026-Q1", round((0.2 * 59 + 0.3 * 31) / 90, 9)),
        ("2026-03-31..2026-04-01", None),
    ],
)
def test_a_rate_does_not_add_up_over_months_but_is_their_mean_by_day(period, amount):
    assert target(period, RATES, "win_rate") == amount


def test_a_level_is_that_of_the_last_month_and_different_customers_are_a_month_s_own():
    rows = [rated(n, f"2026-0{n}-01", m) for n in (1, 2) for m in ("subscribers", "customers")]
    assert target("2026-01-01..2026-02-28", rows, "subscribers") == 2
    assert target("2026-01-01..2026-02-28", rows, "customers") is None
    assert target("2026-02", rows, "customers") == 2


def test_a_rate_of_the_company_and_one_of_a_segment_stand_side_by_side():
    rows = [rated(0.2), rated(0.4, region="North"), rated(0.5, region="North", channel="Web")]
    months = targets.promised(typed("targets", rows))
    assert months.amount.tolist() == [0.2]
    assert targets.promised(typed("targets", rows), ["region=North"]).amount.tolist() == [0.4]
    both = ["region=North", "channel=Web"]
    assert targets.promised(typed("targets", rows), both).amount.tolist() == [0.5]
    assert by("region", rows, metric="win_rate") == {"North": 0.4}


def test_the_rates_of_two_segments_make_none_of_both():
    rows = [rated(0.2, region="South"), rated(0.4, region="North")]
    assert targets.promised(typed("targets", rows)).empty
    assert targets.promised(typed("targets", rows), ["region=North", "region=South"]).empty


def aimed(metric, rows, period="2026-Q1", as_of=date(2026, 12, 31)):
    comparison = CALENDAR.compare(CALENDAR.period(period, as_of), "year ago", as_of)
    plan = targets.promised(typed("targets", rows))
    card = Kpi(metric, 0.25, "percent", "sales", period)
    (card,) = targets.beside([card], plan, comparison, CALENDAR)
    return card.target, card.target_is


def test_a_card_says_which_of_its_targets_was_not_set_as_it_stands():
    assert aimed("win_rate", RATES, "2026-02") == (0.2, "")
    assert aimed("win_rate", RATES) == (round((0.2 * 59 + 0.3 * 31) / 90, 9), "mean")
    assert aimed("net_revenue", PLAN, "2026-01", date(2026, 1, 10)) == (100, "to date")
    assert aimed("net_revenue", PLAN, "2026-01") == (310, "")
    assert aimed("discount_rate", RATES) == (None, "")


def test_a_partial_period_has_no_target_of_what_is_booked_by_the_month():
    rows = [rated(310, metric="operating_result")]
    assert aimed("operating_result", rows, "2026-01", date(2026, 1, 10)) == (None, "")
    assert aimed("operating_result", rows, "2026-01") == (310, "")


def test_what_targets_ask_compiles_elsewhere(elsewhere):
    assert target("2026-01") == 310
    assert by("region", [planned(100, region="North")]) == {"North": 100}
