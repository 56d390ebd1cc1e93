"""The browser the tests drive: one found on the machine, else installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find() -> str | None:
    """Return the path of a Chromium on this machine, Playwright's own included."""
    from playwright.sync_api import sync_playwright

    if named := os.environ.get("REVWORK_CHROMIUM"):
        return named
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> str:
    """Return a browser's path, installing one by playwright or by the system's packages."""
    attempts = [
        [[sys.executable, "-m", "playwright", "install", "chromium"]],
        [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]],
    ]
    for commands in attempts:
        if found := find():
            return found
        for command in commands:
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return find() or sys.exit("No Chromium: install one, or name it in REVWORK_CHROMIUM.")


if __name__ == "__main__":
    sys.stdout.write(f"browser: {install()}\n")
