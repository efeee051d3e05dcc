"""What this workstation's own scheduler calls for us, and when it last did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from pagevoo_console.domain.errors import WrongUsage

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
GRACE = timedelta(hours=6)
"""How much later than planned a call may come before it counts as missing."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ScheduledWork(StrEnum):
    """What is called; each is a command of ours that asks nothing."""

    BACKUP = "backup"
    VERIFY = "verify"
    PRUNE = "prune"
    TICK = "tick"

    @property
    def command(self) -> tuple[str, ...]:
        """The words of the command line."""
        if self is ScheduledWork.PRUNE:
            return "--yes", "backup", "prune"
        return "fleet", self.value


class SchedulerKind(StrEnum):
    """Who calls: a user's systemd, their crontab, or the task scheduler of Windows."""

    SYSTEMD = "systemd"
    CRON = "cron"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a scheduled call ended. `summary` is its last word."""

    began: datetime
    ended: datetime
    exit_code: int
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One command at a time of day, every day or on one day of the week. `at` is HH:MM in this machine's time.

    `arguments` is the whole command line behind the program, `environment` the paths that it needs to know.
    """

    id: str
    work: ScheduledWork
    kind: SchedulerKind
    at: str
    weekday: str
    connection: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    is_installed: bool = True
    last_run: LastRun | None = None

    def __post_init__(self) -> None:
        if _TIME.fullmatch(self.at) is None:
            raise WrongUsage(f"{self.at!r} is no time of day", hint="Write it as 02:30.")
        if self.weekday and self.weekday not in WEEKDAYS:
            raise WrongUsage(f"{self.weekday!r} is no day of the week", hint=f"One of {', '.join(WEEKDAYS)}.")
        for text in (*self.arguments, *self.environment.values()):
            if any(ord(character) < 32 or character == "\x7f" for character in text):
                raise WrongUsage(f"{text!r} cannot stand in a schedule")

    def next_run(self, moment: datetime) -> datetime:
        """When it is called next after a moment, both with their time zone; the time of day is this machine's."""
        day = moment.astimezone().date()
        at = time.fromisoformat(self.at)
        for ahead in range(9):
            wanted = datetime.combine(day + timedelta(days=ahead), at).astimezone()
            is_its_day = not self.weekday or WEEKDAYS[wanted.weekday()] == self.weekday
            if is_its_day and wanted > moment:
                return wanted
        raise AssertionError("every day of the week comes within nine days")

    @property
    def has_failed(self) -> bool:
        """Whether its newest call ended with anything but success."""
        return self.last_run is not None and self.last_run.exit_code != 0

    def is_late(self, moment: datetime) -> bool:
        """Whether a call is missing: the newest one is older than its period and some hours."""
        period = timedelta(days=7 if self.weekday else 1)
        return self.last_run is not None and moment - self.last_run.began > period + GRACE


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """What adding a schedule would write and call. Reads only."""

    schedule: Schedule
    files: dict[Path, str]
    commands: tuple[tuple[str, ...], ...]
