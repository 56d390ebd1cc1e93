"""Acquisition: what a new customer costs and when that is back, on orders typed by hand."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from by_hand import contacts, lines
from test_media import BOTH, JANUARY, paid

from revwork.analysis import sales
from revwork.analysis.marketing import acquisition
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
FEBRUARY = Period("2026-02", date(2026, 2, 1), date(2026, 3, 1))
SPEND = paid(("2026-01-01", "a", 100), ("2026-01-31", "a", 20), ("2026-02-01", "a", 7))


def sold(*orders):
    """Lines of orders (number, customer, day, net, cost)."""
    return lines(
        *(
            (name, net, cost, {"customer_id": who, "order_date": day})
            for name, who, day, net, cost in orders
        )
    )


ROWS = sold(
    ("o1", "c1", "2026-01-01", 100, 60),
    ("o2", "c1", "2026-02-20", 50, 30),
    ("o3", "c2", "2026-01-31", 100, 60),
    ("o4", "c3", "2026-02-01", 100, 60),
    ("o5", None, "2026-01-15", 100, 60),
)
ORDERS = sales.by_order(ROWS)


def test_spend_over_customers_whose_first_order_lies_in_the_period(elsewhere):
    found = acquisition.blended(ORDERS, SPEND, [JANUARY, FEBRUARY])
    assert found.customers.to_list() == [2, 1] and found.cac.to_list() == [60, 7]


def test_spend_is_taken_the_lag_earlier():
    found = acquisition.blended(ORDERS, SPEND, [FEBRUARY], lag=1)
    assert found.media_cost[0] == 27 and found.cac[0] == 27


def test_nobody_won_has_no_cost_and_days_not_covered_are_unknown():
    march = Period("2026-03", date(2026, 3, 1), date(2026, 4, 1))
    found = acquisition.blended(ORDERS, SPEND, [march, BOTH.base])
    assert found.customers[0] == 0 and found.cac.isna().all() and pd.isna(found.media_cost[1])


def test_who_is_new_needs_no_spend_and_what_they_cost_does():
    late = paid(("2026-01-20", "a", 100))
    (one,) = acquisition.blended(ORDERS, late, [JANUARY]).itertuples()
    assert one.customers == 2 and pd.isna(one.media_cost) and pd.isna(one.cac)


def test_the_lags_stand_side_by_side():
    found = acquisition.by_lag(ORDERS, SPEND, FEBRUARY)
    assert found.lag_days.to_list() == [0, 7, 14, 30, 60, 90] and found.cac[0] == 7


def test_by_medium_the_model_credits_new_customers(elsewhere):
    rows = contacts([("a b", "o1"), ("b", "o2")], [("o1", 100, 60), ("o2", 100, 60)])
    found = acquisition.by_medium(rows, SPEND, JANUARY, "linear")
    assert found.unit.to_list() == ["a"] and found.current[0] == 120 / 0.5
    assert found.low[0] <= found.current[0]
    with pytest.raises(Unanswered, match="same name"):
        acquisition.by_medium(rows, paid(("2026-01-01", "z", 1)), JANUARY, "linear")


def test_the_months_stand_beside_the_year_before():
    days = pd.date_range("2024-01-05", "2026-01-05", freq="MS") + pd.Timedelta(days=4)
    rows = sold(*((f"o{n}", f"c{n}", f"{day:%Y-%m-%d}", 9, 1) for n, day in enumerate(days)))
    spend = paid(*((f"{day:%Y-%m-%d}", "a", 10 + n) for n, day in enumerate(days)))
    found = acquisition.months(sales.by_order(rows), spend, BOTH, Calendar())
    assert len(found) == 13 and found.name.iloc[-1] == "2026-01"
    assert (found.value.iloc[-1], found.base.iloc[-1]) == (33, 21)
    with pytest.raises(Unanswered, match="same month"):
        acquisition.months(ORDERS, paid(), BOTH, Calendar())


def test_margin_adds_up_and_a_month_counts_only_whom_it_holds(elsewhere):
    as_of = date(2026, 1, 1) + timedelta(days=61)  # c1 is held for two months, c2 for one
    found = acquisition.earned(ROWS, ORDERS, JANUARY, as_of)
    assert found.months.to_list() == [1, 2] and found.customers.to_list() == [2, 1]
    assert found.value.to_list() == [40, 60]


def test_returns_lower_what_a_customer_has_left():
    back = sold(("o1", "c1", "2026-01-01", 100, 60), ("cn", "c1", "2026-01-05", -100, -60))
    orders = sales.by_order(back)
    found = acquisition.earned(back, orders, JANUARY, date(2026, 2, 15))
    assert found.value.to_list() == [0]


def test_nobody_won_or_too_lately_or_no_cost_is_not_answered():
    march = Period("2026-03", date(2026, 3, 1), date(2026, 4, 1))
    unknown = sold(("o1", "c1", "2026-01-01", 100, None))
    for rows, period, last in (
        (ROWS, march, date(2026, 4, 30)),
        (ROWS, JANUARY, date(2026, 1, 31)),
        (unknown, JANUARY, date(2026, 3, 31)),
    ):
        with pytest.raises(Unanswered, match="Payback"):
            acquisition.earned(rows, sales.by_order(rows), period, last - timedelta(days=2))


CURVE = pd.DataFrame({"months": [1, 2, 3], "value": [40.0, 60.0, 90.0], "customers": 9})


@pytest.mark.parametrize(
    ("cac", "months"), [(40, 1), (40.01, 2), (90, 3), (91, None), (None, None)]
)
def test_the_first_month_that_reaches_the_cost_pays_it_back(cac, months):
    assert acquisition.payback(CURVE, cac) == months


def test_the_reading_says_when_and_how_much():
    def said(cac):
        return SAY(acquisition.reading(cac)(acquisition.marked(CURVE, cac)))

    assert said(50) == "A new customer costs €50.00: paid back in month 2"
    assert said(500) == "Not paid back in 3 months: €90.00 earned of €500.00"
    assert said(np.nan) == "A new customer earned €90.00 in 3 months"


def test_new_customers_are_unknown_where_no_order_names_one():
    nameless = sales.by_order(sold(("o1", None, "2026-01-15", 100, 60)))
    assert acquisition.blended(nameless, SPEND, [JANUARY]).customers.isna().all()
    with pytest.raises(Unanswered):
        acquisition.by_lag(nameless, SPEND, JANUARY)
