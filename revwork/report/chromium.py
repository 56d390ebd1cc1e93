"""Paper and pictures by a Chromium of this machine: without a network, one start a file."""

import os
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from revwork.report.export import Unpublishable

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = ("--headless", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
_OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"
_WIDE = 760  # CSS pixels of a picture; drawn at twice that
_SECONDS = 120


def find() -> str:
    """Return a browser: $REVWORK_CHROMIUM, one on the path, else Playwright's own.

    Raises Unpublishable where there is none.
    """
    named = (os.environ.get("REVWORK_CHROMIUM"), *map(shutil.which, _NAMES))
    if found := next(filter(None, named), None) or _playwrights():
        return found
    raise Unpublishable(
        "no Chromium is here to print with: install chromium, or name one in REVWORK_CHROMIUM"
    )


def printed(html: str) -> bytes:
    """Return a page as a PDF, as its own print style lays it out, without its links.

    On paper a link would name a place on this machine.
    """
    with TemporaryDirectory(prefix="revwork-") as aside:
        page, paper = Path(aside, "page.html"), Path(aside, "page.pdf")
        page.write_text(re.sub(r"<a [^>]*>(.*?)</a>", r"\1", html), encoding="utf-8")
        _drive(f"--print-to-pdf={paper}", "--no-pdf-header-footer", page=page, makes=paper)
        return paper.read_bytes()


def on_one_sheet(draw: Callable[[int], str], most: int) -> bytes:
    """Return the PDF of `draw(n)` for the largest n, from `most` down to none, on one sheet."""
    for number in range(most, -1, -1):
        paper = printed(draw(number))
        if sheets(paper) == 1:
            return paper
    raise Unpublishable("the pack does not fit on one sheet")


def sheets(pdf: bytes) -> int:
    """Return how many pages a PDF of Chromium's has."""
    return max(map(int, re.findall(rb"/Count (\d+)", pdf)), default=0)


def painted(addresses: Sequence[str]) -> list[bytes]:
    """Return pictures, given as data addresses, as PNG; all in one start of the browser."""
    from PIL import Image

    if not addresses:
        return []
    heights = [round(_WIDE * _ratio(address)) for address in addresses]
    pictures = "".join(
        f'<img src="{address}" style="display:block;width:{_WIDE}px;height:{height}px">'
        for address, height in zip(addresses, heights, strict=True)
    )
    with TemporaryDirectory(prefix="revwork-") as aside:
        page, shot = Path(aside, "page.html"), Path(aside, "page.png")
        page.write_text(f'<!DOCTYPE html><body style="margin:0;background:#fff">{pictures}')
        size = f"--window-size={_WIDE},{sum(heights) + 200}"
        _drive(f"--screenshot={shot}", size, "--force-device-scale-factor=2", page=page, makes=shot)
        whole = Image.open(shot).convert("RGB")
    tops = [sum(heights[:at]) for at in range(len(heights))]
    boxes = [(0, 2 * t, 2 * _WIDE, 2 * (t + h)) for t, h in zip(tops, heights, strict=True)]
    return [_png(whole.crop(box)) for box in boxes]


def _drive(*arguments: str, page: Path, makes: Path) -> None:
    is_root = getattr(os, "geteuid", lambda: 1)() == 0  # Chromium has no sandbox for root
    sandbox = ["--no-sandbox"] if is_root else []
    profile = f"--user-data-dir={makes.parent / 'profile'}"
    command = [find(), *_FLAGS, _OFFLINE, *sandbox, profile, *arguments, page.resolve().as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unpublishable(f"Chromium did not print within {_SECONDS} s") from None
    except OSError as error:
        raise Unpublishable(f"{command[0]} does not start: {error.strerror}") from None
    if done.returncode or not makes.exists():
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
        raise Unpublishable(f"Chromium ended with {done.returncode}: {said[0]}")


def _ratio(address: str) -> float:
    """Height against width of a picture: an SVG's own, else its pixels'."""
    from PIL import Image

    drawn = b64decode(address.partition(",")[2])
    if found := re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn):
        width, height = map(float, found.groups())
    else:
        width, height = Image.open(BytesIO(drawn)).size
    return height / width


def _png(picture: object) -> bytes:
    packed = BytesIO()
    picture.quantize(128).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _playwrights() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None
