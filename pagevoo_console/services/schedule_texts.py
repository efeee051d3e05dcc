"""A schedule in the words of each scheduler: units of systemd, a line of a crontab, a task of Windows. Pure text."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Sequence

from pagevoo_console.domain.schedule import WEEKDAYS, Schedule

MARK = "# pagevoo-console schedule "
VARIABLE = "PAGEVOO_SCHEDULE"
"""Names the schedule to the command that is called, which writes down how it ended."""


def service_unit(schedule: Schedule, program: Sequence[str]) -> str:
    """The `.service` of systemd. Nobody waits for it, and it is nice to whoever works meanwhile."""
    words = " ".join(_unit_word(word) for word in (*program, *schedule.arguments))
    variables = "\n".join(
        f"Environment={_unit_word(f'{name}={value}', is_command=False)}"
        for name, value in ((VARIABLE, schedule.id), *sorted(schedule.environment.items()))
    )
    return (
        f"[Unit]\nDescription=Pagevoo Console: {schedule.work.value} of {_unit_text(schedule.connection)}\n"
        "Wants=network-online.target\nAfter=network-online.target\n\n"
        f"[Service]\nType=oneshot\n{variables}\nExecStart={words}\nNice=10\nIOSchedulingClass=idle\n"
    )


def timer_unit(schedule: Schedule) -> str:
    """The `.timer` of systemd; what was missed while the machine slept is made up for."""
    day = f"{schedule.weekday.capitalize()} " if schedule.weekday else ""
    return (
        f"[Unit]\nDescription=Pagevoo Console: {schedule.work.value} of {_unit_text(schedule.connection)}\n\n"
        f"[Timer]\nOnCalendar={day}*-*-* {schedule.at}:00\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
    )


def with_line(crontab: str, schedule: Schedule, program: Sequence[str]) -> str:
    """A crontab with the line of this schedule, whatever else stands in it untouched."""
    hour, minute = schedule.at.split(":")
    day = str(WEEKDAYS.index(schedule.weekday) + 1) if schedule.weekday else "*"
    variables = [f"{name}={shlex.quote(value)}" for name, value in sorted(schedule.environment.items())]
    words = [shlex.quote(word) for word in (*program, *schedule.arguments)]
    command = " ".join([f"{VARIABLE}={schedule.id}", *variables, *words]).replace("%", r"\%")
    line = f"{MARK}{schedule.id}\n{int(minute)} {int(hour)} * * {day} {command} >/dev/null 2>&1\n"
    rest = without_line(crontab, schedule.id)
    return rest + ("\n" if rest and not rest.endswith("\n") else "") + line


def without_line(crontab: str, schedule: str) -> str:
    """A crontab without the lines of this schedule."""
    return re.sub(rf"^{re.escape(MARK + schedule)}\n[^\n]*(\n|\Z)", "", crontab, flags=re.MULTILINE)


def has_line(crontab: str, schedule: str) -> bool:
    return f"{MARK}{schedule}\n" in crontab


def task_command(schedule: Schedule, program: Sequence[str]) -> tuple[str, ...]:
    """The call of `schtasks` that makes the task of Windows."""
    variables = "".join(
        f'set "{name}={value}"&& ' for name, value in ((VARIABLE, schedule.id), *sorted(schedule.environment.items()))
    )
    called = f'cmd /c "{variables}{subprocess.list2cmdline([*program, *schedule.arguments])}"'
    when = ("/SC", "WEEKLY", "/D", schedule.weekday.upper()) if schedule.weekday else ("/SC", "DAILY")
    return ("schtasks", "/Create", "/F", "/TN", task_name(schedule.id), "/TR", called, *when, "/ST", schedule.at)


def task_name(schedule: str) -> str:
    return rf"Pagevoo Console\{schedule}"


def _unit_word(word: str, *, is_command: bool = True) -> str:
    """One word of a unit file, which has escapes of its own, and signs that stand for something else."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped.replace("$", "$$") if is_command else escaped}"'


def _unit_text(text: str) -> str:
    return text.replace("%", "%%").replace("\\", "/")
