"""Availability: whether rivals and we could deliver, over the same products on the same days."""

from datetime import date

import pytest
from conftest import typed

from revwork.analysis.market import availability
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

YEAR = Period("year", date(2026, 1, 1), date(2027, 1, 1))
SAY = Reader().say
DAYS = ("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26")


def looks(*rows):
    named = ("date", "competitor", "product_id", "in_stock")
    return typed(
        "competitor_prices",
        [dict(zip(named, row, strict=True)) | {"price": 1, "region": row[0]} for row in rows],
    )


def out(*rows):
    return typed(
        "demand",
        [{"date": day, "kind": "stock_out", "product_id": one, "value": 1.0} for day, one in rows],
    )


def rates(seen, outs, by=("competitor",)):
    products = typed("products", [{"product_id": "p", "category": "A"}, {"product_id": "q"}])
    return availability.rates(availability.stock(seen, products, outs, YEAR), by)


FOUR = [(day, "R", "p", at > 0) for at, day in enumerate(DAYS)]


def test_both_are_counted_over_the_same_looks(elsewhere):
    rows = rates(looks(*FOUR), out((DAYS[1], "p"), (DAYS[2], "p"), (DAYS[3], "other")))
    (one,) = rows.itertuples()
    assert (one.n, one.products) == (4, 1)
    assert (one.in_stock_rate, one.our_in_stock_rate, one.difference) == (0.75, 0.5, -0.25)
    assert rows.low_difference.isna().all()


def test_where_we_never_recorded_a_stock_out_ours_is_not_known():
    searched = typed("demand", [{"date": DAYS[0], "kind": "no_result", "value": 3.0}])
    for outs in (typed("demand"), searched):
        (one,) = rates(looks(*FOUR), outs).itertuples()
        assert one.in_stock_rate == 0.75 and one.our_in_stock_rate != one.our_in_stock_rate
    assert SAY(availability.reading(rates(looks(*FOUR), searched))).endswith(
        "75% of the times looked"
    )


def test_a_stock_out_long_ago_means_that_they_are_recorded():
    (one,) = rates(looks(*FOUR), out(("2020-01-01", "p"))).itertuples()
    assert one.our_in_stock_rate == 1


def test_two_rows_for_one_day_out_count_once_and_a_look_stays_one_look():
    (one,) = rates(looks(*FOUR), out((DAYS[1], "p"), (DAYS[1], "p"))).itertuples()
    assert one.n == 4 and one.our_in_stock_rate == 0.75


def test_the_interval_is_over_products_and_alike_ones_leave_none():
    apart = [(day, "R", product, product != "p") for day in DAYS for product in "pqrs"]
    (one,) = rates(looks(*apart), out(("2020-01-01", "p"))).itertuples()
    assert one.difference == 0.25 and one.low_difference < 0 < one.high_difference
    alike = [(day, "R", product, at > 0) for at, day in enumerate(DAYS) for product in "pqrs"]
    (one,) = rates(looks(*alike), out(("2020-01-01", "p"))).itertuples()
    assert one.low_difference == one.high_difference == 0.25


def test_what_was_not_looked_at_or_lies_outside_the_days_does_not_count():
    rows = rates(looks((DAYS[0], "R", "p", None), ("2027-01-01", "R", "p", True)), out())
    assert rows.empty
    with pytest.raises(Unanswered, match="fill in_stock"):
        availability.known(rows)
    edge = rates(looks(("2026-01-01", "R", "p", True), ("2026-12-31", "R", "p", True)), out())
    assert edge.n[0] == 2


def test_by_category_a_product_nobody_knows_is_a_row_of_its_own_and_parts_add_up():
    seen = looks(*FOUR, (DAYS[0], "R", "q", False), (DAYS[0], "S", "z", True))
    rows = rates(seen, out((DAYS[0], "p")), ["category"])
    assert rows.n.sum() == 6 and rows.category.isna().sum() == 1


def test_the_reading_names_who_is_out_most():
    seen = looks(*FOUR, (DAYS[0], "S", "p", True))
    rows = availability.known(rates(seen, out((DAYS[0], "p"))))
    assert SAY(availability.reading(rows)) == ("R could deliver 75% of the times looked, we 75%")
