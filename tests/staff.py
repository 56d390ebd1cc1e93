"""People typed by hand, and the teams of the sample's generator with what they serve."""

from datetime import date
from functools import cache

import pandas as pd
from companies import built
from conftest import typed
from flows import COMPANY_LAST, _conform, company

from revwork.analysis import sales
from revwork.analysis.sales_flow import posts, stays
from revwork.calendar import Calendar

CALENDAR = Calendar()


def person(name="Ann", start="2020-01-01", end=None, **about):
    """A person of the sales team in Spain with a quota of 120,000."""
    told = {"team": "sales", "region": "Spain", "level": "confirmed", "annual_quota": 120_000}
    dated = {"person_id": name, "start_date": start, "end_date": end}
    return {**told, "annual_cost": 60_000, **dated, **about}


def people(*rows):
    return typed("people", rows)


def held(*rows):
    """Positions of people typed by hand."""
    return posts.posts(people(*rows))


def months(first, count=1):
    """So many calendar months from the one that holds the day."""
    found = [CALENDAR.holding(date.fromisoformat(first), "month")]
    while len(found) < count:
        found.append(CALENDAR.holding(found[-1].end, "month"))
    return found


@cache
def flow_of(seed, null=False):
    """Changes and deals of a company of the generator, and its people."""
    _, moves, deals = company(seed, null)
    known = built(seed, null).people
    return stays.changes(moves).cache(), deals, _conform(known, "people").cache()


@cache
def tickets_of(seed, null=False):
    known = built(seed, null).tickets.drop(columns=["first_response_on", "solved_on"])
    return _conform(known.assign(ticket_id=known.ticket_id.astype(str)), "tickets").cache()


@cache
def lines_of(seed, null=False):
    """Sales lines of a company of the generator, with owner and partner as its orders name them."""
    made = built(seed, null)
    orders = made.orders.drop_duplicates(["order_id", "product_id"])
    orders = orders.assign(line=range(len(orders)))
    owner = _own(orders)
    tables = [_conform(getattr(made, name), name) for name in ("products", "customers", "fx_rates")]
    known = _conform(orders, "orders")
    joined = known.inner_join(owner, "line")
    return sales.lines(joined, *tables, "EUR").cache()


def _own(orders: pd.DataFrame):
    import ibis

    return ibis.memtable(orders[["line", "owner", "partner_id"]])


LAST = COMPANY_LAST
