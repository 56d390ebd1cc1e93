"""Step rates: the share that goes on, beside the comparison, by segment and by month."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import WAY, reached

from revwork.analysis.journey import step_rates
from revwork.analysis.journey.journey_steps import Step, each_within
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered

JUNE = Period("2026-06", date(2026, 6, 1), date(2026, 7, 1))
MAY = Period("2026-05", date(2026, 5, 1), date(2026, 6, 1))
HELD = Comparison(JUNE, JUNE, MAY, "previous", False)
ALONE = Comparison(JUNE, JUNE, None, "previous", False)
OLD = {"date": "2026-05-31"}
TEN = ["vcpb", "vcp", "vcp", "vc", "vc", "v", "v", "v", "v", "v"]


def test_each_step_has_its_share_of_the_one_before_with_wilson_s_interval(elsewhere):
    rows = step_rates.stages(reached(*TEN, ("vcpb", OLD)), WAY, HELD)
    assert [*rows.value] == [10, 5, 3, 1] and [*rows.base] == [1, 1, 1, 1]
    assert rows.rate[1:].round(3).tolist() == [0.5, 0.6, 0.333]
    assert (rows.low_rate[1], rows.high_rate[1]) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert pd.isna(rows.rate[0]) and rows.rate_base[3] == 1


def test_an_optional_step_is_a_share_of_the_required_one_before_it():
    way = (Step("view"), Step("wish", is_optional=True), Step("cart"), Step("buy"))
    rows = step_rates.counts(reached("vwcb", "vcb", "vc", "v", way=way), way)
    assert [*rows.reached] == [4, 1, 3, 2]
    assert rows.before.fillna(0).tolist() == [0, 4, 4, 3]


def test_without_a_comparison_nothing_is_held_against():
    rows = step_rates.stages(reached(*TEN), WAY, ALONE)
    assert rows.base.isna().all() and rows.rate_base.isna().all()


def test_nobody_at_a_step_has_no_share_after_it_rather_than_zero():
    rows = step_rates.stages(reached("v", "v"), WAY, ALONE)
    assert rows.rate[1] == 0 and rows.rate[2:].isna().all()
    assert "came through" in step_rates.reading(rows).template


def test_the_edge_days_of_the_period_belong_to_it():
    visits = [("v", {"date": day}) for day in ("2026-06-01", "2026-06-30", "2026-07-01")]
    assert step_rates.stages(reached(*visits), WAY, ALONE).value[0] == 2


def test_a_period_without_visits_says_so():
    for asked in (step_rates.stages, lambda *a: step_rates.by_segment(*a, "device")):
        with pytest.raises(Unanswered, match="2026-06"):
            asked(reached(("v", OLD)), WAY, ALONE)


def test_segments_have_their_share_and_those_without_a_name_stay(elsewhere):
    phone, mail = {"device": "phone"}, {"device": "desktop"}
    visits = ("vcpb", phone), ("v", phone), ("vcpb", mail), "v", ("vcpb", phone | OLD)
    rows = step_rates.by_segment(reached(*map(fresh, visits)), WAY, HELD, "device")
    assert rows.device.fillna("?").tolist() == ["desktop", "phone", "?"]
    assert rows.current.tolist() == [1, 0.5, 0] and rows.n.sum() == 4
    assert rows.base.fillna(-1).tolist() == [-1, 1, -1]
    assert step_rates.where(rows).values["first"] == "desktop"
    assert "as often" in step_rates.where(rows.assign(current=0.0)).template


def fresh(visit):
    return (visit[0], dict(visit[1])) if isinstance(visit, tuple) else visit


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(["v", "vc", "vcp", "vcpb"]), min_size=1, max_size=12))
def test_segments_add_up_to_the_whole_at_every_step(letters):
    visits = [(one, {"device": "phone" if n % 2 else None}) for n, one in enumerate(letters)]
    rows = reached(*visits)
    parts = step_rates.counts(rows, WAY, ["device"]).groupby("place").reached.sum()
    assert parts.tolist() == step_rates.counts(rows, WAY).reached.tolist()


def test_the_share_that_goes_on_is_told_from_where_one_stood():
    phone = {"device": "phone"}
    rows = step_rates.onward(reached(("vc", dict(phone)), ("v", dict(phone))), WAY, JUNE, "device")
    assert rows.step.tolist() == ["view", "cart", "pay"]
    assert rows.value[:2].tolist() == [0.5, 0] and pd.isna(rows.value[2])
    assert step_rates.narrow(rows).values["step"] == "cart"


def test_a_month_is_open_while_its_last_visitors_may_still_come(elsewhere):
    rows = reached(("vcpb", dict(OLD)), "v")
    way = each_within(WAY, 10)
    found = step_rates.months(rows, way, [MAY, JUNE], date(2026, 6, 30))
    assert found.partial.tolist() == [False, True] and found.value.tolist() == [1, 0]
    found = step_rates.months(rows, way, [MAY, JUNE], date(2026, 6, 29))
    assert found.partial.tolist() == [True, True]
    assert step_rates.path(found).template == "No month is complete yet"
    assert step_rates.patience(way) == 30


def test_a_month_without_visits_has_no_share():
    found = step_rates.months(reached("v"), WAY, [MAY, JUNE], date(2026, 6, 30))
    assert pd.isna(found.value[0]) and found.n.tolist() == [0, 1]
    assert step_rates.path(found).values["month"] == "2026-06"
