"""How long the tone of 100,000 reviews takes, learning and cross-validation included.

    python bench/sentiment.py [REVIEWS]

English reviews made of words that go with their stars three times in four, 130 letters on average,
each text its own. Learnt from the latest 5,000 that have stars (`sentiment.TRAINED`), told for all.
Beside it, from the same run: the VADER lexicon on the first 5,000 of them.
"""

import sys
from time import perf_counter, process_time

import numpy as np
import pandas as pd

from revwork.analysis.reputation import sentiment

GOOD = "great lovely fresh quick perfect kind solid rich worth happy easy warm smooth bright"
BAD = "late broken stale rude cheap burnt lost weak dusty noisy bitter slow wrong dead"
PLAIN = "the coffee parcel machine order it came with and beans was shop after again week my"
WORDS, RATED = 24, 0.8


def reviews(many: int) -> pd.DataFrame:
    """Return texts with stars, one in five without."""
    draw = np.random.default_rng(0)
    good = draw.random(many) < 0.75
    kinds = draw.random((many, WORDS))
    told = np.where(draw.random((many, WORDS)) < 0.75, good[:, None], ~good[:, None])
    own = np.where(
        told, draw.choice(GOOD.split(), (many, WORDS)), draw.choice(BAD.split(), (many, WORDS))
    )
    words = np.where(kinds < 0.15, own, draw.choice(PLAIN.split(), (many, WORDS)))
    stars = np.where(good, draw.integers(4, 6, many), draw.integers(1, 3, many)).astype(float)
    stars[draw.random(many) > RATED] = np.nan
    texts = [f"{' '.join(row)} {n}" for n, row in enumerate(words)]
    return pd.DataFrame({"text": texts, "rating": stars, "language": "en"})


def main() -> None:
    """Print the time, its parts per text, and how well stars are told."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    frame = reviews(many)
    sentiment.measured(frame[:500])
    start, began = perf_counter(), process_time()
    tone, quality = sentiment.measured(frame)
    took, spent = perf_counter() - start, process_time() - began
    start = perf_counter()
    sentiment._looked_up(frame.text[: sentiment.TRAINED])
    lexicon = (perf_counter() - start) / min(many, sentiment.TRAINED) * many
    row = quality.iloc[0]
    letters = frame.text.str.len().mean()
    sys.stdout.write(
        f"{many:,} reviews of {letters:.0f} letters: {took:.1f} s "
        f"({took / many * 1e6:.0f} µs each), processor {spent:.1f} s, "
        f"learnt from {row.rated:,}, method {row.method}, macro-F1 {row.macro_f1:.3f} "
        f"({row.low_macro_f1:.3f} to {row.high_macro_f1:.3f}), told {tone.notna().sum():,}; "
        f"VADER alone would take {lexicon:.1f} s\n"
    )


if __name__ == "__main__":
    main()
