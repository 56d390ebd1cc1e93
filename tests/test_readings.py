"""Readings: one sentence over a picture, true of the frame beneath it, whatever the frame."""

import re
from datetime import date
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.revenue import readings
from revwork.analysis.revenue.movers import Movement, Verdict
from revwork.report.words import Reader

READER = Reader("en", "EUR")
FORMATS = ("money", "signed", "percent", "change", "number")
NUMBER = re.compile(r"[+−]?€?\d[\d,.]*%?")


def said(message):
    return READER.say(message)


def numbers(sentence):
    """Numbers stated; those in names such as 2026-06 or region7 are not."""
    words = re.sub(r"\b\d{4}-\d\d\b|\b\d+ \w{3} \d{4}\b", "", sentence)
    return {found.rstrip(".,") for found in NUMBER.findall(words)}


def shown(*values):
    return {READER.format(value, spec) for value in values for spec in FORMATS}


def of_frame(frame):
    return shown(*frame.select_dtypes("number").to_numpy().ravel())


def months(rows):
    frame = pd.DataFrame(rows, columns=["name", "value", "base", "partial"])
    return frame.astype({"value": float, "base": float, "partial": bool})


def segments(rows):
    columns = ["region", "current", "base", "change", "change_rate"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))


def bars(*changes, first=100.0):
    rows = [("base", first, "total"), *((name, value, "change") for name, value in changes)]
    last = first + sum(value for _, value in changes)
    return pd.DataFrame([*rows, ("current", last, "total")], columns=["bar", "value", "kind"])


# evolution


def test_the_last_complete_month_speaks():
    frame = months(
        [("2026-05", 50, 80, False), ("2026-06", 120, 80, False), ("2026-07", 9, 9, True)]
    )
    sentence = said(readings.evolution(frame))
    assert sentence == "2026-06: €120, +50% against the year before"
    assert numbers(sentence) <= of_frame(frame) | shown(0.5)


@pytest.mark.parametrize("base", [None, 0])
def test_a_month_without_one_a_year_before_is_not_called_new(base):
    sentence = said(readings.evolution(months([("2026-06", 120, base, False)])))
    assert sentence == "2026-06: €120, no year before to compare with"


def test_a_month_after_one_of_credit_notes_rose():
    sentence = said(readings.evolution(months([("2026-06", 10, -10, False)])))
    assert "+200%" in sentence


def test_a_month_of_nothing_fell_by_all():
    assert "€0, −100%" in said(readings.evolution(months([("2026-06", 0, 10, False)])))


@pytest.mark.parametrize("rows", [[], [("2026-06", 5, 5, True)], [("2026-06", None, 5, False)]])
def test_without_a_complete_month_it_says_so(rows):
    assert said(readings.evolution(months(rows))) == "No complete month yet"


# breakdown


def test_the_segment_that_moved_most_is_named_with_its_change():
    frame = segments([("North", 120, 80, 40, 0.5), ("South", 30, 90, -60, -2 / 3)])
    sentence = said(readings.breakdown(frame))
    assert sentence == "South moved most: −€60 (−66.7%)"
    assert numbers(sentence) <= of_frame(frame)


def test_a_segment_that_is_not_recorded_or_new_is_named_so():
    frame = segments([(None, 40, None, 40, None)])
    assert said(readings.breakdown(frame)) == "not recorded moved most: +€40 (new)"


@pytest.mark.parametrize("rows", [[], [("North", 40, None, None, None)]])
def test_without_a_change_there_is_nothing_to_compare(rows):
    assert said(readings.breakdown(segments(rows))) == "Nothing to compare with"


# steps


def test_the_largest_step_is_named_between_the_totals():
    frame = bars(("price", 5.0), ("volume", -30.0), ("mix", 10.0))
    sentence = said(readings.steps(frame))
    assert sentence == "Volume is the largest step (−€30) between €100 and €85"
    assert numbers(sentence) <= of_frame(frame)


def test_one_step_is_the_largest():
    assert said(readings.steps(bars(("cost", -60.0)))).startswith("Cost of goods is the largest")


@pytest.mark.parametrize("changes", [[], [("price", 0.0), ("volume", -0.0)]])
def test_without_a_step_none_is_named(changes):
    assert said(readings.steps(bars(*changes))) == "€100, and no step from there"


# movement


def movement(verdict, rows, share, change):
    frame = pd.DataFrame({"change": rows})
    return Movement(frame, 100.0, 100.0 + change, 0.0, change, share, verdict)


@pytest.mark.parametrize(
    ("verdict", "rows", "share", "sentence"),
    [
        (
            "explained",
            [30.0, -6.0],
            0.8,
            "Segments that stand out: 2. They make 80% of +€30, at constant exchange rates",
        ),
        (
            "broad",
            [6.0],
            0.2,
            "Most of +€30 is spread evenly. Segments that differ: 1",
        ),
        ("nothing stands out", [], 0.0, "No segment stands out: the change of +€30 is broad"),
        (
            "hardly moved",
            [9.0, -9.0],
            None,
            "It hardly moved (+€30). Segments that offset: 2",
        ),
        ("new", [], None, "No earlier sales to compare with"),
    ],
)
def test_every_verdict_has_its_sentence(verdict, rows, share, sentence):
    assert said(readings.movement(movement(verdict, rows, share, 30.0))) == sentence


def test_no_verdict_is_left_without_a_sentence():
    for verdict in get_args(Verdict):
        assert said(readings.movement(movement(verdict, [], None, -3.0)))


# drivers


def test_the_driver_that_moved_revenue_most_is_named_with_its_team():
    frame = pd.DataFrame(
        {
            "leaf": ["customers", "order_value", "fx"],
            "department": ["marketing", "product", "finance"],
            "effect": [40.0, -70.0, 0.0],
        }
    )
    sentence = said(readings.drivers(frame))
    assert sentence == "Order value moved revenue most: −€70 (Product)"
    assert numbers(sentence) <= of_frame(frame)
    assert said(readings.drivers(frame[:1])) == "Customers moved revenue most: +€40 (Marketing)"


# margins


def rates(rows):
    return pd.DataFrame(rows, columns=["region", "margin_rate"]).astype({"margin_rate": float})


def test_the_best_and_the_worst_margin_are_named():
    frame = rates([("North", 0.4), ("South", 0.1), (None, 0.2), ("Not allocated", None)])
    sentence = said(readings.margins(frame))
    assert sentence == "Gross margin from 10% (South) to 40% (North)"
    assert numbers(sentence) <= of_frame(frame)


def test_one_segment_has_both():
    assert said(readings.margins(rates([(None, -0.1)]))) == (
        "Gross margin from −10% (not recorded) to −10% (not recorded)"
    )


@pytest.mark.parametrize("rows", [[], [("North", None)]])
def test_without_a_margin_rate_it_says_so(rows):
    assert said(readings.margins(rates(rows))).startswith("No margin rate")


# concentration


def shares(*values):
    names = [f"c{i}" for i in range(len(values))]
    return pd.DataFrame({"customer_id": names, "share": values}).astype({"share": float})


def test_the_largest_hold_their_shares_together():
    sentence = said(readings.concentration(shares(0.5, 0.25)))
    assert sentence == "Shown are the 2 largest: 75% of the revenue that names one"


def test_rows_without_a_share_are_not_among_the_largest():
    assert said(readings.concentration(shares(0.5, None))).startswith(
        "Shown are the 1 largest: 50%"
    )


@pytest.mark.parametrize("values", [[], [None]])
def test_nobody_with_revenue_is_no_largest(values):
    assert said(readings.concentration(shares(*values))) == "No positive revenue to share out"


# anomalies


def days(rows):
    columns = ["day", "net", "expected", "low", "high", "z"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))


def test_the_oddest_day_is_named_with_what_was_to_be_expected():
    frame = days(
        [
            (date(2026, 6, 25), 90, 100, 50, 200, -1),
            (date(2026, 6, 26), 5, 100, 50, 200, -9),
            (date(2026, 6, 27), 400, 100, 50, 200, 7),
        ]
    )
    sentence = said(readings.anomalies(frame))
    assert sentence == (
        "Days out of line: 2; most of all 26 Jun 2026, €5 where €100 was to be expected"
    )
    assert numbers(sentence) <= of_frame(frame) | shown(2)


@pytest.mark.parametrize("rows", [[], [(date(2026, 6, 25), 200, 100, 50, 200, 5)]])
def test_without_an_odd_day_it_says_so(rows):
    assert said(readings.anomalies(days(rows))) == "No day was out of line"


# recurring


def test_the_last_month_says_what_was_kept():
    frame = pd.DataFrame({"month": ["2026-05", "2026-06"], "grr": [0.9, 0.8], "nrr": [1.0, 1.1]})
    sentence = said(readings.retention(frame))
    assert sentence == "2026-06 kept 80% of recurring revenue, 110% with expansion"
    assert numbers(sentence) <= of_frame(frame)


def test_a_month_that_began_with_nothing_kept_an_unknown_share():
    frame = pd.DataFrame({"month": ["2026-06"], "grr": [np.nan], "nrr": [np.nan]})
    assert said(readings.retention(frame)) == (
        "2026-06 kept – of recurring revenue, – with expansion"
    )


@pytest.mark.parametrize("last", [0, 1])
def test_recurring_revenue_went_from_its_first_start_to_its_last_end(last):
    frame = pd.DataFrame({"start": [10.0, 30.0], "end": [30.0, 25.0]})[: last + 1]
    sentence = said(readings.recurring(frame))
    assert sentence == f"Recurring revenue went from €10 to €{[30, 25][last]} a month"
    assert numbers(sentence) <= of_frame(frame)


@pytest.mark.parametrize("language", ["es", "fr"])
def test_readings_take_the_readers_numbers(language):
    frame = bars(("price", 1234.5))
    sentence = Reader(language, "EUR").say(readings.steps(frame))
    assert "€1," not in sentence and "€" in sentence
