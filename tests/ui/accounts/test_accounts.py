"""A tenant's own account through the window, on each engine that has accounts: the line, the wizards, the password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.account import TenantAccount
from pagevoo_console.domain.job import JobState
from pagevoo_console.services.accounts import into_file
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.accounts.account_line import AccountLine
from pagevoo_console.ui.accounts.create_wizard import CreateAccountWizard
from pagevoo_console.ui.accounts.password_dialog import PasswordDialog
from pagevoo_console.ui.accounts.remove_wizard import RemoveAccountWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.servers.servers_view import ServersView
from tests.masters import EngineServer, ServerMasters
from tests.services.platform_world import World, folders_in, make_world
from tests.services.test_accounts import SETTING, run_as
from tests.ui.clipping import NotedLongWords, cut_off
from tests.ui.rooms import Hands
from tests.ui.worlds import nameless


@pytest.fixture(params=["mysql", "postgresql"])
def on_server(request: pytest.FixtureRequest, pagevoo_home: Path) -> Iterator[World]:
    """A set-up Pagevoo on each engine that has accounts; those that a test makes are dropped after it."""
    fixture = "mariadb_server" if request.param == "mysql" else "postgresql_server"
    server = request.getfixturevalue(fixture)
    masters: EngineServer = ServerMasters(server)
    yield make_world(masters.make_master(), folders_in(pagevoo_home))
    masters.clean_up()


@pytest.fixture
def hands(on_server: World, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(on_server, runner, qtbot)


def line_of(hands: Hands, tenant: str) -> AccountLine:
    line = hands.show(AccountLine(hands.context))
    line.show_tenant(tenant)
    hands.settle()
    hands.settle()
    return line


def open_wizard(hands: Hands, wizard: CreateAccountWizard | RemoveAccountWizard) -> None:
    wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    if wizard.parentWidget() is None:
        hands.qtbot.addWidget(wizard)
    wizard.open()
    hands.settle()


def test_one_account_that_serves_all_is_said_plainly_and_offers_another(hands: Hands) -> None:
    tenant, _ = hands.world.provisioned()
    line = line_of(hands, tenant)

    assert f"One account, {hands.world.console.connection.master.user}, serves all tenants" in hands.texts(line)
    hands.press(line, "createAccountButton")
    assert hands.opened == [("create_account", tenant)]


def test_an_account_is_planned_made_and_its_password_shown_once(hands: Hands) -> None:
    world = hands.world
    mine, _ = world.provisioned()
    window = hands.show(AccountLine(hands.context))
    wizard = CreateAccountWizard(world.console, hands.runner, mine, window)
    open_wizard(hands, wizard)
    hands.press(wizard, "nextButton")
    plan = hands.texts(wizard)
    assert f"pagevoo_t_{mine}" in plan
    assert "Shown once, here, when it is made" in plan
    assert "GRANT" in plan

    assert hands.finish(wizard).state is JobState.SUCCEEDED
    (dialog,) = window.findChildren(PasswordDialog)
    assert not dialog.close_button.isEnabled()
    dialog.reject()
    assert dialog.isVisible()
    hands.press(dialog, "copyPasswordButton")
    password = QGuiApplication.clipboard().text()
    hands.press(dialog, "closePasswordButton")

    assert run_as(world, f"pagevoo_t_{mine}", password, world.name(mine), "SELECT 1") == [(1,)]
    assert password not in repr(world.write("SELECT plan, evidence FROM console_operations"))
    assert f"pagevoo_t_{mine} serves this database alone" in hands.texts(line_of(hands, mine))


def test_a_password_goes_into_a_new_file_where_that_was_chosen(hands: Hands, tmp_path: Path) -> None:
    world = hands.world
    mine, _ = world.provisioned()
    wizard = CreateAccountWizard(world.console, hands.runner, mine)
    open_wizard(hands, wizard)
    file = tmp_path / "password"
    choice, field = wizard.findChild(QAbstractButton, "place-file"), wizard.findChild(QLineEdit, "passwordFileEdit")
    assert choice is not None
    assert field is not None

    choice.click()
    assert not wizard.next_button.isEnabled()
    field.setText(str(file))
    field.textEdited.emit(str(file))
    hands.press(wizard, "nextButton")
    assert f"--password-to {file}" in hands.texts(wizard)
    assert hands.finish(wizard).state is JobState.SUCCEEDED

    assert file.stat().st_mode & 0o777 == 0o600
    assert wizard.findChildren(PasswordDialog) == []
    assert run_as(world, f"pagevoo_t_{mine}", file.read_text().strip(), world.name(mine), SETTING) == []


def test_an_account_that_is_whole_needs_nothing_and_is_removed_again(hands: Hands, tmp_path: Path) -> None:
    world = hands.world
    mine, _ = world.provisioned()
    accounts = world.console.accounts
    accounts.create(accounts.plan_creation(mine), into_file(tmp_path / "password"), JobContext())
    again = CreateAccountWizard(world.console, hands.runner, mine)
    open_wizard(hands, again)

    assert f"pagevoo_t_{mine} has all that it needs already" in hands.texts(again)
    assert not again.next_button.isEnabled()
    again.reject()
    line = line_of(hands, mine)
    hands.press(line, "removeAccountButton")
    assert hands.opened == [("remove_account", mine)]
    wizard = RemoveAccountWizard(world.console, hands.runner, mine)
    open_wizard(hands, wizard)
    assert "Whoever logs in with it is locked out at once" in hands.texts(wizard)
    assert hands.finish(wizard).state is JobState.SUCCEEDED

    assert not accounts.show(mine).exists
    line.show_tenant(mine)
    hands.settle()
    hands.settle()
    assert "serves all tenants" in hands.texts(line)


def test_longer_words_fit_where_an_account_is_made_and_where_its_server_is_shown(
    hands: Hands, qapp: QApplication
) -> None:
    words = NotedLongWords()
    qapp.installTranslator(words)
    tenant, _ = hands.world.provisioned()
    window = hands.show(ServersView(hands.context))
    window.refresh()
    wizard = CreateAccountWizard(hands.world.console, hands.runner, tenant, window)
    open_wizard(hands, wizard)
    hands.qtbot.wait(50)
    found = cut_off(wizard, words)
    hands.press(wizard, "nextButton")
    hands.qtbot.wait(50)
    found += cut_off(wizard, words)
    hands.finish(wizard)
    (dialog,) = window.findChildren(PasswordDialog)
    hands.qtbot.wait(50)
    found += cut_off(dialog, words)
    dialog.taken.setChecked(True)
    dialog.close_button.click()
    found += cut_off(window, words)
    qapp.removeTranslator(words)

    assert found == []


def test_where_there_are_no_accounts_the_line_and_the_wizard_say_so(world: World, runner: Runner, qtbot: QtBot) -> None:
    hands = Hands(world, runner, qtbot)
    tenant, _ = world.provisioned()

    line = line_of(hands, tenant)
    assert "SQLite has no accounts" in hands.texts(line)
    assert line.findChildren(QAbstractButton) == []
    wizard = CreateAccountWizard(world.console, runner, tenant)
    open_wizard(hands, wizard)

    assert "There are no accounts here" in hands.texts(wizard)
    wizard.reject()


def test_without_a_database_the_line_is_not_there(world: World, runner: Runner, qtbot: QtBot) -> None:
    tenant, _ = world.add_tenant()

    assert not line_of(Hands(world, runner, qtbot), tenant).isVisible()


def test_a_password_that_was_not_taken_keeps_its_dialog_open(qtbot: QtBot) -> None:
    account = TenantAccount("7", "pagevoo_website_7", "master", "pagevoo_t_7", "%", True, "root")
    dialog = PasswordDialog(account, "a b c")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()

    dialog.close()
    assert dialog.isVisible()
    assert nameless(dialog) == []
    dialog.taken.setChecked(True)
    dialog.close_button.click()
    assert dialog.field.text() == ""
