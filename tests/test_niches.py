"""Niches: a segment that multiplies its orders in one region, by many customers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis import sales
from revwork.analysis.market import niches
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST, SAY = date(2026, 6, 30), Reader().say
MONTHS = pd.date_range("2023-07-01", periods=36, freq="MS")
REGIONS = ("Spain", "France", "Italy")


def made(times=3.0, buyers=40, until=36, by_one=False):
    """Orders of Hotels, three regions a month, that grow in Spain from month 15 to 27.

    Each month another set of customers orders, unless one alone orders what is more.
    """
    luck, rows = np.random.default_rng(5), []
    for month, day in enumerate(MONTHS[:until]):
        way = min(max((month - 15) / 12, 0), 1)
        for region in REGIONS:
            here = times**way if region == "Spain" else 1
            usual, more = luck.poisson(15 * min(here, 1)), luck.poisson(15 * max(here - 1, 0))
            who = [*luck.integers(0, buyers, usual)]
            who += [0] * more if by_one else [*luck.integers(0, buyers, more)]
            rows += [
                {
                    **{"order_id": f"{region}{month}-{at}", "order_date": f"{day.date()}"},
                    **{"customer_id": f"{region}{buyer}", "region": region, "segment": "Hotels"},
                    **{"net_amount": 100, "cost_amount": 60},
                }
                for at, buyer in enumerate(who)
            ]
    return rows


def found(rows, last=LAST):
    lines = sales_lines(rows)
    return niches.niches(sales.by_order(lines).cache(), Calendar(), last)


@pytest.fixture(scope="module")
def grown():
    return made()


def test_a_niche_is_found_with_where_since_and_how_many_times(grown, elsewhere):
    (one,) = found(grown).itertuples()
    assert (one.segment, one.region) == ("Hotels", "Spain")
    assert one.low_orders_multiple < 3.0 < one.high_orders_multiple
    assert one.low_since_date <= date(2024, 10, 1) <= one.high_since_date
    assert abs((one.since_date - date(2024, 10, 1)).days) <= 125
    assert one.now_orders > 2 * one.before_orders and 0 < one.buyers <= 40


def test_orders_that_stay_or_fall_are_no_niche():
    assert found(made(times=1.0)).empty
    falls = found(made(times=0.3))
    assert "Spain" not in set(falls.region)


def test_what_one_customer_alone_orders_is_no_niche():
    assert found(made(by_one=True)).empty


def test_growth_of_the_segment_everywhere_is_no_niche(grown):
    more = [one for one in grown if one["region"] == "Spain"]
    everywhere = [
        {**one, "region": region, "order_id": f"{region}{one['order_id']}",
         "customer_id": f"{region}{one['customer_id']}"}
        for one in more for region in REGIONS
    ]  # fmt: skip
    assert found(everywhere).empty


def test_eighteen_months_are_needed_and_none_is_empty(grown):
    young = [one for one in grown if one["order_date"] >= "2025-02-01"]
    assert found(young).empty
    assert found([]).empty and found(grown[:1]).empty


def test_orders_of_no_known_segment_region_or_customer_are_left_apart(grown):
    lost = [{**one, "segment": None} for one in grown]
    assert found(lost).empty
    unnamed = [{**one, "customer_id": None} for one in grown]
    assert list(found(unnamed).region) == ["Spain"]  # each order a customer of its own
    with pytest.raises(Unanswered, match="segment and a region"):
        niches.known(found(lost), sales.by_order(sales_lines(lost)))


def test_a_niche_brings_the_part_of_its_margin_that_the_growth_added(grown):
    lines = sales_lines(grown).cache()
    (one,) = found(grown).itertuples()
    worth = niches.brings(one, lines, Calendar(), LAST, "EUR")
    spring = [row for row in grown if row["region"] == "Spain" and row["order_date"] >= "2026-04"]
    yearly = 40 * len(spring) * 365.25 / 91
    assert worth.value == pytest.approx(yearly * (1 - 1 / one.orders_multiple))
    assert 0 < worth.low < yearly * (1 - 1 / one.low_orders_multiple)
    assert yearly * (1 - 1 / one.high_orders_multiple) < worth.high
    assert worth.basis == "contribution_margin"


def test_without_costs_it_brings_revenue_and_says_so(grown):
    rows = [{**one, "cost_amount": None} for one in grown]
    (one,) = found(rows).itertuples()
    assert niches.brings(one, sales_lines(rows), Calendar(), LAST, "EUR").basis == "net_revenue"


def test_the_reading_names_it_or_says_that_there_is_none(grown):
    rows = found(grown)
    assert SAY(niches.reading(rows)).startswith("Hotels in Spain has ")
    assert "No segment multiplies" in SAY(niches.reading(rows.head(0)))


def test_hostile_names_change_nothing(grown):
    name = "<b>'; DROP TABLE--{x:money}"
    rows = [{**one, "segment": name} for one in grown]
    assert list(found(rows).segment) == [name]
