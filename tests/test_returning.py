"""New and returning customers: each of one kind in a period, effects that make the change."""

from datetime import date

import pytest
from conftest import sales_lines, typed

from revwork.analysis.customers import returning
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

CALENDAR, SAY = Calendar(), Reader().say
LAST = date(2026, 6, 30)
QUARTERS = CALENDAR.compare(CALENDAR.period("2026-Q2", LAST), "previous", LAST)


def lines(*rows):
    names = ("customer_id", "order_date", "net_amount")
    some = [dict(zip(names, row, strict=True)) for row in rows]
    return sales_lines([{"order_id": f"o{n}", **row} for n, row in enumerate(some)])


SOME = (
    ("a", "2025-12-31", 10),
    ("a", "2026-01-01", 20),
    ("b", "2026-03-31", 30),
    ("a", "2026-04-01", 50),
    ("b", "2026-05-01", 40),
    ("c", "2026-06-30", 100),
    ("c", "2026-06-30", 60),
    ("c", "2026-06-30", -15),
    (None, "2026-04-01", 7),
)


def by_period(*rows):
    found = returning.by_period(lines(*rows), [QUARTERS.base, QUARTERS.current])
    return found.set_index(["month", "kind"])


def test_new_is_who_placed_the_first_order_in_the_period_and_returning_who_had_before(elsewhere):
    found = by_period(*SOME)
    assert (found.customers["2026-Q1", "new"], found.customers["2026-Q1", "returning"]) == (1, 1)
    now = found.loc["2026-Q2"]
    assert (now.customers["new"], now.orders["new"]) == (1, 2)
    assert (now.sold["new"], now.returned["new"], now.net["new"]) == (160, -15, 145)
    assert now.net["returning"] == 90


def test_sales_without_a_customer_are_a_kind_of_their_own_and_all_kinds_are_the_whole():
    now = by_period(*SOME).loc["2026-Q2"]
    assert now.net["unknown"] == 7 and now.customers.isna()["unknown"]
    assert now.net.sum() == 50 + 40 + 100 + 60 - 15 + 7


def test_a_period_without_a_sale_is_nothing_of_each():
    found = by_period(("a", "2024-01-01", 5))
    assert len(found) == 6 and found.net.sum() == 0


def test_the_effects_add_up_to_the_change_to_the_cent():
    found = returning.drivers(lines(*SOME), QUARTERS)
    assert found.effect.sum() == pytest.approx((242 - 50), abs=1e-9)
    leaves = found.set_index("leaf")
    assert leaves.effect["unknown_customers"] == 7 and leaves.effect["returns"] == -15
    assert [*leaves.loc["returning_customers", ["base", "current"]]] == [1, 2]
    assert found.effect[:3].sum() == pytest.approx(160 - 30)
    assert SAY(returning.reading(found)) == "New order value moved net revenue most: +€76"


def test_what_did_not_move_has_no_effect():
    same = [(c, f"2026-{m:02}-10", 10) for m in (1, 4) for c in (f"new{m}", "old")]
    found = returning.drivers(lines(("old", "2025-01-01", 10), *same), QUARTERS)
    assert (found.effect == 0).all()


def test_without_new_customers_or_an_earlier_period_there_is_no_split():
    with pytest.raises(Unanswered, match="no new or no returning"):
        returning.drivers(lines(SOME[0], SOME[3]), QUARTERS)
    alone = CALENDAR.compare(CALENDAR.period("2026-Q2", LAST), "previous", LAST)
    with pytest.raises(Unanswered, match="nothing to compare"):
        returning.drivers(
            lines(*SOME), type(alone)(alone.period, alone.current, None, "previous", False)
        )


def subscriptions(*rows):
    names = ("subscription_id", "customer_id", "start_date", "end_date", "monthly_amount")
    return typed("subscriptions", [dict(zip(names, row, strict=True)) for row in rows])


PAID = subscriptions(
    ("s1", "a", "2024-01-01", "2025-09-01", 40),
    ("s2", "b", "2024-01-01", "2026-01-01", 60),
    ("s2", "b", "2026-01-01", None, 75),
    ("s3", "c", "2026-05-01", None, 5),
)


def cards(paid):
    found = returning.headline(lines(*SOME), paid, (typed("fx_rates"), "EUR"), QUARTERS, CALENDAR)
    return {one.metric: one for one in found}


def test_the_cards_tell_customers_and_what_a_year_kept_of_recurring_revenue():
    found = cards(PAID)
    assert (found["customers"].value, found["customers"].comparison) == (3, 2)
    assert found["new_customers"].value == 1
    assert found["returning_revenue_share"].value == pytest.approx(90 / 235)
    assert (found["recurring_revenue"].value, found["subscribers"].value) == (80, 2)
    assert found["net_yearly_retention"].value == pytest.approx(0.75)
    assert found["gross_yearly_retention"].value == pytest.approx(0.6)
    assert len(found["customers"].series) == 12


def test_without_subscriptions_their_cards_are_left_out():
    assert {*cards(subscriptions())} == {"customers", "new_customers", "returning_revenue_share"}


def test_the_bridge_of_recurring_revenue_adds_up_and_says_what_was_lost():
    year = returning.year_to(QUARTERS.current)
    found = returning.recurring_bridge(PAID, typed("fx_rates"), year, "EUR")
    changes = found[found.kind == "change"].value.sum()
    start, end = found.value.iloc[[0, -1]]
    assert (start, end) == (100, 80) and start + changes == end
    said = SAY(returning.kept(found))
    assert "€100" in said and "€80" in said and "€40" in said


@pytest.mark.parametrize("rows", [[(None, "2026-01-01", 5), (None, "2026-04-01", 7)], []])
def test_customers_nobody_names_are_unknown_and_not_none(rows):
    none = typed("subscriptions"), (typed("fx_rates"), "EUR")
    assert returning.headline(lines(*rows), *none, QUARTERS, CALENDAR) == []


def test_customers_before_the_first_order_are_unknown():
    none = typed("subscriptions"), (typed("fx_rates"), "EUR")
    cards = returning.headline(lines(("a", "2026-04-01", 5)), *none, QUARTERS, CALENDAR)
    assert (cards[0].value, cards[0].comparison) == (1, None)
