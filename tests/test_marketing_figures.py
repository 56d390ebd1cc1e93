"""Marketing figures: the cards, on journeys and spend typed by hand."""

import pytest
from by_hand import contacts, lines
from conftest import kept
from test_media import BOTH, paid

from revwork.analysis import sales
from revwork.analysis.marketing import marketing_figures
from revwork.calendar import Calendar

ORDERS = [("o1", 100, 60), ("o2", 300, 180)]
SPEND = [("2026-01-01", "a", 40, {"impressions": 1000, "clicks": 20})]


def cards(spend=SPEND, paths=(("a b", "o1"), ("b", "o2")), model="linear"):
    orders, bought = kept(sales.by_order(lines(*ORDERS))), kept(paid(*spend))
    rows = contacts(paths, ORDERS)
    found = marketing_figures.headline(orders, bought, rows, BOTH, Calendar(), model=model)
    return {kpi.metric: kpi for kpi in found}


def test_each_card_is_what_the_period_shows_and_names_its_model():
    found = cards()
    values = {name: kpi.value for name, kpi in found.items()}
    assert values == pytest.approx(
        {
            **{"advertising_spend": 40, "impressions": 1000, "click_rate": 0.02},
            **{"new_customers": 2, "cac": 20, "roas": 50 / 40, "roi": 20 / 40 - 1},
        }
    )
    assert found["roi"].segment == {"model": "linear"} and found["cac"].segment == {}
    assert all(kpi.comparison is None for kpi in found.values())


def test_another_model_credits_otherwise():
    assert cards(model="last_contact")["roas"].value == 0
    assert cards(model="first_contact")["roas"].value == 2.5


def test_what_cannot_be_told_has_no_card():
    assert set(cards(spend=())) == {"new_customers"}
    without = set(cards(paths=()))
    assert {"roas", "roi"} & without == set() and "cac" in without
