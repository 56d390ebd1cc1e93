"""What customers write, in Spanish, French and English, from phrases by topic and tone."""

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
from generator.draws import Draws

TOPICS = ["delivery", "quality", "taste", "price", "service"]
TONES = ["bad", "good"]
WEIGHTS = [0.17, 0.27, 0.2, 0.18, 0.18]


@cache
def phrases() -> dict:
    """Return sentences by language, topic and tone."""
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))


def topics(draws: Draws, key: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return what each text is about: what is wanted, else (−1) drawn."""
    return np.where(wanted < 0, draws.pick("topic", key, WEIGHTS), wanted)


def comment(draws: Draws, whose: tuple, wanted: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """Return texts of one or two sentences, or three; tone: 0 bad, 1 mixed, 2 good."""
    key, language = whose
    first, second = topics(draws, key, wanted), draws.pick("second topic", key, WEIGHTS)
    luck = [draws.uniform(f"sentence {n}", key) for n in range(4)]
    rows = zip(language, first, second, tone, *luck, strict=True)
    return np.array([_text(*row) for row in rows], dtype=object)


def _text(language: str, first: int, second: int, tone: int, *luck: float) -> str:
    book, found = phrases()[language], []
    if luck[3] < 0.45:
        found.append(_one(book["opening"][TONES[int(tone > 0)]], luck[2]))
    found.append(_one(book[TOPICS[first]][TONES[int(tone > 1)]], luck[0]))
    if tone == 1 or (luck[3] * 7) % 1 < 0.55:
        found.append(_one(book[TOPICS[second]][TONES[int(tone > 0)]], luck[1]))
    return " ".join(found)


def _one(sentences: list[str], luck: float) -> str:
    return sentences[int(luck * len(sentences))]
