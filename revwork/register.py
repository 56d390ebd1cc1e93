"""The register of actions: one file beside revwork.toml, in which no change is ever lost.

Whoever writes holds its lock, reads what is there, changes one action and puts a whole new file in
the old one's place: two who write at once both get in, and a process that is killed leaves the
old file or the new one. People may edit the file; what cannot be read is said in one sentence.
"""

import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from revwork.actions import DAYS, EDITED, Action, Change, Money, Step
from revwork.contracts import DEPARTMENTS
from revwork.data.pseudonyms import hidden
from revwork.data.wording import DataError, nearest
from revwork.findings import identity
from revwork.run.files import settled, write

FILE = "actions.yaml"
_HEAD = (
    "# What was decided: written by `revwork actions` and notebook 11_action_plan, yours to edit.\n"
)
_ALWAYS = ("id", "status", "department", "effort", "due", "finding")
_NOTHING = ("", None, [], {})
_IN_WORDS = ("claim", "next_step", "messages")
_KEYS = [one.name for one in fields(Action)]
_ACTION = TypeAdapter(Action)


def read(folder: Path) -> list[Action]:
    """Return the actions that a workspace's register holds, none where there is no file.

    Raises DataError with everything in the file that is not understood.
    """
    place = folder / FILE
    try:
        return _actions(place.read_text("utf-8-sig"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{place} cannot be read: {error}") from None


def change(
    folder: Path, action: Action, changed: Mapping[str, Any], who: str, when: datetime
) -> Action:
    """Write what is changed of an action, and return it as the register now has it.

    `action` is what the change is about: a proposal enters with it. Of one that is in the register
    only the fields that `changed` names are touched, so that what others changed meanwhile
    stays. `days` adds to the days there are. Raises DataError where the register cannot be
    read or written, or a value is not allowed.
    """
    try:
        lock = _lock(folder)
        with lock:
            actions = read(folder)
            at = next((n for n, one in enumerate(actions) if one.ids & action.ids), len(actions))
            now = _changed([*actions, action][at], changed, who, when)
            actions[at : at + 1] = [now]
            write(folder / FILE, _text(actions))
            settled(folder, deep=False)
    except OSError as error:
        raise DataError(f"{folder / FILE} cannot be written: {error}") from None
    return now


def discreet(actions: Sequence[Action], folder: Path) -> list[Action]:
    """Return actions for readers who may not know people: no names, no words that people wrote.

    Those about a person are known by what the tables call that person then.
    """
    return [_discreet(one, folder) for one in actions]


def whoami() -> str:
    """Return the name of whoever works here: of JupyterHub's user, else of the machine's."""
    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _discreet(action: Action, folder: Path) -> Action:
    told = {key: one for key, one in action.finding.items() if key not in _IN_WORDS}
    part = hidden(told["segment"], folder)
    about = {"metric": told["metric"], "part": part}
    words = {"template": "{metric:label}: {part:segment}", "values": about}
    finding = told | {"segment": part, "messages": {"claim": words, "next_step": words}}
    is_same = part == told["segment"]
    own = action.id if is_same else identity(told["metric"], part, told["direction"])
    return replace(action, id=own, finding=finding, owner="", title="", note="", history=())


def _lock(folder: Path) -> FileLock:
    """The lock that writers of this register hold, kept where no table lies."""
    aside = folder / ".revwork"
    aside.mkdir(mode=0o700, exist_ok=True)
    (aside / ".gitignore").write_text("*\n", "utf-8")
    return FileLock(aside / "actions.lock")


def _changed(action: Action, changed: Mapping[str, Any], who: str, when: datetime) -> Action:
    """The action with other values and a line of history; itself where nothing is another."""
    given = {**changed, "days": {**action.days, **changed.get("days", {})}}
    was = {**{name: getattr(action, name) for name in EDITED}, **action.days}
    new = {**{name: given[name] for name in EDITED if name in given}, **given["days"]}
    told = {
        name: [_plain(was.get(name)), _plain(value)]
        for name, value in new.items()
        if value != was.get(name)
    }
    if not told:
        return action
    line = Change(when.replace(microsecond=0), who, told)
    now = replace(action, **given, history=[*action.history, line])
    _check([_entry(now)])
    return now


def _actions(text: str) -> list[Action]:
    import yaml

    try:
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or "it is no YAML"
        raise DataError(f"{FILE} cannot be read{where}: {why}") from None
    if found is None:
        return []
    if not isinstance(found, dict) or {*found} != {"actions"} or _is_no_list(found["actions"]):
        raise DataError(f'{FILE}: there has to be one list in it, "actions:", an entry each')
    return _check(found["actions"] or [])


def _is_no_list(entries: object) -> bool:
    return entries is not None and not isinstance(entries, list)


def _check(entries: Sequence[Any]) -> list[Action]:
    """The entries as actions; DataError with all that is wrong in any of them."""
    wrong = [text for n, one in enumerate(entries, start=1) for text in _breaches(n, one)]
    if wrong:
        raise DataError(*wrong)
    actions = [_ACTION.validate_python(one) for one in entries]
    seen: set[str] = set()
    for one in actions:
        if one.ids & seen:
            raise DataError(f"{FILE}: {one.id} is there twice: join the two entries")
        seen |= one.ids
    return actions


def _breaches(number: int, entry: Any) -> Iterator[str]:
    """What is not understood of an entry, one sentence each."""
    if not isinstance(entry, dict):
        yield f"{FILE}: entry {number} has no fields: it begins with id, then status"
        return
    where = f"{FILE}: {entry.get('id', f'entry {number}')}:"
    yield from (f'{where} "{key}" is not known{nearest(str(key), _KEYS)}' for key in entry
                if key not in _KEYS)  # fmt: skip
    if "department" in entry and entry["department"] not in DEPARTMENTS:
        given = entry["department"]
        yield f'{where} department "{given}" is none{nearest(str(given), DEPARTMENTS)}'
    if entry.get("effort", "S") not in DAYS:
        yield f'{where} effort "{entry["effort"]}" is none of S, M and L'
    try:
        _ACTION.validate_python({key: one for key, one in entry.items() if key in _KEYS})
    except ValidationError as error:
        yield from (_misfit(where, one) for one in error.errors() if one["loc"][0] != "effort")


def _misfit(where: str, error: Mapping[str, Any]) -> str:
    """One of pydantic's complaints about an entry, with its place."""
    key = ".".join(map(str, error["loc"]))
    if error["type"] == "missing":
        return f"{where} {key} is missing"
    if error["type"] == "literal_error":
        known = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f'{where} {key} "{error["input"]}" is not known{nearest(str(error["input"]), known)}'
    return f"{where} {key} {error['msg'].replace('Input ', '')}, not {error['input']!r}"


def _text(actions: Sequence[Action]) -> str:
    import yaml

    class Plainly(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
        """Says a value again where it is there again: people cannot read references."""

        def ignore_aliases(self, _: object) -> bool:
            return True

    told = {"actions": [_entry(one) for one in actions]}
    return _HEAD + yaml.dump(told, Dumper=Plainly, sort_keys=False, allow_unicode=True, width=100)


def _entry(action: Action) -> dict[str, Any]:
    """An action as the file has it: what people look for first, nothing that is empty."""
    first = ("id", "status", "title", "department", "owner", "due", "effort", "note", "days")
    names = [*first, *(name for name in _KEYS if name not in first)]
    told = {name: _plain(getattr(action, name)) for name in names}
    return {name: one for name, one in told.items() if name in _ALWAYS or one not in _NOTHING}


def _plain(value: Any) -> Any:
    """What YAML knows."""
    if isinstance(value, Money | Step | Change):
        return {name: _plain(one) for name, one in vars(value).items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value
