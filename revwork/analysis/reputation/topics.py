"""Topics: what critical texts are about, named by their own words, with texts that show it."""

import re
from datetime import date

import numpy as np
import pandas as pd

from revwork.analysis.reputation import stop_words
from revwork.analysis.reputation.opinions import masked
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

ENOUGH, EACH, MOST = 60, 40, 14  # critical texts of a language, of a topic; topics of a language
LEARNT = 20_000  # critical texts of a language learnt from
NEAR = 0.3  # cosine from which on a text is about a topic
NAMED, LENGTH, LEVEL = 3, 160, 0.95
_WORD = r"(?u)\b[^\W\d_]{3,}\b"
_MOST_KNOWN, _MOST_UNKNOWN = 0.6, 0.2  # share of texts a word is in: stop words listed or not
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def topics(texts: pd.DataFrame) -> pd.DataFrame:
    """Return what each critical text is about; texts of rivals help to tell the topics apart.

    By language, where 60 critical texts or more are: factors of their TF-IDF (NMF, k of 1 in 40,
    14 at most, always the same); a text is about the nearest, if it is near. The name of a topic
    is its three weightiest words.

    `texts` has key, language, text and critical. Columns: key, language, topic, near (cosine).
    Texts that are not near any topic are left out; empty where no language has enough.
    """
    critical = texts[texts.critical & texts.language.notna()]
    parts = [_of_language(part, str(language)) for language, part in critical.groupby("language")]
    return pd.concat([_NONE, *parts], ignore_index=True)


def shares(about: pd.DataFrame, texts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return how often each topic is criticised, in the 365 days to a day, and the 365 before.

    Columns: topic, language, texts (of ours, in the last 365 days), share (of all our texts in
    that language) with low_share and high_share (95 %, Wilson), before_share (365 days before),
    rivals_share, quote (of ours, the clearest; addresses and long numbers masked). Most first.
    Raises Unanswered without a topic.
    """
    if about.empty:
        counts = texts[texts.critical].language.value_counts()
        raise Unanswered(
            "Topics need {enough:number} critical texts in one language; there are "
            "{most:number}: map text in reviews, or wait for more.",
            enough=ENOUGH,
            most=int(counts.max()) if len(counts) else 0,
        )
    year = pd.Timedelta(days=365)
    since = pd.Timestamp(as_of) - year + pd.Timedelta(days=1)
    told = texts.assign(
        when=np.select([texts.date >= since, texts.date >= since - year], ["now", "before"], ""),
        who=np.where(texts.competitor.isna(), "", "rivals"),
    )
    told = told[told.when != ""]
    told["part"] = np.where(told.who == "rivals", "rivals", told.when)
    told = told[(told.who == "") | (told.when == "now")]
    whole = told.groupby(["language", "part"]).size().unstack(fill_value=0)
    named = about.merge(told[["key", "part", "text"]], on="key")
    part = named.groupby(["language", "topic", "part"]).size().unstack(fill_value=0)
    kinds = ["now", "before", "rivals"]
    part, whole = part.reindex(columns=kinds, fill_value=0), whole.reindex(columns=kinds)
    whole = whole.loc[part.index.get_level_values("language")].set_index(part.index)
    rows = wilson(part.now.astype(float), whole.now, LEVEL).assign(
        texts=part.now,
        before_share=part.before / whole.before.where(whole.before > 0),
        rivals_share=part.rivals / whole.rivals.where(whole.rivals > 0),
    )
    quotes = quoted(named[named.part == "now"])
    rows = rows.reset_index().assign(quote=lambda frame: frame.topic.map(quotes))
    names = ["topic", "language", "texts", "share", "low_share", "high_share", "before_share"]
    rows = rows[[*names, "rivals_share", "quote"]]
    return rows.sort_values(["texts", "topic"], ascending=[False, True], ignore_index=True)


def quoted(about: pd.DataFrame) -> dict[str, str]:
    """Return topic → the sentence nearest to it of its nearest texts, without addresses.

    `about` is what `topics` returns, with text.
    """
    rows = about.sort_values(["topic", "near", "key"], ascending=[True, False, True])
    return {
        topic: _sentence(part.text.iloc[0], topic.split(JOINED))
        for topic, part in rows.groupby("topic")
    }


def reading(rows: pd.DataFrame) -> Message:
    """Say which topic rose most beyond its interval, else which is criticised most."""
    rose = rows[rows.low_share > rows.before_share]
    if rose.empty:
        first = rows.iloc[0]
        values = {"topic": first.topic, "share": first.share}
        return Message("Criticised most: {topic:text} ({share:percent})", values)
    most = rose.loc[(rose.share - rose.before_share).idxmax()]
    return Message(
        "{topic:text}: from {before:percent} to {share:percent} of our texts",
        {"topic": most.topic, "before": most.before_share, "share": most.share},
    )


JOINED = " · "
_NONE = pd.DataFrame({"key": [], "language": [], "topic": []}, dtype=object).assign(near=0.0)


def _of_language(part: pd.DataFrame, language: str) -> pd.DataFrame:
    """Key, language, topic and near of the critical texts of one language."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize
    from threadpoolctl import threadpool_limits

    learnt = part.text.drop_duplicates().tail(LEARNT)
    words = _words(learnt, language)
    if len(learnt) < ENOUGH or not words:
        return _NONE
    weights = TfidfVectorizer(token_pattern=_WORD, vocabulary=words, sublinear_tf=True)
    known = weights.fit_transform(learnt)
    size = min(max(len(learnt) // EACH, 2), MOST, known.shape[1])
    with threadpool_limits(1):
        model = NMF(size, init="nndsvda", random_state=0, max_iter=400, tol=1e-3).fit(known)
        near = weights.transform(part.text) @ normalize(model.components_).T
    names = _names(model.components_, weights.get_feature_names_out())
    best = near.argmax(axis=1)
    found = part[["key", "language"]].assign(topic=[names[one] for one in best])
    found["near"] = near.max(axis=1).round(6)
    return found[found.near >= NEAR]


def _words(texts: pd.Series, language: str) -> list[str]:
    """The words that can tell topics apart: in some texts, not in most, and no little words."""
    from sklearn.feature_extraction.text import CountVectorizer

    little = stop_words.of(language)
    counts = CountVectorizer(token_pattern=_WORD, binary=True)
    try:
        found = np.asarray(counts.fit_transform(texts).sum(axis=0)).ravel()
    except ValueError:  # not one word
        return []
    most = (_MOST_KNOWN if little else _MOST_UNKNOWN) * len(texts)
    some = max(3, len(texts) // 200)
    kept = counts.get_feature_names_out()[(found >= some) & (found <= most)]
    return sorted({*kept} - {*little})


def _names(factors: np.ndarray, words: np.ndarray) -> list[str]:
    order = np.argsort(-factors.round(9), axis=1, kind="stable")[:, :NAMED]
    return [JOINED.join(words[one]) for one in order]


def _sentence(text: str, words: list[str]) -> str:
    """The sentence with most of the words; cut where it is long."""
    sentences = _SENTENCE.split(masked(text))
    best = max(sentences, key=lambda one: sum(word in one.lower() for word in words))
    return best if len(best) <= LENGTH else best[:LENGTH].rsplit(" ", 1)[0] + "…"
