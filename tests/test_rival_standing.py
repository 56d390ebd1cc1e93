"""Rival standing: one row a rival, and in what we are stronger or weaker beyond chance."""

from datetime import date

import pandas as pd
import pytest
from conftest import typed

from revwork.analysis.market import availability, price_index, rival_standing, rival_wins
from revwork.analysis.market.price_moves import US
from revwork.calendar import Period
from revwork.findings import Unanswered
from revwork.report.words import Reader

YEAR = Period("year", date(2026, 1, 1), date(2027, 1, 1))
SAY = Reader().say


def ratings(*rows):
    made = [
        {"review_id": f"{at}-{n}", "date": day, "rating": rating + n % 2, "competitor": rival}
        for at, (rival, rating, count, day) in enumerate(rows)
        for n in range(count)
    ]
    return rival_standing.ratings(typed("reviews", made), YEAR)


def test_a_rating_is_held_against_ours_with_an_interval(elsewhere):
    rows = ratings(
        *((None, 3, 40, "2026-01-01"), ("R", 4, 40, "2026-02-01")), ("S", 3, 40, "2026-12-31")
    )
    assert [*rows.competitor] == ["R", "S"] and [*rows.our_rating] == [3.5, 3.5]
    assert (
        rows.difference.tolist() == [-1, 0]
        and rows.high_difference[0] < 0 < rows.high_difference[1]
    )


def test_few_reviews_have_a_rating_but_no_verdict_and_other_years_do_not_count():
    rows = ratings(
        (None, 3, 40, "2026-01-01"), ("R", 4, 29, "2026-02-01"), ("S", 1, 9, "2025-02-01")
    )
    assert [*rows.competitor] == ["R"] and rows.rating[0] > 4 and rows.low_difference.isna().all()
    assert ratings(("R", 4, 40, "2026-02-01")).empty and ratings().empty


def ahead(name, gap, half=0.1, **more):
    return {"competitor": name, "difference": gap, "low_difference": gap - half} | {
        "high_difference": gap + half,
        **more,
    }


NONE = {
    "prices": pd.DataFrame(
        columns=[
            "competitor",
            *(
                f"{by}_{end}"
                for by in ("weighted", "unweighted")
                for end in ("index", "from", "to")
            ),
        ]
    ),
    "rated": ratings(),
    "deals": rival_wins.rates(typed("opportunities"), YEAR, []),
    "stocked": availability.rates(
        availability.stock(typed("competitor_prices"), typed("products"), typed("demand"), YEAR),
        ["competitor"],
    ),
    "voices": pd.DataFrame(),
}


def standing(**given):
    return rival_standing.standing(
        **NONE | {name: pd.DataFrame(rows) for name, rows in given.items()}
    )


def price(name, level, low, high, weighted=True):
    known = {"weighted_index": level, "weighted_from": low, "weighted_to": high}
    return {"competitor": name, "unweighted_index": 90.0, "unweighted_from": 80.0} | {
        "unweighted_to": 95.0,
        **(known if weighted else dict.fromkeys(known)),
    }


def told(rows):
    return [
        (SAY(s) if hasattr(s, "values") else s, SAY(w) if hasattr(w, "values") else w)
        for s, w in zip(rows.stronger, rows.weaker, strict=True)
    ]


def test_cheaper_and_in_stock_is_stronger_and_worse_rated_is_weaker():
    rows = standing(
        prices=[price("R", 104.0, 101, 107), price("S", 96.0, 93, 99)],
        rated=[ahead("R", -0.4, rating=4.0, our_rating=3.6), ahead("S", 0.05)],
        stocked=[ahead("R", 0.2, in_stock_rate=0.7, our_in_stock_rate=0.9)],
    )
    assert told(rows) == [
        ("availability", "price, rating"),
        ("price", "nothing beyond chance"),
    ]
    assert rows.price_index.tolist() == [104, 96] and rows.win_rate.isna().all()
    assert SAY(rival_standing.reading(rows)) == "Weaker than R in: price, rating"


def test_without_revenue_the_index_takes_each_product_alike():
    rows = standing(prices=[price("R", None, None, None, weighted=False)])
    assert rows.price_index[0] == 90 and told(rows)[0][0] == "price"


def test_deals_without_a_rival_are_no_rival_and_we_are_none_either():
    deals = [
        ahead("R", -0.3, win_rate=0.2, n=40),
        ahead(rival_wins.NOBODY, 0.3, win_rate=0.5, n=40),
    ]
    voices = [
        {"competitor": US, "voice_share": 0.6, "low_voice_share": 0.55, "high_voice_share": 0.65},
        {"competitor": "R", "voice_share": 0.4, "low_voice_share": 0.35, "high_voice_share": 0.45},
    ]
    rows = standing(deals=deals, voices=voices)
    assert [*rows.competitor] == ["R"] and rows.decided_deals[0] == 40
    assert told(rows) == [("share of voice", "win rate")]


def test_voices_without_ours_are_shown_without_a_verdict():
    voices = [
        {"competitor": "R", "voice_share": 0.4, "low_voice_share": 0.3, "high_voice_share": 0.5}
    ]
    rows = standing(voices=voices)
    assert rows.voice_share[0] == 0.4 and told(rows)[0] == ("nothing beyond chance",) * 2
    assert "Against no rival" in SAY(rival_standing.reading(rows))


def test_where_no_table_names_a_rival_the_question_cannot_be_answered():
    with pytest.raises(Unanswered, match="No rival is named"):
        standing()


def test_prices_are_those_of_the_last_week_and_none_where_none_was_seen(elsewhere):
    seen = [
        {"date": f"2026-01-{day:02}", "competitor": "R", "product_id": "p", "price": 10}
        | {"our_price": day}
        for day in (5, 12)
    ]
    for rows, level in ((seen, 120), ([], None)):
        offers = price_index.offers(
            typed("competitor_prices", rows), typed("prices"), typed("products"), "EUR"
        )
        found = rival_standing.prices(offers, typed("products").mutate(revenue=1.0), YEAR)
        assert found.unweighted_index.round(6).tolist() == ([level] if level else [])
