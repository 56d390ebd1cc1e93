"""Marketing readings: the line above a picture says what it shows."""

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.marketing import marketing_readings as readings
from revwork.analysis.marketing.journeys import CONVERTED, LOST
from revwork.findings import Unanswered
from revwork.report.words import Reader


def say(message):
    return Reader().say(message)


def test_what_was_spent_with_and_without_a_comparison():
    rows = pd.DataFrame({"medium": ["a", "b"], "current": [75.0, 25.0], "base": [50.0, np.nan]})
    assert say(readings.spent(rows)) == "€100 spent (+100%), 75% of it on a"
    assert say(readings.spent(rows.assign(base=np.nan))) == "€100 spent, 75% of it on a"


def test_reach_and_the_price_of_a_click_or_none():
    rows = pd.DataFrame({"impressions": [1000.0], "clicks": [50.0], "media_cost": [20.0]})
    assert say(readings.reach(rows)) == "Shown 1,000 times, clicked 50 times, €0.40 a click"
    assert say(readings.reach(rows.assign(clicks=0.0))).endswith("– a click")
    assert say(readings.reach(rows.assign(impressions=np.nan))) == "Clicked 50 times, €0.40 a click"
    unknown = rows.assign(impressions=np.nan, clicks=np.nan)
    assert say(readings.reach(unknown)) == "What a click cost is not known: map clicks in spend"


def test_models_that_credit_nothing_are_no_answer():
    rows = pd.DataFrame({"unit": ["a", "a"], "value": [0.0, 0.0]})
    with pytest.raises(Unanswered, match="Journeys won nothing"):
        readings.models("new_customers")(rows)


def test_what_a_customer_costs_now_and_a_year_before():
    rows = pd.DataFrame({"value": [90.0, 80.0, np.nan], "base": [np.nan, 60.0, np.nan]})
    assert "€80.00 in the last month, a year before €60.00" in say(readings.cac(rows))
    assert say(readings.cac(rows[:1])) == "A new customer cost €90.00 in the last month"


def test_the_model_is_named_wherever_it_matters():
    rows = pd.DataFrame({"unit": ["a", "b"], "current": [90.0, 30.0]})
    assert say(readings.cac_by("last_contact")(rows)) == (
        "By last contact, a new customer costs €90 in a, €30 in b"
    )
    assert say(readings.roi("shapley")(rows.assign(current=[-0.1, 0.4]))) == (
        "ROI by Shapley: 40% in b, −10% in a"
    )
    path = pd.DataFrame({"medium": ["a", "b", "a", "b"], "value": [0.1, 0.1, 0.2, 0.9]})
    assert say(readings.path("markov")(path)) == "By Markov chain, b moved most: 10% to 90%"


def test_journeys_and_models_and_tests():
    rows = pd.DataFrame({"outcome": [CONVERTED, LOST], "journeys": [7, 5]})
    assert say(readings.journeys(rows)) == (
        "Journeys that led to an order: 7; lost: 5; still open, on neither side: 0"
    )
    models = pd.DataFrame({"unit": ["a", "b"] * 2, "value": [10.0, 4.0, 12.0, 2.0]})
    assert say(readings.models("orders")(models)) == "Models differ most on b: 2 to 4 orders"
    assert say(readings.models("revenue")(models)) == "Models differ most on b: €2 to €4"
    split = pd.DataFrame({"blocked": [False, True]})
    assert say(readings.split(split)).endswith("not read: 1")
    assert "can be read" in say(readings.split(split[:1]))
    plan = pd.DataFrame({"weeks": [4, 13], "smallest_effect": [0.4, 0.3]})
    assert say(readings.geo(plan)) == "A geo test of 13 weeks sees 30% of revenue, and no less"
