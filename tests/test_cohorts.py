"""Cohorts: month 0 is the first, months that are not over are unknown."""

from datetime import date

import pytest
from conftest import sales_lines, typed

from revwork.analysis import purchases
from revwork.analysis.customers import cohorts
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

MONTHS = Calendar().complete_months(date(2026, 4, 14), 3)  # January to March


def by_purchase(*rows):
    named = [
        {"customer_id": who, "order_date": day, "net_amount": net, "order_id": f"{who}{day}{net}"}
        for who, day, net in rows
    ]
    return cohorts.by_first_purchase(purchases.by_day(sales_lines(named)), MONTHS)


def of(found, month):
    return found[found.cohort == date(2026, month, 1)].set_index("since")


SOME = (
    ("a", "2026-01-31", 100),
    ("b", "2026-01-01", 300),
    ("b", "2026-03-31", 50),
    ("c", "2026-02-02", 10),
    ("old", "2025-12-31", 7),
    ("old", "2026-01-02", 7),
)


def test_each_cohort_is_who_first_bought_in_its_month_and_how_many_still_do(elsewhere):
    january = of(by_purchase(*SOME), 1)
    assert {*january.cohort_size} == {2}
    assert [*january.customers] == [2, 0, 1] and [*january.share] == [1, 0, 0.5]
    assert [*january.net] == [400, 0, 50] and january.revenue_share[2] == 0.125


def test_who_bought_before_the_first_month_is_in_no_cohort():
    found = by_purchase(*SOME)
    assert found[found.since == 0].customers.sum() == 3


def test_months_that_are_not_over_are_unknown_and_those_without_purchase_are_none():
    february = of(by_purchase(*SOME), 2)
    assert february.customers[1] == 0
    assert february.loc[2, ["customers", "share", "net", "revenue_share"]].isna().all()


def test_a_purchase_in_the_month_that_runs_counts_nowhere():
    found = by_purchase(*SOME, ("a", "2026-04-02", 9), ("new", "2026-04-01", 9))
    assert found.net.sum() == 460 and found.cohort.nunique() == 2


def test_a_month_of_returns_alone_is_money_and_no_customer():
    january = of(by_purchase(*SOME, ("a", "2026-02-10", -100)), 1)
    assert january.customers[1] == 0 and january.net[1] == -100


def test_nobody_new_is_no_answer():
    with pytest.raises(Unanswered, match="earlier first month"):
        by_purchase(("old", "2025-12-31", 7))


def subscribed(*rows):
    names = ("subscription_id", "customer_id", "start_date", "end_date", "monthly_amount")
    table = typed("subscriptions", [dict(zip(names, row, strict=True)) for row in rows])
    return cohorts.by_first_subscription(table, typed("fx_rates"), MONTHS, "EUR")


def test_subscribers_are_there_on_the_last_day_of_the_month_and_their_money_with_them():
    january = of(
        subscribed(
            ("s1", "a", "2026-01-10", None, 10),
            ("s2", "b", "2026-01-31", "2026-03-31", 30),
            ("s3", "old", "2025-11-01", None, 99),
            ("s4", "d", "2026-01-03", "2026-01-20", 5),
        ),
        1,
    )
    assert {*january.cohort_size} == {3}, "who left within the first month was there"
    assert [*january.customers] == [2, 2, 1] and [*january.net] == [40, 40, 10]


def test_what_is_drawn_leaves_the_first_month_and_the_unknown_out():
    drawn = cohorts.shown(by_purchase(*SOME), "customer_share")
    assert [*drawn.since] == [1, 2, 1] and [*drawn.customer_share] == [0, 0.5, 0]
    assert Reader().say(cohorts.reading(drawn)) == "2 months on, 50% of a cohort are active"


def test_money_so_far_of_a_customer_adds_up():
    drawn = cohorts.shown(by_purchase(*SOME), "revenue_per_customer")
    assert [*drawn.revenue_per_customer[:2]] == [200, 225]
    assert "€225" in Reader().say(cohorts.reading(drawn))
