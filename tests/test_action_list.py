"""Actions as a reader meets them: what waits, what goes on, what is late."""

from datetime import date

import pandas as pd
from test_register import action

from revwork.actions import Money
from revwork.analysis.actions import action_list
from revwork.report.words import Reader

DAY = date(2026, 9, 14)
HOPED = Money(1000.0, 500.0, 1500.0)


def said(messages):
    return " ".join(map(Reader("en", "EUR").say, messages))


def test_a_row_an_action_in_their_order_with_unknown_money_null():
    rows = action_list.listed([action("a1", expected=HOPED), action("b2", effort="L")], DAY)
    assert rows["rank"].tolist() == [1, 2] and rows.id.tolist() == ["a1", "b2"]
    assert rows.expected_amount[0] == 1000 and pd.isna(rows.expected_amount[1])
    assert rows.effort_days.tolist() == [20, 60]


def test_late_is_what_is_open_after_its_day_and_not_on_it():
    due = {"due": DAY}
    for status, late in (
        ("decided", True),
        ("started", True),
        ("done", False),
        ("proposed", False),
    ):
        one = action("a1", status=status, **due)
        assert action_list.listed([one], date(2026, 9, 15)).late[0] == late
        assert not action_list.listed([one], DAY).late[0]


def test_under_way_is_what_was_decided_and_is_not_done_first_due_first():
    every = [
        action("a1", status="decided"),
        action("b2", status="started", due=date(2026, 10, 1)),
        action("c3", status="done"),
        action("d4", status="dropped"),
        action("e5"),
    ]
    assert [one.id for one in action_list.under_way(every)] == ["b2", "a1"]
    assert [one.id for one in action_list.proposed(every)] == ["e5"]


def test_the_sentences_count_name_the_first_and_hold_it_against_the_year():
    every = [action("a1", expected=HOPED), action("b2", status="decided", due=date(2026, 9, 1))]
    told = said(action_list.standing(every, ("contribution_margin", 10_000.0), DAY))
    assert "Actions proposed: 1; under way: 1; done: 0." in told
    assert "“Spain: reviews fell”, €1,000 a year at most" in told
    assert "10% of today's contribution margin of €10,000" in told
    assert "Late on 14 Sep 2026: 1, first “Spain: reviews fell”, due on 1 Sep 2026." in told


def test_nothing_to_hold_it_against_is_not_said():
    told = said(action_list.standing([action("a1", expected=HOPED)], None, DAY))
    assert "All that is proposed" not in told and "late" not in told.lower()


def test_of_no_action_at_all_only_the_counts_are_said():
    assert said(action_list.standing([], None, DAY)) == (
        "Actions proposed: 0; under way: 0; done: 0."
    )


def test_the_picture_has_what_is_expected_of_those_where_it_is_known():
    rows = action_list.listed([action("a1", expected=HOPED, effort="S"), action("b2")], DAY)
    points = action_list.matrix(rows)
    assert points["rank"].tolist() == ["1"] and points.effort_days.tolist() == [5.0]
    assert action_list.reading(points).values == {"all": 1000.0, "small": 1000.0}


def test_lists_without_rows_say_so():
    none = action_list.listed([], DAY)
    assert "Nothing is proposed" in action_list.title(none).template
    assert action_list.going(none).template == "Nothing was decided yet"
