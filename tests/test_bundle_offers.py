"""Bundle offers: prices, floor, break-even and what an offer adds, by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.pricing import bundle_offers
from revwork.analysis.pricing.bundle_offers import Terms
from revwork.calendar import Period
from revwork.findings import Unanswered

YEAR = Period("year", date(2025, 1, 1), date(2026, 1, 1))
USUAL = Terms()
NAMES = pd.Series({"a": "Machine", "b": "Grinder"})


def counts(left_second=4000.0, **more):
    """1,000 baskets, 200 with a, 100 with both: a sells at 100 and leaves 40, b at 80."""
    row = {"place": 0, "first": "a", "second": "b", "segment": None, "channel": None}
    row |= {"baskets": 1000, "first_count": 200, "second_count": 108, "both": 100, "costed": 100}
    row |= {"net_first": 10_000.0, "net_second": 8_000.0, "left_first": 4_000.0}
    row |= {"left_second": left_second, "square": 170_000.0}
    row |= {"units_first": 100.0, "units_second": 100.0}
    return pd.DataFrame([row | more])


def offer(terms=USUAL, **more):
    return bundle_offers.designed(counts(**more), YEAR, terms).iloc[0]


def test_the_offer_of_a_pair_by_hand():
    one = offer(Terms(more=0.1, floor=0.25))
    assert (one.attach_rate, one.other_rate) == (0.5, 0.01)
    assert one.apart_price == 180 and one.floor_price == pytest.approx(100 / 0.75, abs=0.01)
    room = (1 - 0.5 / 0.6) * 40 / 180
    assert one.bundle_price == pytest.approx(180 * (1 - room / 2), abs=0.005)
    off = 180 - one.bundle_price
    assert one.needed_attach_rate == pytest.approx(0.5 * 40 / (40 - off))
    month = 200 / 365 * 365.25 / 12
    assert one.added_margin == pytest.approx(month * (0.6 * (40 - off) - 0.5 * 40))
    assert 0.5 < one.needed_attach_rate < 0.6 and one.added_margin > 0


def test_half_of_what_additional_baskets_earn_is_kept():
    one = offer()
    full = one.monthly_count * 0.1 * 40
    assert one.added_margin == pytest.approx(full / 2, rel=0.01)


def test_the_floor_holds_and_may_leave_no_discount():
    held = offer(Terms(more=0.3, floor=0.43))
    assert held.bundle_price == held.floor_price < held.apart_price
    none = offer(Terms(floor=0.9))
    assert none.bundle_price == none.apart_price and none.discount_rate == 0
    assert none.needed_attach_rate == pytest.approx(0.5)


def test_no_more_than_all_can_take_both():
    assert offer(Terms(more=0.8)).chosen_attach_rate == 1


def test_a_second_product_that_leaves_nothing_is_never_discounted():
    one = offer(left_second=-500.0)
    assert one.bundle_price == one.apart_price and one.added_margin < 0
    assert np.isnan(one.needed_attach_rate)


def test_without_units_the_price_is_that_of_a_basket():
    assert offer(units_first=np.nan, units_second=np.nan).apart_price == 180


def test_a_place_where_all_baskets_hold_the_first_tells_nothing_of_the_others():
    one = offer(baskets=200, first_count=200, second_count=100)
    assert one.other_rate == 0


def test_without_costs_there_is_no_offer():
    with pytest.raises(Unanswered, match="cost of goods"):
        offer(costed=0, left_second=np.nan, left_first=np.nan, square=np.nan)


def test_a_discount_costs_those_who_buy_both_today():
    rows = bundle_offers.simulated(offer(), 0.05)
    today = rows[rows.mark == "today"].iloc[0]
    assert today.added_margin == pytest.approx(-offer().monthly_count * 0.5 * 0.05 * 180)
    even = rows[rows.mark == "break_even"].iloc[0]
    assert even.added_margin == pytest.approx(0, abs=1e-6) and even.low < 0 < even.high
    assert rows.attach_rate.is_monotonic_increasing and rows.attach_rate.iloc[-1] == 1


def test_a_discount_larger_than_the_margin_never_pays():
    assert (bundle_offers.simulated(offer(), 0.3).added_margin < 0).all()
    assert "whatever" in bundle_offers.simulation(offer(), 0.3).template
    assert "full price" in bundle_offers.simulation(offer(), 0.0).template
    assert bundle_offers.simulation(offer(), 0.05).values["needed"] == pytest.approx(20 / 31)


def test_the_interval_at_todays_rate_and_price_has_only_its_share_in_doubt():
    row = bundle_offers.simulated(offer(), 0.0).query("mark == 'today'").iloc[0]
    assert row.added_margin == pytest.approx(0, abs=1e-9)
    doubt = 1.959964 * offer().monthly_count * 40 * np.sqrt(0.25 / 200)
    assert row.high == pytest.approx(doubt) and row.low == pytest.approx(-doubt)


def test_the_table_and_its_line_bear_names():
    rows = bundle_offers.designed(counts(), YEAR, Terms())
    assert bundle_offers.shown(rows, NAMES).iloc[0, :2].to_list() == ["Machine", "Grinder"]
    assert bundle_offers.reading(rows, NAMES).values["second"] == "Grinder"
