"""Waiting: Kaplan–Meier, with those still waiting, to published figures."""

import ibis
import pandas as pd
import pytest

from revwork.analysis.journey import waiting
from revwork.findings import Unanswered


def waits(days, happened):
    return ibis.memtable(
        {"days": days, "happened": [bool(one) for one in happened]},
        schema=ibis.schema({"days": "int64", "happened": "boolean"}),
    )


def test_the_curve_is_that_of_freireich_s_leukaemia_trial(elsewhere, monkeypatch):
    """6-MP arm (1963): survival .857, .807, .753, .690, .627, .538, .448 at 6 … 23 weeks."""
    monkeypatch.setattr(waiting, "LEAST", 1)
    days = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    events = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    rows = waiting.curve(waits(days, events)).set_index("days")
    at = [6, 7, 10, 13, 16, 22, 23]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert (1 - rows.share[at]).round(3).tolist() == pytest.approx(published, abs=0.0006)
    assert (rows.low_share[at] < rows.share[at]).all()
    assert (1 - rows.high_share[6], 1 - rows.low_share[6]) == pytest.approx(
        (0.620, 0.952), abs=1e-3
    )
    assert waiting.median(rows.reset_index()) == 23


def test_who_still_waits_is_not_one_to_whom_it_never_happens():
    rows = waiting.curve(waits([0] * 70 + [5] * 30, [1] * 30 + [0] * 40 + [1] * 15 + [0] * 15))
    assert rows.share.tolist() == [0.3, 0.65]


def test_where_it_came_about_for_all_there_is_no_interval_left():
    rows = waiting.curve(waits([3] * 30, [1] * 30))
    assert rows.share.tolist() == [1] and rows.low_share.isna().all()
    assert waiting.by_day(rows, 2) is None or waiting.by_day(rows, 2) == 0


def test_the_share_by_a_day_is_not_told_of_days_nobody_has_waited():
    rows = waiting.curve(waits([0] * 30 + [40] * 30, [1] * 30 + [0] * 30))
    assert waiting.by_day(rows, 0) == 0.5 and waiting.by_day(rows, 40) == 0.5
    assert waiting.by_day(rows, 41) is None
    assert waiting.by_day(pd.DataFrame(), 0) is None


def test_where_it_never_came_about_there_is_no_time():
    for days in ([], [4, 9]):
        with pytest.raises(Unanswered):
            waiting.curve(waits(days, [0] * len(days)))


def test_the_picture_ends_where_the_curve_does():
    rows = waiting.curve(waits([*range(300)] * 30, [1, *[0] * 299] * 30))
    drawn = waiting.drawn(rows)
    assert [*drawn] == ["days", "share", "low", "high"] and len(drawn) == 2
    assert waiting.median(rows) is None
