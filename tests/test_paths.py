"""Paths: the ways to an order, where each stop leads, and who goes round in circles."""

from datetime import date

import pytest
from conftest import sales_lines, typed
from journeys import WAY, events, named

from revwork.analysis import sales
from revwork.analysis.journey import funnel, paths
from revwork.calendar import Period
from revwork.findings import Unanswered

JUNE = Period("2026-06", date(2026, 6, 1), date(2026, 7, 1))


def stops(*visits, known=({},)):
    table = events(*visits)
    reached = funnel.reached(funnel.visits(table), WAY)
    return paths.of_visits(table, named(*known), reached, len(WAY), JUNE)


def test_the_same_step_twice_running_is_one_stop(elsewhere):
    (row,) = paths.top(stops("vvvccpb")).itertuples()
    assert row.way == "view → cart → pay → buy"
    assert (row.units, row.converted_count, row.order_share) == (1, 1, 1)


def test_ways_are_ranked_by_orders_with_their_rate(elsewhere):
    rows = paths.top(stops("vb", "vb", "vcpb", "vb", known=[{"order_id": "o"}] * 3 + [{}]))
    assert rows.way.tolist() == ["view → buy", "view → cart → pay → buy"]
    assert rows.units.tolist() == [3, 1] and rows.converted_count.tolist() == [2, 1]
    assert rows.order_share.sum() == 1 and rows.conversion_rate[0] == pytest.approx(2 / 3)
    assert paths.reading(rows).values["way"] == "view → buy"


def test_a_long_way_ends_in_an_ellipsis():
    (row,) = paths.top(stops("vcvcvcvcvcpb")).itertuples()
    assert row.way.endswith("→ …") and row.way.count("→") == paths.LONGEST


def test_visits_that_began_before_the_period_are_not_in_it():
    early = ("vb", {"days": ["2026-05-31", "2026-06-01"]})
    with pytest.raises(Unanswered, match="order"):
        paths.top(stops(early, known=[{"order_id": "o"}]))


def test_without_an_order_there_is_no_way_to_one():
    for visits in ((), ("vc",)):
        with pytest.raises(Unanswered, match="order"):
            paths.top(stops(*visits))


def test_where_a_stop_leads_adds_up_to_one(elsewhere):
    rows = paths.onward(stops("vcv", "vcpb", "v"))
    assert rows.groupby("stop").share.sum().tolist() == pytest.approx([1.0] * 4)
    view = rows[rows.stop == "view"].set_index("next_stop").share
    assert view["cart"] == 0.5 and view["left"] == 0.5
    assert rows.stop.iloc[0] == "view" and paths.leads(rows).values["stop"] == "buy"
    with pytest.raises(Unanswered):
        paths.onward(stops())


def test_a_step_called_left_is_not_leaving():
    rows = paths.onward(stops("vc"))
    assert paths.leads(rows[rows.next_stop != "left"]).template == "From each stop to the next"


def test_who_comes_back_is_counted_once_and_beside_those_who_do_not(elsewhere):
    rows = paths.loops(stops("vcvcvb", "vcpb", "vv", known=[{"order_id": "o"}, {}, {}]))
    view = rows.set_index("stop").loc["view"]
    assert (view.units, view.came_back_count) == (3, 1)
    assert view.conversion_rate == 1 and view.once_rate == 0.5
    assert paths.circles(rows).values["share"] == pytest.approx(rows.came_back_share[0])


def test_where_nobody_comes_back_there_is_no_circle():
    rows = paths.loops(stops("vcpb", "vvc"))
    assert rows.empty and "Nobody" in paths.circles(rows).template


def test_contacts_are_a_way_of_media(elsewhere):
    lines = sales_lines([{"order_id": "o1", "order_date": "2026-06-05", "net_amount": 9}])
    rows = [
        {"path_id": "a", "position": 1, "channel": "Mail", "touched_at": "2026-05-20"},
        {"path_id": "a", "position": 2, "channel": "Search", "touched_at": "2026-06-05"},
        {"path_id": "b", "position": 1, "channel": "Mail", "touched_at": "2026-06-05"},
    ]
    rows = [{**row, "order_id": "o1" if row["path_id"] == "a" else "gone"} for row in rows]
    found = paths.of_contacts(typed("touchpoints", rows), sales.by_order(lines), JUNE)
    (one,) = paths.top(found).itertuples()
    assert (one.way, one.units, one.converted_count) == ("Mail → Search", 1, 1)
