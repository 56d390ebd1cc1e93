"""Sentiment: what tone a text has, learnt from the company's own rated reviews, and how well."""

import numpy as np
import pandas as pd

from revwork.analysis.reputation.opinions import CRITICAL, PRAISE
from revwork.findings import Message, Unanswered, Word

ENOUGH, EACH = 200, 25  # rated reviews of a language to learn from, and of either tone
TRAINED = 5_000  # reviews of a language learnt from, at most
FOLDS, DRAWS = 5, 400
AGAINST = 2  # stars, up to
OWN, LEXICON = Word("Own reviews"), Word("VADER lexicon")
NOT_MEASURED = Word("Not measured")
_PLACES = 2**17


def measured(texts: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Return the tone of each text, −1 to 1, and how well that is told in each language.

    By language: a linear support vector machine on the words and letters (TF-IDF of one and two
    words, of four letters) of the reviews that have stars, 1 and 2 against 4 and 5, each text once,
    the latest 5,000; where there are fewer than 200, or 25 of either, English is read with VADER
    and other languages are not measured. English takes what tells its rated reviews better.

    Columns of the second: language, texts, rated (learnt from, or checked on), method, macro_f1
    with low_macro_f1 and high_macro_f1 (95 %; own reviews by five-fold cross-validation),
    guess_f1 (of calling all by the more frequent tone). Tone is null where nothing measures it.

    Formula: macro_f1 = mean of the F1 of good and of bad; How well words tell the stars: 1 is
    always, and 0.5 or less no better than a guess.
    """
    tone = pd.Series(np.nan, texts.index)
    found = []
    for language, part in texts.groupby("language", dropna=False, sort=True):
        told, quality = _of_language(part, None if pd.isna(language) else str(language))
        tone[part.index] = told
        found.append(quality)
    names = ["language", "texts", "rated", "method", "macro_f1", "low_macro_f1", "high_macro_f1"]
    return tone, pd.DataFrame(found, columns=[*names, "guess_f1"])


def critical(texts: pd.DataFrame, tone: pd.Series) -> pd.Series:
    """Return which texts are critical: 1 to 3 stars, or a tone below zero where none are given."""
    return (texts.rating <= CRITICAL) | (texts.rating.isna() & (tone < 0))


def checked(quality: pd.DataFrame) -> pd.DataFrame:
    """Return the second table of `measured`; raises Unanswered where nobody wrote."""
    if quality.empty:
        raise Unanswered(
            "No text of a review or survey may be read here: map text in reviews, or ask for the "
            "full report."
        )
    return quality


def reading(quality: pd.DataFrame) -> Message:
    """Say how well tone is told in the language of most texts."""
    known = quality.dropna(subset="macro_f1")
    if known.empty:
        return Message("How well words tell the stars is not known: too few reviews have both", {})
    first = known.loc[known.texts.idxmax()]
    return Message(
        "Words tell good from bad in {language:text} with macro-F1 {f1:decimal} "
        "({low:decimal} to {high:decimal}), method: {method:text}",
        {
            **{"language": first.language, "f1": first.macro_f1, "method": first.method},
            **{"low": first.low_macro_f1, "high": first.high_macro_f1},
        },
    )


def macro_f1(good: np.ndarray, told: np.ndarray) -> float:
    """Return the mean of the F1 of good (1) and of bad (0); null where one of them is missing."""
    cells = np.bincount(2 * good.astype(int) + told.astype(int), minlength=4)[None]
    return float(_f1(cells)[0]) if len({*good.tolist()}) == 2 else np.nan


def _of_language(part: pd.DataFrame, language: str | None) -> tuple[np.ndarray, dict]:
    rated = _labelled(part)
    good, ways = rated.good.to_numpy(), {}
    if language and np.bincount(good, minlength=2).min() >= EACH and len(rated) >= ENOUGH:
        ways[OWN] = _learnt(rated, part.text)
    if language == "en":
        ways[LEXICON] = (_looked_up(rated.text) >= 0).astype(int), None
    scores = {name: macro_f1(good, told) for name, (told, _) in ways.items()}
    method = max(ways, key=lambda name: np.nan_to_num(scores[name]), default=NOT_MEASURED)
    told, tone = ways.get(method, (None, np.full(len(part), np.nan)))
    low, high = (np.nan, np.nan) if told is None else _interval(good, told)
    return _looked_up(part.text) if tone is None else tone, {
        "language": language,
        "texts": len(part),
        "rated": len(rated),
        "method": method,
        "macro_f1": scores.get(method, np.nan),
        "low_macro_f1": low,
        "high_macro_f1": high,
        "guess_f1": macro_f1(good, np.full(len(good), int(2 * good.sum() >= len(good)))),
    }


def _labelled(part: pd.DataFrame) -> pd.DataFrame:
    """Texts that their stars call good or bad, each text once, the latest."""
    clear = part[(part.rating <= AGAINST) | (part.rating >= PRAISE)]
    once = clear.drop_duplicates("text", keep="last").tail(TRAINED)
    return once.assign(good=(once.rating >= PRAISE).astype(int))


def _learnt(rated: pd.DataFrame, texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """What each rated review is called by a model that has not seen it, and the tone of all."""
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    good, once = rated.good.to_numpy(), pd.Index(texts.unique())
    every = _counted(once)
    counts = every[once.get_indexer(rated.text)]
    told = np.zeros(len(good), int)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with threadpool_limits(1):
        for inside, outside in folds.split(counts, good):
            weights, model = _fitted(counts[inside], good[inside])
            told[outside] = model.predict(weights.transform(counts[outside]))
        weights, model = _fitted(counts, good)
        tone = np.tanh(model.decision_function(weights.transform(every))).round(6)
    return told, tone[once.get_indexer(texts)]


def _fitted(counts: object, good: np.ndarray) -> tuple:
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.svm import LinearSVC

    weights = TfidfTransformer(sublinear_tf=True)
    model = LinearSVC(C=0.5, class_weight="balanced", random_state=0)
    return weights, model.fit(weights.fit_transform(counts), good)


def _counted(texts: pd.Index) -> object:
    """Words and pairs of words, and runs of letters within words, without anything learnt."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    plain = {"n_features": _PLACES, "norm": None, "alternate_sign": False}
    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", **plain)
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(4, 4), **plain)
    return hstack([words.transform(texts), letters.transform(texts)], format="csr")


def _looked_up(texts: pd.Series) -> np.ndarray:
    """The tone of English texts by a lexicon."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    lexicon = SentimentIntensityAnalyzer()
    tone = {text: lexicon.polarity_scores(text)["compound"] for text in texts.unique()}
    return texts.map(tone).to_numpy(float)


def _interval(good: np.ndarray, told: np.ndarray) -> tuple[float, float]:
    """Bounds at 95 % if the reviews were drawn anew."""
    if len({*good.tolist()}) < 2:
        return np.nan, np.nan
    cells = np.bincount(2 * good + told, minlength=4)
    drawn = np.random.default_rng(0).multinomial(len(good), cells / len(good), DRAWS)
    low, high = np.nanquantile(_f1(drawn), [0.025, 0.975])
    return float(low), float(high)


def _f1(cells: np.ndarray) -> np.ndarray:
    """Macro-F1 of counts: bad called bad, bad called good, good called bad, good called good."""
    bad, missed, wrong, good = cells.T.astype(float)
    error = missed + wrong
    return (
        2 * bad / np.maximum(2 * bad + error, 1) + 2 * good / np.maximum(2 * good + error, 1)
    ) / 2
