"""What each customer leaves: discounts, returns, service and acquisition, to the cent."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.customers import profitability
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

PERIOD = Period("2026", date(2026, 1, 1), date(2027, 1, 1))
SAY = Reader().say
OLD = {"order_id": "o0", "order_date": "2025-01-02", "net_amount": 1, "cost_amount": 0}
LARGE = {
    **{"order_id": "o1", "customer_id": "a", "order_date": "2026-01-05", "net_amount": 90},
    **{"discount": 10, "cost_amount": 40, "commission": 5, "shipping_cost": 3, "payment_cost": 2},
}
BACK = {
    **{"order_id": "c1", "customer_id": "a", "order_date": "2026-02-01"},
    **{"net_amount": -30, "discount": -5, "cost_amount": -10},
}
SMALL = {
    **{"order_id": "o2", "customer_id": "b", "order_date": "2026-03-05", "net_amount": 20},
    **{"cost_amount": 15},
}
NOBODY = {"order_id": "o3", "order_date": "2026-03-06", "net_amount": 7, "cost_amount": 2}


def accounts(*orders, tickets=(), paid=(), customers=()):
    """Rows by customer; paid is (day, amount) of marketing."""
    spend = [{"date": day, "channel": "search", "cost": amount} for day, amount in paid]
    marketing = profitability.marketing(
        typed("expenses"), typed("spend", spend), typed("fx_rates"), "EUR"
    )
    rows = [{"ticket_id": f"t{n}", "status": "solved", **one} for n, one in enumerate(tickets)]
    named = typed("customers", customers)
    sold = sales_lines([OLD, *orders], customers=customers)
    found = profitability.accounts(sold, typed("tickets", rows), marketing, named, PERIOD)
    return found.set_index(found.customer_id.fillna("nobody").rename(None))


def test_profit_is_what_is_left_after_each_cost(elsewhere):
    ticket = {"created_on": "2026-04-01", "customer_id": "a", "cost": 4}
    row = accounts(LARGE, BACK, tickets=[ticket], paid=[("2026-01-20", 6)]).loc["a"]
    assert (row.listed, row.discount, row.returned, row.net) == (100, 10, 30, 60)
    assert (row.gross_margin, row.order_costs, row.ticket_cost) == (30, 10, 4)
    assert (row.customer_margin, row.acquisition_cost, row.profit) == (16, 6, 10)
    assert row.orders == 1


def test_the_marketing_of_a_month_is_shared_by_its_new_customers():
    other = {**LARGE, "order_id": "o9", "customer_id": "c"}
    again = {**LARGE, "order_id": "o8", "customer_id": "a", "order_date": "2026-03-01"}
    found = accounts(LARGE, other, again, SMALL, paid=[("2026-01-03", 50), ("2026-03-30", 8)])
    assert found.acquisition_cost[["a", "b", "c"]].tolist() == [25, 8, 25]


def test_the_parts_add_up_to_the_whole_and_what_names_nobody_is_a_row():
    tickets = [{"created_on": "2026-04-01", "cost": 4}, {"created_on": "2027-01-01", "cost": 9}]
    found = accounts(LARGE, BACK, SMALL, NOBODY, tickets=tickets, paid=[("2026-07-01", 50)])
    assert found.loc["nobody", ["net", "ticket_cost", "acquisition_cost"]].tolist() == [7, 4, 50]
    assert found.profit.sum() == pytest.approx(60 + 20 + 7 - 30 - 15 - 2 - 10 - 4 - 50)
    bars = profitability.ladder(found)
    assert bars.value.iloc[-1] == pytest.approx(found.profit.sum())
    changes = bars[bars.kind == "change"].value.sum()
    assert bars.value[0] + changes == pytest.approx(bars.value.iloc[-1]) and bars.value[0] == 127


def test_in_the_first_ninety_days_of_orders_nobody_can_be_told_to_be_new():
    first = {**OLD, "order_date": "2025-12-20"}
    sold = sales_lines([first, LARGE, {**SMALL, "order_date": "2026-03-20"}])
    paid = typed("spend", [{"date": day, "channel": "x", "cost": 10}
                           for day in ("2026-01-09", "2026-03-09")])  # fmt: skip
    marketing = profitability.marketing(typed("expenses"), paid, typed("fx_rates"), "EUR")
    none = typed("tickets"), marketing, typed("customers")
    found = profitability.accounts(sold, *none, PERIOD)
    found = found.set_index(found.customer_id.fillna("nobody"))
    assert found.acquisition_cost[["a", "b", "nobody"]].tolist() == [0, 10, 10]


def test_marketing_is_what_is_booked_and_else_what_the_media_cost():
    booked = [{"date": "2026-01-01", "kind": kind, "amount": 5} for kind in ("marketing", "rent")]
    spend = typed("spend", [{"date": "2026-01-01", "channel": "x", "cost": 9}])
    given = spend, typed("fx_rates"), "EUR"
    own = profitability.marketing(typed("expenses", booked), *given).execute()
    media = profitability.marketing(typed("expenses", booked[1:]), *given).execute()
    assert (own.amount.tolist(), media.amount.tolist()) == ([5], [9])


def test_a_customer_who_only_asks_costs_money_and_one_without_a_known_cost_is_not_known():
    ticket = {"created_on": "2026-04-01", "customer_id": "z", "cost": 4}
    blank = {**SMALL, "order_id": "o7", "customer_id": "y", "cost_amount": None}
    found = accounts(SMALL, blank, tickets=[ticket])
    assert found.profit["z"] == -4 and found.net["z"] == 0
    assert pd.isna(found.profit["y"]) and found.not_costed["y"] == 20
    assert profitability.ladder(found).value.iloc[-1] == 5 - 4


def test_no_cost_at_all_or_no_sale_is_a_sentence():
    blank = {**SMALL, "cost_amount": None}
    for found in (accounts(blank), accounts()):
        for told in (profitability.ladder, profitability.whale, profitability.summary):
            with pytest.raises(Unanswered, match="cost_amount in orders"):
                told(found)


def test_the_whale_curve_rises_above_the_whole_and_ends_at_it():
    rows = profitability.whale(accounts(LARGE, SMALL, {**SMALL, "order_id": "o5",
                               "customer_id": "c", "cost_amount": 35}))  # fmt: skip
    assert rows.customer_id.tolist() == ["a", "b", "c"] and rows.profit.tolist() == [40, 5, -15]
    assert rows.cumulative_share.tolist() == pytest.approx([40 / 30, 45 / 30, 1])
    assert SAY(profitability.curve(rows)) == (
        "The best customers (2) leave 150% of the profit; the others (1) take €15 of it away"
    )
    assert SAY(profitability.curve(rows[:2])) == "Every customer leaves a profit"


def test_customers_who_leave_nothing_together_have_no_curve():
    with pytest.raises(Unanswered, match="no profit"):
        profitability.whale(accounts({**SMALL, "cost_amount": 20}))


def test_the_summary_counts_who_costs_money_and_who_only_by_acquisition():
    loss = {**SMALL, "order_id": "o5", "customer_id": "c", "cost_amount": 35}
    row = profitability.summary(accounts(LARGE, SMALL, loss, paid=[("2026-03-01", 20)])).iloc[0]
    assert (row.customers, row.losing_count, row.costly_count) == (3, 2, 1)
    assert (row.losing_amount, row.costly_amount, row.profit) == (-30, -15, 10)
    assert row.peak_share == 4


def test_who_costs_money_is_listed_with_terms_and_who_only_sent_back_is_not():
    loss = {**SMALL, "order_id": "o5", "customer_id": "c", "cost_amount": 35, "discount": 5}
    sent = {**BACK, "customer_id": "d"}
    found = accounts(LARGE, loss, sent)
    rows = profitability.costly(found)
    assert rows.customer_id.tolist() == ["c"] and rows.discount_rate.tolist() == [0.2]
    assert rows.returned_share.tolist() == [0] and rows.customer_margin.tolist() == [-15]
    assert SAY(profitability.costing(found)) == (
        "Customers who cost money even once won: 1, together €15"
    )


def test_segments_add_up_and_one_that_is_not_recorded_is_there():
    named = [{"customer_id": "a", "segment": "Office", "region": "Spain"}]
    found = accounts(LARGE, SMALL, NOBODY, customers=named)
    rows = profitability.by_segment(found, "segment").set_index("segment")
    assert rows.profit.sum() == pytest.approx(found.profit.sum())
    assert rows.customers["Office"] == 1 and rows.profit_each["Office"] == 40
    assert rows[rows.index.isna()].customers.item() == 1


def test_the_ladder_says_what_is_left_of_list_price():
    bars = profitability.ladder(accounts(LARGE))
    assert SAY(profitability.steps(bars)) == "Of €100 at list price €40 stay (40%)"
