"""Abandoned baskets: filled and not bought in that visit, at the value of an order at most."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines
from journeys import WAY, events, named

from revwork.analysis import sales
from revwork.analysis.journey import abandoned, funnel, visit_values
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered

JUNE = Period("2026-06", date(2026, 6, 1), date(2026, 7, 1))
MAY = Period("2026-05", date(2026, 5, 1), date(2026, 6, 1))
HELD = Comparison(JUNE, JUNE, MAY, "previous", False)
VISITS = [
    *[("vcpb", "phone", "2026-06-01"), ("vc", "phone", "2026-06-30"), ("vcp", None, "2026-06-02")],
    *[("v", "phone", "2026-06-02"), ("vcpb", "phone", "2026-05-31"), ("vc", "phone", "2026-07-01")],
]


@pytest.fixture
def priced():
    told = [(one, {"device": device, "date": day}) for one, device, day in VISITS]
    reached = funnel.reached(funnel.visits(events(*told)), WAY)
    lines = sales_lines([{"order_id": "o1", "order_date": "2026-06-01", "net_amount": 80}])
    known = {"order_id": "o1"}, *[{}] * 5
    return visit_values.priced(reached, named(*known), sales.by_order(lines))


def test_baskets_are_counted_by_segment_with_edge_days(priced, elsewhere):
    rows = abandoned.by(priced, WAY, "cart", HELD, "device")
    assert rows.device.fillna("?").tolist() == ["?", "phone"]
    assert rows.baskets.tolist() == [1, 2] and rows.abandoned.tolist() == [1, 1]
    assert rows.share_before.fillna(-1).tolist() == [-1, 0]
    assert rows.abandoned_amount.fillna(-1).tolist() == [-1, 80]
    assert (rows.low_abandoned_share < rows.abandoned_share).all()


def test_the_parts_add_up(priced):
    by_device = abandoned.by(priced, WAY, "cart", HELD, "device")
    by_region = abandoned.by(priced, WAY, "cart", HELD, "region")
    assert by_device.baskets.sum() == by_region.baskets.sum() == 3


def test_without_a_comparison_there_is_none_beside_it(priced):
    alone = Comparison(JUNE, JUNE, None, "previous", False)
    rows = abandoned.by(priced, WAY, "cart", alone, "device")
    assert rows.share_before.isna().all()
    assert [*abandoned.drawn(rows)] == ["device", "current", "base", "low", "high"]


def test_a_month_without_baskets_has_no_share(priced):
    months = [Period("2026-04", date(2026, 4, 1), date(2026, 5, 1)), MAY, JUNE]
    rows = abandoned.months(priced, WAY, "cart", months)
    assert pd.isna(rows.value[0]) and rows.value[1:].tolist() == [0, pytest.approx(2 / 3)]
    assert rows.n.tolist() == [0, 1, 3]


def test_a_period_without_baskets_says_so(priced):
    april = Period("2026-04", date(2026, 4, 1), date(2026, 5, 1))
    with pytest.raises(Unanswered, match="2026-04"):
        abandoned.by(
            priced, WAY, "cart", Comparison(april, april, None, "previous", False), "device"
        )


def test_the_readings_name_most_and_fewest_and_keep_quiet_about_unknown_money(priced):
    rows = abandoned.by(priced, WAY, "cart", HELD, "device")
    assert abandoned.reading(rows).values["amount"] == 80
    unknown = abandoned.reading(rows.assign(abandoned_amount=float("nan")))
    assert "amount" not in unknown.values
    drawn = abandoned.drawn(rows)
    assert abandoned.where(drawn).values["most"] == 1
    assert [*abandoned.where(drawn.assign(current=0.5)).values] == ["share"]
