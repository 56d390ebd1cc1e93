"""Associations: pairs by hand, measures as published, exact whatever the size of a basket."""

from datetime import date

import ibis
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import associations
from revwork.calendar import Period

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))
RECEIPTS = [  # the five that mlxtend's guide reads
    ["Milk", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Dill", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Milk", "Apple", "Kidney Beans", "Eggs"],
    ["Milk", "Unicorn", "Corn", "Kidney Beans", "Yogurt"],
    ["Corn", "Onion", "Onion", "Kidney Beans", "Ice cream", "Eggs"],
]


def lines(lists, **more):
    """Sales lines of these baskets, one line a product."""
    return sales_lines(
        [
            {"order_id": f"o{at}", "line": place + 1, "net_amount": 10, "product_id": name} | more
            for at, names in enumerate(lists)
            for place, name in enumerate(names)
        ]
    )


def pairs(lists, least=None):
    return associations.pairs(associations.baskets(lines(lists)), least)


def by_pair(found):
    return found.set_index(["first", "second"])


def test_the_measures_are_those_of_mlxtends_guide(elsewhere):
    found = by_pair(pairs(RECEIPTS, 3))
    told = found.loc[("Eggs", "Onion"), ["support", "confidence", "lift", "leverage", "zhang"]]
    assert told.to_list() == pytest.approx([0.6, 0.75, 1.25, 0.12, 1.0])
    assert sorted(found.index) == [
        ("Eggs", "Onion"),
        ("Kidney Beans", "Eggs"),
        ("Kidney Beans", "Milk"),
        ("Kidney Beans", "Onion"),
        ("Kidney Beans", "Yogurt"),
    ]


def test_pairs_of_real_baskets_are_those_that_mlxtend_counts(data_set):
    """Regency teacups of a real shop: 829 pairs in 100 baskets or more; figures by mlxtend 0.25."""
    sold = ibis.read_parquet(data_set("online_retail_2010_11_part") / "online_retail.parquet")
    sold = sold.filter(~sold.InvoiceNo.startswith("C") & (sold.Quantity > 0))
    null = ibis.null("string")
    sold = sold.select(order_id="InvoiceNo", product_id="StockCode", segment=null, channel=null)
    found = associations.pairs(associations.baskets(sold), 100)
    assert len(found) == 829
    told = by_pair(found).loc[("22699", "22697")]
    assert (told.both, told.first_count, told.second_count, told.baskets) == (427, 582, 564, 9785)
    assert told.lift == pytest.approx(12.728775) and told.zhang == pytest.approx(0.979710, abs=1e-6)


def test_a_product_twice_in_a_basket_counts_once():
    found = by_pair(pairs([["a", "b", "b"], ["a", "b"]], 1))
    assert found.loc[("a", "b"), ["both", "first_count", "second_count"]].to_list() == [2, 2, 2]


def test_the_product_in_more_baskets_comes_first_however_many_lines_the_other_has():
    found = pairs([["b", "b", "b", "b", "a"], ["a"], ["a", "b"]], 2)
    assert found[["first", "second"]].to_numpy().tolist() == [["a", "b"]]


def test_chance_has_lift_one_leverage_nil_and_zhang_nil():
    found = pairs([["a", "b"], ["a"], ["b"], ["c"]], 1)
    assert found[["lift", "leverage", "zhang"]].iloc[0].to_list() == [1, 0, 0]


def test_what_is_in_every_basket_has_no_zhang():
    assert pairs([["a", "b"], ["a"]], 1).zhang.isna().all()


def test_no_basket_or_no_pair_gives_no_row():
    for lists in ([], [["a"], ["b"]]):
        found = pairs(lists, 1)
        assert found.empty and {"both", "support", "tests"} <= {*found.columns}


def test_tests_are_all_pairs_that_products_in_enough_baskets_could_make():
    found = pairs([["a", "b", "c"], ["a", "b", "d"], ["c", "a"]], 2)
    assert found.tests.unique().tolist() == [3]


def test_a_giant_basket_is_counted_exactly_slice_by_slice(monkeypatch):
    lists = [[f"p{n:03}" for n in range(300)], ["p001", "p002"], ["p001", "p299"]]
    whole = pairs(lists, 1)
    monkeypatch.setattr(associations, "_AT_ONCE", 5_000)
    sliced = pairs(lists, 1)
    assert len(whole) == 300 * 299 / 2 and whole.both.sum() == len(whole) + 2
    pd.testing.assert_frame_equal(whole, sliced)


def test_without_a_word_a_pair_needs_ten_baskets_or_one_in_two_thousand():
    assert pairs([["a", "b"]] * 9).empty
    assert pairs([["a", "b"]] * 10).both.to_list() == [10]


def test_chosen_leaves_out_what_came_back_has_no_product_or_was_quoted(elsewhere):
    lines = sales_lines(
        [
            {"order_id": "o1", "net_amount": 10, "product_id": "a", "customer_id": "C1"},
            {"order_id": "o2", "net_amount": -10, "product_id": "a", "customer_id": "C2"},
            {"order_id": "o3", "net_amount": 10, "customer_id": "C2"},
            {"order_id": "o4", "net_amount": 10, "product_id": "a", "order_date": "2026-02-01"},
            {"order_id": "o5", "net_amount": 10, "product_id": "a"},
            {"order_id": "o6", "net_amount": 10, "product_id": "a", "customer_id": "C2"},
        ]
    )
    deal = {"stage": "s", "created_on": "2025-12-01", "close_date": "2026-01-01"}
    deals = [
        deal | {"opportunity_id": "1", "customer_id": "C1", "outcome": "won"},
        deal | {"opportunity_id": "2", "customer_id": "C2", "outcome": "lost"},
        deal | {"opportunity_id": "3", "outcome": "won"},
    ]
    rows = associations.chosen(lines, typed("opportunities", deals), JANUARY)
    assert sorted(rows.order_id.execute()) == ["o5", "o6"]
