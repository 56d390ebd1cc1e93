"""Exports that a program makes alike everywhere: one file in presets/ says how each is read.

A preset names the table it fills and the headers it goes by. Its SQL is over those headers,
trimmed, null where empty, `numbers` as decimals, all else as text; `_row` is the row's place.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

from revwork.data.wording import DataError

_FOLDER = Path(__file__).with_name("presets")
NAMES = sorted(path.stem for path in _FOLDER.glob("*.toml"))


@dataclass(frozen=True)
class Rule:
    """Rows by an SQL condition, and why they are treated as they are."""

    rows: str
    why: str
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Preset:
    """An export: whose it is, the table it fills, its headers and what becomes of its rows.

    `needs`, `knows`: headers it cannot do without, and further ones; `spellings`: header →
    others for it. `personal`: headers never loaded; `pseudonyms`: loaded as a code for whoever
    they name. `carry`: headers that only the first row of each `within` fills. `refused` rows
    stop the load, those `left_out` are counted, `also` are rows made beside others, `group`
    what makes several rows one. `steps` are queries over `given` that add to it what `columns`,
    contract column → SQL, are worked out from. `instead`: table → why it is not filled;
    `missing`: header → what its absence means. `like`: the preset of the same export whose
    entries count where this one says nothing.
    """

    name: str
    title: str
    table: str
    export: str
    needs: Sequence[str]
    knows: Sequence[str]
    columns: Mapping[str, str]
    version: str
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    personal: Sequence[str] = ()
    pseudonyms: Sequence[str] = ()
    numbers: Sequence[str] = ()
    empty: Sequence[str] = ()
    unfold: str = ""
    within: str = ""
    carry: Sequence[str] = ()
    refused: Sequence[Rule] = ()
    left_out: Sequence[Rule] = ()
    steps: Sequence[str] = ()
    also: Sequence[Rule] = ()
    group: Sequence[str] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimal: str | None = None
    time_zone: str | None = None
    like: str = ""

    @property
    def headers(self) -> list[str]:
        """Every spelling of every header it knows."""
        known = [*self.needs, *self.knows, *self.personal]
        return [*known, *(other for one in known for other in self.spellings.get(one, ()))]

    def found(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return header of the preset → column, of `headers`: column → header in the file."""
        theirs = {_letters(header): column for column, header in reversed(headers.items())}
        places = {
            one: [theirs.get(_letters(name)) for name in (one, *self.spellings.get(one, ()))]
            for one in dict.fromkeys([*self.needs, *self.knows, *self.personal])
        }
        return {one: next(filter(None, names)) for one, names in places.items() if any(names)}

    def lacks(self, headers: Mapping[str, str]) -> list[str]:
        """Return the needed headers that are not there."""
        found = self.found(headers)
        return [header for header in self.needs if header not in found]


@cache
def preset(name: str) -> Preset:
    """Return the preset of that name; its version changes with its file."""
    content = (_FOLDER / f"{name}.toml").read_bytes()
    spec = tomllib.loads(content.decode())
    if other := spec.get("like"):
        base = (_FOLDER / f"{other}.toml").read_bytes()
        spec, content = {**tomllib.loads(base.decode()), **spec}, base + content
    for rules in ("refused", "left_out", "also"):
        spec[rules] = [Rule(**rule) for rule in spec.get(rules, [])]
    return Preset(name=name, version=sha256(content).hexdigest(), **spec)


def known_headers(name: str | None) -> list[str]:
    """Return the headers of the preset of that name; of none, none."""
    return preset(name).headers if name else []


def version(name: str | None) -> str:
    """Return what changes with the preset of that name; of none, nothing."""
    return preset(name).version if name else ""


def recognised(headers: Iterable[str]) -> Preset | None:
    """Return the preset whose needed headers are all there; of several, who knows most."""
    theirs = {header: header for header in headers}
    fitting = [one for one in map(preset, NAMES) if not one.like and not one.lacks(theirs)]
    return max(fitting, key=lambda one: (len(one.found(theirs)), len(one.needs)), default=None)


def beside(one: Preset) -> list[Preset]:
    """Return the presets that fill further tables from the same export."""
    return [other for other in map(preset, NAMES) if other.like == one.name]


def nearest_preset(headers: Iterable[str]) -> tuple[Preset, list[str]] | None:
    """Return the preset that has most of its needed headers there, and which it lacks."""
    theirs = {header: header for header in headers}
    shares = {name: _share(preset(name), theirs) for name in NAMES if not preset(name).like}
    best = max(shares, key=lambda name: shares[name])
    return (preset(best), preset(best).lacks(theirs)) if shares[best][0] > 0.5 else None


def check(one: Preset, headers: Mapping[str, str]) -> None:
    """Raise DataError where needed headers are missing, naming them and a preset that fits."""
    lacks = one.lacks(headers)
    if not lacks:
        return
    if why := next((one.missing[header] for header in lacks if header in one.missing), ""):
        raise DataError(why)
    other = recognised(headers.values())
    listed = ", ".join(f'"{header}"' for header in lacks)
    advice = (
        f'its header is that of {other.title}: say preset = "{other.name}" under '
        f"[tables.{other.table}]"
        if other
        else f"export it anew: {one.export}; or leave preset out and name each column"
    )
    raise DataError(f"has no column {listed}, which {one.title} have; {advice}")


def _share(one: Preset, headers: Mapping[str, str]) -> tuple[float, int]:
    return 1 - len(one.lacks(headers)) / len(one.needs), len(one.found(headers))


def _letters(header: str) -> str:
    """A header by its letters and digits alone: StageName, Stage Name and stage_name agree."""
    return re.sub(r"[\W_]+", "", header.casefold())
