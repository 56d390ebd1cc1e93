"""What is wrong with files or a revwork.toml, in words, and the way out."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class DataError(ValueError):
    """Files or a revwork.toml that cannot be used as they are, one sentence a breach."""

    def __init__(self, *sentences: str):
        """Keep the sentences apart for whoever lists them; together they are the message."""
        lines = (re.sub(r"[\s\0]*[\r\n\0][\s\0]*", " ", one) for one in sentences)
        short = (re.sub(r"([^\s,;]{80})[^\s,;]{20,}", r"\1…", one) for one in lines)
        self.sentences = tuple(one if one[-1] in ".?!" else f"{one}." for one in short)
        super().__init__("\n".join(self.sentences))

    def _render_traceback_(self) -> list[str]:
        return list(self.sentences)


def rows(count: int) -> str:
    """Return a count of rows in words."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return how to go on after an unknown `word`: the near miss, else what there is."""
    known = list(known)
    if close := closest(word, known, 0.6):
        return f'; did you mean "{close}"?'
    return f"; there is {listed(known)}" if known else ""


def closest(word: str, known: Iterable[str], cutoff: float) -> str | None:
    """Return the known word most like `word`, in whatever case; None where none is."""
    spelled = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), spelled, n=1, cutoff=cutoff)
    return spelled[close[0]] if close else None


def listed(words: Sequence[str]) -> str:
    """Return words in quotation marks, twelve at most."""
    return ", ".join(f'"{word}"' for word in words[:12]) + (" …" if len(words) > 12 else "")
