"""Chances to leave: they hold true, they are held against guessing, and money follows from them."""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest
from conftest import typed

from revwork.analysis import sales
from revwork.analysis.customers import churn_history, churn_risk
from revwork.contracts import contract
from revwork.findings import Unanswered


def people(n=600, looks=churn_history.LOOKS, level=0.3, seed=1):
    """Customers who leave with a chance that only how long they are away tells."""
    draws, parts = np.random.default_rng(seed), []
    for look in looks:
        away = draws.uniform(0, 1, n)
        left = (draws.uniform(0, 1, n) < level * 2 * away).astype(float)
        facts = dict.fromkeys(churn_history.FACTS, 1.0)
        rows = {"customer_id": [f"c{m}" for m in range(n)], "group": "g", "look": look}
        parts.append(pd.DataFrame({**rows, **facts, "recency": away, "year_margin": 100.0,
                                   "churned": left if look else np.nan}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def held():
    return churn_risk.held_out(people())


def outcomes(*pairs, **columns):
    rows = pd.DataFrame(pairs, columns=["chance", "churned"])
    return rows.assign(**{"base_rate": 0.5, "year_margin": 100.0, "chance_error": 0.0, **columns})


# chances


def test_who_is_longer_away_has_the_higher_chance_and_the_level_is_right(held):
    near, far = (held[(held.recency < 0.3) == side].chance.mean() for side in (True, False))
    assert far > 2 * near and held.chance.between(0, 1).all()
    assert held.chance.mean() == pytest.approx(0.3, abs=0.05) and len(held) == 600


def test_the_level_is_that_of_the_later_customers_not_of_those_it_learnt_from():
    early = people(looks=[2.5, 3.0], level=0.4)
    late = people(looks=[0.0, 1.0, 2.0], level=0.15, seed=2)
    found = churn_risk.held_out(pd.concat([early, late], ignore_index=True))
    assert found.chance.mean() == pytest.approx(0.15, abs=0.04)


def test_what_happens_after_the_day_changes_no_chance():
    rows = people()
    turned = rows.assign(churned=rows.churned.where(rows.look != 1, 1 - rows.churned))
    turned.loc[turned.look == 1.5, "churned"] = 1.0
    turned.loc[turned.look == 0, "recency"] = 0.0
    one, other = churn_risk.held_out(rows), churn_risk.held_out(turned)
    assert one.chance.tolist() == other.chance.tolist()


def test_the_same_history_gives_the_same_chances():
    first, second = (churn_risk.scored(people(300)).chance for _ in range(2))
    assert first.tolist() == second.tolist() and len(first) == 300


def test_too_few_who_left_or_too_short_a_history_is_a_sentence():
    for rows in (people(60, level=0.1), people(looks=[0.0, 1.0, 1.5]).iloc[:0]):
        with pytest.raises(Unanswered, match="50 of either are needed"):
            churn_risk.scored(rows)
        assert churn_risk.known(rows).empty
    with pytest.raises(Unanswered, match="50 of either are needed"):
        churn_risk.held_out(people(looks=[0.0, 1.0, 1.5]))


# quality


def test_figures_are_those_of_scikit_learn(held):
    from sklearn.metrics import brier_score_loss, roc_auc_score

    row = churn_risk.quality(held).iloc[0]
    assert row.auc == pytest.approx(roc_auc_score(held.churned, held.chance))
    assert row.brier == pytest.approx(brier_score_loss(held.churned, held.chance))
    assert row.low_auc < row.auc < row.high_auc and row.customers == 600


def test_delong_s_error_is_that_of_drawing_again(held):
    from sklearn.metrics import roc_auc_score

    draws, row = np.random.default_rng(3), churn_risk.quality(held).iloc[0]
    again = [held.iloc[draws.integers(0, len(held), len(held))] for _ in range(300)]
    spread = np.std([roc_auc_score(one.churned, one.chance) for one in again])
    assert (row.high_auc - row.low_auc) / (2 * 1.96) == pytest.approx(spread, rel=0.15)


def test_always_right_and_no_better_than_the_base_rate():
    right = outcomes(*[(1, 1), (0, 0)] * 3)
    assert churn_risk.quality(right)[["auc", "brier", "skill"]].iloc[0].tolist() == [1, 0, 1]
    guess = churn_risk.quality(outcomes(*[(0.5, 1), (0.5, 0)] * 3)).iloc[0]
    assert (guess.auc, guess.skill) == (0.5, 0)


def test_where_nobody_or_everybody_left_there_is_nothing_to_rank():
    for left in (0, 1):
        assert churn_risk.quality(outcomes(*[(0.5, left)] * 4)).auc.isna().all()


def test_groups_of_chances_hold_everybody_and_show_their_interval(held):
    found = churn_risk.reliability(held)
    assert found.customers.sum() == 600 and len(found) == 10
    assert (found.low_share <= found.share).all() and (found.share <= found.high_share).all()
    assert found.chance.is_monotonic_increasing
    alike = churn_risk.reliability(outcomes(*[(0.5, 1), (0.5, 0)] * 6))
    assert len(alike) == 1 and alike["share"].tolist() == [0.5]


# money


def test_what_is_at_risk_is_chance_times_what_they_bring_and_parts_add_up():
    rows = outcomes((0.5, 1), (0.1, 0), (0.2, 0), year_margin=[100.0, 200.0, 50.0])
    rows["group"] = ["x", "x", None]
    whole, parts = churn_risk.at_risk(rows).iloc[0], churn_risk.at_risk(rows, ["group"])
    assert whole.at_risk_amount == 80 and whole.at_risk_share == pytest.approx(80 / 350, abs=1e-6)
    assert parts.at_risk_amount.sum() == 80 and parts.customers.sum() == 3
    half = 1.959964 * np.sqrt(0.25 * 100**2 + 0.09 * 200**2 + 0.16 * 50**2)
    assert whole.high_at_risk_amount == pytest.approx(80 + half, abs=1e-4)
    assert whole.low_at_risk_amount == 0


def test_who_costs_money_puts_none_at_risk_and_nobody_puts_nothing():
    row = churn_risk.at_risk(outcomes((0.9, 1), year_margin=-500.0)).iloc[0]
    assert row.at_risk_amount == row.high_at_risk_amount == 0 and np.isnan(row.at_risk_share)
    none = churn_risk.at_risk(outcomes().astype(float)).iloc[0]
    assert (none.customers, none.at_risk_amount) == (0, 0)


def test_the_interval_holds_what_is_lost_in_95_of_100_companies():
    draws, inside = np.random.default_rng(8), 0
    for _ in range(400):
        chance, brings = draws.uniform(0.05, 0.9, 300), draws.lognormal(5, 1, 300)
        shift, error = draws.normal(0, 0.15), 0.15
        told = 1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + shift)))
        left = draws.uniform(0, 1, 300) < chance
        rows = pd.DataFrame({"chance": told, "churned": left, "year_margin": brings})
        row = churn_risk.came_true(rows.assign(chance_error=error)).iloc[0]
        inside += row.low_at_risk_amount <= row.lost_amount <= row.high_at_risk_amount
    assert 0.92 <= inside / 400 <= 0.98


# published data


def test_telco_s_leavers_are_told_from_the_others(real):
    rows = pd.read_csv(real / "telco_churn_ibm" / "telco_churn.csv")
    facts = [name for name in rows if name not in ("rownames", "churn")]
    kinds = {name: "category" for name in facts if not pd.api.types.is_numeric_dtype(rows[name])}
    rows = rows.astype(kinds).assign(churned=(rows.churn == "Yes").astype(float))
    assert rows.churned.mean() == pytest.approx(0.2654, abs=5e-5)
    rows = rows.sample(frac=1, random_state=0)
    told = churn_risk.chances(rows[:3521], rows[3521:5282], rows[5282:], facts)
    row = churn_risk.quality(told).iloc[0]
    assert row.low_auc > 0.8 and row.skill > 0.25
    groups = churn_risk.reliability(told)
    assert (groups.chance - groups.share).abs().max() < 0.08


def test_of_real_households_those_who_will_stay_away_are_told_from_the_others(real):
    folder = real / "completejourney_sample"
    rows = pd.read_csv(folder / "transactions_sample.csv.gz")
    frame = pd.DataFrame(
        {
            "order_id": rows.basket_id.astype(str),
            "order_date": pd.to_datetime(rows.transaction_timestamp).dt.date,
            "net_amount": rows.sales_value,
            "customer_id": rows.household_id.astype(str),
            "quantity": rows.quantity.astype(float),
        }
    )
    fields = contract("orders").to_schema().columns
    orders = ibis.memtable(frame.reindex(columns=[*fields]))
    orders = orders.cast({name: field.dtype.type for name, field in fields.items()})
    lines = sales.lines(orders, *map(typed, ("products", "customers", "fx_rates")), "USD")
    days = churn_history.days(lines).cache()
    none = typed("tickets"), typed("subscriptions"), date(2017, 12, 31)
    history = churn_history.history(days, churn_history.gaps(days), *none)
    told = churn_risk.held_out(history)
    row = churn_risk.quality(told).iloc[0]
    assert row.customers > 1500 and row.low_auc > 0.75 and row.skill > 0.1
    groups = churn_risk.reliability(told)
    assert (groups.chance - groups.share).abs().max() < 0.1


def test_without_a_chance_known_there_is_a_sentence_and_no_table():
    nobody = churn_risk.known(people(n=4))
    for ask in (
        lambda: churn_risk.at_risk(nobody, ["segment"]),
        lambda: churn_risk.riskiest(nobody, typed("customers")),
    ):
        with pytest.raises(Unanswered, match="add earlier orders"):
            ask()
