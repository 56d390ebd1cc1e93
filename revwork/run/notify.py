"""Tell people how a run ended: whom, in which words, and whether they were reached."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from revwork.data.wording import DataError
from revwork.report.notice import Notice, chat, notice, unjudged_lines
from revwork.report.words import Reader
from revwork.run.alerts import Judged, Rule, Said, judge, lies_elsewhere
from revwork.run.compare import Run
from revwork.run.files import as_json, write
from revwork.run.recipients import resolved, shown, without_secrets
from revwork.run.shelf import changes, read, runs

if TYPE_CHECKING:
    from apprise import NotifyBase

    from revwork.workspace import Company

_FAULT = "Socket Exception: "  # how Apprise begins what a connection ended with
_PATIENCE = 60  # seconds for a recipient
_LARGEST = 15_000_000  # bytes of reports in a mail; base64 makes a third more of them
_EARLIER = 20  # runs that are asked which metrics there are


@dataclass(frozen=True)
class Told:
    """Whether a recipient was reached; `reason` is why not, `recipient` shows no secret.

    `about`: of a failure, a success, or alerts: why it was written to.
    """

    recipient: str
    about: tuple[str, ...]
    heard: bool
    reason: str = ""

    def __str__(self) -> str:
        """A line for whoever watches."""
        end = "told" if self.heard else f"not told: {self.reason}"
        return f"{self.recipient} ({', '.join(self.about)}): {end}"


def tell(company: "Company", folder: Path) -> list[Told]:
    """Tell the company's recipients of the run that is published in `folder`; never raises.

    A failed run, or a folder without one, is told to `failure`, a succeeded one to `success`,
    alerts and rules that could not be judged to `alerts`; who stands in two hears it once. Who was
    reached is written to record/notified.json.
    """
    try:
        return _tell(company, folder.resolve())
    except Exception as error:  # its words may hold an address
        return [Told("nobody", (), False, type(error).__name__)]


def judged(company: "Company", folder: Path) -> Judged:
    """Return what the company's alert rules say of the run in `folder`, set by set of a matrix.

    A set that tells a number of another part is not asked, as long as some set may know it.
    """
    run = read(folder)
    if not (run and company.alerts):
        return Judged()
    earlier = islice((one for one in runs(folder.parent) if one != folder.name), _EARLIER)
    known = list(filter(None, (read(folder.parent / name) for name in earlier)))
    numbers, claims = (
        {row["metric"]: row["notebook"] for one in reversed(known) for row in rows(one)}
        for rows in (lambda one: one.kpis, lambda one: one.findings)
    )
    said = {
        name: Said(*_of_set(name, run), numbers, claims)
        for name in dict.fromkeys(map(_set, run.manifest["notebooks"]))
    }
    found = {
        name: judge([rule for rule in company.alerts if _asks(rule, told, said)], told)
        for name, told in said.items()
    }
    return Judged(
        [replace(alert, set=name) for name, one in found.items() for alert in one.alerts],
        [replace(rule, set=name) for name, one in found.items() for rule in one.unjudged],
    )


def _asks(rule: Rule, told: Said, every: Mapping[str, Said]) -> bool:
    """Whether a set is held against a rule: none other knows the rule's part better."""
    here, others = lies_elsewhere(rule, told), map(partial(lies_elsewhere, rule), every.values())
    return not here or all(others)


def _of_set(name: str, run: Run) -> tuple[list, list, dict[str, str]]:
    """Numbers and findings of a set, and how its notebooks ended."""
    kpis, findings, entries = (
        [row for row in rows if _set(row) == name]
        for rows in (run.kpis, run.findings, run.manifest["notebooks"])
    )
    return kpis, findings, {one["notebook"]: one["status"] for one in entries}


def _set(row: Mapping[str, Any]) -> str:
    """The set of a matrix that a row is of; of any other run nothing."""
    return row.get("set", "")


def _tell(company: "Company", folder: Path) -> list[Told]:
    run = read(folder)
    found = judged(company, folder)
    about = _about(company, run, found)
    told = []
    if about:
        pages, left = _pages(run, folder)
        manifest = run.manifest if run else _lost(company, folder)
        said = notice(manifest, changes(folder), found, left)
        told = [_one(company, to, why, said, pages) for to, why in about.items()]
    if told or company.alerts:
        _record(folder, found, told)
    return told


def _about(company: "Company", run: Run | None, found: Judged) -> dict[str, tuple[str, ...]]:
    """Each address that is written to, and of what."""
    failed = run is None or run.manifest["status"] == "failed"
    kinds = ["failure" if failed else "success"]
    kinds += ["alerts"] if found.alerts or found.unjudged else []
    to = {kind: getattr(company.notify, kind) for kind in kinds}
    return {
        address: tuple(kind for kind in kinds if address in to[kind])
        for address in company.notify.all
        if any(address in to[kind] for kind in kinds)
    }


def _one(
    company: "Company", address: str, about: tuple[str, ...], said: Notice, pages: Sequence[Path]
) -> Told:
    try:
        with _quiet():
            reason = _send(company, address, said, pages)
    except DataError as error:
        reason = str(error)
    except Exception as error:
        reason = type(error).__name__
    reason = " ".join(without_secrets(reason, address).split())
    return Told(shown(address), about, not reason, reason)


def _send(company: "Company", address: str, said: Notice, pages: Sequence[Path]) -> str:
    """Send it; return why it did not arrive, in the service's own words, or nothing."""
    place = resolved(address)
    if place.startswith("file://"):
        with (company.folder / place.removeprefix("file://")).open("a", encoding="utf-8") as file:
            file.write(f"{said.subject}\n{said.text}\n\n")
        return ""
    from apprise import Apprise, AppriseAsset, NotifyFormat
    from apprise.attachment.file import AttachFile
    from apprise.plugins.email import NotifyEmail

    nothing = {"image_url_mask": "", "image_url_logo": "", "app_url": ""}
    asset = AppriseAsset(app_id="revwork", app_desc="revwork", **nothing)
    server = Apprise.instantiate(place, asset=asset)
    if server is None:
        return "Apprise cannot read this address"
    if isinstance(server, NotifyEmail):
        files = [AttachFile(str(page)) for page in pages]
        return _sent(server, said.subject, said.html, NotifyFormat.HTML, files)
    return _sent(server, chat(said.subject), said.text, NotifyFormat.TEXT, None)


def _sent(server: "NotifyBase", title: str, body: str, form: str, files: list | None) -> str:
    """Send it; of a mail that did not arrive the server's own words are told, too.

    What is at fault with a web address may repeat its path, which may be a secret.
    """
    from apprise import Apprise

    everyone = Apprise()
    everyone.add(server)
    level = logging.WARNING if files is None else logging.DEBUG
    result = everyone.notify(
        body, title, body_format=form, attach=files, timeout=_PATIENCE, log_level=level
    )
    said = dict.fromkeys(
        entry.message.removeprefix(_FAULT)
        for entry in result.logs()
        if entry.level in ("WARNING", "ERROR") or entry.message.startswith(_FAULT)
    )
    return "" if result else ": ".join(said) or f"no answer within {_PATIENCE} s"


@contextmanager
def _quiet() -> Iterator[None]:
    """Apprise's own words reach nobody's terminal or log; a reason is taken from its result."""
    logger = logging.getLogger("apprise")
    before, logger.propagate = logger.propagate, False
    silent = logging.NullHandler()
    logger.addHandler(silent)
    try:
        yield
    finally:
        logger.removeHandler(silent)
        logger.propagate = before


def _pages(run: Run | None, folder: Path) -> tuple[list[Path], int]:
    """The pack and its reports as far as a mail may hold them, and how many it may not."""
    ended = run.manifest["notebooks"] if run else []
    names = ["index.html", *filter(None, (entry["files"].get("html") for entry in ended))]
    there = [folder / name for name in names if (folder / name).is_file()]
    sizes = list(accumulate(page.stat().st_size for page in there))
    kept = [page for page, size in zip(there, sizes, strict=True) if size <= _LARGEST]
    return kept, len(there) - len(kept)


def _lost(company: "Company", folder: Path) -> Mapping[str, Any]:
    """What a manifest would say of a run that left none."""
    why = {"notebook": "revwork run", "status": "failed", "reason": "nothing was published"}
    return {
        **{"run": folder.name, "status": "failed", "workspace": company.name, "as_of": None},
        **{"language": company.language, "currency": company.currency, "notebooks": [why]},
    }


def _record(folder: Path, found: Judged, told: Sequence[Told]) -> None:
    if not (folder / "record").is_dir():
        return
    unjudged = unjudged_lines(found, Reader())
    record = {
        "alerts": [asdict(one) for one in found.alerts],
        "unjudged": [*unjudged],
        "told": [asdict(one) for one in told],
    }
    write(folder / "record" / "notified.json", as_json(record))
