"""Schedules: what systemd, cron and Windows are told, and that whatever else they hold stays."""

from __future__ import annotations

import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import Failed, NotFound, Refused, WrongUsage
from pagevoo_console.domain.schedule import LastRun, ScheduledWork, SchedulerKind
from pagevoo_console.services.schedules import Schedules, record_run
from pagevoo_console.services.settings import Folders
from pagevoo_console.services.start import StartOptions
from tests.services.platform_world import folders_in

PROGRAM = ("/bin/true", '100% $HOME "it\'s"')
CRONTAB = """#!/bin/sh
[ "$1" = -l ] && { cat {file} 2>/dev/null || { echo "no crontab for me" >&2; exit 1; }; exit; }
cat > {file}
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return folders_in(tmp_path / "home")


@pytest.fixture
def schedules(folders: Folders, tmp_path: Path) -> Schedules:
    return Schedules(folders, tmp_path / "units", PROGRAM)


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the program, which keeps its table in this file."""
    table = tmp_path / "table"
    stand_in(tmp_path, monkeypatch, "crontab", CRONTAB.replace("{file}", str(table)))
    return table


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / name).write_text(text)
    (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")


OPTIONS = StartOptions(connection="the shop")


def test_systemd_understands_the_units_and_calls_what_was_meant(
    schedules: Schedules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    stand_in(tmp_path, monkeypatch, "systemctl", f'#!/bin/sh\necho "$@" >> {log}\n')
    plan = schedules.plan(
        ScheduledWork.BACKUP, "02:30", OPTIONS, "the shop", kind=SchedulerKind.SYSTEMD, extra=["--to", "/a b%c"]
    )
    assert not (tmp_path / "units").exists(), "a plan writes nothing"

    added = schedules.add(plan)

    units = sorted((tmp_path / "units").iterdir())
    assert [path.suffix for path in units] == [".service", ".timer"]
    checked = subprocess.run(
        ["systemd-analyze", "--user", "verify", *map(str, units)], capture_output=True, text=True, check=False
    )
    assert [line for line in checked.stderr.splitlines() if "pagevoo" in line] == []
    service = units[0].read_text()
    assert '"--connection" "the shop" "--json" "fleet" "backup" "--to" "/a b%%c"' in service
    assert r'"100%% $$HOME \"it' in service
    assert "OnCalendar=*-*-* 02:30:00\nPersistent=true" in units[1].read_text()
    assert log.read_text().splitlines() == [
        "--user daemon-reload", f"--user enable --now pagevoo-console-{added.id}.timer",
    ]  # fmt: skip
    assert schedules.list()[0].is_installed
    schedules.remove(added.id)
    assert list((tmp_path / "units").iterdir()) == []
    assert schedules.list() == ()


def test_a_line_of_a_crontab_comes_and_goes_and_the_others_stay(schedules: Schedules, crontab: Path) -> None:
    mine = "# my own\n0 4 * * * backup-my-photos"
    crontab.write_text(mine)
    plan = schedules.plan(
        ScheduledWork.VERIFY, "23:05", OPTIONS, "the shop", kind=SchedulerKind.CRON, weekday="sun", extra=["--again"]
    )

    added = schedules.add(plan)
    schedules.add(plan)

    lines = crontab.read_text().splitlines()
    assert lines[:2] == mine.splitlines()
    assert len(lines) == 4, "adding it twice is adding it once"
    assert lines[3].startswith("5 23 * * 7 PAGEVOO_SCHEDULE=")
    command = lines[3].split(" ", 5)[5].replace(r"\%", "%").removesuffix(" >/dev/null 2>&1")
    words = shlex.split(command)
    assert words[words.index("/bin/true") :] == [
        *PROGRAM, "--connection", "the shop", "--json", "fleet", "verify", "--again",
    ]  # fmt: skip
    assert schedules.get(added.id).is_installed
    crontab.write_text(mine)
    assert not schedules.get(added.id).is_installed, "somebody took the line out"
    schedules.add(plan)
    schedules.remove(added.id)
    assert crontab.read_text().rstrip("\n") == mine


def test_windows_is_told_by_its_own_program(schedules: Schedules) -> None:
    plan = schedules.plan(ScheduledWork.PRUNE, "01:00", OPTIONS, "the shop", kind=SchedulerKind.WINDOWS, weekday="mon")

    ((program, *words),) = plan.commands
    assert (program, words[0], words[-6:]) == (
        "schtasks", "/Create", ["/SC", "WEEKLY", "/D", "MON", "/ST", "01:00"],
    )  # fmt: skip
    assert '"the shop" --json --yes backup prune' in words[words.index("/TR") + 1]


def test_how_it_last_ended_is_kept(schedules: Schedules, folders: Folders, crontab: Path) -> None:
    added = schedules.add(schedules.plan(ScheduledWork.TICK, "05:00", OPTIONS, "s", kind=SchedulerKind.CRON))
    assert schedules.get(added.id).last_run is None
    run = LastRun(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), 4, "some tenants failed")

    record_run(folders, added.id, run)
    record_run(folders, "../../escaped", run)

    assert schedules.get(added.id).last_run == run
    assert not list(folders.state.parent.rglob("*escaped*"))


def test_a_scheduler_that_refuses_is_quoted_and_nothing_is_left(
    schedules: Schedules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "systemctl", "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n")
    plan = schedules.plan(ScheduledWork.BACKUP, "02:30", OPTIONS, "s", kind=SchedulerKind.SYSTEMD)

    with pytest.raises(Failed, match="Failed to connect to bus"):
        schedules.add(plan)
    assert list((tmp_path / "units").iterdir()) == []
    assert schedules.list() == ()
    with pytest.raises(NotFound):
        schedules.remove("../x")


@pytest.mark.parametrize(
    ("at", "weekday"), [("24:00", ""), ("2:30", ""), ("02:30\n* * * * * evil", ""), ("02:30", "x")]
)
def test_what_is_no_time_is_refused(schedules: Schedules, at: str, weekday: str) -> None:
    with pytest.raises(WrongUsage):
        schedules.plan(ScheduledWork.BACKUP, at, OPTIONS, "s", kind=SchedulerKind.CRON, weekday=weekday)


def test_no_password_goes_into_a_schedule(schedules: Schedules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEVOO_MASTER_PASSWORD", "hunter2")
    by_url = StartOptions(master_url="mysql+pymysql://root@db/core")

    with pytest.raises(Refused) as caught:
        schedules.plan(ScheduledWork.BACKUP, "02:30", by_url, "s", kind=SchedulerKind.CRON)
    assert caught.value.code == "password_needed"
    saved = schedules.plan(ScheduledWork.BACKUP, "02:30", OPTIONS, "s", kind=SchedulerKind.SYSTEMD)
    assert "hunter2" not in str(saved)
    with pytest.raises(WrongUsage):
        schedules.plan(ScheduledWork.BACKUP, "02:30", OPTIONS, "s", kind=SchedulerKind.CRON, extra=["a\nb"])


def test_a_machine_without_a_scheduler_says_so(
    schedules: Schedules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Refused) as caught:
        schedules.plan(ScheduledWork.BACKUP, "02:30", OPTIONS, "s")
    assert caught.value.code == "no_scheduler"
