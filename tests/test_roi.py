"""Return on investment: credit beside cost, on journeys typed by hand."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from by_hand import DAY, contacts
from conftest import typed
from test_media import BEFORE, JANUARY, paid

from revwork.analysis.marketing import roi
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say


def found(paths, orders, *spend, unit="medium", model="linear"):
    rows = roi.by(contacts(paths, orders), paid(*spend), JANUARY, unit, model)
    return rows.set_index("unit")


def many(medium, n, margin=40, start=0):
    names = [f"{medium}{number + start}" for number in range(n)]
    return [(medium, name) for name in names], [(name, 100, 100 - margin) for name in names]


def test_return_is_credit_against_cost_and_what_costs_nothing_has_none(elsewhere):
    rows = found([("a b", "o1")], [("o1", 100, 60)], ("2026-01-05", "a", 10))
    assert (rows.roas["a"], rows.roi["a"], rows.profit["a"]) == (5, 1, 10)
    assert pd.isna(rows.roi["b"]) and rows.verdict["b"] == "No spend" and rows.margin["b"] == 20


def test_paid_for_but_on_no_journey_is_unknown_and_on_lost_ones_alone_is_all_lost():
    paths = [("a", "o1"), ("b", None)]
    spend = [("2026-01-05", name, 10) for name in "bc"]
    rows = found(paths, [("o1", 100, 60)], *spend)
    assert pd.isna(rows.roi["c"]) and rows.verdict["c"] == "No contact recorded"
    assert rows.roi["b"] == -1 and rows.verdict["b"] == "Not clear"


def test_many_orders_make_it_clear_and_few_do_not():
    paths, orders = many("a", 300)
    cheap = found(paths, orders, ("2026-01-05", "a", 3_000))
    dear = found(paths, orders, ("2026-01-05", "a", 30_000))
    assert cheap.verdict["a"] == "Strong" and cheap.low_roi["a"] > 0
    assert dear.verdict["a"] == "Weak" and dear.high_roi["a"] < 0
    paths, orders = many("a", 2)
    assert found(paths, orders, ("2026-01-05", "a", 60)).verdict["a"] == "Not clear"


def test_the_more_looks_the_wider_apart_a_verdict_must_be():
    a, orders = many("a", 120)
    spend = [("2026-01-05", "a", 3_500)]
    one = found(a, orders, *spend)
    clear = one.low_roi["a"] > 0
    rest = [(f"2026-01-{n + 1:02}", f"m{n}", 100) for n in range(30)]
    lost = [(f"m{n}", None) for n in range(30)]
    more = found([*a, *lost], orders, *spend, *rest)
    assert clear and one.verdict["a"] == "Strong" and more.verdict["a"] == "Not clear"


def test_the_shrunken_return_lies_between_its_own_and_the_mean():
    (a, first), (b, second), (c, third) = many("a", 200), many("b", 100), many("c", 3)
    spend = [("2026-01-05", name, 1000) for name in "abc"]
    rows = found([*a, *b, *c], [*first, *second, *third], *spend)
    mean = rows.roi.mean()
    assert ((rows.shrunken_roi - mean).abs() <= (rows.roi - mean).abs() + 1e-9).all()
    assert np.sign(rows.shrunken_roi - mean).equals(np.sign(rows.roi - mean))


def test_all_spend_together_counts_what_had_a_cost_alone():
    rows = found([("a b", "o1")], [("o1", 100, 60)], ("2026-01-05", "a", 10)).reset_index()
    assert roi.total(rows) == {"roas": 5, "roi": 1}
    assert roi.total(rows[:0]) == {"roas": None, "roi": None}


def test_without_spend_it_says_so_and_known_has_no_row():
    rows, nothing = contacts([("a", "o1")], [("o1", 100, 60)]), paid(("2026-03-05", "a", 1))
    with pytest.raises(Unanswered, match="add rows to spend"):
        roi.by(rows, nothing, JANUARY, "medium", "linear")
    assert roi.known(rows, nothing, JANUARY, "medium", "linear").empty
    assert roi.known(rows, paid(("2026-01-01", "a", 1)), None, "medium", "linear").empty
    assert roi.known(rows, paid(("2026-01-01", "a", 1)), BEFORE, "medium", "linear").empty


def test_campaigns_are_told_by_name_and_chosen_by_size_or_return():
    paths, orders = [("a:1", "o1"), ("a:2", "o2")], [("o1", 100, 60), ("o2", 300, 60)]
    spend = [("2026-01-05", "a", 10, {"campaign_id": "1"})]
    spend += [("2026-01-05", "a", 5, {"campaign_id": "2"})]
    rows = found(paths, orders, *spend, unit="campaign").reset_index()
    named = roi.named(
        rows, typed("campaigns", [{"campaign_id": "1", "campaign_name": "One", "channel": "a"}])
    )
    assert named.campaign.to_list() == ["One", "2"]
    assert roi.chosen(named, "largest").unit.to_list() == ["1", "2"]
    assert roi.chosen(named, "strongest").unit[:1].item() == "2"
    assert roi.chosen(named, "weakest", most=1).unit.to_list() == ["1"]
    assert "campaign" in roi.shown(named, "campaign") and "medium" in roi.shown(rows, "medium")


def test_the_reading_counts_verdicts_and_names_the_model():
    rows = found(*many("a", 300), ("2026-01-05", "a", 3_000)).reset_index()
    assert SAY(roi.reading("last_contact")(rows)) == (
        "ROI by last contact: 1 strong, 0 weak, 0 not clear"
    )


def test_the_models_that_see_a_gain_are_counted():
    paths, orders = many("a", 50)
    agree = roi.agreeing(contacts(paths, orders), paid(("2026-01-01", "a", 10)), JANUARY)
    assert agree["a"] == 8


def test_the_path_has_a_stretch_of_13_weeks_wherever_both_are_known():
    last = date(2026, 1, 31)
    days = [DAY - timedelta(weeks=13) * n for n in range(3)]
    paths = [("a", f"o{n}", day) for n, day in enumerate(days)]
    orders = [(f"o{n}", 100, 60, {"order_date": day.isoformat()}) for n, day in enumerate(days)]
    spend = paid(*((day.isoformat(), "a", 10) for day in days))
    path = roi.path(contacts(paths, orders), spend, JANUARY, "linear")
    assert (path.value == 3).all() and path.start.is_monotonic_increasing
    assert path.start.max() == last + timedelta(days=1) - timedelta(weeks=13)
    with pytest.raises(Unanswered, match="13 weeks"):
        roi.path(contacts([], []), spend, JANUARY, "linear")


def test_the_picture_has_those_with_a_return_beside_what_it_was():
    now = found([("a b", "o1")], [("o1", 100, 60)], ("2026-01-05", "a", 10)).reset_index()
    drawn = roi.drawn(now, now.assign(roi=0.5))
    assert drawn.unit.to_list() == ["a"] and drawn.base.to_list() == [0.5]
    assert roi.drawn(now, now[:0]).base.isna().all()
