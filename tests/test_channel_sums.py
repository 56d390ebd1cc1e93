"""Channel sums: what orders brought and cost by part, and how sure rates and growth are."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.channels import channel_sums
from revwork.calendar import Comparison, Period

PAST = Period("2025", date(2025, 1, 1), date(2026, 1, 1))
NOW = Period("2026", date(2026, 1, 1), date(2027, 1, 1))
BOTH = Comparison(NOW, NOW, PAST, "year ago", False)
LARGE = {
    **{"order_id": "o1", "order_date": "2026-01-05", "customer_id": "a", "channel": "Web"},
    **{"net_amount": 90, "discount": 10, "cost_amount": 40, "commission": 9},
    **{"payment_cost": 1, "shipping_cost": 2},
}
BACK = {
    **{"order_id": "c1", "order_date": "2026-02-01", "customer_id": "a", "channel": "Web"},
    **{"net_amount": -30, "cost_amount": -10},
}
OLD = {"order_id": "o0", "order_date": "2025-01-02", "customer_id": "a", "net_amount": 50}


def lines(*orders):
    return channel_sums.with_first(sales_lines(list(orders)))


def sums(*orders, by=("channel",), periods=(NOW, PAST)):
    return channel_sums.sums(lines(*orders), periods, by)


def test_money_is_added_by_part_with_returns_taken_off(elsewhere):
    (row,) = sums(LARGE, BACK).itertuples()
    assert (row.net, row.sold, row.returned, row.off, row.listed) == (60, 90, 30, 10, 100)
    assert (row.left, row.known, row.goods) == (90 - 40 - 12 - 20, 60, 30)
    assert (row.commission, row.priced, row.orders, row.customers) == (9, 90, 1, 1)


def test_squares_are_of_orders_and_their_lines_go_together():
    (row,) = sums(LARGE, {**LARGE, "line": 2}, {**LARGE, "order_id": "o2"}).itertuples()
    assert row.net_square == 180**2 + 90**2 and row.left_square == 76**2 + 38**2
    assert row.cross == 180 * 76 + 90 * 38


def test_a_part_that_is_not_recorded_is_a_row_and_all_rows_make_the_whole():
    rows = sums(LARGE, BACK, {**OLD, "order_date": "2026-03-01"})
    assert rows.channel.isna().sum() == 1
    whole = sums(LARGE, BACK, {**OLD, "order_date": "2026-03-01"}, by=())
    assert rows.net.sum() == whole.net[0] == 110 and rows.orders.sum() == whole.orders[0]


def test_what_has_no_cost_leaves_nothing_known_rather_than_everything():
    (row,) = sums({**LARGE, "cost_amount": None}).itertuples()
    assert (row.net, row.known, row.left) == (90, 0, 0)
    assert np.isnan(channel_sums.rate(pd.DataFrame([row._asdict()]))[0])


def test_the_last_day_counts_the_next_does_not():
    last, after = ({**LARGE, "order_date": day} for day in ("2026-12-31", "2027-01-01"))
    assert len(sums(last)) == 1 and sums(after).empty


def test_a_customer_is_new_on_the_day_of_the_first_order_of_all():
    again = {**LARGE, "order_id": "o2", "order_date": "2026-06-01", "channel": "Shop"}
    rows = sums(OLD, LARGE, {**again, "customer_id": "b"}).set_index("channel")
    now = rows[rows.period == 0]
    assert now.new_customers.to_dict() == {"Web": 0, "Shop": 1}


def test_in_the_first_ninety_days_nobody_can_be_told_to_be_new():
    rows = sums(LARGE, periods=[NOW])
    assert rows.new_customers.isna().all()


def test_joining_the_first_order_leaves_the_rows_as_they_are():
    assert lines(OLD, LARGE, BACK, {**OLD, "customer_id": None}).count().execute() == 4


def test_nothing_sold_is_no_row(elsewhere):
    assert sums().empty and sums({**LARGE, "status": "cancelled"}).empty


def test_a_rate_that_no_order_departs_from_has_no_error():
    same = sums(LARGE, {**LARGE, "order_id": "o2"})
    assert channel_sums.rate(same)[0] == pytest.approx(38 / 90)
    assert channel_sums.rate_error(same)[0] == pytest.approx(0, abs=1e-9)
    other = sums(LARGE, {**LARGE, "order_id": "o2", "cost_amount": 58})
    assert channel_sums.rate_error(other)[0] == pytest.approx(np.sqrt(2 * 9**2) / 180)


def test_growth_is_held_against_a_positive_base_only():
    now, base = (pd.DataFrame({"net": net, "net_square": [100.0, 100, 100]}) for net in
                 ([20.0, 20, -5], [10.0, 0, 10]))  # fmt: skip
    rows = channel_sums.growth(now, base)
    assert rows.change_rate[0] == 1 and rows.low_change_rate[0] < 1 < rows.high_change_rate[0]
    assert np.isnan(rows.change_rate[1])
    assert rows.change_rate[2] == -1.5 and np.isnan(rows.low_change_rate[2])


def test_more_values_compared_ask_for_more():
    assert channel_sums.sure(1) == pytest.approx(channel_sums.Z95, abs=1e-4)
    assert channel_sums.sure(12) > channel_sums.sure(2) > channel_sums.sure(1)


def test_without_a_comparison_there_is_one_period():
    assert channel_sums.both(Comparison(NOW, NOW, None, "year ago", False)) == [NOW]
    assert channel_sums.both(BOTH) == [NOW, PAST]


def test_the_interval_of_growth_holds_the_truth_as_often_as_it_says():
    draws = np.random.default_rng(0)

    def year(mean):
        n = draws.poisson(mean, 2000)
        each = [draws.exponential(10, size) for size in n]
        return pd.DataFrame({"net": [x.sum() for x in each],
                             "net_square": [(x**2).sum() for x in each]})  # fmt: skip

    rows = channel_sums.growth(year(150), year(100))
    held = ((rows.low_change_rate < 0.5) & (rows.high_change_rate > 0.5)).mean()
    assert 0.93 < held < 0.97
