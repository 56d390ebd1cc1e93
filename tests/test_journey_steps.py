"""Steps: the order of a funnel as asked, or as nearly all buyers took it."""

import pytest
from journeys import events, named

from revwork.analysis.journey import journey_steps
from revwork.analysis.journey.journey_steps import Step
from revwork.findings import Unanswered


def asked(*visits, rows=(), **wanted):
    return journey_steps.asked(events(*visits), named(*rows), **wanted)


def names(steps):
    return [step.name for step in steps]


def test_the_way_is_what_nearly_all_with_an_order_took_in_their_order(elsewhere):
    orders = [{"order_id": "o1"}, {"order_id": "o2"}, {}, {}]
    assert names(asked("vcpb", "vwcpb", "vw", "w", rows=orders)) == ["view", "cart", "pay", "buy"]


def test_without_orders_the_step_that_is_called_a_purchase_ends_the_way():
    assert names(asked("vcp", "vcp", "vc")) == ["view", "cart", "pay"]


def test_a_step_that_few_buyers_took_is_not_on_the_way():
    orders = [{"order_id": f"o{n}"} for n in range(10)]
    assert names(asked(*["vcb"] * 8, "vb", "vb", rows=orders)) == ["view", "buy"]


def test_steps_named_stand_in_the_order_named_with_their_days():
    steps = asked("vcpb", names=["view", "pay", "buy"], optional=["pay"], within=["buy=7"])
    assert steps == (Step("view"), Step("pay", is_optional=True), Step("buy", within=7))
    assert names(journey_steps.required(steps)) == ["view", "buy"]


def test_days_for_all_leave_those_that_are_said_alone():
    steps = journey_steps.each_within((Step("view"), Step("pay"), Step("buy", within=7)), 30)
    assert [step.within for step in steps] == [None, 30, 7]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"names": ["view", "byu"]}, "byu"),
        ({"names": ["view", "buy"], "optional": ["buy"]}, "cannot be left out"),
        ({"names": ["view"]}, "two steps"),
        ({"names": ["view", "buy"], "within": ["buy=soon"]}, "buy=soon"),
    ],
)
def test_a_way_that_cannot_be_says_why(wanted, said):
    with pytest.raises(Unanswered, match=said):
        asked("vcpb", **wanted)


def test_without_an_event_there_is_no_way():
    with pytest.raises(Unanswered, match="web_events"):
        asked()


def test_a_basket_is_the_step_that_is_named_or_called_so():
    way = (Step("view"), Step("Panier plein"), Step("buy"))
    assert journey_steps.basket(way) == "Panier plein"
    assert journey_steps.basket(way, "view") == "view"
    for steps, name in (((Step("view"), Step("buy")), ""), (way, "buy"), (way, "bag")):
        with pytest.raises(Unanswered, match="basket"):
            journey_steps.basket(steps, name)


def test_the_reading_names_both_ends():
    assert journey_steps.reading((Step("view"), Step("buy"))).values["steps"] == 2
