"""Stages: competing ends, open deals censored, and paths that skip, turn back or begin anew."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from flows import deal, flow, visits

from revwork.analysis.sales_flow import stages
from revwork.findings import Unanswered

LAST = date(2026, 6, 30)
DAY = date(2026, 1, 1)


def on(days):
    return (DAY + timedelta(days=days)).isoformat()


def path(name, *steps, **about):
    """A deal by (days since 1 January, stage or outcome)."""
    return deal(name, *((on(days), stage, 100) for days, stage in steps), **about)


def counts(**ways):
    """Visits by way out: onward=[(20, 400)] are 400 that went on after 20 days."""
    rows = [(day, way, n) for way, found in ways.items() for day, n in found]
    frame = pd.DataFrame(rows, columns=["days", "way", "n"])
    return frame.replace({"way": {"there": None}})


def test_with_losses_competing_it_reads_40_where_kaplan_meier_reads_97():
    from statsmodels.duration.survfunc import SurvfuncRight

    table = counts(lost=[(10, 588), (30, 12)], onward=[(20, 400)])
    assert stages.incidence(table, "onward").share.iloc[-1] == pytest.approx(0.4)
    lengths = np.repeat(table.days, table.n)
    survival = SurvfuncRight(lengths, np.repeat(table.way == "onward", table.n)).surv_prob
    assert 1 - survival[-1] == pytest.approx(0.97, abs=0.002)


def test_it_is_what_statsmodels_finds_with_open_deals_censored():
    from statsmodels.duration.survfunc import CumIncidenceRight

    rng = np.random.default_rng(5)
    days, way = rng.integers(1, 30, 300), rng.choice(["", "onward", "lost"], 300)
    table = pd.DataFrame({"days": days, "way": way, "n": 1}).replace({"way": {"": None}})
    found = stages.incidence(table, "onward").set_index("days")
    code = pd.Series(way).map({"": 0, "onward": 1, "lost": 2})
    known = CumIncidenceRight(days, code)
    mine = found.loc[known.times.astype(int)]
    np.testing.assert_allclose(mine.share, known.cinc[0], atol=1e-9)
    error = (mine.high - mine.low) / (2 * 1.959964)
    np.testing.assert_allclose(error[5:], known.cinc_se[0][5:], rtol=0.15)


def test_shares_of_all_ways_and_of_who_is_still_there_make_one():
    table = counts(onward=[(5, 3), (9, 2)], lost=[(5, 1), (7, 2)], back=[(6, 1)], there=[(8, 4)])
    ends = [stages.incidence(table, way).share.iloc[-1] for way in ("onward", "lost", "back")]
    gone = stages.incidence(table.assign(way=table.way.where(table.way.isna(), "out")), "out")
    assert sum(ends) == pytest.approx(gone.share.iloc[-1])


def test_an_interval_holds_the_truth_as_often_as_it_says():
    rng, held = np.random.default_rng(1), 0
    for _ in range(300):
        days = 1 + rng.integers(0, 20, 80)
        way = np.where(rng.random(80) < 0.7, "onward", "lost").astype(object)
        seen = rng.integers(5, 60, 80)
        way[seen < days] = None
        table = pd.DataFrame({"days": np.minimum(days, seen), "way": way, "n": 1})
        table = table.groupby(["days", "way"], dropna=False, as_index=False).sum()
        end = stages.incidence(table, "onward").iloc[-1]
        held += end.low <= 0.7 <= end.high
    assert 0.9 <= held / 300 <= 0.98


def test_all_one_way_or_none_is_one_or_zero():
    assert stages.incidence(counts(onward=[(3, 2)]), "onward").share.iloc[-1] == 1
    assert stages.incidence(counts(lost=[(3, 2)]), "onward").share.iloc[-1] == 0
    assert stages.incidence(counts(there=[(3, 2)]), "onward").share.iloc[-1] == 0


MADE = [
    path("straight", (0, "A"), (10, "B"), (30, "C"), (40, "won")),
    path("skips", (0, "A"), (10, "C"), (15, "lost")),
    path("back", (0, "A"), (5, "B"), (12, "A"), (20, "B"), (25, "lost")),
    path("still", (0, "A"), (10, "B")),
    path("again", (0, "A"), (4, "B"), (6, "lost"), (90, "B"), (100, "C"), (110, "won")),
]


@pytest.fixture(scope="module")
def seen():
    return visits(*MADE).cache()


def test_a_visit_lasts_from_a_change_of_stage_to_the_next(elsewhere):
    rows = visits(path("d", (0, "A"), (3, "A"), (10, "B"), (30, "won"))).order_by("entered_on")
    told = rows.execute()[["stage", "next_stage", "ended"]].to_numpy().tolist()
    assert told == [["A", "B", "open"], ["B", "won", "won"]]
    assert rows.execute().left_on.dt.date.tolist() == [date(2026, 1, 11), date(2026, 1, 31)]


def test_stages_stand_in_the_order_in_which_most_deals_meet_them(seen):
    assert stages.order(seen) == ["A", "B", "C"]


def test_skips_turns_and_new_beginnings_are_visits_of_their_own(seen):
    rows = stages.conversion(seen, ["A", "B", "C"], LAST).set_index("stage")
    assert [*rows.visits] == [6, 6, 3] and [*rows.still_there] == [0, 1, 0]
    assert rows.onward_rate["A"] == 1  # a skip goes on, too
    assert rows.back_rate["B"] == pytest.approx(1 / 6) and rows.back_rate["A"] == 0
    assert rows.onward_rate["C"] == pytest.approx(2 / 3)
    assert rows.lost_rate["C"] == pytest.approx(1 / 3)


def test_half_have_left_by_the_median_and_who_is_still_there_counts():
    made = [path(f"d{n}", (0, "A"), (days, "B")) for n, days in enumerate((2, 4, 6))]
    made += [path(f"o{n}", (100, "A")) for n in range(1)]
    row = stages.conversion(visits(*made), ["A", "B"], LAST).iloc[0]
    assert row.median_days == 4 and pd.isna(row.slow_days)
    stuck = [path("d", (0, "A"), (2, "B")), *(path(f"o{n}", (0, "A")) for n in range(3))]
    row = stages.conversion(visits(*stuck), ["A", "B"], LAST).iloc[0]
    assert pd.isna(row.median_days) and pd.isna(row.slow_days) and row.onward_rate == 0.25


def test_parts_have_all_visits_and_one_not_recorded_stays(seen):
    made = visits(*MADE[:2], path("s", (0, "A"), (9, "lost"), segment="Office"))
    rows = stages.conversion(made, ["A", "B", "C"], LAST, ["segment"])
    assert rows.visits.sum() == made.count().execute()
    assert rows.segment.isna().sum() == 3


def test_the_first_stage_is_not_known_from_a_history_that_begins_later():
    late = deal("d", (on(20), "B", 1), (on(30), "C", 1), created_on=on(0))
    assert sorted(visits(late).execute().stage) == ["B", "C"]


def test_without_a_history_there_is_nothing_to_say():
    row, _ = deal("d", (on(0), "A"))
    with pytest.raises(Unanswered, match="add opportunity_history"):
        stages.conversion(visits((row, [])), stages.order(visits((row, []))), LAST)
    with pytest.raises(Unanswered, match="add opportunity_history"):
        stages.need([None])
    with pytest.raises(Unanswered, match="No deal came to Z"):
        stages.curve(visits(*MADE), ["A", "B", "C"], LAST, "Z")


def test_the_curve_begins_at_nothing_and_ends_at_the_conversion(seen):
    rows = stages.curve(seen, ["A", "B", "C"], LAST, "B")
    assert rows.days_in_stage[0] == 0 and rows.onward_rate[0] == 0
    assert rows.onward_rate.is_monotonic_increasing
    end = stages.conversion(seen, ["A", "B", "C"], LAST).onward_rate[1]
    assert rows.onward_rate.iloc[-1] == pytest.approx(end)


def test_the_chance_to_be_won_is_of_deals_from_their_first_visit_on():
    _, moves, today = flow(*MADE)
    rows = stages.chances(moves, stages.spells(moves, today), LAST).set_index("stage")
    assert rows.deals["A"] == 5 and rows.deals["C"] == 3
    assert rows.win_chance["C"] == pytest.approx(2 / 3)
    assert 0.4 <= rows.win_chance["A"] <= 0.6
