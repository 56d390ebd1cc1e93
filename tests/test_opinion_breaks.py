"""Opinion breaks, on weeks in which one country's stars fall, or none's do."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.reputation import opinion_breaks
from revwork.analysis.reputation.opinion_weeks import Weeks

SPINE = Weeks(date(2026, 1, 25), 60)
TURN = 40
PARTS = ("North", "South", "West")
NO_TOPIC = pd.DataFrame(columns=["region", "category", "product_id", "week", "topic", "n"])


def stars(fell=(), to=2, better=(), seed=0):
    """Six reviews a week and country, mean about 4; of some it is another from a week on."""
    draw, rows = np.random.default_rng(seed), []
    for region in PARTS:
        for week in range(SPINE.count):
            middle = to if region in fell and week >= TURN else 4
            middle = 5 if region in better and week >= TURN else middle
            given = np.clip(draw.normal(middle, 1, 6).round(), 1, 5)
            rows.append((region, week, 6, given.sum(), (given**2).sum(), (given <= 3).sum()))
    columns = ["region", "week", "n", "total", "squares", "critical"]
    return pd.DataFrame(rows, columns=columns).assign(category="Beans", product_id=None)


def told(rises=True):
    """One in six writes of one thing; in the South three do from a week on."""
    rows = [
        ("South" if region == "South" else region, week, topic, n)
        for region in PARTS
        for week in range(SPINE.count)
        for topic, n in (
            (None, 6),
            ("late", 3 if rises and region == "South" and week >= TURN else week % 2),
            ("dear", week % 2),
        )
    ]
    frame = pd.DataFrame(rows, columns=["region", "week", "topic", "n"])
    return frame.assign(category="Beans", product_id=None)


@pytest.fixture(scope="module")
def fell():
    return opinion_breaks.events(opinion_breaks.moves(stars(["South"]), told(), SPINE))


def test_the_country_whose_stars_fell_is_one_event_with_its_week(fell):
    (one,) = fell.itertuples()
    assert one.where["region"] == "South" and one.worse
    assert abs((one.since_date - SPINE.first_day(TURN)).days) <= 7
    assert one.low_since_date <= SPINE.first_day(TURN) <= one.high_since_date


def test_it_could_be_seen_weeks_after_it_began_and_before_the_last_day(fell):
    (one,) = fell.itertuples()
    assert timedelta(0) < one.seen_date - one.since_date < timedelta(weeks=8)
    assert one.topics == ["late"]


def test_where_nothing_changes_nothing_is_found():
    for seed in range(3):
        assert opinion_breaks.moves(stars(seed=seed), told(rises=False), SPINE).empty


def test_for_the_better_is_no_complaint():
    rows = opinion_breaks.events(opinion_breaks.moves(stars(better=["West"]), NO_TOPIC, SPINE))
    assert not rows.worse.any() and rows["where"][0]["region"] == "West"
    assert "Nowhere" in opinion_breaks.reading(rows).template


def test_two_countries_at_once_are_two_events_or_all_of_them():
    rows = opinion_breaks.moves(stars(["South", "North"]), NO_TOPIC, SPINE)
    events = opinion_breaks.events(rows)
    assert len(events) <= 2 and events.worse.all()
    assert {"South", "North"} & {one.get("region") for one in rows["where"]}


def test_too_few_reviews_are_not_looked_at():
    few = stars(["South"]).assign(n=0, total=0, squares=0)
    assert opinion_breaks.moves(few, NO_TOPIC, SPINE).empty
    nothing = few[:0]
    assert opinion_breaks.events(opinion_breaks.moves(nothing, NO_TOPIC, SPINE)).empty


def test_the_topics_that_rose_there_are_told_and_no_other(fell):
    rows = opinion_breaks.rose(told(), fell.iloc[0], SPINE)
    assert rows.topic.tolist() == ["late"]
    assert rows.since_share[0] == pytest.approx(0.5, abs=0.03)
    assert rows.before_share[0] < 0.1
    assert opinion_breaks.rose(told(rises=False), fell.iloc[0], SPINE).empty
    assert opinion_breaks.rose(NO_TOPIC, fell.iloc[0], SPINE).empty


def test_levels_before_and_since_with_what_chance_leaves(fell):
    one = fell.iloc[0]
    found = opinion_breaks.levels(stars(["South"]), one["where"], one.since_date, SPINE)
    assert found["before_rating"] > 3.7 and found["since_rating"] < 2.4
    assert found["low_rating_change"] < found["rating_change"] < found["high_rating_change"] < 0
    assert found["reviews"] == 6 * (SPINE.count - SPINE.holding(one.since_date))
    assert found["trend"] == pytest.approx(1, abs=0.2)


def test_a_fall_that_goes_on_has_a_trend_above_one():
    frame = stars(["South"], to=3)
    late = (frame.region == "South") & (frame.week >= SPINE.count - opinion_breaks.RECENT)
    frame.loc[late, ["total", "squares"]] = (6, 6)
    found = opinion_breaks.levels(frame, {"region": "South"}, SPINE.first_day(TURN), SPINE)
    assert 1 < found["trend"] <= 2


def test_levels_of_what_nobody_rated_are_not_known():
    found = opinion_breaks.levels(stars()[:0], {}, SPINE.first_day(TURN), SPINE)
    assert np.isnan(found["rating_change"]) and found["trend"] == 1


def test_more_often_than_chance_is_corrected_for_all_that_is_looked_at():
    whole = np.array([100, 100])
    assert opinion_breaks.beyond_chance(np.array([[5, 30], [5, 6]]), whole).tolist() == [
        True,
        False,
    ]
    alone, among = np.array([[3, 11]]), np.array([[3, 11]] + [[5, 5]] * 20)
    assert opinion_breaks.beyond_chance(alone, whole).any()
    assert not opinion_breaks.beyond_chance(among, whole).any()
    assert opinion_breaks.beyond_chance(np.empty((0, 2)), whole).tolist() == []


def test_people_read_where_since_when_and_by_when(fell):
    (row,) = opinion_breaks.shown(fell).itertuples()
    assert (row.better, row.topics) == (False, "late")
    assert row.earliest_date <= row.since_date <= row.latest_date
    everywhere = opinion_breaks.shown(fell.assign(where=[{}])).iloc[0]
    assert everywhere["where"] is opinion_breaks.EVERYWHERE
    assert opinion_breaks.named({}) is opinion_breaks.EVERYWHERE
    assert opinion_breaks.reading(fell).values["since"] == row.since_date
