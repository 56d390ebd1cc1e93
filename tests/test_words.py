"""Numbers and sentences, as readers of three languages see them."""

from datetime import date
from typing import get_args

import pytest

from revwork.findings import Message
from revwork.metrics import Kpi, Unit
from revwork.report.words import SPECS, UNITS, Reader

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


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (EN, ["€1.2bn", "€3.4m", "−€30k", "€0"]),
        (ES, ["1,2\u00a0mM€", "3,4\u00a0M€", "−30\u00a0k€", "0\u00a0€"]),
        (FR, ["1,2\u00a0Md€", "3,4\u00a0M€", "−30\u00a0k€", "0\u00a0€"]),
    ],
)
def test_money_on_an_axis_is_short_in_every_language(reader, said):
    assert [reader.compact(value) for value in (1.2e9, 3.4e6, -3e4, 0)] == said


def test_a_percent_stands_as_its_language_writes_it():
    assert [reader.percent(0.0725) for reader in (EN, ES, FR)] == [
        "7.2%",
        "7,2\u00a0%",
        "7,2\u202f%",
    ]


@pytest.mark.parametrize(
    ("name", "spanish", "french"),
    [
        ("2026-Q2", "T2 2026", "T2 2026"),
        ("2026-H1", "S1 2026", "S1 2026"),
        ("2026-09", "sept 2026", "sept. 2026"),
        ("2026-W37", "W37 2026", "W37 2026"),
        ("2026", "2026", "2026"),
        ("FY2026-Q2", "T2 ejercicio 2026", "T2 exercice 2026"),
        ("FY2026-P03", "P03 ejercicio 2026", "P03 exercice 2026"),
        ("2026-01-01..2026-03-31", "2026-01-01..2026-03-31", "2026-01-01..2026-03-31"),
        ("Easter", "Easter", "Easter"),
    ],
)
def test_a_period_has_a_name_in_every_language(name, spanish, french):
    assert (EN.period(name), ES.period(name), FR.period(name)) == (name, spanish, french)


def test_days_are_written_with_months_in_lower_case():
    day = date(2026, 9, 1)
    assert (ES.day(day), FR.day(day)) == ("1 sept 2026", "1 sept. 2026")


def test_a_label_within_a_sentence_is_small_but_for_what_is_always_capital():
    message = Message("{key:lower}", {"key": "net_revenue"})
    assert [reader.say(message) for reader in (EN, ES, FR)] == [
        "net revenue",
        "ingresos netos",
        "CA net",
    ]


@pytest.mark.parametrize(
    ("value", "english", "spanish", "french"),
    [
        (12, "12 days", "12 días", "12\u00a0jours"),
        (1.0, "1 day", "1 día", "1\u00a0jour"),
        (2.46, "2.5 days", "2,5 días", "2,5\u00a0jours"),
        (9.96, "10 days", "10 días", "10\u00a0jours"),
        (-10.4, "−10 days", "−10 días", "−10\u00a0jours"),
        (1200.4, "1,200 days", "1.200 días", "1\u202f200\u00a0jours"),
        (0.0, "0 days", "0 días", "0\u00a0jour"),
        (None, "–", "–", "–"),
    ],
)
def test_days_are_counted_in_words_and_fewer_than_ten_with_a_tenth(value, english, spanish, french):
    told = [reader.format(value, "days") for reader in (EN, ES, FR)]
    assert told == [english, spanish, french]


def test_a_multiple_says_how_many_times():
    assert [one.format(3.24, "multiple") for one in (EN, ES, FR)] == ["3.2×", "3,2×", "3,2×"]
    assert [EN.format(value, "multiple") for value in (-0.04, None)] == ["0×", "–"]


def test_a_difference_has_a_sign_where_a_digit_of_it_shows():
    specs = ("gain", "days_more", "multiple_more")
    assert [EN.format(1.26, spec) for spec in specs] == ["+1.3", "+1.3 days", "+1.3×"]
    assert [EN.format(-1.26, spec) for spec in specs] == ["−1.3", "−1.3 days", "−1.3×"]
    assert [EN.format(0.04, spec) for spec in specs] == ["0", "0 days", "0×"]
    assert {EN.format(None, spec) for spec in specs} == {"–"}


def test_every_unit_says_how_its_values_and_their_changes_are_written():
    assert tuple(UNITS) == get_args(Unit)
    assert {spec for pair in UNITS.values() for spec in pair} <= set(SPECS)


@pytest.mark.parametrize("unit", get_args(Unit))
def test_a_headline_of_any_unit_says_its_change(unit):
    kpi = Kpi("any", 3.0, unit, "sales", "2026", comparison=2.0)
    relative = unit in ("money", "cents", "count", "rate")
    assert kpi.change == (0.5 if relative else 1.0)
    assert EN.format(kpi.change, UNITS[unit][1]) == {
        "percent": "100 pp", "score": "+1", "index": "+1", "days": "+1 day", "multiple": "+1×",
    }.get(unit, "+50%")  # fmt: skip


def test_segments_have_one_name():
    segment = {"region": "Germany", "channel": None, "category": "Beans"}
    assert EN.segment(segment) == "Germany · channel not recorded · Beans"
    assert FR.segment(segment) == "Germany · sans canal · Beans"


def test_a_sentence_without_values_may_hold_any_sign():
    assert EN.say(Message("{net:money} {0} %s", {})) == "{net:money} {0} %s"
