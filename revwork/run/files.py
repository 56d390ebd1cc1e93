"""Files that are whole or not there, whenever the machine stops."""

import json
import os
import shutil
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write whole or not at all."""
    staged = path.with_name(path.name + ".tmp")
    with staged.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(staged, path)


def as_json(value: object) -> str:
    """Return JSON as a run's files hold it; raises ValueError for a number that it lacks."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)


def from_json(path: Path) -> object:
    """Return what a file of JSON holds; None where it is not there or cannot be read."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def hashed(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def again(source: Path, target: Path) -> None:
    """Make `target` the file `source`, which nobody changes any more: no second copy if need be."""
    with suppress(FileNotFoundError):
        target.unlink()
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def settled(folder: Path, deep: bool = True) -> None:
    """Return once what the folder lists is on the disk, and so, if deep, for folders in it."""
    inner = (one for one in folder.rglob("*") if one.is_dir()) if deep else ()
    for place in (folder, *inner):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
