"""Channel mix: volume, mix and terms add up to the change of the contribution, to the cent."""

import numpy as np
import pytest
from conftest import sales_lines
from test_channel_sums import BACK, BOTH, LARGE, NOW

from revwork.analysis.channels import channel_mix, channel_sums
from revwork.calendar import Comparison
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say


def order(number, year, channel, net, **costs):
    return {
        **{"order_id": f"o{number}", "order_date": f"{year}-05-05", "channel": channel},
        **{"net_amount": net, **costs},
    }


def steps(*orders, comparison=BOTH):
    return channel_mix.steps(channel_sums.with_first(sales_lines(list(orders))), comparison)


def bars(*orders):
    return steps(*orders).set_index("bar").value.to_dict()


def test_twice_the_same_is_volume_alone(elsewhere):
    found = bars(
        order(1, 2025, "Web", 100, cost_amount=60, commission=10),
        order(2, 2026, "Web", 200, cost_amount=120, commission=20),
    )
    assert found == {
        **{"contribution_before": 30, "volume": 30, "contribution_after_commission": 60}
    }


def test_revenue_that_moves_to_a_channel_that_leaves_less_is_mix_alone():
    found = bars(
        order(1, 2025, "Web", 100, cost_amount=60),
        order(2, 2025, "Market", 100, cost_amount=60, commission=20),
        order(3, 2026, "Web", 50, cost_amount=30),
        order(4, 2026, "Market", 150, cost_amount=90, commission=30),
    )
    assert found["mix"] == -10 and found["contribution_after_commission"] == 50
    assert not found.keys() & {"volume", "commission", "goods_and_discounts"}


def test_a_dearer_commission_and_dearer_goods_are_bars_of_their_own():
    found = bars(
        order(1, 2025, "Market", 100, cost_amount=60, commission=10),
        order(2, 2026, "Market", 100, cost_amount=65, commission=15, shipping_cost=1),
    )
    assert found["commission"] == -5 and found["goods_and_discounts"] == -5
    assert found["shipping_cost"] == -1 and found["contribution_after_commission"] == 19


def test_a_new_channel_is_held_against_the_company_before():
    found = bars(
        order(1, 2025, "Web", 100, cost_amount=60),
        order(2, 2026, "Web", 100, cost_amount=60),
        order(3, 2026, "Market", 100, cost_amount=60, commission=12),
    )
    assert found["volume"] == 40 and found["commission"] == -12 and "mix" not in found


def test_without_costs_or_a_comparison_it_is_a_sentence():
    with pytest.raises(Unanswered, match="known cost in both"):
        steps(LARGE)
    with pytest.raises(Unanswered, match="before to compare"):
        steps(LARGE, comparison=Comparison(NOW, NOW, None, "year ago", False))


def test_the_bars_add_up_whatever_was_sold():
    draws = np.random.default_rng(3)
    orders = [
        order(
            at,
            2025 + at % 2,
            ["Web", "Market", None][draws.integers(3)],
            round(draws.exponential(300) + 0.01, 4),
            cost_amount=round(draws.exponential(200), 4),
            commission=round(draws.exponential(9), 4),
        )
        for at in range(40)
    ]
    value = steps(*orders, {**BACK, "order_date": "2026-05-06", "net_amount": -0.05}).value
    assert len(value) == 6 and value.iloc[:-1].sum() == pytest.approx(value.iloc[-1], abs=1e-6)


def test_a_channel_whose_returns_ate_its_sales_does_not_break_the_sum():
    sold = order(1, 2025, "Web", 50, cost_amount=20), order(2, 2025, "Web", -50, cost_amount=-10)
    value = steps(*sold, order(3, 2025, "Shop", 90, cost_amount=40), LARGE).value
    assert value.iloc[:-1].sum() == pytest.approx(value.iloc[-1], abs=1e-6)


def test_the_reading_tells_mix_and_commission():
    found = steps(
        order(1, 2025, "Market", 100, cost_amount=60, commission=10),
        order(2, 2026, "Market", 100, cost_amount=60, commission=15),
    )
    assert SAY(channel_mix.reading(found)) == "From €30 to €25: the mix made €0, commission −€5"
