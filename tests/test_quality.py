"""What does not add up within a table, and what contracts say of their columns."""

from datetime import date
from decimal import Decimal

import pytest
from test_data import TODAY, kinds, workspace

from revwork.contracts import MARKS, TABLES, contract, key, marked
from revwork.data.wording import DataError

TICKETS = "ticket_id,created_on,first_response_on,solved_on,status\n"


def notes(folder, table, text, toml=""):
    return kinds(workspace(folder, toml, **{table: text}).tables([table], today=TODAY))


# what contracts know


@pytest.mark.parametrize("table", TABLES)
def test_what_a_column_refers_to_is_a_table_and_what_it_follows_a_column(table):
    columns = contract(table).to_schema().columns
    assert set(marked(table, "refers_to").values()) <= set(TABLES)
    assert set(marked(table, "not_before").values()) <= set(columns)
    for column in columns.values():
        assert set(column.metadata or {}) <= set(MARKS)


def test_columns_named_like_another_tables_key_refer_to_it():
    keys = {key(table): table for table in TABLES if contract(table).to_schema().unique}
    keys |= {"customer_id": "customers", "product_id": "products", "session_id": "sessions"}
    keys |= {"order_id": "orders", "opportunity_id": "opportunities", "ticket_id": "tickets"}
    named = {"owner": "people", "agent": "people", "manager": "people"}
    for column in ("date", "month", "period_start", "experiment_id", "path_id"):
        keys.pop(column, None)
    for table in TABLES:
        columns = set(contract(table).to_schema().columns) - {
            (contract(table).to_schema().unique or [""])[0]
        }
        wanted = {
            c: other for c, other in (keys | named).items() if c in columns and other != table
        }
        if table == "people":
            wanted["manager"] = "people"
        assert {c: o for c, o in marked(table, "refers_to").items() if c in columns} == wanted, (
            table
        )


def test_a_row_referred_to_is_one_row_but_for_lines_of_orders_and_positions_of_people():
    others = {other for table in TABLES for other in marked(table, "refers_to").values()}
    several = {other for other in others if contract(other).to_schema().unique != [key(other)]}
    assert several == {"orders", "people"}


def test_a_join_along_a_reference_adds_no_rows(tmp_path):
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount,customer_id\na,2026-01-02,1,c\nb,2026-01-02,2,c\n",
        customers="customer_id,region\nc,N\n",
    )
    tables = company.tables(["orders", "customers"], today=TODAY)
    assert tables.orders.left_join(tables.customers, "customer_id").count().execute() == 2
    (tmp_path / "customers.csv").write_text("customer_id,region\nc,N\nc,S\n")
    with pytest.raises(DataError, match="customers"):
        company.tables(["orders", "customers"], today=TODAY)


def test_a_column_of_the_companys_own_is_what_contracts_call_by_that_name():
    assert marked("orders", "refers_to", ["owner", "shift"])["owner"] == "people"
    assert marked("orders", "personal", ["owner", "shift"]) == {"owner": "Person"}
    assert not marked("orders", "personal")


def test_tax_is_taken_out_of_every_amount_that_may_hold_it(tmp_path):
    text = "product_id,list_price,unit_cost\np,121,50\n"
    company = workspace(tmp_path, "tax_rate = 0.21", products=text)
    (row,) = company.tables(["products"], today=TODAY).products.to_pyarrow().to_pylist()
    assert (row["list_price"], row["unit_cost"]) == (Decimal(100), Decimal(50))
    company = workspace(tmp_path, "tax_rate = 0.21", customers="customer_id\nc\n")
    with pytest.raises(DataError, match="has no amounts with tax"):
        company.tables(["customers"], today=TODAY)


# rows


def test_an_end_before_its_beginning_is_noted_and_kept(tmp_path):
    text = "subscription_id,customer_id,start_date,end_date,monthly_amount\n"
    text += "a,c,2026-02-01,2026-01-01,5\nb,c,2026-02-01,2026-02-01,5\nd,c,2026-02-01,,5\n"
    found = notes(tmp_path, "subscriptions", text)
    assert found == {"out_of_order": (1, "2026-01-01, 2026-02-01")}


def test_moments_are_compared_by_the_clock_though_days_are_kept(tmp_path):
    rows = "1,2026-01-02 08:00,2026-01-02 12:00,2026-01-02 11:00,solved\n"
    rows += "2,2026-01-02 08:00,2026-01-02 12:00,2026-01-02 13:00,solved\n"
    found = notes(tmp_path, "tickets", TICKETS + rows)
    assert found == {"out_of_order": (1, "2026-01-02 11:00:00, 2026-01-02 12:00:00")}


def test_a_day_without_clock_is_not_before_a_moment_of_it(tmp_path):
    rows = "1,2026-01-02,2026-01-02 12:00,2026-01-02,solved\n"
    assert notes(tmp_path, "tickets", TICKETS + rows) == {}


def test_hours_to_the_solution_are_not_fewer_than_to_the_first_answer(tmp_path):
    text = "ticket_id,created_on,status,first_response_hours,resolution_hours\n"
    found = notes(tmp_path, "tickets", text + "1,2026-01-02,solved,5,4.5\n2,2026-01-02,solved,5,\n")
    assert found == {"out_of_order": (1, "4.5, 5.0")}


def test_what_is_scheduled_may_lie_ahead_and_ends_no_data(tmp_path):
    company = workspace(
        tmp_path,
        orders="order_id,order_date,net_amount\na,2026-11-02,1\n",
        people="person_id,team,start_date\np,sales,2020-01-01\nq,sales,2026-12-01\n",
        prices="product_id,valid_from,list_price\np,2026-01-01,5\np,2027-01-01,6\n",
        targets="month,metric,amount\n2026-12-01,net_revenue,5\n",
    )
    tables = company.tables(["orders", "people", "prices", "targets"], today=TODAY)
    assert kinds(tables) == {} and tables.as_of == date(2026, 11, 2)


def test_the_published_tickets_solved_before_their_first_answer_are_told(tmp_path, data_set):
    file = data_set("support_tickets_8k") / "customer_support_tickets.csv"
    toml = f"""
currency = "EUR"
[tables.tickets]
file = "{file}"
[tables.tickets.columns]
ticket_id = "Ticket ID"
created_on = "Date of Purchase"
first_response_on = "First Response Time"
solved_on = "Time to Resolution"
status = "Ticket Status"
priority = "Ticket Priority"
channel = "Ticket Channel"
topic = "Ticket Type"
satisfaction = "Customer Satisfaction Rating"
resolution_hours = "Resolution Hours"
[tables.tickets.values.status]
"Closed" = "solved"
"Open" = "open"
"Pending Customer Response" = "pending"
[tables.tickets.values.priority]
"Critical" = "urgent"
"High" = "high"
"Medium" = "normal"
"Low" = "low"
"""
    (tmp_path / "revwork.toml").write_text(toml)
    from revwork import open_company

    tables = open_company(tmp_path).tables(["tickets"], today=TODAY)
    (told,) = [note for note in tables.notes if note.kind == "out_of_order"]
    assert told.count == 1365 and tables.tickets.count().execute() == 8469
    assert told.message.values["column"] == "solved_on"
