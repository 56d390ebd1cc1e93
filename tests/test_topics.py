"""Topics, on texts about three things, one of them newly so."""

from datetime import date

import pandas as pd
import pytest

from revwork.analysis.reputation import topics
from revwork.findings import Unanswered

ABOUT = {
    "courier": "The parcel came late and the courier was rude, number {n}.",
    "grinder": "My grinder broke and its motor is weak, number {n}.",
    "price": "Far too expensive, the price went up, number {n}.",
}
LAST = date(2026, 1, 31)


def texts(counts, language="en", **more):
    """Critical texts, so many about each thing, and as many that praise."""
    rows = [
        {"text": ABOUT[name].format(n=n), "date": day, "critical": True}
        for name, days in counts.items()
        for n, day in enumerate(days)
    ]
    rows += [{"text": "Lovely.", "date": row["date"], "critical": False} for row in rows]
    frame = pd.DataFrame(rows, columns=["text", "date", "critical"]).assign(
        language=language, competitor=None, kind="review", **more
    )
    frame["key"] = [f"r{n:04}" for n in range(len(frame))]
    return frame.assign(date=pd.to_datetime(frame.date), critical=frame.critical.astype(bool))


NOW, BEFORE = ["2026-01-10"] * 40, ["2024-12-10"] * 40
THREE = {"courier": NOW + BEFORE[:10], "grinder": NOW[:20] + BEFORE[:20], "price": BEFORE}


@pytest.fixture(scope="module")
def told():
    frame = texts(THREE)
    return frame, topics.topics(frame)


def named(about, word):
    return [topic for topic in about.topic.unique() if word in topic]


def test_topics_are_named_by_the_words_of_their_texts(told):
    _, about = told
    assert about.topic.nunique() == 3
    assert all(len(named(about, word)) == 1 for word in ABOUT)
    assert all(topic.count("·") == 2 for topic in about.topic)


def test_a_text_is_about_what_it_says(told):
    frame, about = told
    rows = about.merge(frame, on="key")
    assert all(
        word in row.text.lower() for row in rows.itertuples() for word in row.topic.split(" · ")
    )


def test_only_critical_texts_are_about_something(told):
    frame, about = told
    assert frame.set_index("key").critical[about.key].all()


def test_the_same_texts_have_the_same_topics_again(told):
    frame, about = told
    pd.testing.assert_frame_equal(topics.topics(frame), about)


def test_shares_are_of_all_texts_of_a_year_beside_the_year_before(told):
    frame, about = told
    rows = topics.shares(about, frame, LAST).set_index("topic")
    one = rows.loc[named(about, "courier")[0]]
    assert one.texts == 40 and one.share == pytest.approx(40 / 120)
    assert one.before_share == pytest.approx(10 / 140)
    assert one.low_share < one.share < one.high_share and pd.isna(one.rivals_share)
    assert topics.reading(rows.reset_index()).values["topic"] == one.name


def test_rivals_help_to_tell_topics_apart_and_stand_beside_ours():
    frame = texts(THREE)
    frame.loc[frame.index[:20], "competitor"] = "R"
    about = topics.topics(frame)
    rows = topics.shares(about, frame, LAST).set_index("topic")
    one = rows.loc[named(about, "courier")[0]]
    assert one.texts == 20 and one.rivals_share == 1


def test_a_quote_is_a_sentence_of_ours_about_the_topic_without_addresses():
    frame = texts(THREE)
    frame["text"] = "Write to ana@mail.example. " + frame.text
    about = topics.topics(frame)
    rows = topics.shares(about, frame, LAST)
    assert not rows.quote.str.contains("@").any()
    assert rows.dropna(subset="quote").apply(
        lambda row: row.topic.split(" · ")[0] in row.quote.lower(), axis=1
    ).all()  # fmt: skip


def test_a_long_sentence_is_cut_between_words():
    frame = texts({"courier": NOW * 2})
    frame["text"] = frame.text.str.replace(".", " and so on" * 40, regex=False)
    (quote,) = topics.quoted(
        pd.DataFrame([{"topic": "parcel", "near": 1.0, "key": "a", "text": frame.text[0]}])
    ).values()
    assert quote.endswith("…") and len(quote) <= topics.LENGTH + 1


def test_languages_have_topics_of_their_own_and_few_texts_none():
    frame = pd.concat([texts(THREE), texts({"price": NOW[:30]}, "fr", other=1)])
    assert {*topics.topics(frame).language} == {"en"}


def test_texts_of_no_known_language_are_about_nothing():
    assert topics.topics(texts(THREE, None)).empty


def test_without_enough_critical_texts_the_answer_says_how_many_there_are():
    frame = texts({"price": NOW})
    about = topics.topics(frame)
    assert about.empty and [*about] == ["key", "language", "topic", "near"]
    with pytest.raises(Unanswered, match="60 critical texts in one language; there are 40"):
        topics.shares(about, frame, LAST)
    with pytest.raises(Unanswered, match="there are 0"):
        topics.shares(about, frame[:0], LAST)


def test_texts_that_share_no_word_have_no_topic():
    frame = texts(THREE)
    frame["text"] = [f"x{chr(97 + n % 26)}{chr(97 + n // 26)}q" for n in range(len(frame))]
    assert topics.topics(frame).empty
