"""Worth, by hand and against simulated companies."""

from datetime import date
from math import sqrt

import numpy as np
import pytest
from conftest import sales_lines

from revwork.analysis import worth
from revwork.calendar import Calendar, Period
from revwork.findings import Impact

CALENDAR = Calendar()
JUNE = date(2026, 6, 30)
YEAR = 365.25 / 91
FIRST = {"order_id": "first", "order_date": "2025-03-01", "net_amount": 1, "cost_amount": 1}


def order(number, day, net, cost=0, **row):
    return {
        "order_id": number,
        "order_date": day,
        "net_amount": net,
        "cost_amount": cost,
        "region": "North",
        **row,
    }


ORDERS = [
    FIRST,
    order("b1", "2025-04-01", 20, 10),
    order("n1", "2026-04-01", 100, 60),
    order("n2", "2026-06-30", 50, 20),
]


def yearly(rows, as_of=JUNE, calendar=CALENDAR, **segment):
    return worth.yearly(sales_lines(rows), calendar, as_of, "EUR", segment or None)


def test_three_months_against_a_year_before_scaled_to_a_year():
    found = yearly(ORDERS)
    half = 1.959964 * sqrt(40**2 + 30**2 + 10**2)
    assert found.value == pytest.approx((40 + 30 - 10) * YEAR)
    assert (found.low, found.high) == pytest.approx(((60 - half) * YEAR, (60 + half) * YEAR))
    assert (found.currency, found.basis) == ("EUR", "contribution_margin")


def test_only_complete_months_count():
    late = [*ORDERS, order("n3", "2026-07-01", 900), order("n4", "2026-03-31", 900)]
    assert yearly(late, date(2026, 7, 30)) == yearly(ORDERS)
    assert yearly(late, date(2026, 7, 31)).value != yearly(ORDERS).value


def test_commission_fees_and_freight_lower_what_it_is_worth():
    rows = [*ORDERS, order("n3", "2026-05-01", 10, 1, commission=2, shipping_cost=3)]
    assert yearly(rows).value == pytest.approx((60 + 10 - 1 - 2 - 3) * YEAR)


def test_chance_lies_between_orders_and_not_between_their_lines():
    rows = [FIRST, order("n1", "2026-04-01", 30), order("n1", "2026-04-01", 40)]
    found = yearly(rows)
    assert found.high - found.low == pytest.approx(2 * 1.959964 * 70 * YEAR)


def test_a_loss_is_negative():
    assert yearly([FIRST, order("b1", "2025-04-01", 50)]).value == pytest.approx(-50 * YEAR)


def test_a_leap_winter_is_held_against_one_a_day_shorter_by_days():
    rows = [order("b1", "2022-12-01", 90), order("n1", "2024-01-01", 91)]
    assert yearly(rows, date(2024, 2, 29)).value == pytest.approx(0)


def test_a_segment_is_worth_its_own_lines():
    rows = [*ORDERS, order("n3", "2026-05-01", 7, region="South"), order("n4", "2026-05-01", 5)]
    assert yearly(rows, region="South").value == pytest.approx(7 * YEAR)
    assert yearly(rows, region="North").value == pytest.approx(65 * YEAR)


def test_a_segment_that_is_not_recorded_is_worth_its_own_lines():
    assert yearly([*ORDERS, order("n3", "2026-05-01", 7, region=None)], region=None).value == (
        pytest.approx(7 * YEAR)
    )


def test_a_segment_new_this_year_is_worth_all_it_sells():
    rows = [*ORDERS, order("n3", "2026-06-01", 7, region="South")]
    assert yearly(rows, region="South") is not None


def test_a_segment_nobody_buys_is_worth_nothing_and_nobody_is_sure():
    found = yearly(ORDERS, region="East")
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert worth.confidence(found) == 0


@pytest.mark.parametrize(("first", "known"), [("2025-04-08", True), ("2025-04-09", False)])
def test_data_that_begin_over_a_week_late_do_not_cover_the_year_before(first, known):
    rows = [*ORDERS[2:], FIRST | {"order_date": first}]
    assert (yearly(rows) is not None) is known


def test_nothing_is_known_of_a_company_without_lines():
    assert yearly([]) is None


def test_without_a_cost_it_is_net_revenue_and_says_so():
    rows = [row | {"cost_amount": None} for row in ORDERS]
    found = yearly(rows)
    assert (found.basis, found.value) == ("net_revenue", pytest.approx(130 * YEAR))


def test_costs_known_only_since_this_year_are_no_gain():
    rows = [row | {"cost_amount": None} if row["order_id"] == "b1" else row for row in ORDERS]
    found = yearly(rows)
    assert (found.basis, found.value) == ("net_revenue", pytest.approx(130 * YEAR))


def test_where_no_amount_is_known_nothing_is():
    foreign = order("n1", "2026-04-01", 30, currency="USD")
    assert yearly([FIRST, foreign]) is None


def test_a_retail_company_counts_its_own_months():
    assert yearly(ORDERS, date(2026, 6, 28), Calendar(retail="4-4-5")) is not None


def test_a_gap_is_scaled_to_a_year_and_its_interval_is_that_of_the_periods_orders():
    quarter = CALENDAR.period("2026-Q2", JUNE)
    found = worth.gap(sales_lines(ORDERS), quarter, -30, "gross_margin", "EUR")
    half = 1.959964 * sqrt(40**2 + 30**2)
    assert found.value == pytest.approx(-30 * YEAR)
    assert (found.low, found.high) == pytest.approx(((-30 - half) * YEAR, (-30 + half) * YEAR))
    assert found.basis == "gross_margin"


def test_a_gap_of_net_revenue_takes_net_amounts():
    quarter = CALENDAR.period("2026-Q2", JUNE)
    found = worth.a_year(0, sales_lines(ORDERS), quarter, "net_revenue", "EUR")
    assert found.high == pytest.approx(1.959964 * sqrt(100**2 + 50**2) * YEAR)


def impact(value, half):
    return Impact(value, value - half, value + half, "EUR")


def test_nothing_is_sure_of_what_is_not_known_or_has_no_interval():
    assert worth.confidence(None) == 0
    assert worth.confidence(impact(5, 0)) == 0
    assert worth.confidence(impact(float("nan"), float("nan"))) == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_an_interval_that_touches_zero_is_sure_at_95_percent(sign):
    assert worth.confidence(impact(sign * 10, 10)) == 0.95


def test_confidence_grows_from_nothing_to_certain_and_never_beyond():
    found = [worth.confidence(impact(value, 10)) for value in (0, 1, 5, 20, 1e9)]
    assert found == sorted(found) and (found[0], found[-1]) == (0, 1)


def test_the_interval_covers_the_truth_in_95_of_100_simulated_companies():
    chance, draws, mean, spread = np.random.default_rng(25), 2000, 100.0, 0.6
    period = Period("quarter", date(2026, 4, 1), date(2026, 7, 1))
    truth = (60 - 45) * mean * np.exp(spread**2 / 2) * YEAR
    covered = 0
    for _ in range(draws):
        orders = [
            mean * chance.lognormal(0, spread, chance.poisson(expected)) for expected in (60, 45)
        ]
        square = sum((amounts**2).sum() for amounts in orders)
        found = worth._scaled(orders[0].sum() - orders[1].sum(), square, period, "", "EUR")
        covered += found.low <= truth <= found.high
    assert 0.935 <= covered / draws <= 0.965


def test_the_function_gives_the_simulated_interval():
    chance = np.random.default_rng(7)
    amounts = {year: chance.lognormal(4, 0.6, 30).round(2) for year in (2025, 2026)}
    rows = [
        order(f"{year}-{i}", f"{year}-05-{i % 28 + 1:02}", amount)
        for year, drawn in amounts.items()
        for i, amount in enumerate(drawn)
    ]
    found = yearly([FIRST, *rows])
    value = amounts[2026].sum() - amounts[2025].sum()
    half = 1.959964 * sqrt(sum((drawn**2).sum() for drawn in amounts.values()))
    assert (found.value, found.low) == pytest.approx((value * YEAR, (value - half) * YEAR))


def test_what_worth_asks_compiles_elsewhere(elsewhere):
    assert yearly(ORDERS, region="North")


def test_the_run_rate_is_the_margin_of_the_last_three_complete_months_for_a_year():
    basis, value = worth.run_rate(sales_lines(ORDERS), CALENDAR, JUNE, {"region": "North"})
    assert (basis, value) == ("contribution_margin", pytest.approx(70 * YEAR))
    assert worth.run_rate(sales_lines(ORDERS[3:]), CALENDAR, JUNE) is None


def test_without_a_cost_the_run_rate_is_net_revenue_and_says_so():
    rows = [one | {"cost_amount": None} for one in ORDERS]
    assert worth.run_rate(sales_lines(rows), CALENDAR, JUNE)[0] == "net_revenue"


def test_revenue_is_worth_what_the_margin_leaves_of_it():
    found = worth.of_revenue((-300, -600, 150), sales_lines(ORDERS), CALENDAR, JUNE, "EUR")
    share = 70 / 150
    assert (found.value, found.low, found.high) == pytest.approx(
        (-300 * share, -600 * share, 150 * share)
    )
    assert found.basis == "contribution_margin"


def test_revenue_without_a_known_cost_stays_revenue():
    rows = [one | {"cost_amount": None} for one in ORDERS]
    found = worth.of_revenue((1, 0, 2), sales_lines(rows), CALENDAR, JUNE, "EUR")
    assert found == Impact(1, 0, 2, "EUR", "net_revenue")


def test_the_margin_share_leaves_out_lines_whose_cost_is_not_known():
    rows = [*ORDERS, order("n3", "2026-05-01", 900, None)]
    share = worth.margin_share(sales_lines(rows), CALENDAR, JUNE)
    assert share == pytest.approx(70 / 150)
