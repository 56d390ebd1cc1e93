"""What two departments tell of the same money, on rows one can follow by hand."""

from datetime import date

import duckdb
import pytest
from conftest import typed

from revwork.analysis import reconciliation
from revwork.findings import Unanswered
from revwork.report.words import Reader
from revwork.workspace import open_company

POUND = [{"date": "2025-01-01", "currency": "GBP", "rate": 1.5}]
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")
AMOUNTS = (100, 300, 200, 500)


def order(n, day, amount, customer="c1", **more):
    given = {"order_id": f"o{n}", "line": 1, "order_date": day, "net_amount": amount}
    return {**given, "customer_id": customer, **more}


def deal(n, day, amount, customer="c1", **more):
    given = {"opportunity_id": f"d{n}", "name": f"deal {n}", "stage": "x", "outcome": "won"}
    return {**given, "created_on": "2025-12-01", "close_date": day, "amount": amount} | {
        "customer_id": customer,
        **more,
    }


def deals(won, orders, rates=()):
    tables = (typed("opportunities", won), typed("orders", orders), typed("fx_rates", rates))
    return reconciliation.deals_against_orders(*tables, "EUR")


def monthly(make, amounts=AMOUNTS, months=MONTHS, **more):
    """A row in each month, on the last day that every month has."""
    pairs = zip(months, amounts, strict=False)
    return [make(n, f"{month}-28", amount, **more) for n, (month, amount) in enumerate(pairs)]


def said(found):
    return Reader("en", "EUR").say(found.reason)


def differences(found):
    return found.months.difference.to_list()


def test_deals_are_ordered_for_what_they_were_won():
    found = deals(monthly(deal), monthly(order))
    assert found.months.month.to_list() == [date(2026, n, 1) for n in (1, 2, 3, 4)]
    assert found.months.ours.to_list() == found.months.theirs.to_list() == [*AMOUNTS]
    assert found.agree
    assert said(found) == "they agree"


def test_only_won_deals_and_only_orders_of_their_customers_that_month_count():
    won = [*monthly(deal), deal(8, "2026-02-01", 77, outcome="lost")]
    orders = [*monthly(order), order(8, "2026-02-01", 55, "c2")]
    assert differences(deals(won, orders)) == [0, 0, 0, 0]


def test_cancelled_orders_do_not_count_and_credits_are_taken_off():
    orders = [
        *monthly(order),
        order(8, "2026-02-01", 55, status="cancelled"),
        order(9, "2026-02-02", -40),
    ]
    assert differences(deals(monthly(deal), orders)) == [0, 40, 0, 0]


def test_money_is_the_companys_at_the_days_rate():
    rates = [*POUND, {"date": "2026-02-28", "currency": "GBP", "rate": 2}]
    found = deals(monthly(deal, currency="GBP"), monthly(order, (150, 600, 400, 1000)), rates=rates)
    assert found.months.ours.to_list() == [150, 600, 400, 1000]
    assert found.agree


def test_the_total_and_the_largest_month_are_those_of_the_differences():
    found = deals(monthly(deal), monthly(order, (100, 300, 260, 490)))
    assert found.total == -50
    assert found.largest == (date(2026, 3, 1), -60)
    sentence = Reader("en", "EUR").say(found.message)
    assert sentence.startswith(
        "Won deals against orders: €1,100 against €1,150, −€50; most in 2026-03 (−€60); "
    )


def test_orders_a_month_later_are_a_shift_in_time():
    found = deals(monthly(deal), monthly(order, months=[*MONTHS[1:], "2026-05"]))
    assert said(found) == "likeliest reason: orders come one month later"


def test_orders_a_month_earlier_are_one_too():
    found = deals(monthly(deal), monthly(order, months=["2025-12", *MONTHS[:3]]))
    assert said(found) == "likeliest reason: orders come one month earlier"


@pytest.mark.parametrize(("rate", "percent"), [(1.21, "21%"), (1.2, "20%"), (1.19, "19%")])
def test_a_ratio_of_a_tax_is_taken_for_the_tax(rate, percent):
    taxed = monthly(deal, [amount * rate for amount in AMOUNTS])
    assert said(deals(taxed, monthly(order))).endswith(f"include tax of {percent}")


def test_a_ratio_of_an_exchange_rate_is_taken_for_it():
    found = deals(monthly(deal, [1.5 * one for one in AMOUNTS]), monthly(order), rates=POUND)
    assert said(found).endswith("ratio of the two is the exchange rate of GBP")


def test_amounts_converted_before_they_came_are_told_from_a_plain_ratio():
    won = [*monthly(deal), *monthly(deal, currency="GBP", customer="c2")]
    won = [{**one, "opportunity_id": f"d{n}"} for n, one in enumerate(won)]
    orders = [*monthly(order), *monthly(order, customer="c2")]
    orders = [{**one, "order_id": f"o{n}"} for n, one in enumerate(orders)]
    found = deals(won, orders, rates=POUND)
    assert "amounts in won deals are in another currency" in said(found)


def test_orders_booked_twice_are_told():
    orders = [*monthly(order), *monthly(order)]
    orders = [{**one, "order_id": f"o{n}"} for n, one in enumerate(orders)]
    assert said(deals(monthly(deal), orders)).endswith("rows that occur twice in orders")


def test_a_deal_entered_twice_is_told():
    won = [*monthly(deal), {**deal(3, "2026-04-28", 500), "opportunity_id": "again"}]
    assert said(deals(won, monthly(order))).endswith("rows that occur twice in won deals")


def test_a_month_without_orders_is_a_month_missing():
    orders = [one for one in monthly(order) if one["order_date"] != "2026-02-28"]
    assert "months missing on one side: 1, such as 2026-02" in said(
        deals(monthly(deal, (100, 307, 200, 501)), orders)
    )


def test_a_side_that_ends_within_the_last_month_is_told():
    won = [*monthly(deal), deal(7, "2026-04-30", 400)]
    orders = monthly(order, (100, 300, 200, 490))
    assert said(deals(won, orders)) == "likeliest reason: one side ends within 2026-04"


def test_deals_without_a_customer_are_told():
    won = [*monthly(deal), *monthly(deal, (7, 9, 8, 5), customer=None)]
    won = [{**one, "opportunity_id": f"d{n}"} for n, one in enumerate(won)]
    assert said(deals(won, monthly(order))).endswith("rows in won deals that name no customer")


def test_a_difference_of_many_reasons_has_no_single_one():
    found = deals(monthly(deal), monthly(order, (140, 250, 260, 430)))
    assert said(found) == "no single reason explains most of it"


def test_deals_without_customers_or_rates_cannot_be_held_against_orders():
    with pytest.raises(Unanswered, match="names its customer"):
        deals(monthly(deal, customer=None), monthly(order))
    with pytest.raises(Unanswered, match="No exchange rate for GBP"):
        deals(monthly(deal, currency="GBP"), monthly(order))
    with pytest.raises(Unanswered, match="no month in common"):
        deals([deal(1, "2025-01-01", 9)], monthly(order))


def claims(spend, touched, orders):
    spend = [{"channel": "Search", "cost": 1, **one} for one in spend]
    touched = [{"touched_at": "2026-01-01", "position": 1, **one} for one in touched]
    named = [{"path_id": f"p{n}", **one} for n, one in enumerate(touched)]
    tables = (("spend", spend), ("touchpoints", named), ("orders", orders), ("fx_rates", ()))
    return reconciliation.claims_against_orders(*(typed(*one) for one in tables), "EUR")


def claim(n, day, amount, **more):
    return {"date": day, "conversion_value": amount, "campaign_id": f"k{n}", **more}


def test_an_order_counts_once_whatever_touched_it_and_only_advertised_channels_do():
    touched = [
        *({"order_id": f"o{n}", "channel": "Search"} for n in range(4)),
        {"order_id": "o0", "channel": "Search"},
        {"order_id": "o8", "channel": "Direct"},
    ]
    found = claims(monthly(claim), touched, [*monthly(order), order(8, "2026-02-01", 99)])
    assert found.months.theirs.to_list() == [*AMOUNTS]
    assert found.agree


def test_channels_that_claim_the_same_orders_overlap():
    spend = [*monthly(claim), *monthly(claim, channel="Social")]
    touched = [
        {"order_id": f"o{n}", "channel": channel}
        for n in range(4)
        for channel in ("Search", "Social")
    ]
    found = claims(spend, touched, monthly(order))
    assert found.total == sum(AMOUNTS)
    assert said(found).endswith("several channels each claim the same order")


def test_claims_need_touchpoints_that_name_orders_and_a_value():
    with pytest.raises(Unanswered, match="add touchpoints"):
        claims(monthly(claim), [], monthly(order))
    with pytest.raises(Unanswered, match="add conversion_value"):
        claims([claim(1, "2026-01-01", None)], [], monthly(order))


def invoices(subscribed, orders, rates=()):
    columns = ("subscription_id", "customer_id", "start_date", "end_date", "monthly_amount")
    rows = [dict(zip((*columns, "currency"), one, strict=False)) for one in subscribed]
    tables = (typed("subscriptions", rows), typed("orders", orders), typed("fx_rates", rates))
    return reconciliation.subscriptions_against_invoices(*tables, "EUR")


SPAN = [order(90, "2026-01-01", 7, "x"), order(91, "2026-04-30", 7, "x")]


def test_a_subscription_is_due_on_its_day_until_it_ends():
    runs = [("s1", "c1", "2025-11-28", "2026-04-28", 100)]
    found = invoices(runs, [*SPAN, *monthly(order, (100,) * 3)])
    assert found.months.ours.to_list() == [100, 100, 100, 0]
    assert found.months.theirs.to_list() == [100, 100, 100, 0]


def test_a_subscription_begun_on_the_31st_is_due_on_the_last_day_of_shorter_months():
    found = invoices([("s1", "c1", "2026-01-31", None, 100)], SPAN)
    assert found.months.ours.to_list() == [100, 100, 100, 100]


def test_a_new_price_is_due_on_the_day_of_the_first():
    runs = [("s1", "c1", "2025-11-20", "2026-03-01", 100), ("s1", "c1", "2026-03-01", None, 110)]
    assert invoices(runs, SPAN).months.ours.to_list() == [100, 100, 110, 110]


def test_other_orders_of_a_subscriber_are_not_taken_for_invoices():
    runs = [("s1", "c1", "2026-01-28", None, 100)]
    orders = [
        *monthly(order, (100,) * 4),
        order(8, "2026-02-01", 80),
        order(9, "2026-02-02", 900),
    ]
    assert invoices(runs, [*SPAN, *orders]).agree


def test_an_invoice_that_lacks_is_a_difference():
    runs = [("s1", "c1", "2026-01-28", None, 100)]
    found = invoices(runs, [*SPAN, *monthly(order, (100,) * 4)[:3]])
    assert differences(found) == [0, 0, 0, 100]


def test_an_invoice_with_tax_is_found_and_told():
    runs = [("s1", "c1", "2026-01-28", None, 100)]
    found = invoices(runs, [*SPAN, *monthly(order, (121,) * 4)])
    assert found.total == -84
    assert said(found).endswith("include tax of 21%")


def test_an_invoice_sent_twice_is_told():
    runs = [("s1", "c1", "2026-01-28", None, 100)]
    twice = [{**one, "order_id": f"b{one['order_id']}"} for one in monthly(order, (100,) * 4)]
    found = invoices(runs, [*SPAN, *monthly(order, (100,) * 4), *twice])
    assert said(found).endswith("rows that occur twice in orders")


def test_subscriptions_that_never_run_beside_orders_are_not_compared():
    with pytest.raises(Unanswered, match="No subscription runs"):
        invoices([("s1", "c1", "2030-01-01", None, 100)], SPAN)
    with pytest.raises(Unanswered, match="No orders"):
        invoices([("s1", "c1", "2026-01-01", None, 100)], [])


def test_advertising_is_held_against_marketing_expenses_only():
    spend = [{**claim(1, "2026-01-05", None), "channel": "Search", "cost": 40}]
    booked = [
        {"date": "2026-01-31", "kind": "marketing", "amount": 50},
        {"date": "2026-01-31", "kind": "rent", "amount": 99},
    ]
    tables = (typed("spend", spend), typed("expenses", booked), typed("fx_rates"))
    assert differences(reconciliation.advertising_against_expenses(*tables, "EUR")) == [-10]


def test_won_deals_cannot_be_held_against_costs():
    tables = (typed("opportunities"), typed("expenses"), typed("fx_rates"))
    with pytest.raises(Unanswered, match="costs only"):
        reconciliation.deals_against_finance(*tables, "EUR")


def test_every_comparison_compiles_elsewhere(elsewhere):
    assert deals(monthly(deal), monthly(order)).agree
    assert invoices([("s1", "c1", "2026-01-28", None, 100)], [*SPAN, *monthly(order)]).total
    touched = [{"order_id": f"o{n}", "channel": "Search"} for n in range(4)]
    assert claims(monthly(claim), touched, monthly(order)).agree


SAMPLE = """
CREATE VIEW rates AS SELECT currency, date, "EUR per unit" AS rate,
  lead(date) OVER (PARTITION BY currency ORDER BY date) AS until
  FROM read_csv('finance/fx_rates.csv');
CREATE TABLE o AS SELECT "Order No" AS number, "Customer No" AS customer, "Order Date" AS day,
  "Currency" AS code, sum("Net Amount"::DECIMAL(18, 4)) AS net
  FROM read_csv('sales/orders.csv.gz') WHERE "Status" <> 'Cancelled' GROUP BY ALL;
CREATE TABLE d AS SELECT "Associated Company IDs (Primary)" AS customer, "Close Date" AS day,
  "Currency" AS code, "Amount" AS net
  FROM read_csv('sales/hubspot_deals.csv') WHERE "Deal Stage" = 'Closed Won';
CREATE VIEW subscribed AS FROM read_csv('subscriptions/subscriptions.csv');
CREATE MACRO worth(net, code, day) AS net * coalesce((SELECT max(rate) FROM rates
  WHERE currency = code AND date <= day AND (until IS NULL OR day < until)), 1);
"""


@pytest.fixture(scope="module")
def raw(root):
    """The sample's files as they are, read without revwork."""
    engine = duckdb.connect()
    engine.execute(SAMPLE.replace("read_csv('", f"read_csv('{root}/data/sample/"))
    return engine


@pytest.fixture(scope="module")
def tables(root):
    named = ["orders", "opportunities", "subscriptions", "spend", "expenses", "fx_rates"]
    return open_company(root / "data/sample").tables(named)


def test_the_samples_won_deals_and_their_orders_are_those_of_its_files(raw, tables):
    found = reconciliation.deals_against_orders(
        tables.opportunities, tables.orders, tables.fx_rates, "EUR"
    )
    (won,) = raw.execute(
        "SELECT sum(worth(net, code, day)) FROM d WHERE day >= DATE '2023-09-01'"
    ).fetchone()
    (ordered,) = raw.execute(
        "SELECT sum(worth(net, code, day)) FROM o WHERE (customer, date_trunc('month', day)) IN "
        "(SELECT (customer, date_trunc('month', day)) FROM d)"
    ).fetchone()
    assert found.months.ours.sum() == pytest.approx(float(won), abs=1)
    assert found.months.theirs.sum() == pytest.approx(float(ordered), abs=1)


def test_the_samples_subscriptions_are_due_as_its_file_has_them(raw, tables):
    found = reconciliation.subscriptions_against_invoices(
        tables.subscriptions, tables.orders, tables.fx_rates, "EUR"
    )
    due = raw.execute(
        'WITH s AS (SELECT *, min("From") OVER (PARTITION BY "Subscription") AS began '
        "FROM subscribed), m AS (SELECT unnest(range(DATE '2023-09-01', DATE '2026-10-01', "
        "INTERVAL 1 MONTH))::DATE AS month), due AS (SELECT *, "
        "month + (least(day(began), day(last_day(month))) - 1)::INTEGER AS day FROM s, m) "
        'SELECT sum(worth("Monthly Amount", "Currency", day)) FROM due WHERE day >= "From" '
        'AND ("Until" IS NULL OR day < "Until") AND day <= DATE \'2026-09-14\' '
        "GROUP BY month ORDER BY month"
    ).fetchall()
    assert found.months.ours.to_list() == pytest.approx([float(one) for (one,) in due], abs=0.1)


def test_the_samples_subscriptions_are_invoiced_to_the_cent_but_for_other_orders(tables):
    found = reconciliation.subscriptions_against_invoices(
        tables.subscriptions, tables.orders, tables.fx_rates, "EUR"
    )
    assert found.agree
    assert (found.months.difference <= 0).all()
    assert (found.months.difference == 0).sum() > len(found.months) / 2


def test_the_samples_notes_tell_departments_that_differ(tables):
    told = [one for one in tables.notes if one.kind == "reconciliation"]
    assert {one.table for one in told} == {"opportunities", "spend"}
    sentences = [Reader("en", "EUR").say(one.message) for one in told]
    assert any(one.startswith("Advertising paid against finance") for one in sentences)
