import numpy as np
import pandas as pd
import pytest

from revwork.analysis.forecast import origins
from revwork.analysis.forecast.candidates import NAIVE
from revwork.analysis.forecast.hierarchy import hierarchy

OF = hierarchy(pd.MultiIndex.from_tuples([("Spain", "Web", "Beans"), ("France", "Web", "Beans")]))
YEAR = np.array([80, 85, 100, 95, 100, 105, 90, 70, 100, 105, 130, 160.0])


def nodes(*series):
    return OF.sums @ np.array(series)


GROWN = np.concatenate([YEAR * 1.2**year for year in range(4)])
SAME = np.tile(YEAR, 4)


def scored(history):
    told = origins.told(history, OF, 12)
    return told, origins.scores(told, history, OF, 12)


@pytest.fixture(scope="module")
def grown():
    history = nodes(GROWN, GROWN * 2)
    return history, *scored(history)


def test_a_model_that_sees_growth_beats_last_season_again(grown):
    _, _, found = grown
    sums = found[found.level == "sums"].set_index("model")
    assert sums.mase_multiple[NAIVE] > 1.2
    assert sums.mase_multiple[sums.is_chosen].iloc[0] < 0.5


def test_where_every_year_is_the_same_last_season_again_is_chosen_and_said():
    _, found = scored(nodes(SAME, SAME))
    assert set(found.model[found.is_chosen]) == {NAIVE}
    assert origins.reading(found).template.startswith("No model beat")


def test_one_candidate_is_chosen_for_sums_and_one_for_series(grown):
    _, _, found = grown
    assert [*found[found.is_chosen].level] == ["sums", "series"]
    assert set(origins.chosen(found)) == {"sums", "series"}


def test_an_error_is_what_came_less_what_was_said(grown):
    history, told, found = grown
    past = origins.past(told, history, OF, found, 12)
    place = 2
    origin = past.origins[place]
    known = min(12, history.shape[1] - origin)
    came = past.expected[:, place, :known] + past.errors[:, place, :known]
    assert came == pytest.approx(history[:, origin : origin + known])
    assert np.isnan(past.errors[:, place, known:]).all()


def test_past_forecasts_add_up_at_every_origin(grown):
    history, told, found = grown
    past = origins.past(told, history, OF, found, 12)
    series = past.expected[(OF.nodes.level == "series").to_numpy()]
    assert past.expected[0] == pytest.approx(series.sum(axis=0), abs=0.001)


def test_what_came_later_changes_nothing_that_was_said():
    history = nodes(GROWN, SAME)
    later = history.copy()
    later[:, -1] *= 5
    first, second = (origins.told(one, OF, 12) for one in (history, later))
    assert all((first[key] == second[key]).all() for key in first)


def test_thirteen_months_are_enough_to_choose():
    history = nodes(GROWN[:13], SAME[:13])
    told, found = scored(history)
    assert origins.past(told, history, OF, found, 12).origins == (12,)


def test_the_reading_names_the_candidate_and_both_errors(grown):
    _, _, found = grown
    said = origins.reading(found)
    assert said.values["share"] < said.values["naive"]
    assert said.values["model"] in set(found.model)
