"""Ratings, on stars one can count, and on published reviews."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.reputation import opinions, ratings
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))
YEAR_AGO = Period("2025-01", date(2025, 1, 1), date(2025, 2, 1))
NONE = typed("mentions")


def reviewed(*rows):
    """Reviews from (stars, region, rival, day), the last two optional."""
    full = [
        {
            **{"review_id": f"r{n}", "rating": stars, "region": region, "competitor": rival},
            "date": day[0] if day else "2026-01-05",
        }
        for n, (stars, region, rival, *day) in enumerate(rows)
    ]
    return opinions.opinions(typed("reviews", full), sales_lines([])).cache()


def many(stars, region, rival=None):
    return [(one, region, rival) for one in stars]


def headline(found, mentions=NONE):
    shown = ratings.headline(
        found, mentions, Comparison(JANUARY, JANUARY, YEAR_AGO, "year ago", False), Calendar()
    )
    return {one.metric: one for one in shown}


def test_each_review_counts_alike_and_a_rivals_does_not(elsewhere):
    found = headline(reviewed(*many([5, 4, 1], "N"), (2, "N", "R")))
    assert found["rating"].value == pytest.approx(10 / 3) and found["reviews"].value == 3
    assert found["critical_share"].value == pytest.approx(1 / 3)
    assert found["rating_gap"].value == pytest.approx(10 / 3 - 2) and found["rating_gap"].n == 1


def test_a_review_without_stars_is_in_no_rating():
    found = headline(reviewed((5, "N", None), (None, "N", None)))
    assert found["rating"].value == 5 and found["rating"].n == 1


def test_the_last_day_of_a_period_is_in_it_and_the_next_is_not():
    days = [(5, "N", None, "2026-01-31"), (1, "N", None, "2026-02-01")]
    assert headline(reviewed(*days))["rating"].value == 5


def test_without_rivals_there_is_no_gap_and_without_reviews_no_card():
    assert "rating_gap" not in headline(reviewed((5, "N", None)))
    assert headline(reviewed((5, "N", "R"))) == {}


def test_few_reviews_are_drawn_towards_the_mean_further_than_many(elsewhere):
    found = reviewed(*many([5, 4] * 30, "A"), *many([1, 2] * 30, "B"), *many([1], "C"))
    rows = ratings.shrunken(found, ["region"]).set_index("region")
    gone = (rows.shrunken_rating - rows.mean_rating).abs()
    assert gone["C"] > 5 * gone["B"] > 0
    assert (rows.low_shrunken_rating < rows.shrunken_rating).all()
    assert rows.index[0] == "A"


def test_what_shrinks_is_what_a_model_by_hand_says():
    """Two parts of four reviews: s² = 2 ÷ 6, and τ² from how far their means lie apart."""
    found = reviewed(*many([5, 5, 4, 4], "A"), *many([2, 2, 1, 1], "B"))
    rows = ratings.shrunken(found, ["region"]).set_index("region")
    within, tau = 2 / 6, (4 * 2 * 1.5**2 - 2 / 6) / 4
    weight = tau / (tau + within / 4)
    assert rows.shrunken_rating["A"] == pytest.approx(3 + weight * 1.5, abs=1e-6)
    half = 1.959964 * np.sqrt(weight * within / 4 + (1 - weight) ** 2 * within / 8)
    assert rows.high_shrunken_rating["B"] == pytest.approx(3 - weight * 1.5 + half, abs=1e-6)


def test_parts_that_differ_by_chance_alone_are_all_the_mean():
    found = reviewed(*many([1, 5, 3], "A"), *many([5, 1, 3], "B"))
    assert ratings.shrunken(found, ["region"]).shrunken_rating.tolist() == [3, 3]


def test_reviews_all_alike_have_a_rating_and_no_width():
    rows = ratings.shrunken(reviewed(*many([5, 5], "A")), ["region"])
    assert rows[["shrunken_rating", "low_shrunken_rating"]].to_numpy().tolist() == [[5, 5]]


def test_a_part_that_is_not_recorded_is_a_part():
    rows = ratings.shrunken(reviewed(*many([5, 4], "A"), *many([3], None)), ["region"])
    assert rows.reviews.sum() == 3 and rows.region.isna().sum() == 1


def test_years_are_those_to_the_periods_end():
    found = reviewed((5, "A", None, "2025-02-01"), (1, "A", None, "2025-01-31"))
    (one,) = ratings.yearly(found, JANUARY, "region").itertuples()
    assert (one.current, one.base) == (5, 1)


def test_without_stars_in_the_year_the_answer_says_so():
    with pytest.raises(Unanswered, match="map rating in reviews"):
        ratings.yearly(reviewed((None, "A", None)), JANUARY, "region")


def test_months_have_their_mean_with_interval_and_n(elsewhere):
    found = ratings.brands(reviewed(*many([5, 3], "A"), (4, "A", "R")))
    rows = ratings.monthly(found, [YEAR_AGO, JANUARY], "brand").set_index("name")
    own = rows.loc[ratings.US]
    assert (own.value, own.n, own.start) == (4, 2, JANUARY.start)
    assert own.low == pytest.approx(4 - 1.959964) and own.high == 5
    assert pd.isna(rows.low["R"])
    assert ratings.path(rows.reset_index()).values["best"] == 4


def test_gaps_are_ours_less_theirs_the_worst_first(elsewhere):
    found = reviewed(*many([4, 2], "A"), *many([5, 5, 4], "A", "R"), *many([1, 3], "A", "S"))
    rows = ratings.gaps(found, JANUARY)
    assert rows.competitor.tolist() == ["R", "S"]
    assert rows.rating_gap.tolist() == pytest.approx([3 - 14 / 3, 1])
    half = 1.959964 * np.sqrt(2 / 2 + 1 / 3 / 3)
    assert rows.high_rating_gap[0] == pytest.approx(3 - 14 / 3 + half)
    assert ratings.against(rows).values["rival"] == "R"


@pytest.mark.parametrize("rows", [[], [(5, "A", None)], [(5, "A", "R")]])
def test_without_both_sides_there_is_no_gap(rows):
    gaps = ratings.gaps(reviewed(*rows), JANUARY)
    assert gaps.empty
    with pytest.raises(Unanswered, match="fill competitor"):
        ratings.compared(gaps)


def test_the_reading_names_parts_only_where_they_stand_apart():
    frame = pd.DataFrame({"region": ["A", "B"], "current": [4.0, 2.0], "low": [3.5, 1.5]})
    apart = ratings.reading(frame.assign(base=None, high=[4.5, 2.5]))
    assert (apart.values["low"], apart.values["high"]) == ("B", "A")
    assert "beyond chance" in ratings.reading(frame.assign(base=None, high=[4.5, 3.6])).template


def test_published_english_reviews_have_the_ratings_known_of_them(data_set):
    frame = pd.read_csv(data_set("amazon_alexa_reviews") / "amazon_alexa.tsv", sep="\t")
    day = pd.to_datetime(frame.date, format="mixed").dt.strftime("%Y-%m-%d")
    rows = zip(frame.rating, frame.variation.str.strip(), [None] * len(frame), day, strict=True)
    table = reviewed(*((int(stars), *rest) for stars, *rest in rows))
    found = ratings.shrunken(table, ["region"])
    assert found.reviews.sum() == 3150
    assert (found.mean_rating * found.reviews).sum() / 3150 == pytest.approx(frame.rating.mean())
    assert round((frame.rating >= 3).mean(), 3) == 0.918
    assert found.critical_share @ found.reviews == (frame.rating <= 3).sum()
    assert found.shrunken_rating.between(found.mean_rating.min(), found.mean_rating.max()).all()
