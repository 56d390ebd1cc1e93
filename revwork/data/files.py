"""Which files a source means: one, all that fit a pattern, a folder's, or those in a .zip."""

import gzip
import shutil
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from glob import glob, has_magic
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from revwork.data.source import Source
from revwork.data.wording import DataError, nearest


@dataclass(frozen=True)
class Part:
    """A file of a source: the name it goes by, and where it can be read."""

    name: str
    path: Path


def kind(path: str | Path) -> str:
    """Return the suffix that says how to read a file: that before .gz, in small letters."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes] or [""]
    return "".join(suffixes[-2:]) if suffixes[-1] == ".gz" else suffixes[-1]


def named(source: Source, kinds: Iterable[str]) -> list[Path]:
    """Return the files that the source means as they lie there, sorted; `kinds` can be read.

    Raises DataError: none, an empty one, or in a folder files of several kinds.
    """
    path, archive = source.path, _archive(source.path)
    if archive or path.is_file():
        found = [archive or path]
    elif path.is_dir():
        found = _below(path, {*kinds})
    elif has_magic(str(path)):
        found = [Path(one) for one in glob(str(path), recursive=True) if Path(one).is_file()]
    else:
        raise DataError(_absent(path))
    if not found:
        raise DataError("fits no file")
    if empty := [one for one in found if one.stat().st_size == 0]:
        which = "" if len(found) == 1 else f"{empty[0].name} "
        raise DataError(f"{which}is empty: it has neither a header nor rows")
    return sorted(found)


def parts(source: Source, kinds: Sequence[str], scratch: Path) -> list[Part]:
    """Return the files of the source, those in a .zip or .gz unpacked into `scratch` if need be."""
    base = source.path if source.path.is_dir() else source.folder
    found = []
    for path in named(source, kinds):
        known = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name
        if path.suffix.lower() == ".zip":
            found += _unzipped(source, path, scratch / str(len(found)))
        elif kind(path) not in kinds and kind(path).endswith(".gz"):
            found.append(Part(known, _unpacked(path, scratch / str(len(found)))))
        else:
            found.append(Part(known, path))
    return found


def _archive(path: Path) -> Path | None:
    """The .zip that the path names a member of."""
    zipped = (above for above in path.parents if above.suffix.lower() == ".zip")
    return next((above for above in zipped if above.is_file()), None)


def _absent(path: Path) -> str:
    if not path.parent.is_dir():
        return "is not there, nor is its folder"
    beside = sorted(one.name for one in path.parent.iterdir() if one.suffix != ".toml")
    return f"is not there{nearest(path.name, beside)}"


def _below(folder: Path, kinds: set[str]) -> list[Path]:
    """The files below a folder that can be read, all of one kind."""
    visible = (one for one in folder.rglob("*") if not one.name.startswith((".", "~")))
    found = [one for one in visible if one.is_file() and kind(one) in kinds]
    counts = Counter(kind(one).removesuffix(".gz") for one in found)
    if len(counts) > 1:
        listed = " and ".join(f"{count} of {suffix}" for suffix, count in sorted(counts.items()))
        raise DataError(f'is a folder with files of several kinds, {listed}: name one, "…/*.csv"')
    if not found:
        raise DataError("is a folder without any file that can be read")
    return found


def _unzipped(source: Source, path: Path, scratch: Path) -> list[Part]:
    inside = source.path.relative_to(path).as_posix() if source.path != path else ""
    try:
        with ZipFile(path) as archive:
            files = [one for one in archive.namelist() if _is_file(one)]
            chosen = [one for one in files if not inside or one == inside or fnmatch(one, inside)]
            _check_members(files, chosen, inside, path.name)
            places = [Path(archive.extract(one, scratch)) for one in sorted(chosen)]
    except (BadZipFile, RuntimeError, OSError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be opened as a .zip: {error}") from None
    return [
        Part(f"{path.name}/{one}", place) for one, place in zip(sorted(chosen), places, strict=True)
    ]


def _is_file(member: str) -> bool:
    name = PurePosixPath(member).name
    return not member.endswith("/") and not member.startswith("__MACOSX") and name[0] != "."


def _check_members(files: list[str], chosen: list[str], inside: str, archive: str) -> None:
    if not chosen:
        raise DataError(f'{archive} holds no "{inside}"{nearest(inside, files)}' if inside else
                        f"{archive} holds no file")  # fmt: skip
    if len(chosen) > 1 and not inside:
        raise DataError(
            f"{archive} holds {len(chosen)} files{nearest('', files)}; say which, such as "
            f'file = "{archive}/{chosen[0]}", or with a pattern'
        )


def _unpacked(path: Path, scratch: Path) -> Path:
    scratch.mkdir()
    try:
        with gzip.open(path) as packed, (scratch / path.stem).open("wb") as copy:
            shutil.copyfileobj(packed, copy)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be opened: {error}") from None
    return scratch / path.stem
