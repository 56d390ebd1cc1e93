"""Risk register, on risks typed by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.reputation import opinions, risk_register
from revwork.analysis.reputation.opinion_breaks import EVERYWHERE
from revwork.analysis.reputation.opinion_weeks import Weeks
from revwork.analysis.reputation.orders_lost import Turn
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered

YEAR = Period("2025", date(2025, 1, 1), date(2026, 1, 1))
LEVELS = {"rating_change": -1.0, "trend": 1.5, "before_rating": 4.0, "since_rating": 3.0}
TOPICS = pd.DataFrame({"topic": ["late · parcel", "rain", "door", "dog"]})
TICKETS = pd.DataFrame({"topic": ["Delivery"]})
DAY = date(2025, 9, 1)
TURN = Turn(date(2025, 10, 6), date(2025, 9, 8), date(2025, 11, 3), -0.3, -0.4, -0.2, 90)
ONE = risk_register.Risk(
    {"region": "S"}, DAY, DAY, DAY, DAY, None, 0.001, LEVELS, TOPICS, TICKETS, ["Shop"], TURN, None
)


def lines(*rows):
    """Lines from (net amount, region, channel, day), with the start of the year among them."""
    full = [{"net_amount": 0, "order_date": "2025-01-01"}]
    names = ("net_amount", "region", "channel", "order_date")
    full += [dict(zip(names, row, strict=True)) for row in rows]
    return sales_lines([{**row, "order_id": f"o{n}"} for n, row in enumerate(full)])


SOLD = lines(
    (1000, "S", "Shop", "2025-12-31"),
    (500, "S", "Sales", "2025-06-01"),
    (300, "N", "Shop", "2025-06-01"),
    (9, "S", "Shop", "2026-01-01"),
)


def test_risk_is_exposed_revenue_times_fall_times_trend(elsewhere):
    (row,) = risk_register.register([ONE], SOLD, YEAR).itertuples()
    assert row.exposed_revenue == 1000, "of the channel reviewed, in the period"
    assert (row.severity_share, row.trend_multiple) == (0.25, 1.5)
    assert row.risk_amount == 375
    assert (row.owner, row.status, row.turned_date) == ("Service", "Proposed", TURN.since_date)


def test_the_largest_risk_stands_first_and_one_of_no_known_size_last():
    small = replace(ONE, where={"region": "N"})
    unknown = replace(ONE, where={}, channels=["None"], levels={**LEVELS, "rating_change": -2})
    rows = risk_register.register([unknown, small, ONE], SOLD, YEAR)
    assert rows.exposed_revenue.tolist()[:2] == [1000, 300]
    assert pd.isna(rows.exposed_revenue[2]) and rows["where"][2] is EVERYWHERE
    assert risk_register.reading(rows).values["revenue"] == 1000


def test_revenue_that_does_not_reach_back_is_not_known_rather_than_less():
    young = sales_lines([{"order_date": "2025-06-01", "net_amount": 5, "region": "S"}])
    assert risk_register.exposed(young, ONE, YEAR) is None


def test_a_product_or_category_is_for_product_the_rest_for_service():
    assert ONE.owner == "service"
    assert replace(ONE, where={"region": "S", "category": "Beans"}).owner == "product"
    assert {ONE.owner, "product"} == {*risk_register.PLANS}


def test_topics_are_three_of_the_texts_and_one_of_the_tickets():
    assert risk_register.said(ONE) == "late · parcel; rain; door; Delivery"
    assert risk_register.said(replace(ONE, topics=TOPICS[:0], tickets=TICKETS[:0])) is None


def test_a_rating_that_rose_since_is_of_no_severity():
    better = replace(ONE, levels={**LEVELS, "rating_change": 0.5})
    assert risk_register.register([better], SOLD, YEAR).risk_amount.tolist() == [0]


def test_it_is_visible_when_the_first_of_test_and_warning_tells():
    assert ONE.visible == DAY
    assert replace(ONE, warned=date(2025, 8, 4)).visible == date(2025, 8, 4)
    assert replace(ONE, warned=date(2025, 12, 1)).visible == DAY


def test_no_risk_is_an_empty_register_that_says_so():
    rows = risk_register.register([], SOLD, YEAR)
    assert rows.empty and risk_register.reading(rows) is risk_register.NONE
    with pytest.raises(Unanswered, match="no orders to look at"):
        risk_register.orders([], SOLD, DAY)


def test_the_picture_marks_when_opinion_and_orders_turned():
    assert risk_register.dates([ONE]).day.tolist() == [DAY, DAY, TURN.since_date]
    assert len(risk_register.dates([replace(ONE, turn=None)])) == 2


def test_each_event_for_the_worse_is_a_risk_with_what_is_known_of_its_part():
    columns = ["region", "category", "product_id", "week", "n", "total", "squares", "critical"]
    spine = Weeks(date(2026, 1, 25), 40)
    stars = pd.DataFrame(
        [("S", None, None, week, 2, 10 - 6 * (week > 20), 26, 0) for week in range(40)],
        columns=columns,
    )
    told = pd.DataFrame(columns=["region", "category", "product_id", "week", "topic", "n"])
    since = spine.first_day(21)
    dates = {"since_date": since, "low_since_date": since, "high_since_date": since}
    event = {"where": {"region": "S"}, "worse": True, **dates, "seen_date": since, "p": 0.0}
    events = pd.DataFrame([{**event, "topics": []}, {**event, "worse": False, "topics": []}])
    reviews = opinions.opinions(typed("reviews"), SOLD)
    tables = reviews, SOLD, typed("tickets")
    (one,) = risk_register.risks(events, (stars, told, spine), tables, (Calendar(), "EUR"))
    assert (one.where, one.since, one.turn, one.impact) == ({"region": "S"}, since, None, None)
    assert one.levels["rating_change"] == pytest.approx(-3) and one.channels == []
    assert one.topics.empty and one.tickets.empty
