"""Journeys: what each came to, on contacts typed by hand."""

from datetime import date, timedelta

import pandas as pd
import pytest
from by_hand import AS_OF, DAY, contacts
from conftest import typed

from revwork.analysis.marketing import journeys
from revwork.calendar import Period
from revwork.findings import Unanswered

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))


def first(found):
    return found.filter(found.place == 0).order_by("path_id").execute().set_index("path_id")


def test_a_journey_with_an_order_that_counts_is_converted_and_has_its_money_once(elsewhere):
    found = contacts([("search email search", "o1")], [("o1", 100, 60)]).execute()
    assert list(found.sort_values("place").medium) == ["search", "email", "search"]
    assert set(found.outcome) == {"converted"} and list(found.steps) == [3, 3, 3]
    assert sorted(found.before_days) == [0, 1, 2] and set(found.ended.dt.date) == {DAY}
    one = found[found.place == 0].iloc[0]
    assert (one.revenue, one.margin, one.conversions, one.customers) == (100, 40, 1, 1)


def test_an_order_cancelled_or_unknown_is_none():
    orders = [("o1", 100, 60, {"status": "cancelled"})]
    assert set(first(contacts([("a", "o1"), ("a", "gone")], orders)).outcome) == {"lost"}


@pytest.mark.parametrize(("days", "outcome"), [(29, "open"), (30, "lost")])
def test_without_an_order_a_journey_is_open_until_patience_ends(days, outcome):
    assert (
        first(contacts([("a b", None)], [], DAY + timedelta(days=days))).outcome.iloc[0] == outcome
    )


def test_an_order_of_later_than_the_last_day_known_is_not_known_yet():
    paths, orders = [("a", "o1", DAY)], []  # `until` took the order away
    assert first(contacts(paths, orders, DAY + timedelta(days=3))).outcome.iloc[0] == "open"


def test_contacts_after_the_order_are_not_on_the_way_to_it():
    paths = [("a b c", "o1", DAY + timedelta(days=1))]
    found = contacts(paths, [("o1", 100, 60)]).execute()
    assert sorted(found.medium) == ["a", "b"] and set(found.steps) == {2}
    late = contacts([("a b", "o1", DAY + timedelta(days=5))], [("o1", 100, 60)])
    assert first(late).outcome.iloc[0] == "lost"


def test_an_order_that_two_journeys_claim_counts_once():
    found = first(contacts([("a", "o1"), ("b", "o1")], [("o1", 100, 60)]))
    assert list(found.conversions) == [0.5, 0.5] and found.revenue.sum() == 100
    assert found.customers.sum() == 1


def test_an_order_of_many_lines_and_a_credit_is_one_order_and_what_is_left_of_it():
    orders = [("o1", 100, 60), ("o1", 50, 20, {"line": 2}), ("o1", -50, -20, {"line": 3})]
    found = first(contacts([("a b", "o1")], orders))
    assert len(found) == 1 and found.revenue.iloc[0] == 100 and found.margin.iloc[0] == 40


def test_only_a_customer_s_first_order_makes_a_new_customer_and_two_on_that_day_half_each():
    who = {"customer_id": "c"}
    later = {**who, "order_date": (DAY + timedelta(days=9)).isoformat()}
    unnamed = {"customer_id": None}
    orders = [("o1", 10, 1, who), ("o2", 10, 1, who), ("o3", 10, 1, later), ("o4", 10, 1, unnamed)]
    days = {"o3": DAY + timedelta(days=9)}
    found = first(contacts([("a", o, days.get(o, DAY)) for o in ("o1", "o2", "o3", "o4")], orders))
    assert list(found.customers) == [0.5, 0.5, 0, 0]


def test_an_unknown_cost_is_unknown_margin_and_not_zero():
    found = first(contacts([("a", "o1")], [("o1", 100, None)]))
    assert pd.isna(found.margin.iloc[0]) and found.revenue.iloc[0] == 100


def test_the_parts_are_below_forty_and_the_same_again():
    paths = [("a b", None)] * 500
    found = first(contacts(paths, []))
    assert found.part.between(0, 39).all() and found.part.nunique() > 35
    assert list(found.part) == list(first(contacts(paths, [])).part)


def test_a_campaign_is_told_apart_where_named_and_else_its_medium():
    rows = contacts([("a:1 a b", "o1")], [("o1", 1, 1)])
    by_campaign = journeys.tell_apart(rows, "campaign").order_by("place").execute()
    assert list(by_campaign.unit) == ["1", "a", "b"]
    assert list(journeys.tell_apart(rows, "medium").order_by("place").execute().unit) == [*"aab"]


def test_the_summary_counts_journeys_by_what_they_came_to(elsewhere):
    paths = [("a b c", "o1"), ("a", None), ("a b", None), ("a", None, AS_OF)]
    rows = contacts(paths, [("o1", 100, 60)])
    found = journeys.summary(rows, JANUARY).set_index("outcome")
    assert list(found.journeys[[journeys.CONVERTED, journeys.LOST]]) == [1, 2]
    assert found.share.sum() == 1 and found.contacts[journeys.LOST] == 1.5
    assert found.with_several_contacts[journeys.LOST] == 0.5
    assert found.median_days[journeys.CONVERTED] == 2
    march = Period("2026-03", date(2026, 3, 1), date(2026, 4, 1))
    assert list(journeys.summary(rows, march).outcome) == [journeys.OPEN]


def test_a_journey_belongs_to_the_period_in_which_it_ended_with_all_its_contacts():
    rows = contacts([("a b c", "o1")], [("o1", 100, 60)])
    day = Period("day", DAY, DAY + timedelta(days=1))
    assert journeys.summary(rows, day).contacts[0] == 3
    with pytest.raises(Unanswered, match="No journey ended"):
        journeys.summary(rows, Period("day before", DAY - timedelta(days=1), DAY))


def test_no_contact_is_no_journey():
    assert contacts([], [("o1", 1, 1)]).count().execute() == 0
    assert typed("touchpoints").count().execute() == 0
