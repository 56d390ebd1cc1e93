"""Media: cost and reach, on days of spend typed by hand."""

from datetime import date

import pandas as pd
import pytest
from conftest import typed

from revwork.analysis.marketing import media
from revwork.calendar import Comparison, Period
from revwork.findings import Unanswered

JANUARY = Period("2026-01", date(2026, 1, 1), date(2026, 2, 1))
BEFORE = Period("2025-01", date(2025, 1, 1), date(2025, 2, 1))
BOTH = Comparison(JANUARY, JANUARY, BEFORE, "year ago", False)


def paid(*rows, fx_rates=()):
    """Spend from (day, medium, cost) and what else is said of a row."""
    defaults = [{"date": day, "channel": medium, "cost": cost} for day, medium, cost, *_ in rows]
    full = [row | (one[3] if len(one) > 3 else {}) for row, one in zip(defaults, rows, strict=True)]
    return media.paid(typed("spend", full), typed("fx_rates", fx_rates), "EUR")


def test_the_edges_of_the_period_count_as_they_should(elsewhere):
    days = ("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01")
    rows = paid(*((day, "Search", 10) for day in days))
    assert media.reach(rows, JANUARY).media_cost.to_list() == [20]
    assert media.cost(rows, JANUARY, "medium").to_dict() == {"Search": 20}


def test_another_currency_is_converted_at_its_day():
    rates = [{"currency": "GBP", "date": "2026-01-01", "rate": 1.2}]
    rows = paid(("2026-01-05", "Search", 100, {"currency": "GBP"}), fx_rates=rates)
    assert media.reach(rows, JANUARY).media_cost[0] == pytest.approx(120)


def test_reach_has_its_prices_and_an_interval(elsewhere):
    told = {"impressions": 1000, "clicks": 50, "conversions": 4}
    row = media.reach(paid(("2026-01-05", "Search", 100, told)), JANUARY).iloc[0]
    assert (row.click_rate, row.cost_per_click, row.cost_per_thousand) == (0.05, 2, 100)
    assert row.cost_per_claimed == 25 and row.share == 1
    assert row.low_click_rate == pytest.approx(0.0381, abs=1e-4)
    assert row.high_click_rate == pytest.approx(0.0653, abs=1e-4)


def test_what_no_row_tells_is_unknown_and_nothing_clicked_has_no_price():
    rows = paid(("2026-01-05", "Radio", 100), ("2026-01-05", "Search", 50, {"clicks": 0}))
    found = media.reach(rows, JANUARY).set_index("medium")
    assert pd.isna(found.impressions["Radio"]) and pd.isna(found.cost_per_click["Radio"])
    assert found.clicks["Search"] == 0 and pd.isna(found.cost_per_click["Search"])


def test_media_add_up_to_what_was_spent_and_campaigns_too():
    rows = paid(
        ("2026-01-05", "Search", 30, {"campaign_id": "1"}),
        ("2026-01-06", "Search", 20),
        ("2026-01-06", "Social", 50, {"campaign_id": "2"}),
    )
    assert media.reach(rows, JANUARY).share.sum() == 1
    assert media.cost(rows, JANUARY, "campaign").to_dict() == {"1": 30, "2": 50, "Search": 20}
    by_campaign = media.reach(rows, JANUARY, ["medium", "campaign_id"])
    assert by_campaign.media_cost.sum() == 100 and by_campaign.campaign_id.isna().sum() == 1


def test_spend_stands_beside_what_it_was_and_new_media_have_no_change():
    rows = paid(
        ("2026-01-05", "Search", 30), ("2025-01-05", "Search", 20), ("2026-01-05", "Social", 50)
    )
    found = media.spent(rows, BOTH).set_index("medium")
    assert found.current.to_dict() == {"Social": 50, "Search": 30}
    assert found.change_rate["Search"] == 0.5 and pd.isna(found.change_rate["Social"])


def test_nothing_spent_says_so():
    for ask in (lambda t: media.reach(t, JANUARY), lambda t: media.spent(t, BOTH)):
        with pytest.raises(Unanswered, match="add rows to spend"):
            ask(paid())
    assert media.cost(paid(), JANUARY, "medium").empty


def test_the_click_rate_is_over_days_that_tell_both():
    rows = paid(
        ("2026-01-05", "Search", 1, {"impressions": 100, "clicks": 10}),
        ("2026-01-06", "Search", 1, {"impressions": 900}),
    )
    assert rows.aggregate(rate=media.click_rate(rows)).execute().rate[0] == 0.1


@pytest.fixture(scope="module")
def facebook(data_set):
    file = data_set("facebook_ads_kag") / "KAG_conversion_data.csv"
    rows = pd.read_csv(file).groupby("xyz_campaign_id", as_index=False).sum(numeric_only=True)
    told = {"impressions": "Impressions", "clicks": "Clicks", "conversions": "Total_Conversion"}
    return [
        ("2026-01-05", "Facebook", round(row["Spent"], 2), {"campaign_id": str(number)} | counts)
        for number, row in rows.set_index("xyz_campaign_id").iterrows()
        for counts in [{name: int(row[column]) for name, column in told.items()}]
    ]


def test_the_advertisers_three_campaigns_meet_the_published_sums(facebook):
    found = media.reach(paid(*facebook), JANUARY, ["campaign_id"])
    sums = found[["media_cost", "impressions", "clicks", "claimed"]].sum().round(2)
    assert sums.to_list() == [58_705.23, 213_434_828, 38_165, 3_264]
    assert found.campaign_id.to_list() == ["1178", "936", "916"]
    whole = media.reach(paid(*facebook), JANUARY).iloc[0]
    assert whole.click_rate == pytest.approx(38_165 / 213_434_828)
    assert found.cost_per_click.min() < whole.cost_per_click < found.cost_per_click.max()
