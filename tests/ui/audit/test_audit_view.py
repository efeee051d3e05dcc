"""The audit trail of a real console: pages, filters, and a verdict that a forged entry does not survive."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.audit import AuditVerdict, Outcome
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.audit.audit_view import AuditView, verdict_message
from pagevoo_console.ui.audit.event_page import EventPage, pretty
from pagevoo_console.ui.kit.messages import MessageKind
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.worlds import nameless, running, small_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    with running() as made:
        yield made


def open_view(world: World, runner: Runner, qtbot: QtBot, view: View = View.CONTENT) -> AuditView:
    made = AuditView(world.console, runner)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitUntil(lambda: made.states.view is view and runner.is_idle, timeout=15_000)
    return made


def note(world: World, count: int, action: str = "sql.read", tenant: str = "42") -> None:
    """Entries of a kind, in one transaction."""
    with world.console.master.writing() as session:
        for number in range(count):
            world.console.audit.append(
                session, action, Outcome.DONE, tenant=tenant, before={"n": number}, after={"password": "hunter2"}
            )


def test_an_empty_trail_says_what_will_be_here(world: World, runner: Runner, qtbot: QtBot) -> None:
    world.write("DELETE FROM console_audit_events")

    view = open_view(world, runner, qtbot, View.EMPTY)

    assert view.header.subtitle.text() == ""


def test_the_newest_entry_is_shown_with_what_was_before_and_after(world: World, runner: Runner, qtbot: QtBot) -> None:
    note(world, 2)
    view = open_view(world, runner, qtbot)
    QAbstractItemModelTester(view.records, QAbstractItemModelTester.FailureReportingMode.Fatal, view)

    shown = view.page.shown
    before = view.page.findChild(QPlainTextEdit, "auditBefore")
    after = view.page.findChild(QPlainTextEdit, "auditAfter")

    assert shown is not None
    assert (shown.action, shown.tenant) == ("sql.read", "42")
    assert before is not None
    assert before.toPlainText() == '{\n  "n": 1\n}'
    assert after is not None
    assert "hunter2" not in after.toPlainText()


def test_older_entries_come_by_pages(world: World, runner: Runner, qtbot: QtBot) -> None:
    note(world, 300)
    view = open_view(world, runner, qtbot)
    rows = view.records.rowCount()
    assert rows >= 300

    view.list.scrollToBottom()
    qtbot.waitUntil(lambda: view.records.record(rows - 1) is not None, timeout=15_000)

    oldest = view.records.record(rows - 1)
    assert oldest is not None
    assert oldest.seq == 1


def test_the_trail_is_narrowed_to_a_tenant_and_an_action(world: World, runner: Runner, qtbot: QtBot) -> None:
    note(world, 2, "sql.read", "42")
    note(world, 1, "tenant.export", "42")
    note(world, 1, "sql.read", "43")
    view = open_view(world, runner, qtbot)

    QTest.keyClicks(view.filters.tenant, "42")
    qtbot.waitUntil(lambda: view.records.rowCount() == 3, timeout=15_000)
    view.filters.action.setCurrentIndex(view.filters.action.findData("tenant.export"))
    view.filters.action.activated.emit(view.filters.action.currentIndex())
    qtbot.waitUntil(lambda: view.records.rowCount() == 1, timeout=15_000)
    QTest.keyClicks(view.filters.tenant, "0")
    qtbot.waitUntil(lambda: view.states.view is View.EMPTY, timeout=15_000)
    view.filters.clear()
    qtbot.waitUntil(lambda: view.states.view is View.CONTENT and view.records.rowCount() >= 4, timeout=15_000)


def test_a_whole_trail_is_told_so_and_a_forged_one_by_its_entry(world: World, runner: Runner, qtbot: QtBot) -> None:
    note(world, 5)
    view = open_view(world, runner, qtbot)

    view.verify.click()
    qtbot.waitUntil(lambda: view.verdict.message is not None, timeout=15_000)
    first = view.verdict.message
    world.write("UPDATE console_audit_events SET tenant = '7' WHERE seq = 3")
    view.verify.click()
    qtbot.waitUntil(lambda: view.verdict.message != first, timeout=15_000)

    assert first is not None
    assert first.kind is MessageKind.GOOD
    assert view.verdict.message is not None
    assert view.verdict.message.title == "The trail is not whole: entry 3 was changed"
    assert view.verify.isEnabled()


def test_fault_67_a_tail_that_was_cut_is_told_by_the_backup_that_was_made_after_it(
    world: World, runner: Runner, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    backup = world.console.backups.create(tenant, JobContext())
    (world.folders.state / "audit.jsonl").unlink()
    ((newest,),) = world.write("SELECT hash FROM console_audit_events WHERE seq = 2")
    world.write("DELETE FROM console_audit_events WHERE seq > 2")
    world.write("UPDATE console_audit_head SET seq = 2, hash = {0}", newest)
    view = open_view(world, runner, qtbot)

    view.verify.click()
    qtbot.waitUntil(lambda: view.verdict.message is not None, timeout=15_000)

    assert view.verdict.message is not None
    assert view.verdict.message.kind is MessageKind.ERROR
    assert f"backup {backup.id} was made after entry" in view.verdict.message.title


def test_without_console_tables_the_reason_is_shown(world: World, runner: Runner, qtbot: QtBot) -> None:
    world.write("DROP TABLE console_audit_events")

    open_view(world, runner, qtbot, View.ERROR)


def test_a_verdict_names_how_much_is_sound() -> None:
    message = verdict_message(AuditVerdict(False, 1234, 1235, "entry 1235 is missing"))

    assert message.kind is MessageKind.ERROR
    assert "1,234 entries" in message.text


def test_a_state_that_is_no_json_is_shown_as_it_is() -> None:
    assert pretty("<b>not json</b>") == "<b>not json</b>"
    assert pretty(None) == "–"


def test_an_entry_without_states_shows_none(world: World, qtbot: QtBot) -> None:
    note(world, 1)
    event = replace(world.console.audit.events(limit=1)[1][0], before=None, after=None, detail="<i>x</i>")
    page = EventPage()
    qtbot.addWidget(page)

    page.show_event(event)

    assert page.findChild(QPlainTextEdit, "auditBefore") is None
    detail = page.findChild(QPlainTextEdit, "auditDetail")
    assert detail is not None
    assert detail.toPlainText() == "<i>x</i>"


def test_whatever_takes_the_focus_has_a_name(world: World, runner: Runner, qtbot: QtBot) -> None:
    note(world, 2)

    assert nameless(open_view(world, runner, qtbot)) == []
