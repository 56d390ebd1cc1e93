"""Early warning, on weeks of five reviews."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom

from revwork.analysis.reputation import early_warning
from revwork.analysis.reputation.opinion_weeks import Weeks
from revwork.findings import Unanswered

SPINE = Weeks(date(2026, 1, 25), 80)


def stars(late=1, regions=("N", "S")):
    """One of five is critical each week; in S so many in the last four weeks."""
    rows = [
        (region, week, 5, late if region == "S" and week >= SPINE.count - 4 else 1)
        for region in regions
        for week in range(SPINE.count)
    ]
    return pd.DataFrame(rows, columns=["region", "week", "n", "critical"])


def test_it_warns_where_critical_reviews_are_more_than_chance_brings():
    rows = early_warning.rule(stars(late=4), SPINE).set_index("region")
    assert rows.warns.tolist() == [False, True]
    assert rows.reviews.tolist() == [20, 20] and rows.critical.tolist() == [4, 16]
    assert rows.usual_share.tolist() == [0.2, 0.2]
    assert early_warning.reading(rows.reset_index()).values["region"] == "S"


def test_the_limit_is_what_chance_reaches_once_a_year_over_all_regions():
    limit = early_warning.rule(stars(), SPINE).warns_at[0]
    usual = 20, 52 + 0.5, 208 + 0.5
    assert betabinom.sf(limit - 1, *usual) <= 1 / 26 < betabinom.sf(limit - 2, *usual)


def test_the_limit_itself_warns_and_one_less_does_not():
    limit = int(early_warning.rule(stars(), SPINE).warns_at[1])
    frame = stars()
    last = (frame.region == "S") & (frame.week == SPINE.count - 1)
    for critical, warns in ((limit - 3, True), (limit - 4, False)):
        frame.loc[last, "critical"] = critical
        assert early_warning.rule(frame, SPINE).warns[1] == warns


def test_nothing_unusual_never_warned():
    rows = early_warning.alarms(stars(), SPINE)
    assert rows.empty and "never" in early_warning.history(rows).template
    assert "nowhere" in early_warning.reading(early_warning.rule(stars(), SPINE)).template


def test_an_alarm_begins_with_the_first_week_that_could_tell():
    (one,) = early_warning.alarms(stars(late=5), SPINE).itertuples()
    assert one.region == "S" and one.last_date == SPINE.last
    assert timedelta(0) <= SPINE.last - one.first_date <= timedelta(weeks=3)
    assert early_warning.history(pd.DataFrame([one])).values["n"] == 1


def test_the_first_alarm_of_a_region_from_a_day_on():
    frame = stars(late=5)
    (one,) = early_warning.alarms(frame, SPINE).itertuples()
    day = timedelta(days=1)
    assert early_warning.first_after(frame, SPINE, "S", one.first_date) == one.first_date
    assert early_warning.first_after(frame, SPINE, "S", one.first_date + day) is None
    assert early_warning.first_after(frame, SPINE, "N", SPINE.first_day(0)) is None


def test_chance_alone_raises_about_one_alarm_a_year():
    draw, spine = np.random.default_rng(3), Weeks(date(2026, 1, 25), 208)
    rows = [(r, w, 8, draw.binomial(8, 0.3)) for r in "NS" for w in range(208)]
    frame = pd.DataFrame(rows, columns=["region", "week", "n", "critical"])
    assert len(early_warning.alarms(frame, spine)) <= 9


def test_a_region_with_few_reviews_has_no_limit_that_warns():
    frame = stars()
    frame.loc[(frame.region == "S") & (frame.week >= SPINE.count - 4), ["n", "critical"]] = 0
    row = early_warning.rule(frame, SPINE).set_index("region").loc["S"]
    assert row.reviews == 0 and pd.isna(row.warns_at) and not row.warns


@pytest.mark.parametrize("frame", [stars()[:0], stars().assign(n=1, critical=0)])
def test_without_sixty_reviews_in_the_year_before_it_says_so(frame):
    with pytest.raises(Unanswered, match="60 rated reviews"):
        early_warning.rule(frame, SPINE)
    assert early_warning.alarms(frame, SPINE).empty


def test_reviews_of_no_known_region_are_in_no_alarm():
    assert early_warning.rule(stars().replace("S", None), SPINE).region.tolist() == ["N"]
