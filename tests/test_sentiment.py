"""Sentiment, on texts whose tone one can read off, and on published reviews."""

import numpy as np
import pandas as pd
import pytest

from revwork.analysis.reputation import sentiment
from revwork.findings import Unanswered

GOOD = ["café rico", "muy bueno", "encantada", "rápido y rico"]
BAD = ["llegó tarde", "roto y tarde", "malo", "nadie contesta"]


def texts(*rows, language="es"):
    frame = pd.DataFrame(rows, columns=["text", "rating"])
    return frame.assign(language=language, rating=frame.rating.astype(float))


def rated(many, language="es", more=()):
    rows = [
        (f"{phrase} pedido {n}", stars)
        for n in range(many)
        for phrase, stars in ((GOOD[n % 4], 5), (BAD[n % 4], 1))
    ]
    return texts(*rows, *more, language=language)


@pytest.fixture(scope="module")
def learnt():
    return sentiment.measured(rated(110, more=[("todo muy rico y bueno", None), ("tarde", None)]))


def test_texts_without_stars_have_the_tone_that_rated_ones_teach(learnt):
    tone, _ = learnt
    assert tone.iloc[-2] > 0 > tone.iloc[-1] and tone.abs().max() <= 1


def test_how_well_it_tells_is_measured_on_reviews_it_has_not_seen(learnt):
    (one,) = learnt[1].itertuples()
    assert (one.method, one.texts, one.rated) == (sentiment.OWN, 222, 220)
    assert one.low_macro_f1 <= one.macro_f1 <= one.high_macro_f1 and one.macro_f1 > 0.95
    assert one.guess_f1 == pytest.approx(1 / 3)


def test_the_same_texts_have_the_same_tone_again(learnt):
    again = sentiment.measured(rated(110, more=[("todo muy rico y bueno", None), ("tarde", None)]))
    pd.testing.assert_series_equal(again[0], learnt[0])


def test_tones_that_say_nothing_are_told_no_better_than_a_guess():
    draw = np.random.default_rng(1)
    rows = [(f"palabra {draw.integers(9**9)}", draw.choice([1, 5])) for _ in range(400)]
    (one,) = sentiment.measured(texts(*rows))[1].itertuples()
    assert one.low_macro_f1 < 0.55


def test_few_rated_spanish_reviews_measure_nothing():
    tone, quality = sentiment.measured(rated(40))
    assert quality.method.tolist() == [sentiment.NOT_MEASURED] and tone.isna().all()
    assert quality.macro_f1.isna().all()


def test_few_rated_english_reviews_are_read_with_the_lexicon_and_it_is_named():
    tone, quality = sentiment.measured(
        texts(("Great coffee, love it", 5), ("Terrible and broken", None), language="en")
    )
    assert quality.method.tolist() == [sentiment.LEXICON] and quality.macro_f1.isna().all()
    assert tone[0] > 0 > tone[1]


def test_reviews_all_of_one_tone_teach_nothing():
    rows = [(f"rico {n}", 5) for n in range(300)]
    assert sentiment.measured(texts(*rows))[1].method.tolist() == [sentiment.NOT_MEASURED]


def test_a_text_of_no_known_language_is_a_row_of_its_own():
    quality = sentiment.measured(texts(("?", 1), language=None))[1]
    assert quality.language.isna().all() and len(quality) == 1


def test_without_texts_the_answer_says_what_is_missing():
    tone, quality = sentiment.measured(texts())
    assert tone.empty and quality.empty
    with pytest.raises(Unanswered, match="map text in reviews"):
        sentiment.checked(quality)


def test_stars_decide_and_tone_only_where_there_are_none():
    frame = texts(("a", 3), ("b", 4), ("c", None), ("d", None), ("e", None))
    tone = pd.Series([0.9, -0.9, -0.1, 0.1, np.nan])
    assert sentiment.critical(frame, tone).tolist() == [True, False, True, False, False]


def test_macro_f1_is_the_mean_of_both():
    told, good = np.array([1, 1, 0, 0]), np.array([1, 1, 1, 0])
    assert sentiment.macro_f1(good, told) == pytest.approx((0.8 + 2 / 3) / 2)
    assert np.isnan(sentiment.macro_f1(np.array([1, 1]), np.array([1, 0])))


def test_reading_names_the_language_of_most_texts():
    _, quality = sentiment.measured(rated(110))
    assert sentiment.reading(quality).values["language"] == "es"
    assert "not known" in sentiment.reading(quality.assign(macro_f1=None)).template


# published reviews; what a lexicon reaches on the English ones is .74


def test_four_hundred_published_spanish_reviews(data_set):
    frame = pd.read_csv(data_set("sfu_spanish_reviews") / "sfu_reviews_es.csv")
    assert frame.sentimiento.value_counts().to_dict() == {"no": 200, "yes": 200}
    stars = frame.sentimiento.map({"no": 1, "yes": 5})
    rows = zip(frame.Texto, stars, strict=True)
    (one,) = sentiment.measured(texts(*rows))[1].itertuples()
    assert one.rated == 400 and one.low_macro_f1 > 0.6 > one.guess_f1


def test_published_english_reviews_teach_more_than_the_lexicon_knows(data_set):
    frame = pd.read_csv(data_set("amazon_alexa_reviews") / "amazon_alexa.tsv", sep="\t")
    rows = frame.dropna(subset="verified_reviews")[["verified_reviews", "rating"]]
    (one,) = sentiment.measured(texts(*rows.itertuples(index=False), language="en"))[1].itertuples()
    assert one.method == sentiment.OWN and one.low_macro_f1 > 0.739
