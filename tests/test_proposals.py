"""What findings ask to be done: once for a topic, most money for a day of work first."""

from datetime import date

import pytest
from test_register import action

from revwork.actions import Money
from revwork.analysis.actions import proposals
from revwork.analysis.folded import Topic

AS_OF = date(2026, 9, 14)


def finding(key="a1", value=-1000.0, **more):
    impact = {"value": value, "low": value - 500, "high": value + 500, "currency": "EUR",
              "basis": "net_revenue"}  # fmt: skip
    message = {"template": "Spain fell since {since:date}", "values": {"since": "2026-01-05"}}
    told = {"claim": "Spain fell", "next_step": "Mend it", "evidence": "long", "period": "2026-Q2"}
    return {
        **{"id": key, "notebook": "09_reputation", "department": "service", "metric": "rating"},
        **{"segment": {"region": "Spain"}, "direction": "threat", "kind": "change", **told},
        **{"impact": impact, "confidence": 1.0, "messages": {"claim": message}, **more},
    }


def actions(*topics, register=()):
    return proposals.actions(topics, register, AS_OF)


def test_a_topic_is_one_action_whose_others_are_known_by_it():
    (one,) = actions(Topic(finding("a1"), (finding("b2"), finding("c3"))))
    assert (one.id, one.ids, one.status) == ("a1", {"a1", "b2", "c3"}, "proposed")
    assert one.department == "service" and "evidence" not in one.finding


def test_what_is_lost_may_come_back_and_what_is_open_may_be_had():
    assert proposals.expected(finding(value=-1000.0)) == Money(1000.0, 500.0, 1500.0)
    gain = finding(value=1000.0, direction="opportunity")
    assert proposals.expected(gain) == Money(1000.0, 500.0, 1500.0)


def test_a_strength_promises_nothing_and_neither_does_what_has_no_money():
    assert proposals.expected(finding(value=900.0, direction="strength")) is None
    assert proposals.expected(finding(impact=None)) is None


def test_most_money_for_a_day_of_work_comes_first():
    small = finding("a1", -1000.0, metric="discount_rate")
    large = finding("b2", -9000.0, metric="seats_empty")
    unsure = finding("c3", -1000.0, metric="discount_rate", confidence=0.5)
    found = actions(*map(Topic, (large, unsure, small)))
    assert [one.id for one in found] == ["a1", "b2", "c3"]
    assert [proposals.priority(one) for one in found] == [200.0, 150.0, 100.0]


def test_what_promises_nothing_comes_last_whatever_it_brings():
    strong = finding("a1", 90_000.0, direction="strength")
    assert [one.id for one in actions(Topic(strong), Topic(finding("b2")))] == ["b2", "a1"]


@pytest.mark.parametrize(
    ("metric", "kind", "direction", "due"),
    [
        ("discount_rate", "change", "weakness", date(2026, 9, 28)),
        ("rating", "change", "threat", date(2026, 10, 26)),
        ("rating", "level", "threat", date(2026, 12, 7)),
        ("seats_empty", "change", "weakness", date(2026, 12, 14)),
        ("price_best", "opportunity", "opportunity", date(2026, 10, 12)),
    ],
)
def test_it_is_due_by_its_work_and_twice_as_soon_where_something_broke(
    metric, kind, direction, due
):
    (one,) = actions(Topic(finding(metric=metric, kind=kind, direction=direction)))
    assert one.due == due


def test_a_finding_that_was_decided_on_is_not_proposed_again():
    known = action("b2", status="decided", due=date(2026, 1, 1), owner="Ana")
    (one,) = actions(Topic(finding("a1"), (finding("b2"),)), register=[known])
    assert (one.id, one.status, one.owner, one.due) == ("b2", "decided", "Ana", known.due)
    assert one.finding["claim"] == "Spain fell"


def test_two_topics_of_one_action_are_that_action_once():
    known = action("a1", also=["b2"], status="decided")
    assert len(actions(Topic(finding("a1")), Topic(finding("b2")), register=[known])) == 1


def test_what_was_decided_stays_when_its_finding_is_gone():
    known = action("z9", status="done")
    found = actions(Topic(finding("a1")), register=[known])
    assert {one.id for one in found} == {"a1", "z9"}
    assert known in found


def test_days_in_a_claim_are_days_again():
    (one,) = actions(Topic(finding()))
    from revwork.actions import said

    assert said(one.finding, "claim").values == {"since": date(2026, 1, 5)}
    assert one.text == "Mend it"


def test_of_a_department_are_its_own_and_of_none_all():
    found = actions(Topic(finding("a1")), Topic(finding("b2", department="sales")))
    assert [one.id for one in proposals.of_department(found, "sales")] == ["b2"]
    assert proposals.of_department(found, "") == found


def test_without_findings_and_register_there_is_nothing_to_do():
    assert actions() == []
