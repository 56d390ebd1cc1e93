import numpy as np
import pytest

from revwork.analysis.forecast import day_weights
from revwork.analysis.forecast.day_weights import Kinds

WEEK = np.array([1.4, 1.2, 1.2, 1.2, 1.0, 0.6, 0.4])
LEVELS = [100, 150, 80, 120, 200, 90]  # of six months: growth and season are no weekday


def kinds(weeks, holiday=1.0, noise=0.0, off=1, seed=1):
    """Groups of six months, each four weeks of those weekdays; `off` holidays on Mondays."""
    shape = (len(weeks), len(LEVELS), 7)
    days, free = np.full(shape, 4.0), np.zeros(shape)
    free[:, :, 0] = off
    random = np.random.default_rng(seed)
    sold, squares, on_holidays = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for place in np.ndindex(*shape):
        group, month, weekday = place
        each = LEVELS[month] * weeks[group][weekday] * (1 + random.normal(0, noise, 4 + off))
        sold[place], squares[place] = each[:4].sum(), (each[:4] ** 2).sum()
        if weekday == 0:
            on_holidays[place] = (each[4:] * np.broadcast_to(holiday, len(weeks))[group]).sum()
    return Kinds(days, free, sold, squares, on_holidays)


def test_what_is_planted_in_weekdays_and_holidays_is_found_whatever_the_month():
    found = day_weights.learned(kinds([WEEK], holiday=0.4))
    assert found.weekday[0] == pytest.approx(WEEK)
    assert found.holiday[0] == pytest.approx(0.4) and found.usual_holiday == pytest.approx(0.4)


def test_a_holiday_among_noise_is_found_within_a_twentieth():
    found = day_weights.learned(kinds([WEEK] * 4, holiday=0.4, noise=0.1, off=2))
    assert found.holiday == pytest.approx([0.4] * 4, abs=0.05)
    assert found.weekday == pytest.approx(np.tile(WEEK, (4, 1)), abs=0.05)


def test_groups_that_differ_keep_their_own_weekdays():
    shops = WEEK[::-1]
    found = day_weights.learned(kinds([WEEK, shops], noise=0.05))
    assert found.weekday == pytest.approx(np.array([WEEK, shops]), abs=0.1)


def test_groups_that_differ_by_noise_alone_share_the_companys_weekdays():
    found = day_weights.learned(kinds([WEEK] * 6, noise=0.5))
    own = [day_weights.learned(kinds([WEEK], noise=0.5, seed=seed)).weekday for seed in range(6)]
    assert found.weekday.std(axis=0).mean() < np.std(own, axis=0).mean() / 2


def test_regions_whose_holidays_differ_keep_their_own():
    found = day_weights.learned(kinds([WEEK, WEEK], holiday=[0.2, 0.9], noise=0.02, off=3))
    assert found.holiday == pytest.approx([0.2, 0.9], abs=0.05)


def test_a_few_noisy_holidays_are_drawn_to_an_ordinary_day():
    near = [
        day_weights.learned(kinds([WEEK], 0.85, noise=0.9, seed=n)).usual_holiday for n in range(20)
    ]
    assert np.mean([one == 1.0 for one in near]) > 0.5


def test_without_a_holiday_or_a_sale_a_day_is_a_day():
    nothing = kinds([WEEK * 0, WEEK * 0])
    found = day_weights.learned(nothing)
    assert (found.weekday == 1).all() and (found.holiday == 1).all() and found.usual_holiday == 1
    assert (day_weights.learned(kinds([WEEK], off=0)).holiday == 1).all()


def test_a_group_that_sold_nothing_has_the_companys_days():
    found = day_weights.learned(kinds([WEEK, WEEK * 0], holiday=0.4))
    assert found.weekday[1] == pytest.approx(WEEK) and found.holiday[1] == pytest.approx(0.4)


def test_more_returns_than_sales_make_no_negative_day():
    found = day_weights.learned(kinds([-WEEK, WEEK], holiday=-2.0))
    assert (found.weekday >= 0).all() and (found.holiday >= 0).all()


def test_later_periods_say_nothing_of_earlier_ones():
    seen = kinds([WEEK], holiday=0.4)
    seen.sold[:, 4:] *= 7
    assert day_weights.learned(seen.until(4)).weekday[0] == pytest.approx(WEEK)
    assert seen.until(4).off.shape == (1, 4, 7)


def test_days_of_a_period_are_worth_what_their_weekdays_and_holidays_are():
    seen = kinds([WEEK], holiday=0.4)
    worth = day_weights.learned(seen).of_days(seen)
    assert worth[0] == pytest.approx([4 * 7 + 0.4 * 1.4] * 6)
