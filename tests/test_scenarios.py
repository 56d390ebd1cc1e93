"""Scenarios: named sets against the base with the same draws, to the cent."""

import numpy as np
import pytest
from outlooks import outlook, sold, spent
from test_levers import EVERY

from revwork.analysis.forecast import scenarios
from revwork.findings import Message, Unanswered
from revwork.report.words import Reader

SAY = Reader().say


@pytest.fixture(scope="module")
def found():
    return outlook(sold(count=20), spent(count=20), as_of="2025-09-14", spread=4.0)[1]


def test_nothing_changed_is_the_base_to_the_cent(found):
    for assumed in ({}, {"price": 0.0, "heads": 0}):
        same = scenarios.applied(found, EVERY, assumed)
        for metric in ("net_revenue", "operating_result"):
            assert np.array_equal(
                same.sums(metric, "fiscal_year"), found.sums(metric, "fiscal_year")
            )
    rows = scenarios.compared(found, EVERY, {"same": {"price": 0.0}}, "fiscal_year", no_aim)
    assert rows.operating_result[1] == rows.operating_result[0]
    assert rows.low_operating_result_change[1] == rows.high_operating_result_change[1] == 0


def no_aim(metric, period):
    return None


def test_the_same_scenario_has_the_same_draws_alone_or_with_others(found):
    one = scenarios.applied(found, EVERY, {"price": 0.05})
    again = scenarios.applied(found, EVERY, {"price": 0.05})
    assert np.array_equal(one.ahead["net_revenue"], again.ahead["net_revenue"])
    both = scenarios.applied(found, EVERY, {"conversion": 0.1, "price": 0.05})
    alone = scenarios.applied(one, EVERY, {"conversion": 0.1})
    assert both.ahead["net_revenue"] == pytest.approx(alone.ahead["net_revenue"])


def test_a_difference_is_surer_than_the_outlook_it_is_taken_from(found):
    named = {"more": {"conversion": 0.1}}
    rows = scenarios.compared(found, EVERY, named, "next_twelve_months", no_aim)
    row = rows.iloc[1]
    low, high = np.quantile(found.sums("net_revenue", "next_twelve_months")[1:], [0.1, 0.9])
    assert row.high_net_revenue_change - row.low_net_revenue_change < (high - low) / 2
    assert row.low_net_revenue_change < row.net_revenue_change < row.high_net_revenue_change


def test_a_target_of_the_year_gives_each_scenario_its_chance(found):
    rows = scenarios.compared(
        found, EVERY, {"up": {"price": -0.5}}, "fiscal_year", lambda metric, period: 70.0
    )
    assert rows.reach_rate[0] > rows.reach_rate[1]
    shown = scenarios.shown(rows)
    assert [*shown][:5] == ["scenario", "operating_result", "change", "low_change", "high_change"]
    assert scenarios.formats(shown)["net_revenue_change"] == "signed"


def test_a_lever_that_is_not_known_leaves_its_scenario_empty(found):
    few = {"price": EVERY["price"]}
    named = {"known": {"price": 0.1}, "not": {"price": 0.1, "churn": 0.1}}
    rows = scenarios.compared(found, few, named, "fiscal_year", no_aim)
    assert rows.operating_result.notna().tolist() == [True, True, False]
    assert scenarios.drawn(rows, "net_revenue").scenario.tolist() == ["known"]
    with pytest.raises(Unanswered, match="churn"):
        scenarios.steps(found, few, {"churn": 0.1}, "fiscal_year")
    with pytest.raises(Unanswered, match="No scenario"):
        scenarios.drawn(rows[:1], "net_revenue")


def test_steps_add_up_to_the_cent(found):
    assumed = {"price": 0.03, "heads": 1, "currency": -0.1}
    bars = scenarios.steps(found, EVERY, assumed, "next_twelve_months")
    assert bars.bar.tolist() == ["base_outlook", "price", "heads", "currency", "scenario"]
    assert round(bars.value[:-1].sum(), 2) == bars.value.iloc[-1]
    assert "after" in SAY(scenarios.steps_reading(bars))
    still = scenarios.steps(found, EVERY, {}, "fiscal_year")
    assert SAY(scenarios.steps_reading(still)).endswith("as forecast: move a lever")


def test_levers_are_ranked_by_what_they_move(found):
    rows = scenarios.swings(found, EVERY, {"heads": 1}, "next_twelve_months")
    widest = rows[["down", "up"]].abs().max(axis=1)
    assert widest.is_monotonic_decreasing and {*rows.lever} == {*scenarios.LEVERS}
    heads = rows.set_index("lever").loc["heads"]
    assert SAY(heads.up_at) == "+1" and SAY(rows.down_at.iloc[-1]) == "−10%"
    assert SAY(scenarios.swings_reading(rows)).startswith("Heads moves it most")
    none = scenarios.swings(found, {}, {}, "fiscal_year")
    assert SAY(scenarios.swings_reading(none)).startswith("No lever can be told")


def test_every_lever_says_where_its_estimate_comes_from_or_why_there_is_none(found):
    missing = {"churn": Message("No subscription.", {})}
    rows = scenarios.sources(found, {"price": EVERY["price"]}, missing, "next_twelve_months")
    assert rows.lever.tolist() == ["price", "churn"]
    assert rows.revenue_change.isna().tolist() == [False, True]
    assert (
        rows.source[0] == scenarios.SOURCES["price"] and SAY(rows.source[1]) == "No subscription."
    )


def test_sets_are_read_from_text_with_or_without_a_name():
    found = scenarios.read(["Price war: price=-3%, rival_price=−10 %", "heads=2"])
    assert found == {
        "Price war": {"price": -0.03, "rival_price": -0.1},
        "heads=2": {"heads": 2.0},
    }
    assert scenarios.read([]) == scenarios.USUAL


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prise=3%", "did you mean price?"),
        ("weather=3%", "is no lever: one of price, budget"),
        ("price up", "write it as name: price=3%"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(text, said):
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        scenarios.read([text])


def test_two_sets_of_one_name_are_refused_and_settings_name_those_without():
    with pytest.raises(ValueError, match="two scenarios"):
        scenarios.read(["a: price=1%", "a: price=2%"])


def test_a_set_without_a_name_is_named_by_its_settings(found):
    rows = scenarios.compared(
        found, EVERY, scenarios.read(["price=3%, heads=2"]), "fiscal_year", no_aim
    )
    assert [SAY(one) for one in rows.scenario] == ["Base", "Price +3% · Heads +2"]
    said = SAY(scenarios.reading(rows, "operating_result"))
    assert said.startswith("Operating result: ") and "“Price +3% · Heads +2”" in said
