"""Opinions: reviews with what their order knows, and every text beside its stars."""

import re

import ibis
import pandas as pd

MOST = 100_000  # texts, the latest
SURE = 0.8  # of the language of a text that does not say it
CRITICAL, PRAISE = 3, 4  # stars: up to, from
_MASKED = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|\+?\d[\d\s().-]{5,}\d", re.I)
_PARTS = ("competitor", "region", "category", "product_id", "channel", "language")
_TEXTS = ["key", "date", "rating", *_PARTS]


def opinions(reviews: ibis.Table, lines: ibis.Table) -> ibis.Table:
    """Return one row per review, completed by the order it names; a review stays one row.

    Columns: those of reviews (region, category and product_id its own, else the order's, where
    that has but one), channel (of the order; null where it is not known), is_own.
    """
    named = lines.filter(lines.order_id.notnull()).semi_join(reviews, "order_id")
    one = {name: _only_one(named[name]) for name in ("region", "channel", "category", "product_id")}
    orders = named.group_by(known_id=named.order_id).agg(
        **{f"order_{name}": value for name, value in one.items()}
    )
    joined = reviews.left_join(orders, reviews.order_id == orders.known_id)
    own = {name: joined[name].coalesce(joined[f"order_{name}"]) for name in _COMPLETED}
    found = joined.mutate(**own, channel=joined.order_channel, is_own=joined.competitor.isnull())
    return found.drop("known_id", *(f"order_{name}" for name in one))


def ours(found: ibis.Table) -> ibis.Table:
    """Return the reviews of the company itself."""
    return found.filter(found.is_own)


def texts(found: ibis.Table, surveys: ibis.Table, most: int = MOST) -> pd.DataFrame:
    """Return every text written, the latest `most`: reviews, and comments in surveys.

    Columns: key, kind (review or survey), date, rating (null in surveys), competitor, region,
    category, product_id, channel, language (said, else recognised; null where that is not sure),
    text (title and text). Oldest first. Empty where nobody wrote, or the reader may not read it.
    """
    written = [_written(found, most), _commented(surveys, most)]
    rows = pd.concat([one for one in written if len(one)] or written)
    rows = rows.sort_values(["date", "key"], kind="stable").tail(most).reset_index(drop=True)
    rows["text"] = rows.text.str.replace(r"\s+", " ", regex=True).str.strip()
    rows = rows[rows.text.str.len() > 0].reset_index(drop=True)
    return rows.assign(language=_languages(rows))


def masked(text: str) -> str:
    """Return a text without the addresses and numbers by which somebody could be reached."""
    return _MASKED.sub("…", text)


_CODE = r"^([A-Za-z]{2})(?![A-Za-z])"
_READ, _LONG, _SPOKEN = 200, 300, 0.02  # letters read, texts that tell, share that counts
_COMPLETED = ("region", "category", "product_id")


def _only_one(column: ibis.Value) -> ibis.Value:
    return ibis.cases((column.min() == column.max(), column.max()))


def _written(found: ibis.Table, most: int) -> pd.DataFrame:
    title = ibis.cases((found.title.notnull(), found.title + ". "), else_="")
    said = found.mutate(
        key=found.review_id,
        language=found.language.cast("string"),
        text=title + found.text.fill_null(""),
    )
    said = said.filter(said.title.notnull() | found.text.notnull())
    latest = said.order_by(ibis.desc("date"), "key").limit(most)
    return _plain(latest.select(*_TEXTS, "text").execute()).assign(kind="review")


def _commented(surveys: ibis.Table, most: int) -> pd.DataFrame:
    said = surveys.filter(surveys.comment.notnull())
    rows = said.select(
        key="survey_id", date="sent_on", region="region", language="language", text="comment"
    )
    rows = rows.order_by(ibis.desc("date"), "key").limit(most).execute()
    return _plain(rows.reindex(columns=[*_TEXTS, "text"])).assign(kind="survey")


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Null as None in words, and days as days."""
    words = ["key", *_PARTS, "text"]
    rows[words] = rows[words].astype(object).where(rows[words].notna(), None)
    return rows.assign(date=pd.to_datetime(rows.date), rating=rows.rating.astype(float))


def _languages(rows: pd.DataFrame) -> pd.Series:
    """The language said by its code; else the one recognised with enough certainty."""
    said = rows.language.str.extract(_CODE, expand=False).str.lower().astype(object)
    asked = rows.text[said.isna()].str[:_READ].drop_duplicates()
    if not len(asked):
        return said.where(said.notna(), None)
    told = rows.text.str[:_READ].map(_recognised(asked))
    return said.where(said.notna(), told.where(told.notna(), None))


def _recognised(texts: pd.Series) -> dict[str, str]:
    """Text → language, among those in which the longest texts are written: short ones mislead."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identify = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    longest = texts.loc[texts.str.len().sort_values(ascending=False, kind="stable").index[:_LONG]]
    spread = longest.map(lambda text: identify.classify(text)[0]).value_counts(normalize=True)
    identify.set_languages(sorted(spread.index[spread >= _SPOKEN]))
    told = {text: identify.classify(text) for text in texts}
    return {text: name for text, (name, chance) in told.items() if chance >= SURE}
