from datetime import date

import numpy as np
import pandas as pd
import pytest
from offs import by_period, days, easter_weeks, free, sold, wide

from revwork.analysis.forecast import outlook, series, trading_days
from revwork.analysis.forecast.hierarchy import hierarchy
from revwork.calendar import Calendar

EASTER = easter_weeks()
SPAIN = free("Spain", *EASTER)
ALL = sold("2022-01-01", "2027-12-31", EASTER)
PAST, CAME = ALL[ALL.order_date <= "2026-12-31"], ALL[ALL.order_date > "2026-12-31"]


def forecast(given):
    coming = series.coming(Calendar(), date(2026, 12, 31), "month", 12)
    return outlook.forecast(by_period(PAST), coming, given)


@pytest.fixture(scope="module")
def found():
    return forecast(days(PAST, SPAIN))


def off(told):
    """By month, how far the total was off, as a share of what came."""
    came = by_period(CAME).set_index("period_start").net_revenue
    expected = outlook.of_level(told, "total").set_index("period_start").value
    return (expected / came - 1).abs()


def test_where_holidays_cost_sales_the_back_test_counts_them(found):
    assert trading_days.chosen(found.counting) == trading_days.HOLIDAYS
    rates = found.counting.set_index("counting").mase_multiple
    assert rates[trading_days.HOLIDAYS] < 0.8 * rates[trading_days.PLAIN]


def test_an_easter_that_moves_to_march_is_forecast_there(found):
    easter = [date(2027, 3, 1), date(2027, 4, 1)]
    plain = forecast(None)
    assert off(found)[easter].max() < 0.03 and off(plain)[easter].max() > 0.08
    assert off(found).mean() < off(plain).mean() / 2


def test_weeks_differ_by_their_holidays_alone():
    weekly = PAST[PAST.order_date <= "2026-12-27"]
    given = days(weekly, SPAIN)
    shown = wide(weekly, "week")
    of = hierarchy(shown.columns)
    offered = trading_days.ways(given, shown, of, 13)
    assert [*offered] == [trading_days.PLAIN, trading_days.HOLIDAYS]
    carried = offered[trading_days.HOLIDAYS](len(shown))[0]
    starts = [*shown.index]
    week = starts.index(date(2026, 3, 30))
    assert carried[week] == pytest.approx(0.4, abs=0.05)
    assert carried[week - 10 : week - 2] == pytest.approx(carried[5], abs=0.001)


def test_what_comes_after_an_origin_changes_nothing_that_is_known_at_it():
    later = PAST.assign(
        net_revenue=PAST.net_revenue.where(PAST.order_date < "2025-01-01", PAST.net_revenue**2)
    )
    shown = wide(PAST), wide(later)
    of = hierarchy(shown[0].columns)
    one, other = (
        trading_days.ways(days(each, SPAIN), frame, of, 12)
        for each, frame in zip((PAST, later), shown, strict=True)
    )
    for way in (trading_days.WEEKDAYS, trading_days.HOLIDAYS):
        assert (one[way](36) == other[way](36)).all()
        assert not np.allclose(one[way](48), other[way](48))


def test_a_month_carries_what_its_weekdays_sell():
    shown = wide(PAST)
    carried = trading_days.ways(days(PAST, SPAIN), shown, hierarchy(shown.columns), 12)
    worth = carried[trading_days.WEEKDAYS](60)[0]
    assert worth.shape == (60 + 12,)
    assert worth[49] < worth[48] and worth[:60].mean() == pytest.approx(1)


def test_without_a_holiday_only_weekdays_can_be_counted():
    nowhere = days(PAST, free("Spain", country=""))
    shown = wide(PAST)
    offered = trading_days.ways(nowhere, shown, hierarchy(shown.columns), 12)
    assert [*offered] == [trading_days.PLAIN, trading_days.WEEKDAYS]


def test_a_sum_carries_what_its_series_sold_of_late():
    home = sold("2022-01-01", "2026-12-31", [], sells=1.0).assign(region="Peru")
    both = pd.concat([PAST, home.assign(net_revenue=home.net_revenue / 1000)])
    shown = wide(both)
    of = hierarchy(shown.columns)
    offered = trading_days.ways(days(both, SPAIN), shown, of, 12)
    carried = offered[trading_days.HOLIDAYS](60)
    place = {(row.level, row.region): n for n, row in of.nodes.iterrows()}
    nodes = [("total", ""), ("region", "Spain"), ("region", "Peru")]
    total, spain, peru = (carried[place[one]] for one in nodes)
    assert np.abs(total - spain).max() < 0.01 and np.abs(total - peru).max() > 0.05


def test_each_day_is_worth_its_weekday_and_holiday(found):
    worth = found.worth.set_index("day").worth
    assert worth["2027-03-29"] / worth["2027-03-08"] == pytest.approx(0.4, abs=0.05)
    assert worth["2027-02-01"] / worth["2027-02-07"] == pytest.approx(1.4 / 0.4, rel=0.05)
    assert worth.index[-1] >= pd.Timestamp("2027-12-31")
    shown = wide(PAST)
    assert trading_days.by_day(days(PAST, SPAIN), shown, trading_days.PLAIN, 12).empty


def test_the_reading_says_how_days_are_counted_and_what_that_was_worth(found):
    said = trading_days.reading(found.counting)
    assert said.values["way"] == trading_days.HOLIDAYS
    assert said.values["share"] < said.values["plain"]
    near = found.counting.assign(smape_rate=[0.17, 0.18, 0.1695])
    assert "hardly better" in trading_days.reading(near).template
    alike = found.counting.assign(is_chosen=[True, False, False])
    assert "all days count alike" in trading_days.reading(alike).template
