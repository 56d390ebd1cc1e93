"""Service load: tickets a head, how answers slow down, and the heads needed."""

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed
from staff import held, months, person

from revwork.analysis.sales_flow import service_load
from revwork.findings import Unanswered
from revwork.report.words import Reader

YEAR = months("2026-01-01", 2)
CREW = [
    person("Sam", team="service", annual_quota=None),
    person("Tia", "2026-02-01", team="service", annual_quota=None),
    person("Zed", team="other", annual_quota=None),
]


def tickets(*told):
    rows = [
        {
            **{"ticket_id": str(n), "created_on": day, "region": region, "agent": "Sam"},
            "first_response_hours": hours,
        }
        for n, (day, region, hours) in enumerate(told)
    ]
    return typed("tickets", rows)


ASKED = tickets(
    ("2026-01-05", "Spain", 2.0),
    ("2026-01-06", "Spain", 4.0),
    ("2026-02-28", "Spain", None),
    ("2026-02-01", None, 7.0),
    ("2025-12-31", "Spain", 99.0),
)


def load(asked=ASKED, sold=(), crew=CREW):
    return service_load.load(
        asked, sales_lines(sold), held(*crew)[lambda t: t.team != "other"], YEAR
    )


def test_tickets_are_shared_by_the_heads_there_in_the_month():
    rows = load().set_index(["region", "month"])
    january, february = rows.loc["Spain"].itertuples()
    assert (january.tickets, january.heads, january.tickets_per_head) == (2, 1, 2)
    assert (february.tickets, february.heads, february.tickets_per_head) == (1, 2, 0.5)
    assert january.hours == 3 and np.isnan(february.hours)


def test_where_nobody_is_there_a_head_has_no_load_and_parts_add_up():
    rows = load()
    assert rows.tickets.sum() == 4
    nowhere = rows[rows.region.isna()]
    assert nowhere.tickets.tolist() == [1] and nowhere.tickets_per_head.isna().all()


def test_orders_a_head_count_orders_once_and_not_what_came_back():
    sold = [{"region": "Spain", "order_date": "2026-01-02"}] * 2
    sold.append({"order_id": "o2", "region": "Spain", "order_date": "2026-01-03", "quantity": -1})
    rows = load(sold=[{"quantity": 1, "net_amount": 9, **one} for one in sold])
    assert rows.orders.sum() == 1 and rows.orders_per_head.max() == 1


def test_who_answers_is_known_by_the_tickets():
    crew = held(*CREW)
    assert set(service_load.team(ASKED, crew).person_id) == {"Sam", "Tia"}
    with pytest.raises(Unanswered, match="add agent to tickets"):
        service_load.team(tickets(), crew)


def path(power=2.0, regions=2, noise=0.0):
    rng = np.random.default_rng(3)
    parts = []
    for region in range(regions):
        per_head = rng.uniform(5, 30, 12)
        hours = (1 + region) * per_head**power * np.exp(noise * rng.normal(size=12))
        parts.append(
            pd.DataFrame({"region": f"r{region}", "tickets_per_head": per_head, "hours": hours})
        )
    return pd.concat(parts, ignore_index=True)


def test_the_power_with_which_answers_slow_is_found_within_regions():
    found = service_load.slowing(path(2.2))
    assert found.times == pytest.approx(2**2.2) and found.months == 24
    noisy = service_load.slowing(path(2.2, noise=0.4))
    assert noisy.low < 2**2.2 < noisy.high
    assert "4.6× as long" in Reader().say(service_load.slowed(found))


def test_where_load_does_not_matter_it_says_so():
    found = service_load.slowing(path(0, noise=0.4))
    assert found.low < 1 < found.high
    assert "no clearly longer" in Reader().say(service_load.slowed(found))


def test_too_few_months_or_no_change_of_load_is_one_sentence():
    with pytest.raises(Unanswered, match="11 are known"):
        service_load.slowing(path(regions=1)[:11])
    with pytest.raises(Unanswered):
        service_load.slowing(path().assign(tickets_per_head=7.0))


def recent(now, heads=3.0, hours=9.0):
    rows = [{"region": "Spain", "month": m, "tickets": 30, "heads": 3.0} for m in range(9)]
    rows += [{"region": "Spain", "month": m, "tickets": now, "heads": heads} for m in (9, 10, 11)]
    told = pd.DataFrame(rows)
    told["hours"] = np.where(told.month < 9, 5.0, hours)
    return told.assign(tickets_per_head=told.tickets / told.heads)


def test_heads_needed_bring_the_load_back_to_what_is_usual():
    (row,) = service_load.heads_needed(recent(30, heads=1.0)).itertuples()
    assert (row.usual_per_head, row.heads_needed, row.to_hire) == (10, 3, 2)
    assert service_load.heads_needed(recent(45)).to_hire.tolist() == [2]
    assert service_load.heads_needed(recent(34)).to_hire.tolist() == [0]


def test_where_answers_are_no_slower_nobody_is_asked_for():
    assert service_load.heads_needed(recent(60, hours=6.0)).to_hire.tolist() == [0]
    assert service_load.heads_needed(recent(60, hours=6.25)).to_hire.tolist() == [3]
    assert service_load.heads_needed(recent(60, hours=np.nan)).to_hire.tolist() == [3]


def test_the_readings_name_who_lacks_people_or_that_nobody_does():
    short = service_load.heads_needed(recent(30, heads=1.0))
    assert (
        Reader().say(service_load.reading(short))
        == "Spain: 30 tickets a head and month, usually 10; people missing: 2"
    )
    enough = service_load.heads_needed(recent(30))
    assert Reader().say(service_load.reading(enough)).startswith("No region")
    drawn = service_load.drawn(recent(30).assign(month=YEAR[0].start))
    assert drawn.base.tolist() == [5.0] * 12


def test_first_answers_need_no_people_and_none_is_no_row():
    rows = service_load.first_answers(ASKED, YEAR)
    assert rows[rows.region == "Spain"].hours.iloc[0] == 3
    assert service_load.first_answers(tickets(), YEAR).empty


def test_the_question_compiles_elsewhere(elsewhere):
    assert len(load()) == 3


def test_months_before_the_first_ticket_are_unknown_and_not_quiet():
    late = tickets(("2026-02-03", "Spain", 2.0))
    assert set(load(late).month.astype(str).str[:7]) == {"2026-02"}
