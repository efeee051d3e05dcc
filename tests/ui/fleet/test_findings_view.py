"""The registry check of a real platform in which things contradict: found, told, mended and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QDialog, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.finding import FindingKind, RepairOptions
from pagevoo_console.domain.job import JobState
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.fleet.findings_view import FindingsView
from pagevoo_console.ui.fleet.how_page import HowPage
from pagevoo_console.ui.kit.messages import MessageKind
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.masters import SqliteFolder
from tests.services.contradictions import Contradictions, adopted_world
from tests.services.platform_world import folders_in
from tests.ui.rooms import Hands
from tests.ui.worlds import nameless


@pytest.fixture
def plant(tmp_path: Path, pagevoo_home: Path) -> Contradictions:
    folder = tmp_path / "master"
    folder.mkdir()
    return Contradictions(adopted_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home)))


@pytest.fixture
def hands(plant: Contradictions, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(plant.world, runner, qtbot)


def look(hands: Hands) -> FindingsView:
    """The room after its first look."""
    view = hands.show(FindingsView(hands.context, hands.submitted))
    view.refresh()
    hands.settle()
    return view


def choose(view: FindingsView, kind: FindingKind) -> None:
    """Make the one finding of this kind the one in hand."""
    rows = range(view.records.rowCount())
    (found,) = [one for row in rows if (one := view.records.record(row)) is not None and one.kind is kind]
    assert view.list.choose(found.id)


def kinds(view: FindingsView) -> set[str]:
    rows = range(view.records.rowCount())
    return {one.kind.value for row in rows if (one := view.records.record(row)) is not None}


def agree(plant: Contradictions) -> None:
    """Let the platform's own people mend what only they may."""
    (finding,) = plant.world.console.reconciliation.find().findings
    plant.world.master.execute(*(step.title for step in finding.repair.steps))


def test_where_everything_agrees_the_room_says_so_and_when_it_looked(hands: Hands, plant: Contradictions) -> None:
    agree(plant)

    view = look(hands)

    assert view.states.view is View.EMPTY
    assert "The registry and the servers agree" in hands.texts(view)
    assert view.header.subtitle.text().startswith("Looked at ")
    assert not view.all_button.isEnabled()


def test_what_contradicts_is_told_by_kind_with_evidence_risk_and_repair(hands: Hands, plant: Contradictions) -> None:
    tenant = plant.ghost()
    plant.shared()
    view = look(hands)
    QAbstractItemModelTester(view.records, QAbstractItemModelTester.FailureReportingMode.Fatal, view)

    assert kinds(view) == {"ghost", "shared", "wrong_index"}
    assert view.records.cell(0, 0).text == "High"
    choose(view, FindingKind.GHOST)
    told = hands.texts(view.page)

    assert "Registered, but not there" in told
    assert f"{plant.world.name(tenant)} is active, and there is no such database" in told
    assert "a published website shows errors" in told
    assert "1.  Look again whether it is still so" in told


def test_a_chip_shows_one_kind_alone_and_gives_way_when_it_is_mended(hands: Hands, plant: Contradictions) -> None:
    plant.ghost()
    plant.orphan()
    view = look(hands)

    hands.press(view, "kind.ghost")
    assert kinds(view) == {"ghost"}
    plant.world.write("UPDATE user_databases SET status = 'deleted'")
    plant.world.write("UPDATE user_websites SET is_published = 0")
    view.refresh()
    hands.settle()

    assert kinds(view) == {"orphan", "wrong_index"}


def test_a_repair_is_planned_carried_out_and_taken_back(hands: Hands, plant: Contradictions) -> None:
    tenant = plant.ghost()
    view = look(hands)
    choose(view, FindingKind.GHOST)

    hands.press(view.page, "repairButton")
    wizard = hands.wizard(view)
    command = wizard.findChild(QPlainTextEdit, "commandText")
    assert command is not None
    assert "fleet reconcile --repair" in command.toPlainText()
    assert hands.finish(wizard).state is JobState.SUCCEEDED
    view.refresh()
    hands.settle()
    assert "ghost" not in kinds(view)
    message = view.message.message
    assert message is not None
    assert message.kind is MessageKind.GOOD
    assert message.action is not None

    message.action.run()
    (question,) = [one for one in view.findChildren(QDialog) if one.isVisible()]
    hands.press(question, "yesButton")
    assert hands.wait_for(hands.jobs[-1]).state is JobState.SUCCEEDED
    view.refresh()
    hands.settle()

    assert "ghost" in kinds(view)
    assert plant.world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("active",)]


def test_what_drops_data_needs_the_name_typed_and_leaves_a_backup(hands: Hands, plant: Contradictions) -> None:
    tenant = plant.undead()
    name = plant.world.name(tenant)
    view = look(hands)
    choose(view, FindingKind.UNDEAD)
    hands.press(view.page, "repairButton")
    wizard = hands.wizard(view)
    hands.press(wizard, "nextButton")

    assert not wizard.finish_button.isEnabled()
    field = wizard.findChild(QLineEdit, "confirmNameEdit")
    assert field is not None
    field.setText(name[:-1])
    assert not wizard.finish_button.isEnabled()
    field.setText(name)
    assert hands.finish(wizard).state is JobState.SUCCEEDED

    assert not Path(plant.file(name)).exists()
    assert view.message.message is not None
    assert "The backup is" in view.message.message.text
    assert view.message.message.action is None


def test_a_database_that_is_only_called_like_ours_goes_into_the_trash_by_its_typed_name(
    hands: Hands, plant: Contradictions
) -> None:
    name = "pagevoo_trash_9_0a1b2c"
    plant.make_database(name)
    view = look(hands)
    choose(view, FindingKind.LEFTOVER)
    assert "no operation of this master speaks of it" in hands.texts(view.page)
    assert "Left behind" in hands.texts(view.page)

    hands.press(view, "repairButton")
    wizard = hands.wizard(view.window())
    hands.press(wizard, "nextButton")
    (field,) = [one for one in wizard.findChildren(QLineEdit, "confirmNameEdit") if one.isVisible()]
    assert not wizard.finish_button.isEnabled()
    field.setText(name)
    job = hands.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    (entry,) = plant.world.console.trash.list()
    assert entry.database == name
    view.refresh()
    hands.settle()
    assert kinds(view) == {"wrong_index"}


def test_an_entry_of_the_trash_without_its_database_is_closed(hands: Hands, plant: Contradictions) -> None:
    world = plant.world
    tenant, _ = world.provisioned()
    done = world.console.deletions.run(
        world.console.deletions.plan(DeletionRequest(tenant)), world.name(tenant), JobContext()
    )
    Path(plant.file(str(done.trash))).unlink()
    view = look(hands)
    choose(view, FindingKind.TRASH_MISSING)
    assert "In the trash, but not there" in hands.texts(view.page)

    hands.press(view, "repairButton")
    job = hands.finish(hands.wizard(view.window()))

    assert job.state is JobState.SUCCEEDED, job.error
    assert world.console.trash.list() == ()
    view.refresh()
    hands.settle()
    assert kinds(view) == {"wrong_index"}


def test_without_a_backup_it_takes_a_reason(hands: Hands, plant: Contradictions) -> None:
    plant.undead()
    view = look(hands)
    choose(view, FindingKind.UNDEAD)
    view.repair_chosen()
    wizard = hands.wizard(view)
    box, reason = wizard.findChild(QCheckBox, "waiveBackupBox"), wizard.findChild(QLineEdit, "reasonEdit")
    assert box is not None
    assert reason is not None

    box.setChecked(True)
    assert not wizard.next_button.isEnabled()
    reason.setText("it is empty")
    hands.press(wizard, "nextButton")

    assert "No backup is made" in hands.texts(wizard)
    assert "--no-backup --reason 'it is empty'" in hands.texts(wizard)
    wizard.reject()


def test_an_orphan_can_be_given_back_or_retired(hands: Hands, plant: Contradictions) -> None:
    tenant = plant.adoptable()
    view = look(hands)
    choose(view, FindingKind.ORPHAN)
    view.repair_chosen()
    wizard = hands.wizard(view)
    page = wizard.findChild(HowPage)
    assert page is not None
    retire = wizard.findChild(QAbstractButton, "retireChoice")
    give_back = wizard.findChild(QAbstractButton, "giveBackChoice")
    assert retire is not None
    assert give_back is not None

    assert page.options == RepairOptions()
    retire.click()
    assert page.options == RepairOptions(retire=True)
    hands.press(wizard, "nextButton")
    assert wizard.findChild(QLineEdit, "confirmNameEdit") is not None
    hands.press(wizard, "backButton")
    give_back.click()
    hands.press(wizard, "nextButton")
    assert hands.finish(wizard).state is JobState.SUCCEEDED

    assert plant.world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("active",)]


def test_all_safe_ones_are_repaired_as_one_job_and_the_rest_is_left(hands: Hands, plant: Contradictions) -> None:
    plant.ghost()
    plant.published_without_database()
    plant.leftover()
    plant.shared()
    view = look(hands)

    hands.press(view, "repairAllButton")
    wizard = hands.wizard(view)
    assert hands.finish(wizard).state is JobState.SUCCEEDED
    view.refresh()
    hands.settle()

    assert kinds(view) == {"shared", "wrong_index"}
    assert view.message.message is not None
    assert view.message.message.title == "3 repaired"
    assert not view.all_button.isEnabled()


def test_what_came_right_by_itself_is_refused_in_the_plan(hands: Hands, plant: Contradictions) -> None:
    plant.published_without_database()
    view = look(hands)
    choose(view, FindingKind.PUBLISHED_WITHOUT_DATABASE)
    plant.world.write("UPDATE user_websites SET is_published = 0")

    view.repair_chosen()
    wizard = hands.wizard(view)

    assert "There is no finding" in hands.texts(wizard)
    assert not wizard.finish_button.isEnabled()
    wizard.reject()


def test_what_only_the_platforms_people_may_do_is_told_with_its_statements(hands: Hands, plant: Contradictions) -> None:
    plant.ghost()
    view = look(hands)
    choose(view, FindingKind.WRONG_INDEX)

    assert not view.page.repair_button.isVisible()
    view.repair_chosen()
    hands.settle()
    assert "CREATE UNIQUE INDEX" in hands.texts(view.page)


def test_the_tenants_page_is_a_click_away_where_there_is_one(hands: Hands, plant: Contradictions) -> None:
    tenant = plant.ghost()
    plant.orphan()
    plant.world.console.sightings.read_registry()
    view = look(hands)
    choose(view, FindingKind.GHOST)

    hands.press(view.page, "showTenantButton")

    assert hands.opened == [("show_tenant", tenant)]
    choose(view, FindingKind.ORPHAN)
    hands.qtbot.wait(10)
    assert view.page.findChild(QAbstractButton, "showTenantButton") is None


def test_a_master_that_does_not_answer_is_told_with_a_way_to_try_again(hands: Hands, plant: Contradictions) -> None:
    plant.world.write("ALTER TABLE user_databases RENAME TO elsewhere")

    view = look(hands)

    assert view.states.view is View.ERROR
    assert view.look_button.isEnabled()


def test_whatever_takes_the_focus_has_a_name(hands: Hands, plant: Contradictions) -> None:
    plant.ghost()
    view = look(hands)

    assert nameless(view) == []
