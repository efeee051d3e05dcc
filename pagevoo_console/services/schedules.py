"""Schedules: written into and taken out of the workstation's own scheduler, with how each last ended."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import msgspec

from pagevoo_console.domain.errors import ConsoleError, Failed, NotFound, Refused
from pagevoo_console.domain.schedule import LastRun, Schedule, ScheduledWork, SchedulePlan, SchedulerKind
from pagevoo_console.services import schedule_texts as texts
from pagevoo_console.services.private_files import make_folder, read_small, write_private
from pagevoo_console.services.settings import HOME_VARIABLE, Folders
from pagevoo_console.services.start import MASTER_PASSWORD, PASSWORD_FILE, StartOptions

PATHS = (HOME_VARIABLE, PASSWORD_FILE, "PAGEVOO_IDENTITY_FILE", "PAGEVOO_PASSPHRASE_FILE")
"""Variables whose values go into a schedule: paths, never a secret."""
_TIMEOUT_SECONDS = 30


class Schedules:
    """The schedules of this user on this machine. Safe to call from any thread.

    `program` is how the console is called, `units` the folder of the user's systemd.
    """

    def __init__(self, folders: Folders, units: Path | None = None, program: Sequence[str] = ()) -> None:
        self._folder = folders.state / "schedules"
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        self._units = units or config / "systemd" / "user"
        self._program = tuple(program) or (sys.executable, "-m", "pagevoo_console")

    def usual_kind(self) -> SchedulerKind:
        """The scheduler that this machine has. Raises Refused where there is none that we know."""
        kinds = self.kinds()
        if kinds:
            return kinds[0]
        raise Refused(
            "This machine has neither a systemd of this user nor a crontab",
            code="no_scheduler",
            hint="Have another scheduler call `pagevoo-console fleet backup`.",
        )

    def kinds(self) -> tuple[SchedulerKind, ...]:
        """The schedulers of this machine that could call us, the usual one first."""
        if os.name == "nt":
            return (SchedulerKind.WINDOWS,)
        found = []
        if shutil.which("systemctl") and os.environ.get("XDG_RUNTIME_DIR"):
            found.append(SchedulerKind.SYSTEMD)
        if shutil.which("crontab"):
            found.append(SchedulerKind.CRON)
        return tuple(found)

    def plan(
        self, work: ScheduledWork, at: str, options: StartOptions, connection: str, *, weekday: str = "",
        extra: Sequence[str] = (), kind: SchedulerKind | None = None,
    ) -> SchedulePlan:  # fmt: skip
        """What would be written and called. Reads only. Raises WrongUsage, or Refused where a password would be lost.

        `extra` is what stands behind the command. One schedule a connection and kind of work: a second replaces it.
        """
        if options.master_url and os.environ.get(MASTER_PASSWORD):
            raise Refused(
                "The master's password is only known to this call, and never goes into a schedule",
                code="password_needed",
                hint="Save the connection, and let PAGEVOO_PASSWORD_FILE name a file with its password.",
            )
        where = ("--master-url", options.master_url) if options.master_url else ("--connection", connection)
        given = [("--platform", options.platform), ("--tls-ca", options.tls_ca)]
        given += [("--tls", options.tls.value if options.tls else None)]
        arguments = [*(word for word in where if word), "--json"]
        for option, value in given:
            arguments += [option, value] if value else []
        schedule = Schedule(
            _id(connection, options, work), work, kind or self.usual_kind(), at, weekday, connection,
            (*arguments, *work.command, *extra), {name: os.environ[name] for name in PATHS if os.environ.get(name)},
        )  # fmt: skip
        return SchedulePlan(schedule, self._files(schedule), self._commands(schedule))

    def add(self, plan: SchedulePlan) -> Schedule:
        """Write it and tell the scheduler. Raises Failed with the scheduler's own words; nothing is left then."""
        schedule = plan.schedule
        for path, text in plan.files.items():
            write_private(path, text)
        try:
            if schedule.kind is SchedulerKind.CRON:
                self._write_crontab(texts.with_line(self._crontab(), schedule, self._program))
            for command in plan.commands:
                _call(command)
            self._record(schedule)
        except ConsoleError:
            for path in plan.files:
                path.unlink(missing_ok=True)
            raise
        return schedule

    def remove(self, schedule: str) -> Schedule:
        """Take it out of the scheduler and forget it. Raises NotFound, or Failed."""
        found = self.get(schedule)
        if found.is_installed:
            match found.kind:
                case SchedulerKind.SYSTEMD:
                    _call(("systemctl", "--user", "disable", "--now", f"{_unit(found.id)}.timer"))
                case SchedulerKind.CRON:
                    self._write_crontab(texts.without_line(self._crontab(), found.id))
                case SchedulerKind.WINDOWS:
                    _call(("schtasks", "/Delete", "/F", "/TN", texts.task_name(found.id)))
        for path in self._files(found):
            path.unlink(missing_ok=True)
        if found.kind is SchedulerKind.SYSTEMD:
            _call(("systemctl", "--user", "daemon-reload"))
        self._path(found.id).unlink(missing_ok=True)
        _run_file(self._folder, found.id).unlink(missing_ok=True)
        return replace(found, is_installed=False)

    def list(self) -> tuple[Schedule, ...]:
        """Every schedule, with whether the scheduler still has it, and how it last ended."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            if not path.name.endswith(".run.json"):
                with suppress(ConsoleError):
                    found.append(self.get(path.stem))
        return tuple(found)

    def get(self, schedule: str) -> Schedule:
        """One schedule. Raises NotFound, or Failed where its file is damaged."""
        if re.fullmatch(r"[a-z0-9-]{1,100}", schedule) is None or not self._path(schedule).is_file():
            raise NotFound(f"There is no schedule {schedule}", hint="`schedule list` shows them.")
        try:
            found = msgspec.json.decode(read_small(self._path(schedule)), type=Schedule)
        except msgspec.MsgspecError as error:
            raise Failed(f"{self._path(schedule)} cannot be read: {error}", code="schedule_file") from error
        return replace(found, is_installed=self._is_installed(found), last_run=_last_run(self._folder, found.id))

    def _is_installed(self, schedule: Schedule) -> bool:
        match schedule.kind:
            case SchedulerKind.SYSTEMD:
                return all(path.is_file() for path in self._files(schedule))
            case SchedulerKind.CRON:
                return texts.has_line(self._crontab(), schedule.id)
            case SchedulerKind.WINDOWS:
                return _answers(("schtasks", "/Query", "/TN", texts.task_name(schedule.id)))

    def _files(self, schedule: Schedule) -> dict[Path, str]:
        if schedule.kind is not SchedulerKind.SYSTEMD:
            return {}
        name = _unit(schedule.id)
        return {
            self._units / f"{name}.service": texts.service_unit(schedule, self._program),
            self._units / f"{name}.timer": texts.timer_unit(schedule),
        }

    def _commands(self, schedule: Schedule) -> tuple[tuple[str, ...], ...]:
        match schedule.kind:
            case SchedulerKind.SYSTEMD:
                reload, enable = ("daemon-reload",), ("enable", "--now", f"{_unit(schedule.id)}.timer")
                return ("systemctl", "--user", *reload), ("systemctl", "--user", *enable)
            case SchedulerKind.WINDOWS:
                return (texts.task_command(schedule, self._program),)
            case SchedulerKind.CRON:
                return ()

    def _crontab(self) -> str:
        """What this user's crontab holds; nothing where there is none."""
        try:
            done = subprocess.run(
                ["crontab", "-l"], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _no_answer("crontab", str(error)) from error
        if done.returncode and "no crontab" not in done.stderr:
            raise _no_answer("crontab", done.stderr)
        return "" if done.returncode else done.stdout

    def _write_crontab(self, text: str) -> None:
        _call(("crontab", "-"), text)

    def _record(self, schedule: Schedule) -> None:
        kept = {key: value for key, value in asdict(schedule).items() if key not in ("is_installed", "last_run")}
        write_private(self._path(schedule.id), json.dumps(kept, indent=2))

    def _path(self, schedule: str) -> Path:
        return self._folder / f"{schedule}.json"


def record_run(folders: Folders, schedule: str, run: LastRun) -> None:
    """Write down how a scheduled call ended. Where that cannot be, the call itself still stands."""
    if re.fullmatch(r"[a-z0-9-]{1,100}", schedule) is None:
        return
    folder = folders.state / "schedules"
    with suppress(ConsoleError):
        make_folder(folder)
        write_private(_run_file(folder, schedule), msgspec.json.encode(run).decode())


def _last_run(folder: Path, schedule: str) -> LastRun | None:
    try:
        return msgspec.json.decode(read_small(_run_file(folder, schedule)), type=LastRun)
    except (ConsoleError, msgspec.MsgspecError):
        return None


def _run_file(folder: Path, schedule: str) -> Path:
    return folder / f"{schedule}.run.json"


def _id(connection: str, options: StartOptions, work: ScheduledWork) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", connection.lower()).strip("-")[:40] or "master"
    wanted = "\0".join((connection, options.master_url or "", options.platform or ""))
    return f"{slug}-{hashlib.sha256(wanted.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}-{work.value}"


def _unit(schedule: str) -> str:
    return f"pagevoo-console-{schedule}"


def _call(command: Sequence[str], text: str | None = None) -> None:
    try:
        done = subprocess.run(
            list(command), input=text, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False,
            stdin=subprocess.DEVNULL if text is None else None,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _no_answer(command[0], str(error)) from error
    if done.returncode:
        raise _no_answer(command[0], done.stderr or done.stdout)


def _answers(command: Sequence[str]) -> bool:
    try:
        _call(command)
    except ConsoleError:
        return False
    return True


def _no_answer(program: str, words: str) -> Failed:
    return Failed(
        f"{program} refused: {' '.join(words.split())[:300] or 'without a word'}",
        code="scheduler",
        hint="Choose another scheduler with --with, or have one call `pagevoo-console fleet backup`.",
    )
