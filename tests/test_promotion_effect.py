"""What an offer brought, on days whose sales are typed by hand."""

from datetime import date, timedelta

import numpy as np
import pytest
from conftest import sales_lines, typed

from revwork.analysis.pricing import list_prices, promotion_effect, promotion_totals
from revwork.findings import Unanswered
from revwork.report.words import Reader

START, DAYS = date(2026, 3, 2), 10
FIRST, LAST = date(2026, 1, 30), date(2026, 5, 10)
OFFER = {
    **{"promotion_id": "x", "name": "Pots 20%", "category": "Pots", "channel": "Web"},
    **{"start_date": START, "end_date": START + timedelta(days=DAYS - 1), "discount_rate": 0.2},
}
PRODUCTS = [
    {"product_id": "pot", "category": "Pots"},
    {"product_id": "jug", "category": "Jugs"},
    {"product_id": "pan", "category": "Pots"},
]
SAY = Reader().say


def phase(at):
    late = (at - START).days
    return "meanwhile" if 0 <= late < DAYS else "after" if DAYS <= late < DAYS + 14 else "usual"


def sold(counts, offers=(OFFER,), cost=50):
    """Lines a day by (product, channel): usual, meanwhile, after; 100 each, 20 off in the offer."""
    rows = []
    for late in range((LAST - FIRST).days):
        at = FIRST + timedelta(days=late)
        for (name, channel), each in counts.items():
            often = dict(zip(("usual", "meanwhile", "after"), each, strict=True))[phase(at)]
            cut = 20 if phase(at) == "meanwhile" and channel == "Web" and name != "jug" else 0
            rows += [
                {
                    **{"order_id": f"{at}{name}{channel}{one}", "order_date": at.isoformat()},
                    **{"product_id": name, "channel": channel, "quantity": 1, "unit_price": 100},
                    **{"discount": cut, "net_amount": 100 - cut, "cost_amount": cost},
                }
                for one in range(often)
            ]
    tables = typed("prices"), typed("promotions", offers)
    return list_prices.at_list(
        list_prices.beside_list(sales_lines(rows, PRODUCTS), *tables, "EUR")
    ).cache()


STEADY = {("jug", "Web"): (8, 8, 8), ("jug", "Shop"): (4, 4, 4)}


def effects(counts, offers=(OFFER,), as_of=LAST, **more):
    lines = sold({**STEADY, **counts}, offers, **more)
    return promotion_effect.effects(lines, typed("promotions", offers), as_of)


def test_an_offer_that_sells_half_more_has_its_uplift_and_what_it_left(elsewhere):
    (one,) = effects({("pot", "Web"): (4, 6, 4)}).itertuples()
    assert (one.sold_count, one.expected_count) == (60, 40) and one.uplift_rate == 0.5
    assert one.low_uplift_rate < 0.5 < one.high_uplift_rate and one.category == "Pots"
    assert one.price_cut_rate == pytest.approx(0.2) and one.discount_amount == 1200
    assert one.break_even_rate == pytest.approx(50 / 30 - 1)
    assert one.net_effect == pytest.approx(60 * 30 - 40 * 50)
    assert one.low_net_effect < one.net_effect < one.high_net_effect
    assert one.pull_forward_count == one.cannibalised_count == 0


def test_what_is_missing_after_and_beside_is_taken_off():
    counts = {("pot", "Web"): (4, 6, 3), ("pot", "Shop"): (4, 3, 4)}
    (one,) = effects(counts).itertuples()
    assert (one.pull_forward_count, one.cannibalised_count) == (-14, -10)
    assert one.net_effect == pytest.approx(60 * 30 - 40 * 50 - 24 * 50)


def test_an_offer_on_one_product_may_take_from_its_category():
    alone = {**OFFER, "category": None, "product_id": "pot"}
    counts = {("pot", "Web"): (4, 6, 4), ("pan", "Web"): (4, 3, 4)}
    (one,) = effects(counts, [alone]).itertuples()
    assert one.uplift_rate == 0.5 and one.cannibalised_count == -10


def test_a_season_that_lifts_all_is_no_uplift():
    counts = {("pot", "Web"): (4, 8, 4), ("jug", "Web"): (8, 16, 8)}
    (one,) = effects(counts).itertuples()
    assert one.uplift_rate == 0 and one.expected_count == 80


def test_no_sale_in_the_offer_none_before_and_no_other_category():
    (one,) = effects({("pot", "Web"): (4, 0, 4)}).itertuples()
    assert one.uplift_rate == -1 and one.net_effect == -40 * 50
    (new,) = effects({("pot", "Web"): (0, 6, 4)}).itertuples()
    assert np.isnan(new.net_effect) and new.name == "Pots 20%"
    (alone,) = promotion_effect.effects(
        sold({("pot", "Web"): (4, 6, 4)}), typed("promotions", [OFFER]), LAST
    ).itertuples()
    assert np.isnan(alone.uplift_rate)


def test_a_few_lines_expected_tell_no_uplift_of_their_own():
    tiny = {**OFFER, "end_date": START}
    counts = {("pot", "Web"): (4, 6, 4)}
    (one,) = effects(counts, [tiny]).itertuples()
    assert np.isnan(one.uplift_rate) and one.expected_count == 4 and one.sold_count == 6


def test_without_a_cost_lines_are_counted_but_money_is_not_known():
    (one,) = effects({("pot", "Web"): (4, 6, 4)}, cost=None).itertuples()
    assert np.isnan(one.net_effect)


def test_only_what_is_over_for_fourteen_days_is_measured():
    end = START + timedelta(days=DAYS - 1)
    lines, offers = sold({**STEADY, ("pot", "Web"): (4, 6, 4)}), typed("promotions", [OFFER])
    assert len(promotion_effect.effects(lines, offers, end + timedelta(days=14))) == 1
    with pytest.raises(Unanswered, match="14 days"):
        promotion_effect.effects(lines, offers, end + timedelta(days=13))
    with pytest.raises(Unanswered):
        promotion_effect.effects(lines, typed("promotions"), LAST)


def test_an_offer_for_everything_has_nothing_to_be_held_against():
    (one,) = effects({("pot", "Web"): (4, 6, 4)}, [{**OFFER, "category": None}]).itertuples()
    assert np.isnan(one.uplift_rate)


# together


def test_totals_add_up_and_leave_out_what_cannot_be_measured():
    later = START + timedelta(days=45)
    two = {**OFFER, "promotion_id": "y", "category": "Jugs", "start_date": later}
    two["end_date"] = later + timedelta(days=3)
    three = {**two, "promotion_id": "z", "category": None}
    rows = effects({("pot", "Web"): (4, 6, 4)}, [OFFER, two, three])
    (all_,) = promotion_totals.total(rows).itertuples()
    parts = promotion_totals.total(rows, "category")
    assert all_.offers == 2 and parts.offers.sum() == 2
    for name in ("net_effect", "sold_count", "discount_amount"):
        assert parts[name].sum() == pytest.approx(getattr(all_, name))
    assert SAY(promotion_totals.reading(rows)).startswith("2 offers left ")
    drawn = promotion_totals.drawn(parts)
    assert SAY(promotion_totals.uplifts(drawn)).startswith("Offers sold +")
    assert SAY(promotion_totals.reading(rows[rows.net_effect.isna()])) == (
        "None of 1 offers can be measured"
    )
