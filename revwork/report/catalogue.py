"""What a text is called in another language: the .po files of revwork/translations, read once.

English texts are the message ids. A language is a folder, a part of the reports a file in it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "translations"


def translated(text: str, language: str) -> str:
    """Return the text in that language; a text that no catalogue knows stays as it is."""
    return entries(language).get(text, text)


@cache
def entries(language: str) -> Mapping[str, str]:
    """Return English text → text in that language, ready for print; nothing for English."""
    return {text: typeset(said, language) for _, text, said in read(language) if said}


def read(language: str) -> Iterator[tuple[str, str, str]]:
    """Return file, English text and text in that language as the catalogues hold them."""
    from babel.messages.pofile import read_po

    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            yield from ((path.name, one.id, one.string) for one in read_po(file) if one.id)


def typeset(text: str, language: str) -> str:
    """Return the text with the signs that keyboards lack: spaces that do not break, apostrophes."""
    if language == "fr":
        text = re.sub(r" (?=[:;!?%»])|(?<=«) ", "\u202f", text.replace("'", "’"))
    return re.sub(r" (?=%)", "\u00a0", text)
