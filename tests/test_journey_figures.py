"""Journey figures: one card a number, left out where it is not known."""

from datetime import date

import pytest
from conftest import sales_lines
from journeys import WAY, events, named

from revwork.analysis import sales
from revwork.analysis.journey import funnel, journey_figures, visit_values
from revwork.analysis.journey.journey_steps import Step
from revwork.calendar import Calendar
from revwork.findings import Unanswered

CALENDAR = Calendar()
JUNE = CALENDAR.compare(
    CALENDAR.period("2026-06", date(2026, 6, 30)), "previous", date(2026, 6, 30)
)


def cards(*visits, known=({},), way=WAY, filled=""):
    reached = funnel.reached(funnel.visits(events(*visits)), way)
    lines = sales_lines([{"order_id": "o1", "order_date": "2026-06-01", "net_amount": 80}])
    priced = visit_values.priced(reached, named(*known), sales.by_order(lines))
    told = journey_figures.headline(lambda: priced, lambda: way, filled, JUNE, CALENDAR)
    return {card.metric: card for card in told}


OLD = {"date": "2026-05-01"}


def test_each_number_stands_beside_its_comparison(elsewhere):
    found = cards("vcpb", "vc", "v", "v", ("vcpb", dict(OLD)), known=[{"order_id": "o1"}])
    values = {name: card.value for name, card in found.items()}
    assert values == {
        **{"visits": 4, "site_conversion": 0.25, "basket_share": 0.5, "abandoned_baskets": 0.5},
        **{"revenue_per_visit": 20, "visit_order_value": 80},
    }
    assert found["site_conversion"].comparison == 1 and found["visits"].n is None
    assert found["abandoned_baskets"].n == 2 and found["abandoned_baskets"].better == "lower"


def test_without_orders_there_is_no_money():
    assert {*cards("vc", "v")} == {"visits", "site_conversion", "basket_share", "abandoned_baskets"}


def test_without_a_step_that_fills_one_there_is_no_basket():
    way = (Step("view"), Step("pay"), Step("buy"))
    assert {*cards("vpb", way=way)} == {"visits", "site_conversion"}
    assert "basket_share" in cards("vpb", way=way, filled="pay")


def test_no_basket_is_not_a_basket_left():
    assert "abandoned_baskets" not in cards("v")


def test_a_period_without_visits_has_no_cards():
    assert cards(("v", dict(OLD))) == {} and cards() == {}


def test_where_there_is_no_way_there_are_no_cards():
    def nothing():
        raise Unanswered("No step of a visit is recorded.")

    assert journey_figures.headline(nothing, nothing, "", JUNE, CALENDAR) == []


@pytest.mark.parametrize("metric", ["visits", "site_conversion"])
def test_the_months_before_the_first_visit_are_unknown_rather_than_zero(metric):
    assert set(cards("v", ("v", dict(OLD)))[metric].series[:-2]) == {None}
