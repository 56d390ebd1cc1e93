"""A run at fixed times: the lines that cron and systemd read, and whether a time was missed."""

import calendar
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from revwork.run.plan import UsageError, meant

_DAYS = [name.casefold() for name in calendar.day_name]
DAYS = ("day", "weekday", *_DAYS, *map(str, range(1, 29)))
_LONGEST = 998  # letters of a cron line


@dataclass(frozen=True)
class Times:
    """When to run, by the machine's clock: `at` on each `on`.

    `on`: "day", "weekday" (Monday to Friday), "monday" … "sunday", or "1" … "28" of the month.
    """

    at: time
    on: str = "day"

    @property
    def cron(self) -> str:
        """The five fields that a cron line begins with."""
        week = {"day": "*", "weekday": "1-5"} | {d: str((n + 1) % 7) for n, d in enumerate(_DAYS)}
        month_day = self.on if self.on.isdecimal() else "*"
        return f"{self.at.minute} {self.at.hour} {month_day} * {week.get(self.on, '*')}"

    @property
    def systemd(self) -> str:
        """What OnCalendar= takes."""
        week = {"day": "", "weekday": "Mon..Fri "} | {d: f"{d[:3].title()} " for d in _DAYS}
        month_day = f"{int(self.on):02}" if self.on.isdecimal() else "*"
        return f"{week.get(self.on, '')}*-*-{month_day} {self.at:%H:%M}:00"

    def last(self, now: datetime) -> datetime:
        """Return the last time at or before `now` that a run was due."""
        days = (now.date() - timedelta(days=back) for back in count())
        times = (datetime.combine(day, self.at) for day in days if self._holds(day))
        return next(due for due in times if due <= now)

    def _holds(self, day: date) -> bool:
        weekday = day.weekday()
        return self.on in ("day", _DAYS[weekday], str(day.day)) or (
            self.on == "weekday" and weekday < 5
        )


@dataclass(frozen=True)
class Job:
    """What is to run, and in which folder.

    `command`: the program by its whole path, as neither cron nor systemd looks where a shell does,
    and its arguments. `env`: a file of NAME='value' lines, None for none.
    """

    command: Sequence[str]
    folder: Path
    env: Path | None = None


def times(text: str) -> Times:
    """Return the times that `--at` asks for: "06:30", "weekday 06:30", "monday 06:30", "1 06:30".

    Raises UsageError for what is none.
    """
    *on, at = text.casefold().split() or [""]
    try:
        clock = datetime.strptime(at, "%H:%M").time()
    except ValueError:
        raise UsageError(f'--at {text}: write a time as "06:30" or "monday 06:30"') from None
    day = " ".join(on) or "day"
    if day not in DAYS:
        shown = ", ".join(DAYS[:9])
        raise UsageError(f"--at {text}: there are {shown}, and 1 to 28{meant(day, DAYS)}")
    return Times(clock, day)


def missed(when: Times, reports: Path, now: datetime) -> bool:
    """Return whether no run has begun since the last time one was due.

    A run that failed, or is still under way, has begun.
    """
    due = f"{when.last(now):%Y%m%d-%H%M%S}"
    begun = (path.name.removeprefix(".") for path in reports.glob("*"))
    return not any(name >= due for name in begun if name[:8].isdecimal())


def cron(when: Times, job: Job, catch_up: Sequence[str]) -> str:
    """Return the two lines of a crontab: the run, and hourly one for a time that was missed.

    `catch_up` is the command that succeeds where a time was missed. Raises UsageError for a line
    longer than cron reads.
    """
    minute = (when.at.minute + 30) % 60
    lines = [
        f"{when.cron} {_shell(job, job.command)}",
        f"{minute} * * * * {_shell(job, catch_up, job.command)}",
    ]
    if any(len(line) > _LONGEST for line in lines):
        raise UsageError(f"cron reads lines of {_LONGEST} letters: say it with --params FILE")
    return "\n".join(lines)


def systemd(when: Times, job: Job, name: str) -> dict[str, str]:
    """Return the unit files of a timer by their names; Persistent makes up for a missed time."""
    env = f"EnvironmentFile={_specified(job.env)}\n" if job.env else ""
    program, *words = job.command
    command = " ".join([_quoted(program), *(_quoted(word.replace("$", "$$")) for word in words)])
    return {
        f"{name}.service": (
            f"[Unit]\nDescription=revwork run\n\n[Service]\nType=oneshot\n"
            f"WorkingDirectory={_specified(job.folder)}\n{env}ExecStart={command}\n"
        ),
        f"{name}.timer": (
            f"[Unit]\nDescription=revwork run\n\n[Timer]\nOnCalendar={when.systemd}\n"
            "Persistent=true\n\n[Install]\nWantedBy=timers.target\n"
        ),
    }


def _shell(job: Job, *commands: Sequence[str]) -> str:
    """One line for sh, as cron hands it on: a % would end it."""
    given = [["cd", str(job.folder)]]
    line = " && ".join(shlex.join(one) for one in (*given, *commands))
    if job.env:
        line = f"set -a && . {shlex.quote(str(job.env))} && set +a && {line}"
    return line.replace("%", r"\%")


def _quoted(word: str) -> str:
    """A word of ExecStart=, in quotes and without specifiers."""
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%")):
        word = word.replace(sign, written)
    return f'"{word}"'


def _specified(path: Path) -> str:
    """A path that is a setting of its own; it is not quoted."""
    return str(path).replace("%", "%%")
