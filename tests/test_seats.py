"""Seats: who left and was not replaced, and what the customers they served bring less."""

from datetime import date, timedelta

import ibis
import pandas as pd
import pytest
from conftest import sales_lines, typed
from staff import CALENDAR, held, person

from revwork.analysis.sales_flow import seats

LAST = date(2026, 6, 30)


def found(*crew, as_of=LAST):
    (row,) = seats.seats(held(*crew), as_of).itertuples()
    return row


def test_somebody_gone_for_sixty_days_without_a_successor_is_an_empty_seat():
    gone = person("Bea", end="2026-05-01")
    row = found(person(), gone)
    assert (row.heads, row.empty_seats, row.since) == (1, 1, pd.Timestamp("2026-05-01"))
    assert row.empty_quota == 120_000
    assert found(person(), gone, as_of=date(2026, 6, 29)).empty_seats == 0


def test_a_successor_in_the_same_team_and_region_fills_it_early_or_late():
    for start in ("2026-03-05", "2026-06-01"):
        row = found(person("Bea", end="2026-05-01"), person("Cy", start))
        assert row.empty_seats == 0
    assert row.fill_days == 31


def test_one_who_is_signed_to_start_fills_it_too():
    row = found(person(), person("Bea", end="2026-02-01"), person("Cy", "2026-09-01"))
    assert (row.heads, row.to_start, row.empty_seats) == (1, 1, 0)


def test_somebody_elsewhere_or_long_before_fills_nothing():
    rows = seats.seats(
        held(
            person("Bea", end="2026-02-01"),
            person("Cy", "2026-02-01", region="France"),
            person("Dee", "2025-11-01"),
        ),
        LAST,
    )
    assert rows.set_index("region").empty_seats.to_dict() == {"France": 0, "Spain": 1}


def test_one_successor_fills_one_seat_and_the_second_stays_empty():
    gone = [person(name, end="2026-01-01") for name in "ab"]
    row = found(person(), *gone, person("Cy", "2026-02-01"))
    assert (row.heads, row.empty_seats) == (2, 1)


def test_a_move_within_the_team_and_a_seat_given_up_years_ago_are_no_empty_seats():
    moved = [person(end="2026-01-01"), person(start="2026-01-01", level="expert")]
    assert found(*moved).empty_seats == 0
    assert found(person(), person("Bea", end="2024-06-01")).empty_seats == 0


def test_teams_that_serve_have_a_quota_or_answer_tickets():
    crew = held(person(), person("Sam", team="service", annual_quota=None), person("Fin", team="f"))
    crew.loc[crew.team == "f", "annual_quota"] = None
    tickets = typed("tickets", [{"ticket_id": "1", "created_on": "2026-01-01", "agent": "Sam"}])
    assert set(seats.serving(crew, tickets).team) == {"sales", "service"}


REGIONS = ("Spain", "France", "Italy", "Malta")


def lines(now, past=20, margin=40):
    """Orders a month by region: so many a year ago, and `now` of them since in Spain."""
    rows = []
    for region in REGIONS:
        for year, count in ((2025, past), (2026, now if region == "Spain" else past)):
            for month in range(1, 7):
                for at in range(count + (REGIONS.index(region) * (month % 3 - 1))):
                    rows.append(
                        {
                            "order_id": f"{region}{year}{month}-{at}",
                            "order_date": date(year, month, 1 + at % 28).isoformat(),
                            **{"region": region, "quantity": 1, "net_amount": 100},
                            "cost_amount": 100 - margin,
                        }
                    )
    return sales_lines(rows)


SINCE = date(2026, 1, 1)


def loss(sold, region="Spain", since=SINCE, as_of=LAST):
    return seats.loss(sold, region, since, (CALENDAR, as_of))


def test_half_the_orders_gone_is_as_much_again_as_is_left_a_year():
    told = loss(lines(10))
    kept = 10 * 40 * 3 / 91 * 365.25  # the last three months' margin, a year
    assert told["value"] == pytest.approx(-kept, rel=0.1) and told["orders"] == 60
    assert told["low"] < told["value"] < told["high"] < 0
    assert told["change_rate"] == pytest.approx(-0.5, abs=0.03)


def test_orders_that_keep_pace_with_other_regions_are_no_loss():
    told = loss(lines(20))
    assert told["low"] < 0 < told["high"] and abs(told["change_rate"]) < 0.05


def test_too_few_days_no_year_before_or_no_other_regions_are_not_told():
    sold = lines(10)
    assert loss(sold, since=LAST - timedelta(days=88)) is None
    assert loss(sold, since=LAST - timedelta(days=89)) is not None
    assert loss(sold, since=date(2025, 6, 1)) is None
    assert loss(sold.filter(sold.region.isin(["Spain", "France"]))) is None
    assert loss(sales_lines([])) is None and loss(sold, "Nowhere") is None


def test_after_a_whole_year_the_year_before_the_day_is_what_it_is_held_against():
    now, past = seats._stretches(date(2025, 3, 1), LAST)
    assert (now.start, now.end) == (date(2025, 7, 1), date(2026, 7, 1))
    assert (past.start, past.end) == (date(2024, 3, 1), date(2025, 3, 1))


def test_a_team_with_a_quota_serves_what_it_owns_without_a_partner_and_service_serves_all():
    crew = held(person(), person("Sam", team="service", annual_quota=None))
    sold = sales_lines([{}, {"order_id": "o2"}])
    assert seats.served(sold, crew, "sales") is None
    partner = ibis.cases((sold.order_id == "o2", "P"), else_=ibis.null("string"))
    owned = sold.mutate(owner=sold.order_id, partner_id=partner)
    assert seats.served(owned, crew, "sales").order_id.execute().tolist() == ["o1"]
    assert seats.served(sold, crew, "service").count().execute() == 2


def test_losses_are_told_for_teams_that_serve_and_null_where_they_cannot_be():
    crew = held(
        person(), person("Bea", end="2026-01-01"), person("Fin", team="f", end="2026-01-01")
    )
    rows = seats.losses(seats.seats(crew, LAST), lines(10), crew[:2], (CALENDAR, LAST))
    assert rows.team.tolist() == ["sales"] and rows.value.isna().all()


def test_the_question_compiles_elsewhere(elsewhere):
    assert loss(sales_lines([])) is None
    assert len(seats._orders(lines(1, past=1), seats._stretches(SINCE, LAST))) > 0
