"""Schedules in words: what is called, when, by whom, and how it last ended."""

from __future__ import annotations

from datetime import UTC, datetime

from pagevoo_console.domain.schedule import WEEKDAYS, LastRun, Schedule, ScheduledWork, SchedulerKind
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.tokens import Tone


def work_word(work: ScheduledWork) -> str:
    """What is called."""
    return {
        ScheduledWork.BACKUP: translate("schedules", "Back everybody up"),
        ScheduledWork.VERIFY: translate("schedules", "Prove everybody's backup"),
        ScheduledWork.PRUNE: translate("schedules", "Prune backups"),
        ScheduledWork.TICK: translate("schedules", "Daily look"),
    }[work]


def work_about(work: ScheduledWork) -> str:
    """What it does, in a sentence."""
    return {
        ScheduledWork.BACKUP: translate("schedules", "A backup of every database; one that fails stops nobody else."),
        ScheduledWork.VERIFY: translate(
            "schedules", "Restores and compares every newest backup that was not proved yet."
        ),
        ScheduledWork.PRUNE: translate(
            "schedules", "Removes what the policy does not keep, never the last proved backup of a live database."
        ),
        ScheduledWork.TICK: translate(
            "schedules", "Measures everybody, tells of limits, freezes and thaws, and empties the trash in time."
        ),
    }[work]


def work_icon(work: ScheduledWork) -> str:
    return {
        ScheduledWork.BACKUP: "database-backup",
        ScheduledWork.VERIFY: "shield-check",
        ScheduledWork.PRUNE: "archive",
        ScheduledWork.TICK: "calendar-check",
    }[work]


def kind_word(kind: SchedulerKind) -> str:
    """Who calls."""
    return {
        SchedulerKind.SYSTEMD: translate("schedules", "systemd, as this user"),
        SchedulerKind.CRON: translate("schedules", "this user's crontab"),
        SchedulerKind.WINDOWS: translate("schedules", "the task scheduler of Windows"),
    }[kind]


def day_word(weekday: str) -> str:
    """A day of the week; every day where there is none."""
    days = (
        translate("schedules", "Monday"),
        translate("schedules", "Tuesday"),
        translate("schedules", "Wednesday"),
        translate("schedules", "Thursday"),
        translate("schedules", "Friday"),
        translate("schedules", "Saturday"),
        translate("schedules", "Sunday"),
    )
    return days[WEEKDAYS.index(weekday)] if weekday else translate("schedules", "Every day")


def when_word(schedule: Schedule) -> str:
    """Such as `Every day, 02:30`."""
    return f"{day_word(schedule.weekday)}, {schedule.at}"


def next_word(schedule: Schedule, moment: datetime) -> str:
    """When it is called next."""
    return format.age(schedule.next_run(moment), moment) if schedule.is_installed else format.NOTHING


def how_badge(schedule: Schedule, moment: datetime | None = None) -> Badge:
    """How it stands: lost by its scheduler, failed, missing, never called yet, or well."""
    if not schedule.is_installed:
        return Badge(translate("schedules", "Lost by its scheduler"), Tone.DANGER, "unlink")
    if schedule.has_failed:
        return Badge(translate("schedules", "Failed"), Tone.DANGER, "circle-x")
    if schedule.is_late(moment or datetime.now(UTC)):
        return Badge(translate("schedules", "Did not run"), Tone.WARNING, "hourglass")
    if schedule.last_run is None:
        return Badge(translate("schedules", "Not called yet"), Tone.NEUTRAL, "clock", is_quiet=True)
    return Badge(translate("schedules", "Went well"), Tone.GOOD, "circle-check", is_quiet=True)


def ended_word(last: LastRun | None) -> str:
    """How a call ended, with its last word."""
    if last is None:
        return translate("schedules", "It was not called yet")
    took = format.duration((last.ended - last.began).total_seconds())
    ended = f"{format.moment(last.ended)} ({format.age(last.ended)}, {took})"
    if last.exit_code == 0:
        return translate("schedules", "Well, {ended}").format(ended=ended)
    return translate("schedules", "With exit code {code}, {summary}, {ended}").format(
        code=last.exit_code, summary=last.summary or "–", ended=ended
    )
