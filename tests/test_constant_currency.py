"""Constant currency, on cells small enough to check by hand."""

from datetime import date
from types import SimpleNamespace

import ibis
import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.revenue.constant_currency import MONEY, at_base_rates, exact, fx_effect, money
from revwork.calendar import Period

YEARS = SimpleNamespace(
    base=Period("2025", date(2025, 1, 1), date(2026, 1, 1)),
    current=Period("2026", date(2026, 1, 1), date(2027, 1, 1)),
)
RATES = [
    {"date": "2024-12-30", "currency": "GBP", "rate": 1.2},
    {"date": "2025-07-01", "currency": "GBP", "rate": 1.3},
    {"date": "2026-01-01", "currency": "GBP", "rate": 1.0},
]


def sale(day, net, currency="GBP", **row):
    return {"order_date": day, "net_amount": net, "currency": currency, **row}


def cells(rows, by=("currency", "is_return")):
    lines = sales_lines(rows, fx_rates=RATES)
    grouped = lines.group_by(*by).agg(**money(lines, YEARS)).cast(MONEY)
    return at_base_rates(grouped.order_by(*by).execute())


def test_a_price_unchanged_in_pounds_is_unchanged_and_the_rest_is_the_rate():
    found = cells([sale("2025-03-01", 100), sale("2026-03-01", 100)])
    assert (found.value0[0], found.value1[0]) == (120, 120)
    assert fx_effect(found) == pytest.approx(-20)


def test_the_base_rate_is_the_average_of_what_was_sold_at_each():
    found = cells([sale("2025-03-01", 300), sale("2025-08-01", 100), sale("2026-03-01", 8)])
    assert found.value1[0] == pytest.approx(8 * (300 * 1.2 + 100 * 1.3) / 400)


def test_money_at_home_has_no_effect_of_rates():
    found = cells([sale("2025-03-01", 100, "EUR"), sale("2026-03-01", 130, "EUR")])
    assert (found.value0[0], found.value1[0], fx_effect(found)) == (100, 130, 0)


def test_a_currency_not_sold_in_the_base_period_keeps_its_own_rate():
    found = cells([sale("2025-03-01", 100, "EUR"), sale("2026-03-01", 50)])
    assert found.set_index("currency").value1.to_dict() == {"EUR": 0, "GBP": 50}
    assert fx_effect(found) == 0


def test_a_currency_only_returned_in_the_base_period_keeps_its_own_rates():
    found = cells([sale("2025-03-01", -10), sale("2026-03-01", 50)])
    sold = found[~found.is_return].iloc[0]
    assert (sold.value1, fx_effect(found)) == (50, 0)


def test_returns_are_held_at_the_rate_of_sales():
    found = cells([sale("2025-03-01", 100), sale("2025-08-01", -10), sale("2026-03-01", -10)])
    back = found[found.is_return].iloc[0]
    assert (back.value0, back.value1) == pytest.approx((-12, -12))
    assert fx_effect(found) == pytest.approx(-10 + 13 - (-12 + 12))


def test_what_moved_and_what_rates_did_make_the_change():
    rows = [sale("2025-03-01", 100), sale("2025-08-01", 33), sale("2026-03-01", 70, "EUR")]
    found = cells([*rows, sale("2026-05-05", 41), sale("2026-05-06", -3)])
    moved = (found.value1 - found.value0).sum()
    assert moved + fx_effect(found) == pytest.approx((found.net1 - found.net0).sum())


def test_a_line_without_a_rate_is_in_neither_sum():
    found = cells([sale("2025-03-01", 100, "USD"), sale("2025-03-01", 7, "EUR")])
    assert found.set_index("currency").local0.to_dict() == {"EUR": 7, "USD": 0}


def test_a_period_holds_its_first_day_and_not_its_end():
    days = ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"]
    found = cells([sale(day, 1, "EUR") for day in days])
    assert (found.net0[0], found.net1[0]) == (2, 2)


def test_without_an_earlier_period_only_the_current_one_has_money():
    lines = sales_lines([sale("2026-03-01", 5, "EUR")])
    alone = SimpleNamespace(base=None, current=YEARS.current)
    sums = lines.aggregate(**money(lines, alone)).execute().iloc[0]
    assert (sums.net0, sums.net1) == (0, 5)


def test_a_group_whose_currency_is_not_recorded_is_not_lost():
    frame = pd.DataFrame(
        [[None, False, 100.0, 100.0, 90.0, 90.0], ["EUR", False, 10.0, 10.0, 20.0, 20.0]],
        columns=["currency", "is_return", "net0", "local0", "net1", "local1"],
    )
    assert list(at_base_rates(frame).value1) == [90, 20]


def test_nothing_sold_is_no_effect():
    assert fx_effect(cells([])) == 0


def test_sums_are_freed_from_binary_noise():
    assert exact(pd.Series([0.1, 0.2])) == 0.3


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_the_sums_compile_elsewhere(dialect):
    lines = sales_lines([sale("2026-03-01", 5)])
    assert ibis.to_sql(lines.aggregate(**money(lines, YEARS)), dialect=dialect)
