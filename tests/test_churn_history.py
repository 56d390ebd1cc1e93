"""What was known of customers on days gone by, and who left: nothing later is in it."""

from datetime import date, timedelta

import pandas as pd
from conftest import sales_lines, typed

from revwork.analysis.customers import churn_history

LAST = date(2026, 6, 30)


def orders(customer, *days, segment="Office", **more):
    return [
        {
            **{"order_id": f"{customer}{day}", "customer_id": customer, "net_amount": 100},
            **{"cost_amount": 60, "order_date": day, "segment": segment, **more},
        }
        for day in days
    ]


def every(gap, times, first=date(2025, 1, 1)):
    return [(first + timedelta(days=gap * n)).isoformat() for n in range(times)]


def regular(n=4, times=16, gap=30, **more):
    """Customers who buy every `gap` days, so that the gap is exactly that."""
    return [row for c in range(n) for row in orders(f"r{c}", *every(gap, times), **more)]


def told(rows, tickets=(), subscriptions=(), last=LAST):
    days = churn_history.days(sales_lines(rows))
    asked = [{"ticket_id": f"t{n}", "status": "open", **one} for n, one in enumerate(tickets)]
    held = [{"subscription_id": f"s{n}", "monthly_amount": 1, **one}
            for n, one in enumerate(subscriptions)]  # fmt: skip
    given = typed("tickets", asked), typed("subscriptions", held), last
    found = churn_history.history(days, churn_history.gaps(days), *given)
    return found.set_index(["customer_id", "look"])


def test_the_gap_of_a_group_is_the_wait_that_only_one_in_twenty_exceeds(elsewhere):
    rows = [*regular(), *orders("x", "2025-01-01", "2025-11-01", segment="Hotels")]
    found = churn_history.gaps(churn_history.days(sales_lines(rows))).set_index("group")
    assert found.gap_days["Office"] == 30 and found.waits["Office"] == 60
    assert found.waits["Hotels"] == 1 and found.gap_days["Hotels"] == 30  # that of all


def test_orders_of_one_day_are_one_purchase_and_a_return_is_none():
    back = orders("r0", "2025-01-10", net_amount=-5)
    twice = [{**row, "order_id": row["order_id"] + "b"} for row in regular(1)]
    found = churn_history.gaps(churn_history.days(sales_lines([*regular(), *back, *twice])))
    assert found.waits.tolist() == [60] and found.gap_days.tolist() == [30]


def test_with_too_few_second_purchases_there_is_no_gap_and_nobody_is_asked():
    for rows in ([], orders("a", "2025-01-01"), regular(1)):
        assert churn_history.gaps(churn_history.days(sales_lines(rows))).empty
        assert told(rows).empty


def test_who_buys_within_the_gap_stays_on_its_last_day_and_has_left_the_day_after():
    look = LAST - timedelta(days=30)
    rows = regular()
    seen = look.isoformat()
    just, late = LAST.isoformat(), (LAST + timedelta(days=1)).isoformat()
    found = told([*rows, *orders("in", seen, just), *orders("out", seen, late)])
    assert found.churned[("in", 1.0)] == 0 and found.churned[("out", 1.0)] == 1


def test_who_bought_once_can_leave_and_who_is_gone_already_is_not_asked():
    look = LAST - timedelta(days=30)
    edge, gone = look - timedelta(days=30), look - timedelta(days=31)
    rows = [*regular(), *orders("once", edge.isoformat()), *orders("gone", gone.isoformat())]
    found = told(rows)
    assert found.bought_once[("once", 1.0)] == 1 and found.churned[("once", 1.0)] == 1
    assert found.recency[("once", 1.0)] == 1 and ("gone", 1.0) not in found.index


def test_today_nobody_knows_who_leaves():
    found = told([*regular(), *orders("a", LAST.isoformat())])
    assert found.xs(0.0, level="look").churned.isna().all()


def test_facts_are_those_of_the_day_whatever_comes_after():
    looks = LAST - timedelta(days=30)
    before = [(looks - timedelta(days=d)).isoformat() for d in (20, 4)]
    after = (looks + timedelta(days=3)).isoformat()
    ticket = {"customer_id": "a", "created_on": before[0]}
    rows = [*regular(), *orders("a", *before)]
    later = [
        *orders("a", after, net_amount=900),
        *orders("a", after, net_amount=-50, order_id="back"),
    ]
    late = {"customer_id": "a", "created_on": after}
    facts = [*churn_history.FACTS, "year_margin"]
    one, other = told(rows, [ticket]), told([*rows, *later], [ticket, late])
    pd.testing.assert_series_equal(one.loc[("a", 1.0), facts], other.loc[("a", 1.0), facts])
    assert (one.churned[("a", 1.0)], other.churned[("a", 1.0)]) == (1, 0)
    row = one.loc[("a", 1.0)]
    assert (row.orders, row.net, row.year_margin, row.ticket_count) == (2, 200, 80, 1)
    assert (row.tenure, row.recency, row.patience) == (20, 4 / 30, 4 / 16)


def test_what_came_back_and_what_was_taken_off_are_shares_of_what_was_sold():
    day = (LAST - timedelta(days=40)).isoformat()
    sold = orders("a", day, discount=25, net_amount=75)
    back = orders("a", (LAST - timedelta(days=39)).isoformat(), net_amount=-15, order_id="back")
    row = told([*regular(), *sold, *back, *orders("a", LAST.isoformat(), net_amount=0)]).loc["a"]
    assert row.discount_rate[1.0] == 0.25 and row.returned_share[1.0] == 0.15


def test_facts_are_the_same_in_whatever_order_the_engine_adds_them():
    days = [(LAST - timedelta(days=40 + n)).isoformat() for n in range(3)]
    rows = [
        one
        for day, net in zip(days, (0.1, 0.2, 0.3), strict=True)
        for one in orders("a", day, net_amount=net, cost_amount=0)
    ]
    row = told([*regular(), *rows, *orders("a", LAST.isoformat(), net_amount=0)]).loc["a"]
    assert row.net[1.0] == 0.6 == row.year_margin[1.0]  # 0.1 + 0.2 + 0.3 is a little more


def test_with_a_contract_its_end_counts_and_not_the_orders(elsewhere):
    look = LAST - timedelta(days=30)
    rows = [*regular(), *orders("kept", look.isoformat()), *orders("ended", look.isoformat())]
    rows += orders("ended", LAST.isoformat())
    terms = [
        {"customer_id": "kept", "start_date": "2025-01-01"},
        {"customer_id": "ended", "start_date": "2025-01-01", "end_date": LAST.isoformat()},
    ]
    found = told(rows, subscriptions=terms)
    assert found.subscribed[("kept", 1.0)] == 1 and found.churned[("kept", 1.0)] == 0
    assert found.churned[("ended", 1.0)] == 1


def test_a_contract_at_a_new_price_goes_on():
    look = LAST - timedelta(days=30)
    middle = (LAST - timedelta(days=10)).isoformat()
    terms = [
        {"customer_id": "a", "start_date": "2025-01-01", "end_date": middle},
        {"customer_id": "a", "start_date": middle},
    ]
    found = told([*regular(), *orders("a", look.isoformat())], subscriptions=terms)
    assert found.churned[("a", 1.0)] == 0 and len(found.loc["a"]) <= len(churn_history.LOOKS)


def test_a_contract_that_costs_nothing_any_more_is_none():
    look, free = LAST - timedelta(days=30), (LAST - timedelta(days=10)).isoformat()
    terms = [
        {"subscription_id": "s", "customer_id": "a", "start_date": "2025-01-01"},
        {"subscription_id": "s", "customer_id": "a", "start_date": free, "monthly_amount": 0},
    ]
    found = told([*regular(), *orders("a", look.isoformat())], subscriptions=terms)
    assert found.subscribed[("a", 1.0)] == 1 and found.churned[("a", 1.0)] == 1


def test_looks_reach_back_as_far_as_sixty_days_of_orders_before_them():
    rows = regular(times=18, gap=30)
    early = date(2025, 1, 1) + timedelta(days=60 + 60)
    looks = told(rows, last=early).index.get_level_values("look")
    assert set(looks) == {0.0, 1.0, 1.5, 2.0}


def test_customers_without_a_group_are_a_group():
    rows = [*regular(), *orders("x", LAST.isoformat(), segment=None)]
    assert told(rows).group[("x", 0.0)] == ""
    read = churn_history.waits(churn_history.gaps(churn_history.days(sales_lines(rows))))
    assert set(read.segment) == {None, "Office"}
