"""The room of what was deleted: how long it stays, having it back, purging it, and its certificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.trash import TrashEntry
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.kit.tokens import Tone
from pagevoo_console.ui.trash.entry_page import days_badge
from pagevoo_console.ui.trash.trash_view import TrashView
from tests.servers import fresh_id
from tests.services.platform_world import World
from tests.ui.rooms import Hands


@pytest.fixture
def hands(world: World, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(world, runner, qtbot)


def deleted(world: World) -> str:
    """A tenant whose database is in the trash."""
    tenant, _ = world.provisioned()
    plan = world.console.deletions.plan(DeletionRequest(tenant, reason="asked <b>for</b>"))
    world.console.deletions.run(plan, world.name(tenant), JobContext())
    return tenant


def look(hands: Hands) -> TrashView:
    view = hands.show(TrashView(hands.context, hands.submitted))
    view.refresh()
    hands.settle()
    return view


def test_an_empty_trash_says_what_will_be_in_it(hands: Hands) -> None:
    view = look(hands)
    assert view.states.view is View.EMPTY
    assert "The trash is empty" in hands.texts(view)
    assert view.entry is None


def test_what_was_deleted_can_be_had_back(hands: Hands, world: World) -> None:
    tenant = deleted(world)
    view = look(hands)
    QAbstractItemModelTester(view.records, QAbstractItemModelTester.FailureReportingMode.Fatal, view)
    told = hands.texts(view)
    assert world.name(tenant) in told
    assert "asked <b>for</b>" in told
    assert view.records.cell(0, 1).text == "7 days left"

    hands.press(view, "undeleteButton")
    wizard = hands.wizard(view.window())
    assert "stays unpublished" in hands.texts(wizard)
    assert f"database undelete {view.records.record(0).operation}" in hands.texts(wizard)  # type: ignore[union-attr]
    job = hands.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert world.name(tenant) in world.master.databases()
    assert view.states.view is View.EMPTY


def test_what_was_replaced_takes_the_live_ones_place_again_by_its_name(hands: Hands, world: World) -> None:
    tenant, _ = world.provisioned()
    console = world.console
    plan = console.restores.plan(console.backups.create(tenant, JobContext()), tenant)
    console.restores.run(plan, world.name(tenant), JobContext())
    view = look(hands)
    told = hands.texts(view)
    assert "Replaced" in told
    assert "A backup was restored in its place" in told

    hands.press(view, "undeleteButton")
    wizard = hands.wizard(view.window())
    assert f"--confirm {world.name(tenant)}" in hands.texts(wizard)
    assert not wizard.finish_button.isEnabled()
    (field,) = [one for one in wizard.findChildren(QLineEdit, "confirmNameEdit") if one.isVisible()]
    field.setText(world.name(tenant))
    job = hands.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert "An earlier one was had back in its place" in hands.texts(view)


def test_where_the_website_is_gone_another_one_is_chosen(hands: Hands, world: World) -> None:
    tenant = deleted(world)
    other = str(fresh_id())
    world.write("DELETE FROM user_websites WHERE user_id = {0}", int(tenant))
    world.write(
        "INSERT INTO user_websites (id, user_id, name) VALUES ({0}, {1}, {2})", int(other), int(tenant), "Second"
    )
    view = look(hands)

    hands.press(view, "undeleteButton")
    refused = hands.wizard(view.window())
    assert "is gone" in hands.texts(refused)
    hands.press(refused, "wayWebsite")
    wizard = hands.wizard(view.window())
    assert "Second" in hands.texts(wizard)
    hands.press(wizard, "nextButton")
    assert f"--website {other}" in hands.texts(wizard)
    job = hands.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert world.console.tenants.show(tenant).locked_to_website == other


def test_purging_waits_for_the_exact_name(hands: Hands, world: World) -> None:
    tenant = deleted(world)
    view = look(hands)
    entry = view.entry
    assert entry is not None

    hands.press(view, "purgeButton")
    wizard = hands.wizard(view.window())
    (field,) = [one for one in wizard.findChildren(QLineEdit, "confirmNameEdit") if one.isVisible()]
    for wrong in ("", entry.name, world.name(tenant).upper()):
        field.setText(wrong)
        assert not wizard.finish_button.isEnabled()
    field.setText(world.name(tenant))
    job = hands.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert entry.name not in world.master.databases()
    assert view.states.view is View.EMPTY


def test_a_certificate_is_saved_as_a_page_and_never_over_another_file(
    hands: Hands, world: World, tmp_path: Path
) -> None:
    tenant = deleted(world)
    view = look(hands)
    assert view.entry is not None
    page = tmp_path / "certificate.html"

    view.save_certificate(view.entry, page)
    hands.settle()
    assert world.name(tenant) in page.read_text(encoding="utf-8")
    assert str(page) in hands.texts(view)
    view.save_certificate(view.entry, page)
    hands.settle()
    assert "exists already" in hands.texts(view)


@pytest.mark.parametrize(
    ("hours", "text", "tone"),
    [
        (-1, "Time is over", Tone.DANGER),
        (1, "1 day left", Tone.WARNING),
        (25, "2 days left", Tone.NEUTRAL),
        (7 * 24, "7 days left", Tone.NEUTRAL),
    ],
)
def test_how_long_it_stays_is_told_in_days(hours: int, text: str, tone: Tone) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    entry = TrashEntry(
        "1", "database.delete", "2", "pagevoo_website_2", "pagevoo_trash_1_abc", "master", "3", None, moment,
        moment + timedelta(hours=hours), 7, "ada", "", None, None,
    )  # fmt: skip
    badge = days_badge(entry, moment)
    assert (badge.text, badge.tone) == (text, tone)
