"""Move effect: orders of a category since a rival's move, held against the other categories."""

from datetime import date, timedelta

import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.market import move_effect
from revwork.analysis.market.price_moves import US
from revwork.findings import Unanswered
from revwork.report.words import Reader

SINCE, LAST = date(2026, 1, 1), date(2026, 6, 30)
SAY = Reader().say
NAMES = ("Pots", "Jugs", "Lids", "Cups")


def sold(growth, segments=("Home",), months=6, margin=40, more=()):
    """Ten orders or so a product and month a year before; since, times the category's growth."""
    rows, products = list(more), []
    for number in range(4 * len(NAMES)):
        name = NAMES[number // 4]
        products.append({"product_id": f"p{number}", "category": name})
        for segment in segments:
            for year, times in ((2025, 1), (2026, growth.get((name, segment), growth[name]))):
                for at in range(round((10 + number % 4) * times) * months):
                    day = date(year, 1 + at % months, 1 + number)
                    rows.append(
                        {
                            **{"order_id": f"{year}-{number}-{segment}-{at}", "line": 1},
                            **{"order_date": day.isoformat(), "product_id": f"p{number}"},
                            **{"segment": segment, "quantity": 2, "net_amount": 100},
                            "cost_amount": 100 - margin,
                        }
                    )
    return sales_lines(rows, products=products)


HALVED = {"Pots": 0.5, "Jugs": 1, "Lids": 1, "Cups": 1}


def effect(lines, category="Pots", since=SINCE, last=LAST):
    return move_effect.effect(lines, category, since, last)


def test_orders_that_halve_against_the_others_are_the_effect_with_its_interval(elsewhere):
    found = effect(sold(HALVED))
    assert found["change_rate"] == pytest.approx(-0.5, abs=0.03) and found["products"] == 4
    assert found["low_change_rate"] < found["change_rate"] < found["high_change_rate"] < -0.3
    assert found["margin_change_rate"] == pytest.approx(found["change_rate"], abs=0.02)
    assert found["orders"] == 138 and found["usual_orders"] == pytest.approx(276, rel=0.02)
    assert found["effect_units"] == pytest.approx(-2 * 138 * 365.25 / 181, rel=0.05)


def test_what_befalls_every_category_is_no_effect():
    found = effect(sold(dict.fromkeys(NAMES, 0.5)))
    assert found["low_change_rate"] < 0 < found["high_change_rate"]


def test_one_odd_category_among_the_others_does_not_move_what_the_rest_say():
    found = effect(sold({"Pots": 1, "Jugs": 3, "Lids": 1, "Cups": 1}))
    assert found["change_rate"] == pytest.approx(0, abs=0.03)


def test_a_kind_of_customer_that_grows_everywhere_is_no_effect_on_its_favourite():
    grown = dict.fromkeys(NAMES, 1) | {(name, "Hotel"): 4 for name in NAMES}
    both = sold(grown, segments=("Home", "Hotel"))
    lines = both.filter((both.category == "Pots") | (both.segment == "Home") | (both.line == 1))
    found = effect(lines)
    assert found["low_change_rate"] < 0.02 and found["high_change_rate"] > -0.02


def test_too_few_days_no_year_before_or_nothing_to_hold_it_against_is_not_known():
    lines = sold(HALVED)
    assert effect(lines, last=SINCE + timedelta(days=54)) is None
    assert effect(lines, last=SINCE + timedelta(days=55)) is not None
    assert effect(lines, since=date(2025, 6, 1)) is None
    assert effect(lines, "None such") is None and effect(sales_lines([])) is None
    assert effect(lines.filter(lines.category.isin(["Pots", "Jugs"]))) is None
    assert effect(lines, None) is None


def test_of_a_move_long_ago_the_last_year_is_held_against_the_year_before_it():
    now, past = move_effect._stretches(date(2024, 3, 1), LAST)
    assert (now.days, past.days, past.end) == (365, 365, date(2024, 3, 1))
    now, past = move_effect._stretches(date(2025, 7, 1), LAST)
    assert (now.start, past.start, past.end) == (date(2025, 7, 1), date(2024, 7, 1), now.start)


def test_by_28_days_the_level_falls_where_the_move_is_and_not_before(elsewhere):
    rows = move_effect.monthly(sold(HALVED), "Pots", SINCE, LAST)
    assert [rows.day.min(), rows.day.max()] == [date(2025, 1, 2), date(2026, 5, 21)]
    before, since = rows[rows.day < SINCE], rows[rows.day >= SINCE]
    assert before.value.between(75, 115).all() and since.value.between(40, 60).all()
    assert (rows.low < rows.value).all() and (rows.value < rows.high).all()
    assert SAY(move_effect.reading(rows)).startswith("Pots: orders of the last 28 days at 5")


def test_by_28_days_needs_a_year_before_and_other_categories():
    lines = sold(HALVED)
    with pytest.raises(Unanswered, match="do not reach back a year"):
        move_effect.monthly(lines, "Pots", date(2025, 6, 1), LAST)
    with pytest.raises(Unanswered, match="two other categories"):
        move_effect.monthly(lines.filter(lines.category == "Pots"), "Pots", SINCE, LAST)
    with pytest.raises(Unanswered):
        move_effect.monthly(sales_lines([]), None, SINCE, LAST)


def test_the_largest_move_is_a_rival_s_and_none_is_said():
    moved = pd.DataFrame(
        {
            "competitor": ["R", US, "S", None],
            "category": ["Pots", "Pots", None, "Jugs"],
            "date": [SINCE, SINCE, LAST, LAST],
            "change_rate": [0.1, -0.5, -0.2, 0.9],
        }
    )
    assert move_effect.largest(moved) == (None, LAST)
    with pytest.raises(Unanswered, match="No rival moved"):
        move_effect.largest(moved[:0])


def test_a_category_not_recorded_is_a_category_like_any_other():
    lines = sold(HALVED)
    blank = lines.mutate(category=(lines.category != "Pots").ifelse(lines.category, None))
    assert effect(blank, None) == effect(lines)
    among = lines.mutate(category=(lines.category != "Cups").ifelse(lines.category, None))
    assert effect(among) == effect(lines)
    assert len(move_effect.monthly(blank, None, SINCE, LAST)) == 12
