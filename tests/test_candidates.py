import numpy as np
import pandas as pd
import pytest

from revwork.analysis.forecast import candidates

MONTHS = 12
YEAR = np.array([80, 85, 100, 95, 100, 105, 90, 70, 100, 105, 130, 160.0])
GROWN = np.concatenate([YEAR * 1.1**year for year in range(3)])
PUBLISHED_THETA = 9.093  # sMAPE of M4's Theta benchmark over all 359 weekly series


def all_of(past, ahead=MONTHS, season=MONTHS, of_sums=True):
    names = candidates.offered(season, of_sums)
    return dict(zip(names, candidates.expected(names, past, ahead, season), strict=True))


def test_the_naive_forecast_is_the_last_year_again():
    assert [*all_of(GROWN)[candidates.NAIVE]] == [*GROWN[-12:]]


@pytest.mark.parametrize("name", ["AutoETS", "AutoARIMA", "AutoTheta", "MSTL"])
def test_a_model_sees_season_and_growth(name):
    wrong = np.abs(all_of(GROWN)[name] / (YEAR * 1.1**3) - 1)
    assert wrong.mean() < 0.06


def test_a_mean_of_candidates_is_their_mean():
    found = all_of(GROWN)
    parts = [found[one] for one in ("AutoTheta", "MSTL", candidates.NAIVE)]
    assert found[candidates.MEAN] == pytest.approx(np.mean(parts, axis=0))


def test_what_lies_before_the_first_sale_is_no_past():
    late = np.concatenate([np.zeros(20), GROWN])
    assert all_of(late)["AutoTheta"] == pytest.approx(all_of(GROWN)["AutoTheta"])


def test_a_series_that_has_ended_stays_at_zero():
    ended = np.concatenate([GROWN, np.zeros(12)])
    assert not any(found.any() for found in all_of(ended).values())
    assert not any(found.any() for found in all_of(np.zeros(30)).values())


def test_a_new_series_is_forecast_at_its_mean():
    assert {*all_of(np.array([0, 0, 6, 0, 9.0]))["MSTL"]} == {5.0}


@pytest.mark.parametrize("periods", [13, 20, 25])
def test_a_short_past_is_forecast_by_every_candidate(periods):
    assert all(np.isfinite(found).all() for found in all_of(GROWN[:periods]).values())


def test_a_constant_goes_on():
    assert all(found == pytest.approx(7) for found in all_of(np.full(30, 7.0)).values())


def test_returns_never_make_a_forecast_negative():
    falling = np.linspace(100, -50, 36)
    assert all((found >= 0).all() for found in all_of(falling).values())


def test_the_same_past_makes_the_same_forecast():
    noisy = GROWN + np.random.default_rng(3).normal(0, 5, 36)
    first, second = all_of(noisy), all_of(noisy)
    assert all((first[name] == second[name]).all() for name in first)


def test_weekly_series_know_their_year():
    weeks = np.tile(100 + 50 * np.sin(np.arange(52) / 52 * 2 * np.pi), 3)
    assert all_of(weeks, 13, 52)["MSTL"] == pytest.approx(weeks[:13], rel=0.1)


def smape(told, came):
    return (200 * np.abs(told - came) / (np.abs(told) + np.abs(came))).mean(axis=-1)


def weekly_m4(folder, step):
    train = pd.read_csv(folder / "Weekly-train.csv.gz", index_col=0)
    came = pd.read_csv(folder / "Weekly-test.csv", index_col=0).loc[train.index]
    pasts = [row.dropna().to_numpy() for _, row in train[::step].iterrows()]
    return pasts, came[::step].to_numpy()


def chosen_for(pasts, came):
    """The candidate that was off least in the 13 weeks before the end, and its sMAPE after it."""
    names = candidates.offered(52, True)

    def off(past):
        told = candidates.expected(names, past[:-13], 13, 52)
        return np.abs(told - past[-13:]).mean(axis=1) / np.abs(np.diff(past[:-13])).mean()

    best = names[int(np.mean([off(past) for past in pasts], axis=0).argmin())]
    told = [candidates.expected([best], past, 13, 52)[0] for past in pasts]
    return best, smape(np.array(told), came).mean()


def test_every_eighteenth_weekly_series_of_m4_is_forecast_better_than_the_published_theta(data_set):
    pasts, came = weekly_m4(data_set("m4_weekly_hourly"), 18)
    assert chosen_for(pasts, came)[1] <= PUBLISHED_THETA


def test_australian_drug_sales_of_the_textbook_are_forecast_better_than_by_last_year(data_set):
    sales = pd.read_csv(data_set("fpp_series") / "fpp2_a10.csv").value.to_numpy()
    found = all_of(sales[:-24], 24)
    wrong = {name: smape(told, sales[-24:]) for name, told in found.items()}
    better = [name for name in wrong if wrong[name] < wrong[candidates.NAIVE]]
    assert {"AutoETS", "AutoTheta", "AutoARIMA"} <= set(better)
