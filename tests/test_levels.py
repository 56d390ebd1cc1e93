"""A grid and lines of levels: what they show, they also say in words."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from revwork.metrics import Kpi
from revwork.report import chart, kpis

WEEKS = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(6)]


def cells(**columns):
    base = {"category": ["A", "A", None], "competitor": ["R", "S", "R"], "n": [3, 2, 1]}
    return pd.DataFrame({**base, "value": [90.4, 130.0, 100.0], **columns})


def lines(names=("R", "S"), **columns):
    rows = [(week, name, 100 + n) for name in names for n, week in enumerate(WEEKS)]
    frame = pd.DataFrame(rows, columns=["week", "competitor", "value"])
    ends = {"low": frame.value - 1, "high": frame.value + 1, "n": 4}
    return frame.assign(**ends | columns)


def test_a_grid_says_every_cell_that_is_known():
    alt = chart.grid(cells(), "Title", "Index").alt
    assert alt == "Grid: A / R 90.4, A / S 130, not recorded / R 100."


def test_lines_say_where_each_ends_and_an_endless_band_does_not_flatten_them():
    assert chart.lines(lines(), "Title", "Index").alt == "Lines over time; last: R 105, S 105."
    assert "R 105" in chart.lines(lines(high=1e9, low=np.nan), "Title", "Index").alt


@pytest.mark.parametrize(("draw", "frame"), [(chart.grid, cells()), (chart.lines, lines())])
def test_nothing_known_is_a_sentence(draw, frame):
    assert "nothing to show" in repr(draw(frame.assign(value=np.nan), "Title", "Index"))
    assert "nothing to show" in repr(draw(frame.iloc[:0], "Title", "Index"))


def test_one_week_alone_is_drawn():
    assert "R 100" in chart.lines(lines(["R"]).head(1), "Title", "Index").alt


def test_too_many_names_keep_those_with_most_cases():
    many = lines([f"r{n:02}" for n in range(20)])
    many["n"] = many.competitor.str[1:].astype(int)
    alt = chart.lines(many, "Title", "Index").alt
    assert alt.count("105") == 6 and "r19" in alt and "r00" not in alt
    frame = pd.DataFrame({"category": "A", "competitor": many.competitor, "value": 100.0,
                          "n": many.n}).drop_duplicates()  # fmt: skip
    assert chart.grid(frame, "Title", "Index").alt.count(" 100") == 12


def test_the_same_frame_gives_the_same_bytes():
    assert chart.grid(cells(), "t", "s").address == chart.grid(cells(), "t", "s").address
    assert chart.lines(lines(), "t", "s").address == chart.lines(lines(), "t", "s").address


def test_without_its_n_a_grid_is_whole_and_a_cell_that_is_not_known_is_blank():
    kept = pd.DataFrame({"cohort": [date(2026, 2, 1), date(2026, 1, 1), date(2026, 1, 1)],
                         "age": [0, 10, 2], "value": [1.0, np.nan, 0.25]})  # fmt: skip
    assert chart.grid(kept, "t", "s", "percent").alt == "Grid: Jan 26 / 2 25%, Feb 26 / 0 100%."


def test_lines_of_any_unit_need_neither_interval_nor_n():
    bare = lines()[["week", "competitor", "value"]].assign(value=2.5)
    told = {unit: chart.lines(bare, "t", "s", unit).alt for unit in ("percent", "days", "multiple")}
    assert told["percent"].endswith("R 250%, S 250%.")
    assert told["days"].endswith("R 2.5 days, S 2.5 days.")
    assert told["multiple"].endswith("R 2.5×, S 2.5×.")


@pytest.mark.parametrize(("change", "better"), [(0.04, "higher"), (2.0, "neither")])
def test_a_change_too_small_to_show_or_neither_good_nor_bad_has_no_colour(change, better):
    card = Kpi("price_index", 100 + change, "index", "product", "2026-Q2", 100.0, better=better)
    html = kpis([card])._repr_html_()
    assert "kpi-change flat" in html and ("▲" in html) == (better == "neither")
