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


def known(history, carried=None):
    return origins.Known(history, OF, 12, carried)


def scored(history):
    told = origins.told(known(history))
    return told, origins.scores(told, known(history))


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
    past = origins.past(told, known(history), found)
    place = 2
    origin = past.origins[place]
    over = min(12, history.shape[1] - origin)
    came = past.expected[:, place, :over] + past.errors[:, place, :over]
    assert came == pytest.approx(history[:, origin : origin + over])
    assert np.isnan(past.errors[:, place, over:]).all()


def test_past_forecasts_add_up_at_every_origin(grown):
    history, told, found = grown
    past = origins.past(told, known(history), found)
    series = past.expected[(OF.nodes.level == "series").to_numpy()]
    assert past.expected[0] == pytest.approx(series.sum(axis=0), abs=0.001)


def test_what_came_later_changes_nothing_that_was_said():
    history = nodes(GROWN, SAME)
    later = history.copy()
    later[:, -1] *= 5
    first, second = (origins.told(known(one)) for one in (history, later))
    assert all((first[key] == second[key]).all() for key in first)


def test_thirteen_months_are_enough_to_choose():
    history = nodes(GROWN[:13], SAME[:13])
    told, found = scored(history)
    assert origins.past(told, known(history), found).origins == (12,)


def test_the_reading_names_the_candidate_and_both_errors(grown):
    _, _, found = grown
    said = origins.reading(found)
    assert said.values["share"] < said.values["naive"]
    assert said.values["model"] in set(found.model)


LONG = 1 + 0.2 * (np.arange(60) % 5 == 0)  # every fifth month has a fifth more days that count


def test_what_an_average_day_sells_is_forecast_and_each_month_gets_what_its_days_carry():
    history = nodes(SAME * LONG[:48], SAME * LONG[:48])
    carried = np.broadcast_to(LONG, (len(history), 60))
    said = known(history, lambda _: carried).said("sums", ["AutoTheta"], 40, 8)[0, 0]
    assert said == pytest.approx(2 * SAME[40:] * LONG[40:48], rel=0.001)
    plain = known(history).said("sums", ["AutoTheta"], 40, 8)[0, 0]
    assert np.abs(plain / history[0, 40:] - 1).mean() > 0.03


def test_last_season_again_is_the_same_month_whatever_its_days():
    history = nodes(SAME * LONG[:48], SAME)
    carried = np.broadcast_to(LONG, (len(history), 60))
    one, other = (known(history, way) for way in (None, lambda _: carried))
    assert (one.said("sums", [NAIVE], 40) == other.said("sums", [NAIVE], 40)).all()
    assert one.said("sums", [NAIVE], 40)[0, 0, :8] == pytest.approx(history[0, 28:36])


def test_what_days_carry_is_asked_as_of_each_origin():
    asked = []
    history = nodes(GROWN, GROWN)
    origins.of_sums(known(history, lambda n: asked.append(n) or np.ones((len(history), 60))))
    assert asked == [45, 41, 37]


def test_the_better_way_to_count_days_has_the_smaller_error_of_sums():
    history = nodes(SAME * LONG[:48], SAME * LONG[:48])
    carried = np.broadcast_to(LONG, (len(history), 60))
    plain, counted = (origins.of_sums(known(history, way)) for way in (None, lambda _: carried))
    assert counted["smape_rate"] < plain["smape_rate"] / 2
    assert counted["mase_multiple"] < plain["mase_multiple"] / 2
