"""Whitespace: what look-alikes buy, and the next best offer from it."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis.customers import whitespace
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

PERIOD = Period("2026", date(2026, 1, 1), date(2027, 1, 1))
SAY = Reader().say


def order(customer, category, amount, day="2026-03-01", segment="Office", **more):
    return {
        **{"order_id": f"{customer}{category}{day}", "customer_id": customer},
        **{"category": category, "net_amount": amount, "cost_amount": amount / 2},
        **{"order_date": day, "segment": segment, **more},
    }


def gaps(*orders):
    return whitespace.gaps(sales_lines(orders), PERIOD).set_index(["customer_id", "category"])


SIX = [order(f"c{n}", "Beans", 100) for n in range(6)]
MILLS = [order(f"c{n}", "Mills", 60) for n in range(4)]


def test_what_others_like_it_spend_and_it_does_not_is_the_gap(elsewhere):
    found = gaps(*SIX, *MILLS)
    row = found.loc[("c5", "Mills")]
    assert (row.own_amount, row.look_alikes) == (0, 5)
    assert row.buyer_share == pytest.approx(4 / 5) and row.look_alike_amount == pytest.approx(48)
    assert (row.whitespace_amount, row.whitespace_margin) == (pytest.approx(48), pytest.approx(24))


def test_nobody_is_their_own_look_alike_and_gaps_add_up_to_nothing():
    found = gaps(*SIX, *MILLS)
    assert found.look_alike_amount[("c0", "Mills")] == pytest.approx(60 * 3 / 5)
    assert found.groupby("category").whitespace_amount.sum().tolist() == pytest.approx([0, 0])


def test_segments_are_apart_and_a_customer_alone_in_one_has_no_look_alike():
    alone = order("z", "Beans", 900, segment="Hotels")
    found = gaps(*SIX, *MILLS, alone)
    assert found.look_alikes[("z", "Mills")] == 0 and pd.isna(
        found.whitespace_amount[("z", "Mills")]
    )
    assert found.look_alike_amount[("c5", "Beans")] == pytest.approx(100)


def test_of_many_customers_those_who_spend_as_much_elsewhere_are_compared():
    small = [order(f"s{n:02}", "Beans", 10) for n in range(30)]
    large = [order(f"l{n:02}", "Beans", 1000) for n in range(30)]
    mills = [order(f"l{n:02}", "Mills", 300) for n in range(20)]
    found = gaps(*small, *large, *mills)
    assert found.look_alike_amount[("s00", "Mills")] == 0
    assert found.look_alike_amount[("l29", "Mills")] == pytest.approx(300 * 20 / 29)


def test_the_next_best_offer_is_what_was_never_bought_and_leaves_most():
    lids = [order(f"c{n}", "Lids", 80, cost_amount=79) for n in range(4)]
    past = order("c4", "Mills", 60, day="2025-02-01")
    found = whitespace.offers(whitespace.gaps(sales_lines([*SIX, *MILLS, *lids, past]), PERIOD))
    best = found.set_index("customer_id").category
    assert best["c5"] == "Mills" and best["c4"] == "Lids" and set(best.index) == {"c4", "c5"}


def test_without_any_cost_spend_decides():
    free = [{**one, "cost_amount": None} for one in [*SIX, *MILLS]]
    found = whitespace.gaps(sales_lines(free), PERIOD)
    assert found.whitespace_margin.isna().all() and set(whitespace.offers(found).category) == {
        "Mills"
    }


def test_what_only_came_back_counts_as_nothing_and_the_first_and_last_day_count():
    back = order("c5", "Mills", -60)
    first, last = order("c4", "Mills", 60, "2026-01-02"), order("c5", "Lids", 5, "2026-12-31")
    outside = order("c5", "Lids", 500, "2025-12-31")
    found = gaps(*SIX, *MILLS, back, first, last, outside)
    assert found.own_amount[("c5", "Mills")] == 0 and found.own_amount[("c4", "Mills")] == 60
    assert found.own_amount[("c5", "Lids")] == 5


def test_one_category_or_no_customer_is_a_sentence():
    for rows in (SIX, [], [{**one, "customer_id": None} for one in [*SIX, *MILLS]]):
        found = whitespace.gaps(sales_lines(rows), PERIOD)
        assert found.empty and whitespace.offers(found).empty
        with pytest.raises(Unanswered, match="two categories"):
            whitespace.by_category(found)


def test_last_year_s_offers_are_held_against_what_was_bought_then(elsewhere):
    then = [{**one, "order_date": "2025-03-01"} for one in [*SIX, *MILLS]]
    then[0] = {**then[0], "order_date": "2025-01-02"}
    later = [order("c4", "Mills", 30), order("c0", "Beans", 100)]
    found = whitespace.came_true(sales_lines([*then, *later]), PERIOD, Calendar())
    best = found.set_index("choice").loc[whitespace.BEST]
    assert (best.pairs, best["share"], best.own_amount) == (2, 0.5, 15)
    assert best.look_alike_amount == pytest.approx(48) and best.low_share < 0.5 < best.high_share
    assert "then spent €15 unasked" in SAY(whitespace.checked(found))


def test_without_two_years_offers_cannot_be_checked():
    with pytest.raises(Unanswered, match="two years"):
        whitespace.came_true(sales_lines([*SIX, *MILLS]), PERIOD, Calendar())


def test_whitespace_by_segment_names_where_most_is_missing():
    rows = whitespace.by_category(whitespace.gaps(sales_lines([*SIX, *MILLS]), PERIOD))
    mills = rows.set_index("category").value
    assert mills["Mills"] == pytest.approx(96) and mills["Beans"] == 0
    assert SAY(whitespace.where(rows)) == (
        "Most is missing in Mills with Office: €96 a year below look-alikes"
    )
