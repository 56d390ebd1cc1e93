"""Sentences under the headline numbers: what they say, and that add no number."""

import re

import pytest

from revwork.metrics import Kpi
from revwork.report.kpi import kpis
from revwork.report.words import read_as

CALM = (100.0, 101.0, 99.0, 100.0)


@pytest.fixture(autouse=True)
def english():
    read_as("en", "EUR")
    yield
    read_as("en", "EUR")


def card(metric, value, comparison, **more):
    given = {"unit": "money", "department": "sales", "period": "2026-Q2", "series": CALM}
    return Kpi(metric, value, comparison=comparison, **given | more)


def told(*cards):
    """The sentences under the cards, and under one that stays calm beside them."""
    calm = card("orders", 100.0, 100.0, better="neither")
    plain = kpis([*cards, calm])._repr_mimebundle_()["text/plain"].splitlines()
    return " ".join(plain[len(cards) + 1 :])


def test_the_first_number_opens():
    assert told(card("net_revenue", 120.0, 100.0)).startswith("Net revenue: €120, +20% against the")


def test_without_a_comparison_there_is_no_change():
    said = told(card("net_revenue", 120.0, None))
    assert said == "Net revenue: €120, and nothing to hold it against."


def test_a_move_within_the_spread_of_its_months_is_said_to_be_one():
    wild = (50.0, 150.0, 60.0, 140.0)
    assert "differ anyway" in told(card("net_revenue", 120.0, 100.0, series=wild))
    assert "differ anyway" not in told(card("net_revenue", 120.0, 100.0))


def test_a_longer_period_averages_its_months():
    wild = (80.0, 120.0, 80.0, 120.0)  # one month: ± 32.7; a quarter: ± 18.9
    month = card("net_revenue", 120.0, 100.0, series=wild, period="2026-06")
    assert "differ anyway" in told(month)
    assert "differ anyway" not in told(card("net_revenue", 120.0, 100.0, series=wild))


def test_fewer_than_three_months_have_no_spread():
    assert "differ anyway" not in told(card("net_revenue", 101.0, 100.0, series=(50.0, 150.0)))


def test_a_cost_that_falls_is_better():
    first = card("net_revenue", 100.0, 100.0)
    cost, rate = card("cac", 80.0, 100.0, better="lower"), card("orders", 80.0, 100.0)
    said = told(first, cost, rate)
    assert "Better: CAC −20%." in said and "Worse: Orders −20%." in said


def test_what_is_neither_good_nor_bad_is_not_judged():
    said = told(card("net_revenue", 100.0, 100.0), card("visits", 150.0, 100.0, better="neither"))
    assert "Better" not in said and "Visits" not in said


def test_a_change_that_does_not_show_is_none():
    rate = card("win_rate", 0.30001, 0.3, unit="percent", series=(0.3, 0.3, 0.3))
    assert "Win rate" not in told(card("net_revenue", 100.0, 100.0), rate)


def test_a_rise_of_a_share_has_its_sign():
    rate = card("win_rate", 0.35, 0.3, unit="percent", series=(0.3, 0.3, 0.3))
    assert "Better: Win rate +5 pp." in told(card("net_revenue", 100.0, 100.0), rate)


def test_a_missed_target_is_named_and_judged_by_the_better_way():
    first = card("net_revenue", 90.0, 100.0, target=95.0)
    dear, cheap = (card("cac", value, None, target=50.0, better="lower") for value in (60.0, 40.0))
    assert "Short of target: Net revenue, CAC." in told(first, dear)
    assert "Short of target: Net revenue." in told(first, cheap)


def test_reached_targets_are_said_once():
    assert "Every target set is reached." in told(card("net_revenue", 100.0, 90.0, target=95.0))


def test_a_period_that_is_not_over_says_so_first():
    read_as("en", "EUR", is_partial=True)
    assert told(card("net_revenue", 50.0, 48.0)).startswith("The period is not over: ")


def test_a_number_alone_needs_no_words():
    assert told() == "" and told(card("net_revenue", None, 100.0)) == ""


def test_an_estimate_has_its_interval_and_no_sentence():
    assert told(card("outlook_net_revenue", 120.0, 100.0, low=1.0, high=2.0, level=0.8)) == ""


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_number_of_the_sentences_stands_on_a_card(language):
    read_as(language, "EUR")
    shown = kpis(
        [
            card("net_revenue", 1234.0, 1000.0, target=1300.0),
            card("order_value", 45.5, 55.0, unit="cents"),
            card("win_rate", 0.35, 0.3, unit="percent", series=(0.3, 0.31, 0.29)),
        ]
    )
    page, _, said = shown._repr_html_().partition('<p class="told">')
    numbers = re.compile(r"\d(?:[\d.,\u202f\u00a0]*\d)?")
    found = numbers.findall(re.sub("<[^>]+>", "", said))
    assert len(found) >= 3 and set(found) <= set(numbers.findall(re.sub("<[^>]+>", "", page)))
