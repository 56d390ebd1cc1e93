"""Anomalies: planted ones are found, and nothing else."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.revenue import anomalies
from revwork.calendar import Period
from revwork.findings import Unanswered

FIRST = date(2025, 1, 6)
WEEK = np.array([1.0, 0.9, 0.95, 1.05, 1.4, 1.6, 0.7])
CLOSED_ON_SUNDAY = np.array([1.0, 0.9, 0.95, 1.05, 1.4, 1.6, 0.0])


def level(days, week=WEEK):
    """Net revenue without noise: 10,000 a day, half as much again after a year."""
    day = np.arange(days)
    return 10_000 * (1 + 0.5 * day / 365) * week[day % 7]


def noisy(days, seed, week=WEEK, noise=0.1):
    """Net revenue whose noise is proportional to its level."""
    draw = np.random.default_rng(seed)
    return level(days, week) * np.exp(draw.normal(0, noise, days))


def lines(net, skip=()):
    """One line a day, as sales lines hold them; no line on the days to skip."""
    days = [FIRST + timedelta(days=i) for i in range(len(net))]
    frame = pd.DataFrame({"order_date": days, "net": net}).drop(index=list(skip))
    return ibis.memtable(frame).cast({"order_date": "date", "net": "decimal(18, 4)"})


def period(days):
    return Period("all", FIRST, FIRST + timedelta(days=days))


def found(net, skip=()):
    """Numbers of the days found to be out of line."""
    out = anomalies.anomalies(lines(net, skip), period(len(net)))
    return [(day - FIRST).days for day in out.day]


@pytest.mark.parametrize("seed", range(8))
def test_three_planted_days_among_400_are_found_and_nothing_else(seed):
    net = noisy(400, seed)
    net[[60, 203, 341]] *= [2.5, 0.2, 2.5]
    assert found(net) == [60, 203, 341]


@pytest.mark.parametrize("seed", range(8))
def test_a_quiet_year_has_no_anomaly_whether_noise_grows_with_revenue_or_not(seed):
    even = level(400) + np.random.default_rng(seed).normal(0, 800, 400)
    assert found(noisy(400, seed)) == []
    assert found(even) == []


@pytest.mark.parametrize("seed", range(4))
def test_closed_sundays_are_season_and_a_closed_holiday_is_not(seed):
    sundays = range(6, 400, 7)
    assert found(noisy(400, seed, CLOSED_ON_SUNDAY), skip=sundays) == []
    assert found(noisy(400, seed, CLOSED_ON_SUNDAY), skip=[*sundays, 150]) == [150]


def test_a_day_of_credits_only_is_found_on_its_side_of_zero():
    net = noisy(200, 1)
    net[100] = -4_000
    out = anomalies.anomalies(lines(net), period(200))
    assert list(out.net) == [-4_000] and out.z[0] < -5


def test_a_row_shows_what_was_expected_and_the_band_around_it():
    net = noisy(400, 3)
    net[60] = 30_000
    row = anomalies.anomalies(lines(net), period(400)).iloc[0]
    assert (row.day, row.net) == (FIRST + timedelta(days=60), 30_000)
    assert row.expected == pytest.approx(level(400)[60], rel=0.1)
    assert row.low < row.expected < row.high < row.net


def test_the_band_and_the_threshold_say_the_same():
    days = anomalies.days(lines(noisy(200, 2)), period(200), threshold=2.0)
    outside = ~days.net.between(days.low, days.high)
    assert outside.any() and (outside == (days.z.abs() > 2)).all()


def test_days_before_the_first_sale_ever_are_not_taken_for_closed_ones():
    long_before = Period("long", FIRST - timedelta(days=100), FIRST + timedelta(days=200))
    days = anomalies.days(lines(noisy(200, 2)), long_before)
    assert (days.day.min(), len(days)) == (FIRST, 200)


def test_days_outside_the_period_are_not_judged():
    net = noisy(200, 2)
    net[150] *= 4
    assert anomalies.anomalies(lines(net), period(150)).empty
    assert list(anomalies.anomalies(lines(net), period(151)).net) == [net[150].round(4)]


def test_a_day_whose_worth_is_unknown_is_not_judged():
    net = pd.Series(noisy(200, 2))
    net[80] = None
    days = anomalies.days(lines(net), period(200))
    assert len(days) == 199 and FIRST + timedelta(days=80) not in set(days.day)
    assert anomalies.anomalies(lines(net), period(200)).empty


def test_a_quiet_series_gives_an_empty_table_with_the_same_columns():
    out = anomalies.anomalies(lines(noisy(200, 2)), period(200))
    assert list(out) == ["day", "net", "expected", "low", "high", "z"] and out.empty


def test_twelve_weeks_are_enough_and_a_day_less_is_not():
    assert len(anomalies.days(lines(noisy(84, 1)), period(84))) == 84
    with pytest.raises(Unanswered, match="12 weeks"):
        anomalies.days(lines(noisy(83, 1)), period(83))


def test_weeks_that_repeat_exactly_tell_nothing():
    with pytest.raises(Unanswered, match="without variation"):
        anomalies.days(lines(np.tile(WEEK, 20)), period(140))


def test_a_shop_open_one_day_a_week_has_no_normal_day():
    with pytest.raises(Unanswered, match="days of the week"):
        anomalies.days(lines(noisy(140, 1, np.eye(7)[4])), period(140))


def test_no_sales_is_unanswered():
    with pytest.raises(Unanswered, match="No sales"):
        anomalies.days(sales_lines([]), period(140))


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_daily_revenue_compiles_elsewhere(dialect):
    assert ibis.to_sql(anomalies._by_day(lines([1.0]), period(1)), dialect=dialect)
