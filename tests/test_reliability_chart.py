"""The picture of chances foretold and what came true: it says what it shows."""

import numpy as np
import pandas as pd

from revwork.report import chart


def groups(**columns):
    base = {"chance": [0.1, 0.4], "share": [0.12, 0.35], "customers": [250, 251]}
    ends = {"low_share": [0.08, 0.3], "high_share": [0.17, 0.41]}
    return pd.DataFrame({**base, **ends, **columns})


def test_each_group_is_said_with_its_n():
    alt = chart.reliability(groups(), "Title", "Chance").alt
    assert alt == "Foretold and come true: 10% → 12% (n 250), 40% → 35% (n 251)."


def test_neither_interval_nor_n_is_needed_and_the_order_does_not_matter():
    bare = groups()[["share", "chance"]].iloc[::-1]
    alt = chart.reliability(bare, "Title", "Chance").alt
    assert alt == "Foretold and come true: 10% → 12% (n –), 40% → 35% (n –)."


def test_nothing_known_is_a_sentence():
    assert "nothing to show" in repr(chart.reliability(groups(share=np.nan), "Title", "Chance"))
    assert "nothing to show" in repr(chart.reliability(groups().head(0), "Title", "Chance"))


def test_chances_that_are_all_nothing_are_drawn():
    none = groups(chance=0.0, share=0.0, low_share=0.0, high_share=0.0)
    assert "0% → 0%" in chart.reliability(none, "Title", "Chance").alt


def test_the_same_frame_gives_the_same_bytes():
    one, other = (chart.reliability(groups(), "t", "s").address for _ in range(2))
    assert one == other
