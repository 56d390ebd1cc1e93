"""Amounts in the company's currency, and cents that add up."""

import ibis
import pandas as pd
import pytest
from conftest import typed

from revwork.analysis.money import converted, in_cents

RATES = [
    {"date": "2026-01-02", "currency": "GBP", "rate": 1.25},
    {"date": "2026-01-09", "currency": "GBP", "rate": 1.5},
]


def spent(*rows):
    spend = typed("spend", [{"date": d, "currency": c, "cost": 100} for d, c in rows])
    return converted(spend, ["cost"], "date", typed("fx_rates", RATES), "EUR")


def test_an_amount_of_any_table_is_worth_the_last_rate_quoted_by_its_day():
    rows = [
        ("2026-01-08", "GBP"),
        ("2026-01-09", "GBP"),
        ("2026-03-01", "EUR"),
        ("2026-03-02", None),
    ]
    found = spent(*rows).order_by("date").execute()
    assert [*found.cost.astype(float)] == [125, 150, 100, 100]
    assert {*found.currency} == {"EUR"} and "rate" not in found


def test_an_amount_before_the_first_rate_is_unknown_and_its_row_stays():
    found = spent(("2026-01-01", "GBP"), ("2026-01-01", "CHF")).execute()
    assert found.cost.isna().tolist() == [True, True]


@pytest.mark.parametrize("dialect", ["postgres", "databricks"])
def test_a_conversion_compiles_elsewhere(dialect):
    assert ibis.to_sql(spent(("2026-01-08", "GBP")), dialect=dialect)


def test_the_cent_that_rounding_leaves_goes_to_the_split_bar_rounded_off_most():
    changes = pd.Series({"a": 5.003, "b": 5.004, "c": 0.0, "d": 5.0049})
    expected = {"a": 5, "b": 5.01, "c": 0, "d": 5}
    assert in_cents(changes, ["a", "b", "c"], 1, 16.0119).to_dict() == expected


def test_bars_that_do_not_make_the_change_are_refused():
    with pytest.raises(AssertionError):
        in_cents(pd.Series({"a": 5.0}), ["a"], 0, 6)
