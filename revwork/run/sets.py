"""Many sets of values, one run: read from a file, cut into shards, joined under one index."""

import re
import shutil
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from revwork.report.matrix import matrix_page
from revwork.run.files import again, as_json, from_json, write
from revwork.run.plan import UsageError
from revwork.run.request import Request
from revwork.run.shelf import shelve
from revwork.run.staging import begun

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
        "reason": " ".join(filter(None, (one["reason"] for one in packs.values()))),
        "files": {"html": "index.html"},
        "sets": [
            {"set": name, "status": one["status"], "reason": one["reason"]}
            for name, one in packs.items()
        ],
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


def collect(folders: Sequence[Path], reports: Path) -> dict[str, Any]:
    """Join the newest shards of a matrix, published in `folders`, to one run under `reports`.

    UsageError where there is none, or one of its shards is missing.
    """
    newest = _shards(folders)
    about = {**from_json(newest[0] / "manifest.json"), "shard": ""}
    kept = ("started", "ended", "seconds", "today", "whole_pack", "matrix", "shard", "git")
    reports = reports.resolve()
    reports.mkdir(parents=True, exist_ok=True)
    with begun(reports, Request({}, matrix=about["matrix"])) as staged:
        packs = {}
        for run in newest:
            for name in (one["set"] for one in from_json(run / "manifest.json")["sets"]):
                for part in (name, f"record/{name}"):
                    shutil.copytree(run / part, staged / part, copy_function=_again)
                packs[name] = from_json(staged / name / "manifest.json")
        told = {"run": staged.name.lstrip("."), **{name: about[name] for name in kept}}
        manifest = together(told, dict(sorted(packs.items())), staged)
        shelve(staged)
    return manifest


def _shards(folders: Sequence[Path]) -> list[Path]:
    """The newest published run of each shard of the newest matrix there is."""
    runs = sorted(
        (one for folder in folders for one in folder.glob("[0-9]*")), key=lambda p: p.name
    )
    said = {run: from_json(run / "manifest.json") or {} for run in reversed(runs)}
    found: dict[tuple[str, str], Path] = {}
    for run, manifest in said.items():
        if manifest.get("shard"):
            found.setdefault((manifest["matrix"], manifest["shard"]), run)
    if not found:
        raise UsageError(f"no shard of a matrix lies in {', '.join(map(str, folders))}.")
    matrix, part = next(iter(found))
    of = part.partition("/")[2]
    wanted = [f"{k}/{of}" for k in range(1, int(of) + 1)]
    if missing := [one for one in wanted if (matrix, one) not in found]:
        raise UsageError(f"shards {', '.join(missing)} of the matrix are not there yet.")
    return [found[matrix, one] for one in wanted]


def _again(source: str, target: str) -> None:
    again(Path(source), Path(target))


def _below(name: str, files: Values) -> dict[str, str]:
    return {kind: f"{name}/{file}" for kind, file in files.items()}


def _slug(parts: Iterable[Any]) -> str:
    """A name for a folder."""
    told = (" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in parts)
    words = (re.sub(r"\W+", "-", one).strip("-") for one in told)
    return "_".join(filter(None, words)) or "all"
