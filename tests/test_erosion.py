"""Erosion: whose terms went to another level, since when, and what that costs a year."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from revwork.analysis.channels import erosion
from revwork.calendar import Calendar
from revwork.findings import Unanswered
from revwork.report.words import Reader

SAY = Reader().say
CALENDAR = Calendar()
START, AS_OF = date(2024, 1, 1), date(2026, 1, 4)
WEEKS = (AS_OF - START).days // 7 + 1  # the last one complete


def sold(**rates):
    """Order lines of partners by name: their discount by week, on a price of 100 and a fee of 10 %.

    Six orders a week, whose discounts vary by as much as the rate varies with a partner's.
    """
    rows = []
    for partner, rate in rates.items():
        draws = np.random.default_rng(ord(partner))
        for week in range(WEEKS):
            for day in range(6):
                off = round(100 * max(rate(week) + draws.uniform(-0.04, 0.04), 0), 2)
                rows.append(
                    {
                        **{"partner_id": partner.lower(), "partner": partner},
                        "order_id": f"{partner}{week}-{day}",
                        "order_date": START + timedelta(days=7 * week + day),
                        **{"net": 100 - off, "discount": off, "rate": 1.0, "is_return": False},
                        **{"commission": 0.1 * (100 - off), "payment_cost": 0.0},
                    }
                )
    return table(rows)


def table(rows):
    """Lines as `of_partners` gives them, absent columns null."""
    kinds = dict.fromkeys(["net", "discount", "commission", "payment_cost"], "decimal(18, 4)")
    kinds |= dict.fromkeys(["partner_id", "partner", "order_id"], "string")
    kinds |= {"order_date": "date", "is_return": "boolean", "rate": "float64"}
    return ibis.memtable(pd.DataFrame(rows).reindex(columns=[*kinds])).cast(kinds)


def calm(week):
    return 0.06


def ramp(week):
    return 0.06 + 0.2 * min(max(week - 60, 0) / 30, 1)


def step(week):
    return 0.2 if week >= 70 else 0.06


@pytest.fixture(scope="module")
def eroding():
    return erosion.terms(sold(A=calm, B=ramp, C=calm)).cache()


@pytest.fixture(scope="module")
def costs(eroding):
    steps = erosion.steps(erosion.weekly(eroding), AS_OF)
    return erosion.costs(steps, eroding, CALENDAR, AS_OF)


def test_a_slope_is_one_finding_that_begins_where_it_begins(costs):
    (one,) = costs.itertuples()
    began = START + timedelta(weeks=60)
    assert (one.partner_id, one.term) == ("b", "discount")
    assert abs((one.since - began).days) <= 42 and one.low_since <= one.since <= one.high_since
    assert one.since < one.visible_on < AS_OF


def test_its_size_is_what_is_given_now_above_the_level_before(costs):
    (one,) = costs.itertuples()
    assert one.before_rate == pytest.approx(0.06, abs=0.006)
    assert one.now_rate == pytest.approx(0.26, abs=0.006)
    assert one.low_change < 0.2 < one.high_change
    assert abs(one.others_change) < 0.01


def test_its_cost_is_net_of_the_commission_that_falls_with_the_price(costs):
    (one,) = costs.itertuples()
    months = CALENDAR.complete_months(AS_OF, 3)
    a_year = 365.25 / (months[-1].end - months[0].start).days
    assert one.value == pytest.approx(-0.2 * 100 * one.orders * 0.9 * a_year, rel=0.04)
    assert one.low < one.value < one.high < 0


def test_a_step_and_a_return_are_told_by_where_they_lead():
    given = erosion.terms(sold(A=calm, B=step, C=lambda week: 0.2 if week < 50 else 0.06))
    rows = erosion.steps(erosion.weekly(given), AS_OF).set_index("partner")
    assert rows.since["B"] == START + timedelta(weeks=70)
    assert rows.before_rate["C"] == pytest.approx(0.2, abs=0.01)
    found = erosion.costs(rows.reset_index(), given, CALENDAR, AS_OF).set_index("partner")
    assert found.value["B"] < 0 < found.low["C"]


def test_calm_partners_and_few_weeks_tell_nothing(elsewhere):
    given = erosion.terms(sold(A=calm, B=calm))
    weeks = erosion.weekly(given)
    assert erosion.steps(weeks, AS_OF).empty
    late = erosion.steps(weeks[weeks.week > weeks.week.max() - 20], AS_OF)
    found = erosion.costs(late, given, CALENDAR, AS_OF)
    assert found.empty and "No partner" in SAY(erosion.reading(found))


def test_weeks_add_up_to_the_lines_and_a_return_is_apart():
    row = {"partner_id": "a", "partner": "A", "order_id": "o", "order_date": date(2026, 1, 4),
           "net": 90, "discount": 10, "rate": 1.0, "is_return": False, "commission": 9,
           "payment_cost": None}  # fmt: skip
    monday = {**row, "order_date": date(2026, 1, 5), "commission": None}
    back = {
        **row,
        "order_id": "c",
        "net": -90,
        "discount": -10,
        "commission": -9,
        "is_return": True,
    }
    weeks = erosion.weekly(erosion.terms(table([row, monday, back])))
    assert weeks[weeks.term == "discount"]["count"].tolist() == [1, 1]
    assert weeks[weeks.term == "commission"].total.tolist() == [0.1]
    assert weeks[weeks.term == "discount"].whole.sum() == 200


def test_what_is_not_recorded_is_not_zero():
    row = {"partner_id": "a", "partner": "A", "order_id": "o", "order_date": AS_OF, "net": 90,
           "rate": 1.0, "is_return": False}  # fmt: skip
    given = erosion.terms(table([row]))
    assert given.count().execute() == 0
    with pytest.raises(Unanswered, match="map discount and partner_id"):
        erosion.by_month(given, "discount", CALENDAR.complete_months(AS_OF, 12))
    assert erosion.steps(erosion.weekly(given), AS_OF).empty


def test_months_show_the_largest_partner_first(eroding):
    months = CALENDAR.complete_months(AS_OF, 6)
    rows = erosion.by_month(eroding, "discount", months)
    assert len(rows) == 18 and rows.start.max() == months[-1].start
    told = rows[rows.partner == "B"].value
    assert told[-3:].between(0.24, 0.28).all()
    assert SAY(erosion.highest(rows)).startswith("Highest in the last three months: B, 25.8%")
    assert SAY(erosion.highest(rows[rows.partner == "B"])).startswith("B: 25.8%")


def test_a_partner_that_stopped_has_a_step_and_no_cost(eroding):
    steps = erosion.steps(erosion.weekly(eroding), AS_OF)
    gone = erosion.costs(steps, eroding, CALENDAR, date(2027, 1, 4))
    assert gone.value.isna().all() and gone.orders.tolist() == [0]


def test_the_reading_names_partner_term_and_day(costs):
    told = SAY(erosion.reading(costs))
    assert told.startswith("B: discount 6") and "in the last three months, since" in told
