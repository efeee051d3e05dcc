"""The operations of a real console: one that was cut off is shown, resumed and abandoned."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.operation import Operation, OperationState, Step
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.jobs.operation_page import StepState, steps_of
from pagevoo_console.ui.jobs.operations_view import OperationsView, sorted_operations
from pagevoo_console.ui.kit.questions import QuestionDialog
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.faults.killing import asleep_at
from tests.services.platform_world import World
from tests.ui.worlds import cut_off, nameless, running, small_world

NOW = datetime(2026, 3, 1, tzinfo=UTC)
STEPS = (Step("create", "Create it"), Step("install", "Install"), Step("compare", "Compare"))
OPERATION = Operation(
    "1", "database.create", "42", "42", "pagevoo_website_42", "master", OperationState.INTERRUPTED, "install",
    "ada@here#1", 1, NOW, NOW, steps=STEPS,
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    with running() as made:
        yield made


def open_view(world: World, runner: Runner, qtbot: QtBot, view: View = View.CONTENT) -> OperationsView:
    made = OperationsView(world.console, runner)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitUntil(lambda: made.states.view is view, timeout=15_000)
    return made


def test_without_operations_it_says_what_will_be_here(world: World, runner: Runner, qtbot: QtBot) -> None:
    view = open_view(world, runner, qtbot, View.EMPTY)

    assert view.header.subtitle.text() == "Nothing waits for a decision"


def test_one_that_was_cut_off_stands_first_and_is_resumed(world: World, runner: Runner, qtbot: QtBot) -> None:
    tenant = cut_off(world)
    world.provisioned()
    view = open_view(world, runner, qtbot)
    shown = view.page.shown
    assert shown is not None
    assert (shown.tenant, shown.state) == (tenant, OperationState.INTERRUPTED)
    assert view.header.subtitle.text() == "Cut off and waiting for a decision: 1"
    assert view.page.decision.isVisible()

    view.page.resume.click()
    assert not view.page.resume.isEnabled()
    qtbot.waitUntil(lambda: (now := view.page.shown) is not None and now.state is OperationState.DONE, timeout=30_000)

    assert view.page.shown is not None
    assert view.page.shown.tenant == tenant
    assert not view.page.decision.isVisible()
    database = world.console.tenants.show(tenant).database
    assert database is not None
    assert database.state is DatabaseState.ACTIVE


def test_fault_8_one_without_a_sign_of_life_is_taken_over_after_the_question(
    world: World, runner: Runner, qtbot: QtBot
) -> None:
    tenant, (website,) = world.add_tenant()
    creation = world.console.databases.plan_creation(tenant, website)
    with asleep_at("database.create.before.core", lambda: world.console.databases.create(creation, JobContext())):
        view = open_view(world, runner, qtbot)
        shown = view.page.shown
        assert shown is not None
        assert shown.state is OperationState.RUNNING
        assert not view.page.decision.isVisible()

        world.write("UPDATE console_operations SET heartbeat_at = '2026-01-01 00:00:00'")
        view.refresh()
        qtbot.waitUntil(view.page.take_over.isVisible, timeout=15_000)
        assert view.header.subtitle.text() == "Cut off and waiting for a decision: 1"
        assert not view.page.resume.isVisible()
        assert view.page.banner.message is not None
        assert shown.owner in view.page.banner.message.title
        view.page.take_over.click()
        dialog = view.findChild(QuestionDialog)
        assert dialog is not None
        assert shown.owner in dialog.windowTitle()
        dialog.yes.click()
        qtbot.waitUntil(
            lambda: (now := view.page.shown) is not None and now.state is OperationState.DONE, timeout=30_000
        )

    database = world.console.tenants.show(tenant).database
    assert database is not None
    assert database.state is DatabaseState.ACTIVE


def test_it_is_abandoned_only_after_the_question(world: World, runner: Runner, qtbot: QtBot) -> None:
    tenant = cut_off(world)
    view = open_view(world, runner, qtbot)

    view.page.abandon.click()
    question = view.findChild(QuestionDialog)
    assert question is not None
    assert world.console.operations.list()[0].state is OperationState.INTERRUPTED
    assert tenant in question.windowTitle()
    question.yes.click()
    qtbot.waitUntil(
        lambda: (now := view.page.shown) is not None and now.state is OperationState.ABANDONED, timeout=30_000
    )

    assert view.header.subtitle.text() == "Nothing waits for a decision"


def test_a_master_without_console_tables_is_told_with_a_way_out(tmp_path: Path, runner: Runner, qtbot: QtBot) -> None:
    world = small_world(tmp_path)
    world.write("DROP TABLE console_operations")

    view = open_view(world, runner, qtbot, View.ERROR)

    assert view.states.view is View.ERROR


@pytest.mark.parametrize(
    ("operation", "states"),
    [
        (OPERATION, [StepState.DONE, StepState.CURRENT, StepState.PENDING]),
        (replace(OPERATION, state=OperationState.DONE, step="compare"), [StepState.DONE] * 3),
        (replace(OPERATION, step="finish"), [StepState.DONE] * 3),
        (replace(OPERATION, step=None), [StepState.PENDING] * 3),
        (replace(OPERATION, state=OperationState.RUNNING, step="create"), ["current", "pending", "pending"]),
    ],
)
def test_steps_before_the_one_that_was_begun_last_are_done(operation: Operation, states: list[str]) -> None:
    assert [state for _step, state in steps_of(operation)] == states


def test_what_waits_for_a_decision_comes_before_what_is_newer() -> None:
    done = replace(OPERATION, id="2", state=OperationState.DONE, created_at=NOW.replace(day=2))
    running_ = replace(OPERATION, id="3", state=OperationState.RUNNING)

    assert [one.id for one in sorted_operations((done, running_, OPERATION))] == ["1", "3", "2"]


def test_whatever_takes_the_focus_has_a_name(world: World, runner: Runner, qtbot: QtBot) -> None:
    cut_off(world)

    assert nameless(open_view(world, runner, qtbot)) == []
