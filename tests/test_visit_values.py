"""Visit values: an order belongs to its visit; what is lost at a step is worth what follows it."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines
from journeys import WAY, events, named

from revwork.analysis import sales
from revwork.analysis.journey import funnel, visit_values
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered

JUNE = Period("2026-06", date(2026, 6, 1), date(2026, 7, 1))
MAY = Period("2026-05", date(2026, 5, 1), date(2026, 6, 1))


def orders(*rows):
    defaults = {"order_date": "2026-06-01", "cost_amount": 40, "net_amount": 100}
    return sales.by_order(sales_lines([defaults | row for row in rows]))


def priced(visits, known, *rows):
    reached = funnel.reached(funnel.visits(events(*visits)), WAY)
    return visit_values.priced(reached, named(*known), orders(*rows))


def test_an_order_is_its_visit_s_and_no_visit_is_doubled(elsewhere):
    known = {"order_id": "o1"}, {}, {"order_id": "gone"}
    rows = priced(["vcpb", "vc", "vcpb"], known, {"order_id": "o1"}, {"order_id": "o1"})
    found = rows.order_by("unit").execute()
    assert len(found) == 3 and found.orders.tolist() == [1, 0, 0]
    assert found.net[0] == 200 and found.contribution[0] == 120
    assert found.net[1:].isna().all()


def test_an_order_that_two_visits_claim_counts_once_in_equal_parts():
    rows = priced(["vcpb", "vcpb"], [{"order_id": "o1"}] * 2, {"order_id": "o1"}).execute()
    assert rows.orders.tolist() == [0.5, 0.5] and rows.net.sum() == 100


def test_a_cancelled_order_brings_nothing():
    cancelled = {"order_id": "o1", "status": "cancelled"}
    assert priced(["vcpb"], [{"order_id": "o1"}], cancelled).execute().orders.sum() == 0


def test_an_order_whose_cost_is_not_known_has_no_contribution():
    row = {"order_id": "o1", "cost_amount": None}
    found = priced(["vcpb"], [{"order_id": "o1"}], row).execute()
    assert found.net[0] == 100 and pd.isna(found.contribution[0])


VISITS = ["vcpb", "vcpb", "vcp", "vcp", "vc", "vc", "v", "v", "v", "v"]
KNOWN = [{"order_id": "o1"}, {"order_id": "o2"}, *[{}] * 8]
SOLD = [{"order_id": "o1"}, {"order_id": "o2", "net_amount": 300}]


def test_what_is_lost_is_visits_times_what_follows_times_an_order_s_value(elsewhere):
    rows = visit_values.drops(priced(VISITS, KNOWN, *SOLD), WAY, JUNE).set_index("step")
    assert rows.lost.to_dict() == {"view": 4, "cart": 2, "pay": 2}
    assert rows.downstream_rate.to_dict() == pytest.approx({"view": 1 / 3, "cart": 0.5, "pay": 1})
    money = {"view": 4 / 3 * 200, "cart": 200, "pay": 400}
    assert rows.lost_revenue.to_dict() == pytest.approx(money, abs=0.01)
    assert rows.index[0] == "pay" and (rows.low_lost_share < rows.lost_share).all()


def test_lost_visits_of_the_parts_add_up_to_the_whole():
    split = [(one, {"device": "phone" if n % 2 else None}) for n, one in enumerate(VISITS)]
    table = priced(split, KNOWN, *SOLD)
    whole = visit_values.drops(table, WAY, JUNE).set_index("step").lost
    parts = visit_values.drops(table, WAY, JUNE, ["device"])
    assert parts.groupby("step").lost.sum().to_dict() == whole.to_dict()
    assert parts.device.isna().any()


def test_a_step_nobody_passes_loses_no_known_money_rather_than_none():
    rows = visit_values.drops(priced(["vcpb", "v"], KNOWN, *SOLD), WAY, JUNE).set_index("step")
    assert rows.lost_revenue["cart"] == 0 and rows.lost["cart"] == 0
    never = visit_values.drops(
        priced([("vcpb", {"device": "a"}), ("vc", {"device": "b"})], KNOWN, *SOLD),
        *[WAY, JUNE, ["device"]],
    )
    assert never[(never.device == "b") & (never.step == "cart")].lost_revenue.isna().all()


def test_without_an_order_no_visit_has_a_price():
    for known, period in (([{}], JUNE), (KNOWN, MAY)):
        with pytest.raises(Unanswered, match="order_id"):
            visit_values.drops(priced(VISITS, known, *SOLD), WAY, period)


def test_the_comparison_stands_beside_it_where_there_is_one():
    table = priced([*VISITS, ("vcp", {"date": "2026-05-31"})], [*KNOWN, {}], *SOLD)
    now = visit_values.drops(table, WAY, JUNE)
    for base in (MAY, None):
        held = Comparison(JUNE, JUNE, base, "previous", False)
        before = visit_values.before(table, WAY, held)
        drawn = visit_values.drawn(now, before, "step")
        assert drawn.base.isna().all() and drawn.change_rate.isna().all()
    past = visit_values.drawn(now, now.assign(lost_revenue=100.0), "step")
    assert past.change_rate.tolist() == (now.lost_revenue / 100 - 1).tolist()
    assert visit_values.reading(now).values["step"] == "pay"
