"""Numbers and sentences, as readers of three languages see them."""

from datetime import date

import pytest

from revwork.findings import Message
from revwork.report.words import Reader

EN, ES, FR = (Reader(language, "EUR") for language in ("en", "es", "fr"))


@pytest.mark.parametrize(
    ("reader", "said"),
    [(EN, "−€1,234,568"), (ES, "−1.234.568\u00a0€"), (FR, "−1\u202f234\u202f568\u00a0€")],
)
def test_money_follows_the_language(reader, said):
    assert reader.money(-1234567.891).replace(" ", "\u00a0") == said


def test_money_is_rounded_once_and_never_minus_zero():
    assert EN.money(-0.4) == "€0"
    assert EN.money(1234.565, cents=True) in ("€1,234.56", "€1,234.57")


def test_what_is_unknown_is_a_dash_rather_than_zero():
    assert [EN.money(None), EN.percent(float("nan")), EN.number(None)] == ["–"] * 3


def test_a_change_without_a_baseline_is_new():
    assert (EN.change(None), EN.change(0.042), EN.change(-0.03)) == ("new", "+4.2%", "−3%")


def test_a_currency_without_cents_has_none():
    assert Reader("en", "JPY").money(1234.5, cents=True) == "¥1,234"


def test_a_sentence_formats_its_values_and_nothing_else():
    message = Message(
        "{who:text}: {net:money} on {day:date}",
        {"who": "{net} <b>", "net": 5.0, "day": date(2026, 9, 1)},
    )
    assert EN.say(message) == "{net} <b>: €5 on 1 Sep 2026"
