"""The check of customer value: only what was known then, against what came."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis import purchases
from revwork.analysis.customers import value_check
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST = date(2026, 6, 30)


def days_of(rows):
    return purchases.worth_by_day(
        sales_lines(
            [
                {"order_id": f"{who}{day}", "customer_id": who, "order_date": day.isoformat()}
                | {"net_amount": 10, "cost_amount": 4}
                for who, day in rows
            ]
        )
    )


@pytest.fixture(scope="module")
def simulated():
    """Customers who buy at a rate of their own, some of whom stop, over three years."""
    rng, rows = np.random.default_rng(2), []
    for number in range(600):
        day = LAST - timedelta(days=int(rng.integers(1, 1000)))
        rate, leaves = rng.gamma(1.2) / 70, rng.beta(0.9, 4)
        while day <= LAST:
            rows.append((f"c{number}", day))
            if len(rows) > 1 and rows[-2][0] == rows[-1][0] and rng.uniform() < leaves:
                break
            day += timedelta(days=1 + int(rng.exponential(1 / rate)))
    return days_of(rows).cache()


@pytest.fixture(scope="module")
def held(simulated):
    return value_check.held_out(simulated, typed("customers"), LAST, 12)


def test_what_was_expected_of_all_comes(held):
    model, pace = value_check.summary(held).itertuples()
    assert abs(model.gap_change_rate) < 0.12 < abs(pace.gap_change_rate)
    assert model.typical_error < pace.typical_error
    assert model.expected_amount == pytest.approx(model.bought_amount, rel=0.12)


def test_only_customers_known_then_are_in_it_and_what_came_is_counted(held, simulated):
    cut = LAST - timedelta(days=365)
    rows = simulated.execute()
    rows["day"] = pd.to_datetime(rows.day).dt.date
    known = {*rows.customer_id[rows.day <= cut]}
    assert {*held.customer_id} == known
    later = rows[(rows.day > cut) & rows.customer_id.isin(known)]
    assert held.bought.sum() == len(later)


def test_groups_hold_every_customer_and_the_last_one_all_who_bought_more(held):
    found = value_check.by_purchases(held)
    assert found.customers.sum() == len(held) and len(found) <= 9
    assert (found.low <= found.current).all() and (found.current <= found.high).all()
    assert Reader().say(value_check.reading(found)).startswith("Expected against what came: ")


def test_what_comes_later_changes_nothing_of_what_was_expected(simulated, held):
    twice = simulated.filter(simulated.day <= "2026-01-31")
    again = value_check.held_out(twice, typed("customers"), LAST, 12)
    both = held.merge(again, on="customer_id")
    assert both.expected_x.to_numpy() == pytest.approx(both.expected_y.to_numpy())


def test_too_short_a_past_is_no_answer():
    young = days_of([("a", LAST - timedelta(days=300)), ("b", LAST)])
    with pytest.raises(Unanswered, match="half a year before"):
        value_check.held_out(young, typed("customers"), LAST, 12)
    with pytest.raises(Unanswered, match="half a year before"):
        value_check.held_out(days_of([]), typed("customers"), LAST, 12)
