"""Many sets of values, one run: read from a file, cut into shards, joined under one index."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from revwork.report.matrix import matrix_page
from revwork.run.files import as_json, from_json, write
from revwork.run.plan import UsageError

Values = Mapping[str, Any]


def values(path: Path) -> Any:
    """Return what a file of YAML or TOML says. UsageError where it cannot be read."""
    import yaml

    try:
        text = path.read_text("utf-8-sig")
        return tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{path} cannot be read: {' '.join(str(error).split())}") from None


def settings(path: Path) -> dict[str, Any]:
    """Return the values of parameters that a file names. UsageError where it holds else."""
    said = values(path)
    if not isinstance(said, dict):
        raise UsageError(f"{path}: write one line NAME: VALUE for each parameter.")
    return said


def sets(path: Path) -> dict[str, dict[str, Any]]:
    """Return the sets of a matrix by name, in the order of the file.

    The file is a list of sets, or names parameters, each with the list of its values: then every
    combination is a set. A set is named by `name`, else by its values.
    """
    said = values(path)
    if isinstance(said, dict) and set(said) == {"sets"}:  # TOML has no list at its top
        said = said["sets"]
    if isinstance(said, dict) and all(isinstance(one, list) for one in said.values()):
        said = [dict(zip(said, chosen, strict=True)) for chosen in product(*said.values())]
    if not said or not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise UsageError(
            f"{path}: write a list of sets, such as - {{language: es}}, or for each parameter the "
            "list of its values, such as language: [en, es]."
        )
    named: dict[str, dict[str, Any]] = {}
    for one in said:
        given = {key: value for key, value in one.items() if key != "name"}
        name = _slug([one["name"]] if "name" in one else given.values())
        if name in named:
            raise UsageError(f'{path}: two sets are called {name}: give each its own "name".')
        named[name] = given
    return named


def shard(names: Sequence[str], part: str) -> list[str]:
    """Return the K-th of N parts of the names, K/N being `part`; UsageError where it is none."""
    found = re.fullmatch(r"(\d+)/(\d+)", part)
    k, n = map(int, found.groups()) if found else (0, 0)
    if not 1 <= k <= n:
        raise UsageError(f"--shard {part}: write K/N, such as 2/5 for the second part of five.")
    return [*names][k - 1 :: n]


def fingerprint(every: Mapping[str, Values]) -> str:
    """Return what tells one matrix from another."""
    return sha256(as_json(every).encode()).hexdigest()[:16]


def together(about: Values, packs: Mapping[str, Values], place: Path) -> dict[str, Any]:
    """Write one index, manifest and list of numbers and findings over the packs of all sets."""
    first = next(iter(packs.values()), {})
    inputs = {row["table"]: row for one in packs.values() for row in one["inputs"]}
    shared = ("workspace", "language", "currency", "confidentiality", "versions")
    has_failed = any(one["status"] == "failed" for one in packs.values())
    manifest = {
        **about,
        **{name: first.get(name) for name in shared},
        "as_of": max((one["as_of"] for one in packs.values() if one["as_of"]), default=None),
        "status": "failed" if has_failed else "succeeded",
        "files": {"html": "index.html"},
        "sets": [{"set": name, "status": one["status"]} for name, one in packs.items()],
        "inputs": list(inputs.values()),
        "notebooks": [
            {**entry, "set": name, "files": _below(name, entry["files"])}
            for name, one in packs.items()
            for entry in one["notebooks"]
        ],
        "sha256": {
            f"{name}/{file}": told
            for name, one in packs.items()
            for file, told in one["sha256"].items()
        },
    }
    for file in ("findings", "kpis"):
        rows = ((name, row) for name in packs for row in from_json(place / name / f"{file}.json"))
        write(place / f"{file}.json", as_json([{**row, "set": name} for name, row in rows]))
    write(place / "index.html", matrix_page(manifest))
    write(place / "manifest.json", as_json(manifest))
    return manifest


def _below(name: str, files: Values) -> dict[str, str]:
    return {kind: f"{name}/{file}" for kind, file in files.items()}


def _slug(parts: Iterable[Any]) -> str:
    """A name for a folder."""
    told = (" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in parts)
    words = (re.sub(r"\W+", "-", one).strip("-") for one in told)
    return "_".join(filter(None, words)) or "all"
