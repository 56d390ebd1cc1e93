"""People typed by hand, and the teams of the sample's generator with what they serve."""

from datetime import date
from functools import cache

from companies import built
from conftest import typed
from flows import company

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
    return stays.changes(moves).cache(), deals, built(seed, null).table("people")
