"""Price findings: where we stand apart, and what a rival's move did to our orders."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.market import price_findings
from revwork.calendar import Calendar
from revwork.report.words import Reader

SINCE, LAST = date(2026, 1, 1), date(2026, 6, 30)
SAY = Reader().say


def category(name="Pots", level=110.0, low=106.0, high=114.0):
    ends = {"unweighted_index": level, "unweighted_from": low, "unweighted_to": high}
    return {"category": name, "products": 9, "weighted_index": level + 2, **ends}


def positions(*rows):
    return price_findings.positions(pd.DataFrame(rows or [category()]).iloc[: len(rows)], "2026-Q2")


def test_a_category_clearly_dearer_is_a_weakness_and_one_clearly_cheaper_an_opportunity():
    found = positions(category(), category("Jugs", 90, 87, 94))
    assert [one.direction for one in found] == ["weakness", "opportunity"]
    assert SAY(found[0].claim) == "Pots: our prices are +10% against rivals'"
    assert "9 products, 95 %: +6% to +14%; weighted by our revenue +12%" in SAY(found[0].evidence)
    assert {one.impact for one in found} == {None}


def test_near_the_rivals_or_unsure_or_alone_is_no_finding():
    assert positions() == []
    near, unsure = category(level=104, low=103, high=105), category(low=99)
    assert positions(near, unsure, category(low=np.nan, high=np.nan)) == []


def test_exactly_five_percent_is_apart_and_a_category_not_recorded_says_so():
    (one,) = positions(category(None, 105.0, 102, 108) | {"weighted_index": np.nan})
    assert SAY(one.claim).startswith("not recorded: ") and one.segment == {"category": ""}
    assert "weighted" not in SAY(one.evidence)


def lines(growth, months=6):
    """Ten orders a product and month a year ago; since, times `growth` of its category."""
    rows, products = [], []
    for number in range(12):
        name = ("Pots", "Jugs", "Lids")[number // 4]
        products.append({"product_id": f"p{number}", "category": name})
        for year, times in ((2025, 1), (2026, growth.get(name, 1))):
            count = round((10 + number % 4) * times)
            for at in range(count * months):
                day = date(year, 1 + at % months, 1 + number)
                rows.append(
                    {
                        **{"order_id": f"{year}-{number}-{at}", "line": 1},
                        **{"order_date": day.isoformat(), "product_id": f"p{number}"},
                        **{"net_amount": 100, "cost_amount": 60, "quantity": 1},
                    }
                )
    return sales_lines(rows, products=products)


def move(competitor="R", change=-0.2, day=SINCE, category="Pots", event=None):
    ends = {"low_change_rate": change - 0.01, "high_change_rate": change + 0.01}
    named = {"date": day, "competitor": competitor, "category": category, "event": event}
    return {**named, "change_rate": change, **ends, "products": 5}


def answers(sold, *moves):
    return price_findings.answers(pd.DataFrame(moves), sold, Calendar(), LAST, "EUR")


def test_a_cut_is_worth_the_margin_that_is_missing_a_year():
    (one,) = answers(lines({"Pots": 0.5}), move(event="Cut"))
    missing = 6 * 46 * 0.5 * 40 / 181 * 365.25  # margin of as many orders as are left
    assert one.impact.value == pytest.approx(-missing, rel=0.15) and one.direction == "threat"
    assert one.impact.low < one.impact.value < one.impact.high < 0 and one.confidence > 0.9
    assert "Known: Cut" in SAY(one.evidence)
    assert "against other categories: −50% (−" in SAY(one.evidence)


def test_a_cut_without_orders_to_judge_by_has_no_impact_and_says_what_was_seen():
    (one,) = answers(sales_lines([]), move())
    assert one.impact is None and "No event is recorded" in SAY(one.evidence)
    assert SAY(one.claim) == "R moved its prices in Pots by −20% on 1 Jan 2026"


def test_of_a_rival_s_moves_in_a_category_the_last_each_way_speaks_and_ours_never():
    later = SINCE + timedelta(days=60)
    found = answers(
        sales_lines([]), move(), move(day=later), move(change=0.1), move(competitor="We")
    )
    assert [(one.direction, one.claim.values["since"]) for one in found] == [
        ("threat", later),
        ("opportunity", SINCE),
    ]
    assert len({one.id for one in found}) == 2


def test_the_readings_name_what_the_picture_shows():
    week = [date(2026, 6, 22)] * 3
    rows = pd.DataFrame(
        {
            "week": week,
            "category": ["A", None, "B"],
            "competitor": ["R", "S", "R"],
            "value": [90.0, 130.0, np.nan],
        }
    )
    assert SAY(price_findings.where(rows)) == (
        "Dearest in not recorded against S (130), cheapest in A against R (90)"
    )
    assert SAY(price_findings.path(rows)) == "Last week: 90 against R, 130 against S"
    assert SAY(price_findings.path(rows[:1])) == "Last week: 90 against R"
