"""Weekly figures for the mix model: complete weeks, markets, steady revenue, controls."""

from datetime import date, timedelta

import numpy as np
import pytest
from conftest import sales_lines, typed

from revwork.analysis.marketing import media, mix_weeks
from revwork.findings import Unanswered

MONDAY = date(2024, 1, 1)
LAST = MONDAY + timedelta(weeks=60)


def days(n=60, first=MONDAY):
    return [(first + timedelta(weeks=week)).isoformat() for week in range(n)]


def sold(regions=("Spain",), values=None, n=60):
    return sales_lines(
        [
            {"order_id": f"{region}{at}{value}", "order_date": day, "net_amount": value}
            | {"region": region, "product_id": "p", "quantity": 1}
            for at, day in enumerate(days(n))
            for region in regions
            for value in (values[at % len(values)] if values else [100])
        ]
    )


def paid(rows=None, n=60, first=MONDAY):
    rows = rows or [("Search", "Spain", 10)]
    spend = [
        {"date": day, "channel": medium, "region": region, "cost": cost}
        for day in [*days(n, first), (first + timedelta(days=7 * n - 1)).isoformat()]
        for medium, region, cost in rows
    ]
    return media.paid(typed("spend", spend), typed("fx_rates"), "EUR")


def weekly(sold, paid, controls=None, as_of=LAST):
    return mix_weeks.weekly(sold, paid, controls or {}, as_of)


def test_only_whole_weeks_that_both_sides_cover_are_counted(elsewhere):
    found = weekly(sold(), paid(first=MONDAY + timedelta(days=2), n=59))
    assert found.weeks[0].date() == MONDAY + timedelta(weeks=1)
    whole = weekly(sold(), paid(), as_of=MONDAY + timedelta(days=7 * 56 - 1))
    assert whole.weeks[-1].date() == MONDAY + timedelta(weeks=55) and len(whole.weeks) == 56
    cut = weekly(sold(), paid(), as_of=MONDAY + timedelta(days=7 * 56 - 2))
    assert len(cut.weeks) == 55


def test_a_year_of_weeks_is_enough_and_a_week_less_is_not():
    assert len(weekly(sold(n=52), paid(n=52)).weeks) == 52
    with pytest.raises(Unanswered, match="there are 51"):
        weekly(sold(n=51), paid(n=51))
    with pytest.raises(Unanswered, match="rows in spend"):
        weekly(sold(), media.paid(typed("spend"), typed("fx_rates"), "EUR"))
    with pytest.raises(Unanswered, match="orders"):
        weekly(sales_lines([]), paid())


def test_markets_are_the_regions_where_something_is_spent():
    both = [("Search", "Spain", 10), ("Search", "France", 5), ("Email", "Spain", 1)]
    found = weekly(sold(("France", "Italy", "Spain")), paid(both))
    assert found.markets == ("France", "Spain") and found.media == ("Email", "Search")
    assert found.spend[:, 3].tolist() == [[0, 1], [5, 10]]


def test_spend_without_a_region_or_where_nothing_is_sold_makes_one_market():
    for region in (None, "Italy"):
        found = weekly(
            sold(("France", "Spain")), paid([("Search", "Spain", 10), ("TV", region, 1)])
        )
        assert found.markets == ("All",) and found.revenue[3].tolist() == [200.0]
        assert found.spend[:, 3].tolist() == [[10], [1]]


def test_a_market_whose_spend_lies_outside_the_weeks_is_none():
    late = LAST + timedelta(days=30)
    rows = [("Search", "Spain", 10)]
    extra = media.paid(
        typed("spend", [{"date": late, "channel": "TV", "region": "France", "cost": 9}]),
        typed("fx_rates"),
        "EUR",
    )
    found = weekly(sold(("France", "Spain")), paid(rows).union(extra))
    assert (found.markets, found.media) == (("Spain",), ("Search",))
    assert (found.spend.sum((0, 1)) > 0).all() and (found.revenue.sum(0) > 0).all()


def test_a_market_that_only_sends_back_makes_one_market():
    back = sold(("Italy",), values=[[-1]])
    both = paid([("Search", "Spain", 10), ("Search", "Italy", 1)])
    assert weekly(sold(("Spain",)).union(back), both).markets == ("All",)
    with pytest.raises(Unanswered, match="orders"):
        weekly(back, both)


def test_more_than_eight_markets_are_one():
    names = [f"R{at}" for at in range(9)]
    rows = [("Search", name, 1) for name in names]
    assert weekly(sold(names), paid(rows)).markets == ("All",)
    assert len(weekly(sold(names[:8]), paid(rows[:8])).markets) == 8


def test_a_large_order_is_spread_over_its_year_and_revenue_adds_up():
    values = [[100, 101], [102, 5000], [103]]
    found = weekly(sold(values=values), paid())
    per_order = found.revenue[:, 0] / np.tile([2, 2, 1], 20)
    assert per_order.max() / per_order.min() < 1.1
    assert found.revenue.sum() == pytest.approx(20 * 5406, rel=0.01)


def test_a_week_without_an_order_is_zero():
    gap = sold().filter(lambda table: table.order_date != date.fromisoformat(days()[5]))
    assert weekly(gap, paid()).revenue[4:7, 0].tolist() == [100, 0, 100]


def test_media_beyond_the_eighth_are_one_and_one_without_spend_is_none():
    rows = [(f"M{n}", "Spain", 100 - n) for n in range(10)] + [("Zero", "Spain", 0)]
    found = weekly(sold(), paid(rows))
    assert found.media == (*(f"M{n}" for n in range(8)), "Other media")
    assert found.spend[-1, 3].tolist() == [92 + 91]


def test_orders_that_a_contact_led_to_are_driven_and_all_where_none_is_recorded(elsewhere):
    lines = sold(n=3)
    touched = typed(
        "touchpoints",
        [
            {"path_id": "a", "channel": "Search", "order_id": "Spain1100"},
            {"path_id": "b", "channel": "Search"},
        ],
    )
    assert mix_weeks.driven(lines, touched).count().execute() == 1
    assert mix_weeks.driven(lines, typed("touchpoints")).count().execute() == 3


def test_controls_follow_price_offers_and_rivals(elsewhere):
    lines = sales_lines(
        [
            {"order_id": str(at), "order_date": day, "net_amount": price, "quantity": 1}
            | {"product_id": "p"}
            for at, (day, price) in enumerate(zip(days(2), (100, 200), strict=True))
        ]
    )
    price = mix_weeks.price_level(lines)
    assert price.iloc[1] - price.iloc[0] == pytest.approx(np.log(2))
    rivals = typed(
        "competitor_prices",
        [
            {"date": day, "competitor": "R", "product_id": "p", "price": price}
            for day, price in zip(days(2), (100, 50), strict=True)
        ],
    )
    moved = mix_weeks.rivals_level(rivals)
    assert moved.iloc[1] - moved.iloc[0] == pytest.approx(-np.log(2))
    promotions = typed(
        "promotions",
        [{"promotion_id": "a", "start_date": "2024-01-07", "end_date": "2024-01-14"}],
    ).mutate(discount_rate=0.7)
    assert mix_weeks.promoted(promotions).tolist() == pytest.approx([0.1, 0.7])
    assert mix_weeks.promoted(typed("promotions")).empty
    assert {*mix_weeks.controls(lines, promotions, rivals)} == {"price", "promotions", "rivals"}


def test_a_control_fills_its_gaps_and_one_that_never_moves_is_left_out():
    import pandas as pd

    told = pd.Series([1.0, 3.0], pd.to_datetime([days()[0], days()[30]]))
    flat = pd.Series([1.0], pd.to_datetime([days()[0]]))
    found = weekly(sold(), paid(), {"told": told, "flat": flat, "none": flat[:0]})
    assert found.control_names == ("told",)
    assert found.controls[0, [29, 30, 59], 0].tolist() == [1, 3, 3]
