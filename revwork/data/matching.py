"""`revwork match`: which product of ours a rival's is, proposed by its name; who reads confirms.

Nothing is joined by likeness: what is proposed stands behind a #, and only a line that somebody
copies into revwork.toml without it counts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import ibis

LIKE = 60  # of 100, from which a name is proposed
HEADING = "[tables.competitor_prices.values.product_id]"


class Proposal(NamedTuple):
    """A name in competitor_prices that is no product of ours, and the likeliest ones, best first.

    `likely`: product_id, product_name and likeness (0 to 100); none where nothing is like it.
    """

    name: str
    rows: int
    likely: Sequence[tuple[str, str, float]]


def proposals(competitor_prices: ibis.Table, products: ibis.Table) -> list[Proposal]:
    """Return every product_id of competitor_prices that products do not know, most rows first.

    Compared are words in any order, case and punctuation aside (rapidfuzz, token sort ratio), with
    what our products are called and with their identifiers.
    """
    known = products.select("product_id")
    lost = competitor_prices.filter(competitor_prices.product_id.notnull())
    lost = lost.anti_join(known, "product_id").group_by("product_id").agg(rows=lambda t: t.count())
    names = lost.order_by([ibis.desc("rows"), "product_id"]).execute()
    ours = products.select("product_id", "product_name").order_by("product_id").execute()
    called = dict(zip(ours.product_id, ours.product_name.fillna(ours.product_id), strict=True))
    return [
        Proposal(name, int(rows), _likely(name, called))
        for name, rows in zip(names.product_id, names.rows, strict=True)
    ]


def lines(found: Sequence[Proposal]) -> Iterator[str]:
    """Yield what to show: lines for revwork.toml, each behind a #, with what speaks for it."""
    if not found:
        yield "# Every product_id in competitor_prices is a product."
        return
    yield f"# {len(found)} names in competitor_prices are no product of ours. Put lines that are"
    yield "# right into revwork.toml, without the # in front; only those count."
    yield HEADING
    for one in found:
        if one.likely:
            first, *others = (
                _said(f"{key} {name}, {like:.0f} %") for key, name, like in one.likely
            )
            beside = f"; else {', '.join(others)}" if others else ""
            yield f"# {_text(one.name)} = {_text(one.likely[0][0])}  # {first}{beside}"
        else:
            yield f"# {_text(one.name)}: nothing of ours is called like it"


def _likely(name: str, called: Mapping[str, str]) -> list[tuple[str, str, float]]:
    """The three products most like a name; one whose identifier is like it counts as well."""
    from rapidfuzz import fuzz, process, utils

    by = {key: f"{key} {title}" for key, title in called.items()}
    found: dict[str, float] = {}
    for words in (called, by, {key: key for key in called}):
        near = process.extract(
            name, words, scorer=fuzz.token_sort_ratio, processor=utils.default_process, limit=3
        )
        for _, like, key in near:
            found[key] = max(found.get(key, 0.0), like)
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    return [(key, called[key], like) for key, like in ranked if like >= LIKE]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _said(words: str) -> str:
    """Words on one line: what follows a # must not begin another."""
    return " ".join(word for word in "".join(c if c.isprintable() else " " for c in words).split())
