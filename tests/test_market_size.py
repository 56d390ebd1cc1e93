"""Market size: whole years of the same places, ours beside all suppliers'."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.market import market_size
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST, SAY = date(2026, 6, 30), Reader().say
STARTS = pd.date_range("2024-07-01", "2026-04-01", freq="QS")


def quarters(amount=100, before=80, starts=STARTS, **place):
    """Eight quarters of a market: `before` each in the first year, `amount` in the second."""
    return [
        {
            **{"period_start": f"{start.date()}"},
            "period_end": f"{(start + pd.offsets.QuarterEnd(0)).date()}",
            "amount": amount if at >= 4 else before,
            **place,
        }
        for at, start in enumerate(starts)
    ]


def bought(net=10, day="2026-05-01", **row):
    return {"order_id": f"{day}{net}{row}", "order_date": day, "net_amount": net, **row}


OLD = bought(2, "2024-07-01", region="Spain", category="Tea")


def sized(estimates, orders=(OLD,), last=LAST, **more):
    return market_size.sized(typed("market_size", estimates), sales_lines([*orders], **more), last)


def market(estimates, orders=(OLD,), by=(), last=LAST):
    return market_size.market(market_size.years(sized(estimates, orders, last), last), by)


SPAIN = {"region": "Spain", "category": "Tea"}


def test_size_growth_and_share_are_those_of_the_last_four_quarters(elsewhere):
    (one,) = market(quarters(**SPAIN), [OLD, bought(40, **SPAIN)]).itertuples()
    assert (one.market_revenue, one.market_growth_rate) == (400, pytest.approx(0.25))
    assert (one.our_revenue, one.market_share) == (40, pytest.approx(0.1))
    assert one.base_share == pytest.approx(2 / 320)
    assert one.gained == pytest.approx(0.1 - 2 / 320)
    assert one.our_growth_rate == pytest.approx(19.0)


def test_our_share_counts_the_same_regions_categories_and_days_alone():
    orders = [
        *(OLD, bought(40, **SPAIN)),
        bought(500, region="Spain", category="Coffee"),
        bought(500, region="France", category="Tea"),
        bought(500, "2026-07-01", **SPAIN),
        bought(500, "2025-06-30", **SPAIN) | {"order_date": "2024-06-30"},
        bought(500, category="Tea"),
    ]
    (one,) = market(quarters(**SPAIN), orders).itertuples()
    assert one.our_revenue == 40


def test_the_first_and_last_day_of_a_quarter_count():
    orders = [OLD, bought(1, "2025-07-01", **SPAIN), bought(2, "2026-06-30", **SPAIN)]
    (one,) = market(quarters(**SPAIN), orders).itertuples()
    assert one.our_revenue == 3


def test_a_quarter_that_is_not_over_is_not_compared():
    rows = market(quarters(**SPAIN), last=date(2026, 6, 29))
    assert rows.market_revenue.item() == 3 * 100 + 80
    assert np.isnan(rows.market_growth_rate.item())  # the year before has three quarters


def test_a_year_with_a_quarter_missing_is_not_known_rather_than_smaller():
    rows = quarters(**SPAIN)
    del rows[5]
    (one,) = market(rows).itertuples()
    assert np.isnan(one.market_revenue) and np.isnan(one.market_share)


def test_parts_make_the_whole_and_an_estimate_of_all_is_not_counted_beside_them():
    france = {"region": "France", "category": "Tea"}
    rows = [*quarters(**SPAIN), *quarters(300, 300, **france), *quarters(9999)]
    orders = [OLD, bought(40, **SPAIN), bought(30, **france)]
    each, (whole,) = market(rows, orders, ["region"]), market(rows, orders).itertuples()
    assert each.market_revenue.sum() == whole.market_revenue == 1600
    assert each.our_revenue.sum() == whole.our_revenue == 70
    assert whole.market_share == pytest.approx(70 / 1600)
    growth = (each.market_revenue / (1 + each.market_growth_rate)).sum()
    assert whole.market_growth_rate == pytest.approx(1600 / growth - 1)


def test_a_market_told_by_category_alone_takes_all_our_regions():
    orders = [OLD, bought(40, **SPAIN), bought(20, region="France", category="Tea")]
    (one,) = market(quarters(category="Tea"), orders, ["category"]).itertuples()
    assert (one.category, one.our_revenue) == ("Tea", 60)


def test_a_place_where_we_sold_nothing_has_a_share_of_zero_not_an_unknown_one():
    rows = [*quarters(**SPAIN), *quarters(category="Tea", region="Italy")]
    shares = market(rows, [OLD, bought(40, **SPAIN)], ["region"]).set_index("region")
    assert shares.market_share.to_dict() == {"Italy": 0.0, "Spain": pytest.approx(0.1)}


def test_before_our_orders_begin_our_share_is_not_known():
    (one,) = market(quarters(**SPAIN), [bought(40, "2026-01-05", **SPAIN)]).itertuples()
    assert np.isnan(one.market_share) and one.market_revenue == 400


def test_an_amount_without_a_rate_makes_the_share_unknown_not_small():
    orders = [OLD, bought(40, **SPAIN), bought(40, currency="USD", **SPAIN)]
    (one,) = market(quarters(**SPAIN), orders).itertuples()
    assert np.isnan(one.market_share)


def test_a_credit_note_comes_off_our_share():
    orders = [OLD, bought(40, **SPAIN), bought(-10, "2026-05-03", **SPAIN)]
    assert market(quarters(**SPAIN), orders).our_revenue.item() == 30


def test_a_market_of_nothing_has_neither_share_nor_growth():
    (one,) = market(quarters(0, 0, **SPAIN), [OLD, bought(40, **SPAIN)]).itertuples()
    assert np.isnan(one.market_share) and np.isnan(one.market_growth_rate)


def test_the_interval_of_growth_comes_from_how_places_and_quarters_scatter():
    even = quarters(**SPAIN)
    uneven = [{**one, "amount": one["amount"] + (5 if at % 2 else -5)} for at, one in
              enumerate(even)]  # fmt: skip
    (flat,), (one,) = (market(rows).itertuples() for rows in (even, uneven))
    assert flat.low_market_growth_rate == pytest.approx(flat.high_market_growth_rate)
    assert one.low_market_growth_rate < one.market_growth_rate < one.high_market_growth_rate
    annual = [
        {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31", "amount": 90 + year - 2024}
        for year in (2024, 2025)
    ]
    (once,) = market(annual, last=date(2026, 1, 31)).itertuples()
    assert np.isnan(once.low_market_growth_rate)
    assert once.market_growth_rate == pytest.approx(1 / 90)


def test_estimates_of_the_most_frequent_length_count():
    year = {"period_start": "2025-07-01", "period_end": "2026-06-30", "amount": 7777, **SPAIN}
    rows = [one for one in quarters(**SPAIN) if one["period_start"] != "2025-07-01"]
    assert 7777 not in set(sized([*rows, year]).market_revenue)


def test_nothing_known_is_empty_and_says_what_to_add():
    assert sized([]).empty and sized(quarters(**SPAIN), []).our_revenue.isna().all()
    assert market([]).empty
    with pytest.raises(Unanswered, match="market_size"):
        market_size.known(market_size.years(sized([]), LAST))


def test_an_old_estimate_is_no_longer_the_market():
    assert market_size.years(sized(quarters(**SPAIN)), date(2028, 1, 31)).empty


def test_the_headline_has_a_year_to_compare_with_and_twelve_months():
    rows = sized([*quarters(**SPAIN)], [OLD, bought(40, **SPAIN)])
    comparison = Calendar().compare(Calendar().period("2026-Q2", LAST), "year ago", LAST)
    cards = {one.metric: one for one in market_size.headline(rows, comparison, Calendar())}
    assert cards["market_size"].value == 400 and cards["market_size"].comparison == 320
    assert cards["market_growth"].value == pytest.approx(0.25)
    assert cards["market_growth"].comparison is None
    assert len(cards["market_share"].series) == 12
    assert market_size.headline(sized([]), comparison, Calendar()) == []


def test_the_reading_names_the_fastest_and_the_slowest():
    rows = [*quarters(**SPAIN), *quarters(90, 90, region="Spain", category="Coffee")]
    dots = market_size.dots(market(rows, by=["category"]))
    said = SAY(market_size.fastest(dots))
    assert (
        said == "Tea grows most (+25% a year), Coffee least (0% a year)" or "Coffee least" in said
    )
    with pytest.raises(Unanswered, match="two years"):
        market_size.fastest(dots.assign(base=np.nan))
