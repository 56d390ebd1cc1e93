"""Mix model: what is published, what is believed, and what the data cannot tell."""

import numpy as np
import pandas as pd
import pytest
from mixes import mix_of, weeks_of

from revwork.analysis.marketing import mix, mix_response
from revwork.analysis.marketing.mix_weeks import Weeks
from revwork.findings import Unanswered

TRUE = (93.388, 171.409)  # revenue per unit of x1 and x2, as the publisher's README computes it
WIDE = mix.Prior(
    roas=(10, 1000)
)  # x1 and x2 are no money: anything from a tenth of it to ten times


@pytest.fixture(scope="module")
def published(data_set):
    return pd.read_csv(data_set("pymc_mmm") / "mmm_roas_data.csv", parse_dates=["date"])


def simulated(table: pd.DataFrame, control: bool) -> pd.DataFrame:
    given = Weeks(
        pd.DatetimeIndex(table.date),
        ("All",),
        ("x1", "x2"),
        ("z",) if control else (),
        table[["y"]].to_numpy(),
        np.array([table[["x1"]], table[["x2"]]]),
        np.array([table[["z"]]]) if control else np.empty((0, len(table), 1)),
    )
    model = mix.fit(given, {"x1": WIDE, "x2": WIDE})
    return mix_response.returns(model, len(given.weeks)).set_index("medium")


def test_published_returns_are_within_the_intervals_with_the_confounder_as_control(published):
    rows = simulated(published, True)
    for medium, true in zip(("x1", "x2"), TRUE, strict=True):
        assert rows.low_roas[medium] <= true <= rows.high_roas[medium]
    assert rows.known.all()


def test_published_returns_are_not_within_them_without_the_confounder(published):
    rows = simulated(published, False)
    assert not all(
        rows.low_roas[medium] <= true <= rows.high_roas[medium]
        for medium, true in zip(("x1", "x2"), TRUE, strict=True)
    )
    assert rows.high_roas["x2"] < TRUE[1]


def noisy(seed=1, flat=False):
    """A medium that moves, worth 3 a euro, and another that never does, if `flat`."""
    random = np.random.default_rng(seed)
    moving = np.where(random.random(120) < 0.5, 20.0, 120.0)
    revenue = 1000 + 3 * moving + random.normal(0, 15, 120)
    spend = {"Moves": moving} | ({"Stands": np.full(120, 50.0)} if flat else {})
    return weeks_of(spend, revenue)


def test_a_medium_that_moves_is_told_by_the_data_and_one_that_never_does_is_not():
    model = mix.fit(noisy(flat=True), draws=80)
    rows = mix_response.returns(model).set_index("medium")
    assert rows.known["Moves"] and not rows.known["Stands"]
    assert rows.low_roas["Moves"] < 3 < rows.high_roas["Moves"]
    assert rows.width_share["Stands"] > 0.5


def test_a_narrow_belief_moves_what_the_data_cannot_tell():
    firm = mix.Prior(roas=(1.9, 2.1))
    model = mix.fit(noisy(flat=True), {"Stands": firm}, draws=60)
    rows = mix_response.returns(model).set_index("medium")
    assert 1.8 < rows.low_roas["Stands"] < rows.high_roas["Stands"] < 2.2


def test_a_second_fit_tells_the_same_numbers():
    first, second = (mix.fit(noisy(), draws=5) for _ in range(2))
    assert np.array_equal(first.greatest, second.greatest)
    assert np.array_equal(first.base, second.base)


def test_baseline_and_media_make_the_revenue():
    given = noisy()
    model = mix.fit(given, draws=40)
    whole = (model.base.sum(2) + mix.by_week(model).sum(1)).mean(0)
    assert whole.sum() == pytest.approx(given.revenue.sum(), rel=0.01)
    assert np.corrcoef(whole, given.revenue[:, 0])[0, 1] > 0.98


def test_what_a_medium_brought_is_the_sum_of_its_weeks_and_nothing_by_no_spend():
    model = mix_of({"A": np.arange(60.0)}, greatest=[[100], [200]], half=[[10], [20]])
    none, now = mix.brought(model, 0, np.array([0.0, 1.0]), 60).T
    assert now == pytest.approx(mix.by_week(model)[:, 0].sum(1))
    assert none == pytest.approx(0, abs=1e-3)
    assert now[0] == pytest.approx(sum(100 * week / (week + 10) for week in range(60)))


def test_beliefs_are_a_row_a_medium_with_both_ends():
    rows = mix.beliefs({"A": mix.Prior(), "B": mix.Prior(roas=(1, 2))})
    assert rows.medium.tolist() == ["A", "B"] and rows.most_roas.tolist() == [8, 2]
    assert {"least_carried_share", "most_half", "least_slope"} <= {*rows.columns}


def test_the_media_to_choose_from_are_the_models_or_one_where_there_is_none():
    def none():
        raise Unanswered("Too few weeks.")

    model = mix_of({"A": np.ones(60)}, greatest=[[1]], half=[[1]])
    assert mix.media(lambda: model) == ["A"] and mix.media(none) == ["All"]
