"""The daily look from the window: what it would do, what came of it in words, and when it ran last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.audit import AuditEvent, Outcome
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.ticks import TICK
from pagevoo_console.ui.fleet.daily_wizard import DailyLookWizard
from pagevoo_console.ui.kit.daily_look import ACTION, LATE, LastLook, Tally, came_of, last_look, look_of
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.overview.daily import DailyCard
from pagevoo_console.ui.overview.view import OverviewView
from tests.services.limited_world import can_insert, limited
from tests.services.platform_world import World
from tests.ui.rooms import Hands
from tests.ui.wizard_driver import Driver
from tests.ui.worlds import nameless

TINY = 1_000


def read(place: QWidget) -> str:
    return "\n".join(label.text() for label in place.findChildren(QLabel) if not label.isHidden())


def test_a_look_says_what_it_will_do_freezes_who_is_over_and_tells_what_came_of_it(
    world: World, driver: Driver
) -> None:
    world = limited(world, TINY)
    tenant, _ = world.provisioned("trial")
    world.console.sightings.scan(JobContext())
    wizard = driver.open(DailyLookWizard(world.console, driver.runner))
    assert wizard.over_page.freezes
    assert nameless(wizard) == []
    driver.go_on(wizard)
    said = "\n".join(driver.texts(wizard))
    assert "never" in said
    assert f"Ada Lovelace ({tenant}). Each is measured anew" in said
    assert driver.command(wizard).endswith(" fleet tick")

    job = driver.finish(wizard)

    told = job.result
    assert isinstance(told, Message)
    assert told.kind is MessageKind.WARNING
    assert told.text == f"1 looked at · 1 limit newly crossed · 1 frozen\nFrozen: Ada Lovelace ({tenant})."
    assert not can_insert(world, tenant)
    last = last_look(world.console.audit)
    assert last is not None
    assert last.tally == Tally(1, 1, 1, 0, 0)


def test_a_look_that_only_tells_freezes_nobody_and_says_so_on_the_command_line(world: World, driver: Driver) -> None:
    world = limited(world, TINY)
    tenant, _ = world.provisioned("trial")
    wizard = driver.open(DailyLookWizard(world.console, driver.runner))
    driver.press(driver.find(wizard, QRadioButton, "tickTells"))
    driver.go_on(wizard)
    assert not any("Freeze who is over" in text for text in driver.texts(wizard))
    assert driver.command(wizard).endswith(" fleet tick --no-freeze")

    driver.finish(wizard)

    assert can_insert(world, tenant)


def test_the_overview_says_when_it_ran_and_leads_to_it(world: World, runner: Runner, qtbot: QtBot) -> None:
    world.provisioned()
    world.console.sightings.read_registry()
    hands = Hands(world, runner, qtbot)
    overview = hands.show(OverviewView(hands.context))
    overview.refresh()
    hands.settle()
    assert "It has never run" in read(overview.daily)
    assert "pagevoo-console fleet tick" in read(overview.daily)
    hands.press(overview, "concern.daily")
    world.console.fleet_tick.run(JobContext())
    overview.refresh()
    hands.settle()

    assert "1 looked at" in read(overview.daily)
    assert "pagevoo-console fleet tick" not in read(overview.daily)
    assert overview.findChild(QPushButton, "concern.daily") is None
    hands.press(overview, "dailyLookButton")
    assert hands.opened == [("look_daily",), ("look_daily",)]


def test_a_look_that_is_late_is_told(qtbot: QtBot) -> None:
    card = DailyCard(lambda: None)
    qtbot.addWidget(card)
    now = datetime.now(UTC)
    for age, is_late in ((LATE - timedelta(hours=1), False), (LATE + timedelta(hours=1), True)):
        card.show_look(LastLook(now - age, Tally(3, 0, 0, 0, 0)))
        assert ("A timer should run" in read(card)) is is_late


def test_an_entry_of_the_trail_that_says_nothing_is_read_all_the_same() -> None:
    event = AuditEvent(
        1, "2026-01-15T03:00:00Z", "root", "here", ACTION, None, None, Outcome.DONE, None, None, None, None, "1", "", ""
    )
    assert ACTION == TICK
    assert look_of(event).tally == Tally(0, 0, 0, 0, 0)
    for after in ("[]", "no JSON", '{"done": "many", "failed": -1}'):
        assert came_of(look_of(replace(event, after=after)).tally) == "0 looked at"
    assert came_of(Tally(38, 2, 1, 3, 4)) == "38 looked at · 2 limits newly crossed · 1 frozen · 3 thawed · 4 failed"
