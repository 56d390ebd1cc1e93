"""Growth–share matrix: each market in its corner, held against the market as a whole."""

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.market import growth_share
from revwork.findings import Unanswered
from revwork.report.words import Reader


def place(category, now, before, ours, region="Spain"):
    return {
        **{"year_end": pd.Timestamp("2026-06-30"), "region": region, "category": category},
        **{"market_revenue": now, "market_base": before, "our_revenue": ours, "our_base": ours},
        **{"moves": 0.0, "move": 0.0, "move_square": 0.0},
    }


FOUR = [
    place("Star", 120.0, 100.0, 24.0),
    place("Cow", 100.0, 100.0, 20.0),
    place("Question", 120.0, 100.0, 3.0),
    place("Dog", 100.0, 100.0, 2.0),
]


def test_each_market_is_named_by_share_and_growth_against_the_whole():
    rows = growth_share.matrix(pd.DataFrame(FOUR), "category").set_index("category")
    assert rows.group.to_dict() == {
        **{"Star": "Star", "Cow": "Cash cow"},
        **{"Question": "Question mark", "Dog": "Dog"},
    }
    assert rows.market_share["Star"] == pytest.approx(0.2)
    assert rows["size"].sum() == 49


def test_a_market_alone_is_the_whole_and_so_a_star():
    assert list(growth_share.matrix(pd.DataFrame(FOUR[:1]), "category").group) == ["Star"]


def test_a_market_of_which_one_side_is_not_known_is_left_out():
    rows = [*FOUR, place("New", 50.0, np.nan, 5.0), place("Unsold", 50.0, 40.0, np.nan)]
    assert len(growth_share.matrix(pd.DataFrame(rows), "category")) == 4


def test_without_sizes_or_a_year_before_it_says_what_is_missing():
    with pytest.raises(Unanswered, match="market_size"):
        growth_share.matrix(pd.DataFrame(FOUR).head(0), "category")
    with pytest.raises(Unanswered, match="two years"):
        growth_share.matrix(pd.DataFrame([place("New", 50.0, np.nan, 5.0)]), "category")


def test_the_reading_names_the_market_of_which_most_is_ours():
    rows = growth_share.matrix(pd.DataFrame(FOUR), "category")
    assert "ours in Cow: 20%" in Reader().say(growth_share.standing(rows))
