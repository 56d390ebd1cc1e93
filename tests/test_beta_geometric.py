"""Shifted beta-geometric: Fader and Hardie's two published companies, and telephone customers."""

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.customers import beta_geometric

HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]


def lives(kept):
    lost = -np.diff(kept) * 10
    rows = [(0, year, True, n) for year, n in enumerate(lost)]
    rows.append((0, len(lost), False, kept[-1] * 10))
    return pd.DataFrame(rows, columns=["entered", "lasted", "left", "n"])


@pytest.mark.parametrize(
    ("kept", "parameters", "likelihood", "twelfth"),
    [(HIGH_END, (0.668, 3.806), -1611.2, 39.4), (REGULAR, (0.704, 1.182), -1680.3, 17.3)],
)
def test_the_published_companies_have_the_published_parameters(
    kept, parameters, likelihood, twelfth
):
    found = beta_geometric.fit(lives(kept))
    assert found[:2] == pytest.approx(parameters, abs=6e-4)
    assert found.log_likelihood == pytest.approx(likelihood, abs=0.1)
    assert 100 * beta_geometric.survival(found, [12])[0] == pytest.approx(twelfth, abs=3)


def test_everyone_is_there_at_first_and_ever_fewer_later():
    shares = beta_geometric.survival(beta_geometric.Staying(0.7, 1.2), np.arange(20))
    assert shares[0] == 1 and (np.diff(shares) < 0).all() and shares[-1] > 0


def test_who_stayed_long_is_worth_more_and_money_later_is_worth_less():
    model = beta_geometric.Staying(0.7, 1.2)
    new, old = beta_geometric.months_to_come(model, np.array([0, 24]), 36, 0.1)
    assert new < old < beta_geometric.months_to_come(model, np.array([24]), 36, 0)[0] < 36


def test_one_constant_chance_for_all_is_found_and_entering_late_does_not_change_it():
    rng = np.random.default_rng(3)
    lasted = rng.geometric(0.03, 8000) - 1
    rows = pd.DataFrame({"entered": 0, "lasted": lasted.clip(max=40), "left": lasted < 40, "n": 1})
    late = rows[rows.lasted >= 10].assign(entered=10)
    for some in (rows, late):
        alpha, beta, _ = beta_geometric.fit(
            some.value_counts().rename("k").reset_index().assign(n=lambda t: t.k)
        )
        assert alpha / (alpha + beta) == pytest.approx(0.03, rel=0.1)


def test_telephone_customers_from_month_to_month_stay_as_kaplan_and_meier_say(data_set):
    from statsmodels.duration.survfunc import SurvfuncRight

    file = data_set("telco_churn_ibm") / "telco_churn.csv"
    rows = pd.read_csv(file)
    assert (rows.churn == "Yes").sum() == 1869 and len(rows) == 7043
    rows = rows[(rows.contract == "Month-to-month") & (rows.tenure > 0)]
    left = rows.churn == "Yes"
    some = pd.DataFrame({"entered": 0, "lasted": rows.tenure - left, "left": left})
    model = beta_geometric.fit(some.value_counts().rename("n").reset_index())
    known = SurvfuncRight(rows.tenure, left.astype(int))
    for month in (6, 12, 24, 36, 48):
        share = known.surv_prob[known.surv_times <= month][-1]
        assert beta_geometric.survival(model, [month])[0] == pytest.approx(share, abs=0.07)
