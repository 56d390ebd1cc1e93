"""What is seen in Lab, as a file to take along; a page offers each of its tables by itself."""

import os
import re
from base64 import b64encode
from dataclasses import dataclass
from html import escape

import pandas as pd

from revwork.report.carried import HEADLESS
from revwork.report.words import Reader, label, reader, text

_FORMULA = re.compile(r"^\s*[=+\-@]")  # a spreadsheet would calculate what begins so


@dataclass(frozen=True)
class Download:
    """A link that saves a table as CSV, which spreadsheets open: exact numbers, unknown empty."""

    frame: pd.DataFrame
    name: str
    reader: Reader

    def _repr_html_(self) -> str:
        if os.environ.get(HEADLESS):
            return ""
        told = b64encode(self._csv().encode("utf-8-sig")).decode()
        file = re.sub(r"\W+", "_", self.name).strip("_").lower() or "table"
        said = self.reader.words("Download as CSV")
        address = f"data:text/csv;charset=utf-8;base64,{told}"
        return f'<p><a download="{escape(file)}.csv" href="{address}">{escape(said)}</a></p>'

    def __repr__(self) -> str:
        return self.name

    def _csv(self) -> str:
        shown = self.frame.rename(columns=lambda name: label(str(name)))
        for name in shown.select_dtypes("object"):
            shown[name] = [self._cell(value) for value in shown[name]]
        return shown.to_csv(index=False, lineterminator="\r\n")

    def _cell(self, value: object) -> str:
        said = self.reader.segment(value) if isinstance(value, dict) else text(value)
        return f"'{said}" if _FORMULA.match(said) else said


def download(frame: pd.DataFrame, name: str) -> Download:
    """Offer a table as a file of that name; its headings are in the reader's language."""
    return Download(frame, name, reader())
