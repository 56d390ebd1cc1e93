"""The likeliest reason: the one that leaves least, and none where all leave most."""

from datetime import date

import pandas as pd
import pytest
from conftest import typed

from revwork.analysis.reasons import agree, likeliest
from revwork.report.words import Reader

RATES = [{"date": "2025-01-01", "currency": "GBP", "rate": 1.5}]
END = date(2026, 4, 30)
OURS = [100.0, 300.0, 200.0, 500.0]


def wide(theirs, **known):
    frame = pd.DataFrame({"ours": OURS, "theirs": theirs}, index=range(24312, 24316))
    for side in ("ours", "theirs"):
        for figure in (f"{side}_once", f"{side}_local"):
            frame[figure] = known.get(figure, frame[side])
    return frame.assign(**{key: value for key, value in known.items() if key not in frame})


def reason(theirs, last=END, **known):
    called = {"ours": "deals", "theirs": "orders"}
    return Reader("en", "EUR").say(
        likeliest(wide(theirs, **known), last, called, typed("fx_rates", RATES))
    )


def test_half_a_percent_apart_is_agreement():
    assert agree(wide([100.0, 300.0, 200.0, 505.0]))
    assert not agree(wide([100.0, 300.0, 200.0, 506.0]))
    assert reason(OURS) == "they agree"


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ([120.0, 360.0, 240.0, 600.0], "one side seems to include tax of 20%"),
        ([150.0, 450.0, 300.0, 750.0], "ratio of the two is the exchange rate of GBP"),
        ([100.0, 0.0, 200.0, 500.0], "months missing on one side: 1, such as 2026-02"),
    ],
)
def test_a_reason_is_told_by_what_it_leaves(theirs, said):
    assert said in reason(theirs)


def test_a_side_that_ends_within_a_month_is_told_only_if_the_month_is_not_over():
    ends = [100.0, 300.0, 200.0, 240.0]
    assert "one side ends within 2026-04" in reason(ends, last=date(2026, 4, 12))
    assert reason(ends) == "no single reason explains most of it"


def test_rows_that_occur_twice_are_told_of_the_side_they_are_in():
    doubled = [200.0, 600.0, 200.0, 500.0]
    said = reason(doubled, theirs_once=OURS)
    assert said == "likeliest reason: rows that occur twice in orders"


def test_a_difference_no_reason_halves_has_none():
    assert reason([140.0, 250.0, 290.0, 430.0]) == "no single reason explains most of it"
