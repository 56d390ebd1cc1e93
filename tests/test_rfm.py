"""RFM: scores that equal customers share, segments that cover every cell."""

from datetime import date
from itertools import product

import pandas as pd
import pytest
from conftest import sales_lines

from revwork.analysis import purchases
from revwork.analysis.customers import rfm
from revwork.findings import Unanswered
from revwork.report.words import Reader

LAST = date(2026, 6, 30)


def row(customer, day="2026-06-01", net=10):
    return {
        "order_id": f"{customer}{day}{net}",
        "customer_id": customer,
        "order_date": day,
        "net_amount": net,
    }


def scores(*rows, **options):
    return rfm.scores(purchases.by_day(sales_lines(rows)), LAST, **options)


def scored(*rows, **options):
    return scores(*rows, **options).execute().set_index("customer_id").sort_index()


@pytest.mark.parametrize("cell", [*product(range(1, 6), repeat=3)], ids=str)
def test_every_cell_belongs_to_exactly_one_segment(cell):
    inside = [
        one.name
        for one in rfm.SEGMENTS
        if all(a <= x <= b for x, (a, b) in zip(cell, (one.r, one.f, one.m), strict=True))
    ]
    assert len(inside) == 1


def test_five_customers_have_five_scores_and_a_purchase_today_is_no_days_ago(elsewhere):
    days = ["2026-06-30", "2026-06-20", "2026-05-01", "2026-02-01", "2025-01-01"]
    found = scored(
        *(
            row(name, day, 10 * n)
            for n, (name, day) in enumerate(zip("abcde", days, strict=True), 1)
        )
    )
    assert [*found.r] == [5, 4, 3, 2, 1] and [*found.m] == [1, 2, 3, 4, 5]
    assert found.recency_days["a"] == 0


def test_equal_values_have_equal_scores_and_who_bought_once_has_the_lowest():
    found = scored(*(row(name) for name in "abcd"), row("e"), row("e", "2026-06-02"))
    assert [*found.f] == [1, 1, 1, 1, 5] and {*found.r[:4]} == {1}


def test_all_alike_are_all_in_the_lowest_fifth():
    found = scored(*(row(name) for name in "abc"))
    assert {*found.r, *found.f, *found.m} == {1}


def test_a_return_takes_money_off_and_is_no_purchase_nor_a_later_day():
    found = scored(row("a", net=30), row("a", "2026-06-20", -10), row("b"))
    assert found.net_revenue["a"] == 20 and found.frequency["a"] == 1
    assert found.recency_days["a"] == 29


def test_a_customer_whose_money_is_not_known_has_no_segment_and_is_counted():
    unknown = row("b") | {"currency": "USD"}
    found = rfm.summary(scores(row("a"), unknown))
    assert found.customers.sum() == 2 and found[found.segment.isna()].customers.item() == 1


def test_what_came_before_the_window_or_after_the_day_is_out():
    found = scored(row("a", "2024-06-30"), row("b", "2024-07-01"), row("c", "2026-07-01"), row("d"))
    assert [*found.index] == ["b", "d"]


def test_segments_add_up_to_the_whole_and_those_without_customers_are_there():
    found = rfm.summary(scores(*(row(name, net=n) for n, name in enumerate("abcdef", 1))))
    assert found.customers.sum() == 6 and found.share.sum() == pytest.approx(1)
    assert found.revenue_share.sum() == pytest.approx(1)
    assert [str(name) for name in found.segment] == [one.name for one in rfm.SEGMENTS]


def test_nobody_is_no_answer():
    with pytest.raises(Unanswered, match="customer_id"):
        rfm.summary(scores())


def test_shares_stand_beside_those_of_a_year_before_and_the_largest_move_is_named():
    now, before = scores(row("a"), row("b", net=20)), scores(row("a"))
    found = rfm.moved(now, before)
    assert found.current.sum() == pytest.approx(1) == found.base.sum()
    assert "a year before" in Reader().say(rfm.shift(found))


def test_the_grid_counts_every_customer_and_the_names_are_told_by_their_cells():
    cells = rfm.grid(scores(row("a"), row("b", net=20), row("b", "2026-06-02")))
    assert cells.n.sum() == 2 and "a customer" in Reader().say(rfm.value(cells))
    assert rfm.cells().r[0] == "4–5" and rfm.cells().f[3] == "1"


def test_the_headline_names_the_segment_with_the_most_money():
    frame = pd.DataFrame(
        {"segment": ["Best", "Gone"], "share": [0.2, 0.8]}
        | {"net_revenue": [90.0, 10.0], "revenue_share": [0.9, 0.1]}
    )
    assert Reader().say(rfm.reading(frame)) == "Best: 20% of customers, 90% of their net revenue"


def test_a_year_before_sees_only_what_was_known_then():
    days = purchases.by_day(sales_lines([row("a"), row("b", "2025-06-30")]))
    assert [*rfm.a_year_before(days, LAST).execute().customer_id] == ["b"]


def test_with_nobody_a_year_before_the_largest_segment_is_named():
    found = rfm.moved(scores(row("a")), scores())
    assert found.base.isna().all() and "a year before" not in Reader().say(rfm.shift(found))
