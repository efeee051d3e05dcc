"""Schedules in the window: added, seen with how they last ended, and removed from a real crontab's file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox, QComboBox, QRadioButton
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.schedule import LastRun, Schedule, ScheduledWork, SchedulerKind
from pagevoo_console.services.schedules import record_run
from pagevoo_console.services.values import now
from pagevoo_console.ui.kit.questions import QuestionDialog
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.schedules.add_wizard import AddScheduleWizard
from pagevoo_console.ui.schedules.schedules_view import SchedulesView
from tests.services.platform_world import World
from tests.services.test_schedules import CRONTAB, stand_in
from tests.ui.rooms import Hands
from tests.ui.wizard_driver import Driver
from tests.ui.worlds import nameless


@pytest.fixture
def hands(world: World, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(world, runner, qtbot)


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the program, which keeps its table in this file."""
    table = tmp_path / "table"
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    stand_in(tmp_path, monkeypatch, "crontab", CRONTAB.replace("{file}", str(table)))
    return table


def look(hands: Hands) -> SchedulesView:
    view = hands.show(SchedulesView(hands.context))
    view.refresh()
    hands.settle()
    return view


def test_a_schedule_is_added_seen_to_fail_and_removed(
    hands: Hands, driver: Driver, world: World, crontab: Path
) -> None:
    view = look(hands)
    assert view.states.view is View.EMPTY
    assert "this user's crontab" in hands.texts(view)
    wizard = driver.open(AddScheduleWizard(world.console, hands.runner))
    driver.go_on(wizard)
    assert wizard.when_page.time.time().toString("HH:mm") == "02:30"
    driver.go_on(wizard)
    driver.find(wizard, QCheckBox, "proveAllBox").click()
    assert nameless(wizard) == []
    driver.go_on(wizard)
    assert not crontab.exists(), "a plan writes nothing"
    assert driver.command(wizard).endswith("schedule add backup --at 02:30 --with cron -- --prove")

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert "30 2 * * *" in crontab.read_text()
    assert "fleet backup --prove" in crontab.read_text()
    view.refresh()
    hands.settle()
    QAbstractItemModelTester(view.records, QAbstractItemModelTester.FailureReportingMode.Fatal, view)
    (found,) = world.console.schedules.list()
    assert view.records.cell(0, 4).text == "Not called yet"
    record_run(world.folders, found.id, LastRun(now(), now(), 4, "some tenants failed"))
    view.refresh()
    hands.settle()
    assert view.records.cell(0, 4).text == "Failed"
    assert "1 of 1 did not do what they should" in hands.texts(view)
    assert "With exit code 4, some tenants failed" in hands.texts(view)
    assert nameless(view) == []
    hands.press(view, "removeScheduleButton")
    (question,) = [one for one in view.findChildren(QuestionDialog) if one.isVisible()]
    question.yes.click()
    hands.qtbot.waitUntil(lambda: not hands.runner.jobs.active(), timeout=20_000)
    hands.qtbot.wait(50)
    hands.settle()
    assert "fleet backup" not in crontab.read_text()
    assert view.states.view is View.EMPTY


def test_only_a_backup_is_asked_where_it_goes(driver: Driver, world: World, runner: Runner, crontab: Path) -> None:
    wizard = driver.open(AddScheduleWizard(world.console, runner))
    driver.find(wizard, QRadioButton, "schedule-verify").click()
    driver.go_on(wizard)
    assert driver.find(wizard, QComboBox, "scheduleDayCombo").currentText() == "Sunday"
    driver.go_on(wizard)
    assert driver.command(wizard).endswith("schedule add verify --at 05:00 --weekday sun --with cron")
    assert not crontab.exists()


def test_a_machine_without_a_scheduler_is_told_what_to_do(
    hands: Hands, driver: Driver, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    view = look(hands)
    assert "no scheduler that the console knows" in hands.texts(view)
    assert not view.add_button.isEnabled()
    wizard = driver.open(AddScheduleWizard(world.console, hands.runner))
    driver.go_on(wizard)
    assert not wizard.next_button.isEnabled()


def test_the_next_call_is_told_and_a_missing_one_is_noticed() -> None:
    schedule = Schedule("x", ScheduledWork.BACKUP, SchedulerKind.CRON, "02:30", "", "demo", (), {})
    noon = datetime(2026, 11, 22, 12, 0).astimezone()
    assert schedule.next_run(noon) == datetime(2026, 11, 23, 2, 30).astimezone()
    assert schedule.next_run(noon - timedelta(hours=10)) == datetime(2026, 11, 22, 2, 30).astimezone()
    weekly = Schedule("x", ScheduledWork.VERIFY, SchedulerKind.CRON, "02:30", "sun", "demo", (), {})
    assert weekly.next_run(noon).astimezone().weekday() == 6
    assert weekly.next_run(noon) - noon > timedelta(days=6)
    assert not schedule.is_late(noon)
    for hours, is_late in ((25, False), (31, True)):
        began = datetime.now(UTC) - timedelta(hours=hours)
        called = Schedule(
            "x", ScheduledWork.BACKUP, SchedulerKind.CRON, "02:30", "", "demo", (), {},
            last_run=LastRun(began, began, 0),
        )  # fmt: skip
        assert called.is_late(datetime.now(UTC)) is is_late
