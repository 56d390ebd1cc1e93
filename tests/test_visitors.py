"""Visitors: visits of one person are one way; whoever is not known has each visit alone."""

import pytest
from journeys import WAY, events, named

from revwork.analysis.journey import funnel, visitors
from revwork.analysis.journey.journey_steps import each_within
from revwork.findings import Unanswered

VISITS = (
    ("vc", {"date": "2026-06-01", "device": "phone"}),
    ("pb", {"date": "2026-06-10", "device": "desktop"}),
    ("vc", {"date": "2026-06-02"}),
    ("cpb", {"date": "2026-06-03"}),
)
KNOWN = ({"customer_id": "a"}, {"customer_id": "a"}, {}, {})


def came(days):
    walks = visitors.by_visitor(events(*VISITS), named(*KNOWN))
    rows = funnel.reached(walks, each_within(WAY, days)).execute()
    return rows.set_index("unit").sort_index()


def test_two_visits_of_a_customer_are_one_way_where_the_days_allow(elsewhere):
    assert came(9).depth["customer a"] == 4 and came(9).days["customer a"] == 9
    assert came(8).depth["customer a"] == 2


def test_a_visit_without_a_name_is_a_visitor_of_its_own():
    assert [*came(9).index] == ["customer a", "visit v3"]


def test_the_device_is_that_of_the_first_visit():
    assert came(9).device["customer a"] == "phone"


def test_no_event_is_lost_or_doubled():
    walks = visitors.by_visitor(events(*VISITS), named(*KNOWN)).execute()
    assert len(walks) == 9 and not walks.duplicated(["unit", "place"]).any()


def test_a_customer_named_like_a_visit_is_not_mixed_up_with_it():
    walks = visitors.by_visitor(events("v", "v"), named({"customer_id": "v2"}, {}))
    assert walks.execute().unit.nunique() == 2


def test_where_nobody_is_known_there_is_no_funnel_by_visitor():
    with pytest.raises(Unanswered, match="customer_id"):
        visitors.by_visitor(events("vc"), named({}))


def test_the_reading_says_how_many_are_known():
    assert visitors.reading(named(*KNOWN)).values["share"] == 0.5
