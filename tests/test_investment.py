"""Investment: where revenue leaves most, how sure that is, and what grew."""

import numpy as np
import pytest
from conftest import sales_lines
from test_channel_sums import BOTH, NOW

from revwork.analysis.channels import channel_sums, investment
from revwork.calendar import Comparison
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say


def orders(channel, year, count, cost, spread=1):
    return [
        {
            **{"order_id": f"{channel}{year}-{at}", "order_date": f"{year}-03-{1 + at % 28:02d}"},
            **{"channel": channel, "net_amount": 100, "commission": 5 if channel == "B" else 0},
            "cost_amount": cost + spread * (at % 2 * 2 - 1),
        }
        for at in range(count)
    ]


def places(*sold, comparison=BOTH):
    lines = channel_sums.with_first(sales_lines([one for part in sold for one in part]))
    return investment.places(lines, comparison, "channel")


USUAL = orders("A", 2025, 100, 50), orders("B", 2025, 100, 50), orders("B", 2026, 100, 50)


def test_who_leaves_more_and_grows_comes_first_and_says_so(elsewhere):
    rows = places(*USUAL, orders("A", 2026, 300, 50))
    assert rows.channel.tolist() == ["A", "B"]
    assert rows.standing.tolist() == ["Leaves more and grows", "Leaves less"]
    assert rows.contribution_rate.tolist() == pytest.approx([0.5, 0.45])
    assert rows.rest_rate.tolist() == pytest.approx([0.45, 0.5])
    assert rows.low_rate_gap[0] > 0 > rows.high_rate_gap[1]
    assert (rows.commission_rate[1], rows.rest_commission_rate[1]) == (0.05, 0)


def test_growth_within_chance_is_not_called_growth():
    rows = places(*USUAL, orders("A", 2026, 110, 50))
    assert rows.standing[0] == "Leaves more" and rows.low_change_rate[0] < 0


def test_a_difference_within_chance_is_none():
    rows = places(*USUAL, orders("A", 2026, 100, 54, spread=60))
    assert rows.standing.tolist() == ["Like the others"] * 2


def test_a_tenth_more_is_a_tenth_of_a_year_at_the_rate_of_now():
    rows = places(*USUAL, orders("A", 2026, 100, 50)).set_index("channel")
    days = (NOW.end - NOW.start).days
    assert rows.next_tenth["A"] == pytest.approx(0.1 * 10_000 * 0.5 * 365.25 / days)


def test_a_year_is_not_told_of_fewer_than_ninety_days():
    late = [one | {"order_date": "2026-10-20"} for one in orders("A", 2026, 30, 50)]
    assert places(late).next_tenth.isna().all()
    in_time = [one | {"order_date": "2026-10-03"} for one in orders("A", 2026, 30, 50)]
    assert places(in_time).yearly_revenue[0] == pytest.approx(3000 * 365.25 / 90)


def test_one_channel_alone_stands_beside_nobody():
    rows = places(orders("A", 2026, 30, 50))
    assert rows.standing[0] is None and np.isnan(rows.rate_gap[0])
    assert SAY(investment.reading(rows)) == "A leaves 50% of net revenue after commission"


def test_without_costs_it_is_a_sentence_and_no_row():
    rows = places([one | {"cost_amount": None} for one in orders("A", 2026, 30, 50)])
    assert rows.empty and "cost_amount in orders" in SAY(investment.reading(rows))
    with pytest.raises(Unanswered, match="cost_amount in orders"):
        investment.shown(rows, "change_rate")


def test_pictures_hold_the_rate_against_the_others_and_growth_against_nothing():
    rows = places(*USUAL, orders("A", 2026, 300, 50))
    rates, growth = (investment.shown(rows, name) for name in ("contribution_rate", "change_rate"))
    assert rates.base.tolist() == pytest.approx([0.45, 0.5]) and growth.base.isna().all()
    assert SAY(investment.levels(rates)).startswith("A leaves most of net revenue after commission")
    assert SAY(investment.pace(growth)).startswith("A changed most beyond chance: +200% (95 %:")
    still = investment.shown(places(*USUAL), "change_rate")
    assert "every interval holds 0" in SAY(investment.pace(still))
    alone = places(*USUAL, comparison=Comparison(NOW, NOW, None, "previous", False))
    with pytest.raises(Unanswered, match="period before"):
        investment.shown(alone, "change_rate")
