"""Cards: a number beside what it was and how it got there."""

import json
from datetime import date
from importlib import import_module
from pathlib import Path

import revwork
from revwork.analysis.headlines import Headline, cards
from revwork.calendar import Calendar
from revwork.contracts.targets import OVER_MONTHS

CALENDAR, JUNE = Calendar(), date(2026, 6, 30)
SHOWN = {"win_rate": Headline("percent", "sales"), "cycle": Headline("days", "sales", "lower")}


def shown(figures, compare="year ago"):
    comparison = CALENDAR.compare(CALENDAR.period("2026-06", JUNE), compare, JUNE)
    return {card.metric: card for card in cards(figures, SHOWN, comparison, CALENDAR)}


def test_a_card_stands_beside_its_comparison_and_its_last_twelve_months():
    known = {"2026-06": (0.5, 8), "2025-06": (0.25, 4), "2026-05": (0.4, 5)}
    card = shown(lambda p: {"win_rate": known.get(p.name, (None, 0))})["win_rate"]
    assert (card.value, card.comparison, card.n) == (0.5, 0.25, 8)
    assert card.series[-2:] == (0.4, 0.5) and len(card.series) == 12
    assert card.series[0] is None


def test_a_metric_that_is_not_known_has_no_card():
    assert not shown(lambda p: {"win_rate": (float("nan"), 0)})
    assert [*shown(lambda p: {"cycle": (31.0, 3)})] == ["cycle"]


def test_what_two_pages_quote_is_one_number_of_one_department(published):
    told, rows = {}, json.loads((published / "latest/kpis.json").read_text())
    for row in rows:
        key = row["metric"], row["period"], json.dumps(row["segment"], sort_keys=True)
        said = told.setdefault(key, row)
        names = "value", "comparison", "department", "unit", "better"
        assert [row.get(name) for name in names] == [said.get(name) for name in names], key
    assert len(told) < len(rows)


def test_every_metric_of_a_card_may_have_a_target_that_adds_up_or_does_not():
    package = Path(revwork.__file__).parent
    shown = set()
    for path in package.glob("analysis/*/*.py"):
        if "Headline(" in path.read_text():
            module = import_module(
                ".".join(["revwork", *path.relative_to(package).with_suffix("").parts])
            )
            named = [one for one in vars(module).values() if isinstance(one, dict)]
            shown |= {m for one in named for m, card in one.items() if isinstance(card, Headline)}
    assert len(shown) > 50
    assert sorted(shown - {*OVER_MONTHS}) == []
