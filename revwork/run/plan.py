"""Plan a run: which notebooks there are, what they read, which parameters they take."""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, TypeAdapter, ValidationError

from revwork.calendar import Calendar
from revwork.run.credentials import is_named_secret
from revwork.run.scan import hits

PACKAGE = Path(__file__).parents[1]


def _day(text: str) -> str:
    if text:
        date.fromisoformat(text)
    return text


def _period(text: str) -> str:
    if not text.upper().endswith("-W53"):  # whether there is one, only the company's calendar says
        Calendar().period(text, date.today())
    return text


_TYPES = {
    **{kind.__name__: kind for kind in (str, int, float, bool, list)},
    "Literal": Literal,
    "Day": Annotated[str, AfterValidator(_day)],
    "PeriodName": Annotated[str, AfterValidator(_period)],
}

_WAY_OUT = (
    "parameters are kept in notebook, log and manifest. Put it into an environment variable or the "
    "keyring, and write ${NAME} or keyring:service/user into an address of revwork.toml."
)


class UsageError(ValueError):
    """A request that cannot be planned; the message says what was meant, perhaps."""


@dataclass(frozen=True)
class Parameter:
    """One line of a notebook's parameters cell."""

    name: str
    kind: Any
    default: Any
    help: str

    @property
    def type_name(self) -> str:
        """Its type as the cell says it."""
        known = {str(kind): name for name, kind in _TYPES.items()}
        return known.get(str(self.kind), str(self.kind).removeprefix("typing."))

    def read(self, value: object) -> Any:
        """Return `value`, text from a command line included, in the parameter's type."""
        try:
            if isinstance(value, str):
                return _from_text(value, self.kind)
            plain = value.isoformat() if isinstance(value, date) else value
            return _adapter(self.kind).validate_python(plain, strict=True)
        except ValidationError as error:
            raise UsageError(f"{self.name}={value}: {self._wanted(str(value), error)}") from None

    def _wanted(self, value: str, error: ValidationError) -> str:
        if get_origin(self.kind) is not Literal:
            said = error.errors()[0]
            return (
                str(said["ctx"]["error"]) if "error" in said.get("ctx", {}) else said["msg"].lower()
            )
        choices = [str(choice) for choice in get_args(self.kind)]
        shown = ", ".join(choice or '""' for choice in choices)
        return f"not one of {shown}{meant(value, choices)}"


def folder() -> Path:
    """Return where the notebooks live: beside the checkout's package, else inside the wheel's."""
    beside = PACKAGE.parent / "notebooks"
    return beside if beside.is_dir() else PACKAGE / "_bundled" / "notebooks"


def find(names: Sequence[str]) -> list[Path]:
    """Return the notebooks named (`01_revenue`, or a path), or all of them in reading order."""
    known = {path.stem: path for path in sorted(folder().glob("[0-9]*.ipynb"))}
    if not known:
        raise UsageError(f"there are no notebooks in {folder()}.")
    found = list(dict.fromkeys(_named(name, known) for name in names)) or list(known.values())
    stems = [path.stem for path in found]
    if twice := [stem for stem in stems if stems.count(stem) > 1]:
        raise UsageError(f"two notebooks are called {twice[0]}, so their reports would be too.")
    return found


def parameters(notebook: Path) -> list[Parameter]:
    """Return what the cell tagged `parameters` declares: name, type, default, comment.

    A notebook without such a cell takes none.
    """
    source = _parameters_cell(notebook)
    lines = source.splitlines()
    return [
        Parameter(
            node.target.id,
            eval(ast.unparse(node.annotation), {"__builtins__": {}}, dict(_TYPES)),
            ast.literal_eval(node.value),
            lines[node.end_lineno - 1][node.end_col_offset :].partition("#")[2].strip(),
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign)
    ]


def settle(notebooks: Sequence[Path], given: Mapping[str, object]) -> dict[Path, dict[str, Any]]:
    """Return the values each notebook gets, typed; UsageError for a name none of them takes.

    UsageError, too, for what is secret: parameters stand in notebooks, logs and manifests.
    """
    for name, value in given.items():
        _check_open(name, value)
    taken = {path: {p.name: p for p in parameters(path)} for path in notebooks}
    for parameter in (one for names in taken.values() for one in names.values()):
        _check_open(parameter.name, parameter.default)
    known = sorted({name for names in taken.values() for name in names})
    for name in given:
        if name not in known:
            takes = ", ".join(known) or "none, as no cell is tagged parameters"
            raise UsageError(f"no parameter {name}; there are {takes}{meant(name, known)}")
    return {
        path: {name: names[name].read(value) for name, value in given.items() if name in names}
        for path, names in taken.items()
    }


def imports(notebook: Path) -> set[str]:
    """Return the packages that a notebook's code cells import."""
    found = (re.findall(r"^\s*(?:import|from) (\w+)", code, re.M) for code in _code(notebook))
    return {name for names in found for name in names}


def opens(notebook: Path) -> bool:
    """Return whether a notebook opens the company that its parameter `workspace` names."""
    return any("open_company(workspace)" in source for source in _code(notebook))


def reads_run(notebook: Path) -> bool:
    """Return whether a notebook reads what the others of its run said, so that it comes last."""
    return any("open_run(" in source for source in _code(notebook))


def reads(notebook: Path) -> dict[str, list[str]]:
    """Return the tables a notebook needs and the ones that enrich it, from its one literal call."""
    for source in _code(notebook):
        if ".tables(" in source:
            for call in ast.walk(ast.parse(source)):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".tables"):
                    named = [k for k in call.keywords if k.arg in ("needs", "enriches")]
                    return {k.arg: ast.literal_eval(k.value) for k in named}
    return {}


def meant(word: str, known: Sequence[str]) -> str:
    """Return `; did you mean x?` where a known word is close, else nothing."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _check_open(name: str, value: object) -> None:
    """Raise UsageError for a parameter that is secret by its name or value, repeating no value."""
    if hits(name):
        raise UsageError(f"what is given holds {hits(name)[0].partition(' in ')[0]}: {_WAY_OUT}")
    if found := hits(str(value)):
        raise UsageError(f"the parameter {name} holds {found[0].partition(' in ')[0]}: {_WAY_OUT}")
    if is_named_secret(name):
        raise UsageError(
            f"the parameter {name} looks secret: {_WAY_OUT} Call it otherwise if it is not secret."
        )


def _named(name: str, known: Mapping[str, Path]) -> Path:
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    short = {stem.partition("_")[2]: found for stem, found in known.items()}
    if found := known.get(path.stem) or short.get(path.stem):
        return found
    raise UsageError(
        f"no notebook {name}; there are {', '.join(known)}{meant(name, [*known, *short])}"
    )


def _parameters_cell(notebook: Path) -> str:
    for cell in _cells(notebook):
        if "parameters" in cell["metadata"].get("tags", []):
            return "".join(cell["source"])
    return ""


def _code(notebook: Path) -> list[str]:
    """The sources of the code cells."""
    cells = (cell for cell in _cells(notebook) if cell["cell_type"] == "code")
    return ["".join(cell["source"]) for cell in cells]


def _cells(notebook: Path) -> list[dict[str, Any]]:
    """The cells as the file has them; nbformat would take longer to import than all to check."""
    return json.loads(notebook.read_text("utf-8")).get("cells", [])


def _from_text(text: str, kind: Any) -> Any:
    if get_origin(kind) is list and text.lstrip().startswith("["):
        return _adapter(kind).validate_json(text)
    if get_origin(kind) is list:
        (item,) = get_args(kind)
        return [_from_text(part.strip(), item) for part in text.split(",")] if text else []
    if get_origin(kind) is Literal:
        chosen = next((choice for choice in get_args(kind) if str(choice) == text), text)
        return _adapter(kind).validate_python(chosen)
    return _adapter(kind).validate_strings(text)


def _adapter(kind: Any) -> TypeAdapter:
    return TypeAdapter(kind, config={"allow_inf_nan": False})
