"""Demand signals: terms against themselves, searches that find nothing, days out of stock."""

from datetime import date, timedelta

import numpy as np
import pytest
from conftest import sales_lines, typed

from revwork.analysis.market import demand_signals
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

NOW = Period("2026-Q2", date(2026, 4, 1), date(2026, 7, 1))
SAY = Reader().say


def weekly(times=1.0, kind="search_interest", value=50.0, **about):
    """Two years of weeks to the period's end, the second `times` the first."""
    days = [date(2024, 7, 8) + timedelta(days=7 * at) for at in range(104)]
    return [
        {**{"date": f"{day}", "kind": kind, "value": value * (times if at >= 52 else 1)}, **about}
        for at, day in enumerate(days)
    ]


def demand(*rows):
    return typed("demand", [one for some in rows for one in some])


def test_each_term_is_held_against_itself_whatever_its_index(elsewhere):
    rows = demand(
        weekly(1.1, value=5, term="a", category="Tea", region="Spain"),
        weekly(1.2, value=90, term="a", category="Tea", region="France"),
        weekly(1.3, value=20, term="b", category="Tea", region="France"),
    )
    (one,) = demand_signals.interest(rows, NOW, "category").itertuples()
    assert one.current == pytest.approx((1.1 * 1.2 * 1.3) ** (1 / 3) - 1, abs=1e-6)
    assert one.low < one.current < one.high and one.n == 3


def test_two_terms_have_no_interval_and_a_new_one_no_movement():
    new = weekly(1.0, term="new", category="Milk")[60:]
    rows = demand(weekly(1.1, term="a", category="Tea"), new)
    found = demand_signals.interest(rows, NOW, "category")
    assert list(found.category) == ["Tea"] and np.isnan(found.low[0])


def test_without_the_year_before_interest_is_not_known():
    rows = demand(weekly(1.1, term="a", category="Tea")[60:])
    found = demand_signals.interest(rows, NOW, "category")
    assert found.empty
    with pytest.raises(Unanswered, match="two years"):
        demand_signals.known(found)


def test_a_kind_is_summed_or_for_an_index_its_mean():
    rows = demand(
        weekly(2.0, term="a"), weekly(1.5, "no_result", 2.0, term="x"), weekly(1, "stock_out", 1.0)
    )
    found = demand_signals.signals(rows, NOW).set_index("kind")
    assert found.current["search_interest"] == pytest.approx(100)
    assert found.current["no_result"] == pytest.approx(156)
    assert found.change_rate["no_result"] == pytest.approx(0.5, abs=1e-6)


def test_terms_not_found_are_ranked_by_searches_and_one_without_a_name_is_none():
    rows = demand(
        weekly(1.0, "no_result", 2.0, term="moka"),
        weekly(1.0, "no_result", 5.0, term="chai"),
        weekly(1.0, "no_result", 9.0),
        weekly(1.0, "internal_search", 9.0, term="tea"),
    )
    found = demand_signals.unmet(rows, NOW)
    assert list(found.search_term) == ["chai", "moka"]
    assert SAY(demand_signals.in_vain(found)).startswith("Most looked for and not found: chai")


SOLD = [
    {"order_id": f"{at}", "order_date": f"{date(2025, 7, 1) + timedelta(days=at)}",
     "product_id": "p1", "net_amount": 10, "cost_amount": 4, "category": "Tea"}
    for at in range(0, 365, 5)
]  # fmt: skip
OUT = [
    {"date": f"{date(2026, 1, 1) + timedelta(days=at)}", "kind": "stock_out",
     "product_id": "p1", "value": 1}
    for at in range(65)
]  # fmt: skip


def test_a_product_out_of_stock_misses_what_it_sells_a_day_in_stock(elsewhere):
    (one,) = demand_signals.missed(demand(OUT), sales_lines(SOLD), NOW).itertuples()
    assert (one.category, one.products, one.out_days) == ("Tea", 1, 65)
    assert one.missed_revenue == pytest.approx(730 / 300 * 65, abs=0.01)
    assert one.missed_margin == pytest.approx(438 / 300 * 65, abs=0.01)


def test_a_day_out_in_two_regions_is_one_day_and_a_value_of_zero_is_none():
    twice = [*OUT, *({**one, "region": "Spain"} for one in OUT)]
    none = [{**one, "value": 0, "product_id": "p2"} for one in OUT]
    rows = demand_signals.missed(demand(twice, none), sales_lines(SOLD), NOW)
    assert rows.out_days.sum() == 65


def test_what_was_never_sold_or_never_in_stock_misses_an_unknown_amount():
    ghost = [{**one, "product_id": "p9"} for one in OUT]
    always = sales_lines([{**SOLD[-1], "order_date": "2026-01-01"}])
    for rows in (
        demand_signals.missed(demand(ghost), sales_lines(SOLD), NOW),
        demand_signals.missed(
            demand([{**OUT[0], "date": f"{date(2026, 1, 1) + timedelta(days=at)}"}
                    for at in range(181)]), always, NOW),
    ):  # fmt: skip
        assert rows.missed_revenue.isna().all()


def test_nothing_counted_is_empty_everywhere():
    none = demand([])
    assert demand_signals.interest(none, NOW, "category").empty
    assert demand_signals.unmet(none, NOW).empty
    assert demand_signals.missed(none, sales_lines([]), NOW).empty
    with pytest.raises(Unanswered):
        demand_signals.out_of_stock(demand_signals.missed(none, sales_lines([]), NOW))


def test_the_readings_say_what_grows_and_what_was_missed():
    rows = demand(weekly(1.1, term="a", category="Tea"))
    found = demand_signals.interest(rows, NOW, "category")
    assert "Tea: +10%" in SAY(demand_signals.looked_for(found))
    missed = demand_signals.missed(demand(OUT), sales_lines(SOLD), NOW)
    assert "65 product days: €158" in SAY(demand_signals.out_of_stock(missed))
