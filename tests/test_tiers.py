"""Tiers: who to look after first, by what they leave and could leave."""

import pandas as pd
import pytest

from revwork.analysis.customers import tiers
from revwork.findings import Unanswered
from revwork.report.words import Reader


def found(margins, potential=None, chance=None):
    names = [f"c{n}" for n in range(len(margins))]
    who = {"customer_id": names, "customer_name": names, "segment": "s", "region": "r", "orders": 1}
    accounts = pd.DataFrame({**who, "customer_margin": margins}).astype({"customer_margin": float})
    gaps = pd.DataFrame(
        {"customer_id": names, "whitespace_margin": potential or [0.0] * len(names)}
    )
    chances = pd.DataFrame([*(chance or {}).items()], columns=["customer_id", "chance"])
    return tiers.tiers(accounts, gaps, chances).set_index("customer_id")


def test_a_holds_four_fifths_the_one_that_crosses_is_still_a_and_the_rest_is_b_and_c():
    rows = found([60, 30, 6, 4])
    assert rows.tier.tolist() == ["A", "A", "B", "C"]


def test_exactly_at_the_edge_the_next_one_is_below():
    assert found([80, 15, 5]).tier.tolist() == ["A", "B", "C"]


def test_potential_counts_like_profit_and_what_is_bought_beyond_look_alikes_does_not():
    rows = found([10, 40, 40], [90, -30, 0])
    assert rows.index[0] == "c0" and rows.value_amount.tolist() == [100, 40, 40]


def test_who_costs_money_is_c_and_needs_other_terms():
    rows = found([-50, 10])
    assert (rows.tier["c0"], rows.advice["c0"]) == ("C", "Mend the terms")


def test_who_only_sent_back_what_was_bought_before_needs_no_other_terms():
    accounts = {"customer_id": ["a"], "customer_name": "A", "segment": "s", "region": "r"}
    accounts = pd.DataFrame({**accounts, "orders": 0, "customer_margin": -5.0})
    none = pd.DataFrame({"customer_id": [], "whitespace_margin": [], "chance": []})
    assert tiers.tiers(accounts, none, none).advice.tolist() == ["Serve at little cost"]


def test_what_to_do_follows_from_tier_chance_and_potential():
    rows = found([40, 30, 30, 5, 1], [0, 0, 0, 9, 0], {"c0": 0.5, "c1": 0.49, "c3": 0.1, "c4": 0.9})
    assert rows.advice.to_dict() == {
        **{"c0": "Keep: likely to leave", "c1": "Look after", "c2": "Win back"},
        **{"c3": "Develop", "c4": "Serve at little cost"},
    }


def test_without_chances_nobody_is_gone_and_without_cost_or_name_nobody_is_tiered():
    assert found([5]).advice.tolist() == ["Look after"]
    accounts = pd.DataFrame({"customer_id": [None, "a"], "customer_margin": [5.0, None]})
    accounts[["customer_name", "segment", "region", "orders"]] = None
    none = pd.DataFrame({"customer_id": [], "whitespace_margin": [], "chance": []})
    assert tiers.tiers(accounts, none, none).empty


def test_all_worth_nothing_is_all_c():
    rows = found([0, -1])
    assert rows.tier.tolist() == ["C", "C"]
    assert tiers.summary(rows).margin_share.isna().sum() == 0


def test_tiers_and_advice_add_up_to_everybody():
    rows = found([60, 30, 6, 4, -2])
    summary, advised = tiers.summary(rows), tiers.advised(rows)
    assert summary.tier.tolist() == ["A", "B", "C"]
    for part in (summary, advised):
        assert part.customers.sum() == 5 and part.customer_margin.sum() == pytest.approx(98)
    assert Reader().say(tiers.reading(summary)) == "Tier A: 40% of customers, 91.8% of their margin"


def test_nobody_tiered_is_no_answer():
    with pytest.raises(Unanswered, match="cost of goods"):
        tiers.summary(found([]))
