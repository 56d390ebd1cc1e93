"""Step breaks: found at their step, for whom and since when, told once, and nowhere else."""

from datetime import date

import ibis
import pandas as pd
import pytest
from journeys import WAY, drawn

from revwork.analysis.journey import step_breaks
from revwork.findings import Unanswered

LAST = date(2026, 3, 1)
SINCE = "2025-10-06"


@pytest.fixture(scope="module")
def part():
    return drawn(since=SINCE, only=("phone", "Spain"))


def test_a_break_of_a_part_is_told_of_that_part_alone(part, elsewhere):
    (one,) = step_breaks.found(part, WAY, LAST).itertuples()
    assert (one.step, one.device, one.region) == ("pay", "phone", "Spain")
    assert pd.isna(one.source) and abs((pd.Timestamp(one.since) - pd.Timestamp(SINCE)).days) <= 14
    assert one.low_since <= one.since <= one.high_since <= one.visible_on
    assert one.step_before_rate > 0.7 and one.step_after_rate < 0.45 and one.p < 0.001


def test_a_break_of_all_visits_names_no_part():
    rows = step_breaks.found(drawn(since=SINCE, rate=0.4), WAY, LAST)
    assert step_breaks.segment(rows.iloc[0]) == {} and len(rows) == 1
    assert step_breaks.reading(rows).template.startswith("After")
    assert str(step_breaks.shown(rows)["where"][0]) == "All visits"


def test_where_nothing_changed_nothing_is_said():
    assert sum(len(step_breaks.found(drawn(seed), WAY, LAST)) for seed in range(5)) == 0


def test_what_has_healed_is_no_break():
    ill = drawn(since="2025-07-07", rate=0.2).filter(lambda t: t.begun < ibis.date("2025-11-03"))
    well = drawn(seed=2).filter(lambda t: t.begun >= ibis.date("2025-11-03"))
    found = step_breaks.found(ill.union(well), WAY, LAST)
    assert not (found.step_after_rate < found.step_before_rate).any()


def test_a_week_that_is_not_over_does_not_count(part):
    early = part.filter(lambda t: t.begun <= ibis.date("2025-10-22"))
    found = step_breaks.found(early, WAY, date(2025, 10, 22))
    assert found.empty  # two weeks and a half since the break: four are asked for


def test_what_is_not_recorded_is_a_part_of_its_own():
    unknown = drawn(since=SINCE, only=("phone", "Spain")).mutate(region=None)
    where = step_breaks.found(unknown, WAY, LAST).iloc[:1]
    assert [step_breaks.segment(row) for _, row in where.iterrows()] in ([], [{"device": "phone"}])
    assert step_breaks.segment({"device": "", "region": None, "source": None}) == {"device": None}


def test_without_visits_there_is_no_break():
    nothing = step_breaks.found(drawn().limit(0), WAY, LAST)
    assert nothing.empty and "visits go on" in step_breaks.reading(nothing).template
    with pytest.raises(Unanswered):
        step_breaks.path(drawn(), WAY, nothing, LAST)


def test_the_path_shows_the_part_beside_all_others(part, elsewhere):
    found = step_breaks.found(part, WAY, LAST)
    rows = step_breaks.path(part, WAY, found, LAST)
    assert {*map(str, rows.name)} == {"phone, Spain", "Other visits"}
    came = part.filter(part.depth >= 3).count().execute()
    assert rows.n.sum() <= came and rows.start.max() <= pd.Timestamp(LAST)
    assert not rows[rows.start >= pd.Timestamp("2026-03-01")].size
