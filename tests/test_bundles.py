"""Bundles: which pairs are proposed, and what they leave, where."""

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import bundles
from revwork.findings import Unanswered

PAIR = pd.DataFrame({"first": ["a"], "second": ["b"]})


def found(first, second, both=50, p=0.0, sure=True):
    return {"first": first, "second": second, "both": both, "p": p, "found": sure}


def line(order, product, net, **more):
    return {"order_id": order, "product_id": product, "net_amount": net, "quantity": 1} | more


def sold():
    """Three baskets with a, two of them with b; one with b alone and one with neither."""
    shop, sales = {"channel": "Shop", "segment": "Homes"}, {"channel": "Sales"}
    rows = [
        line("1", "a", 100, cost_amount=60, **shop),
        line("1", "b", 20, cost_amount=10, **shop),
        line("2", "a", 200, cost_amount=120, **shop) | {"quantity": 2},
        line("2", "b", 40, cost_amount=24, **shop) | {"quantity": 2},
        line("3", "a", 100, cost_amount=60, **sales),
        line("4", "b", 20, cost_amount=10, **sales),
        line("5", "c", 5, **sales),
    ]
    return sales_lines([row | {"line": at} for at, row in enumerate(rows, 1)])


def test_proposed_is_what_is_found_often_and_by_no_promotion_yet():
    pairs = pd.DataFrame(
        [
            found("a", "b", p=1e-9),
            found("a", "c", both=29),
            found("a", "d", sure=False),
            found("a", "e"),
            found("f", "g", p=1e-8),
        ]
    )
    days = {"start_date": "2026-01-01", "end_date": "2026-01-02", "discount_rate": 0.1}
    both = [{"promotion_id": "P1", "product_id": name} | days for name in "ae"]
    apart = [{"promotion_id": f"P{name}", "product_id": name} | days for name in "ab"]
    every = [{"promotion_id": "P9", "category": "all"} | days]
    rows = bundles.proposed(pairs, typed("promotions", [*both, *apart, *every]))
    assert rows[["first", "second"]].to_numpy().tolist() == [["a", "b"], ["f", "g"]]
    assert bundles.proposed(pairs, typed("promotions")).iloc[0]["second"] == "e"


def test_counts_are_by_place_and_add_up_to_all_baskets(elsewhere):
    rows = bundles.counted(PAIR, sold())
    counts = rows[["baskets", "first_count", "second_count", "both"]]
    assert counts.sum().to_list() == [5, 3, 3, 2]
    shop = rows[rows.channel == "Shop"].iloc[0]
    assert (shop.net_first, shop.net_second, shop.units_second) == (300, 60, 3)
    assert (shop.left_first, shop.left_second, shop.square) == (120, 26, 10**2 + 16**2)
    assert rows[rows.channel == "Sales"].segment.isna().all()


def test_money_is_null_where_no_cost_is_known():
    rows = sales_lines([line("1", "a", 9) | {"line": 1}, line("1", "b", 9) | {"line": 2}])
    found = bundles.counted(PAIR, rows)
    assert found.left_second.isna().all() and found[["both", "costed"]].to_numpy().tolist() == [
        [1, 0]
    ]


def test_who_adds_the_second_product_by_channel():
    shares = bundles.attached(bundles.counted(PAIR, sold()), 0, "channel").set_index("channel")
    assert shares.current.to_dict() == {"Sales": 0, "Shop": 1}
    assert shares.n.to_dict() == {"Sales": 1, "Shop": 2}
    assert shares.low.Shop == pytest.approx(0.3424, abs=1e-4)  # Wilson, 2 of 2


def test_a_place_not_recorded_keeps_its_row():
    shares = bundles.attached(bundles.counted(PAIR, sold()), 0, "segment")
    assert shares.segment.isna().sum() == 1 and shares.n.sum() == 3


def test_only_a_clear_difference_is_told_as_one():
    rows = pd.DataFrame({"channel": ["A", "B"], "current": [0.6, 0.2]})
    assert bundles.where(rows.assign(low=0.1, high=0.7)).template.startswith("No clear")
    told = bundles.where(rows.assign(low=[0.5, 0.1], high=[0.7, 0.3]))
    assert (told.values["top"], told.values["low"]) == ("A", "B")


def test_no_pair_is_a_sentence_and_one_choice():
    with pytest.raises(Unanswered, match="nothing to bundle"):
        bundles.counted(PAIR[:0], sold())
    assert [*bundles.choices(PAIR[:0], pd.Series())] == ["No pair"]
    assert bundles.choices(PAIR, pd.Series({"a": "Machine"})) == {"Machine + b": 0}
