"""Pair tests: what chance brings together, and how many of those found are chance."""

import numpy as np
import pandas as pd
import pytest
from test_associations import RECEIPTS, lines

from revwork.analysis.pricing import associations, pair_tests
from revwork.findings import Unanswered

PUBLISHED = [  # Benjamini and Hochberg 1995, section 3.2
    *[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
    *[0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000],
]


def judged(lists, least=1, **more):
    filled = associations.baskets(lines(lists, **more))
    return pair_tests.tested(associations.pairs(filled, least), filled)


def test_the_published_example_of_benjamini_and_hochberg_finds_four():
    q = pair_tests.discovery_rate(np.array(PUBLISHED)[::-1], 15)
    assert (q <= 0.05).sum() == 4 and q[-1] == pytest.approx(0.0015)


def test_pairs_never_seen_count_as_tests():
    assert pair_tests.discovery_rate(np.array([0.01]), 20).tolist() == pytest.approx([0.2])


def test_what_chance_brings_together_adds_up_to_what_came_together(elsewhere):
    found = judged([["a", "b"], ["a", "c"], ["b", "c"], ["c", "d"], ["a"]])
    every = {"first": ["c", "c", "c", "a", "a", "b"], "second": ["a", "b", "d", "b", "d", "d"]}
    filled = associations.baskets(lines([["a", "b"], ["a", "c"], ["b", "c"], ["c", "d"], ["a"]]))
    expected = pair_tests._expected(pd.DataFrame(every), filled)
    assert found.both.sum() == 4 and expected.sum() == pytest.approx(4)


def test_three_that_meet_equally_often_meet_by_chance():
    found = judged([["a", "b"], ["a", "c"], ["b", "c"]] * 5)
    assert found.by_chance.to_list() == pytest.approx([5, 5, 5]) and not found.found.any()


def test_a_pair_that_only_its_customers_explain_is_not_found():
    """Hotels buy among a, b, c and households among d, e, f: each freely."""
    hotel = [["a", "b"], ["a", "c"], ["b", "c"]] * 20
    home = [["d", "e"], ["d", "f"], ["e", "f"]] * 20
    rows = lines(hotel + home)
    rows = rows.mutate(segment=rows.product_id.isin(["a", "b", "c"]).ifelse("Hotels", "Homes"))
    filled = associations.baskets(rows)
    pairs = associations.pairs(filled, 5)
    assert (pairs.lift > 1.4).all()
    assert not pair_tests.tested(pairs, filled).found.any()


def test_a_pair_that_large_baskets_explain_is_not_found():
    large = [[f"p{n:02}" for n in range(20)]] * 12
    small = [[f"p{n % 20:02}"] for n in range(200)]
    found = judged(large + small, 10)
    assert (found.lift > 1.5).all() and not found.found.any()


def test_a_pair_that_keeps_together_is_found():
    others = [[f"p{n % 7}", f"q{n % 11}"] for n in range(154)]
    found = judged([["a", "b"]] * 20 + others, 10)
    assert found[found.found][["first", "second"]].to_numpy().tolist() == [["a", "b"]]


def test_no_pair_is_told_in_a_sentence():
    found = judged([["a"], ["b"]])
    assert found.empty and pair_tests.reading(found).values == {"found": 0, "tests": 0}
    with pytest.raises(Unanswered, match="No two products"):
        pair_tests.shown(found, pair_tests.names(lines([])))


def test_names_are_the_products_else_their_ids():
    rows = lines(RECEIPTS[:1])
    shown = pair_tests.shown(judged(RECEIPTS), pair_tests.names(rows), 3)
    assert len(shown) == 3 and shown.first_product[0] in RECEIPTS[0]
    assert pair_tests.names(rows)["Milk"] == "Milk"
