"""Saved views: what somebody chose to look at, kept in the workspace for every later run."""

import json
import os
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from filelock import FileLock

from revwork.data.wording import DataError, nearest

FILE = "views.toml"
_HEAD = "# Views of 99_explore: each is shown first on that page in every run.\n"


@dataclass(frozen=True)
class View:
    """One metric by one dimension, as the parameters of the explore notebook name them.

    `only`: parts of the business, such as region=Spain. A period such as "last quarter" moves on
    with the data.
    """

    name: str
    metric: str
    by: str
    period: str = "last quarter"
    compare: str = "year ago"
    only: Sequence[str] = field(default_factory=tuple)


def saved(folder: Path) -> list[View]:
    """Return the views of a workspace, in the order they were first saved.

    Raises DataError, with a sentence a view, where the file cannot be read.
    """
    file = folder / FILE
    if not file.is_file():
        return []
    try:
        rows = tomllib.loads(file.read_text("utf-8")).get("views", [])
    except ValueError as error:
        raise DataError(f"{FILE} cannot be read: {error}") from None
    if not isinstance(rows, list):
        raise DataError(f"{FILE} cannot be read: views are sections [[views]]")
    wrong = [said for number, row in enumerate(rows, 1) for said in _wrong(number, row)]
    if wrong:
        raise DataError(*wrong)
    return [View(**{**row, "only": tuple(row.get("only", ()))}) for row in rows]


def save(folder: Path, view: View) -> list[View]:
    """Keep a view in the workspace, in place of one of the same name; return all there are.

    Others who save at the same time wait; a crash leaves the file as it was. Raises DataError for
    a view without a name, and where the workspace cannot be written.
    """
    if not view.name.strip():
        raise DataError("A view needs a name.")
    try:
        with FileLock(folder / f".{FILE}.lock"):
            known = {one.name: one for one in saved(folder)} | {view.name: view}
            _write(folder, _HEAD + "".join(map(_section, known.values())))
    except OSError as error:
        raise DataError(f"{FILE} cannot be written: {error.strerror}") from None
    return [*known.values()]


def _write(folder: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{FILE}")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(folder / FILE)
    finally:
        Path(name).unlink(missing_ok=True)


def _section(view: View) -> str:
    values = {name: value for name, value in asdict(view).items() if value not in ("", (), [])}
    lines = (f"{name} = {json.dumps(value, ensure_ascii=True)}" for name, value in values.items())
    return "\n[[views]]\n" + "".join(f"{line}\n" for line in lines)


def _wrong(number: int, row: object) -> list[str]:
    place, known = f"{FILE}: view {number}", [one.name for one in fields(View)]
    if not isinstance(row, dict):
        return [f"{place} is no section [[views]]"]
    said = [f'{place}: "{key}" is not known{nearest(key, known)}' for key in {*row} - {*known}]
    said += [f"{place}: {key} is missing" for key in ("name", "metric", "by") if not row.get(key)]
    texts = [key for key in known if key in row and key != "only" and not isinstance(row[key], str)]
    only = row.get("only", [])
    if not (isinstance(only, list) and all(isinstance(one, str) for one in only)):
        said.append(f"{place}: only is no list of texts")
    return sorted(said) + [f"{place}: {key} is no text" for key in texts]
