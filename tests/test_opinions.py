"""Opinions, on a handful of reviews, orders and comments."""

from datetime import date

import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.reputation import opinions

ORDER = {"order_id": "o1", "region": "Spain", "channel": "Shop", "category": "Beans"}
SPANISH = "El paquete llegó tarde y el café no sabe a nada, nunca más vuelvo a comprar aquí"
ENGLISH = "The parcel came late and the coffee tastes of nothing, I will never buy here again"


def reviewed(*rows, orders=({"net_amount": 10, **ORDER},)):
    full = [{"review_id": f"r{n}", "date": "2026-01-05", **row} for n, row in enumerate(rows)]
    return opinions.opinions(typed("reviews", full), sales_lines(orders)).cache()


def read(*rows, surveys=(), **more):
    return opinions.texts(reviewed(*rows), typed("surveys", surveys), **more)


def test_a_review_that_names_an_order_has_its_region_category_and_channel(elsewhere):
    (one,) = reviewed({"order_id": "o1"}).execute().itertuples()
    assert (one.region, one.category, one.channel) == ("Spain", "Beans", "Shop")


def test_what_a_review_says_itself_comes_first():
    (one,) = reviewed({"order_id": "o1", "region": "France"}).execute().itertuples()
    assert (one.region, one.category) == ("France", "Beans")


def test_an_order_of_two_categories_tells_none():
    lines = [{"net_amount": 10, **ORDER}, {"net_amount": 5, **ORDER, "category": "Cups"}]
    (one,) = reviewed({"order_id": "o1"}, orders=lines).execute().itertuples()
    assert pd.isna(one.category) and one.region == "Spain"


def test_a_review_stays_one_row_whatever_its_order_holds():
    lines = [{"net_amount": n, **ORDER} for n in range(1, 4)]
    assert len(reviewed({"order_id": "o1"}, {"order_id": "o9"}, {}, orders=lines).execute()) == 3


def test_only_reviews_without_a_rival_are_ours():
    found = reviewed({"competitor": "R"}, {})
    assert opinions.ours(found).execute().review_id.tolist() == ["r1"]


def test_title_and_text_are_one_text_and_a_comment_is_another(elsewhere):
    asked = [{"survey_id": "s1", "sent_on": "2026-01-06", "kind": "nps", "comment": "Fine"}]
    rows = read({"title": "Bad", "text": "Late."}, {"rating": 5}, surveys=asked)
    assert rows.text.tolist() == ["Bad. Late.", "Fine"]
    assert rows.kind.tolist() == ["review", "survey"] and rows.rating.isna().all()


def test_only_the_latest_texts_are_read():
    rows = [{"text": "old", "date": "2025-01-01"}, {"text": "new"}, {"text": "newer"}]
    assert read(*rows, most=2).text.tolist() == ["new", "newer"]


def test_nobody_wrote():
    rows = read({"rating": 5}, {"text": "  \n "})
    assert rows.empty and {"key", "text", "language", "kind"} <= {*rows}


def test_the_language_said_is_the_one_and_only_its_code_counts():
    rows = read({"text": ENGLISH, "language": "es-ES"}, {"text": SPANISH, "language": "PT"})
    assert rows.language.tolist() == ["es", "pt"]


def test_a_language_that_is_not_said_is_recognised():
    rows = read({"text": ENGLISH}, {"text": SPANISH, "language": "Spanish"})
    assert rows.language.tolist() == ["en", "es"]


def test_a_review_recognised_in_published_spanish_texts(data_set):
    frame = pd.read_csv(data_set("sfu_spanish_reviews") / "sfu_reviews_es.csv")
    rows = read(*({"text": text} for text in frame.Texto.str[:300]))
    assert len(rows) == len(frame) == 400 and (rows.language == "es").mean() == 1


@pytest.mark.parametrize(
    "text", ["mail ana@shop.example", "see https://a.example/x?y=1", "call +34 600 123 456 now"]
)
def test_addresses_and_numbers_by_which_somebody_is_reached_are_masked(text):
    said = opinions.masked(text)
    assert "…" in said and not any(part in said for part in ("@", "http", "600", "example"))


def test_stars_and_weights_stay_readable():
    assert opinions.masked("2 bags of 250 g, 5 stars") == "2 bags of 250 g, 5 stars"


def test_the_day_of_a_text_is_that_of_its_review():
    assert read({"text": "x"}).date.dt.date.tolist() == [date(2026, 1, 5)]
