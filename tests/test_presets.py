"""Exports that a program makes: each typed by hand in its real header, to exact rows."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from hashlib import sha256

import duckdb
import pytest

import revwork
from revwork.data.preset import NAMES, nearest_preset, preset, recognised
from revwork.data.wording import DataError

TODAY = date(2026, 11, 21)
HOME = 'company = "Acme"\ncurrency = "EUR"\ntime_zone = "Europe/Madrid"\n'

HEADERS = {
    "shopify_orders": (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,"
        "Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
        "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
        "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,"
        "Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
        "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
        "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
        "Shipping Province,Shipping Country,Shipping Phone,Notes,Payment Method,"
        "Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Id,Tags,Risk Level,"
        "Source,Lineitem discount,Billing Province Name,Shipping Province Name,Payment ID,"
        "Payment Terms Name,Next Payment Due At,Payment References,Cancelled at"
    ),
    "stripe_payments": (
        "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,"
        "Converted Amount,Converted Amount Refunded,Fee,Tax,Converted Currency,Mode,Status,"
        "Statement Descriptor,Customer ID,Customer Description,Customer Email,Captured,"
        "Card ID,Card Last4,Card Brand,Card Funding,Card Exp Month,Card Exp Year,Card Name,"
        "Card Address Line1,Card Address Line2,Card Address City,Card Address State,"
        "Card Address Country,Card Address Zip,Card Issue Country,Card Fingerprint,"
        "Card CVC Status,Card AVS Zip Status,Card AVS Line1 Status,Card Tokenization Method,"
        "Disputed Amount,Dispute Status,Dispute Reason,Dispute Date (UTC),"
        "Dispute Evidence Due (UTC),Invoice ID,Payment Source Type,Destination,Transfer,"
        "Interchange Costs,Merchant Service Charge,Transfer Group,PaymentIntent ID"
    ),
    "stripe_subscriptions": (
        "id,Customer ID,Customer Name,Customer Email,Status,Cancellation Reason,Amount,"
        "Interval,Created (UTC),Start (UTC),Start Date (UTC),Current Period Start (UTC),"
        "Current Period End (UTC),Trial Start (UTC),Trial End (UTC),Canceled At (UTC),"
        "Ended At (UTC)"
    ),
    "hubspot_deals": (
        "Record ID,Deal Name,Pipeline,Deal Stage,Amount,Close Date,Create Date,"
        "Last Activity Date,Deal owner,Associated Company IDs (Primary),"
        "Associated Company (Primary)"
    ),
    "google_ads_campaign": (
        "Campaign status,Campaign,Budget,Budget name,Budget type,Currency code,Status,"
        "Status reasons,Optimization score,Campaign type,Bid strategy type,Conv. value / cost,"
        "Avg. target ROAS,Conv. value,TrueView views,Impr.,TrueView avg. CPV,Conversions,"
        "Conv. rate,Cost / conv.,Clicks,CTR,Conv. (Platform Comparable),"
        "Conv. value / Cost (Platform Comparable),Unique users,Avg. CPM,Cost,Likes,Comments,"
        "Shares,Goals"
    ),
    "google_ads_daily": ("Day,Campaign,Campaign ID,Cost,Impr.,Clicks,Conversions"),
    "google_ads_connector": (
        "_fivetran_id,customer_id,date,ad_network_type,base_campaign,clicks,conversions,"
        "conversions_value,cost_micros,device,id,impressions"
    ),
    "stripe_charges": (
        "id,amount,amount_refunded,balance_transaction_id,captured,created,currency,customer_id,"
        "invoice_id,livemode,paid,payment_intent_id,refunded,status"
    ),
    "zendesk_tickets": (
        "Summation column,Id,Requester,Requester id,Requester external id,Requester email,"
        "Requester domain,Submitter,Assignee,Group,Subject,Tags,Status,Priority,Via,"
        "Ticket type,Created at,Updated at,Assigned at,Organization,Due date,"
        "Initially assigned at,Solved at,Resolution time,Satisfaction Score,Group stations,"
        "Assignee stations,Reopens,Replies,First reply time in minutes,"
        "First reply time in minutes within business hours,First resolution time in minutes,"
        "First resolution time in minutes within business hours,Full resolution time in minutes,"
        "Full resolution time in minutes within business hours,Agent wait time in minutes,"
        "Agent wait time in minutes within business hours,Requester wait time in minutes,"
        "Requester wait time in minutes within business hours,On hold time in minutes,"
        "On hold time in minutes within business hours"
    ),
    "trustpilot_service": (
        "Domain Url,Webshop Name,Business Unit Id,Review Id,Review Created (UTC),"
        "Review Consumer User Id,Review Username,Review User Email,Review Title,Review Content,"
        "Review Stars,Source Of Review,Reference Id,Company Response,Company Reply Date (UTC),"
        "Review Language"
    ),
    "google_business_reviews": (
        "name,reviewId,reviewer,starRating,comment,createTime,updateTime,reviewReply,"
        "reviewMediaItems"
    ),
    "ga4_events": (
        "event_date,event_timestamp,event_name,event_params,event_previous_timestamp,"
        "event_value_in_usd,event_bundle_sequence_id,event_server_timestamp_offset,user_id,"
        "user_pseudo_id,privacy_info,user_properties,user_first_touch_timestamp,user_ltv,"
        "device,geo,app_info,traffic_source,stream_id,platform,event_dimensions,ecommerce,"
        "items,collected_traffic_source,is_active_user,batch_event_index,batch_page_id,"
        "batch_ordering_id,session_traffic_source_last_click,publisher"
    ),
    "salesforce_labels": (
        "Opportunity ID,Account Name,Opportunity Name,Stage,Amount,Close Date,Closed,Won,"
        "Created Date,Expected Revenue,Fiscal Period,Fiscal Year,Fiscal Quarter,"
        "Forecast Category,Lead Source,Next Step,Opportunity Type,Probability (%),Owner ID,"
        "Opportunity Owner"
    ),
    "salesforce_api": (
        "Id,AccountId,Name,StageName,Amount,Probability,ExpectedRevenue,CloseDate,Type,"
        "NextStep,LeadSource,IsClosed,IsWon,ForecastCategory,ForecastCategoryName,"
        "CurrencyIsoCode,OwnerId,CreatedDate,Fiscal,FiscalYear,FiscalQuarter,IsDeleted"
    ),
}

HEADERS = {name: next(csv.reader([line])) for name, line in HEADERS.items()}


def text(name, rows, above=(), delimiter=","):
    """An export: lines above, its header, and rows that name only what they fill."""
    out = io.StringIO("".join(line + "\n" for line in above))
    out.seek(0, io.SEEK_END)
    writer = csv.DictWriter(out, HEADERS[name], delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def load(folder, name, content, toml="", *, file="export.csv", table=None):  # noqa: PLR0913
    """Load an export by its preset: rows without their empty cells, and the notes."""
    table = table or preset(name).table
    data = content if isinstance(content, bytes) else content.encode()
    (folder / file).write_bytes(data)
    section = f'[tables.{table}]\nfile = "{file}"\npreset = "{name}"\n'
    (folder / "revwork.toml").write_text(HOME + section + toml, "utf-8")
    tables = revwork.open_company(folder).tables(needs=[table], today=TODAY)
    found = getattr(tables, table).to_pyarrow().to_pylist()
    filled = [{c: v for c, v in row.items() if v is not None} for row in found]
    return filled, {one.kind: one.count for one in tables.notes}


def refusal(folder, name, content, **options):
    with pytest.raises(DataError) as refused:
        load(folder, name, content, **options)
    return str(refused.value)


def money(rows, column="net_amount"):
    return [str(row[column].quantize(Decimal("0.01"))) for row in rows]


# what a preset is


def test_every_preset_knows_the_header_of_its_export():
    exports = {**{name: name for name in HEADERS}, "salesforce_labels": "salesforce_opportunities"}
    exports["salesforce_api"] = "salesforce_opportunities"
    assert {name: recognised(HEADERS[name]).name for name in HEADERS} == exports
    assert set(exports.values()) == {name for name in NAMES if not preset(name).like}


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_fills_only_columns_of_its_contract(name):
    from revwork.contracts import contract

    one = preset(name)
    columns = set(contract(one.table).to_schema().columns)
    assert {*one.columns, *one.values} <= columns
    assert {column for rule in one.also for column in rule.columns} <= set(one.columns)
    known = {*one.needs, *one.knows}
    assert {*one.numbers, *one.carry, *one.missing} <= known
    assert not ({*one.personal} - {*one.pseudonyms}) & known
    made = {name for step in one.steps for name in re.findall(r" AS (\w+),\n", step)}
    assert not {name.casefold() for name in made} & {name.casefold() for name in known}


def test_an_unknown_header_has_a_nearest_preset_and_what_it_lacks():
    headers = ["Name", "Created at", "Lineitem quantity", "Lineitem name", "Price of item"]
    near, lacks = nearest_preset(headers)
    assert (near.title, lacks) == ("Shopify orders", ["Lineitem price"])
    assert recognised(headers) is None
    assert nearest_preset(["Fecha", "Importe"]) is None


def test_the_wrong_preset_is_refused_with_the_right_one(tmp_path):
    content = text("stripe_payments", [{"id": "py_1"}])
    said = refusal(tmp_path, "shopify_orders", content)
    assert 'has no column "Name", "Created at"' in said
    assert 'its header is that of Stripe payments: say preset = "stripe_payments"' in said
    said = refusal(tmp_path, "shopify_orders", content, table="tickets")
    assert "Shopify orders fill the table orders: name it [tables.orders]" in said


def test_a_preset_that_does_not_exist_is_refused_with_the_nearest(tmp_path):
    toml = HOME + '[tables.orders]\nfile = "a.csv"\npreset = "shopify_order"\n'
    (tmp_path / "revwork.toml").write_text(toml)
    with pytest.raises(DataError, match='is not a preset; did you mean "shopify_orders"'):
        revwork.open_company(tmp_path)


# Shopify

ORDER = {
    "Name": "#1001",
    "Email": "Ana@example.com",
    "Financial Status": "paid",
    "Paid at": "2026-03-01 00:31:00 +0200",
    "Fulfillment Status": "fulfilled",
    "Currency": "EUR",
    "Subtotal": "27.00",
    "Shipping": "5.00",
    "Taxes": "6.72",
    "Total": "38.72",
    "Discount Code": "SPRING",
    "Discount Amount": "3.00",
    "Created at": "2026-03-01 00:30:00 +0200",
    "Billing Name": "Ana García",
    "Billing Country": "FR",
    "Shipping Country": "ES",
    "Source": "web",
    "Refunded Amount": "0.00",
}
BEANS = {
    "Lineitem quantity": "2",
    "Lineitem name": "Beans 1 kg",
    "Lineitem price": "10.00",
    "Lineitem sku": "B1",
    "Lineitem discount": "0.00",
}
CUP = {
    "Name": "#1001",
    "Email": "Ana@example.com",
    "Created at": "2026-03-01 00:30:00 +0200",
    "Lineitem quantity": "1",
    "Lineitem name": "Cup",
    "Lineitem price": "10.00",
    "Lineitem discount": "0.00",
}


def shopify(folder, rows, toml=""):
    return load(folder, "shopify_orders", text("shopify_orders", rows), toml)


def test_shopify_lines_carry_their_order_and_share_its_discount(tmp_path):
    rows, notes = shopify(tmp_path, [{**ORDER, **BEANS}, CUP])
    order = {
        "order_id": "#1001",
        "order_date": date(2026, 2, 28),
        "customer_id": "p" + sha256(b"ana@example.com").hexdigest()[:16],
        "currency": "EUR",
        "status": "completed",
        "region": "ES",
        "channel": "web",
        "unit_price": 10,
    }
    assert rows == [
        {**order, "line": 1, "product_id": "B1", "quantity": 2, "discount": 2, "net_amount": 18},
        {**order, "line": 2, "product_id": "Cup", "quantity": 1, "discount": 1, "net_amount": 9},
    ]
    assert notes == {}


def test_shopify_discounts_are_shared_to_the_cent_and_the_largest_line_takes_the_rest(tmp_path):
    order = {**ORDER, "Subtotal": "29.00", "Discount Amount": "1.00"}
    rows, _ = shopify(tmp_path, [{**order, **CUP}, CUP, {**CUP, "Lineitem sku": "C3"}])
    assert money(rows) == ["9.66", "9.67", "9.67"]
    assert money(rows, "discount") == ["0.34", "0.33", "0.33"]


def test_shopify_line_discounts_are_not_taken_twice(tmp_path):
    order = {**ORDER, **BEANS, "Subtotal": "26.00", "Lineitem discount": "4.00"}
    rows, _ = shopify(tmp_path, [{**order, "Discount Amount": "4.00"}, CUP])
    assert money(rows) == ["16.00", "10.00"]
    rows, _ = shopify(tmp_path, [{**order, "Subtotal": "23.40", "Discount Amount": "6.60"}, CUP])
    assert money(rows) == ["14.40", "9.00"]


def test_shopify_free_shipping_takes_nothing_off_the_lines(tmp_path):
    order = {**ORDER, **BEANS, "Subtotal": "30.00", "Discount Amount": "5.00", "Shipping": "0.00"}
    rows, _ = shopify(tmp_path, [order, CUP])
    assert money(rows) == ["20.00", "10.00"]


def test_shopify_prices_with_tax_are_made_net(tmp_path):
    order = {**ORDER, **BEANS, "Subtotal": "30.00", "Shipping": "3.00", "Discount Amount": "0.00"}
    rows, _ = shopify(tmp_path, [{**order, "Taxes": "5.50", "Total": "33.00"}, CUP])
    assert money(rows) == ["16.67", "8.33"]
    assert money(rows, "tax_amount") == ["3.33", "1.67"]
    assert money(rows, "unit_price") == ["8.33", "8.33"]


def test_a_shopify_refund_is_a_line_of_its_own_without_tax_and_freight(tmp_path):
    order = {**ORDER, **BEANS, "Financial Status": "refunded", "Refunded Amount": "38.72"}
    rows, notes = shopify(tmp_path, [order, CUP])
    assert money(rows) == ["18.00", "9.00", "-27.00"]
    refund = rows[-1]
    assert (refund["line"], refund["order_date"]) == (3, date(2026, 2, 28))
    assert not {"product_id", "quantity", "unit_price"} & set(refund)
    assert notes == {"added": 1}
    rows, _ = shopify(tmp_path, [{**order, "Refunded Amount": "10.00"}, CUP])
    assert money(rows)[-1] == "-6.97"


def test_shopify_orders_that_never_left_are_cancelled(tmp_path):
    cancelled = {**ORDER, **BEANS, "Cancelled at": "2026-03-02 10:00:00 +0100"}
    voided = {**ORDER, **BEANS, "Name": "#1002", "Financial Status": "voided"}
    waiting = {**ORDER, **BEANS, "Name": "#1003", "Fulfillment Status": "unfulfilled"}
    owed = {**ORDER, **BEANS, "Name": "#1004", "Financial Status": "pending"}
    rows, _ = shopify(tmp_path, [cancelled, CUP, voided, waiting, owed])
    said = [row["status"] for row in rows]
    assert said == ["cancelled", "cancelled", "cancelled", "open", "shipped"]


def test_shopify_exports_that_overlap_are_refused(tmp_path):
    content = text("shopify_orders", [{**ORDER, **BEANS}, {**ORDER, **BEANS}])
    said = refusal(tmp_path, "shopify_orders", content)
    assert "2 rows, such as #1001" in said and "begins more than once" in said


def test_numbers_that_are_none_are_named(tmp_path):
    content = text("shopify_orders", [{**ORDER, **BEANS, "Lineitem price": "10,00"}])
    said = refusal(tmp_path, "shopify_orders", content)
    assert "Lineitem price is no number in 1 row, such as 10,00" in said
    assert 'say decimal = "," under [tables.orders]' in said


def test_people_are_not_loaded_unless_the_company_says_so(tmp_path):
    rows = [{**ORDER, **BEANS}]
    asked = 'dimensions = ["billing_name"]\n'
    said = refusal(tmp_path, "shopify_orders", text("shopify_orders", rows), toml=asked)
    assert "Billing Name tells who somebody is and is not loaded" in said
    found, _ = shopify(tmp_path, rows, asked + "keep_personal = true\n")
    assert found[0]["billing_name"] == "Ana García"
    assert found[0]["customer_id"] == "Ana@example.com"


def test_what_the_company_says_counts_before_the_preset(tmp_path):
    toml = 'dimensions = ["tags"]\n[tables.orders.columns]\nchannel = "Vendor"\nregion = ""\n'
    row = {**ORDER, **BEANS, "Vendor": "Roaster", "Tags": "vip"}
    (found,), _ = shopify(tmp_path, [row], toml)
    assert (found["channel"], found["tags"]) == ("Roaster", "vip")
    assert "region" not in found


def test_shopify_orders_know_the_names_of_products_too(tmp_path):
    renamed = {**ORDER, **BEANS, "Name": "#1002", "Created at": "2026-03-05 10:00:00 +0100"}
    rows = [{**ORDER, **BEANS}, CUP, {**renamed, "Lineitem name": "Beans, 1 kg"}]
    found, notes = load(tmp_path, "shopify_products", text("shopify_orders", rows))
    assert found == [
        {"product_id": "B1", "product_name": "Beans, 1 kg"},
        {"product_id": "Cup", "product_name": "Cup"},
    ]
    assert notes == {"gathered": 3}


# Stripe

PAYMENT = {
    "id": "py_1",
    "Created (UTC)": "2026-03-31 23:30:00",
    "Amount": "121.00",
    "Amount Refunded": "0.00",
    "Currency": "eur",
    "Converted Amount": "121.00",
    "Fee": "2.05",
    "Tax": "21.00",
    "Converted Currency": "eur",
    "Mode": "Live",
    "Status": "Paid",
    "Customer ID": "cus_1",
    "Customer Email": "a@example.com",
    "Captured": "true",
    "Card Name": "A. Person",
}


def test_stripe_payments_become_orders_without_tax_on_the_local_day(tmp_path):
    failed = {**PAYMENT, "id": "py_2", "Status": "Failed"}
    test = {**PAYMENT, "id": "py_3", "Mode": "Test"}
    rows, notes = load(
        tmp_path, "stripe_payments", text("stripe_payments", [PAYMENT, failed, test])
    )
    assert rows == [
        {
            "order_id": "py_1",
            "line": 1,
            "order_date": date(2026, 4, 1),
            "customer_id": "cus_1",
            "net_amount": 100,
            "tax_amount": 21,
            "currency": "EUR",
            "status": "completed",
            "payment_cost": Decimal("2.05"),
        }
    ]
    assert notes == {"left_out": 1}


def test_a_stripe_refund_is_a_second_line_and_the_fee_is_in_the_currency_paid(tmp_path):
    dollars = {
        "Currency": "usd",
        "Converted Amount": "60.50",
        "Amount Refunded": "60.50",
        "Status": "Partially Refunded",
    }
    lost = {"id": "py_4", "Disputed Amount": "121.00", "Dispute Status": "lost", "Customer ID": ""}
    content = text("stripe_payments", [{**PAYMENT, **dollars}, {**PAYMENT, **lost}])
    rows, notes = load(tmp_path, "stripe_payments", content, 'currency = "EUR"\n')
    assert [(row["order_id"], row["line"]) for row in rows] == [
        ("py_1", 1),
        ("py_4", 1),
        ("py_1", 2),
        ("py_4", 2),
    ]
    assert money(rows) == ["100.00", "100.00", "-50.00", "-100.00"]
    assert [row.get("payment_cost") for row in rows[::2]] == [Decimal("4.10"), None]
    assert rows[1]["customer_id"] == "p" + sha256(b"a@example.com").hexdigest()[:16]
    assert notes == {"added": 2}


SUBSCRIPTION = {
    "id": "sub_1",
    "Customer ID": "cus_1",
    "Customer Name": "A. Person",
    "Status": "active",
    "Amount": "30.00",
    "Interval": "month",
    "Created (UTC)": "2026-01-05 10:00",
    "Start Date (UTC)": "2026-01-05 10:00",
    "Current Period Start (UTC)": "2026-03-05 10:00",
}


def test_stripe_subscriptions_run_at_a_price_a_month_from_the_end_of_the_trial(tmp_path):
    rows, notes = load(
        tmp_path,
        "stripe_subscriptions",
        text(
            "stripe_subscriptions",
            [
                SUBSCRIPTION,
                {
                    **SUBSCRIPTION,
                    "id": "sub_2",
                    "Interval": "year",
                    "Amount": "1,200.00",
                    "Trial End (UTC)": "2026-01-19 10:00",
                    "Status": "canceled",
                    "Canceled At (UTC)": "2026-02-01 09:00",
                    "Ended At (UTC)": "2026-03-05 10:00",
                },
                {**SUBSCRIPTION, "id": "sub_3", "Interval": "3 months", "Amount": "45"},
                {**SUBSCRIPTION, "id": "sub_4", "Canceled At (UTC)": "2026-03-01 09:00"},
                {**SUBSCRIPTION, "id": "sub_5", "Status": "trialing"},
            ],
        ),
    )
    plain = {"customer_id": "cus_1", "start_date": date(2026, 1, 5), "currency": "EUR"}
    ended = {"start_date": date(2026, 1, 19), "end_date": date(2026, 3, 5)}
    assert rows == [
        {**plain, "subscription_id": "sub_1", "monthly_amount": 30},
        {**plain, **ended, "subscription_id": "sub_2", "monthly_amount": 100},
        {**plain, "subscription_id": "sub_3", "monthly_amount": 15},
        {**plain, "subscription_id": "sub_4", "monthly_amount": 30},
    ]
    assert notes["left_out"] == 1


def test_a_stripe_interval_nobody_knows_is_refused(tmp_path):
    content = text("stripe_subscriptions", [{**SUBSCRIPTION, "Interval": "fortnight"}])
    assert "Interval is none of day" in refusal(tmp_path, "stripe_subscriptions", content)


# deals


def test_hubspot_deals_are_won_lost_or_open_by_their_stage(tmp_path):
    deal = {
        "Record ID": "901",
        "Deal Name": "Office machines",
        "Pipeline": "Sales Pipeline",
        "Deal Stage": "Closed Won",
        "Amount": "12500.5",
        "Close Date": "2026-03-01 10:22",
        "Create Date": "2026-01-15 09:00",
        "Deal owner": "Marta Ruiz",
        "Associated Company IDs (Primary)": "77",
        "Associated Company (Primary)": "Hotel Sol",
    }
    lost = {**deal, "Record ID": "902", "Deal Stage": "Closed Lost", "Amount": ""}
    new = {**deal, "Record ID": "903", "Deal Stage": "Contract Sent", "Close Date": ""}
    rows, _ = load(tmp_path, "hubspot_deals", text("hubspot_deals", [deal, lost, new]))
    same = {
        "name": "Office machines",
        "customer_id": "77",
        "owner": "Marta Ruiz",
        "currency": "EUR",
        "created_on": date(2026, 1, 15),
    }
    closed = {**same, "close_date": date(2026, 3, 1)}
    amount = {"amount": Decimal("12500.5")}
    assert rows == [
        {**closed, **amount, "opportunity_id": "901", "stage": "Closed Won", "outcome": "won"},
        {**closed, "opportunity_id": "902", "stage": "Closed Lost", "outcome": "lost"},
        {**same, **amount, "opportunity_id": "903", "stage": "Contract Sent", "outcome": "open"},
    ]


def test_a_company_with_its_own_hubspot_stages_says_what_they_mean(tmp_path):
    deal = {"Deal Name": "x", "Create Date": "2026-01-15", "Close Date": "2026-02-15"}
    deals = [{**deal, "Record ID": i, "Deal Stage": s} for i, s in enumerate(("Firmado", "Nuevo"))]
    toml = (
        '[tables.opportunities.columns]\noutcome = "Deal Stage"\n'
        '[tables.opportunities.values.outcome]\nFirmado = "won"\nNuevo = "open"\n'
    )
    rows, _ = load(tmp_path, "hubspot_deals", text("hubspot_deals", deals), toml)
    assert [row["outcome"] for row in rows] == ["won", "open"]
    assert [row["stage"] for row in rows] == ["Firmado", "Nuevo"]


def test_salesforce_says_the_same_in_a_report_and_by_its_api(tmp_path):
    labels = {
        "Opportunity ID": "0061",
        "Account Name": "Hotel Sol",
        "Opportunity Name": "Office machines",
        "Stage": "Closed Won",
        "Amount": "12,500.00",
        "Close Date": "01/03/2026",
        "Created Date": "15/01/2026",
        "Closed": "1",
        "Won": "1",
        "Forecast Category": "Best Case",
        "Lead Source": "Fair",
        "Probability (%)": "60",
        "Opportunity Owner": "Marta Ruiz",
    }
    api = {
        "Id": "0061",
        "AccountId": "Hotel Sol",
        "Name": "Office machines",
        "StageName": "Closed Won",
        "Amount": "12500",
        "CloseDate": "2026-03-01",
        "CreatedDate": "2026-01-15T10:00:00.000+0000",
        "IsClosed": "true",
        "IsWon": "true",
        "IsDeleted": "false",
        "ForecastCategoryName": "Best Case",
        "LeadSource": "Fair",
        "Probability": "60",
        "OwnerId": "Marta Ruiz",
        "CurrencyIsoCode": "EUR",
    }
    bin_ = {**api, "Id": "0062", "IsDeleted": "true"}
    expected = {
        "opportunity_id": "0061",
        "name": "Office machines",
        "customer_id": "Hotel Sol",
        "owner": "Marta Ruiz",
        "stage": "Closed Won",
        "outcome": "won",
        "amount": 12500,
        "currency": "EUR",
        "created_on": date(2026, 1, 15),
        "close_date": date(2026, 3, 1),
        "probability": 0.6,
        "forecast_category": "best_case",
        "source": "Fair",
    }
    preset_name = "salesforce_opportunities"
    rows, _ = load(
        tmp_path, preset_name, text("salesforce_labels", [labels]), 'date_format = "%d/%m/%Y"\n'
    )
    assert rows == [expected]
    rows, notes = load(tmp_path, preset_name, text("salesforce_api", [api, bin_]))
    assert (rows, notes) == ([expected], {"left_out": 1})


# Google Ads

TITLES = ["Campaign report", '"March 1, 2026 - March 2, 2026"']


def test_google_ads_titles_and_totals_are_skipped_and_counted(tmp_path):
    day = {"Day": "2026-03-01", "Campaign": "Brand", "Campaign ID": "11", "Cost": "1,234.50"}
    numbers = {"Impr.": "12,345", "Clicks": "100", "Conversions": "3.50"}
    none = {"Cost": " --", "Impr.": "0", "Clicks": "0", "Conversions": " --"}
    rows = [
        {**day, **numbers},
        {**day, "Day": "2026-03-02", **none, "Cost": "0.00"},
        {"Day": "Total: Campaigns", "Cost": "1,234.50", "Impr.": "12,345"},
        {"Day": "Total: Account", "Cost": "1,234.50", "Impr.": "12,345"},
    ]
    content = text("google_ads_daily", rows, TITLES, "\t").encode("utf-16")
    found, notes = load(tmp_path, "google_ads_daily", content)
    same = {"channel": "google ads", "campaign_id": "11", "currency": "EUR"}
    assert found == [
        {
            **same,
            "date": date(2026, 3, 1),
            "cost": Decimal("1234.5"),
            "impressions": 12345,
            "clicks": 100,
            "conversions": 3.5,
        },
        {**same, "date": date(2026, 3, 2), "cost": 0, "impressions": 0, "clicks": 0},
    ]
    assert (notes["preamble"], notes["left_out"]) == (2, 2)


CAMPAIGN = {
    "Campaign status": "Enabled",
    "Campaign": "Brand",
    "Budget": "20.00",
    "Budget type": "Daily",
    "Currency code": "EUR",
    "Campaign type": "Search",
    "Cost": "1,234.50",
    "Impr.": "12,345",
}


def test_google_ads_campaigns_are_campaigns_and_a_daily_budget_is_no_plan(tmp_path):
    fair = {"Campaign": "Fair", "Budget": "900.00", "Budget type": "Campaign total"}
    total = {"Campaign status": "Total: Campaigns", "Cost": "1,234.50"}
    content = text("google_ads_campaign", [CAMPAIGN, {**CAMPAIGN, **fair}, total], TITLES)
    rows, notes = load(tmp_path, "google_ads_campaign", content)
    assert rows == [
        {"campaign_id": "Brand", "campaign_name": "Brand", "channel": "search"},
        {"campaign_id": "Fair", "campaign_name": "Fair", "channel": "search", "budget": 900},
    ]
    assert (notes["preamble"], notes["left_out"]) == (2, 1)


@pytest.mark.parametrize("name", ["google_ads_campaign", "google_ads_daily"])
def test_google_ads_without_days_are_refused_as_spend(tmp_path, name):
    content = text("google_ads_campaign", [CAMPAIGN])
    said = refusal(tmp_path, name, content, table="spend")
    assert "has no column Day, so it cannot tell what was spent when" in said
    assert "choose Segment, Time, Day and download that report" in said


# GA4


def event(name, moment, **more):
    params = more.pop("params", {"ga_session_id": 17})
    told = [
        {
            "key": key,
            "value": {"int_value" if isinstance(value, int) else "string_value": str(value)},
        }
        for key, value in params.items()
    ]
    plain = {"event_date": "20260301", "event_timestamp": str(moment), "event_name": name}
    who = {"user_pseudo_id": "1.2", "device": {"category": "mobile"}, "geo": {"country": "Spain"}}
    return {**plain, "event_params": told, **who, **more}


MIDNIGHT = 1772319600000000  # 2026-03-01 00:00 in Madrid


EVENTS = [
    event("page_view", MIDNIGHT - 60_000_000, params={"ga_session_id": 17, "source": "google"}),
    event("purchase", MIDNIGHT + 60_000_000, ecommerce={"transaction_id": "#1001"}, user_id="c1"),
    event("page_view", MIDNIGHT, params={"ga_session_id": 18}, device={"category": "desktop"}),
    event("page_view", MIDNIGHT, params={"page": "x"}),
]

VISITS = [
    {
        "session_id": "1.2.17",
        "date": date(2026, 2, 28),
        "order_id": "#1001",
        "customer_id": "c1",
        "source": "google",
        "device": "phone",
        "region": "Spain",
    },
    {"session_id": "1.2.18", "date": date(2026, 3, 1), "device": "desktop", "region": "Spain"},
]


def test_ga4_events_are_gathered_into_visits(tmp_path):
    content = "".join(json.dumps(one) + "\n" for one in EVENTS)
    rows, notes = load(tmp_path, "ga4_events", content, file="events.jsonl")
    assert rows == VISITS
    assert (notes["left_out"], notes["gathered"]) == (1, 3)


def test_ga4_events_in_parquet_are_the_same(tmp_path):
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in EVENTS))
    parquet = tmp_path / "made.parquet"
    duckdb.sql(f"COPY (FROM read_json('{tmp_path}/events.jsonl')) TO '{parquet}'")
    rows, _ = load(tmp_path, "ga4_events", parquet.read_bytes(), file="events.parquet")
    assert rows == VISITS


def test_ga4_events_are_the_steps_of_visits_too(tmp_path):
    steps = [
        event("view_item", MIDNIGHT + 1),
        event("add_to_cart", MIDNIGHT + 2),
        event("view_item", MIDNIGHT + 3),
        event("purchase", MIDNIGHT + 4),
        event("scroll", MIDNIGHT + 5),
    ]
    content = "".join(json.dumps(one) + "\n" for one in steps)
    rows, notes = load(tmp_path, "ga4_steps", content, file="events.jsonl")
    said = [(row["session_id"], row["position"], row["step"]) for row in rows]
    assert said == [("1.2.17", 1, "view"), ("1.2.17", 2, "cart"), ("1.2.17", 3, "purchase")]
    assert (notes["left_out"], notes["gathered"]) == (1, 4)


# service and reputation


def test_zendesk_tickets_are_timed_in_hours_and_rated_one_or_five(tmp_path):
    ticket = {
        "Summation column": "1",
        "Id": "501",
        "Requester": "Ana García",
        "Requester id": "9001",
        "Requester external id": "C-7",
        "Requester email": "ana@example.com",
        "Assignee": "Luis",
        "Subject": "Where is my parcel, says Ana",
        "Tags": "delivery vip",
        "Status": "Closed",
        "Priority": "Urgent",
        "Via": "Mail",
        "Created at": "2026-03-01 23:30",
        "Solved at": "2026-03-03 10:00",
        "Satisfaction Score": "Good",
        "First reply time in minutes": "90",
        "Full resolution time in minutes": "2070",
    }
    fresh = {
        **dict.fromkeys(ticket, ""),
        "Id": "502",
        "Requester id": "9002",
        "Status": "New",
        "Priority": "-",
        "Created at": "2026-03-04 09:00",
        "Satisfaction Score": "Not Offered",
    }
    gone = {**ticket, "Id": "503", "Status": "Deleted"}
    rows, notes = load(tmp_path, "zendesk_tickets", text("zendesk_tickets", [ticket, fresh, gone]))
    assert rows == [
        {
            "ticket_id": "501",
            "created_on": date(2026, 3, 1),
            "first_response_on": date(2026, 3, 2),
            "solved_on": date(2026, 3, 3),
            "first_response_hours": 1.5,
            "resolution_hours": 34.5,
            "status": "solved",
            "priority": "urgent",
            "topic": "delivery",
            "channel": "mail",
            "customer_id": "C-7",
            "agent": "Luis",
            "satisfaction": 5,
        },
        {
            "ticket_id": "502",
            "created_on": date(2026, 3, 4),
            "status": "open",
            "customer_id": "9002",
        },
    ]
    assert notes["left_out"] == 1


def test_trustpilot_reviews_come_without_the_reviewer(tmp_path):
    review = {
        "Domain Url": "shop.example",
        "Webshop Name": "Shop",
        "Review Id": "r1",
        "Review Created (UTC)": "2026-02-28T23:30:00Z",
        "Review Consumer User Id": "u1",
        "Review Username": "Ana",
        "Review User Email": "ana@example.com",
        "Review Title": "Bien",
        "Review Content": "Llegó tarde,\npero llegó",
        "Review Stars": "4",
        "Source Of Review": "Invitation",
        "Reference Id": "#1001",
        "Review Language": "ES",
    }
    rows, _ = load(tmp_path, "trustpilot_service", text("trustpilot_service", [review]))
    assert rows == [
        {
            "review_id": "r1",
            "date": date(2026, 3, 1),
            "rating": 4,
            "title": "Bien",
            "text": "Llegó tarde,\npero llegó",
            "language": "es",
            "source": "Trustpilot",
            "order_id": "#1001",
        }
    ]


GOOGLE = [
    {
        "name": "accounts/1/locations/2/reviews/g1",
        "reviewId": "g1",
        "reviewer": {"displayName": "Ana"},
        "starRating": "FIVE",
        "comment": "(Translated by Google) Great\n\n(Original)\nGenial",
        "createTime": "2026-02-28T23:30:00.123456Z",
    },
    {
        "reviewId": "g2",
        "starRating": "STAR_RATING_UNSPECIFIED",
        "createTime": "2026-03-02T09:00:00Z",
    },
]


@pytest.mark.parametrize("content", [GOOGLE, {"reviews": GOOGLE, "totalReviewCount": 2}])
def test_google_reviews_count_stars_and_keep_the_original_words(tmp_path, content):
    rows, _ = load(tmp_path, "google_business_reviews", json.dumps(content), file="reviews.json")
    review = {"review_id": "g1", "date": date(2026, 3, 1), "rating": 5, "text": "Genial"}
    assert rows == [
        {**review, "source": "Google"},
        {"review_id": "g2", "date": date(2026, 3, 2), "source": "Google"},
    ]
