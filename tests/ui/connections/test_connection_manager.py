"""The connection manager over a real file of connections, a real SQLite master and a real keyring."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.server import Connection, Environment, Server, Tls
from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.services.saved_connections import SavedConnections
from pagevoo_console.services.secrets import Secrets
from pagevoo_console.services.settings import Folders
from pagevoo_console.ui.connections.connection_manager import ConnectionManager
from pagevoo_console.ui.connections.drafts import ConnectionDraft, ServerDraft, draft_of
from pagevoo_console.ui.connections.servers import ServerDialog
from pagevoo_console.ui.kit.check_steps import CheckSteps
from pagevoo_console.ui.kit.questions import QuestionDialog
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.masters import SqliteFolder
from tests.secret_service import SecretService
from tests.ui.worlds import nameless

SHOP = Connection(
    "shop", "pagevoo", Server("master", "mysql", "db.example", 3307, "console"), "pagevoo_core", Environment.STAGING
)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    jobs = JobRunner()
    made = Runner(jobs)
    yield made
    made.close()
    jobs.close()


@pytest.fixture
def store() -> SavedConnections:
    return SavedConnections(Folders.of_this_user().make().config, Secrets())


def open_manager(store: SavedConnections, runner: Runner, qtbot: QtBot) -> ConnectionManager:
    manager = ConnectionManager(store, runner)
    manager.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(manager)
    manager.open()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=15_000)
    return manager


def test_with_nothing_saved_the_form_is_ready_for_the_first(
    store: SavedConnections, runner: Runner, qtbot: QtBot
) -> None:
    manager = open_manager(store, runner, qtbot)

    assert manager.states.view is View.EMPTY
    assert not manager.form.name.isReadOnly()
    assert not manager.remove.isEnabled()
    assert not manager.save.isEnabled()


def test_a_connection_is_typed_tested_and_saved(
    store: SavedConnections, runner: Runner, qtbot: QtBot, tmp_path: Path
) -> None:
    file = SqliteFolder(lambda: tmp_path).make_master().url.removeprefix("sqlite:///")
    manager = open_manager(store, runner, qtbot)
    form = manager.form
    form.server.engine.setCurrentIndex(form.server.engine.findData("sqlite"))
    form.server.engine.activated.emit(form.server.engine.currentIndex())
    QTest.keyClicks(form.name, "here")
    QTest.keyClicks(form.server.path, file)

    manager.test.click()
    qtbot.waitUntil(lambda: manager.findChild(CheckSteps) is not None, timeout=15_000)
    steps = manager.findChild(CheckSteps)
    assert steps is not None
    told = [label.text() for label in steps.findChildren(QLabel)]
    assert any(text.startswith("The connection works") for text in told)

    manager.save.click()
    qtbot.waitUntil(lambda: not manager.is_dirty and manager.states.view is View.CONTENT, timeout=15_000)
    saved = store.get("here")
    assert (saved.master.engine, saved.master.directory) == ("sqlite", str(Path(file).parent))
    assert manager.list.current_record() == saved
    assert manager.form.name.isReadOnly()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(
    store: SavedConnections, runner: Runner, qtbot: QtBot
) -> None:
    manager = open_manager(store, runner, qtbot)
    QTest.keyClicks(manager.form.name, "no spaces")
    manager.form.server.port.clear()

    manager.save.click()

    assert manager.form.name.property("state") == "wrong"
    assert manager.form.server.port.property("state") == "wrong"
    assert manager.form.server.user.property("state") == "wrong"
    assert store.list() == ()


def test_without_a_keyring_it_says_that_the_password_will_be_asked_for(
    store: SavedConnections, runner: Runner, qtbot: QtBot
) -> None:
    store.add(SHOP)
    manager = open_manager(store, runner, qtbot)

    assert "asked for each time" in manager.form.keyring_note.text()
    QTest.keyClicks(manager.form.server.password, "hunter2")
    manager.save.click()
    qtbot.waitUntil(lambda: not manager.is_dirty, timeout=15_000)

    remembered = store.secrets.get(store.get("shop").master)
    assert remembered is not None
    assert remembered.reveal() == "hunter2"
    assert "hunter2" not in store.path.read_text()


def test_with_a_keyring_the_password_goes_there(secret_service: SecretService, tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from pagevoo_console.domain.server import Connection, Server
from pagevoo_console.services.saved_connections import SavedConnections
from pagevoo_console.services.secrets import Secrets
from pagevoo_console.ui.connections import work

store = SavedConnections(Path({str(tmp_path)!r}), Secrets())
around = work.look_around(store)
shop = Connection("shop", "pagevoo", Server("master", "mysql", "db.example", 3307, "console"), "pagevoo_core")
saved = work.save(
    store, shop, work.Password("hunter2"), is_new=True, has_keyring=around.keyring_is_usable
)
print(around.keyring_is_usable, Secrets().get(saved.master).reveal())
"""
    answer = secret_service.run([sys.executable, "-c", program])

    assert answer.stdout.strip() == "True hunter2", answer.stderr
    assert "hunter2" not in (tmp_path / "connections.toml").read_text()


def test_choosing_another_with_unsaved_changes_asks_first(
    store: SavedConnections, runner: Runner, qtbot: QtBot
) -> None:
    store.add(SHOP)
    store.add(replace(SHOP, name="other"))
    manager = open_manager(store, runner, qtbot)
    manager.list.choose("shop")
    QTest.keyClick(manager.form.server.host, Qt.Key.Key_End)
    QTest.keyClicks(manager.form.server.host, "x")

    manager.list.choose("other")
    question = manager.findChild(QuestionDialog)
    assert question is not None
    question.no.click()

    assert manager.form.name.text() == "shop"
    assert manager.form.server.host.text() == "db.examplex"
    current = manager.list.current_record()
    assert current is not None
    assert current.name == "shop"


def test_a_connection_is_removed_after_the_question(store: SavedConnections, runner: Runner, qtbot: QtBot) -> None:
    store.add(replace(SHOP, master=Server("master", "sqlite", directory="/nowhere")))
    manager = open_manager(store, runner, qtbot)

    manager.remove.click()
    question = manager.findChild(QuestionDialog)
    assert question is not None
    question.yes.click()
    qtbot.waitUntil(lambda: manager.states.view is View.EMPTY, timeout=15_000)

    assert store.list() == ()


def test_tenant_servers_are_added_and_removed(store: SavedConnections, runner: Runner, qtbot: QtBot) -> None:
    store.add(SHOP)
    manager = open_manager(store, runner, qtbot)

    manager.servers.add.click()
    dialog = manager.findChild(ServerDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.name, "cluster-2")
    QTest.keyClicks(dialog.fields.user, "console")
    dialog.add.click()
    qtbot.waitUntil(lambda: len(store.get("shop").tenant_servers) == 2, timeout=15_000)

    assert [server.name for server in store.get("shop").tenant_servers] == ["master", "cluster-2"]


def test_an_env_file_fills_the_form_and_saves_nothing(
    store: SavedConnections, runner: Runner, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "APP_ENV=staging\nDB_CONNECTION=mysql\nDB_HOST=db.example\nDB_PORT=3307\nDB_DATABASE=pagevoo_core\n"
        "DB_USERNAME=console\nDB_PASSWORD=hunter2\n"
    )
    manager = open_manager(store, runner, qtbot)

    manager.import_env(file)
    qtbot.waitUntil(lambda: manager.form.server.host.text() == "db.example", timeout=15_000)

    assert manager.form.draft().environment is Environment.STAGING
    assert manager.form.server.password.text() == "hunter2"
    assert manager.save.isEnabled()
    assert store.list() == ()


@pytest.mark.parametrize(
    "connection",
    [
        SHOP,
        replace(SHOP, master=replace(SHOP.master, tls=Tls.REQUIRED, tls_ca="/etc/ca.pem", credential="shop")),
        replace(SHOP, master=Server("master", "sqlite", directory="/folder"), master_database="core.sqlite"),
        replace(SHOP, master=Server("master", "postgresql", "", 5432, "me", socket="/run/postgresql")),
    ],
)
def test_the_form_gives_back_what_it_was_given(connection: Connection) -> None:
    again = draft_of(connection).connection()

    assert replace(again, master=replace(again.master, credential="")) == replace(
        connection, master=replace(connection.master, credential="")
    )


def test_a_draft_knows_its_problems() -> None:
    draft = ConnectionDraft("shop", server=ServerDraft(port="70000", user="me", tls_ca="ca.pem"), database="")

    assert set(draft.problems()) == {"port", "tls_ca", "database"}


def test_whatever_takes_the_focus_has_a_name(store: SavedConnections, runner: Runner, qtbot: QtBot) -> None:
    store.add(SHOP)

    assert nameless(open_manager(store, runner, qtbot)) == []


def test_another_connection_is_made_the_default(store: SavedConnections, runner: Runner, qtbot: QtBot) -> None:
    for name in ("one", "two"):
        store.add(replace(SHOP, name=name))
    store.set_default("one")
    manager = open_manager(store, runner, qtbot)
    manager.list.choose("one")
    assert not manager.make_default.isEnabled()
    manager.list.choose("two")

    QTest.mouseClick(manager.make_default, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not manager.make_default.isEnabled(), timeout=10_000)

    default = store.default()
    assert default is not None
    assert default.name == "two"
    assert manager.list.model_of_connections.cell(1, 0).detail.startswith("Default · ")
    assert manager.open_connection.text() == "Open in a new window"
